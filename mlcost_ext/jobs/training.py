"""Training jobs: what DescribeTrainingJob tells, as usage. How long it was used: `training_time`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from mlcost_ext.core.job import Job, Problem
from mlcost_ext.core.usage import UsageLine

from . import reading
from .kind import JobKind
from .training_time import ENDED, RUNNING, with_time_used

DEFAULT_MAX_RUNTIME_IN_SECONDS = 86400
"""StoppingCondition.MaxRuntimeInSeconds where a request has none: one day."""

InstanceGroup = tuple[str | None, int | None]


def read(description: Mapping[str, Any], has_local_disk: Callable[[str], bool]) -> Job:
    """Turn a description into a Job.

    Args:
        description: DescribeTrainingJob's answer or Search's TrainingJob, times as ISO text; anything may be missing.
        has_local_disk: Whether a type trains on its own NVMe disk, which has no volume to pay for.
    """
    status = reading.text(description, "TrainingJobStatus") or "Unknown"
    groups = instance_groups(reading.inner(description, "ResourceConfig"))
    region_id = reading.text(description, "region_id") or ""
    spot = description.get("EnableManagedSpotTraining") is True
    job = Job(
        kind="training",
        name=reading.text(description, "TrainingJobName") or "",
        region_id=region_id,
        resource_id=reading.text(description, "TrainingJobArn"),
        status=status,
        secondary_status=reading.text(description, "SecondaryStatus"),
        is_running=status in RUNNING,
        can_stop=status == "InProgress",
        spot=spot,
        created_at=reading.time(description, "CreationTime"),
        started_at=reading.time(description, "TrainingStartTime"),
        ended_at=reading.time(description, "TrainingEndTime") if status in ENDED else None,
        instance_type=groups[0][0] if len({name for name, _ in groups}) == 1 else None,
        instance_count=total_count(groups),
        max_runtime_in_seconds=max_runtime(reading.inner(description, "StoppingCondition")),
        billable_time_in_seconds=reading.whole(description, "BillableTimeInSeconds"),
        failure_reason=reading.text(description, "FailureReason"),
        modified_at=reading.time(description, "LastModifiedTime"),
        cost_basis="accruing",
        accrual=None,
        compute=compute_lines(groups, region_id),
        storage=storage_lines(groups, region_id, reading.inner(description, "ResourceConfig"), has_local_disk),
        tags=reading.tags(description),
    )
    return with_storage_told(with_time_used(job, description))


def launched(region_id: str, name: str, request: Mapping[str, Any]) -> Job:
    """Turn a launch that AWS has accepted and not described yet into a Job that waits to start."""
    waiting = {"TrainingJobStatus": "InProgress", "SecondaryStatus": "Starting", "TrainingJobName": name, "region_id": region_id}
    kept = ("ResourceConfig", "StoppingCondition", "EnableManagedSpotTraining", "Tags")
    job = read({**{key: request[key] for key in kept if key in request}, **waiting}, lambda _: True)
    return replace(job, storage=())  # while it waits no volume is held; AWS's description will tell of one


def instance_groups(config: Mapping[str, Any]) -> list[InstanceGroup]:
    """Give (type, count) of each group that is billed: the selected one, the groups, or the plain one.

    A count of zero is none: what is billed has instances, so their number is not known.
    """
    selected = reading.text(config, "SelectedInstanceType")
    if selected:
        return [(selected, reading.whole(config, "SelectedInstanceCount") or reading.whole(config, "InstanceCount") or None)]
    groups = reading.structures(config, "InstanceGroups")
    return [(reading.text(g, "InstanceType"), reading.whole(g, "InstanceCount") or None) for g in groups or [config]]


def total_count(groups: list[InstanceGroup]) -> int | None:
    """Add the counts up; one that is missing makes the sum unknown."""
    counts = [count for _, count in groups]
    return None if None in counts else sum(count for count in counts if count is not None)


def max_runtime(condition: Mapping[str, Any]) -> int:
    """Give the run time after which SageMaker ends the job."""
    return reading.whole(condition, "MaxRuntimeInSeconds") or DEFAULT_MAX_RUNTIME_IN_SECONDS


def compute_lines(groups: list[InstanceGroup], region_id: str) -> tuple[UsageLine, ...]:
    """Give a line a group; none at all where a type or a count is missing, since a part would look like the whole."""
    if any(name is None or count is None for name, count in groups):
        return ()
    return tuple(
        UsageLine(
            description=f"{name} training",
            component="Training",
            instance_type=name,
            region_id=region_id,
            quantity=Decimal(count or 0),
            pricing_unit="Hours",
        )
        for name, count in groups
    )


def storage_lines(
    groups: list[InstanceGroup], region_id: str, config: Mapping[str, Any], has_local_disk: Callable[[str], bool]
) -> tuple[UsageLine, ...] | None:
    """Give the ML storage volume of each instance that has one; None where its size is not told."""
    if any(name is None or count is None for name, count in groups):
        return None
    volume_gb = reading.whole(config, "VolumeSizeInGB")
    instances = sum(count or 0 for name, count in groups if name and not has_local_disk(name))
    if not instances or volume_gb == 0:
        return ()
    if volume_gb is None:
        return None
    line = UsageLine(
        description="ML storage volume",
        component="Storage-Training",
        instance_type=None,
        region_id=region_id,
        quantity=Decimal(volume_gb * instances),
        pricing_unit="GB-Mo",
    )
    return (line,)


def with_storage_told(job: Job) -> Job:
    """Say so where a volume's size, and with it its cost, is unknown."""
    if job.storage is not None or not job.compute:
        return job
    problem = Problem(
        code="storage_unknown",
        message=f"The storage cost of {job.name or 'a training job'} is unknown: AWS's answer lacks the size of its volume.",
        hint="Look at the job in the SageMaker console; the cost of its instances is not affected.",
        subject=job.name,
    )
    return replace(job, problems=(*job.problems, problem))


KIND = JobKind(name="training", title="Training", component="Training", read=read, launched=launched)
