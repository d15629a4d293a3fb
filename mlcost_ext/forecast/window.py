"""The last so many of a stream of numbers: their quantiles, and their mean."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque


class Window:
    """Numbers in the order they came and in that of their size; adding one takes logarithmic time and a short move of memory."""

    __slots__ = ("_in_order", "_sorted")

    def __init__(self, most: int) -> None:
        self._in_order: deque[float] = deque(maxlen=most)
        self._sorted: list[float] = []

    def __len__(self) -> int:
        return len(self._sorted)

    def add(self, value: float) -> None:
        """Take one in; where there are as many as there may be, the oldest goes."""
        values, in_order = self._sorted, self._in_order
        if len(values) == in_order.maxlen:
            del values[bisect_left(values, in_order[0])]
        in_order.append(value)
        insort(values, value)

    def quantile(self, part: float) -> float:
        """Give the quantile, between two neighbours as NumPy's default has it; there must be a number.

        Args:
            part: From 0 to 1.
        """
        values = self._sorted
        place = part * (len(values) - 1)
        below = int(place)
        rest = place - below
        return values[below] + rest * (values[below + 1] - values[below]) if rest else values[below]


class Mean:
    """The mean of the last so many numbers."""

    __slots__ = ("_sum", "_values")

    def __init__(self, most: int) -> None:
        self._values: deque[float] = deque(maxlen=most)
        self._sum = 0.0

    def add(self, value: float) -> None:
        """Take one in; where there are as many as there may be, the oldest goes."""
        if len(self._values) == self._values.maxlen:
            self._sum -= self._values[0]
        self._values.append(value)
        self._sum += value

    def mean(self) -> float:
        """Give the mean; 0 where there is no number."""
        return self._sum / len(self._values) if self._values else 0.0
