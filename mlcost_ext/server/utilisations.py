"""Ask how well our ended jobs have used their machines, each once, with what calls of the reader are spare."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby
from logging import Logger
from typing import Any

from mlcost_ext.core.errors import MlcostError
from mlcost_ext.core.evidence import Utilisation
from mlcost_ext.core.instance import InstanceFacts
from mlcost_ext.core.times import time_to_text
from mlcost_ext.jobs.kind import Facts
from mlcost_ext.ledger.utilisation_store import JobKey, Unmeasured, UtilisationStore

EVERY = timedelta(minutes=2)
DENIED = timedelta(hours=6)
"""After a refusal nobody is told of it, and it is tried again so much later."""
LATE = timedelta(minutes=5)
"""CloudWatch shows the last minutes of a job late."""
GIVEN_UP = timedelta(hours=1)
"""What it has not shown by then it never will."""
LOOKED_BACK = timedelta(days=14)
LONGEST = timedelta(days=30)
AGAIN = timedelta(minutes=20)
"""A job of which nothing was shown is asked for again so much later: CloudWatch charges for each measure asked for."""
MOST, MOST_WAITING = 10, 50
FAILURES = 3
"""So often jobs are asked for that AWS does not answer for."""

Ask = Callable[..., Awaitable[dict[str, Any]]]


class Utilisations:
    """What is between the ledger and CloudWatch. Its methods are called on the event loop.

    Args:
        store: Where it is kept.
        ask: Asks the reader; raises MlcostError.
        is_reading: Whether the reader is there to be asked; it is not started for this.
        facts: What instance types are made of.
        log: Told once of a ledger that cannot be written.
    """

    def __init__(self, store: UtilisationStore, ask: Ask, is_reading: Callable[[], bool], facts: Facts, log: Logger) -> None:
        self._store, self._ask, self._is_reading, self._facts, self._log = store, ask, is_reading, facts, log
        self._not_before: datetime | None = None
        self._asked: dict[JobKey, datetime] = {}
        self._failures = 0
        self._is_warned = False

    def is_due(self, now: datetime) -> bool:
        """Tell whether it is time to ask; from then on it is not for a while."""
        if not self._is_reading() or (self._not_before is not None and now < self._not_before):
            return False
        self._not_before = now + EVERY
        return True

    async def work(self, now: datetime) -> None:
        """Ask for some jobs, and keep what is told of them. Nothing is raised; it takes as long as the reader takes."""
        try:
            waiting = await asyncio.to_thread(self._store.unmeasured, now - LOOKED_BACK, now - LATE, MOST_WAITING)
            self._asked = {key: at for key, at in self._asked.items() if now - at < AGAIN}
            wanted = [job for job in waiting if job.key not in self._asked][:MOST]
            groups = groupby(sorted(wanted, key=place_of), key=place_of)
            for (kind, region_id), jobs in groups:
                await self._measure(kind, region_id, list(jobs), now)
        except OSError as error:
            if not self._is_warned:
                self._is_warned = True
                self._log.warning("mlcost-ext could not keep how machines were used (%s)", type(error).__name__)

    async def _measure(self, kind: str, region_id: str, jobs: Sequence[Unmeasured], now: datetime) -> None:
        ended = max(job.ended_at for job in jobs)
        since = max(min(job.ended_at - timedelta(seconds=job.run_seconds) for job in jobs), now - LONGEST)
        times = {"since": time_to_text(since), "until": time_to_text(ended + LATE)}
        try:
            answer = await self._ask("utilisation", kind=kind, region_id=region_id, names=[job.key.name for job in jobs], **times)
        except MlcostError as error:
            await self._fail(error.code, jobs, now)
            return
        self._failures = 0
        self._asked |= dict.fromkeys((job.key for job in jobs), now)
        told = percents_of(answer)
        known = [(job, utilisation_of(told.get(job.key.name, {}), self._facts.instance_facts(job.instance_type))) for job in jobs]
        done = [(job.key, used) for job, used in known if used is not None or now - job.ended_at >= GIVEN_UP]
        await asyncio.to_thread(self._store.put, done, now)

    async def _fail(self, code: str, jobs: Sequence[Unmeasured], now: datetime) -> None:
        """Try again, much later where it is not allowed; what AWS does not answer for, for reasons of its own, is given up."""
        if code == "permission_missing":
            self._not_before = now + DENIED
        if code != "aws_error":
            return
        self._failures += 1
        if self._failures >= FAILURES:
            self._failures = 0
            await asyncio.to_thread(self._store.put, [(job.key, None) for job in jobs], now)


def place_of(job: Unmeasured) -> tuple[str, str]:
    """Give what jobs that are asked for together have in common."""
    return job.key.kind, job.key.region_id


def percents_of(answer: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Give what the reader tells, by job."""
    items = [item for item in answer.get("items") or () if isinstance(item, Mapping)]
    return {str(item.get("name")): item["percents"] for item in items if isinstance(item.get("percents"), Mapping)}


def utilisation_of(percents: Mapping[str, Any], facts: InstanceFacts | None) -> Utilisation | None:
    """Turn sums over cores and accelerators into parts of the whole machine; None: nothing that can be understood."""
    cores, accelerators = (facts.vcpu, facts.accelerator_count) if facts is not None else (None, None)
    shares = {"cpu": cores, "gpu": accelerators, "gpu_memory": accelerators, "memory": 1, "disk": 1}
    found = {f"{name}_percent": part_of(percents.get(name), share) for name, share in shares.items()}
    return Utilisation(**found) if any(value is not None for value in found.values()) else None


def part_of(value: object, share: int | None) -> Decimal | None:
    """Divide a sum by how many it is of; None: it was not measured, or there are none."""
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not share:
        return None
    return Decimal(str(value)) / share
