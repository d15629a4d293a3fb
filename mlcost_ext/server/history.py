"""Keep our ended jobs beyond the day that the panel shows, and how far back they were read."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
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
SUM_SECONDS = 60.0


class History:
    """What is between the intake and the store. All methods are for the event loop's thread."""

    def __init__(self, store: JobStore, intake: Intake, log: Logger) -> None:
        self._store, self._intake, self._log = store, intake, log
        self.cursors: dict[str, str] = {}
        self.ended: EndedSum | None = None
        """What ended in the last thirty days; None: not known, since the store cannot be read."""
        self._waiting: dict[tuple[str, str, str], EndedJob] = {}
        self._told: list[Mapping[str, Any]] = []
        self._is_read = False
        self._summed_at: datetime | None = None
        intake.on_final, intake.on_history = self.take_final, self._told.append

    def take_final(self, metered: MeteredJob) -> None:
        """Note a job of ours that will not change any more."""
        ended = ended_job(metered)
        if ended is not None:
            self._waiting[ended.kind, ended.region_id, ended.name] = ended

    async def work(self, now: datetime) -> None:
        """Write what waits, in a thread; where the disk cannot be written it waits on, and the oldest of too much is dropped."""
        try:
            if not self._is_read:
                self.cursors, self._is_read = await asyncio.to_thread(self._store.cursors), True
            await self._write_told()
            await self._write_waiting()
            await self._sum(now)
        except OSError as error:
            self._log.debug("mlcost-ext could not write its history: %s", error)
            self._waiting = dict(list(self._waiting.items())[-MAX_WAITING:])

    def past(self, aws: AwsState, now: datetime) -> Past | None:
        """Give what ended lately; None: it is not known."""
        if self.ended is None:
            return None
        through = aws.history_through
        is_read = aws.is_history_read or (through is not None and now - through >= timedelta(days=DAYS))
        is_complete = is_read and not self._told and self._summed_at is not None  # what was told is in the sum
        ended = self.ended
        return Past(days=DAYS, jobs=ended.jobs, cost=ended.list_cost, unpriced=ended.unpriced, is_complete=is_complete)

    async def close(self) -> None:
        """Write what waits, and close the file."""
        try:
            await self._write_waiting()
        except OSError as error:
            self._log.debug("mlcost-ext could not write its history: %s", error)
        await asyncio.to_thread(self._store.close)

    async def _write_told(self) -> None:
        """Take in what the reader told of the past; its cursor is written together with what it stands for."""
        while self._told:
            document = self._told[0]
            jobs = await self._read(document)
            region_id, cursor = document.get("region_id"), document.get("cursor")
            place = (str(region_id), cursor) if isinstance(cursor, str) else None
            await asyncio.to_thread(self._store.put, jobs, place)
            if place is not None:
                self.cursors[place[0]] = place[1]
            self._told.pop(0)
            self._summed_at = None

    async def _read(self, document: Mapping[str, Any]) -> list[EndedJob]:
        found = []
        items = document.get("items")
        for at, description in enumerate(items if isinstance(items, list) else []):
            if at % SLICE == SLICE - 1:
                await asyncio.sleep(0)
            job = self._job_of(str(document.get("kind")), description)
            ended = ended_job(meter(job, self._intake.prices)) if job is not None else None
            if ended is not None:
                found.append(ended)
        return found

    def _job_of(self, kind: str, description: Any) -> Job | None:
        """Read a job of ours; what a running job of ours has started belongs into the book as well."""
        if not isinstance(description, Mapping):
            return None
        try:
            job = self._intake.read(kind, description)
        except (ValueError, TypeError, ArithmeticError):
            return None
        if not isinstance(job, Job) or not self._intake.is_ours(job):
            return None
        if job.parent is not None and self._intake.book.has_sum((job.parent[0], job.region_id, job.parent[1])):
            self._intake.take(job)
        return job

    async def _write_waiting(self) -> None:
        if self._waiting:
            waiting, self._waiting = self._waiting, {}
            try:
                await asyncio.to_thread(self._store.put, list(waiting.values()))
            except OSError:
                self._waiting = {**waiting, **self._waiting}
                raise
            self._summed_at = None

    async def _sum(self, now: datetime) -> None:
        if self._summed_at is not None and (now - self._summed_at).total_seconds() < SUM_SECONDS:
            return
        self._summed_at = now
        before, self.ended = self.ended, await asyncio.to_thread(self._store.sum_since, now - timedelta(days=DAYS), KIND)
        if before != self.ended:
            self._intake.revision += 1


def ended_job(metered: MeteredJob) -> EndedJob | None:
    """Give a job as it is kept; None: AWS has not told its times, or it may still change."""
    job = metered.job
    ended_at, created_at = job.ended_at, job.created_at
    if job.cost_basis != "final" or ended_at is None or created_at is None:
        return None
    currencies = {charge.price.billing_currency for charge in metered.compute if charge.price}
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
        list_cost=metered.cost_at(ended_at),
        storage_list_cost=metered.storage_cost_at(ended_at),
        billing_currency=currencies.pop() if len(currencies) == 1 else None,
        notebook=metered.notebook,
        tags=job.tags,
    )
