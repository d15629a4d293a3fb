"""Weighted quantiles of the last runs of several groups.

The groups are mixed as language models back off from long contexts to short ones: of each level's probability a part
goes to the next, more general one, the smaller the more runs the level has (Witten and Bell, "The zero-frequency
problem", IEEE Transactions on Information Theory 37 (1991): n / (n + k) stays). Within a level newer runs count more,
by a power of their age in runs, which remembers both the last run and a long past better than an exponential does.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import itemgetter

LEVEL_RUNS = (40, 24, 16, 16)
"""The most runs that count of the first, second, third and fourth level that is mixed; of more there are none."""
LEAST_SHARE = 0.05
"""A level that would get a smaller part of the probability is left out, and those behind it."""
MOST_CACHED = 2000
PLAIN_RUNS, PLAIN_DECAY = 20, 0.8
TAIL = 0.1
TINY = 1e-12
Three = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Weighing:
    """How much a run counts: (1 + age / `knee`) ** −`power`, age 0 for the last; and `back_off`, the k of the mixture."""

    knee: float
    power: float
    back_off: float

    def of_level(self, count: int) -> list[float]:
        """Give the weights of a level's runs, the last one's last."""
        return [(1 + age / self.knee) ** -self.power for age in range(count - 1, -1, -1)]

    def share(self, count: int) -> float:
        """Give the part of the probability that a level with so many runs passes on, from 0 to 1."""
        return self.back_off / (sum(self.of_level(count)) + self.back_off)

    def of_levels(self, counts: Sequence[int]) -> list[float]:
        """Give the weights of all levels' runs, one level after the other; they add up to 1."""
        weights: list[float] = []
        left = 1.0
        for count in counts[:-1]:
            weights += self._part(count, left * (1 - self.share(count)))
            left *= self.share(count)
        return weights + self._part(counts[-1], left)

    def _part(self, count: int, part: float) -> list[float]:
        weights = self.of_level(count)
        factor = part / sum(weights)
        return [weight * factor for weight in weights]


STEADY = Weighing(4.0, 1.5, 2.0)
"""For the interval, and the middle where runs scatter about a steady level."""
LONE = Weighing(4.0, 1.5, 0.2)
"""As steady, and the next level hardly counts: where groups have little in common."""
PROMPT = Weighing(3.0, 2.0, 1.5)
"""For the middle where the last few runs tell most, as with people who try the same thing again."""

SHARES = [1.0, *(STEADY.share(count) for count in range(1, max(LEVEL_RUNS) + 1))]
"""By the number of runs: what a level passes on."""
PLAIN_WEIGHTS = [[PLAIN_DECAY**age for age in range(count - 1, -1, -1)] for count in range(PLAIN_RUNS + 1)]


class Mixtures:
    """Quantiles of mixed levels; the weights depend on numbers of runs only, and are kept."""

    __slots__ = ("_weights",)

    def __init__(self) -> None:
        self._weights: dict[tuple[int, ...], tuple[list[float], ...]] = {}

    def quantiles(self, levels: Sequence[list[float]]) -> tuple[Three, Three, float]:
        """Give low, middle and high of the steady way, the same of the lone one, and the prompt middle.

        Args:
            levels: ln(seconds) of each level's runs, none empty, the oldest first; as many runs as `LEVEL_RUNS` at most.
        """
        counts = tuple(map(len, levels))
        found = self._weights.get(counts)
        if found is None:
            if len(self._weights) >= MOST_CACHED:
                self._weights.clear()
            found = self._weights[counts] = tuple(way.of_levels(counts) for way in (STEADY, LONE, PROMPT))
        values = [value for level in levels for value in level]
        in_order = itemgetter(*sorted(range(len(values)), key=values.__getitem__), 0)  # with one index it would give no tuple
        sizes = in_order(values)[:-1]
        steady, lone, prompt = in_order(found[0])[:-1], in_order(found[1])[:-1], in_order(found[2])[:-1]
        return _three(sizes, steady), _three(sizes, lone), smooth_quantile(sizes, prompt, list(accumulate(prompt)), 0.5)


def _three(values: Sequence[float], weights: Sequence[float]) -> Three:
    summed = list(accumulate(weights))
    return (
        smooth_quantile(values, weights, summed, TAIL),
        smooth_quantile(values, weights, summed, 0.5),
        smooth_quantile(values, weights, summed, 1 - TAIL),
    )


def smooth_quantile(values: Sequence[float], weights: Sequence[float], summed: Sequence[float], part: float) -> float:
    """Give a weighted quantile, each value at the middle of its own weight and straight lines between them.

    Args:
        values: In order of their size.
        weights: Theirs; they add up to 1.
        summed: The weights up to and with each.
        part: From 0 to 1.
    """
    place = bisect_left(summed, part)
    if place == len(values):
        place -= 1  # what the weights add up to is a rounding below 1
    here = summed[place] - weights[place] / 2
    other = place - 1 if part < here else place + 1
    if other < 0 or other == len(values):
        return values[place]
    there = summed[other] - weights[other] / 2
    return values[place] + (part - here) / (there - here) * (values[other] - values[place])


def plain_quantiles(values: list[float]) -> Three:
    """Give low, middle and high of the last twenty, weighted by 0.8 per step back: the plain method.

    Args:
        values: ln(seconds) of one group's runs, the oldest first; at least one, `PLAIN_RUNS` at most.
    """
    weights = PLAIN_WEIGHTS[len(values)]
    order = sorted(range(len(values)), key=values.__getitem__)
    summed = list(accumulate([weights[place] for place in order]))
    whole, last = summed[-1] - TINY, len(values) - 1
    return (
        values[order[min(last, bisect_left(summed, TAIL * whole))]],
        values[order[min(last, bisect_left(summed, 0.5 * whole))]],
        values[order[min(last, bisect_left(summed, (1 - TAIL) * whole))]],
    )
