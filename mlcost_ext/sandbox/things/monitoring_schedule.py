"""A monitoring schedule, and what AWS says of it at a given moment. Its runs are processing jobs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from mlcost_ext.sandbox.names import sagemaker_arn
from mlcost_ext.sandbox.thing import Snapshot
from mlcost_ext.sandbox.things.acts import Act, state_at

_PENDING, _CHANGING = 15.0, 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoringSchedule:
    """All there is to know about a schedule."""

    kind: ClassVar[str] = "schedule"

    request: Mapping[str, Any]  # CreateMonitoringSchedule's, without Tags
    region_id: str
    tags: Mapping[str, str]
    acts: tuple[Act, ...]
    planned_until: datetime  # its runs up to this moment are in the table of processing jobs
    speed: float = 1.0

    @property
    def name(self) -> str:
        """Give the name."""
        return str(self.request["MonitoringScheduleName"])

    @property
    def arn(self) -> str:
        """Give the ARN."""
        return sagemaker_arn(self.region_id, f"monitoring-schedule/{self.name}")

    @property
    def created_at(self) -> datetime:
        """Give the time of its creation."""
        return self.acts[0].at

    @property
    def config(self) -> Mapping[str, Any]:
        """Give what is to be run, and when."""
        config: Mapping[str, Any] = self.request["MonitoringScheduleConfig"]
        return config

    @property
    def expression(self) -> str | None:
        """Give the cron expression; ``None``: daily, whenever AWS likes."""
        expression: str | None = self.config.get("ScheduleConfig", {}).get("ScheduleExpression")
        return expression

    @property
    def endpoint_name(self) -> str | None:
        """Give the endpoint it watches, where the schedule itself says so."""
        for entry in self.config.get("MonitoringJobDefinition", {}).get("MonitoringInputs", []):
            name: str | None = entry.get("EndpointInput", {}).get("EndpointName")
            return name
        return None

    def describe(self, now: datetime) -> Snapshot:
        """Describe it as it is at ``now``; DescribeMonitoringSchedule also tells of its last run."""
        state = state_at(self.acts, now)
        description = {
            **self.request,
            "MonitoringScheduleArn": self.arn,
            "MonitoringScheduleStatus": state.status,
            "MonitoringType": self.config.get("MonitoringType", "DataQuality"),
            "CreationTime": self.created_at,
            "LastModifiedTime": state.since,
        }
        if self.endpoint_name is not None:
            description["EndpointName"] = self.endpoint_name
        if "MonitoringJobDefinitionName" in self.config:
            description["MonitoringJobDefinitionName"] = self.config["MonitoringJobDefinitionName"]
        return Snapshot(thing=self, description=description, valid_until=state.until)


def created(at: datetime, speed: float = 1.0) -> Act:
    """Create it."""
    return Act(at=at, passing="Pending", seconds=_PENDING / speed, resting="Scheduled")


def started(at: datetime, speed: float = 1.0) -> Act:
    """Let it go on."""
    return Act(at=at, passing="Pending", seconds=_CHANGING / speed, resting="Scheduled")


def stopped(at: datetime, speed: float = 1.0) -> Act:
    """Stop it: no run begins any more."""
    return Act(at=at, passing="Pending", seconds=_CHANGING / speed, resting="Stopped")
