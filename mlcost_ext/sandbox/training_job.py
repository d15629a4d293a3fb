"""A training job, and what AWS says of it at a given moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from mlcost_ext.sandbox.model import member_names
from mlcost_ext.sandbox.names import sagemaker_arn
from mlcost_ext.sandbox.plans import DEFAULT_MAX_RUNTIME_IN_SECONDS, Plan
from mlcost_ext.sandbox.thing import Snapshot
from mlcost_ext.sandbox.things.selection import selected
from mlcost_ext.sandbox.things.warm_pool import Pool, PoolEnd, pool_at
from mlcost_ext.sandbox.timeline import Step, timeline

_DEFAULTS: Mapping[str, Any] = {
    "StoppingCondition": {"MaxRuntimeInSeconds": DEFAULT_MAX_RUNTIME_IN_SECONDS},
    "EnableNetworkIsolation": False,
    "EnableInterContainerTrafficEncryption": False,
    "EnableManagedSpotTraining": False,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingJob:
    """All there is to know about a job; everything else follows from it and the time."""

    kind: ClassVar[str] = "training"

    request: Mapping[str, Any]  # CreateTrainingJob's, without Tags
    region_id: str
    tags: Mapping[str, str]
    plan: Plan
    created_at: datetime
    stopped_at: datetime | None = None
    overlay: Mapping[str, Any] | None = None  # a bad day: members to put in, or None to leave out
    origin: Mapping[str, str] = field(default_factory=dict)  # TuningJobArn or AutoMLJobArn, where one started it
    is_on_warm_pool: bool = False  # its instances were another job's
    pool_end: PoolEnd | None = None  # None: its warm pool, if it has one, lives as long as was asked for

    @property
    def name(self) -> str:
        """Give the name of the job."""
        return str(self.request["TrainingJobName"])

    @property
    def arn(self) -> str:
        """Give the ARN of the job."""
        return sagemaker_arn(self.region_id, f"training-job/{self.name}")

    def describe(self, now: datetime) -> Snapshot:
        """Describe the job as it is at ``now``."""
        return describe(self, now)


def describe(job: TrainingJob, now: datetime) -> Snapshot:
    """Describe a job as it is at ``now``, in DescribeTrainingJob's form."""
    steps = timeline(job.plan, job.created_at, job.stopped_at)
    past = [step for step in steps if step.start <= now] or [steps[0]]
    current = past[-1]
    pool = _pool(job, steps, now)
    description = {
        **_asked(job),
        **job.origin,
        **_state(past, current),
        **_billing(job, past, current),
        "ResourceConfig": selected(
            job.request["ResourceConfig"], job.plan.preference, is_there=any(step.is_billed for step in past)
        ),
        "ModelArtifacts": {"S3ModelArtifacts": _artifacts(job)},
        "TrainingJobArn": job.arn,
        "CreationTime": job.created_at,
        "ProfilingStatus": "Disabled",
    }
    if current.status == "Failed":
        description["FailureReason"] = job.plan.failure_reason
    until = None if current.is_final else current.end
    if pool is not None:
        description["WarmPoolStatus"] = pool.status
        description["LastModifiedTime"] = max(current.start, pool.since)
        until = until or pool.until
    return Snapshot(thing=job, description=_overlaid(description, job.overlay), valid_until=until)


def _pool(job: TrainingJob, steps: Sequence[Step], now: datetime) -> Pool | None:
    """Tell of the warm pool of a job that asked for one, or runs on another's."""
    seconds = job.plan.keep_alive_seconds
    if seconds is None and not job.is_on_warm_pool:
        return None
    return pool_at(steps, seconds or 0, job.pool_end, now)


def _asked(job: TrainingJob) -> dict[str, Any]:
    known = member_names("DescribeTrainingJobResponse")
    asked = {key: value for key, value in job.request.items() if key in known}
    return {**_DEFAULTS, **asked, "StoppingCondition": _stopping_condition(job)}


def _stopping_condition(job: TrainingJob) -> dict[str, Any]:
    return {**_DEFAULTS["StoppingCondition"], **job.request.get("StoppingCondition", {})}


def _artifacts(job: TrainingJob) -> str:
    prefix = str(job.request["OutputDataConfig"]["S3OutputPath"]).rstrip("/")
    return f"{prefix}/{job.name}/output/model.tar.gz"


def _state(past: list[Step], current: Step) -> dict[str, Any]:
    return {
        "TrainingJobStatus": current.job_status,
        "SecondaryStatus": current.status,
        "LastModifiedTime": current.start,
        "SecondaryStatusTransitions": [_transition(step, step is not current) for step in past],
    }


def _transition(step: Step, is_over: bool) -> dict[str, Any]:
    ended = {"EndTime": step.end} if is_over or step.is_final else {}
    return {"Status": step.status, "StartTime": step.start, **ended, "StatusMessage": step.message}


def _billing(job: TrainingJob, past: list[Step], current: Step) -> dict[str, Any]:
    """Give the times AWS bills by; the two totals appear only when the job has ended."""
    on_instances = [step for step in past if step.is_billed]
    times: dict[str, Any] = {"TrainingEndTime": current.start} if current.is_final else {}
    if not on_instances:
        return times
    times["TrainingStartTime"] = on_instances[0].start
    if current.is_final:
        total = sum((step.end - step.start).total_seconds() for step in on_instances)
        times["TrainingTimeInSeconds"] = max(1, round(total))
        times["BillableTimeInSeconds"] = max(1, round(total * job.plan.billable_fraction))
    return times


def _overlaid(description: dict[str, Any], overlay: Mapping[str, Any] | None) -> Mapping[str, Any]:
    if overlay is None:
        return description
    merged = {**description, **overlay}
    return {key: value for key, value in merged.items() if value is not None}
