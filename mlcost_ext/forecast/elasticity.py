"""How a run's length follows the size of its input: length ~ size to the power of the elasticity."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from statistics import median

POINTS = 32
LEAST_PAIRS = 4
LEAST_STEP = 0.1
"""Sizes that differ by less, in ln, say nothing."""
LEAST, MOST = 0.05, 1.2
BETTER = 0.8
"""With it the typical difference of two runs must be at most this part of what it is without."""

Point = tuple[float, float, str | None]
"""ln(size), ln(seconds), and the type it ran on."""


def elasticity(points: Sequence[Point]) -> float | None:
    """Give the elasticity, above 0 and at most 1.2; None: the points do not show one.

    It is the median slope between a point and the one half the points further on in size (Theil, "A rank-invariant method
    of linear and polynomial regression analysis" (1950), the incomplete method), between runs of one type only.

    Args:
        points: The oldest first; the last 32 of each type count.
    """
    by_kind: dict[str | None, list[tuple[float, float]]] = defaultdict(list)
    for size, value, kind in points:
        by_kind[kind].append((size, value))
    steps: list[tuple[float, float]] = []
    for of_kind in by_kind.values():
        in_order = sorted(of_kind[-POINTS:])
        half = (len(in_order) + 1) // 2
        pairs = zip(in_order[: len(in_order) - half], in_order[half:], strict=True)
        steps += [(b[0] - a[0], b[1] - a[1]) for a, b in pairs if b[0] - a[0] >= LEAST_STEP]
    if len(steps) < LEAST_PAIRS:
        return None
    slope = min(MOST, median(rise / run for run, rise in steps))
    if slope < LEAST:
        return None
    without = median(abs(rise) for _, rise in steps)
    with_it = median(abs(rise - slope * run) for run, rise in steps)
    return slope if with_it <= BETTER * without else None
