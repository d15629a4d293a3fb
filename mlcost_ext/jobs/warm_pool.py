"""Warm pools: instances that are kept for the next training job after one has ended.

Billed is the time they are retained, on each instance, and their volumes
(https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_WarmPoolStatus.html).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from mlcost_ext.core.job import CostBasis, Job, Problem, WarmPool
from mlcost_ext.core.standing import Standing
from mlcost_ext.core.usage import Accrual

from . import reading
from .described import settled

AVAILABLE = "Available"


def with_warm_pool(job: Job, description: Mapping[str, Any]) -> Job:
    """Tell of the instances that were kept after a job's end, if AWS tells of any."""
    told = reading.inner(description, "WarmPoolStatus")
    if not told:
        return job
    keep_seconds = reading.whole(reading.inner(description, "ResourceConfig"), "KeepAlivePeriodInSeconds") or None
    status = reading.text(told, "Status") or "Unknown"
    accrual, basis = time_kept(job, status, reading.whole(told, "ResourceRetainedBillableTimeInSeconds"), keep_seconds)
    pool = WarmPool(
        status=status,
        accrual=accrual,
        compute=tuple(replace(x, component="WarmPool", description=f"{x.instance_type} kept warm") for x in job.compute),
        storage=None if job.storage is None else tuple(replace(x, component="Storage-WarmPool") for x in job.storage),
        until=end_of(job, keep_seconds) if status == AVAILABLE else None,
        cost_basis=basis,
    )
    return replace(job, warm_pool=pool, problems=(*job.problems, *pool_problems(job, pool)))


def time_kept(job: Job, status: str, billed: int | None, keep_seconds: int | None) -> tuple[Accrual | None, CostBasis]:
    """Give how long instances were kept, and what that figure is.

    Until the next job takes them or they are given back AWS tells no billable time: they accrue from the job's end on, at
    most until `WarmPool.until`. Once it is over without that time being told, the keep-alive period is the most it can be.
    """
    if status == AVAILABLE:
        since_end = Accrual(settled_seconds=Decimal(0), accruing_since=job.ended_at)
        return (since_end if job.ended_at else None), "accruing"
    if status == "InUse":
        return settled(0), "accruing"
    if status not in ("Reused", "Terminated"):
        return None, "at_most"
    if billed is not None:
        return settled(billed), "final"
    return (None if keep_seconds is None else settled(keep_seconds)), "at_most"


def end_of(job: Job, keep_seconds: int | None) -> datetime | None:
    """Give when kept instances are given back: the keep-alive period after the job's end.

    It may have been set anew since; then it was still there at that time. None: not known, or a period of zero was set,
    which gives them back as soon as AWS gets to it.
    """
    if job.ended_at is None or keep_seconds is None:
        return None
    until = reading.later(job.ended_at, keep_seconds)
    return max(until, job.modified_at) if until and job.modified_at else until


def pool_problems(job: Job, pool: WarmPool) -> tuple[Problem, ...]:
    """Say what is not known of kept instances, or what the figure rests on."""
    if pool.accrual is not None and pool.cost_basis != "at_most":
        return ()
    is_bound = pool.accrual is not None
    what = "at most those of its keep-alive period" if is_bound else "unknown"
    problem = Problem(
        code="warm_pool_time_missing" if is_bound else "warm_pool_unknown",
        message=f"AWS has not told how many seconds the instances of {job.name or 'a job'} were kept; they are {what}.",
        hint="Look at the job's warm pool in the SageMaker console; the cost of the job itself is not affected.",
        subject=job.name,
    )
    return (problem,)


def standing_of_warm_pool(job: Job) -> Standing | None:
    """Give the kept instances of an ended training job as what stands until somebody releases it; None: none are kept now."""
    pool = job.warm_pool
    if pool is None or pool.status != AVAILABLE:
        return None
    return Standing(
        kind="warm-pool",
        name=job.name,
        region_id=job.region_id,
        resource_id=job.resource_id,
        status=pool.status,
        is_costing=True,
        can_end=True,
        created_at=job.created_at,
        modified_at=job.modified_at,
        since=pool.accrual.accruing_since if pool.accrual else None,
        until=pool.until,
        instance_type=job.instance_type,
        instance_count=job.instance_count,
        compute=pool.compute or None,
        kept=pool.storage,
        parent=job.name,
        tags=job.tags,
        problems=job.problems,
    )
