"""A target as it was read, and the options that stand beside it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

KINDS = (
    "training",
    "processing",
    "transform",
    "tuning",
    "automl",
    "endpoint",
    "endpoint-config",
    "notebook",
    "app",
    "space",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What would be launched."""

    kind: str
    """One of `KINDS`; a model that is yet to be deployed is an ``endpoint`` with the request of its configuration."""
    request: dict[str, Any]
    """As boto3 would be given it, and plain JSON: of CreateTrainingJob, CreateProcessingJob, CreateTransformJob,
    CreateHyperParameterTuningJob, CreateAutoMLJob, CreateEndpointConfig, CreateNotebookInstance, CreateApp or CreateSpace.

    Environment and hyperparameters are left out, but for those that say which script runs.
    """
    region_id: str | None
    """Where its session says it runs; None: it does not say."""
    notes: tuple[str, ...] = ()
    """What the target does not tell, and what was taken instead, one sentence each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What was said beside the target; it counts more than what the target says. None: it was not said."""

    kind: str | None = None
    """One of `KINDS`."""
    instance_type: str | None = None
    instance_count: int | None = None
    hours: Decimal | None = None
    """How long the user thinks that it runs; no request has that."""
    is_spot: bool | None = None
    volume_gb: int | None = None
    region_id: str | None = None
    input_bytes: int | None = None
    """How large the user says that its input is; no request has that either."""


OVERRIDDEN_BY = {
    "instance_type": "instance_type",
    "instance_count": "instance_count",
    "volume_size": "volume_gb",
    "volume_size_in_gb": "volume_gb",
    "use_spot_instances": "is_spot",
    "enable_managed_spot_training": "is_spot",
}
"""Attributes of the SDKs' objects, and the field of `Options` that counts more."""
SAID = {
    "kind": "--kind or kind=",
    "instance_type": "--instance or instance_type=",
    "instance_count": "--count or instance_count=",
    "volume_gb": "--volume-gb or volume_gb=",
    "is_spot": "--spot or is_spot=",
}
"""How options are said, to the magic and to the function."""
TYPE_EXAMPLE = "as in --instance ml.m5.xlarge or instance_type='ml.m5.xlarge'"
COUNT_EXAMPLE = "as in --count 1 or instance_count=1"
