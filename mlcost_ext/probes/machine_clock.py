"""What became of time between two looks: the machine was suspended, or somebody set its clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

SUSPENDED_SECONDS = 60.0
"""From which on a suspension is told."""
STEP_SECONDS = 2.0
"""From which on a clock was set; one that is only kept right takes hours for it, and is told when it has gone so far."""
AT_ONCE_SECONDS = 0.1
"""Within which all clocks are to be read; else they are read again."""
TRIES = 5

Clock = Callable[[], float]


def booted_seconds() -> float:
    """Give the seconds since the machine was booted, suspensions included where it tells them."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockFacts:
    """What is known of time since the look before."""

    resumed_at: datetime | None = None
    """When the machine was first seen awake after its last suspension; None: it has not slept since the first look."""
    step: timedelta = timedelta(0)
    """By how much the wall clock was set since this was last told; negative: back."""


@dataclass(frozen=True, slots=True)
class Reading:
    """All clocks at one moment, in seconds."""

    wall: float
    booted: float
    awake: float

    @property
    def offset(self) -> float:
        """Give what only a clock that is set changes."""
        return self.wall - self.booted


class MachineClock:
    """Compares three clocks from look to look.

    The one since boot runs on in a suspension and the monotonic one does not; neither is moved when the wall clock is set. Where
    the machine has no clock since boot, as a Mac, a suspension is told as a clock that was set.
    """

    def __init__(self, wall: Clock = time.time, booted: Clock = booted_seconds, awake: Clock = time.monotonic) -> None:
        """Take the clocks."""
        self._wall = wall
        self._booted = booted
        self._awake = awake
        self._before: Reading | None = None
        self._offset = 0.0
        self._resumed_at: datetime | None = None

    def look(self, now: datetime) -> ClockFacts:
        """Compare the clocks with the look before."""
        before, self._before = self._before, self._read()
        if before is None:
            self._offset = self._before.offset
            return ClockFacts()
        step = self._step(self._before.offset)
        if self._before.booted - before.booted - (self._before.awake - before.awake) > SUSPENDED_SECONDS:
            self._resumed_at = now
        elif self._resumed_at is not None:
            self._resumed_at += step
        return ClockFacts(resumed_at=self._resumed_at, step=step)

    def _step(self, offset: float) -> timedelta:
        moved = offset - self._offset
        if abs(moved) <= STEP_SECONDS:
            return timedelta(0)
        self._offset = offset
        return timedelta(seconds=moved)

    def _read(self) -> Reading:
        """Read all clocks as near to each other as this thread is let."""
        for _ in range(TRIES):
            awake = self._awake()
            found = Reading(wall=self._wall(), booted=self._booted(), awake=awake)
            if self._awake() - awake <= AT_ONCE_SECONDS:
                break
        return found
