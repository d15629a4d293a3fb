"""What would have been stopped on a trace of GPU use, by our verdict and by the plain rule "unused for N minutes".

Both look at each sample and stop there. A container that was stopped is taken for idle until its GPU is used again, or its
trace ends; then everything begins anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from itertools import pairwise

from mlcost_ext.core.activity import GpuFacts, Measurements
from mlcost_ext.core.idle import IdleOptions
from mlcost_ext.idle.signals import gpu, server_started
from mlcost_ext.idle.tracking import Tracked, track
from mlcost_ext.idle.verdict import verdict

from .gpu_trace import Container

START = datetime(2026, 1, 1, tzinfo=timezone.utc)
KINDS = (gpu.SIGNAL, server_started.SIGNAL)
"""A container's first sample stands for the start of its server."""
SOON_SECONDS = 30 * 60.0
"""A stop after which the GPU is used again within that time was not wanted."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A stop, in seconds of the trace."""

    at: float
    until: float
    """When the GPU is used again, or the trace ends."""
    is_used_again: bool

    @property
    def was_unwanted(self) -> bool:
        return self.is_used_again and self.until - self.at <= SOON_SECONDS


@dataclass(slots=True)
class Stops:
    """What one rule has stopped."""

    found: list[Stop] = field(default_factory=list)
    since: float | None = None
    """When the container was stopped that is stopped now."""

    def used(self, at: float) -> None:
        """Note a sample at which the GPU is used."""
        if self.since is not None:
            self.found.append(Stop(self.since, at, is_used_again=True))
            self.since = None

    def end(self, at: float) -> None:
        """Note the end of a trace."""
        if self.since is not None:
            self.found.append(Stop(self.since, at, is_used_again=False))
            self.since = None

    @property
    def hours(self) -> float:
        return sum(stop.until - stop.at for stop in self.found) / 3600

    @property
    def unwanted(self) -> int:
        return sum(stop.was_unwanted for stop in self.found)


def plain_stops(containers: Iterable[Container], minutes: float) -> Stops:
    """Stop whatever has been unused for so long."""
    stops = Stops()
    for container in containers:
        unused_since: float | None = None
        for at, use in container.samples:
            if use > 0:
                unused_since = None
                stops.used(at)
                continue
            unused_since = at if unused_since is None else unused_since
            if stops.since is None and at - unused_since >= minutes * 60:
                stops.since = at
        stops.end(container.samples[-1][0])
    return stops


def our_stops(containers: Iterable[Container], timeouts: Sequence[float]) -> dict[float, Stops]:
    """Stop what the verdict calls overdue, for each of some timeouts in minutes."""
    stops = {minutes: Stops() for minutes in timeouts}
    options = {minutes: options_of(minutes) for minutes in timeouts}
    for container in containers:
        tracked = Tracked()
        for at, use in container.samples:
            measured = measurements(at, use)
            tracked = track(tracked, measured, options[timeouts[0]], KINDS)  # how it is tracked depends on no timeout
            for minutes, each in stops.items():
                if use > 0:
                    each.used(at)
                elif each.since is None and verdict(tracked, options[minutes], measured.taken_at).is_overdue:
                    each.since = at
        for each in stops.values():
            each.end(container.samples[-1][0])
    return stops


def options_of(minutes: float) -> IdleOptions:
    """Give the options of one timeout."""
    return IdleOptions(mode="shadow", timeout=timedelta(minutes=minutes), timeout_origin="bench", warn=timedelta(0))


def measurements(at: float, use: float) -> Measurements:
    """Give what a look measures that sees a GPU and nothing else."""
    one = GpuFacts(index=0, utilisation_fraction=use, memory_used_bytes=0, owner="ours")
    return Measurements(taken_at=START + timedelta(seconds=at), server_started_at=START, gpus=(one,))


def unwanted_at(stops: Iterable[Stops], hours: float) -> float:
    """Give how many unwanted stops some hours of idleness take, between two of several timeouts; infinite: too many hours."""
    points = sorted((each.hours, each.unwanted) for each in stops)
    if hours <= points[0][0]:
        return float(points[0][1])
    for (less, few), (more, many) in pairwise(points):
        if less < hours <= more:
            return few + (many - few) * (hours - less) / (more - less)
    return float("inf")
