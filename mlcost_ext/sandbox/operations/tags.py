"""Tags of whatever the account keeps, found by its ARN; those of other resources are left to moto."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.fault import NotOursError, not_found, validation
from mlcost_ext.sandbox.operations.studio import studio_table
from mlcost_ext.sandbox.table import Table

_KINDS = {
    "training-job": "training",
    "hyper-parameter-tuning-job": "tuning",
    "processing-job": "processing",
    "transform-job": "transform",
    "automl-job": "automl",
    "endpoint": "endpoint",
    "endpoint-config": "endpoint-config",
    "model": "model",
    "inference-component": "inference-component",
    "monitoring-schedule": "schedule",
    "notebook-instance": "notebook",
    "domain": "domain",
    "user-profile": "user-profile",
    "space": "space",
    "app": "app",
}
_STUDIO = ("domain", "user-profile", "space", "app")
_MAX_TAGS = 50


def add_tags(account: Account, params: Mapping[str, Any], region_id: str) -> dict[str, Any]:
    """Add tags to a thing, or change their values."""
    thing = _find(account, params["ResourceArn"], region_id)
    tags = {**thing.tags, **{tag["Key"]: tag["Value"] for tag in params["Tags"]}}
    if len(tags) > _MAX_TAGS:
        raise validation(f"A resource may have at most {_MAX_TAGS} tags.")
    account.put(replace(thing, tags=tags))
    return {"Tags": _listed(tags)}


def delete_tags(account: Account, params: Mapping[str, Any], region_id: str) -> dict[str, Any]:
    """Take tags off a thing."""
    thing = _find(account, params["ResourceArn"], region_id)
    gone = set(params["TagKeys"])
    account.put(replace(thing, tags={k: v for k, v in thing.tags.items() if k not in gone}))
    return {}


def list_tags(account: Account, params: Mapping[str, Any], region_id: str) -> dict[str, Any]:
    """List the tags of a thing."""
    return {"Tags": _listed(_find(account, params["ResourceArn"], region_id).tags)}


def _find(account: Account, arn: str, region_id: str) -> Any:
    _, _, resource = arn.partition(":sagemaker:")
    resource_type, _, name = resource.split(":", 2)[-1].partition("/")
    kind = _KINDS.get(resource_type)
    if kind is None or not name:
        raise NotOursError
    table = studio_table(account, kind, region_id) if kind in _STUDIO else account.table(kind, region_id)
    thing = _thing(table, account, arn, name)
    if thing is None:
        raise not_found()
    return thing


def _thing(table: Table, account: Account, arn: str, name: str) -> Any:
    """Find a thing by the name in its ARN, which AWS writes in small letters for some kinds."""
    now = account.clock()
    snapshot = table.get(name, now)
    if snapshot is not None and snapshot.thing.arn == arn:
        return snapshot.thing
    if table.crowds():
        return None
    return next((each.thing for each in table.all(now) if each.thing.arn.lower() == arn.lower()), None)


def _listed(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
