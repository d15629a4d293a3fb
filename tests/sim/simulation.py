"""One day after the other: looks at random intervals, each verdict checked; what fails first is cut down to what it takes."""

from __future__ import annotations

import os
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

from mlcost_ext.core.activity import Measurements, TerminalFacts
from mlcost_ext.core.idle import IdleOptions, Verdict
from mlcost_ext.idle.options import options_of
from mlcost_ext.idle.tracking import Tracked, shifted, track
from mlcost_ext.idle.verdict import verdict

from .checks import Looked, complaints
from .days import Day, random_day
from .events import DAY, MINUTE, SECOND, clock_words
from .looking import Look
from .reference import LONGEST_START, Patience, Reference, patience_of
from .world import World

SHUFFLED = 0.15
"""Of all looks: those that are judged again in another order."""
OTHER_LOOKS = 4
"""With how many sequences of looks a day is tried that has fewer events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """What is put to the test; a broken one shows whether it would be noticed."""

    options: Callable[[Day], IdleOptions] = lambda day: options_of(day.policy, day.cost_per_hour)
    track: Callable[[Tracked, Measurements, IdleOptions], Tracked] = track
    shifted: Callable[[Tracked, timedelta], Tracked] = shifted
    verdict: Callable[[Tracked, IdleOptions, datetime], Verdict] = verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What was not as it should be, and on which day."""

    day: Day
    complaint: str

    def __str__(self) -> str:
        return f"{self.complaint}\non this day (seed {self.day.seed}):\n{self.day}"


@dataclass(slots=True)
class Outcome:
    """What came of some days."""

    days: int = 0
    looks: int = 0
    cpu_seconds: float = 0.0
    failure: Failure | None = field(default=None)


@dataclass(slots=True)
class Walk:
    """The times of a day's looks: often where something changes, else far apart."""

    chance: Random
    instants: list[int]
    step: int

    def next_after(self, t: int, soon: list[int]) -> int | None:
        """Give the next look's time; None: nothing is to come.

        Args:
            t: Of the look before.
            soon: Moments besides the day's own at which the verdict may change.
        """
        coming = [each for each in soon if each > t]
        place = bisect_right(self.instants, t)
        if place < len(self.instants):
            coming.append(self.instants[place])
        if not coming:
            return None
        near, wait = min(coming), self.wait()
        if near - t <= MINUTE:
            return near if self.chance.random() < 0.1 else t + wait
        return max(near - int(self.chance.random() * MINUTE) // self.step * self.step, t + SECOND)

    def wait(self) -> int:
        return (SECOND + int(self.chance.random() * 59 * SECOND)) // self.step * self.step


def run_day(day: Day, judge: Judge | None = None) -> tuple[Failure | None, int]:
    """Live through one day; give the first failure, and how many looks were taken."""
    judge = judge or Judge()
    os.environ["TZ"] = day.zone
    time.tzset()
    looks = 0
    for looked in live(day, judge):
        looks += 1
        for complaint in looked:
            return Failure(day=day, complaint=complaint), looks
    return None, looks


def live(day: Day, judge: Judge) -> Iterator[list[str]]:
    """Give the complaints of each look."""
    world = World(day.events, gpus=day.gpus, adjusts=day.adjusts)
    options, patience = judge.options(day), patience_of(day.policy, day.cost_per_hour)
    chance = Random(f"looks of {day.seed}")
    walk = Walk(chance, instants(world, patience), SECOND if day.whole_seconds else 1000)
    tracked, reference, server, before = Tracked(), Reference(world, patience), 0, 0
    t: int | None = walk.wait()
    while t is not None:
        t = awake(world, t, chance)
        if world.server(t) != server:
            server = before = world.server(t)
            tracked, reference = Tracked(), Reference(world, patience)
        elif (step := world.offset(t) - world.offset(before)) != 0:
            tracked = judge.shifted(tracked, timedelta(microseconds=step))
        measured = Look(world, t, before).measurements()
        earlier, tracked = tracked, judge.track(tracked, measured, options)
        told = judge.verdict(tracked, options, measured.taken_at)
        expected = reference.look(t, before)
        looked = Looked(t=t, verdict=told, expected=expected, patience=patience, offset=world.offset(t))
        found = [*complaints(looked)]
        if chance.random() < SHUFFLED:
            other = judge.verdict(judge.track(earlier, shuffled(measured, chance), options), options, measured.taken_at)
            found += same(told, other)
        yield [f"{clock_words(t)}: {complaint}" for complaint in found]
        before = t
        holds = expected.last_bound + patience.hold
        t = walk.next_after(t, [] if expected.going else [expected.last + patience.hold, holds, expected.last + patience.timeout])


def awake(world: World, t: int, chance: Random) -> int:
    """Give the time of a look, put off while nobody can look."""
    for gone in sorted(world.absent, key=lambda gone: gone.start):
        if gone.holds(t):
            t = gone.end + int(chance.random() * 2) * SECOND
    return t


def instants(world: World, patience: Patience) -> list[int]:
    """Give all moments of a day near which looks are taken."""
    found = set(world.instants())
    for kernel in world.kernels:
        found.add(kernel.life.start + min(LONGEST_START, patience.timeout // 6))
        found |= {run.start + patience.stuck for run in kernel.runs if patience.stuck is not None}
    return sorted(t for t in found if t < 5 * DAY)


def shuffled(measured: Measurements, chance: Random) -> Measurements:
    """Give the same facts in another order."""

    def mixed(terminal: TerminalFacts) -> TerminalFacts:
        return replace(terminal, processes=tuple(chance.sample(terminal.processes, len(terminal.processes))))

    return replace(
        measured,
        kernels=tuple(chance.sample(measured.kernels, len(measured.kernels))),
        terminals=tuple(map(mixed, reversed(measured.terminals))),
        background=measured.background[::-1],
        others=measured.others[::-1],
        gpus=measured.gpus[::-1],
        scheduled=measured.scheduled[::-1],
    )


def same(one: Verdict, other: Verdict) -> Iterator[str]:
    """Complain where the order of facts makes a difference."""
    if (one.state, one.since, one.stops_at, one.held_by) != (other.state, other.since, other.stops_at, other.held_by):
        yield f"in another order of the same facts: {other.state} since {other.since} by {other.held_by}, not {one.state} so"


def run_days(seed: str, days: range, judge: Judge | None = None) -> Outcome:
    """Live through some days, up to the first that fails."""
    began, outcome = time.process_time(), Outcome()
    for number in days:
        failure, looks = run_day(random_day(f"{seed}/{number}"), judge)
        outcome.days += 1
        outcome.looks += looks
        if failure is not None:
            outcome.failure = failure
            break
    outcome.cpu_seconds = time.process_time() - began
    return outcome


def shrunk(failure: Failure, judge: Judge | None = None) -> Failure:
    """Leave out whatever a failure does not take: halves of the day first, single events last."""
    size = max(1, len(failure.day.events) // 2)
    while size:
        starts = range(0, len(failure.day.events), size)
        found = (fails_without(failure.day, start, size, judge) for start in starts)
        smaller = next(filter(None, found), None)
        if smaller is None:
            size //= 2
        failure = smaller or failure
    return failure


def fails_without(day: Day, start: int, size: int, judge: Judge | None) -> Failure | None:
    """Live through a day without some events, also with looks at other times; give the failure if it still fails."""
    events = day.events[:start] + day.events[start + size :]
    smaller = [replace(day, events=events, seed=day.seed + "'" * times) for times in range(OTHER_LOOKS)]
    return next(filter(None, (run_day(each, judge)[0] for each in smaller)), None)
