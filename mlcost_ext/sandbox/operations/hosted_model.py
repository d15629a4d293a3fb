"""Create, describe, list and delete models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.fault import validation
from mlcost_ext.sandbox.names import sagemaker_arn
from mlcost_ext.sandbox.operations.listing import Listing, list_page
from mlcost_ext.sandbox.thing import Snapshot
from mlcost_ext.sandbox.things.asked import asked, launched_tags
from mlcost_ext.sandbox.things.hosted_model import HostedModel

Params = Mapping[str, Any]

_LISTING = Listing(kind="model", answers="Models", summary="ModelSummary", name="ModelName", sort_order="Descending")


def create_model(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Keep a model. Whether its image and its data are there is not looked up."""
    known = account.table("model", region_id).get(params["ModelName"], account.clock())
    if known is not None:
        raise validation(f'Cannot create already existing model "{known.thing.arn}".')
    if ("PrimaryContainer" in params) == ("Containers" in params):
        raise validation("Exactly one of PrimaryContainer and Containers must be given.")
    model = HostedModel(
        request=asked("CreateModel", params),
        region_id=region_id,
        tags=launched_tags(params),
        created_at=account.clock(),
    )
    account.put(model)
    return {"ModelArn": model.arn}


def describe_model(account: Account, params: Params, region_id: str) -> Mapping[str, Any]:
    """Describe a model."""
    return _find(account, params["ModelName"], region_id).description


def list_models(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Answer one page of summaries."""
    return list_page(_LISTING, account, params, region_id)


def delete_model(account: Account, params: Params, region_id: str) -> None:
    """Delete a model, in use or not."""
    model = _find(account, params["ModelName"], region_id)
    account.table("model", region_id).remove(model.name)


def _find(account: Account, name: str, region_id: str) -> Snapshot:
    snapshot = account.table("model", region_id).get(name, account.clock())
    if snapshot is None:
        raise validation(f'Could not find model "{sagemaker_arn(region_id, f"model/{name}")}".')
    return snapshot
