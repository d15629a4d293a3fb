"""Create, describe, list, change and delete inference components; the endpoint's instances follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import ceil
from typing import Any

from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.fault import Fault, validation
from mlcost_ext.sandbox.names import sagemaker_arn
from mlcost_ext.sandbox.operations.endpoint import components_of, find_endpoint, scale
from mlcost_ext.sandbox.operations.listing import Listing, list_page
from mlcost_ext.sandbox.thing import Snapshot
from mlcost_ext.sandbox.things import inference_component as kind
from mlcost_ext.sandbox.things.acts import Act
from mlcost_ext.sandbox.things.asked import asked, cut, launched_tags
from mlcost_ext.sandbox.things.deployment import Deployment
from mlcost_ext.sandbox.things.inference_component import COPIES_PER_INSTANCE, InferenceComponent

Params = Mapping[str, Any]

_SPECIFICATIONS = ("Specification", "Specifications")
_LISTING = Listing(
    kind="inference-component",
    answers="InferenceComponents",
    summary="InferenceComponentSummary",
    name="InferenceComponentName",
    status="InferenceComponentStatus",
    sort_order="Descending",
    equals={"EndpointNameEquals": "EndpointName", "VariantNameEquals": "VariantName"},
)


def create_inference_component(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Put copies of a model on an endpoint's instances."""
    now = account.clock()
    known = account.table("inference-component", region_id).get(params["InferenceComponentName"], now)
    if known is not None:
        raise validation(f'Cannot create already existing inference component "{known.thing.arn}".')
    tags = launched_tags(params)
    request = asked("CreateInferenceComponent", params)
    component = InferenceComponent(
        name=params["InferenceComponentName"],
        region_id=region_id,
        tags=tags,
        endpoint_name=params["EndpointName"],
        variant_name=_variant_name(account, params, region_id),
        acts=(kind.created(request, tags, now, account.speed),),
    )
    account.put(component)
    _fit(account, component)
    return {"InferenceComponentArn": component.arn}


def describe_inference_component(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Describe a component as it is now."""
    return cut("DescribeInferenceComponentOutput", _find(account, params, region_id).description)


def list_inference_components(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Answer one page of summaries."""
    return list_page(_LISTING, account, params, region_id)


def update_inference_component(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Change a component's specification or its copies."""
    return _update(account, params, region_id, asked("UpdateInferenceComponent", params))


def update_inference_component_runtime_config(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Change how many copies there are of a component; none is allowed."""
    return _update(account, params, region_id, {"RuntimeConfig": dict(params["DesiredRuntimeConfig"])})


def delete_inference_component(account: Account, params: Params, region_id: str) -> None:
    """Take a component off its endpoint."""
    snapshot = _find(account, params, region_id)
    if snapshot.description["InferenceComponentStatus"] not in {"InService", "Failed"}:
        raise _in_progress(snapshot.thing)
    _act(account, snapshot.thing, kind.deleted(account.clock(), account.speed))


def _update(account: Account, params: Params, region_id: str, change: Params) -> dict[str, Any]:
    snapshot = _find(account, params, region_id)
    component: InferenceComponent = snapshot.thing
    if snapshot.description["InferenceComponentStatus"] != "InService":
        raise _in_progress(component)
    request = {**component.wanted, **{key: value for key, value in change.items() if key in {*_SPECIFICATIONS, "RuntimeConfig"}}}
    _act(account, component, kind.updated(request, account.clock(), account.speed))
    return {"InferenceComponentArn": component.arn}


def _act(account: Account, component: InferenceComponent, act: Act) -> None:
    changed = replace(component, acts=(*component.acts, act))
    account.put(changed)
    _fit(account, changed)


def _find(account: Account, params: Params, region_id: str) -> Snapshot:
    name = params["InferenceComponentName"]
    snapshot = account.table("inference-component", region_id).get(name, account.clock())
    if snapshot is None:
        raise validation(f'Could not find inference component "{sagemaker_arn(region_id, f"inference-component/{name}")}".')
    return snapshot


def _in_progress(component: InferenceComponent) -> Fault:
    return validation(f'Cannot update in-progress inference component "{component.arn}".')


def _variant_name(account: Account, params: Params, region_id: str) -> str:
    """Give the variant a new component goes to: the only one, where the request does not say."""
    if not any(key in params for key in _SPECIFICATIONS):
        raise validation("You must specify either Specification or Specifications.")
    snapshot = find_endpoint(account, params["EndpointName"], region_id)
    deployed: Deployment | None = snapshot.thing.deployment(account.clock())
    if snapshot.description["EndpointStatus"] != "InService" or deployed is None:
        raise validation(f'Endpoint "{snapshot.thing.arn}" must be InService.')
    found = [one for one in deployed.variants if one.takes_components and params.get("VariantName", one.name) == one.name]
    if not found:
        raise validation(f'Endpoint "{snapshot.thing.arn}" has no such variant for inference components.')
    return found[0].name


def _fit(account: Account, component: InferenceComponent) -> None:
    """Scale the endpoint to what all its components need, where AWS does that."""
    now = account.clock()
    snapshot = account.table("endpoint", component.region_id).get(component.endpoint_name, now)
    deployed: Deployment | None = None if snapshot is None else snapshot.thing.deployment(now)
    variant = None if deployed is None else deployed.variant(component.variant_name)
    if snapshot is None or variant is None or variant.bounds is None:
        return
    mates = [one for one in components_of(account, snapshot.thing) if one.variant_name == variant.name]
    least, most = variant.bounds
    wanted = ceil(sum(one.copies for one in mates) / COPIES_PER_INSTANCE)
    scale(account, snapshot.thing, {variant.name: min(max(wanted, least), most)})
