"""Studio spaces: the volume of a space is billed until the space is deleted, whether an app runs on it or not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlcost_ext.core.job import Problem
from mlcost_ext.core.standing import Standing

from . import reading
from .instances import volume_line
from .kind import Facts, StandingKind
from .problem import standing_unreadable, volume_unknown

COMPONENT_OF = {"JupyterLab": "Storage-Studio-JupyterLab", "CodeEditor": "Storage-Studio-CodeEditor"}


def read(description: Mapping[str, Any], _facts: Facts) -> Standing:
    """Turn a space's description (DescribeSpace, or ListSpaces with its members called `...Summary`) into a Standing.

    A space with neither a known app type nor a volume of a told size may have none (older shared spaces use the domain's EFS):
    what it keeps is not known then. It is never ended from here: that would delete what somebody has written.
    """
    domain_id, space_name = reading.text(description, "DomainId"), reading.text(description, "SpaceName")
    name = f"{domain_id}/{space_name}" if domain_id and space_name else ""
    settings = reading.inner(description, "SpaceSettings") or reading.inner(description, "SpaceSettingsSummary")
    owner = reading.inner(description, "OwnershipSettings") or reading.inner(description, "OwnershipSettingsSummary")
    app_type = reading.text(settings, "AppType")
    storage = reading.inner(reading.inner(settings, "SpaceStorageSettings"), "EbsStorageSettings")
    volume_gb = reading.whole(storage, "EbsVolumeSizeInGb")
    region_id = reading.text(description, "region_id") or ""
    component = COMPONENT_OF.get(app_type or "")
    problems: tuple[Problem, ...] = ()
    if not volume_gb:
        problems = (volume_unknown(name, "a space"),)
    elif component is None:
        problems = (standing_unreadable(name, f"its app type {app_type!r} has no storage price that is known"),)
    return Standing(
        kind="space",
        name=name,
        region_id=region_id,
        resource_id=reading.text(description, "SpaceArn"),
        status=reading.text(description, "Status") or "Unknown",
        is_costing=False,
        can_end=False,
        created_at=reading.time(description, "CreationTime"),
        modified_at=reading.time(description, "LastModifiedTime"),
        kept=(volume_line(volume_gb, region_id, component),) if volume_gb and component else None,
        domain_id=domain_id,
        space_name=space_name,
        user_profile_name=reading.text(owner, "OwnerUserProfileName"),
        app_type=app_type,
        failure_reason=reading.text(description, "FailureReason"),
        is_ours=reading.flag(description, "IsOurs"),
        tags=reading.tags(description),
        problems=problems,
    )


KIND = StandingKind(name="space", title="Spaces", read=read)
