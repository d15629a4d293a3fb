"""A processing job, and what AWS says of it at a given moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from mlcost_ext.sandbox.names import sagemaker_arn
from mlcost_ext.sandbox.plans import DEFAULT_MAX_RUNTIME_IN_SECONDS, Plan, run_plan, wishes
from mlcost_ext.sandbox.thing import Snapshot
from mlcost_ext.sandbox.things.run import run_at
from mlcost_ext.sandbox.things.selection import selected


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessingJob:
    """All there is to know about a processing job; everything else follows from it and the time."""

    kind: ClassVar[str] = "processing"

    request: Mapping[str, Any]  # CreateProcessingJob's, without Tags
    region_id: str
    tags: Mapping[str, str]
    plan: Plan
    created_at: datetime
    stopped_at: datetime | None = None
    origin: Mapping[str, str] = field(default_factory=dict)  # MonitoringScheduleArn or AutoMLJobArn, where one started it

    @property
    def name(self) -> str:
        """Give the name."""
        return str(self.request["ProcessingJobName"])

    @property
    def arn(self) -> str:
        """Give the ARN."""
        return sagemaker_arn(self.region_id, f"processing-job/{self.name}")

    def describe(self, now: datetime) -> Snapshot:
        """Describe it as it is at ``now``, in DescribeProcessingJob's form."""
        run = run_at(self.plan, self.created_at, self.stopped_at, now)
        resources = self.request["ProcessingResources"]
        cluster = selected(resources["ClusterConfig"], self.plan.preference, is_there=run.started_at is not None)
        description = {
            "StoppingCondition": {"MaxRuntimeInSeconds": DEFAULT_MAX_RUNTIME_IN_SECONDS},
            **self.request,
            **self.origin,
            "ProcessingResources": {**resources, "ClusterConfig": cluster},
            "ProcessingJobArn": self.arn,
            "ProcessingJobStatus": run.status,
            "CreationTime": self.created_at,
            "LastModifiedTime": run.modified_at,
        }
        if run.started_at is not None:
            description["ProcessingStartTime"] = run.started_at
        if run.ended_at is not None:
            description["ProcessingEndTime"] = run.ended_at
        if run.status == "Failed":
            description["FailureReason"] = self.plan.failure_reason
            description["ExitMessage"] = "See the logs of the job for what its container wrote last."
        return Snapshot(thing=self, description=description, valid_until=run.valid_until)


def plan_for(request: Mapping[str, Any]) -> Plan:
    """Plan the life of a job from its request, at speed 1."""
    limit = request.get("StoppingCondition", {}).get("MaxRuntimeInSeconds", DEFAULT_MAX_RUNTIME_IN_SECONDS)
    return run_plan(wishes(request), float(limit))
