"""Create, describe, list, change and delete spaces, with their volumes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.fault import Fault, studio_not_found, validation
from mlcost_ext.sandbox.names import sagemaker_arn
from mlcost_ext.sandbox.operations.listing import Listing, list_page
from mlcost_ext.sandbox.operations.studio import (
    associated,
    change_in_service,
    delete,
    find_domain,
    find_profile,
    studio_table,
)
from mlcost_ext.sandbox.thing import Snapshot
from mlcost_ext.sandbox.things import studio as kind
from mlcost_ext.sandbox.things.asked import asked, cut, given_tags
from mlcost_ext.sandbox.things.space import DEFAULT_VOLUME_GB, Space

Params = Mapping[str, Any]

_WITH_VOLUME = ("JupyterLab", "CodeEditor")
_LISTING = Listing(
    kind="space",
    answers="Spaces",
    summary="SpaceDetails",
    name="SpaceName",
    equals={"DomainIdEquals": "DomainId"},
    contains={"SpaceNameContains": "SpaceName"},
)


def create_space(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Create a space; one for JupyterLab or Code Editor gets a volume."""
    now = account.clock()
    domain = find_domain(account, params["DomainId"], region_id)
    tags = {"sagemaker:domain-arn": domain.thing.arn}
    if ("OwnershipSettings" in params) != ("SpaceSharingSettings" in params):
        raise validation("OwnershipSettings and SpaceSharingSettings must be given together.")
    if "OwnershipSettings" in params:
        owner = params["OwnershipSettings"]["OwnerUserProfileName"]
        tags["sagemaker:user-profile-arn"] = find_profile(account, params["DomainId"], owner, region_id).thing.arn
    space = Space(
        domain_id=params["DomainId"],
        space_name=params["SpaceName"],
        region_id=region_id,
        tags={**tags, **given_tags(params)},
        acts=(kind.created(_with_volume(asked("CreateSpace", params)), now, account.speed),),
    )
    if account.table("space", region_id).get(space.name, now) is not None:
        raise Fault("ResourceInUse", f"Space [{space.arn}] already exists.")
    account.put(space)
    return {"SpaceArn": space.arn}


def describe_space(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Describe a space and its volume."""
    return cut("DescribeSpaceResponse", find_space(account, params["DomainId"], params["SpaceName"], region_id).description)


def list_spaces(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Answer one page of spaces."""
    studio_table(account, "space", region_id)
    page = list_page(_LISTING, account, params, region_id)
    for space in page["Spaces"]:
        if "SpaceSettingsSummary" in space:
            space["SpaceSettingsSummary"] = cut("SpaceSettingsSummary", space["SpaceSettingsSummary"])
    return page


def update_space(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Change a space's settings; its volume can only grow, and its kind of app stays."""
    snapshot = find_space(account, params["DomainId"], params["SpaceName"], region_id)
    change = {key: value for key, value in asked("UpdateSpace", params).items() if key not in {"DomainId", "SpaceName"}}
    _check_change(snapshot.thing, change.get("SpaceSettings", {}))
    change_in_service(account, snapshot, lambda before: _changed(before, change))
    return {"SpaceArn": snapshot.thing.arn}


def delete_space(account: Account, params: Params, region_id: str) -> None:
    """Delete a space in which nothing runs, and its volume."""
    snapshot = find_space(account, params["DomainId"], params["SpaceName"], region_id)
    space: Space = snapshot.thing
    for app in account.table("app", region_id).all(account.clock()):
        is_of_it = (app.peek("DomainId"), app.peek("SpaceName")) == (space.domain_id, space.space_name)
        if is_of_it and app.peek("Status") != "Deleted":
            raise associated("Space", snapshot, "App(s)")
    delete(account, snapshot)


def find_space(account: Account, domain_id: str, name: str, region_id: str) -> Snapshot:
    """Find a space.

    Raises:
        Fault: ``ResourceNotFound``, also where there is no such domain.
    """
    find_domain(account, domain_id, region_id)
    snapshot = account.table("space", region_id).get(f"{domain_id}/{name}", account.clock())
    if snapshot is None:
        raise studio_not_found(f"Space [{sagemaker_arn(region_id, f'space/{domain_id}/{name}')}]")
    return snapshot


def _with_volume(request: Params) -> dict[str, Any]:
    settings = request.get("SpaceSettings", {})
    if settings.get("AppType") not in _WITH_VOLUME or "SpaceStorageSettings" in settings:
        return dict(request)
    storage = {"EbsStorageSettings": {"EbsVolumeSizeInGb": DEFAULT_VOLUME_GB}}
    return {**request, "SpaceSettings": {**settings, "SpaceStorageSettings": storage}}


def _changed(before: Params, change: Params) -> dict[str, Any]:
    settings = {**before.get("SpaceSettings", {}), **change.get("SpaceSettings", {})}
    return {**before, **change, **({"SpaceSettings": settings} if settings else {})}


def _check_change(space: Space, settings: Params) -> None:
    before = space.request.get("SpaceSettings", {})
    if settings.get("AppType", before.get("AppType")) != before.get("AppType"):
        raise validation("You can't edit the app type of a space in the SpaceSettings.")
    size = settings.get("SpaceStorageSettings", {}).get("EbsStorageSettings", {}).get("EbsVolumeSizeInGb")
    if size is not None and space.volume_gb is not None and size < space.volume_gb:
        raise validation(f"EbsVolumeSizeInGb can't be decreased from {space.volume_gb} to {size}.")
