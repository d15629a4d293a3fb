"""What an endpoint runs, or is to run: its configuration with the instance counts and weights of each variant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from mlcost_ext.sandbox.things.asked import cut
from mlcost_ext.sandbox.things.endpoint_config import VARIANTS

_IMAGE = "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-inference:2.5.1-gpu-py311"
_DIGEST = "@sha256:0000000000000000000000000000000000000000000000000000000000000000"
_TOLD = ("ManagedInstanceScaling", "RoutingConfig")


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One variant with what may change without a new configuration."""

    asked: Mapping[str, Any]  # ProductionVariant of the configuration
    is_shadow: bool
    weight: float
    count: int  # of instances; a serverless one has none
    serverless: Mapping[str, Any] | None

    @property
    def name(self) -> str:
        """Give the name."""
        return str(self.asked["VariantName"])

    @property
    def takes_components(self) -> bool:
        """Whether models come as inference components, since the variant names none."""
        return "ModelName" not in self.asked and self.serverless is None

    @property
    def bounds(self) -> tuple[int, int] | None:
        """Give the least and the most instances, where AWS scales them by itself."""
        scaling = self.asked.get("ManagedInstanceScaling", {})
        if scaling.get("Status", "DISABLED") != "ENABLED":
            return None
        return scaling.get("MinInstanceCount", 1), scaling.get("MaxInstanceCount", max(1, self.count))


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """What runs or is to run."""

    config: Mapping[str, Any]  # the configuration's description
    variants: tuple[Variant, ...]

    @property
    def config_name(self) -> str:
        """Give the name of the configuration."""
        return str(self.config["EndpointConfigName"])

    @property
    def is_async(self) -> bool:
        """Whether it answers asynchronously."""
        return "AsyncInferenceConfig" in self.config

    def variant(self, name: str) -> Variant | None:
        """Find a variant by its name."""
        return next((variant for variant in self.variants if variant.name == name), None)

    def with_variant(self, changed: Variant) -> Deployment:
        """Give it with one variant in place of the one of its name."""
        return replace(self, variants=tuple(changed if one.name == changed.name else one for one in self.variants))


def deployment_of(config: Mapping[str, Any]) -> Deployment:
    """Read a configuration's description."""
    return Deployment(
        config=config,
        variants=tuple(
            Variant(
                asked=variant,
                is_shadow=key == "ShadowProductionVariants",
                weight=variant.get("InitialVariantWeight", 1.0),
                count=0 if "ServerlessConfig" in variant else variant.get("InitialInstanceCount", 1),
                serverless=variant.get("ServerlessConfig"),
            )
            for key in VARIANTS
            for variant in config.get(key, [])
        ),
    )


def summaries(now: Deployment, wanted: Deployment, resolved_at: datetime, status: str | None = None) -> dict[str, Any]:
    """Give the variants in DescribeEndpoint's form.

    Args:
        now: What runs.
        wanted: What it is becoming; the same where it stays.
        resolved_at: When the images were looked up.
        status: What the variants are doing meanwhile, such as ``Updating``.
    """
    told: dict[str, Any] = {}
    for key, is_shadow in zip(VARIANTS, (False, True), strict=True):
        found = [variant for variant in now.variants if variant.is_shadow is is_shadow]
        if found:
            told[key] = [_summary(one, wanted.variant(one.name) or one, resolved_at, status) for one in found]
    return told


def emptied(deployment: Deployment) -> Deployment:
    """Give a deployment without an instance yet."""
    return replace(deployment, variants=tuple(replace(one, weight=0.0, count=0) for one in deployment.variants))


def pending_summary(wanted: Deployment, since: datetime) -> dict[str, Any]:
    """Give a deployment under way in the form of PendingDeploymentSummary."""
    told = summaries(emptied(wanted), wanted, since, "Creating")
    types = {one.name: one.asked.get("InstanceType") for one in wanted.variants}
    variants = {
        key: [cut("PendingProductionVariantSummary", {**item, **_typed(types[item["VariantName"]])}) for item in items]
        for key, items in told.items()
    }
    return {"EndpointConfigName": wanted.config_name, "StartTime": since, **variants}


def _typed(instance_type: str | None) -> dict[str, str]:
    return {} if instance_type is None else {"InstanceType": instance_type}


def _summary(now: Variant, wanted: Variant, resolved_at: datetime, status: str | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "VariantName": now.name,
        "CurrentWeight": now.weight,
        "DesiredWeight": wanted.weight,
        "CurrentInstanceCount": now.count,
        **{key: now.asked[key] for key in _TOLD if key in now.asked},
    }
    if not now.takes_components:
        image = {"SpecifiedImage": _IMAGE, "ResolvedImage": _IMAGE.partition(":")[0] + _DIGEST, "ResolutionTime": resolved_at}
        told["DeployedImages"] = [image]
    if now.serverless is None:
        told["DesiredInstanceCount"] = wanted.count
    else:
        told["CurrentServerlessConfig"] = now.serverless
        if wanted.serverless != now.serverless:
            told["DesiredServerlessConfig"] = wanted.serverless
    if "InstancePools" in now.asked:
        told["InstancePools"] = _pools(now)
    told = cut("ProductionVariantSummary", told)
    if status is not None:
        told["VariantStatus"] = [{"Status": status, "StartTime": resolved_at}]
    return told


def _pools(variant: Variant) -> list[dict[str, Any]]:
    """Give the instances of each pool: there is capacity for all in the one that comes first."""
    pools = sorted(variant.asked["InstancePools"], key=lambda pool: pool["Priority"])
    return [
        {"InstanceType": pool["InstanceType"], "CurrentInstanceCount": 0 if number else variant.count}
        for number, pool in enumerate(pools)
    ]
