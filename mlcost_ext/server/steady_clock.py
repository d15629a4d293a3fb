"""A clock that nobody sets: what was noted by it stays as long ago as it is, whatever becomes of this machine's own clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from .intake import now_utc


def since_boot() -> float:
    """Give seconds that go on through a suspension, where this system has them."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


class SteadyClock:
    """Aware UTC, as this machine's clock had it at the start."""

    def __init__(self, wall: Callable[[], datetime] = now_utc, elapsed: Callable[[], float] = since_boot) -> None:
        self._elapsed = elapsed
        self._start, self._at = wall(), elapsed()

    def now(self) -> datetime:
        """Give the time."""
        return self._start + timedelta(seconds=self._elapsed() - self._at)

    def shift(self, by: timedelta) -> None:
        """Follow this machine's clock, which was set; whoever keeps times moves them as well."""
        self._start += by
