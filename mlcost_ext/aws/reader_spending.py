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
        self._told = 0

    def started(self) -> None:
        """Note that a reader begins to count from nothing."""
        self._told = 0

    def note(self, document: Mapping[str, Any]) -> None:
        """Take in what a status tells."""
        budget = document.get("budget")
        window = budget.get("window") if isinstance(budget, dict) else None
        if document.get("push") == "status" and isinstance(window, int) and window > self._told:
            self._calls.append((self._clock(), window - self._told))
            self._told = window

    def earlier(self) -> list[list[float]]:
        """Give how many seconds ago calls were made, and how many."""
        now = self._clock()
        while self._calls and now - self._calls[0][0] > WINDOW_SECONDS:
            self._calls.popleft()
        return [[round(now - at, 1), count] for at, count in self._calls]
