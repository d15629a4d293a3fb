"""Training jobs: what DescribeTrainingJob tells, as usage. How long it was used: `training_time`; kept after it: `warm_pool`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from mlcost_ext.core.job import Job, Problem

from . import reading
from .choices import ways_of, with_choices, without_volumes
from .described import described, max_runtime, run_seconds, settled, stopping_condition, with_limit_told
from .instances import compute_lines, instance_groups, is_undecided, single_type, storage_lines, total_count
from .kind import JobKind
from .problem import prepaid, volume_unknown
from .training_time import with_time_used
from .warm_pool import with_warm_pool


def read(description: Mapping[str, Any], has_local_disk: Callable[[str], bool]) -> Job:
    """Turn a description into a Job.

    Args:
        description: DescribeTrainingJob's answer or Search's TrainingJob, times as ISO text; anything may be missing.
        has_local_disk: Whether a type trains on its own NVMe disk, which has no volume to pay for.
    """
    job = replace(
        described("training", "TrainingJob", description, "TrainingStartTime", "TrainingEndTime"),
        secondary_status=reading.text(description, "SecondaryStatus"),
        spot=description.get("EnableManagedSpotTraining") is True,
        max_runtime_in_seconds=max_runtime(reading.inner(description, "StoppingCondition")),
        billable_time_in_seconds=reading.whole(description, "BillableTimeInSeconds"),
        parent=reading.started_by(description, "AutoMLJobArn", "TuningJobArn"),
    )
    job = replace(
        job, run_seconds=reading.whole(description, "TrainingTimeInSeconds") or run_seconds(job.started_at, job.ended_at)
    )
    if is_serverless(description):
        return without_instances(job, reading.whole(description, "BillableTokenCount"))
    config = reading.inner(description, "ResourceConfig")
    told = with_storage_told(with_time_used(with_lines(job, config, has_local_disk), description))
    return with_warm_pool(with_plan(with_limit_told(told), config), description)


def launched(region_id: str, name: str, request: Mapping[str, Any]) -> Job:
    """Turn a launch that AWS has accepted and not described yet into a Job that waits to start."""
    waiting = {"TrainingJobStatus": "InProgress", "SecondaryStatus": "Starting", "TrainingJobName": name, "region_id": region_id}
    kept = ("ResourceConfig", "EnableManagedSpotTraining", "ServerlessJobConfig", "Tags")
    condition = stopping_condition(reading.inner(request, "StoppingCondition"))
    told = {**{key: request[key] for key in kept if key in request}, "StoppingCondition": condition, **waiting}
    return without_volumes(read(told, lambda _: True))


def with_lines(job: Job, config: Mapping[str, Any], has_local_disk: Callable[[str], bool]) -> Job:
    """Fill in instances and volumes: those that are billed, or those AWS will choose from."""
    if is_undecided(config):
        plans = plans_of(config)
        ways = ways_of(config, job.region_id, "Training", "training", has_local_disk)
        return with_choices(job, (replace(way, compute=()) if way.instance_type in plans else way for way in ways))
    volume_gb = reading.whole(config, "VolumeSizeInGB")
    groups = instance_groups(config)
    return replace(
        job,
        instance_type=single_type(groups),
        instance_count=total_count(groups),
        compute=compute_lines(groups, job.region_id, "Training", "training"),
        storage=storage_lines(groups, volume_gb, job.region_id, "Storage-Training", has_local_disk),
    )


def plans_of(config: Mapping[str, Any]) -> set[str | None]:
    """Give the preferred types that run on a training plan's capacity (`InstancePreferences[].TrainingPlanArns`)."""
    listed = reading.structures(config, "InstancePreferences")
    return {reading.text(p, "InstanceType") for p in listed if p.get("TrainingPlanArns")}


def with_plan(job: Job, config: Mapping[str, Any]) -> Job:
    """Take the instances' lines off a job that runs on a training plan: its fee was paid up front, an hour adds nothing.

    The time of instances that are billed is zero then, where it is known; its volumes, if it has any, are billed as ever.
    """
    plans = plans_of(config)
    note = (*job.problems, prepaid(job.name, "a training job"))
    if reading.text(config, "TrainingPlanArn") or reading.text(config, "SelectedInstanceType") in plans:
        held = job.storage_accrual or job.accrual
        nothing = settled(0) if job.accrual else None
        return replace(job, compute=(), choices=(), accrual=nothing, storage_accrual=held, problems=note)
    return replace(job, problems=note) if plans and job.choices else job


def is_serverless(description: Mapping[str, Any]) -> bool:
    """Tell whether it customizes a model without instances (`IsServerless` is the reader's word); no tokens are no sign of it."""
    marks = ("IsServerless", "ServerlessJobConfig", "BillableTokenCount")
    return any(description.get(mark) not in (None, False) for mark in marks)


def without_instances(job: Job, tokens: int | None) -> Job:
    """Tell a serverless customization job: it is billed by tokens, which have no price here; AWS chooses its volumes."""
    so_far = "" if tokens is None else f" ({tokens} so far)"
    problem = Problem(
        code="serverless_tokens",
        message=f"The cost of {job.name or 'a training job'} is unknown: tokens are billed{so_far}, their price is not known.",
        hint="Multiply BillableTokenCount with the model's price on AWS's price page; it is left out of every total.",
        subject=job.name,
    )
    return replace(job, problems=(problem,))


def with_storage_told(job: Job) -> Job:
    """Say so where a volume's size, and with it its cost, is unknown."""
    if job.storage is not None or not job.compute:
        return job
    return replace(job, problems=(*job.problems, volume_unknown(job.name, "a training job")))


KIND = JobKind(name="training", title="Training", component="Training", read=read, launched=launched)
