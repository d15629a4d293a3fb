"""What is known of AWS, and what of it a reader that starts is told."""

from __future__ import annotations

from dataclasses import dataclass

from mlcost_ext.core.job import Job
from mlcost_ext.core.standing import Standing
from mlcost_ext.usecases.carrying import SAME_CREATION
from mlcost_ext.usecases.meter import MeteredJob
from mlcost_ext.usecases.standing import StandingBook
from mlcost_ext.usecases.watch import JobBook


@dataclass(slots=True, kw_only=True)
class Books:
    """What is known of AWS: our jobs, what others of the account run, and everything that stands."""

    ours: JobBook
    others: JobBook
    standing: StandingBook

    @classmethod
    def empty(cls) -> Books:
        """Give books with nothing in them."""
        return cls(ours=JobBook(), others=JobBook(), standing=StandingBook())

    def held(self) -> list[list[str]]:
        """Give region, kind and name of all that is shown as running or standing."""
        keys = [*self.ours.running_keys(), *self.others.running_keys(), *self.standing.keys()]
        return [[region_id, "training" if kind == "warm-pool" else kind, name] for kind, region_id, name in keys]

    def leave(self, region_id: str) -> None:
        """Forget what others have in a region that is followed no more: nobody would tell its end."""
        for key in self.others.running_keys():
            if key[1] == region_id:
                self.others.remove(key)
        for key in list(self.standing.keys()):
            thing = self.standing.get(key)
            if key[1] == region_id and thing is not None and not thing.is_mine:
                self.standing.remove(key)


def is_older(job: Job, held: MeteredJob | None) -> bool:
    """Tell whether the book holds a later state: AWS's index of jobs lags behind their descriptions."""
    if held is None or held.job.modified_at is None or job.modified_at is None:
        return False
    return job.modified_at < held.job.modified_at


def is_the_same(thing: Standing, held: Standing) -> bool:
    """Tell whether two descriptions of one name are of one thing: what is deleted leaves its name to others."""
    if thing.created_at is None or held.created_at is None:
        return True
    return abs(thing.created_at - held.created_at) < SAME_CREATION


def is_outdated(thing: Standing, held: Standing) -> bool:
    """Tell whether a later state of the same thing is known; of two of one moment the newer word counts."""
    if thing.created_at and held.created_at and not is_the_same(thing, held):
        return thing.created_at < held.created_at
    if thing.modified_at is None or held.modified_at is None:
        return False
    return thing.modified_at < held.modified_at
