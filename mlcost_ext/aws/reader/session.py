"""The Studio app and space this server runs in: two reads, and one denied does not spoil the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import cut
from .clients import Aws
from .faults import Fault

_SPEC: Mapping[str, cut.Cut] = {"InstanceType": cut.text}
_EBS: Mapping[str, cut.Cut] = {"EbsVolumeSizeInGb": cut.whole}
_STORAGE: Mapping[str, cut.Cut] = {"EbsStorageSettings": lambda value: cut.structure(value, _EBS)}
_SETTINGS: Mapping[str, cut.Cut] = {"SpaceStorageSettings": lambda value: cut.structure(value, _STORAGE)}
_APP: Mapping[str, cut.Cut] = {
    "Status": cut.text,
    "CreationTime": cut.time,
    "ResourceSpec": lambda value: cut.structure(value, _SPEC),
}
_SPACE: Mapping[str, cut.Cut] = {"SpaceArn": cut.text, "SpaceSettings": lambda value: cut.structure(value, _SETTINGS)}


def describe_session(aws: Aws, region_id: str, domain_id: str, space_name: str, app_type: str, app_name: str) -> dict[str, Any]:
    """Describe the app and its space; what could not be read is None and named in `problems`."""
    problems: list[dict[str, str]] = []
    space_key = {"DomainId": domain_id, "SpaceName": space_name}
    app_key = {**space_key, "AppType": app_type, "AppName": app_name}
    app = cut.structure(_read(aws, region_id, "DescribeApp", app_key, problems), _APP) or {}
    space = cut.structure(_read(aws, region_id, "DescribeSpace", space_key, problems), _SPACE) or {}
    storage = space.get("SpaceSettings", {}).get("SpaceStorageSettings", {}).get("EbsStorageSettings", {})
    return {
        "instance_type": app.get("ResourceSpec", {}).get("InstanceType"),
        "status": app.get("Status"),
        "created_at": app.get("CreationTime"),
        "space_arn": space.get("SpaceArn"),
        "volume_gb": storage.get("EbsVolumeSizeInGb"),
        "problems": problems,
    }


def _read(
    aws: Aws, region_id: str, operation: str, key: Mapping[str, str], problems: list[dict[str, str]]
) -> dict[str, Any] | None:
    try:
        return aws.call(region_id, operation, key)
    except Fault as fault:
        problem = fault.problem
        problems.append({"code": problem.code, "message": problem.message, "hint": problem.hint})
        return None
