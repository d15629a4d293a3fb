"""Keep what runs, as AWS last described it, with totals that cost nothing to ask for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from heapq import nlargest

from mlcost_ext.core.charge import Charge, RunningSum
from mlcost_ext.core.job import Job

from .carrying import never_less
from .families import Families, Family, JobKey, folded, parent_of
from .meter import MeteredJob, total

__all__ = ["JobBook", "JobChange", "JobKey", "key_of"]

KEPT_AFTER_END = timedelta(hours=24)
MOST_SHOWN, NEWEST_SHOWN = 50, 20


@dataclass(frozen=True, slots=True, kw_only=True)
class JobChange:
    """A job is in another state than before."""

    kind: str
    name: str
    region_id: str
    status: str
    secondary_status: str | None


def key_of(job: Job) -> JobKey:
    """Give what tells one job from every other."""
    return job.kind, job.region_id, job.name


class JobBook:
    """All jobs of ours that run or ended within a day; only running ones count in the totals."""

    def __init__(self) -> None:
        self._jobs: dict[JobKey, MeteredJob] = {}
        self._running: dict[JobKey, MeteredJob] = {}
        self._ended: dict[JobKey, MeteredJob] = {}
        self._sum = RunningSum()
        self._latest_start: datetime | None = None
        self._shown: list[MeteredJob] | None = None
        self._families = Families()
        self._sum_keys: set[JobKey] = set()
        """Folded keys of jobs whose cost is that of others."""
        self._sums = 0
        """Running jobs whose cost is that of others."""
        self.unpriced = 0
        self.by_status: Counter[str] = Counter()
        self.by_kind: Counter[str] = Counter()
        """How many of each kind run."""

    def __len__(self) -> int:
        return len(self._jobs)

    def get(self, key: JobKey) -> MeteredJob | None:
        """Give one job; None: it is not in the book."""
        return self._jobs.get(key)

    def named(self, kind: str, name: str) -> list[MeteredJob]:
        """Give the jobs of that kind and name, one a region at most."""
        return [m for (k, _, n), m in self._jobs.items() if (k, n) == (kind, name)]

    def family(self, key: JobKey) -> Family:
        """Give the jobs that a job has started."""
        return self._families.of(key)

    def has_sum(self, key: JobKey) -> bool:
        """Tell whether a job that starts others is in the book, whatever the case of its name."""
        return folded(key) in self._sum_keys

    def all(self) -> Iterable[MeteredJob]:
        """Give every job, in no order."""
        return self._jobs.values()

    @property
    def running_count(self) -> int:
        """How many run."""
        return len(self._running)

    @property
    def has_priced(self) -> bool:
        """Whether anything that runs has a known cost of its own."""
        return len(self._running) - self._sums > self.unpriced

    @property
    def running_cost_per_hour(self) -> Decimal:
        """What an hour adds to the cost of all that runs and has a price."""
        return self._sum.weight

    def running_cost_at(self, now: datetime) -> Decimal:
        """Give the cost of all that runs and has a price."""
        if self._latest_start is None or self._latest_start <= now:
            return self._sum.at(now)
        # AWS's clock may be ahead of ours: what begins in our future has cost nothing yet, rather than less than nothing.
        counted = [cost for m in self._running.values() if (cost := m.cost_at(now)) is not None]
        return total(counted) or Decimal(0)

    def running_keys(self) -> list[JobKey]:
        """Give those that run."""
        return list(self._running)

    def running_regions(self) -> set[str]:
        """Give the regions in which something runs."""
        return {region_id for _, region_id, _ in self._running}

    def put(self, metered: MeteredJob, now: datetime) -> JobChange | None:
        """Take a job in or replace what was known of it; tell whether its state changed.

        Args:
            metered: The job. What was counted for it up to `now` stays counted, see `never_less`.
            now: AWS's time.
        """
        key = key_of(metered.job)
        before = self._jobs.get(key)
        metered = never_less(metered, before, now)
        job = metered.job
        self.remove(key)
        self._jobs[key] = metered
        self._families.put(key, metered)
        if job.is_sum:
            self._sum_keys.add(folded(key))
        self.by_status[job.status] += 1
        if job.is_running:
            self._running[key] = metered
            self.by_kind[job.kind] += 1
            self._count(metered, 1)
        else:
            self._ended[key] = metered
        if before and (before.job.status, before.job.secondary_status) == (job.status, job.secondary_status):
            return None
        return JobChange(
            kind=job.kind, name=job.name, region_id=job.region_id, status=job.status, secondary_status=job.secondary_status
        )

    def remove(self, key: JobKey) -> None:
        """Take a job out; harmless where it is not there."""
        before = self._jobs.pop(key, None)
        self._shown = None
        if before is None:
            return
        self._families.remove(key, before)
        self._sum_keys.discard(folded(key))
        self._ended.pop(key, None)
        self.by_status[before.job.status] -= 1
        if self._running.pop(key, None) is not None:
            self.by_kind[before.job.kind] -= 1
            self._count(before, -1)

    def forget_ended_before(self, now: datetime) -> None:
        """Drop what ended, or where AWS does not tell its end was created, more than a day ago; not before its parent is."""
        limit = now - KEPT_AFTER_END
        old = [(k, m) for k, m in self._ended.items() if (over := over_at(m.job)) and over < limit]
        for key, metered in sorted(old, key=has_parent):
            if parent_of(key, metered) not in self._sum_keys:
                self.remove(key)

    def shown(self, limit: int) -> list[MeteredJob]:
        """Give at most 50 jobs: the newest running, the dearest running, then the newest ended; kept until something changes."""
        if self._shown is None:
            self._shown = self._choose(MOST_SHOWN, NEWEST_SHOWN)
        return self._shown[:limit]

    def _choose(self, limit: int, newest: int) -> list[MeteredJob]:
        fresh = nlargest(min(newest, limit), self._running.values(), key=started)
        seen = {key_of(m.job) for m in fresh}
        dear = nlargest(limit, self._running.values(), key=dearness) if len(self._running) > len(fresh) else []
        running = fresh + [m for m in dear if key_of(m.job) not in seen][: limit - len(fresh)]
        ended = nlargest(limit - len(running), self._ended.values(), key=ended_last)
        return sorted(running, key=started, reverse=True) + ended

    def _count(self, metered: MeteredJob, sign: int) -> None:
        if metered.job.is_sum:
            self._sums += sign
            return
        if metered.cost_per_hour() is None:
            self.unpriced += sign
            return
        for charge in metered.compute:
            self._sum = self._sum.plus(charge, sign)
            self._note_start(charge)

    def _note_start(self, charge: Charge) -> None:
        since = charge.accrual.accruing_since if charge.accrual else None
        if since is not None and (self._latest_start is None or since > self._latest_start):
            self._latest_start = since


def has_parent(item: tuple[JobKey, MeteredJob]) -> bool:
    """Sort what started others before what they started."""
    return item[1].job.parent is not None


def started(metered: MeteredJob) -> float:
    """Sort by start, or by creation before that; this is for order, not for time."""
    return metered.order_by_start


def dearness(metered: MeteredJob) -> float:
    """Sort by cost an hour; this is for order, not for money."""
    return metered.order_by_rate


def ended_last(metered: MeteredJob) -> tuple[bool, float]:
    """Sort by end, but what people started before what a tuning or AutoML job did: it has hundreds."""
    when = over_at(metered.job)
    return metered.job.parent is None, when.timestamp() if when else 0.0


def over_at(job: Job) -> datetime | None:
    """Give when a job ended, or was created where AWS does not tell its end."""
    return job.ended_at or job.created_at
