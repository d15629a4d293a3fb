"""The time that the ledger is written by: AWS's, which goes on no faster than time has passed, whatever is set to what."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from mlcost_ext.probes.machine_clock import booted_seconds

SLACK = timedelta(seconds=30)
"""A clock that is kept right may move by so much between two looks."""


class LedgerClock:
    """Follows what it is told, but for leaps: one is believed once AWS has answered after it.

    The clock since boot, which a suspension does not stop, tells how much time has passed. Where the machine has none, as a Mac,
    a leap ahead may be a suspension and is believed.
    """

    def __init__(
        self, elapsed: Callable[[], float] = booted_seconds, *, tells_suspensions: bool = hasattr(time, "CLOCK_BOOTTIME")
    ) -> None:
        self._elapsed, self._tells_suspensions = elapsed, tells_suspensions
        self._now: datetime | None = None
        self._at = 0.0
        self._leapt_at: float | None = None
        self.is_sure = False
        """Whether AWS has told the time, and nothing speaks against it since."""

    def look(self, told: datetime, answered_at: float) -> datetime:
        """Give the time, in whole seconds.

        Args:
            told: AWS's time by this machine's clock.
            answered_at: When AWS has answered last, by the clock since boot.
        """
        at = self._elapsed()
        passed = told if self._now is None else self._now + timedelta(seconds=at - self._at)
        if self._is_leap(told - passed):
            self._leapt_at = at if self._leapt_at is None else self._leapt_at
        else:
            self._leapt_at = None
        if self._leapt_at is not None and answered_at > self._leapt_at:
            self._leapt_at = None
        is_believed = self._leapt_at is None
        self.is_sure = is_believed and answered_at > float("-inf")
        self._now, self._at = told if is_believed else passed, at
        return self._now.replace(microsecond=0)

    def _is_leap(self, step: timedelta) -> bool:
        return abs(step) > SLACK and (self._tells_suspensions or step < timedelta(0))
