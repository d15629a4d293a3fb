"""Keep what runs, as AWS last described it, with totals that cost nothing to ask for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from mlcost_ext.core.job import Job

from .carrying import never_less
from .families import Families, Family, JobKey, folded, parent_of
from .meter import MeteredJob, total
from .shown import Choice, choose, over_at, started
from .tally import Tally

__all__ = ["JobBook", "JobChange", "JobKey", "key_of", "started"]

KEPT_AFTER_END = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobChange:
    """A job is in another state than before."""

    kind: str
    name: str
    region_id: str
    status: str
    secondary_status: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Launched:
    """Running jobs that no other running job has started, and what they have cost with all that they have started."""

    count: int
    unpriced: int
    """Those whose cost is unknown: they are not in `cost`."""
    cost: Decimal | None


def key_of(job: Job) -> JobKey:
    """Give what tells one job from every other."""
    return job.kind, job.region_id, job.name


class JobBook:
    """All jobs of ours that run or ended within a day; only running ones count in the totals."""

    def __init__(self) -> None:
        self._jobs: dict[JobKey, MeteredJob] = {}
        self._running: dict[JobKey, MeteredJob] = {}
        self._ended: dict[JobKey, MeteredJob] = {}
        self._tally = Tally()
        """What runs and is no sum."""
        self._alone = Tally()
        """Those of them that no job has started."""
        self._shown: Choice | None = None
        self._families = Families()
        self._sum_keys: set[JobKey] = set()
        """Folded keys of jobs whose cost is that of others."""
        self._parents: dict[JobKey, str] = {}
        """The real names of what starts jobs, by its folded key."""
        self._running_sums: dict[JobKey, JobKey] = {}
        """Running jobs whose cost is that of others, by their folded keys."""
        self.by_status: Counter[str] = Counter()
        self.by_kind: Counter[str] = Counter()
        """How many of each kind run."""
        self._by_region: Counter[str] = Counter()
        """How many run in each region: it is asked for several times a second."""

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
    def unpriced(self) -> int:
        """How many of what runs have no known cost."""
        return self._tally.unpriced

    @property
    def has_priced(self) -> bool:
        """Whether anything that runs has a known cost of its own."""
        return self._tally.has_priced

    @property
    def running_cost_per_hour(self) -> Decimal:
        """What an hour adds to the cost of all that runs and has a price."""
        return self._tally.cost_per_hour

    def running_cost_at(self, now: datetime) -> Decimal:
        """Give the cost of all that runs and has a price."""
        return self._tally.at(now, (m.cost_at(now) for m in self._running.values() if not m.job.is_sum))

    def launched_at(self, now: datetime) -> Launched:
        """Count what runs and what no other running job of ours has started, with the cost of all that it has started."""
        orphans = [family for parent, family in self._families.all() if parent not in self._running_sums]
        sums = [self._families.of(key).cost_at(self._running[key].job, now) for key in self._running_sums.values()]
        alone = self._alone.at(now, (m.cost_at(now) for m in self._running.values() if m.job.parent is None and not m.job.is_sum))
        known = [cost for cost in sums if cost is not None]
        tallies = [self._alone, *(family.running for family in orphans)]
        return Launched(
            count=len(sums) + sum(tally.count for tally in tallies),
            unpriced=len(sums) - len(known) + sum(tally.unpriced for tally in tallies),
            cost=total([alone, *known, *(family.running_cost_at(now) for family in orphans)]),
        )

    def running_keys(self) -> list[JobKey]:
        """Give those that run."""
        return list(self._running)

    def running_regions(self) -> set[str]:
        """Give the regions in which something runs."""
        return {region_id for region_id, count in self._by_region.items() if count}

    def put(self, metered: MeteredJob, now: datetime) -> JobChange | None:
        """Take a job in or replace what was known of it; tell whether its state changed.

        Args:
            metered: The job. What was counted for it up to `now` stays counted, see `never_less`.
            now: AWS's time.
        """
        key = key_of(metered.job)
        before = self._jobs.get(key)
        parent = parent_of(key, metered)
        name = self._parents.get(parent) if parent else None
        metered = with_parents_name(never_less(metered, before, now), name)
        job = metered.job
        self.remove(key)
        if self._shown and self._shown.changes_with(metered):
            self._shown = None
        self._jobs[key] = metered
        self._families.put(key, metered)
        if job.is_sum:
            self._sum_keys.add(folded(key))
            self.note_parent(key)
        self.by_status[job.status] += 1
        if job.is_running:
            self._running[key] = metered
            self.by_kind[job.kind] += 1
            self._by_region[job.region_id] += 1
            self._count(metered, 1)
        else:
            self._ended[key] = metered
        if before and (before.job.status, before.job.secondary_status) == (job.status, job.secondary_status):
            return None
        return JobChange(
            kind=job.kind, name=job.name, region_id=job.region_id, status=job.status, secondary_status=job.secondary_status
        )

    def note_parent(self, key: JobKey) -> None:
        """Take note of the name of something that starts jobs: those it has started know it by its ARN, in lower case."""
        if self._parents.get(folded(key)) == key[2]:
            return
        self._parents[folded(key)] = key[2]
        for child_key, child in list(self._families.of(key).children.items()):
            named = with_parents_name(child, key[2])
            self._jobs[child_key] = named
            (self._running if child_key in self._running else self._ended)[child_key] = named
            self._families.put(child_key, named)
            self._shown = None

    def remove(self, key: JobKey) -> None:
        """Take a job out; harmless where it is not there."""
        before = self._jobs.pop(key, None)
        if self._shown and key in self._shown.keys:
            self._shown = None
        if before is None:
            return
        self._families.remove(key, before)
        self._sum_keys.discard(folded(key))
        self._ended.pop(key, None)
        self.by_status[before.job.status] -= 1
        if self._running.pop(key, None) is not None:
            self.by_kind[before.job.kind] -= 1
            self._by_region[before.job.region_id] -= 1
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
            self._shown = choose(self._running.values(), self._ended.values())
        return self._shown.jobs[:limit]

    def _count(self, metered: MeteredJob, sign: int) -> None:
        key = key_of(metered.job)
        if metered.job.is_sum:
            if sign > 0:
                self._running_sums[folded(key)] = key
            else:
                self._running_sums.pop(folded(key), None)
            return
        self._tally.add(metered.known_compute, sign)
        if metered.job.parent is None:
            self._alone.add(metered.known_compute, sign)


def with_parents_name(metered: MeteredJob, name: str | None) -> MeteredJob:
    """Give a job that knows what has started it by its real name; None: that is not known."""
    parent = metered.job.parent
    if parent is None or name in (None, parent[1]):
        return metered
    return replace(metered, job=replace(metered.job, parent=(parent[0], str(name))))


def has_parent(item: tuple[JobKey, MeteredJob]) -> bool:
    """Sort what started others before what they started."""
    return item[1].job.parent is not None
