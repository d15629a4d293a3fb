"""Keep our ended jobs beyond the day that the panel shows, and how far back they were read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from logging import Logger
from typing import Any

from mlcost_ext.core.documents import AwsState, Past
from mlcost_ext.core.job import Job
from mlcost_ext.ledger.job_store import EndedJob, EndedSum, JobStore
from mlcost_ext.usecases.meter import MeteredJob, meter

from .intake import SLICE, Intake

DAYS = 30
KIND = "training"
"""Of this kind AWS's list is read back in the background; of the others only what ended while somebody looked is known."""
MAX_WAITING = 500
"""Jobs that wait to be written; the first picture of a busy account brings thousands, which are written by and by."""
MAX_TOLD = 100
"""Pages of a hundred descriptions that wait while the disk cannot be written, or between two ticks: a reader that begins reads
some ten a second."""
SUM_SECONDS = 60.0


class History:
    """What is between the intake and the store. All methods are for the event loop's thread."""

    def __init__(self, store: JobStore, intake: Intake, log: Logger) -> None:
        self._store, self._intake, self._log = store, intake, log
        self.cursors: dict[str, str] = {}
        self.ended: EndedSum | None = None
        """What ended in the last thirty days; None: not known, since the store cannot be read."""
        self.is_charged: Callable[[], bool] = lambda: True
        """Whether all jobs that were handed on are in the ledger: a server that is killed asks for nothing again that a cursor
        passes over."""
        self._places: list[tuple[str, str]] = []
        """Regions' cursors that wait for that."""
        self._waiting: dict[tuple[str, str, str], EndedJob] = {}
        self._told: list[Mapping[str, Any]] = []
        self._said: set[type[Exception]] = set()
        self._is_read = False
        self._summed_at: datetime | None = None
        self._has_gap = False
        """Whether something that the reader told was dropped; it is told again by a reader that starts anew."""
        intake.on_final, intake.on_history = self.take_final, self.take_told

    def take_told(self, document: Mapping[str, Any]) -> None:
        """Note what the reader tells of the past; where it cannot be written for long nothing that comes after it is."""
        self._has_gap = self._has_gap or len(self._told) >= MAX_TOLD
        if not self._has_gap:
            self._told.append(document)

    def take_final(self, metered: MeteredJob) -> None:
        """Note a job of ours that will not change any more."""
        try:
            ended = ended_job(metered, self._intake.billing_currency)
        except ArithmeticError as error:
            self._say(error)
            return
        if ended is not None:
            self._waiting[ended.kind, ended.region_id, ended.name] = ended

    async def work(self, now: datetime) -> None:
        """Write what waits, in a thread; where the disk cannot be written it waits on, and the oldest of too much is dropped.

        Nothing is raised: whatever one job is like, the server has more to do than to keep it.
        """
        try:
            if not self._is_read:
                self.cursors, self._is_read = await asyncio.to_thread(self._store.cursors), True
            await self._write_places()
            await self._write_told()
            await self._write_waiting()
            await self._sum(now)
        except Exception as error:  # noqa: BLE001  (what is left waits on; the tick goes on)
            self._say(error)
            self._waiting = dict(list(self._waiting.items())[-MAX_WAITING:])

    def past(self, aws: AwsState, now: datetime) -> Past | None:
        """Give what ended lately; None: it is not known."""
        if self.ended is None:
            return None
        through = aws.history_through
        is_read = aws.is_history_read or (through is not None and now - through >= timedelta(days=DAYS))
        is_in_sum = not self._told and not self._has_gap and self._summed_at is not None  # all that was told
        is_complete = is_read and is_in_sum
        ended = self.ended
        return Past(days=DAYS, jobs=ended.jobs, cost=ended.cost, unpriced=ended.unpriced, is_complete=is_complete)

    async def close(self) -> None:
        """Write what waits."""
        try:
            await self._write_places()
            await self._write_waiting()
        except Exception as error:  # noqa: BLE001  (the file is closed whatever waits)
            self._say(error)

    def _say(self, error: Exception) -> None:
        """Log what went wrong: a disk's trouble, or, once of each type, what should not have come about."""
        if isinstance(error, OSError):
            self._log.debug("mlcost-ext could not write its history: %s", error)
        elif type(error) not in self._said:
            self._said.add(type(error))
            self._log.warning("mlcost-ext could not keep something of its history: %s", type(error).__name__)

    async def _write_told(self) -> None:
        """Take in what the reader told of the past; its cursor is written once what it stands for is."""
        while self._told:
            document = self._told[0]
            jobs = await self._read(document)
            region_id, cursor = document.get("region_id"), document.get("cursor")
            await self._put(jobs)
            if isinstance(cursor, str):
                self.cursors[str(region_id)] = cursor
                self._places.append((str(region_id), cursor))
            self._told.pop(0)
            self._summed_at = None

    async def _write_places(self) -> None:
        """Write the cursors of what is charged by now."""
        while self._places and self.is_charged():
            try:
                await asyncio.to_thread(self._store.put, [], self._places[0])
            except OSError:
                raise
            except Exception as error:  # noqa: BLE001  (it is read again by a later server)
                self._say(error)
            self._places.pop(0)

    async def _put(self, jobs: list[EndedJob]) -> None:
        """Write all at once, or where something cannot be written whatever the disk is like all but that."""
        try:
            await asyncio.to_thread(self._store.put, jobs)
        except OSError:
            raise
        except Exception as error:  # noqa: BLE001  (one job must not keep the others from being kept)
            self._say(error)
            if len(jobs) > 1:
                for job in jobs:
                    await self._put([job])

    async def _read(self, document: Mapping[str, Any]) -> list[EndedJob]:
        found = []
        items = document.get("items")
        for at, description in enumerate(items if isinstance(items, list) else []):
            if at % SLICE == SLICE - 1:
                await asyncio.sleep(0)
            try:
                job = self._job_of(str(document.get("kind")), description)
                ended = self._ended(job) if job is not None else None
            except Exception as error:  # noqa: BLE001  (the rest of the page is read all the same)
                self._say(error)
                continue
            if ended is not None:
                found.append(ended)
        return found

    def _ended(self, job: Job) -> EndedJob | None:
        metered = self._metered(job)
        self._intake.on_job(metered)
        return ended_job(metered, self._intake.billing_currency)

    def _metered(self, job: Job) -> MeteredJob:
        return meter(job, self._intake.prices_of(job), self._intake.notebook_of(job))

    async def prices_changed(self) -> None:
        """Keep what the book holds by the new prices, and have what had none read again by the next reader."""
        for metered in list(self._intake.book.all()):
            self.take_final(metered)
        for region_id in await asyncio.to_thread(self._store.read_unpriced_again):
            self.cursors.pop(region_id, None)
            self._places = [place for place in self._places if place[0] != region_id]
        self._summed_at = None

    def _sum_since(self, now: datetime) -> EndedSum:
        return self._store.sum_since(now - timedelta(days=DAYS), KIND, self._intake.billing_currency)

    def _job_of(self, kind: str, description: Any) -> Job | None:
        """Read a job of ours; what a running job of ours has started belongs into the book as well."""
        if not isinstance(description, Mapping):
            return None
        job = self._intake.read(kind, description)
        if not isinstance(job, Job) or not self._intake.is_ours(job):
            return None
        if job.parent is not None and self._intake.book.has_sum((job.parent[0], job.region_id, job.parent[1])):
            self._intake.take(job)
        return job

    async def _write_waiting(self) -> None:
        if self._waiting:
            waiting, self._waiting = self._waiting, {}
            try:
                await self._put(list(waiting.values()))
            except BaseException:
                self._waiting = {**waiting, **self._waiting}
                raise
            self._summed_at = None

    async def _sum(self, now: datetime) -> None:
        if self._summed_at is not None and (now - self._summed_at).total_seconds() < SUM_SECONDS:
            return
        self._summed_at = now
        before, self.ended = self.ended, await asyncio.to_thread(self._sum_since, now)
        if before != self.ended:
            self._intake.revision += 1


