"""Medians of paired readings, and how sure they are. Standard library only."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from statistics import median

RESAMPLES = 5000
CONFIDENCE_FRACTION = 0.95
SEED = 20261123

Interval = tuple[float, float]
Readings = Sequence[float]


def differences(ours: Readings, theirs: Readings) -> list[float]:
    """Subtract reading by reading.

    Raises:
        ValueError: The readings are not paired.
    """
    return [a - b for a, b in zip(ours, theirs, strict=True)]


def percentile(values: Readings, percent: float) -> float:
    """Give the value that ``percent`` of all values do not exceed, interpolated between neighbours.

    Raises:
        ValueError: There is no value.
    """
    if not values:
        raise ValueError("a percentile needs at least one value")
    ordered = sorted(values)
    place = (len(ordered) - 1) * percent / 100
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def median_interval(values: Readings, *, resamples: int = RESAMPLES) -> Interval:
    """Give the bootstrap interval of the median; the same values always give the same interval."""
    return bootstrap(len(values), lambda picked: median([values[i] for i in picked]), resamples=resamples)


def bootstrap(count: int, statistic: Callable[[Sequence[int]], float], *, resamples: int = RESAMPLES) -> Interval:
    """Give the 95 % percentile interval of a statistic over ``count`` readings drawn anew with replacement.

    Args:
        count: How many readings there are.
        statistic: Called with the places of the readings drawn; one of a pair never comes without the other.
        resamples: How often readings are drawn.
    """
    if count == 0:
        raise ValueError("an interval needs at least one reading")
    draw = random.Random(SEED)
    places = range(count)
    found = [statistic(draw.choices(places, k=count)) for _ in range(resamples)]
    tail = 100 * (1 - CONFIDENCE_FRACTION) / 2
    return percentile(found, tail), percentile(found, 100 - tail)


def pooled_difference(
    ours: Sequence[Readings],
    theirs: Sequence[Readings],
    statistic: Callable[[Readings], float],
    *,
    resamples: int = 1000,
) -> tuple[float, Interval]:
    """Compare a statistic of all probes of all windows, with an interval over pairs of windows.

    Args:
        ours: Windows with us, each its probes.
        theirs: As many windows without us, taken in turn with ours.
        statistic: What is compared, such as a percentile.
        resamples: How often windows are drawn.
    """
    if len(ours) != len(theirs):
        raise ValueError("windows are not paired")

    def difference(picked: Sequence[int]) -> float:
        return statistic(pool([ours[i] for i in picked])) - statistic(pool([theirs[i] for i in picked]))

    return difference(range(len(ours))), bootstrap(len(ours), difference, resamples=resamples)


def pool(windows: Sequence[Readings]) -> list[float]:
    """Put all windows' probes together."""
    return [probe for window in windows for probe in window]
