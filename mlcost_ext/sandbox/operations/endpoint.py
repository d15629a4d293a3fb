"""Create, describe, list, change and delete endpoints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.fault import Fault, validation
from mlcost_ext.sandbox.names import sagemaker_arn
from mlcost_ext.sandbox.operations.endpoint_config import find_config
from mlcost_ext.sandbox.operations.listing import Listing, list_page
from mlcost_ext.sandbox.thing import Snapshot
from mlcost_ext.sandbox.things import endpoint as kind
from mlcost_ext.sandbox.things.acts import Act, done
from mlcost_ext.sandbox.things.asked import cut, launched_tags
from mlcost_ext.sandbox.things.deployment import Deployment, Variant, deployment_of
from mlcost_ext.sandbox.things.endpoint import Endpoint
from mlcost_ext.sandbox.things.inference_component import InferenceComponent

Params = Mapping[str, Any]

_COUNTS, _WEIGHTS = "DesiredInstanceCount", "DesiredWeight"
_LISTING = Listing(
    kind="endpoint",
    answers="Endpoints",
    summary="EndpointSummary",
    name="EndpointName",
    status="EndpointStatus",
    sort_order="Descending",
)


def create_endpoint(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Create an endpoint, tagged as Studio tags what is launched from a space."""
    now = account.clock()
    known = account.table("endpoint", region_id).get(params["EndpointName"], now)
    if known is not None:
        raise validation(f'Cannot create already existing endpoint "{known.thing.arn}".')
    config = find_config(account, params["EndpointConfigName"], region_id)
    tags = launched_tags(params)
    endpoint = Endpoint(
        name=params["EndpointName"],
        region_id=region_id,
        tags=tags,
        acts=kind.created(deployment_of(config.description), tags, now, account.speed),
    )
    account.put(endpoint)
    return {"EndpointArn": endpoint.arn}


def describe_endpoint(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Describe an endpoint as it is now."""
    return cut("DescribeEndpointOutput", find_endpoint(account, params["EndpointName"], region_id).description)


def list_endpoints(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Answer one page of summaries."""
    return list_page(_LISTING, account, params, region_id)


def update_endpoint(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Deploy another configuration; counts and weights are its own unless they are to be kept."""
    endpoint, now = _find_settled(account, params, region_id)
    wanted = deployment_of(find_config(account, params["EndpointConfigName"], region_id).description)
    if params.get("RetainAllVariantProperties"):
        excluded = {item["VariantPropertyType"] for item in params.get("ExcludeRetainedVariantProperties", [])}
        wanted = _retained(now, wanted, excluded)
    _put(account, endpoint, kind.updated(wanted, endpoint.tags, account.clock(), account.speed))
    return {"EndpointArn": endpoint.arn}


def update_endpoint_weights_and_capacities(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Give variants other weights, instance counts or concurrencies."""
    endpoint, now = _find_settled(account, params, region_id)
    wanted, seen = now, set()
    for change in params["DesiredWeightsAndCapacities"]:
        name = change["VariantName"]
        variant = wanted.variant(name)
        if variant is None:
            raise validation(
                f'The variant name(s) "{name}" is/are not present within endpoint configuration "{now.config_name}".'
            )
        if name in seen:
            raise validation(f'The variant name "{name}" was non-unique within the request.')
        seen.add(name)
        wanted = wanted.with_variant(_changed(variant, change, wanted))
    _put(account, endpoint, kind.updated(wanted, endpoint.tags, account.clock(), account.speed))
    return {"EndpointArn": endpoint.arn}


def delete_endpoint(account: Account, params: Params, region_id: str) -> None:
    """Delete an endpoint, be it in service or failed."""
    snapshot = find_endpoint(account, params["EndpointName"], region_id)
    endpoint: Endpoint = snapshot.thing
    if snapshot.description["EndpointStatus"] not in {"InService", "Failed"}:
        raise _in_progress(endpoint)
    if components_of(account, endpoint):
        raise validation(f'Cannot delete endpoint "{endpoint.arn}" while it hosts inference components.')
    _put(account, endpoint, [kind.deleted(account.clock(), account.speed)])


def find_endpoint(account: Account, name: str, region_id: str) -> Snapshot:
    """Find an endpoint.

    Raises:
        Fault: ``ValidationException``, where there is none of that name.
    """
    snapshot = account.table("endpoint", region_id).get(name, account.clock())
    if snapshot is None:
        raise validation(f'Could not find endpoint "{sagemaker_arn(region_id, f"endpoint/{name}")}".')
    return snapshot


def components_of(account: Account, endpoint: Endpoint) -> list[InferenceComponent]:
    """Give the inference components an endpoint hosts."""
    found = [snapshot.thing for snapshot in account.table("inference-component", endpoint.region_id).all(account.clock())]
    return [thing for thing in found if isinstance(thing, InferenceComponent) and thing.endpoint_name == endpoint.name]


def scale(account: Account, endpoint: Endpoint, counts: Mapping[str, int]) -> None:
    """Let AWS bring variants to other instance counts, where nothing else is under way."""
    now = account.clock()
    deployed = endpoint.deployment(now)
    if deployed is not None and endpoint.describe(now).description["EndpointStatus"] == "InService":
        _put(account, endpoint, kind.scaled(deployed, counts, account.clock(), account.speed))


def _find_settled(account: Account, params: Params, region_id: str) -> tuple[Endpoint, Deployment]:
    """Find an endpoint that may be changed, and what it runs."""
    snapshot = find_endpoint(account, params["EndpointName"], region_id)
    endpoint: Endpoint = snapshot.thing
    deployed = endpoint.deployment(account.clock())
    if snapshot.description["EndpointStatus"] == "Failed":
        raise validation(f'Cannot update failed endpoint "{endpoint.arn}".')
    if snapshot.description["EndpointStatus"] != "InService" or deployed is None:
        raise _in_progress(endpoint)
    return endpoint, deployed


def _in_progress(endpoint: Endpoint) -> Fault:
    return validation(f'Cannot update in-progress endpoint "{endpoint.arn}".')


def _put(account: Account, endpoint: Endpoint, acts: Sequence[Act]) -> None:
    """Let acts follow; scaling that is under way or to come is dropped."""
    account.put(replace(endpoint, acts=(*done(endpoint.acts, account.clock()), *acts)))


def _retained(now: Deployment, wanted: Deployment, excluded: set[str]) -> Deployment:
    for variant in wanted.variants:
        before = now.variant(variant.name)
        if before is not None and before.serverless is None and variant.serverless is None:
            count = variant.count if _COUNTS in excluded else before.count
            weight = variant.weight if _WEIGHTS in excluded else before.weight
            wanted = wanted.with_variant(replace(variant, count=count, weight=weight))
    return wanted


def _changed(variant: Variant, change: Params, deployed: Deployment) -> Variant:
    count = change.get(_COUNTS)
    if variant.serverless is not None:
        if count is not None:
            raise validation(f'Variant "{variant.name}" is serverless and has no instances.')
        serverless = {**variant.serverless, **change.get("ServerlessUpdateConfig", {})}
        return replace(variant, weight=change.get(_WEIGHTS, variant.weight), serverless=serverless)
    if count == 0 and not deployed.is_async and not variant.takes_components:
        raise validation(f'DesiredInstanceCount of variant "{variant.name}" must be at least 1.')
    return replace(variant, count=variant.count if count is None else count, weight=change.get(_WEIGHTS, variant.weight))
