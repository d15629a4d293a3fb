"""Delays of the event loop, as the probe inside a server notes them: windows of two arms, and what is held against a limit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median

from .result import Result
from .station import Station
from .stats import percentile, pool, pooled_difference


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The probes of one window, in ms."""

    delays: list[float]
    work: list[float]
    """What the loop's own thread worked between two probes: the part of a delay that is no neighbour's."""

    def __str__(self) -> str:
        return f"p99 {percentile(self.delays, 99):.1f} ms, longest {max(self.delays):.1f} ms, work {max(self.work):.1f} ms"


Windows = dict[str, list[Window]]
"""By arm."""


def begin_window(station: Station) -> None:
    """Start the probe."""
    station.probe("start", "POST")


def end_window(station: Station) -> Window:
    """Stop it, and give what it has noted."""
    station.probe("stop", "POST")
    probes = station.probe("delays")
    return Window(delays=[delay * 1000 for delay, _ in probes], work=[work * 1000 for _, work in probes])


def loop_results(windows: Windows, *, p99_limit: float, longest_limit: float) -> list[Result]:
    """Compare the pooled probes, and the windows' longest delays."""
    delays = {arm: [window.delays for window in found] for arm, found in windows.items()}
    work = {arm: [window.work for window in found] for arm, found in windows.items()}
    late, above = partial(percentile, percent=99), "above bare"
    return [
        compared("loop_p99", f"event loop, 99th percentile of all probes, {above}", delays, late, p99_limit),
        compared("loop_longest", f"median of the windows' longest delays, {above}", longest(delays), median, longest_limit),
        compared("loop_work_p99", f"the loop's own work between two probes, 99th percentile, {above}", work, late, None),
        compared("loop_work_longest", f"the same, median of the windows' longest, {above}", longest(work), median, None),
        alone("loop_p99_bare", "99th percentile, bare", late(pool(delays["bare"])), windows),
        alone("loop_longest_bare", "median of the longest, bare", median(pool(longest(delays)["bare"])), windows),
    ]


def longest(windows: dict[str, list[list[float]]]) -> dict[str, list[list[float]]]:
    """Keep each window's longest."""
    return {arm: [[max(window)] for window in found] for arm, found in windows.items()}


def compared(
    name: str,
    title: str,
    windows: dict[str, list[list[float]]],
    statistic: Callable[[Sequence[float]], float],
    limit: float | None,
) -> Result:
    """Compare a statistic of all probes of both arms."""
    value, interval = pooled_difference(windows["mlcost"], windows["bare"], statistic)
    readings = {arm: [statistic(window) for window in found] for arm, found in windows.items()}
    count = len(windows["bare"])
    return Result(name=name, title=title, unit="ms", value=value, limit=limit, interval=interval, count=count, readings=readings)


def alone(name: str, title: str, value: float, windows: Windows) -> Result:
    """Give a figure of one arm."""
    return Result(name=name, title=title, unit="ms", value=value, count=len(windows["bare"]))
