"""What every kind of job tells in the same way: whose members begin with the kind's own name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from mlcost_ext.core.job import Job
from mlcost_ext.core.usage import Accrual

from . import reading
from .problem import no_upper_bound
from .run_key import told_digests

RUNNING = ("InProgress", "Stopping")
ENDED = ("Completed", "Failed", "Stopped", "Deleting", "DeleteFailed")
MAX_RUNTIME = "MaxRuntimeInSeconds"
DEFAULT_MAX_RUNTIME_IN_SECONDS = 86400
"""Of a request without one (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StoppingCondition.html)."""


def described(kind: str, prefix: str, description: Mapping[str, Any], started: str | None, ended: str) -> Job:
    """Give a Job of which nothing is known but what AWS calls by the same names everywhere.

    Args:
        kind: As in `Job.kind`.
        prefix: What its members begin with, such as ``TrainingJob`` in ``TrainingJobName``.
        description: AWS's answer.
        started: The member that has the time from which it is billed; None: this kind has none.
        ended: The member that has the time of its end.
    """
    status = reading.text(description, f"{prefix}Status") or "Unknown"
    return Job(
        kind=kind,
        name=reading.text(description, f"{prefix}Name") or "",
        region_id=reading.text(description, "region_id") or "",
        resource_id=reading.text(description, f"{prefix}Arn"),
        status=status,
        secondary_status=None,
        is_running=status in RUNNING,
        can_stop=status == "InProgress",
        spot=False,
        created_at=reading.time(description, "CreationTime"),
        started_at=reading.time(description, started) if started else None,
        ended_at=reading.time(description, ended) if status in ENDED else None,
        instance_type=None,
        instance_count=None,
        max_runtime_in_seconds=None,
        billable_time_in_seconds=None,
        failure_reason=reading.text(description, "FailureReason"),
        modified_at=reading.time(description, "LastModifiedTime"),
        cost_basis="accruing" if status in RUNNING else "at_most",
        accrual=None,
        compute=(),
        storage=None,
        tags=reading.tags(description),
        run_digests=told_digests(description) if status in ENDED else None,
    )


def run_seconds(started: datetime | None, ended: datetime | None) -> int | None:
    """Give how long something ran that has ended, in whole seconds; None: AWS does not tell both times."""
    return None if started is None or ended is None or ended < started else int((ended - started).total_seconds())


def stopping_condition(condition: Mapping[str, Any]) -> dict[str, int]:
    """Give the stopping condition of a request: SageMaker ends a job after one day where it has none."""
    return {MAX_RUNTIME: reading.whole(condition, MAX_RUNTIME) or DEFAULT_MAX_RUNTIME_IN_SECONDS}


def max_runtime(condition: Mapping[str, Any]) -> int | None:
    """Give the run time after which SageMaker ends a job, as AWS tells it; None: it does not, so nobody knows."""
    return reading.whole(condition, MAX_RUNTIME) or None


def with_limit_told(job: Job) -> Job:
    """Say so where AWS's answer has no run time after which the job ends, and so nobody knows the most it can cost."""
    if job.max_runtime_in_seconds is not None or not (job.compute or job.choices):
        return job
    return replace(job, problems=(*job.problems, no_upper_bound("AWS's answer lacks its stopping condition", job.name)))


def settled(seconds: Decimal | int) -> Accrual:
    """Give time that is over."""
    return Accrual(settled_seconds=Decimal(seconds), accruing_since=None)
