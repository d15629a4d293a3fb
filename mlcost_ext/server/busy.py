"""Count for how long each notebook's kernel was busy, by looking; no kernel is asked anything."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from mlcost_ext.core.ledger import Attribution

LONGEST_SECONDS = 10.0
"""Between two looks; a machine that slept was not busy meanwhile."""

Told = list[tuple[date, Attribution, int]]
"""Day UTC, who, and microseconds."""


class BusyTime:
    """Time by notebook, shared among kernels that are busy at once."""

    def __init__(
        self, kernels: Any, notebook_of: Callable[[str], str | None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Take what knows the kernels.

        Args:
            kernels: Jupyter's kernel manager.
            notebook_of: Gives a kernel's notebook; None: it has none, or nobody knows it.
            clock: Seconds that only go on.
        """
        self._kernels, self._notebook_of, self._clock = kernels, notebook_of, clock
        self._looked_at = clock()
        self._seconds: dict[tuple[date, str], int] = {}

    def look(self, now: datetime) -> None:
        """Count the time since the last look for the kernels that are busy now."""
        at = self._clock()
        length, self._looked_at = int(min(at - self._looked_at, LONGEST_SECONDS) * 1_000_000), at
        notebooks = sorted(filter(None, map(self._notebook_of, self._busy_kernels())))
        for place, notebook in enumerate(notebooks):
            part = length // len(notebooks) + (place < length % len(notebooks))
            key = (now.date(), notebook)
            self._seconds[key] = self._seconds.get(key, 0) + part

    def take(self) -> Told:
        """Give what was counted, and begin anew."""
        counted, self._seconds = self._seconds, {}
        return [
            (day, Attribution(notebook=notebook, kernel_state="busy"), length)
            for (day, notebook), length in counted.items()
            if length
        ]

    def put_back(self, told: Told) -> None:
        """Take back what could not be written."""
        for day, who, length in told:
            key = (day, who.notebook or "")
            self._seconds[key] = self._seconds.get(key, 0) + length

    def _busy_kernels(self) -> Iterable[str]:
        kernels = getattr(self._kernels, "_kernels", None) or {}
        return [kernel_id for kernel_id, kernel in list(kernels.items()) if getattr(kernel, "execution_state", None) == "busy"]
