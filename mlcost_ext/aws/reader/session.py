"""The machine this server runs on, as AWS describes it: one read that is denied does not spoil the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from . import cut
from .faults import Fault
from .kinds import app, notebook, space

_APP: Mapping[str, cut.Cut] = {
    "Status": cut.text,
    "CreationTime": cut.time,
    "ResourceSpec": cut.part(app.RESOURCE),
}
_IDLE = cut.part({"AppLifecycleManagement": cut.part({"IdleSettings": cut.part({"IdleTimeoutInMinutes": cut.whole})})})
_SPACE: Mapping[str, cut.Cut] = {
    "SpaceArn": cut.text,
    "SpaceSettings": cut.part({**space.SETTINGS, "JupyterLabAppSettings": _IDLE, "CodeEditorAppSettings": _IDLE}),
    **{key: space.KIND.cuts[key] for key in ("OwnershipSettings", "SpaceSharingSettings")},
}


class Call(Protocol):
    """One call in the region of the machine."""

    def __call__(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Make it.

        Raises:
            Fault: Where it did not succeed.
        """
        ...


def describe_studio(call: Call, domain_id: str, space_name: str, app_type: str, app_name: str) -> dict[str, Any]:
    """Describe an app and its space; what could not be read is None and named in `problems`."""
    problems: list[dict[str, str]] = []
    space_key = {"DomainId": domain_id, "SpaceName": space_name}
    app_key = {**space_key, "AppType": app_type, "AppName": app_name}
    it = cut.structure(_read(call, "DescribeApp", app_key, problems), _APP) or {}
    told = cut.structure(_read(call, "DescribeSpace", space_key, problems), _SPACE) or {}
    settings = told.get("SpaceSettings", {})
    storage = settings.get("SpaceStorageSettings", {}).get("EbsStorageSettings", {})
    idle = settings.get(f"{app_type}AppSettings", {}).get("AppLifecycleManagement", {}).get("IdleSettings", {})
    return {
        "instance_type": it.get("ResourceSpec", {}).get("InstanceType"),
        "status": it.get("Status"),
        "created_at": it.get("CreationTime"),
        "is_prepaid": "TrainingPlanArn" in it.get("ResourceSpec", {}),
        "space_arn": told.get("SpaceArn"),
        "volume_gb": storage.get("EbsVolumeSizeInGb"),
        "idle_timeout_in_minutes": idle.get("IdleTimeoutInMinutes"),
        "owner_user_profile_name": told.get("OwnershipSettings", {}).get("OwnerUserProfileName"),
        "sharing_type": told.get("SpaceSharingSettings", {}).get("SharingType"),
        "problems": problems,
    }


def describe_notebook(call: Call, name: str) -> dict[str, Any]:
    """Describe a notebook instance; since when it runs is when it was last changed, while it runs."""
    problems: list[dict[str, str]] = []
    told = (
        cut.structure(_read(call, "DescribeNotebookInstance", {"NotebookInstanceName": name}, problems), notebook.KIND.cuts) or {}
    )
    status = told.get("NotebookInstanceStatus")
    return {
        "instance_type": told.get("InstanceType"),
        "status": status,
        "created_at": told.get("LastModifiedTime") if status == "InService" else None,
        "volume_gb": told.get("VolumeSizeInGB"),
        "arn": told.get("NotebookInstanceArn"),
        "problems": problems,
    }


def _read(call: Call, operation: str, key: Mapping[str, str], problems: list[dict[str, str]]) -> dict[str, Any] | None:
    try:
        return call(operation, key)
    except Fault as fault:
        problem = fault.problem
        problems.append({"code": problem.code, "message": problem.message, "hint": problem.hint})
        return None
