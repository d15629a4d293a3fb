"""When one region may be asked again after AWS did not answer: fewer calls where it says that there are too many."""

from __future__ import annotations

from collections.abc import Callable

from mlcost_ext.core.job import Problem

from .pace import Random, jittered

SHARED_CODES = frozenset(
    {
        "clock_differs",
        "credentials_expired",
        "credentials_missing",
        "network_unreachable",
        "region_missing",
        "throttled",
    }
)
"""Faults that the next call would meet as well, whatever it asks."""
RETRY_SECONDS = 10.0
FIRST_THROTTLED_SECONDS = 15.0
MAX_SECONDS = 60.0
"""AWS is asked once a minute at least."""
LEAST_SECONDS = 5.0
"""A wait that has become shorter than this is over."""


class Gate:
    """One region's door: closed for a while after a fault that concerns all calls."""

    def __init__(self, clock: Callable[[], float], random: Random) -> None:
        self._clock, self._random = clock, random
        self._opens_at = float("-inf")
        self._retry_seconds = RETRY_SECONDS
        self.problem: Problem | None = None
        """What the last call met; None: it was answered."""
        self.seconds_between: float | None = None
        """How long is waited between two calls since AWS was asked too often; None: it was not."""

    def opens_at(self) -> float:
        """Give when the next call may be made."""
        return self._opens_at

    def passed(self) -> None:
        """Note an answer: what was slowed down becomes faster again, by half a call."""
        self.problem, self._retry_seconds = None, RETRY_SECONDS
        self._opens_at = float("-inf")
        if self.seconds_between is not None:
            halved = self.seconds_between / 2
            self.seconds_between = halved if halved >= LEAST_SECONDS else None
        if self.seconds_between is not None:
            self._close(self.seconds_between)

    def failed(self, problem: Problem, *, is_alone: bool) -> None:
        """Note a fault.

        Args:
            problem: What AWS, or the way to it, said.
            is_alone: Whether no other region has to wait while this one hangs.
        """
        if problem.code not in SHARED_CODES:
            return
        self.problem = problem
        if problem.code == "throttled":
            self.seconds_between = min(MAX_SECONDS, max(FIRST_THROTTLED_SECONDS, 2 * (self.seconds_between or 0.0)))
            self._close(self.seconds_between)
            return
        self._close(self._retry_seconds)
        if problem.code == "network_unreachable" and not is_alone:
            self._retry_seconds = min(MAX_SECONDS, 2 * self._retry_seconds)

    def hurry(self) -> None:
        """Let the next call be made now, since somebody looks; AWS's own wish to be asked less is kept."""
        if self.seconds_between is None:
            self._opens_at, self._retry_seconds = float("-inf"), RETRY_SECONDS

    def _close(self, seconds: float) -> None:
        self._opens_at = self._clock() + jittered(seconds, self._random)
