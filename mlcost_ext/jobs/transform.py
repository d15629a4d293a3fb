"""Batch transform jobs: what DescribeTransformJob tells, as usage. How long they were used: `window`.

They have no stopping condition, no Spot, and no volume of a size that anybody is told (there is no such member).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from mlcost_ext.core.job import Job, Problem

from . import reading
from .choices import without_volumes
from .described import described, settled
from .instances import compute_lines, instance_groups, single_type, total_count
from .kind import JobKind
from .problem import no_upper_bound
from .window import with_window

NO_LIMIT = no_upper_bound("batch transform has no stopping condition")
VOLUMES_UNTOLD = Problem(
    code="storage_unknown",
    message="What the volumes of batch transform jobs cost is unknown: AWS does not tell how large they are.",
    hint="AWS's bill has them; the cost of the instances is not affected.",
)


def read(description: Mapping[str, Any], _has_local_disk: Callable[[str], bool]) -> Job:
    """Turn DescribeTransformJob's answer into a Job."""
    groups = instance_groups(reading.inner(description, "TransformResources"))
    job = described("transform", "TransformJob", description, "TransformStartTime", "TransformEndTime")
    job = replace(
        job,
        instance_type=single_type(groups),
        instance_count=total_count(groups),
        compute=compute_lines(groups, job.region_id, "BatchTransform", "batch transform"),
        parent=reading.started_by(description, "AutoMLJobArn"),
        problems=(NO_LIMIT,),
    )
    return with_storage_told(with_window(job, description, "TransformStartTime"))


def with_storage_told(job: Job) -> Job:
    """Say that what its volumes cost is unknown, unless it was never billed."""
    if job.accrual == settled(0):
        return replace(job, storage=())
    return replace(job, problems=(*job.problems, VOLUMES_UNTOLD))


def launched(region_id: str, name: str, request: Mapping[str, Any]) -> Job:
    """Turn a launch that AWS has accepted and not described yet into a Job that waits to start."""
    waiting = {"TransformJobStatus": "InProgress", "TransformJobName": name, "region_id": region_id}
    kept = ("TransformResources", "Tags")
    return without_volumes(read({**{key: request[key] for key in kept if key in request}, **waiting}, lambda _: True))


KIND = JobKind(name="transform", title="Batch transform", component="BatchTransform", read=read, launched=launched)
