"""Choose the few jobs that are shown of many, and tell cheaply whether another one would change the choice."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from heapq import nlargest
from operator import attrgetter

from mlcost_ext.core.job import Job

from .families import JobKey
from .meter import MeteredJob

MOST_SHOWN, NEWEST_SHOWN = 50, 20
INFINITE = float("inf")

started: Callable[[MeteredJob], float] = attrgetter("order_by_start")
"""Sorts by start, or by creation before that; this is for order, not for time."""

dearness: Callable[[MeteredJob], float] = attrgetter("order_by_rate")
"""Sorts by cost an hour; this is for order, not for money."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The jobs that are shown, and what any other one would have to beat."""

    jobs: list[MeteredJob]
    """At most 50: the newest running, the dearest running, then the newest ended."""
    keys: frozenset[JobKey]
    start: float
    rate: float
    end: tuple[bool, float]

    def changes_with(self, metered: MeteredJob) -> bool:
        """Tell whether a job that is not shown would be, if it were put into the book."""
        if metered.job.is_running:
            return started(metered) > self.start or dearness(metered) > self.rate
        return ended_last(metered) > self.end


def choose(running: Collection[MeteredJob], ended: Collection[MeteredJob]) -> Choice:
    """Choose what is shown; this looks at every job."""
    fresh = nlargest(NEWEST_SHOWN, running, key=started)
    dear = nlargest(MOST_SHOWN, running, key=dearness)
    seen = {id(metered) for metered in fresh}
    chosen = fresh + [metered for metered in dear if id(metered) not in seen][: MOST_SHOWN - len(fresh)]
    room = MOST_SHOWN - len(chosen)
    last = nlargest(room, ended, key=ended_last)
    jobs = [*sorted(chosen, key=started, reverse=True), *last]
    return Choice(
        jobs=jobs,
        keys=frozenset((m.job.kind, m.job.region_id, m.job.name) for m in jobs),
        start=started(fresh[-1]) if len(fresh) == NEWEST_SHOWN else -INFINITE,
        rate=dearness(dear[-1]) if len(dear) == MOST_SHOWN else -INFINITE,
        end=(True, INFINITE) if room == 0 else ended_last(last[-1]) if len(last) == room else (False, -INFINITE),
    )


def ended_last(metered: MeteredJob) -> tuple[bool, float]:
    """Sort by end, but what people started before what a tuning or AutoML job did: it has hundreds."""
    when = over_at(metered.job)
    return metered.job.parent is None, when.timestamp() if when else 0.0


def over_at(job: Job) -> datetime | None:
    """Give when a job ended, or was created where AWS does not tell its end."""
    return job.ended_at or job.created_at
