"""What the practice account keeps: the jobs of each region, and the clock they live by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from threading import RLock

from mlcost_ext.sandbox.training_job import Snapshot, TrainingJob, describe

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Read the wall clock, to the millisecond as AWS does."""
    now = datetime.now(timezone.utc)
    return now - timedelta(microseconds=now.microsecond % 1000)


class JobTable:
    """The training jobs of one region. A description is made again only when it has changed."""

    def __init__(self) -> None:
        self._snapshots: dict[str, Snapshot] = {}

    def put(self, job: TrainingJob, now: datetime) -> None:
        """Add a job, or put a changed one in its place."""
        self._snapshots[job.name] = describe(job, now)

    def get(self, name: str, now: datetime) -> Snapshot | None:
        """Find a job as it is now."""
        snapshot = self._snapshots.get(name)
        return None if snapshot is None else self._fresh(snapshot, now)

    def all(self, now: datetime) -> list[Snapshot]:
        """List every job as it is now, in no particular order."""
        return [
            snapshot if snapshot.valid_until is None or now < snapshot.valid_until else self._fresh(snapshot, now)
            for snapshot in list(self._snapshots.values())
        ]

    def _fresh(self, snapshot: Snapshot, now: datetime) -> Snapshot:
        until = snapshot.valid_until
        if until is None or now < until:
            return snapshot
        fresh = self._snapshots[snapshot.job.name] = describe(snapshot.job, now)
        return fresh


@dataclass(slots=True, kw_only=True)
class Account:
    """The practice account. Callers hold ``lock`` while they read or change it."""

    clock: Clock = utc_now
    speed: float = 1.0  # plans of new jobs are this much shorter
    opened_at: datetime = field(default_factory=utc_now)
    tables: dict[str, JobTable] = field(default_factory=dict)
    lock: RLock = field(default_factory=RLock)
    is_sound: bool = True  # False: a bad day put in jobs that do not fit AWS's model

    def jobs(self, region_id: str) -> JobTable:
        """Give the jobs of a region."""
        return self.tables.setdefault(region_id, JobTable())

    def add(self, job: TrainingJob) -> None:
        """Put a job into its region."""
        self.jobs(job.region_id).put(job, self.clock())
