"""What a benchmark hands back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from .stats import Interval, differences, median_interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One figure, and whether it keeps its limit."""

    name: str
    title: str
    unit: str
    value: float
    limit: float | None = None
    """The most it may be; None: for information."""
    interval: Interval | None = None
    """95 % bootstrap interval; None for what does not vary."""
    count: int = 1
    """Pairs, readings or windows it rests on."""
    readings: dict[str, list[float]] | None = None
    """What was read, by arm, for whoever wants to count again."""

    @property
    def holds(self) -> bool | None:
        """Whether all of the interval is within the limit; None where there is no limit."""
        if self.limit is None:
            return None
        return (self.interval[1] if self.interval else self.value) <= self.limit


def paired(
    name: str, title: str, unit: str, readings: dict[str, list[float]], limit: float | None, *, of: tuple[str, str]
) -> Result:
    """Give the median difference of two arms' readings; ``of`` names them, the one with us first."""
    values = differences(readings[of[0]], readings[of[1]])
    return _of(name, title, unit, values, limit, {arm: readings[arm] for arm in of})


def single(name: str, title: str, unit: str, values: Sequence[float], limit: float | None = None) -> Result:
    """Give the median of one arm's readings."""
    return _of(name, title, unit, values, limit, {"readings": list(values)})


def _of(
    name: str, title: str, unit: str, values: Sequence[float], limit: float | None, readings: dict[str, list[float]]
) -> Result:
    return Result(
        name=name,
        title=title,
        unit=unit,
        value=median(values),
        limit=limit,
        interval=median_interval(values),
        count=len(values),
        readings=readings,
    )
