"""Endpoint configurations: real time, serverless, asynchronous, several models, several variants."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .building import BUCKET, IN_DEVELOPMENT, TAGS, PublicRequest, tag_list


def variant(instance_type: str, count: int = 1, name: str = "AllTraffic", **changes: Any) -> dict[str, Any]:
    """Make a variant; a change to None leaves a member out."""
    told = {
        "VariantName": name,
        "ModelName": "cards-2026-11-29",
        "InstanceType": instance_type,
        "InitialInstanceCount": count,
        "InitialVariantWeight": 1.0,
        **changes,
    }
    return {key: value for key, value in told.items() if value is not None}


def serverless(memory_mb: int = 2048, **changes: int) -> dict[str, Any]:
    """Make a serverless variant."""
    config = {"MemorySizeInMB": memory_mb, "MaxConcurrency": 5, **changes}
    return {"VariantName": "AllTraffic", "ModelName": "cards-2026-11-29", "ServerlessConfig": config}


def endpoint(
    name: str,
    variants: list[dict[str, Any]],
    built_in: str,
    company: str,
    team: str,
    tags: Mapping[str, str] | None = TAGS,
    **changes: Any,
) -> PublicRequest:
    told = {"EndpointConfigName": "cards-2026-11-30", "ProductionVariants": variants, **changes}
    request = told if tags is None else {**told, "Tags": tag_list(tags)}
    return PublicRequest(name=name, kind="endpoint-config", request=request, built_in=built_in, company=company, team=team)


CAPTURE = {
    "EnableCapture": True,
    "InitialSamplingPercentage": 100,
    "DestinationS3Uri": f"s3://{BUCKET}/captured",
    "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
}
ASYNCHRONOUS = {
    "OutputConfig": {"S3OutputPath": f"s3://{BUCKET}/answers"},
    "ClientConfig": {"MaxConcurrentInvocationsPerInstance": 4},
}

CAPITAL = {"Environment" if key == "environment" else key: value for key, value in TAGS.items()}

ENDPOINTS: tuple[PublicRequest, ...] = (
    endpoint("trees on one m5.large", [variant("ml.m5.large")], "allow", "allow", "allow"),
    endpoint("trees on one m4.xlarge", [variant("ml.m4.xlarge")], "allow", "allow", "ask MC101"),
    endpoint("trees on the smallest type", [variant("ml.t2.medium")], "allow", "allow", "allow"),
    endpoint("trees for tries", [variant("ml.m5.large")], "warn MC111", "warn MC111", "warn MC111", IN_DEVELOPMENT),
    endpoint("without tags", [variant("ml.m5.large")], "allow", "ask MC301", "warn MC301", None),
    endpoint("a captured stream of calls", [variant("ml.m5.large")], "allow", "allow", "allow", DataCaptureConfig=CAPTURE),
    endpoint(
        "captured calls for tries", [variant("ml.m5.large")], "warn MC111", "warn MC111", "warn MC111", IN_DEVELOPMENT,
        DataCaptureConfig=CAPTURE,
    ),
    endpoint("serverless", [serverless()], "allow", "allow", "allow"),
    endpoint("serverless for tries", [serverless()], "allow", "allow", "allow", IN_DEVELOPMENT),
    endpoint(
        "serverless for tries, ready at all times", [serverless(4096, ProvisionedConcurrency=2)],
        "warn MC111 MC302", "warn MC111 MC302", "warn MC111 MC302", IN_DEVELOPMENT,
    ),
    endpoint(
        "asynchronous for tries", [variant("ml.c5.large")],
        "warn MC111", "warn MC111", "warn MC111", IN_DEVELOPMENT, AsyncInferenceConfig=ASYNCHRONOUS,
    ),
    endpoint("named by a key with a capital", [variant("ml.m5.large")], "allow", "ask MC301", "allow", CAPITAL),
    endpoint(
        "serverless, ready at all times", [serverless(4096, ProvisionedConcurrency=2)], "warn MC302", "warn MC302", "warn MC302",
    ),
    endpoint(
        "asynchronous on a GPU", [variant("ml.g4dn.xlarge")],
        "allow", "ask MC101", "ask MC101", AsyncInferenceConfig=ASYNCHRONOUS,
    ),
    endpoint("a GPU for a vision model", [variant("ml.g4dn.xlarge")], "allow", "ask MC101", "ask MC101"),
    endpoint("an A/B test", [variant("ml.m5.large", name="A"), variant("ml.m5.large", name="B")], "allow", "allow", "ask MC101"),
    endpoint("two machines at all hours", [variant("ml.c5.large", 2)], "warn MC111", "warn MC111", "warn MC111"),
    endpoint(
        "a shadow beside it", [variant("ml.m5.large")], "allow", "allow", "ask MC101",
        ShadowProductionVariants=[variant("ml.m5.large", name="Shadow")],
    ),
    endpoint("many models on one machine", [variant("ml.m5.xlarge")], "allow", "allow", "ask MC101"),
    endpoint("Inferentia", [variant("ml.inf2.xlarge")], "allow", "ask MC101", "ask MC101"),
    endpoint("Graviton for tries", [variant("ml.c7g.large")], "warn MC111", "warn MC111", "warn MC111", IN_DEVELOPMENT),
    endpoint("a type that nobody knows", [variant("ml.g5.2xlrage")], "warn MC302", "warn MC302", "warn MC302"),
)  # fmt: skip
