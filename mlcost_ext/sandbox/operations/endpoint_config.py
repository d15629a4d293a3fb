"""Create, describe, list and delete endpoint configurations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.fault import Fault, validation
from mlcost_ext.sandbox.names import sagemaker_arn
from mlcost_ext.sandbox.operations.listing import Listing, list_page
from mlcost_ext.sandbox.thing import Snapshot
from mlcost_ext.sandbox.things.asked import asked, launched_tags
from mlcost_ext.sandbox.things.endpoint_config import VARIANTS, EndpointConfig

Params = Mapping[str, Any]

_WAYS = ("InstanceType", "ServerlessConfig", "InstancePools")
_LISTING = Listing(
    kind="endpoint-config",
    answers="EndpointConfigs",
    summary="EndpointConfigSummary",
    name="EndpointConfigName",
    sort_order="Descending",
)


def create_endpoint_config(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Keep a configuration. Whether its models are there is not looked up."""
    now = account.clock()
    known = account.table("endpoint-config", region_id).get(params["EndpointConfigName"], now)
    if known is not None:
        raise validation(f'Cannot create already existing endpoint configuration "{known.thing.arn}".')
    _check(params)
    config = EndpointConfig(
        request=asked("CreateEndpointConfig", params),
        region_id=region_id,
        tags=launched_tags(params),
        created_at=now,
    )
    account.put(config)
    return {"EndpointConfigArn": config.arn}


def describe_endpoint_config(account: Account, params: Params, region_id: str) -> Mapping[str, Any]:
    """Describe a configuration."""
    return find_config(account, params["EndpointConfigName"], region_id).description


def list_endpoint_configs(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Answer one page of summaries."""
    return list_page(_LISTING, account, params, region_id)


def delete_endpoint_config(account: Account, params: Params, region_id: str) -> None:
    """Delete a configuration, in use or not: AWS allows it, though it advises against."""
    config = find_config(account, params["EndpointConfigName"], region_id)
    account.table("endpoint-config", region_id).remove(config.name)


def find_config(account: Account, name: str, region_id: str) -> Snapshot:
    """Find a configuration.

    Raises:
        Fault: ``ValidationException``, where there is none of that name.
    """
    snapshot = account.table("endpoint-config", region_id).get(name, account.clock())
    if snapshot is None:
        raise _no_such_config(name, region_id)
    return snapshot


def _no_such_config(name: str, region_id: str) -> Fault:
    return validation(f'Could not find endpoint configuration "{sagemaker_arn(region_id, f"endpoint-config/{name}")}".')


def _check(params: Params) -> None:
    variants = [variant for key in VARIANTS for variant in params.get(key, [])]
    names = [variant["VariantName"] for variant in variants]
    if len(set(names)) < len(names):
        raise validation("Variant names must be unique within an endpoint configuration.")
    if params.get("ShadowProductionVariants") and len(params["ProductionVariants"]) != 1:
        raise validation("Shadow production variants need exactly one production variant.")
    for variant in variants:
        _check_variant(variant, params)
    if "AsyncInferenceConfig" in params and (len(variants) != 1 or "ServerlessConfig" in variants[0]):
        raise validation("AsyncInferenceConfig needs exactly one production variant, which has instances.")


def _check_variant(variant: Params, params: Params) -> None:
    ways = [key for key in _WAYS if key in variant]
    if len(ways) != 1:
        raise validation(f'Variant "{variant["VariantName"]}" must have exactly one of {", ".join(_WAYS)}.')
    is_serverless = ways == ["ServerlessConfig"]
    if is_serverless == ("InitialInstanceCount" in variant):
        raise validation("InitialInstanceCount is required with instances, and not allowed with ServerlessConfig.")
    if "ModelName" not in variant and (is_serverless or "ExecutionRoleArn" not in params):
        raise validation("ModelName is required, unless ExecutionRoleArn is given and models come as inference components.")
    _check_scaling(variant)


def _check_scaling(variant: Params) -> None:
    scaling = variant.get("ManagedInstanceScaling", {})
    least, most = scaling.get("MinInstanceCount", 1), scaling.get("MaxInstanceCount")
    if most is not None and least > most:
        raise validation("MinInstanceCount must not be greater than MaxInstanceCount.")
    if least == 0 and "ModelName" in variant:
        raise validation("MinInstanceCount can be 0 only where models come as inference components.")
