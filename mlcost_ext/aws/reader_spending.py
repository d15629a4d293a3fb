"""The calls that readers before the present one made, so that one that ends and starts again asks AWS no more for it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

WINDOW_SECONDS = 610.0
"""A little more than the budget's ten minutes."""


class Spending:
    """What was spent within the budget's window, by all readers."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._calls: deque[tuple[float, int]] = deque()
        self._first: deque[tuple[float, int]] = deque()
        self._told, self._first_told = 0, 0

    def started(self) -> None:
        """Note that a reader begins to count from nothing."""
        self._told, self._first_told = 0, 0

    def note(self, document: Mapping[str, Any]) -> None:
        """Take in what a status tells."""
        budget = document.get("budget")
        if document.get("push") != "status" or not isinstance(budget, dict):
            return
        window, first = budget.get("window"), budget.get("first_picture")
        if isinstance(window, int) and window > self._told:
            self._calls.append((self._clock(), window - self._told))
            self._told = window
        if isinstance(first, int) and first > self._first_told:
            self._first.append((self._clock(), first - self._first_told))
            self._first_told = first

    def earlier(self) -> list[list[float]]:
        """Give how many seconds ago calls were made, and how many."""
        now = self._clock()
        forget(self._calls, now)
        return [[round(now - at, 1), count] for at, count in self._calls]

    def earlier_first(self) -> int:
        """Give how many calls of first pictures were made."""
        forget(self._first, self._clock())
        return sum(count for _, count in self._first)


def forget(calls: deque[tuple[float, int]], now: float) -> None:
    """Drop what was before the window."""
    while calls and now - calls[0][0] > WINDOW_SECONDS:
        calls.popleft()
