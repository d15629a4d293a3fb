"""The runs of one group that are remembered, and those of them that tell of a run to come."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from typing import NamedTuple

from .elasticity import elasticity
from .margin import OWN_RESIDUALS
from .window import Window

KEPT = 256
"""Runs of a group that are remembered at least; twice as many at most."""
LOOKED_AT = 128
"""The last runs among which those of the right type are looked for."""
FITTED = 64
"""The last runs that an elasticity is fitted to."""
REFIT = 16
"""The elasticity is fitted again after so many runs with a known size, and after each of the first few."""
ShiftTo = Callable[[str], float | None]
"""From a type to what its ln(seconds) need added; None: not known."""


class Taken(NamedTuple):
    """ln(seconds) of runs, the oldest first, as if they had had the size and the type that were asked for."""

    values: list[float]
    is_scaled: bool = False
    is_across_types: bool = False


class Group:
    """Runs in the order of their end."""

    __slots__ = ("_new_sizes", "count", "elasticity", "ends", "residuals", "sizes", "types", "values")

    def __init__(self) -> None:
        self.ends: list[float] = []
        self.values: list[float] = []
        """ln(seconds)."""
        self.sizes: list[float | None] | None = None
        """ln(bytes); None: of none of them is it known."""
        self.types: list[str | None] | None = None
        """None: of none of them is it known."""
        self.count = 0
        """Of all runs there ever were."""
        self.elasticity: float | None = None
        self.residuals: tuple[Window, Window] | None = None
        """Of the steady and of the lone way, as in `margin`."""
        self._new_sizes = 0

    def add(self, ended_at: float, value: float, size: float | None, kind: str | None) -> None:
        """Take in a run that ended last."""
        if size is not None or self.sizes is not None or kind is not None or self.types is not None:
            self._add_facts(size, kind)
        self.ends.append(ended_at)
        self.values.append(value)
        self.count += 1
        if len(self.values) > 2 * KEPT:
            for kept in (self.ends, self.values, self.sizes, self.types):
                if kept is not None:
                    del kept[:KEPT]
        if size is not None:
            self._note_size()

    def add_residuals(self, steady: float, lone: float) -> None:
        """Take in how far outside of its intervals, before any margin, a run lay, in ln."""
        if self.residuals is None:
            self.residuals = (Window(OWN_RESIDUALS), Window(OWN_RESIDUALS))
        self.residuals[0].add(steady)
        self.residuals[1].add(lone)

    def ended_by(self, moment: float | None, most: int) -> int:
        """Give how many of the remembered runs had ended by then (None: all).

        Where all of them are newer but there were older ones, which are forgotten, the oldest `most` stand in for those.
        """
        ends = self.ends
        if moment is None or ends[-1] <= moment:
            return len(ends)
        return bisect_right(ends, moment) or (min(most, len(ends)) if self.count > len(ends) else 0)

    def taken(self, ended: int, most: int, size: float | None, kind: str | None, shift_to: ShiftTo) -> Taken:
        """Give the last `most` of the first `ended` runs that tell of one of this size and type.

        With a type known, runs of other types count only with a measured ratio, and those of an unknown type do not.
        With a size known and an elasticity measured, only runs with a known size count.
        """
        slope = self.elasticity if size is not None else None
        if slope is None and kind is None:
            return Taken(self.values[max(0, ended - most) : ended])
        shifts = self._shifts(ended, kind, shift_to)
        sizes = self.sizes if slope is not None else None
        values: list[float] = []
        is_across = False
        for place in range(ended - 1, max(-1, ended - 1 - LOOKED_AT), -1):
            own = self.types[place] if self.types else None
            shift, known = shifts[own], sizes[place] if sizes else size
            if shift is None or (sizes and known is None):
                continue
            is_across = is_across or (kind is not None and own != kind)
            grown = 0.0 if slope is None or size is None or known is None else slope * (size - known)
            values.append(self.values[place] + shift + grown)
            if len(values) == most:
                break
        return Taken(values[::-1], slope is not None, is_across)

    def _shifts(self, ended: int, kind: str | None, shift_to: ShiftTo) -> dict[str | None, float | None]:
        """Give what runs of each type need added; None: they do not count."""
        types: Iterable[str | None] = self.types[max(0, ended - LOOKED_AT) : ended] if self.types else (None,)
        if kind is None:
            return dict.fromkeys(types, 0.0)
        return {own: 0.0 if own == kind else None if own is None else shift_to(own) for own in set(types)}

    def _add_facts(self, size: float | None, kind: str | None) -> None:
        """Take in what is known of a run, before its length."""
        if size is not None and self.sizes is None:
            self.sizes = [None] * len(self.values)
        if kind is not None and self.types is None:
            self.types = [None] * len(self.values)
        if self.sizes is not None:
            self.sizes.append(size)
        if self.types is not None:
            self.types.append(kind)

    def _note_size(self) -> None:
        self._new_sizes += 1
        if self._new_sizes < REFIT and self.count > REFIT:
            return
        self._new_sizes = 0
        assert self.sizes is not None
        first = max(0, len(self.values) - FITTED)
        kinds = self.types[first:] if self.types else [None] * FITTED
        points = [
            (known, value, kind)
            for known, value, kind in zip(self.sizes[first:], self.values[first:], kinds, strict=False)
            if known is not None
        ]
        self.elasticity = elasticity(points)
