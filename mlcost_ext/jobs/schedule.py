"""Monitoring schedules: they cost nothing by themselves; each run is a processing job with their `MonitoringScheduleArn`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlcost_ext.core.standing import Standing
from mlcost_ext.core.usage import UsageLine

from . import reading
from .described import max_runtime
from .instances import compute_lines, instance_groups, single_type, storage_lines, total_count
from .kind import Facts, StandingKind
from .problem import no_upper_bound


def read(description: Mapping[str, Any], facts: Facts) -> Standing:
    """Turn DescribeMonitoringSchedule's answer into a Standing.

    A schedule that only names its job definition (`MonitoringJobDefinitionName`) does not tell what a run takes.
    """
    name = reading.text(description, "MonitoringScheduleName") or ""
    status = reading.text(description, "MonitoringScheduleStatus") or "Unknown"
    region_id = reading.text(description, "region_id") or ""
    config = reading.inner(description, "MonitoringScheduleConfig")
    definition = reading.inner(config, "MonitoringJobDefinition")
    cluster = reading.inner(reading.inner(definition, "MonitoringResources"), "ClusterConfig")
    groups = instance_groups(cluster)
    per_run = run_lines(cluster, region_id, facts)
    seconds = max_runtime(reading.inner(definition, "StoppingCondition"))
    lacking = "its stopping condition" if per_run else "what a run of it takes"
    return Standing(
        kind="schedule",
        name=name,
        region_id=region_id,
        resource_id=reading.text(description, "MonitoringScheduleArn"),
        status=status,
        is_costing=False,
        can_end=status == "Scheduled",
        mode=reading.text(reading.inner(config, "ScheduleConfig"), "ScheduleExpression"),
        created_at=reading.time(description, "CreationTime"),
        modified_at=reading.time(description, "LastModifiedTime"),
        instance_type=single_type(groups),
        instance_count=total_count(groups),
        per_run=per_run,
        seconds_per_run=seconds if per_run else None,
        parent=reading.text(description, "EndpointName"),
        failure_reason=reading.text(description, "FailureReason"),
        tags=reading.tags(description),
        problems=() if per_run and seconds else (no_upper_bound(f"AWS's answer lacks {lacking}", name),),
    )


def run_lines(cluster: Mapping[str, Any], region_id: str, facts: Facts) -> tuple[UsageLine, ...]:
    """Give instances and volumes of a run; empty: not known."""
    groups = instance_groups(cluster)
    compute = compute_lines(groups, region_id, "Processing", "monitoring run")
    volume_gb = reading.whole(cluster, "VolumeSizeInGB")
    storage = storage_lines(groups, volume_gb, region_id, "Storage-Processing", facts.has_local_disk)
    return () if not compute or storage is None else (*compute, *storage)


KIND = StandingKind(name="schedule", title="Monitoring schedules", read=read)
