"""What a tuning or AutoML job costs: the sum of the jobs it has started, kept as one straight line in time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from mlcost_ext.core.charge import RunningSum
from mlcost_ext.core.job import CostBasis

from .meter import MeteredJob, total

JobKey = tuple[str, str, str]
"""Kind, region, name."""


@dataclass(slots=True)
class Family:
    """The jobs that one job has started."""

    children: dict[JobKey, MeteredJob] = field(default_factory=dict)
    sum: RunningSum = field(default_factory=RunningSum)
    unpriced: int = 0
    """Children whose cost is unknown: they are not in the sum."""
    latest_start: datetime | None = None

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

    def cost_at(self, now: datetime) -> Decimal | None:
        """Give the cost of all children that have a known one; None: none of several has."""
        if self.children and self.unpriced == len(self.children):
            return None
        if self.latest_start is None or self.latest_start <= now:
            return self.sum.at(now)
        known = [cost for child in self.children.values() if (cost := child.cost_at(now)) is not None]
        return total(known)

    @property
    def basis(self) -> CostBasis:
        """Say what the sum is: final, an upper bound, or still growing."""
        found = {child.job.cost_basis for child in self.children.values()}
        return "accruing" if "accruing" in found else "at_most" if "at_most" in found else "final"

    def _count(self, child: MeteredJob, sign: int) -> None:
        if child.cost_per_hour() is None:
            self.unpriced += sign
            return
        for charge in child.compute:
            self.sum = self.sum.plus(charge, sign)
            since = charge.accrual.accruing_since if charge.accrual else None
            if since is not None and (self.latest_start is None or since > self.latest_start):
                self.latest_start = since


class Families:
    """The families of all jobs; a child may be known before its parent."""

    def __init__(self) -> None:
        self._families: dict[JobKey, Family] = {}
        self._empty = Family()

    def of(self, parent: JobKey) -> Family:
        """Give the family of a job, empty where it has started none that is known."""
        return self._families.get(folded(parent), self._empty)

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
