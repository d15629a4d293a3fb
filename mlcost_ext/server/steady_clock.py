"""A clock that nobody sets: what was noted by it stays as long ago as it is, whatever becomes of this machine's own clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from mlcost_ext.probes.machine_clock import booted_seconds

from .intake import now_utc


class SteadyClock:
    """Aware UTC, as this machine's clock had it at the start."""

    def __init__(self, wall: Callable[[], datetime] = now_utc, elapsed: Callable[[], float] = booted_seconds) -> None:
        self._elapsed = elapsed
        self._start, self._at = wall(), elapsed()

    def now(self) -> datetime:
        """Give the time."""
        return self._start + timedelta(seconds=self._elapsed() - self._at)

    def shift(self, by: timedelta) -> None:
        """Follow this machine's clock, which was set; whoever keeps times moves them as well."""
        self._start += by
