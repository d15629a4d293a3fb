"""Have AWS's price list read once a day, by a process of its own, while somebody uses the server."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable

FIRST_AFTER_SECONDS = 90.0
"""The start belongs to what the user waits for."""
ASK_SECONDS = 3600.0
"""How often it is asked whether a list is due; a process that finds none due ends at once."""

Refresh = Callable[[Iterable[str]], Awaitable[object]]


class PriceRefresh:
    """When it is time."""

    def __init__(self, refresh: Refresh | None, spawn: Callable[[Awaitable[None]], None]) -> None:
        """Take what reads the lists of regions, None where that is not wanted, and what starts a background step."""
        self._refresh, self._spawn = refresh, spawn
        self._next_at = time.monotonic() + FIRST_AFTER_SECONDS

    def work(self, region_ids: Iterable[str], *, is_used: bool) -> None:
        """Begin a refresh where it is time, somebody uses the server, and there is a region."""
        regions = list(region_ids)
        if self._refresh is None or not is_used or not regions or time.monotonic() < self._next_at:
            return
        self._next_at = time.monotonic() + ASK_SECONDS
        self._spawn(self._read(regions))

    async def _read(self, regions: list[str]) -> None:
        if self._refresh is not None:
            await self._refresh(regions)
