"""A model: an image with its data, which an endpoint or a transform job takes by name. It costs nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from mlcost_ext.sandbox.names import sagemaker_arn
from mlcost_ext.sandbox.thing import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class HostedModel:
    """All there is to know about a model; it never changes."""

    kind: ClassVar[str] = "model"

    request: Mapping[str, Any]  # CreateModel's, without Tags
    region_id: str
    tags: Mapping[str, str]
    created_at: datetime

    @property
    def name(self) -> str:
        """Give the name."""
        return str(self.request["ModelName"])

    @property
    def arn(self) -> str:
        """Give the ARN."""
        return sagemaker_arn(self.region_id, f"model/{self.name}")

    def describe(self, now: datetime) -> Snapshot:
        """Describe it in DescribeModel's form; it is the same at any time."""
        del now
        description = {
            "EnableNetworkIsolation": False,
            **self.request,
            "ModelArn": self.arn,
            "CreationTime": self.created_at,
        }
        return Snapshot(thing=self, description=description, valid_until=None)
