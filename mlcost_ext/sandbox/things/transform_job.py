"""A batch transform job, and what AWS says of it at a given moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from mlcost_ext.sandbox.names import sagemaker_arn
from mlcost_ext.sandbox.plans import Plan, run_plan, wishes
from mlcost_ext.sandbox.thing import Snapshot
from mlcost_ext.sandbox.things.run import run_at


@dataclass(frozen=True, slots=True, kw_only=True)
class TransformJob:
    """All there is to know about a transform job; everything else follows from it and the time."""

    kind: ClassVar[str] = "transform"

    request: Mapping[str, Any]  # CreateTransformJob's, without Tags
    region_id: str
    tags: Mapping[str, str]
    plan: Plan
    created_at: datetime
    stopped_at: datetime | None = None
    origin: Mapping[str, str] = field(default_factory=dict)  # AutoMLJobArn, where one started it

    @property
    def name(self) -> str:
        """Give the name."""
        return str(self.request["TransformJobName"])

    @property
    def arn(self) -> str:
        """Give the ARN."""
        return sagemaker_arn(self.region_id, f"transform-job/{self.name}")

    def describe(self, now: datetime) -> Snapshot:
        """Describe it as it is at ``now``: DescribeTransformJob's members and, as in lists, LastModifiedTime."""
        run = run_at(self.plan, self.created_at, self.stopped_at, now)
        description = {
            **self.request,
            **self.origin,
            "TransformJobArn": self.arn,
            "TransformJobStatus": run.status,
            "CreationTime": self.created_at,
            "LastModifiedTime": run.modified_at,
        }
        if run.started_at is not None:
            description["TransformStartTime"] = run.started_at
        if run.ended_at is not None:
            description["TransformEndTime"] = run.ended_at
        if run.status == "Failed":
            description["FailureReason"] = self.plan.failure_reason
        return Snapshot(thing=self, description=description, valid_until=run.valid_until)


def plan_for(request: Mapping[str, Any]) -> Plan:
    """Plan the life of a job from its request, at speed 1. A transform job has no time limit."""
    return run_plan(wishes(request), None)
