"""A thing that is whatever somebody says it is, for tests of strange answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mlcost_ext.sandbox.names import sagemaker_arn
from mlcost_ext.sandbox.thing import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class RawThing:
    """A description that nobody made, and that never changes."""

    kind: str
    name: str
    region_id: str
    tags: Mapping[str, str]
    created_at: datetime
    description: Mapping[str, Any]

    @property
    def arn(self) -> str:
        """Give an ARN, should the description have none."""
        return sagemaker_arn(self.region_id, f"{self.kind}/{self.name}")

    def describe(self, now: datetime) -> Snapshot:
        """Describe it as it was put."""
        del now
        return Snapshot(thing=self, description=self.description, valid_until=None)
