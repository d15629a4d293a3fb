"""The published budget of AWS calls: 150 until the first picture is there, and from then on 120 in any ten minutes.

What a user waits for (a stop, a delete, a look at what became of it) is sent at once and counts all the same: everything
else waits until the window has room again. `docs/architecture.md` has the figures for users.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable

WINDOW_SECONDS = 602.0
"""Ten minutes, and a little for the way to AWS, so that no ten minutes of AWS's own count hold more."""
WINDOW_CALLS = 120
FIRST_PICTURE_CALLS = 150
OBSERVED_SECONDS = 900.0
SESSION_CALLS = 6
"""Of these, left to what a user asks for meanwhile, and to what the server asks of its own machine."""


class Budget:
    """Say when the next call may be made. Safe to use from several threads."""

    def __init__(self, clock: Callable[[], float], *, window_calls: int = WINDOW_CALLS) -> None:
        self._clock = clock
        self._window_calls = window_calls
        self._calls: deque[float] = deque()
        self._first_left = FIRST_PICTURE_CALLS
        self._lock = threading.Lock()
        self.spent = 0
        """Calls that counted in the window, since the start."""
        self.first_spent = 0
        """Calls of the first picture."""

    def begin_with(self, seconds_ago: Iterable[float], *, first_calls: int = 0) -> None:
        """Count calls that other processes made before this one was started.

        Args:
            seconds_ago: When those were made that count in the window.
            first_calls: How many were made for first pictures in the last ten minutes: two of those may be begun, and no more.
        """
        with self._lock:
            now = self._clock()
            self._calls.extend(sorted(now - seconds for seconds in seconds_ago))
            self._first_left = max(0, min(self._first_left, 2 * FIRST_PICTURE_CALLS - first_calls))

    def spend(self) -> None:
        """Count one call, even where there is no room for it: of the first picture, and once that is there of the window."""
        with self._lock:
            if self._first_left > 0:
                self._first_left -= 1
                self.first_spent += 1
                return
            self.spent += 1
            self._calls.append(self._clock())

    @property
    def has_first_calls(self) -> bool:
        """Whether a call for the first picture is left to the poller."""
        return self._first_left > SESSION_CALLS

    def end_first_picture(self) -> None:
        """Let the allowance lapse, since the first picture is there."""
        with self._lock:
            self._first_left = 0

    def used(self) -> int:
        """Give the calls of the last ten minutes."""
        with self._lock:
            self._forget()
            return len(self._calls)

    def seconds_until(self, *, per_second: float = 0.0, reserve: float = 0.0) -> float:
        """Give the seconds until a call may be made that leaves enough to others, at any moment of the next ten minutes.

        Args:
            per_second: The calls that more urgent ones will make.
            reserve: Calls that are to be free at all times besides.
        """
        with self._lock:
            self._forget()
            now, count, wait = self._clock(), len(self._calls), 0.0
            free = max(0.0, self._window_calls - 1 - reserve)
            if count > free:
                wait = self._calls[count - int(free) - 1] + WINDOW_SECONDS - now
            if per_second > 0:
                wait = max([wait, *self._waits(now, free, per_second)])
            return max(0.0, wait)

    def _waits(self, now: float, free: float, per_second: float) -> Iterable[float]:
        """Give, for each call of the window, how long to wait so that what others need until it leaves still fits."""
        count = len(self._calls)
        for index, at in enumerate(self._calls):
            leaves = at + WINDOW_SECONDS
            slack = max(0.0, free - (count - index))
            yield min(leaves, leaves - slack / per_second) - now

    def _forget(self) -> None:
        now = self._clock()
        while self._calls and self._calls[0] + WINDOW_SECONDS <= now:
            self._calls.popleft()


class Bucket:
    """So many calls at once, and then one now and then: a hundred details do not use up ten minutes' calls in a second."""

    def __init__(self, clock: Callable[[], float], *, burst: float, per_second: float) -> None:
        self._clock, self._burst, self._per_second = clock, burst, per_second
        self._tokens, self._filled_at = burst, clock()
        self._spent: deque[float] = deque()
        self._began = clock()

    def spend(self) -> None:
        """Take one."""
        self._fill()
        self._tokens -= 1
        self._spent.append(self._clock())

    def usual(self) -> float | None:
        """Give how many ten minutes usually take, by the last quarter of an hour; None while that is not over."""
        now = self._clock()
        while self._spent and self._spent[0] <= now - OBSERVED_SECONDS:
            self._spent.popleft()
        if now - self._began < OBSERVED_SECONDS:
            return None
        return len(self._spent) * WINDOW_SECONDS / OBSERVED_SECONDS

    def seconds_until(self) -> float:
        """Give the seconds until there is one."""
        self._fill()
        return max(0.0, (1 - self._tokens) / self._per_second)

    def _fill(self) -> None:
        now = self._clock()
        self._tokens = min(self._burst, self._tokens + max(0.0, now - self._filled_at) * self._per_second)
        self._filled_at = now
