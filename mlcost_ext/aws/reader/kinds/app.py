"""Studio apps, known by domain, owner, type and name at once."""

from __future__ import annotations

from mlcost_ext.aws.reader import cut

from .spec import Kind, Source

SPACE_APPS = ("JupyterLab", "CodeEditor")
"""Types that run in a space only."""
RESOURCE: cut.Cuts = {"InstanceType": cut.text, "TrainingPlanArn": cut.arn}


def name_of(source: Source) -> str | None:
    """Give ``<DomainId>/<SpaceName or UserProfileName>/<AppType>/<AppName>``."""
    owner = source.get("SpaceName") or source.get("UserProfileName")
    parts = [cut.text(part) for part in (source.get("DomainId"), owner, source.get("AppType"), source.get("AppName"))]
    return None if None in parts else "/".join(str(part) for part in parts)


def params_of(name: str, owner_key: str | None = None) -> dict[str, str]:
    """Give the parameters that name one.

    Args:
        name: As `name_of` gives it.
        owner_key: ``SpaceName`` or ``UserProfileName``; None: as its type tells.

    Raises:
        ValueError: Where it has not four parts.
    """
    parts = name.split("/")
    if len(parts) != 4 or not all(parts):
        raise ValueError(f"{name} is no name of an app")
    domain_id, owner, app_type, app_name = parts
    key = owner_key or ("SpaceName" if app_type in SPACE_APPS else "UserProfileName")
    return {"DomainId": domain_id, key: owner, "AppType": app_type, "AppName": app_name}


KIND = Kind(
    kind="app",
    name_key="AppName",
    status_key="Status",
    is_job=False,
    listing="ListApps",
    listed="Apps",
    describe="DescribeApp",
    delete="DeleteApp",
    is_told_by_listing=True,
    name_of=name_of,
    params_of=params_of,
    cuts={
        "DomainId": cut.text,
        "UserProfileName": cut.text,
        "SpaceName": cut.text,
        "AppType": cut.text,
        "AppName": cut.text,
        "Status": cut.text,
        "CreationTime": cut.time,
        "ResourceSpec": cut.part(RESOURCE),
        "FailureReason": cut.reason,
        "IsOurs": cut.flag,
    },
)
