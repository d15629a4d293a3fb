"""An endpoint configuration: it never changes, and an endpoint goes on without it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from mlcost_ext.sandbox.names import sagemaker_arn
from mlcost_ext.sandbox.thing import Snapshot

VARIANTS = ("ProductionVariants", "ShadowProductionVariants")

_WEIGHT = {"InitialVariantWeight": 1.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointConfig:
    """All there is to know about a configuration."""

    kind: ClassVar[str] = "endpoint-config"

    request: Mapping[str, Any]  # CreateEndpointConfig's, without Tags
    region_id: str
    tags: Mapping[str, str]
    created_at: datetime

    @property
    def name(self) -> str:
        """Give the name."""
        return str(self.request["EndpointConfigName"])

    @property
    def arn(self) -> str:
        """Give the ARN."""
        return sagemaker_arn(self.region_id, f"endpoint-config/{self.name}")

    def describe(self, now: datetime) -> Snapshot:
        """Describe it in DescribeEndpointConfig's form; it is the same at any time."""
        del now
        variants = {key: [{**_WEIGHT, **variant} for variant in self.request[key]] for key in VARIANTS if self.request.get(key)}
        description = {
            **{key: value for key, value in self.request.items() if key not in VARIANTS},
            **variants,
            "EndpointConfigArn": self.arn,
            "CreationTime": self.created_at,
        }
        return Snapshot(thing=self, description=description, valid_until=None)
