"""How long a processing or transform job was used: it is billed from the start AWS tells to the end AWS tells.

(https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeTransformJob.html, `TransformStartTime`). AWS tells
no start while a job waits for its instances, and none of a job that failed or was stopped before it had any.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from mlcost_ext.core.job import Job, Problem
from mlcost_ext.core.times import exact_seconds
from mlcost_ext.core.usage import Accrual

from .described import ENDED, run_seconds, settled
from .problem import unreadable


def with_window(job: Job, description: Mapping[str, Any], started: str) -> Job:
    """Fill in how long a job was used, and what its description lacks.

    Args:
        job: With its lines, or its choices.
        description: AWS's answer.
        started: The member that has its start.
    """
    if not job.is_running and job.status not in ENDED:
        return unknown(job, f"its status {job.status!r} is not one we know")
    if not job.compute and not job.choices:
        return unknown(job, "AWS's answer lacks its instance type or count")
    if description.get(started) is not None:
        return with_start(job, started)
    if job.is_running:
        return replace(job, accrual=settled(0))
    return never_started(job) if job.status != "Completed" else unknown(job, "it has completed, and AWS tells no start")


def with_start(job: Job, started: str) -> Job:
    """Tell a job that AWS says has started."""
    if job.choices:
        return unknown(job, "AWS has not told which of its instance preferences it selected")
    if job.started_at is None:
        return unknown(job, f"{started} cannot be read")
    if job.is_running:
        return replace(job, accrual=Accrual(settled_seconds=Decimal(0), accruing_since=job.started_at))
    if job.ended_at is None or job.ended_at < job.started_at:
        return unknown(job, "AWS has not told when it ended")
    ran = run_seconds(job.started_at, job.ended_at)
    return replace(job, cost_basis="final", accrual=settled(exact_seconds(job.ended_at - job.started_at)), run_seconds=ran)


def never_started(job: Job) -> Job:
    """Tell a job that failed or was stopped, and of which AWS tells no start: it was never billed, as far as that goes."""
    problem = Problem(
        code="start_missing",
        message=f"AWS tells no start of {job.name or f'a {job.kind} job'}, which ended: it is counted as never billed.",
        hint="Nothing needs to be done, unless its logs show that it did run.",
        subject=job.name,
    )
    return replace(job, cost_basis="final", accrual=settled(0), problems=(*job.problems, problem))


def unknown(job: Job, why: str) -> Job:
    """Tell a job whose cost cannot be told."""
    problem = unreadable(job.name, why, f"a {job.kind} job")
    return replace(job, choices=(), storage=None if job.choices else job.storage, problems=(*job.problems, problem))
