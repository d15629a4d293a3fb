"""Which of several ways has served best of late, the plain method among them."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from statistics import median

MEASURED = 2000
"""Runs that a choice looks back on."""
LEAST_MEASURED = 20
TURNS = 6
"""A choice is made again whenever a sixth of what it looks back on is new."""
NOTHING = 1e-9


class BestMiddle:
    """Chooses the middle by what the last runs' errors say of each way's median error.

    A median of some thousand errors is too rough to tell ways apart that differ by a few percent. So errors are counted
    with the loss e² / (e² + m²), m the plain way's median error: it is about 0 below m and about 1 above, as the median
    has it, and smooth between (Geman and McClure, Bulletin of the International Statistical Institute 52 (1987)).
    The plain way is the last one; it is chosen at first, and as long as no other has a smaller loss.
    """

    __slots__ = ("_errors", "_new", "best")

    def __init__(self, ways: int) -> None:
        self._errors: list[deque[float]] = [deque(maxlen=MEASURED) for _ in range(ways)]
        self._new = 0
        self.best = ways - 1
        """The number of the way to take."""

    def add(self, middles: Sequence[float], truth: float) -> None:
        """Take in what each way said of a run and what it was, all as ln(seconds)."""
        for errors, middle in zip(self._errors, middles, strict=True):
            errors.append(abs(middle - truth))
        self._new += 1
        count = len(self._errors[0])
        if count >= LEAST_MEASURED and self._new * TURNS >= count:
            self._new = 0
            self._choose()

    def _choose(self) -> None:
        plain = len(self._errors) - 1
        square = median(self._errors[plain]) ** 2 + NOTHING
        losses = [sum([error * error / (error * error + square) for error in errors]) for errors in self._errors]
        best = min(range(plain), key=losses.__getitem__)
        self.best = best if losses[best] < losses[plain] else plain