def ended_job(metered: MeteredJob, currency: str) -> EndedJob | None:
    """Give a job as it is kept; None: AWS has not told its times, or it may still change.

    Args:
        metered: The job.
        currency: Of all figures.
    """
    job = metered.job
    pool = None if job.parent is not None else job.warm_pool  # else a sibling takes it: no sign for a job alone
    ended_at, created_at = job.ended_at, job.created_at
    if job.cost_basis != "final" or ended_at is None or created_at is None:
        return None
    cost, is_contracted = metered.cost_at(ended_at), metered.is_contracted
    currencies = {charge.price.billing_currency for charge in metered.compute if charge.price}
    if cost is not None and not metered.compute:
        currencies = {currency}  # it has cost nothing, which is as much in any currency
    return EndedJob(
        kind=job.kind,
        region_id=job.region_id,
        name=job.name,
        created_at=created_at,
        ended_at=ended_at,
        status=job.status,
        instance_type=job.instance_type,
        instance_count=job.instance_count,
        is_spot=job.spot,
        list_cost=metered.list_cost_at(ended_at),
        storage_list_cost=metered.storage_list_cost_at(ended_at),
        contracted_cost=cost if is_contracted else None,
        storage_contracted_cost=metered.storage_cost_at(ended_at) if is_contracted else None,
        billing_currency=currencies.pop() if len(currencies) == 1 else None,
        notebook=metered.notebook,
        tags=job.tags,
        run_seconds=job.run_seconds,
        billable_seconds=job.billable_time_in_seconds,
        digests=job.run_digests,
        retained_seconds=pool.retained_seconds if pool else None,
        is_pool_reused=pool.is_reused if pool else None,
    )
