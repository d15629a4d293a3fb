"""A training job, and what AWS says of it at a given moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mlcost_ext.sandbox.model import member_names
from mlcost_ext.sandbox.names import sagemaker_arn
from mlcost_ext.sandbox.plans import DEFAULT_MAX_RUNTIME_IN_SECONDS, Plan
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

    request: Mapping[str, Any]  # CreateTrainingJob's, without Tags
    region_id: str
    tags: Mapping[str, str]
    plan: Plan
    created_at: datetime
    stopped_at: datetime | None = None
    overlay: Mapping[str, Any] | None = None  # a bad day: members to put in, or None to leave out

    @property
    def name(self) -> str:
        """Give the name of the job."""
        return str(self.request["TrainingJobName"])

    @property
    def arn(self) -> str:
        """Give the ARN of the job."""
        return sagemaker_arn(self.region_id, f"training-job/{self.name}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A job's description, and until when it stays true."""

    job: TrainingJob
    description: Mapping[str, Any]
    valid_until: datetime | None  # None: for ever

    @property
    def is_ended(self) -> bool:
        """Say whether the job has ended."""
        return self.valid_until is None


def describe(job: TrainingJob, now: datetime) -> Snapshot:
    """Describe a job as it is at ``now``, in DescribeTrainingJob's form."""
    steps = timeline(job.plan, job.created_at, job.stopped_at)
    past = [step for step in steps if step.start <= now] or [steps[0]]
    current = past[-1]
    description = {
        **_asked(job),
        **_state(past, current),
        **_billing(job, past, current),
        "ResourceConfig": _resources(job, past),
        "ModelArtifacts": {"S3ModelArtifacts": _artifacts(job)},
        "TrainingJobArn": job.arn,
        "CreationTime": job.created_at,
        "ProfilingStatus": "Disabled",
    }
    if current.status == "Failed":
        description["FailureReason"] = job.plan.failure_reason
    return Snapshot(
        job=job,
        description=_overlaid(description, job.overlay),
        valid_until=None if current.is_final else current.end,
    )


def _asked(job: TrainingJob) -> dict[str, Any]:
    known = member_names("DescribeTrainingJobResponse")
    asked = {key: value for key, value in job.request.items() if key in known}
    return {**_DEFAULTS, **asked, "StoppingCondition": _stopping_condition(job)}


def _stopping_condition(job: TrainingJob) -> dict[str, Any]:
    return {**_DEFAULTS["StoppingCondition"], **job.request.get("StoppingCondition", {})}


def _artifacts(job: TrainingJob) -> str:
    prefix = str(job.request["OutputDataConfig"]["S3OutputPath"]).rstrip("/")
    return f"{prefix}/{job.name}/output/model.tar.gz"


def _resources(job: TrainingJob, past: list[Step]) -> dict[str, Any]:
    """Give the resources asked for, and once they are there which of the preferences it became."""
    config = dict(job.request["ResourceConfig"])
    preferences = config.get("InstancePreferences", [])
    if preferences and any(step.is_billed for step in past):
        config["SelectedInstanceType"] = preferences[0]["InstanceType"]
        config["SelectedInstanceCount"] = preferences[0].get("InstanceCount", config.get("InstanceCount", 1))
    return config


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
