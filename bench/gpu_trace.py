"""A trace of GPU use: how much of the time each container's GPU computed, sample by sample."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from .traces import TraceError, rows, wrong

CONTAINER, SECONDS = "container", "seconds_from_start"
USES = ("gpu_duty_cycle_pct", "gpu_duty_cycle_percent", "gpu_duty_cycle_fraction", "gpu_duty_cycle")
MISSING = frozenset({"", "nan", "na", "null", "none"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """What is known of one container's GPU."""

    name: str
    samples: tuple[tuple[float, float], ...]
    """Seconds and fraction of use, in the order of time, each time once; what was not measured is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GpuTrace:
    """All containers that have a sample."""

    containers: tuple[Container, ...]
    without_sample: int
    """Containers of which nothing was measured."""


Sample = tuple[float, float]


def load(path: Path) -> GpuTrace:
    """Read a trace. Rows may be in any order; of several of one moment the most use counts.

    Raises:
        TraceError: It is no trace of that shape, or nothing was measured in it.
    """
    column = use_column(path)
    found: dict[str, list[Sample]] = {}
    for line, row in rows(path, (CONTAINER, SECONDS, column)):
        samples = found.setdefault(row[CONTAINER], [])
        if row[column].strip().lower() not in MISSING:
            samples.append((number(path, line, SECONDS, row), number(path, line, column, row)))
    uses = [use for samples in found.values() for _, use in samples]
    if not uses:
        raise TraceError(f"The trace {path.name} has no sample of any container.")
    whole = whole_of(path, column, uses)
    measured = {name: samples for name, samples in found.items() if samples}
    return GpuTrace(
        containers=tuple(Container(name=name, samples=in_order(samples, whole)) for name, samples in measured.items()),
        without_sample=len(found) - len(measured),
    )


def use_column(path: Path) -> str:
    """Find the column that tells the use."""
    header: dict[str, str] = next((row for _, row in rows(path, (CONTAINER, SECONDS))), {})
    found = next((name for name in USES if name in header), None)
    if found is None:
        told = "has no rows" if not header else f"lacks the column {USES[0]} (or {', '.join(USES[1:])})"
        raise TraceError(f"The trace {path.name} {told}.")
    return found


def number(path: Path, line: int, column: str, row: dict[str, str]) -> float:
    """Read a cell that holds a number from 0 on."""
    try:
        value = float(row[column])
    except ValueError:
        raise wrong(path, line, column, row[column]) from None
    if not math.isfinite(value) or (value < 0 and column != SECONDS):
        raise wrong(path, line, column, row[column])
    return value


def whole_of(path: Path, column: str, uses: list[float]) -> float:
    """Tell what full use is: 1 where the column says so or no value exceeds it, else 100."""
    most = max(uses)
    whole = 1.0 if column.endswith("fraction") or most <= 1 else 100.0
    if most > whole:
        raise TraceError(f"The trace {path.name} has {most:g} for {column}, more than {whole:g}.")
    return whole


def in_order(samples: list[Sample], whole: float) -> tuple[Sample, ...]:
    """Put samples in the order of time, from 0 on, and those of the same moment together."""
    ordered = sorted(samples)
    first = ordered[0][0]
    return tuple((at - first, max(use for _, use in same) / whole) for at, same in groupby(ordered, key=lambda sample: sample[0]))
