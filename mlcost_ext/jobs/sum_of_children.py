"""Jobs whose cost is that of the jobs they start."""

from __future__ import annotations

from dataclasses import replace

from mlcost_ext.core.job import Job

from .described import ENDED
from .problem import unreadable


def as_sum(job: Job) -> Job:
    """Mark a job as the sum of those it has started; say so where its status is none we know."""
    job = replace(job, is_sum=True, storage=())
    if job.is_running:
        return job
    if job.status in ENDED:
        return replace(job, cost_basis="final")
    problem = unreadable(job.name, f"its status {job.status!r} is not one we know", f"a {job.kind} job")
    return replace(job, problems=(*job.problems, problem))
