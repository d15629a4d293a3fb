"""Create, describe, list and delete Studio apps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.fault import Fault, studio_not_found, validation
from mlcost_ext.sandbox.operations.listing import Listing, list_page
from mlcost_ext.sandbox.operations.space import find_space
from mlcost_ext.sandbox.operations.studio import find_domain, find_profile, studio_table
from mlcost_ext.sandbox.thing import Snapshot
from mlcost_ext.sandbox.things.asked import asked, cut, given_tags
from mlcost_ext.sandbox.things.space import StudioApp, app_created, app_deleted, app_name

Params = Mapping[str, Any]

_SPACE_APPS = {"JupyterLab": "JupyterLabAppSettings", "CodeEditor": "CodeEditorAppSettings"}
_SYSTEM_APPS = ("JupyterServer", "Canvas")  # run on an instance of AWS's own unless told otherwise
_DEFAULT_TYPE = "ml.t3.medium"
_LISTING = Listing(
    kind="app",
    answers="Apps",
    summary="AppDetails",
    name="AppName",
    equals={
        "DomainIdEquals": "DomainId",
        "UserProfileNameEquals": "UserProfileName",
        "SpaceNameEquals": "SpaceName",
    },
)


def create_app(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Start an app; one that is started again within a day of its deletion is taken for the old one, as in AWS."""
    now = account.clock()
    owner = _owner(account, params, region_id)
    request = asked("CreateApp", params)
    request["ResourceSpec"] = {"InstanceType": _instance_type(params, owner), **request.get("ResourceSpec", {})}
    tags = {**owner.tags, **_owner_tag(owner), **given_tags(params)}
    act = app_created(tags, now, account.speed)
    known = account.table("app", region_id).get(app_name(request), now)
    if known is not None and known.description["Status"] != "Deleted":
        raise Fault("ResourceInUse", f"App [{known.thing.arn}] already exists.")
    before = () if known is None else tuple(past for past in known.thing.acts if past.at <= now and past.resting is not None)
    app = StudioApp(request=request, region_id=region_id, tags=tags, acts=(*before, act))
    account.put(app)
    return {"AppArn": app.arn}


def describe_app(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Describe an app, which for a day may be a deleted one."""
    snapshot = _find(account, params, region_id)
    told = cut("DescribeAppResponse", snapshot.description)
    if told.get("Status") == "InService":  # a health check counts as activity, so neither tells of a person
        told["LastHealthCheckTimestamp"] = told["LastUserActivityTimestamp"] = account.clock()
    return told


def list_apps(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Answer one page of apps, deleted ones of the last day among them."""
    studio_table(account, "app", region_id)
    return list_page(_LISTING, account, params, region_id)


def delete_app(account: Account, params: Params, region_id: str) -> None:
    """Stop an app and give its instance back; the space and its volume stay."""
    snapshot = _find(account, params, region_id)
    status = snapshot.description["Status"]
    if status in {"Deleted", "Deleting"}:
        raise _no_such_app(snapshot.thing.name)
    if status == "Pending":
        raise Fault("ResourceInUse", f"App [{snapshot.thing.arn}] is in status Pending and can not be deleted.")
    acts = app_deleted(account.clock(), account.speed)
    account.put(replace(snapshot.thing, acts=(*snapshot.thing.acts, *acts)))


def _find(account: Account, params: Params, region_id: str) -> Snapshot:
    find_domain(account, params["DomainId"], region_id)
    snapshot = account.table("app", region_id).get(app_name(params), account.clock())
    if snapshot is None:
        raise _no_such_app(app_name(params))
    return snapshot


def _no_such_app(name: str) -> Fault:
    return studio_not_found(f"App [{name}]")


def _owner(account: Account, params: Params, region_id: str) -> Snapshot:
    """Find the space or the user profile an app is to be of."""
    ways = [key for key in ("SpaceName", "UserProfileName") if params.get(key)]
    if len(ways) != 1:
        raise validation("You must specify either SpaceName or UserProfileName.")
    find_domain(account, params["DomainId"], region_id)
    if ways == ["UserProfileName"]:
        if params["AppType"] in _SPACE_APPS:
            raise validation(f"SpaceName is required for AppType {params['AppType']}.")
        return find_profile(account, params["DomainId"], params["UserProfileName"], region_id)
    space = find_space(account, params["DomainId"], params["SpaceName"], region_id)
    kind = space.description.get("SpaceSettings", {}).get("AppType")
    if kind is not None and kind != params["AppType"]:
        raise validation(f"AppType {params['AppType']} does not match the space's AppType {kind}.")
    if space.description["Status"] != "InService":
        raise validation(f"Space [{space.thing.arn}] is in status {space.description['Status']}.")
    return space


def _owner_tag(owner: Snapshot) -> dict[str, str]:
    return {f"sagemaker:{owner.thing.kind}-arn": owner.thing.arn}


def _instance_type(params: Params, owner: Snapshot) -> str:
    """Give the type an app gets that asks for none: its space's, or AWS's own default."""
    if params["AppType"] in _SYSTEM_APPS:
        return "system"
    settings = owner.description.get("SpaceSettings", {}).get(_SPACE_APPS.get(params["AppType"], ""), {})
    instance_type: str = settings.get("DefaultResourceSpec", {}).get("InstanceType", _DEFAULT_TYPE)
    return instance_type
