"""Forecaster: learns from ended runs one by one, and says how long the next one will take.

The interval is that of a mixture of the run's groups (`mixture`), widened or narrowed by a conformal margin (`margin`).
There are three ways to it: a steady mixture, one in which the most specific group stands nearly alone, and the plain
method (that group's last twenty runs); of these, as for the middle (`choice`), the one is taken that has served best of
late. A run is measured as it would have been forecast at its start, from what had ended by then.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from .choice import BestMiddle
from .group import Group, Taken
from .margin import Interval, Margin
from .mixture import LEAST_SHARE, LEVEL_RUNS, PLAIN_RUNS, SHARES, Mixtures, plain_quantiles
from .ratios import Ratios
from .run import Forecast, Keys, Run
from .window import Window

LEAST_RUNS = 3
"""Of one group, for a forecast."""
MOST_GROUPS = 10_000
"""Groups of one level that are remembered; the one that was used longest ago is forgotten first."""
ALWAYS_MEASURED = 5000
"""So many runs are held against the forecast that they would have had; of those after them every third one is."""
GOLDEN, WHOLE = 2654435769, 2**32
MEASURED_PART = WHOLE // 3
"""Which those are: by multiples of the golden ratio, so that runs that take turns are not told apart by it."""
CLOCK = 1e-6
"""Seconds within which an end and a start count as the same moment."""
NOTHING_OWN: tuple[tuple[Window, ...], ...] = ((), (), ())


class _Known(NamedTuple):
    """What is known of a run before it starts."""

    levels: list[list[float]]
    """ln(seconds) of the groups that are mixed, the most specific first."""
    plain: Taken
    """Of the most specific group with three runs or more."""
    group: int
    own: tuple[tuple[Window, ...], ...]
    """For each way the residuals of groups whose own margins count, the most general first."""


class _Raw(NamedTuple):
    """What the ways say, before any margin, as ln(seconds)."""

    middles: tuple[float, float, float, float]
    """Steady, prompt, lone, plain."""
    intervals: tuple[Interval, Interval, Interval]
    """Steady, lone, plain."""


class Forecaster:
    """What ended runs say of the next one. The same runs give the same forecasts.

    Memory is bounded by the number of groups that are remembered, time by what is looked at of each.
    """

    def __init__(self) -> None:
        self._levels: list[dict[str, Group]] = []
        self._ratios: list[Ratios] = []
        self._mixtures = Mixtures()
        self._margins = (Margin(), Margin(), Margin(is_plain=True))
        self._middle = BestMiddle(4)
        self._last_end = -math.inf
        self._count = 0

    def add(self, run: Run) -> None:
        """Take in a run that has ended; runs come in the order of their end.

        Raises:
            ValueError: It ended before the one added last, or a number is not finite, or it took less than nothing.
        """
        seconds, ended_at, groups = run.seconds, run.ended_at, run.groups
        if not (0 <= seconds < math.inf and self._last_end <= ended_at < math.inf):
            raise ValueError(f"a run of {seconds} s that ended at {ended_at}, after one that ended at {self._last_end}")
        self._last_end = ended_at
        value, size, kind = math.log(max(1.0, seconds)), _size(run.scale), run.speed_key
        while len(self._levels) < len(groups):
            self._levels.append({})
            self._ratios.append(Ratios())
        residuals = None
        if self._count < ALWAYS_MEASURED or self._count * GOLDEN % WHOLE < MEASURED_PART:
            residuals = self._measured(groups, size, kind, value, ended_at - seconds + CLOCK)
        self._count += 1
        general = len(groups) - 2
        for number, key in enumerate(groups):
            if key is None:
                continue
            group = self._touched(number, key)
            group.add(ended_at, value, size, kind)
            if kind is not None and (number <= general or number == 0):
                self._ratios[number].measure(key, group, kind)
            if residuals is not None and number >= general and 2 * group.count <= self._count:
                group.add_residuals(*residuals)

    def forecast(self, groups: Keys, *, scale: float | None = None, speed_key: str | None = None) -> Forecast | None:
        """Say how long a run will take; None: no group of it has three runs that tell of it.

        A group's runs on another type tell of it only by a ratio that was measured where one group (any but the most
        general) ran three times or more on both; else they are passed over, and a more general group is looked at.

        Args:
            groups: As in `Run`.
            scale: Size of its input in bytes; runs are converted to it where their group shows how length follows size.
            speed_key: What it will run on, as in `Run`; None: runs on any type tell of it.
        """
        known = self._known(groups, _size(scale), speed_key, None)
        if known is None:
            return None
        raw = self._raw(known)
        middle = raw.middles[self._middle.best]
        way = min(range(len(self._margins)), key=lambda number: self._margins[number].score)
        low, high = self._margins[way].widened(raw.intervals[way], known.own[way])
        return Forecast(
            low=math.exp(min(low, middle)),
            expected=math.exp(middle),
            high=math.exp(max(high, middle)),
            sample_size=len(known.plain.values),
            group=known.group,
            is_scaled=known.plain.is_scaled,
            is_across_types=known.plain.is_across_types,
        )

    def _measured(
        self, groups: Keys, size: float | None, kind: str | None, value: float, start: float
    ) -> tuple[float, float] | None:
        """Forecast a run as at its start, note how well each way did, and give the residuals of the first two."""
        known = self._known(groups, size, kind, start)
        if known is None:
            return None
        raw = self._raw(known)
        self._middle.add(raw.middles, value)
        (steady, lone, plain), intervals, own = self._margins, raw.intervals, known.own
        plain.note(intervals[2], own[2], value)
        return steady.note(intervals[0], own[0], value), lone.note(intervals[1], own[1], value)

    def _known(self, groups: Keys, size: float | None, kind: str | None, moment: float | None) -> _Known | None:
        levels: list[list[float]] = []
        plain: Taken | None = None
        chosen, share = 0, 1.0
        for number, (key, of_level) in enumerate(zip(groups, self._levels, strict=False)):
            group = of_level.get(key) if key is not None else None
            if key is None or group is None:
                continue
            most = LEVEL_RUNS[min(len(levels), len(LEVEL_RUNS) - 1)]
            taken = self._taken(number, key, group, group.ended_by(moment, most), most, size, kind)
            count = len(taken.values)
            if count and len(levels) < len(LEVEL_RUNS):
                levels.append(taken.values)
                share *= SHARES[count]
            if count >= LEAST_RUNS and plain is None:
                plain, chosen = taken, number
            if share < LEAST_SHARE and plain is not None:
                break
        return None if plain is None else _Known(levels, plain, chosen, self._own(groups))

    def _taken(self, number: int, key: str, group: Group, ended: int, most: int, size: float | None, kind: str | None) -> Taken:
        if kind is None and size is None:
            return Taken(group.values[max(0, ended - most) : ended])

        def shift(other: str) -> float | None:
            for ratios in self._ratios[: number + 1]:
                found = ratios.between(key, kind or "", other)
                if found is not None:
                    return found
            return None

        return group.taken(ended, most, size, kind, shift)

    def _own(self, groups: Keys) -> tuple[tuple[Window, ...], ...]:
        """Give the residuals of the two most general groups, the more general one first, without one that most runs are of."""
        found: list[tuple[Window, Window]] = []
        for number in range(min(len(groups), len(self._levels)) - 1, max(0, len(groups) - 2) - 1, -1):
            key = groups[number]
            group = self._levels[number].get(key) if key is not None else None
            if group is not None and group.residuals is not None and 2 * group.count <= self._count:
                found.append(group.residuals)
        return (*zip(*found, strict=True), ()) if found else NOTHING_OWN

    def _raw(self, known: _Known) -> _Raw:
        steady, lone, prompt = self._mixtures.quantiles(known.levels)
        plain = plain_quantiles(known.plain.values[-PLAIN_RUNS:])
        return _Raw((steady[1], prompt, lone[1], plain[1]), ((steady[0], steady[2]), (lone[0], lone[2]), (plain[0], plain[2])))

    def _touched(self, number: int, key: str) -> Group:
        """Give a group, as the one of its level that was used last; where there are too many, the first goes."""
        of_level = self._levels[number]
        group = of_level.pop(key, None) or Group()
        of_level[key] = group
        if len(of_level) > MOST_GROUPS:
            del of_level[next(iter(of_level))]
        return group


def _size(scale: float | None) -> float | None:
    """Give ln(bytes); None: not known."""
    return math.log(scale) if scale is not None and 0 < scale < math.inf else None
