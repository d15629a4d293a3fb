"""The runs of a monitoring schedule: when they are due, and the processing job each is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from mlcost_ext.sandbox.plans import run_plan, wishes
from mlcost_ext.sandbox.things.monitoring_schedule import MonitoringSchedule
from mlcost_ext.sandbox.things.processing_job import ProcessingJob
from mlcost_ext.sandbox.timeline import seconds

NOW = "NOW"  # once and at once

_DAY = 24
_LATEST_SECONDS = 20 * 60  # "there could be a delay of 0-20 minutes", says AWS of ScheduleExpression
_RUN_SECONDS = 12 * 60.0
_CRON = re.compile(r"cron\(0 (\*|\d{1,2}(?:/\d{1,2})?) \? \* \* \*\)")
_IMAGE = "156813124566.dkr.ecr.us-east-1.amazonaws.com/sagemaker-model-monitor-analyzer"
# Where the schedule only names a job definition, which is moto's.
_CLUSTER = {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 20}
_TAKEN_OVER = ("RoleArn", "Environment", "NetworkConfig")


def hours_of(expression: str | None) -> frozenset[int] | None:
    """Read the hours of the day at which runs are due; ``None``: it is no expression AWS takes."""
    if expression is None:
        return frozenset({0})
    if expression == NOW:
        return frozenset()
    found = _CRON.fullmatch(expression)
    if found is None:
        return None
    start, _, every = found.group(1).partition("/")
    if start == "*":
        return frozenset(range(_DAY))
    if int(start) >= _DAY or (every and not 1 <= int(every) <= _DAY):
        return None
    return frozenset((int(start) + step) % _DAY for step in range(0, _DAY, int(every or _DAY)))


def due_times(schedule: MonitoringSchedule, after: datetime, until: datetime) -> Iterator[datetime]:
    """Give the times at which runs are due, later than one moment and not later than another."""
    if schedule.expression == NOW:
        at = schedule.acts[0].done_at
        yield from [at] if after < at <= until else []
        return
    hours = hours_of(schedule.expression) or frozenset()
    at = after.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    while at <= until:
        if at.hour in hours:
            yield at
        at += timedelta(hours=1)


def run_of(schedule: MonitoringSchedule, due_at: datetime) -> ProcessingJob:
    """Make the processing job of a run. It bears no tags: nobody but AWS launched it."""
    definition: Mapping[str, Any] = schedule.config.get("MonitoringJobDefinition", {})
    application = definition.get("MonitoringAppSpecification", {})
    digest = sha256(f"{schedule.arn}/{due_at.isoformat()}".encode()).hexdigest()
    delay = int(digest[:6], 16) % _LATEST_SECONDS if schedule.expression != NOW else 0
    request = {
        "ProcessingJobName": f"model-monitoring-{due_at:%Y%m%d%H%M}-{digest[:24]}",
        "ProcessingResources": {"ClusterConfig": definition.get("MonitoringResources", {}).get("ClusterConfig", _CLUSTER)},
        "AppSpecification": {"ImageUri": application.get("ImageUri", _IMAGE)},
        "StoppingCondition": definition.get("StoppingCondition", {"MaxRuntimeInSeconds": 3600}),
        **{key: definition[key] for key in _TAKEN_OVER if key in definition},
    }
    limit = float(request["StoppingCondition"]["MaxRuntimeInSeconds"])
    return ProcessingJob(
        request=request,
        region_id=schedule.region_id,
        tags={},
        plan=run_plan(wishes(request), limit, _RUN_SECONDS).at_speed(schedule.speed),
        created_at=due_at + seconds(delay / schedule.speed),
        origin={"MonitoringScheduleArn": schedule.arn},
    )
