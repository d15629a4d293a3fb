"""Studio apps: what DescribeApp or ListApps tells, as what it costs as things stand.

An app is billed by the second from its creation until it is deleted, whether anybody works in it or not. While it is
`Pending` its instance may not be there yet: nothing is counted until it is in service, and then from `CreationTime` on. AWS
takes an app that is started again within a day for the old one, so that time may be too early: a cost is at most that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlcost_ext.core.job import Problem
from mlcost_ext.core.standing import Standing
from mlcost_ext.core.usage import UsageLine

from . import reading
from .instances import hour_line
from .kind import Facts, StandingKind
from .problem import prepaid, standing_unreadable

COMPONENT_OF = {
    "JupyterLab": "Studio-JupyterLab",
    "CodeEditor": "Studio-CodeEditor",
    "JupyterServer": "Studio-Notebook",
    "KernelGateway": "Studio-Notebook",
    "Canvas": "Canvas",
    "TensorBoard": "TensorBoard",
    "RStudioServerPro": "RStudio",
    "RSessionGateway": "RStudio",
    "DetailedProfiler": "DetailedProfiler",
}
BILLED = ("InService", "Deleting")
NOT_BILLED = ("Pending", "Failed", "Deleted")
CAN_BE_DELETED = ("InService", "Failed")
SYSTEM = "system"
DEFAULT_KERNEL_TYPE = "ml.t3.medium"
"""What `system` means for a KernelGateway app (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceSpec.html)."""
Lines = tuple[tuple[UsageLine, ...] | None, tuple[Problem, ...]]


def read(description: Mapping[str, Any], _facts: Facts) -> Standing:
    """Turn an app's description into a Standing; AWS does not tell when it was last used."""
    domain_id, app_type = reading.text(description, "DomainId"), reading.text(description, "AppType")
    space_name, user_name = reading.text(description, "SpaceName"), reading.text(description, "UserProfileName")
    names = (domain_id, space_name or user_name, app_type, reading.text(description, "AppName"))
    name = "/".join(part for part in names if part) if all(names) else ""
    status = reading.text(description, "Status") or "Unknown"
    region_id = reading.text(description, "region_id") or ""
    created_at = reading.time(description, "CreationTime")
    spec = reading.inner(description, "ResourceSpec")
    instance_type = type_of(app_type, reading.text(spec, "InstanceType"))
    compute, problems = lines_of(name, status, app_type, instance_type, region_id)
    if compute and reading.text(spec, "TrainingPlanArn"):
        compute, problems = (), (prepaid(name, "an app"),)
    return Standing(
        kind="app",
        name=name,
        region_id=region_id,
        resource_id=reading.text(description, "AppArn"),
        status=status,
        is_costing=compute != (),
        can_end=status in CAN_BE_DELETED,
        mode=app_type,
        created_at=created_at,
        since=created_at if compute else None,
        since_basis="at_most",
        instance_type=instance_type,
        instance_count=None if instance_type is None else 1,
        compute=compute,
        domain_id=domain_id,
        space_name=space_name,
        user_profile_name=user_name,
        app_type=app_type,
        parent=f"{domain_id}/{space_name}" if domain_id and space_name else None,
        failure_reason=reading.text(description, "FailureReason"),
        is_ours=reading.flag(description, "IsOurs"),
        tags=reading.tags(description),
        problems=problems,
    )


def type_of(app_type: str | None, told: str | None) -> str | None:
    """Give what an app runs on; a JupyterServer app runs on nothing but `system`."""
    if app_type == "JupyterServer":
        return told or SYSTEM
    return DEFAULT_KERNEL_TYPE if app_type == "KernelGateway" and told == SYSTEM else told


def lines_of(name: str, status: str, app_type: str | None, instance_type: str | None, region_id: str) -> Lines:
    """Give what an app costs as things stand; None with its reason where that is not known."""
    is_free = app_type == "JupyterServer" and instance_type == SYSTEM
    if status in NOT_BILLED or (status in BILLED and is_free):
        return (), ()
    if status not in BILLED:
        return None, (standing_unreadable(name, f"its status {status!r} is not one we know"),)
    component = COMPONENT_OF.get(app_type or "")
    if component is None:
        return None, (standing_unreadable(name, f"its type {app_type!r} is not one we know"),)
    if instance_type is None:
        return None, (standing_unreadable(name, "AWS's answer lacks its instance type"),)
    return (hour_line(instance_type, 1, region_id, component, f"{app_type} app"),), ()


KIND = StandingKind(name="app", title="Apps", read=read)
