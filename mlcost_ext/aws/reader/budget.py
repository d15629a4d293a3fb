"""The published budget of AWS calls: a token bucket, full at first so that the first picture comes at once."""

from __future__ import annotations

import threading
from collections.abc import Callable

CALLS_PER_MINUTE = 12
"""Steady rate, for all watched regions together."""
BURST_CALLS = 60
"""Calls that may be made at once: six thousand jobs' first picture, or sixty launches in a loop."""


class Budget:
    """Say when the next call may be made. Safe to use from several threads."""

    def __init__(
        self, clock: Callable[[], float], *, calls_per_minute: float = CALLS_PER_MINUTE, burst_calls: float = BURST_CALLS
    ) -> None:
        self._clock = clock
        self._per_second = calls_per_minute / 60
        self._burst = burst_calls
        self._tokens = float(burst_calls)
        self._filled_at = clock()
        self._lock = threading.Lock()

    def spend(self) -> None:
        """Count one call, even where nothing is left: somebody waits for the answer, or AWS is asked again."""
        with self._lock:
            self._fill()
            self._tokens -= 1

    def seconds_until(self, reserve: int = 0) -> float:
        """Give the seconds until a call may be made that leaves `reserve` calls to more urgent ones."""
        with self._lock:
            self._fill()
            return max(0.0, (1 + reserve - self._tokens) / self._per_second)

    def _fill(self) -> None:
        now = self._clock()
        self._tokens = min(self._burst, self._tokens + max(0.0, now - self._filled_at) * self._per_second)
        self._filled_at = now
