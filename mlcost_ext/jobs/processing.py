"""Processing jobs: what DescribeProcessingJob tells, as usage. How long they were used: `window`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from mlcost_ext.core.job import Job

from . import reading
from .choices import ways_of, with_choices, without_volumes
from .described import described, max_runtime, stopping_condition, with_limit_told
from .instances import compute_lines, instance_groups, is_undecided, single_type, storage_lines, total_count
from .kind import JobKind
from .problem import volume_unknown
from .window import with_window

WHAT = "a processing job"


def read(description: Mapping[str, Any], has_local_disk: Callable[[str], bool]) -> Job:
    """Turn DescribeProcessingJob's answer into a Job; why it failed may be told in `ExitMessage` only."""
    job = described("processing", "ProcessingJob", description, "ProcessingStartTime", "ProcessingEndTime")
    job = replace(
        job,
        max_runtime_in_seconds=max_runtime(reading.inner(description, "StoppingCondition")),
        failure_reason=job.failure_reason or reading.text(description, "ExitMessage"),
        parent=reading.started_by(description, "AutoMLJobArn", "MonitoringScheduleArn"),
    )
    config = reading.inner(reading.inner(description, "ProcessingResources"), "ClusterConfig")
    return with_window(with_limit_told(with_lines(job, config, has_local_disk)), description, "ProcessingStartTime")


def with_lines(job: Job, config: Mapping[str, Any], has_local_disk: Callable[[str], bool]) -> Job:
    """Fill in instances and volumes: those that are billed, or those AWS will choose from."""
    if is_undecided(config):
        return with_choices(job, ways_of(config, job.region_id, "Processing", "processing", has_local_disk))
    groups = instance_groups(config)
    compute = compute_lines(groups, job.region_id, "Processing", "processing")
    volume_gb = reading.whole(config, "VolumeSizeInGB")
    storage = storage_lines(groups, volume_gb, job.region_id, "Storage-Processing", has_local_disk)
    return replace(
        job,
        instance_type=single_type(groups),
        instance_count=total_count(groups),
        compute=compute,
        storage=storage,
        problems=(volume_unknown(job.name, WHAT),) if compute and storage is None else (),
    )


def launched(region_id: str, name: str, request: Mapping[str, Any]) -> Job:
    """Turn a launch that AWS has accepted and not described yet into a Job that waits to start."""
    waiting = {"ProcessingJobStatus": "InProgress", "ProcessingJobName": name, "region_id": region_id}
    condition = stopping_condition(reading.inner(request, "StoppingCondition"))
    kept = {key: request[key] for key in ("ProcessingResources", "Tags") if key in request}
    return without_volumes(read({**kept, "StoppingCondition": condition, **waiting}, lambda _: True))


KIND = JobKind(name="processing", title="Processing", component="Processing", read=read, launched=launched)
