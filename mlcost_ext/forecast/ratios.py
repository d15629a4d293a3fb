"""How much longer the same takes on one type than on another, measured where one group has run on both."""

from __future__ import annotations

from statistics import median

from .group import Group

LEAST_RUNS = 3
"""On each of two types, for their ratio to be measured."""
MOST_GROUPS = 32
"""Groups that a ratio is the median of, those measured last."""
MOST_PAIRS = 2000
MEASURED_ON = 64
"""The last runs of a group that its ratios come from."""
EVERY = 8
"""A group with several types is measured again after so many runs."""


class Ratios:
    """Differences of ln(seconds) between two types, by pair and by group."""

    __slots__ = ("_by_pair",)

    def __init__(self) -> None:
        self._by_pair: dict[tuple[str, str], dict[str, float]] = {}

    def measure(self, key: str, group: Group, kind: str) -> None:
        """Measure again what the group says of a type it has run on just now."""
        if group.types is None or (group.count > 2 * EVERY and group.count % EVERY):
            return
        by_kind = _by_kind(group, group.types)
        mine = by_kind.pop(kind, [])
        if len(mine) < LEAST_RUNS:
            return
        middle = median(mine)
        for other, values in by_kind.items():
            if len(values) >= LEAST_RUNS:
                self._keep((kind, other), key, middle - median(values))
                self._keep((other, kind), key, median(values) - middle)

    def between(self, key: str, to: str, other: str) -> float | None:
        """Give ln(seconds on `to`) − ln(seconds on `other`): the group's own, else the median of others'; None: not measured."""
        measured = self._by_pair.get((to, other))
        if measured is None:
            return None
        own = measured.get(key)
        return median(measured.values()) if own is None else own

    def _keep(self, pair: tuple[str, str], key: str, difference: float) -> None:
        measured = self._by_pair.get(pair)
        if measured is None:
            if len(self._by_pair) >= MOST_PAIRS:
                self._by_pair.pop(next(iter(self._by_pair)))
            measured = self._by_pair[pair] = {}
        measured.pop(key, None)
        measured[key] = difference
        if len(measured) > MOST_GROUPS:
            measured.pop(next(iter(measured)))


def _by_kind(group: Group, types: list[str | None]) -> dict[str, list[float]]:
    """Give the last ln(seconds) by type; with an elasticity measured, as if all inputs had been of one byte."""
    found: dict[str, list[float]] = {}
    slope, sizes = group.elasticity, group.sizes
    for place in range(max(0, len(types) - MEASURED_ON), len(types)):
        kind, value = types[place], group.values[place]
        if slope is not None and sizes is not None:
            size = sizes[place]
            if size is None:
                continue
            value -= slope * size
        if kind is not None:
            found.setdefault(kind, []).append(value)
    return found
