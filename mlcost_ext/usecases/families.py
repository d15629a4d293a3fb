"""What a tuning or AutoML job costs: the sum of the jobs it has started, kept as one straight line in time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from mlcost_ext.core.job import CostBasis, Job

from .meter import MeteredJob
from .tally import HOURS_A_MONTH, Tally

JobKey = tuple[str, str, str]
"""Kind, region, name."""


@dataclass(slots=True)
class Family:
    """The jobs that one job has started."""

    children: dict[JobKey, MeteredJob] = field(default_factory=dict)
    _all: Tally = field(default_factory=Tally)
    _volumes: Tally = field(default_factory=lambda: Tally(hours_per_unit=HOURS_A_MONTH))
    running: Tally = field(default_factory=Tally)
    """Those of them that run."""

    def put(self, key: JobKey, child: MeteredJob) -> None:
        """Take a child in, or replace what was known of it."""
        self.remove(key)
        self.children[key] = child
        self._count(child, 1)

    def remove(self, key: JobKey) -> None:
        """Take a child out; harmless where it is not there."""
        before = self.children.pop(key, None)
        if before is not None:
            self._count(before, -1)

    @property
    def known(self) -> int:
        """How many children have a known cost: they are in the sum."""
        return self._all.count - self._all.unpriced

    def cost_at(self, job: Job, now: datetime) -> Decimal | None:
        """Give what a sum has cost: all children that have a known cost; None: none has, and there are some, or may be."""
        if is_unknown(job, self):
            return None
        return self._all.at(now, (child.cost_at(now) for child in self.children.values()))

    def cost_per_hour(self, job: Job) -> Decimal | None:
        """Give what an hour adds to that cost; None: it is unknown."""
        return None if is_unknown(job, self) else self._all.cost_per_hour

    def storage_cost_at(self, job: Job, now: datetime) -> Decimal | None:
        """Give what the volumes of all children have cost; None where that of any is unknown."""
        if is_unknown(job, self) or self._volumes.unpriced:
            return None
        return self._volumes.at(now, (child.storage_cost_at(now) for child in self.children.values()))

    def storage_cost_per_hour(self, job: Job) -> Decimal | None:
        """Give what an hour adds to the cost of their volumes; None where that of any is unknown."""
        return None if is_unknown(job, self) or self._volumes.unpriced else self._volumes.cost_per_hour

    def running_cost_at(self, now: datetime) -> Decimal:
        """Give the cost of those that run and have a known one."""
        return self.running.at(now, (child.cost_at(now) for child in self.children.values() if child.job.is_running))

    @property
    def basis(self) -> CostBasis:
        """Say what the sum is: final, an upper bound, or still growing."""
        found = {child.job.cost_basis for child in self.children.values()}
        return "accruing" if "accruing" in found else "at_most" if "at_most" in found else "final"

    def is_whole(self, job: Job) -> bool:
        """Tell whether all that a job has started is here, as far as AWS tells how many these are: of none it need not be."""
        return bool(self.children) if job.children_started is None else len(self.children) >= job.children_started

    def _count(self, child: MeteredJob, sign: int) -> None:
        self._all.add(child.known_compute, sign)
        self._volumes.add(child.storage if child.storage_cost_per_hour() is not None else None, sign)
        if child.job.is_running:
            self.running.add(child.known_compute, sign)


def is_unknown(job: Job, family: Family) -> bool:
    """Tell whether the cost of none of the jobs is known that a job has started, or may have started."""
    if family.children:
        return family.known == 0
    return not is_waiting(job) if job.children_started is None else job.children_started > 0


def is_waiting(job: Job) -> bool:
    """Tell whether a job that starts others has only begun."""
    return job.is_running and job.secondary_status == "Starting"


class Families:
    """The families of all jobs; a child may be known before its parent."""

    def __init__(self) -> None:
        self._families: dict[JobKey, Family] = {}
        self._empty = Family()

    def of(self, parent: JobKey) -> Family:
        """Give the family of a job, empty where it has started none that is known."""
        return self._families.get(folded(parent), self._empty)

    def all(self) -> Iterable[tuple[JobKey, Family]]:
        """Give every family, under the folded key of its parent."""
        return self._families.items()

    def put(self, key: JobKey, child: MeteredJob) -> None:
        """Take a job in that has a parent; harmless where it has none."""
        parent = parent_of(key, child)
        if parent is not None:
            self._families.setdefault(parent, Family()).put(key, child)

    def remove(self, key: JobKey, child: MeteredJob) -> None:
        """Take a job out of its parent's family."""
        parent = parent_of(key, child)
        family = self._families.get(parent) if parent else None
        if parent is not None and family is not None:
            family.remove(key)
            if not family.children:
                del self._families[parent]


def parent_of(key: JobKey, child: MeteredJob) -> JobKey | None:
    """Give the key, folded, of what started a job, in the same region; None: a person did."""
    named = child.job.parent
    return folded((named[0], key[1], named[1])) if named else None


def folded(key: JobKey) -> JobKey:
    """Give a key without regard to the case of its name: AWS's ARNs, which parents are known by, have had it lowered."""
    return key[0], key[1], key[2].lower()
