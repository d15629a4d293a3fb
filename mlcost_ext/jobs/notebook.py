"""Notebook instances: billed every second in service, kernel or not; their volume until they are deleted.

StopNotebookInstance ends the charge for the instance at once and keeps the volume
(https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StopNotebookInstance.html).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlcost_ext.core.job import Problem
from mlcost_ext.core.standing import Standing
from mlcost_ext.core.usage import UsageLine

from . import reading
from .instances import hour_line, volume_line
from .kind import Facts, StandingKind
from .problem import standing_unreadable, volume_unknown

NOT_BILLED = ("Pending", "Stopping", "Stopped", "Failed", "Deleting", "Updating")
"""An instance is updated while it is stopped, and may be used only once it is in service."""
Lines = tuple[tuple[UsageLine, ...] | None, tuple[Problem, ...]]


def read(description: Mapping[str, Any], _facts: Facts) -> Standing:
    """Turn DescribeNotebookInstance's answer into a Standing; it came into service when it was last modified."""
    name = reading.text(description, "NotebookInstanceName") or ""
    status = reading.text(description, "NotebookInstanceStatus") or "Unknown"
    region_id = reading.text(description, "region_id") or ""
    instance_type = reading.text(description, "InstanceType")
    modified_at = reading.time(description, "LastModifiedTime")
    compute, problems = lines_of(name, status, instance_type, region_id)
    volume_gb = reading.whole(description, "VolumeSizeInGB")
    return Standing(
        kind="notebook",
        name=name,
        region_id=region_id,
        resource_id=reading.text(description, "NotebookInstanceArn"),
        status=status,
        is_costing=compute != (),
        can_end=status == "InService",
        created_at=reading.time(description, "CreationTime"),
        modified_at=modified_at,
        since=modified_at if compute else None,
        instance_type=instance_type,
        instance_count=None if instance_type is None else 1,
        compute=compute,
        kept=(volume_line(volume_gb, region_id, "Storage-Notebook"),) if volume_gb else None,
        failure_reason=reading.text(description, "FailureReason"),
        tags=reading.tags(description),
        problems=problems if volume_gb else (*problems, volume_unknown(name, "a notebook instance")),
    )


def lines_of(name: str, status: str, instance_type: str | None, region_id: str) -> Lines:
    """Give what its instance costs as things stand; None with its reason where that is not known."""
    if status in NOT_BILLED:
        return (), ()
    if status != "InService":
        return None, (standing_unreadable(name, f"whether its instance is billed while it is {status!r} is not known"),)
    if instance_type is None:
        return None, (standing_unreadable(name, "AWS's answer lacks its instance type"),)
    return (hour_line(instance_type, 1, region_id, "Notebook", "notebook instance"),), ()


KIND = StandingKind(name="notebook", title="Notebook instances", read=read)
