"""Endpoints of large models: JumpStart, containers for language models, inference components, scaling to nothing."""

from __future__ import annotations

from typing import Any

from .building import IN_DEVELOPMENT, ROLE, PublicRequest
from .endpoints import endpoint, variant


def host(instance_type: str, least: int, most: int, count: int = 1) -> dict[str, Any]:
    """Make a variant that hosts inference components."""
    scaling = {"Status": "ENABLED", "MinInstanceCount": least, "MaxInstanceCount": most}
    routing = {"RoutingStrategy": "LEAST_OUTSTANDING_REQUESTS"}
    return variant(
        instance_type, count, ModelName=None, InitialVariantWeight=None, ManagedInstanceScaling=scaling, RoutingConfig=routing
    )


BOUND = {"ModelDataDownloadTimeoutInSeconds": 1200, "ContainerStartupHealthCheckTimeoutInSeconds": 1200}

MODELS: tuple[PublicRequest, ...] = (
    endpoint("JumpStart's language model on a g5.12xlarge", [variant("ml.g5.12xlarge", **BOUND)],
        "allow", "ask MC101", "ask MC101"),
    endpoint(
        "the same for tries", [variant("ml.g5.12xlarge", **BOUND)],
        "warn MC111", "ask MC101 MC111", "ask MC101 MC111", IN_DEVELOPMENT,
    ),
    endpoint("a language model of seven billion on a g5.2xlarge", [variant("ml.g5.2xlarge", **BOUND)],
        "allow", "ask MC101", "ask MC101"),
    endpoint(
        "a language model of seventy billion on a p4d", [variant("ml.p4d.24xlarge", **BOUND)],
        "allow", "block MC101 MC104", "ask MC101 MC104",
    ),
    endpoint(
        "the newest model on a p5, without tags", [variant("ml.p5.48xlarge", **BOUND)],
        "allow", "block MC101 MC104 MC301", "ask MC101 MC104 MC301", None,
    ),
    endpoint(
        "inference components, one to four machines", [host("ml.g5.24xlarge", 1, 4)],
        "allow", "ask MC101", "ask MC101", ExecutionRoleArn=ROLE,
    ),
    endpoint(
        "inference components that scale to nothing, for tries", [host("ml.g5.2xlarge", 0, 2)],
        "allow", "ask MC101", "ask MC101", IN_DEVELOPMENT, ExecutionRoleArn=ROLE,
    ),
    endpoint(
        "inference components on two machines without scaling",
        [variant("ml.g5.2xlarge", 2, ModelName=None, InitialVariantWeight=None)],
        "warn MC111", "ask MC101 MC111", "ask MC101 MC111", ExecutionRoleArn=ROLE,
    ),
    endpoint("a neuron model on inf2.48xlarge", [variant("ml.inf2.48xlarge", **BOUND)], "allow", "ask MC101", "ask MC101"),
    endpoint(
        "the type that training ran on", [variant("ml.g5.4xlarge")], "warn MC111", "ask MC101 MC111", "ask MC101 MC111",
    ),
)  # fmt: skip
