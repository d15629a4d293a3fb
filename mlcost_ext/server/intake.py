"""Take in what the reader tells, a few jobs at a time, so that the event loop never waits."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from logging import Logger
from typing import Any

from mlcost_ext.core.documents import AwsState
from mlcost_ext.core.job import Job, Problem
from mlcost_ext.core.ports import PriceSource
from mlcost_ext.core.times import UTC
from mlcost_ext.jobs import kind_named
from mlcost_ext.usecases.carrying import is_same
from mlcost_ext.usecases.launches import Launch, LaunchBook
from mlcost_ext.usecases.meter import MeteredJob, meter
from mlcost_ext.usecases.watch import JobBook, JobChange, JobKey, key_of

from .freshness import Asking, aws_state, clock_offset

SLICE = 5
"""Jobs between two turns of the event loop: one takes about a tenth of a millisecond."""
DESCRIBED_WITHIN = timedelta(minutes=2)
"""AWS describes what it has accepted within seconds; after this long its cost is called unknown."""
OFFSET_STEP_SECONDS = 2.0
MAX_FINAL = 1000


class Intake:
    """Turn the reader's pushes into metered jobs and into the state of AWS's answers."""

    def __init__(
        self,
        book: JobBook,
        launches: LaunchBook,
        prices: PriceSource,
        has_local_disk: Callable[[str], bool],
        log: Logger,
    ) -> None:
        self.book, self.launches, self.prices, self.log = book, launches, prices, log
        self.has_local_disk = has_local_disk
        self.owner_tags: Mapping[str, str] = {}
        """A job with any of these is ours."""
        self.changes: deque[JobChange] = deque(maxlen=1000)
        self.revision = 0
        """Grows with everything that a viewer would see."""
        self.final: set[JobKey] = set()
        self._awaited: dict[JobKey, datetime] = {}
        self._doubtful: dict[JobKey, Job] = {}
        """Described, with a name that we launched, but not known to be ours: the launch's outcome tells."""
        self._status: dict[str, Mapping[str, Any]] = {}
        self._offset = timedelta(0)
        self._queue: asyncio.Queue[Mapping[str, Any]] = asyncio.Queue()

    # -- from the reader --------------------------------------------------------------------

    def push(self, document: Mapping[str, Any]) -> None:
        """Take one push of the reader; never waits."""
        self._queue.put_nowait(document)

    async def take_next(self) -> None:
        """Wait for the next push and work it off."""
        document = await self._queue.get()
        self._note_offset(document)
        if document.get("push") == "training_jobs":
            await self.take_descriptions("training", document.get("jobs") or [])
        elif document.get("push") == "status":
            self.take_status(document)
        elif document.get("push") == "gone":
            self.take_gone("training", str(document.get("region_id")), document.get("names") or [])

    async def take_descriptions(self, kind: str, descriptions: list[Any]) -> None:
        """Take jobs in, giving way to the loop after every few."""
        for at in range(0, len(descriptions), SLICE):
            for description in descriptions[at : at + SLICE]:
                self.take_description(kind, description)
            await asyncio.sleep(0)

    def take_description(self, kind_name: str, description: Any) -> None:
        """Take one description in; what cannot be read at all is logged and left out."""
        kind = kind_named(kind_name)
        if kind is None or not isinstance(description, Mapping):
            return
        try:
            job = kind.read(description, self.has_local_disk)
        except (ValueError, TypeError, ArithmeticError) as error:
            self.log.warning("mlcost-ext could not read a %s job: %s", kind_name, type(error).__name__)
            return
        held = self.book.get(key_of(job))
        if held is not None and description.get("Tags") is None and is_same(job, held.job):
            job = replace(job, tags=held.job.tags)  # DescribeTrainingJob tells none
        if job.name and not is_older(job, held):
            self._take_if_ours(job)

    def is_ours(self, job: Job) -> bool:
        """Tell whether a job has a tag of ours, or was launched by a kernel of this server."""
        is_tagged = any(job.tags.get(key) == value for key, value in self.owner_tags.items())
        return is_tagged or self.launches.is_mine(key_of(job), self._created_at(job))

    def _take_if_ours(self, job: Job) -> None:
        key = key_of(job)
        if self.is_ours(job):
            self._awaited.pop(key, None)
            self._doubtful.pop(key, None)
            self.take(job)
        elif key in self.launches.by_key:
            self._doubtful[key] = job

    def _created_at(self, job: Job) -> datetime | None:
        """Give when AWS created a job, by this machine's clock, as launches are noted."""
        return job.created_at - self._offset if job.created_at else None

    def take(self, job: Job) -> None:
        """Meter a job and put it into the book."""
        key = key_of(job)
        notebook = self.launches.notebook_of(key, self._created_at(job))
        change = self.book.put(meter(job, self.prices, notebook), self.aws_time())
        if job.cost_basis == "final":
            self.final.add(key)
        if len(self.final) > MAX_FINAL:
            self.final &= set(self.launches.by_key)
        self.revision += 1
        if change is not None:
            self.changes.append(change)

    def take_status(self, document: Mapping[str, Any]) -> None:
        """Remember how the last poll of a region went."""
        region_id = str(document.get("region_id"))
        before = self._status.get(region_id, {})
        self._status[region_id] = document
        if any(before.get(key) != document.get(key) for key in ("first_picture", "problem", "mode")):
            self.revision += 1

    def _note_offset(self, document: Mapping[str, Any]) -> None:
        """Count by AWS's clock from here on; first of all, so that no figure is drawn by a wrong one and then falls."""
        offset = clock_offset(document)
        if offset is not None and abs(offset - self._offset.total_seconds()) >= OFFSET_STEP_SECONDS:
            self._offset = timedelta(seconds=offset)
            self.revision += 1

    def take_gone(self, kind: str, region_id: str, names: list[Any]) -> None:
        """Take out of the totals what AWS does not know any more, or never did."""
        for name in names:
            metered = self.book.get((kind, region_id, str(name)))
            if metered is not None and metered.job.is_running:
                self._awaited.pop(key_of(metered.job), None)
                self.take(undescribed(metered.job))

    # -- from the spool ---------------------------------------------------------------------

    def take_launch(self, launch: Launch) -> None:
        """Let what the spool tells of a launch bear upon the job that AWS has described before."""
        described = self._doubtful.pop(launch.key, None)
        if described is not None and launch.key in self.launches.by_key:
            self._take_if_ours(described)
        metered = self.book.get(launch.key)
        if metered is None:
            return
        if not self.is_ours(metered.job):
            self.drop(launch.key)
        elif metered.notebook != self.launches.notebook_of(launch.key, self._created_at(metered.job)):
            self.take(metered.job)

    def drop(self, key: JobKey) -> None:
        """Take a job out that has turned out to be somebody else's."""
        self.book.remove(key)
        self._awaited.pop(key, None)
        self.final.discard(key)
        self.revision += 1

    def await_description(self, job: Job, now: datetime) -> None:
        """Show a launch that AWS has accepted and not described yet."""
        self._awaited[key_of(job)] = now
        self.take(job)

    def give_up_waiting(self, now: datetime) -> None:
        """Say of launches that AWS has not described for long that their cost is unknown, and count them as running no more."""
        for key, since in list(self._awaited.items()):
            metered = self.book.get(key)
            if now - since > DESCRIBED_WITHIN:
                del self._awaited[key]
                if metered is not None:
                    self.take(undescribed(metered.job))

    # -- for the picture --------------------------------------------------------------------

    def aws_time(self) -> datetime:
        """Give the time by AWS's clock, which is what it bills by, as far as it is known."""
        return now_utc() + self._offset

    def aws_state(self, asking: Asking, now: datetime) -> tuple[AwsState, list[Problem]]:
        """Say how fresh the figures are, and what stands between them and the truth."""
        return aws_state(self._status, asking, now)


def is_older(job: Job, held: MeteredJob | None) -> bool:
    """Tell whether the book holds a later state: AWS's index of jobs lags behind their descriptions."""
    if held is None or held.job.modified_at is None or job.modified_at is None:
        return False
    return job.modified_at < held.job.modified_at


def undescribed(job: Job) -> Job:
    """Give a job whose cost nobody can tell, since AWS does not describe it, nor whether it runs."""
    problem = Problem(
        code="not_described",
        message=f"AWS does not describe {job.name} to this server, so its cost is unknown.",
        hint="Look at it in the SageMaker console; check that notebook and server use the same AWS account.",
        subject=job.name,
    )
    return replace(
        job,
        status="Unknown",
        is_running=False,
        can_stop=False,
        cost_basis="at_most",
        accrual=None,
        storage_accrual=None,
        problems=(problem,),
    )


def now_utc() -> datetime:
    """Give the time of this machine's clock, aware."""
    return datetime.now(UTC)
