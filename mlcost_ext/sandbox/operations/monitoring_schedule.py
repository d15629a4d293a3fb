"""Create, describe, list, start, stop and delete monitoring schedules. Runs are put ahead of time, nothing ticks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.fault import Fault, validation
from mlcost_ext.sandbox.operations.listing import Listing, list_page
from mlcost_ext.sandbox.thing import Snapshot
from mlcost_ext.sandbox.things import monitoring_schedule as kind
from mlcost_ext.sandbox.things.acts import Act
from mlcost_ext.sandbox.things.asked import asked, cut, launched_tags
from mlcost_ext.sandbox.things.monitoring_run import due_times, hours_of, run_of
from mlcost_ext.sandbox.things.monitoring_schedule import MonitoringSchedule

Params = Mapping[str, Any]

_AHEAD = timedelta(days=2)
_LISTING = Listing(
    kind="schedule",
    answers="MonitoringScheduleSummaries",
    summary="MonitoringScheduleSummary",
    name="MonitoringScheduleName",
    status="MonitoringScheduleStatus",
    sort_order="Descending",
    equals={
        "EndpointName": "EndpointName",
        "MonitoringJobDefinitionName": "MonitoringJobDefinitionName",
        "MonitoringTypeEquals": "MonitoringType",
    },
)


def create_monitoring_schedule(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Create a schedule, which begins at once."""
    now = account.clock()
    name = params["MonitoringScheduleName"]
    if account.table("schedule", region_id).get(name, now) is not None:
        raise Fault("ResourceInUse", f"Monitoring Schedule with name {name} already exists. Choose a different name.")
    request = asked("CreateMonitoringSchedule", params)
    act = kind.created(now, account.speed)
    schedule = MonitoringSchedule(
        request=request,
        region_id=region_id,
        tags=launched_tags(params),
        acts=(act,),
        planned_until=now,
        speed=account.speed,
    )
    _check(schedule)
    _plan_ahead(account, schedule)
    return {"MonitoringScheduleArn": schedule.arn}


def describe_monitoring_schedule(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Describe a schedule as it is now, with its last run."""
    snapshot = _find(account, params, region_id)
    _refresh(account, region_id)
    schedule = snapshot.thing
    last = _last_run(account, schedule) if isinstance(schedule, MonitoringSchedule) else None
    told = cut("DescribeMonitoringScheduleResponse", snapshot.description)
    return told if last is None else {**told, "LastMonitoringExecutionSummary": last}


def list_monitoring_schedules(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Answer one page of summaries."""
    _refresh(account, region_id)
    return list_page(_LISTING, account, params, region_id)


def start_monitoring_schedule(account: Account, params: Params, region_id: str) -> None:
    """Let a stopped schedule go on."""
    now = account.clock()
    snapshot = _find(account, params, region_id)
    if _settled(snapshot) != "Scheduled":
        schedule = replace(_with_act(snapshot, kind.started(now, account.speed)), planned_until=now)
        _plan_ahead(account, schedule)


def stop_monitoring_schedule(account: Account, params: Params, region_id: str) -> None:
    """Stop a schedule; a run that has begun goes on."""
    snapshot = _find(account, params, region_id)
    if _settled(snapshot) != "Stopped":
        _forget_runs(account, snapshot.thing)
        account.put(_with_act(snapshot, kind.stopped(account.clock(), account.speed)))


def delete_monitoring_schedule(account: Account, params: Params, region_id: str) -> None:
    """Delete a schedule; its runs stay."""
    snapshot = _find(account, params, region_id)
    _forget_runs(account, snapshot.thing)
    account.table("schedule", region_id).remove(snapshot.name)


def _find(account: Account, params: Params, region_id: str) -> Snapshot:
    name = params["MonitoringScheduleName"]
    snapshot = account.table("schedule", region_id).get(name, account.clock())
    if snapshot is None:
        raise Fault("ResourceNotFound", f"Monitoring Schedule {name} does not exist.")
    return snapshot


def _settled(snapshot: Snapshot) -> str:
    status: str = snapshot.description["MonitoringScheduleStatus"]
    if status == "Pending":
        raise validation("The request was rejected because the monitoring schedule is in status Pending.")
    return status


def _with_act(snapshot: Snapshot, act: Act) -> MonitoringSchedule:
    schedule: MonitoringSchedule = snapshot.thing
    return replace(schedule, acts=(*schedule.acts, act))


def _refresh(account: Account, region_id: str) -> None:
    """Put the next runs of every schedule that has come close to the last one planned."""
    now = account.clock()
    for snapshot in account.table("schedule", region_id).all(now):
        schedule = snapshot.thing
        if not isinstance(schedule, MonitoringSchedule) or schedule.acts[-1].resting != "Scheduled":
            continue
        if schedule.planned_until < now + _AHEAD / 2:
            _plan_ahead(account, schedule)


def _plan_ahead(account: Account, schedule: MonitoringSchedule) -> None:
    until = account.clock() + _AHEAD
    for due_at in due_times(schedule, schedule.planned_until, until):
        account.put(run_of(schedule, due_at))
    account.put(replace(schedule, planned_until=until))


def _forget_runs(account: Account, schedule: MonitoringSchedule) -> None:
    """Take back the runs that have not begun."""
    now, table = account.clock(), account.table("processing", schedule.region_id)
    for due_at in due_times(schedule, now - timedelta(hours=1), schedule.planned_until):
        run = run_of(schedule, due_at)
        if run.created_at > now:
            table.remove(run.name)


def _last_run(account: Account, schedule: MonitoringSchedule) -> dict[str, Any] | None:
    """Give the last run in the form of MonitoringExecutionSummary."""
    now = account.clock()
    for due_at in reversed(list(due_times(schedule, now - _AHEAD, now))):
        snapshot = account.table("processing", schedule.region_id).get(run_of(schedule, due_at).name, now)
        if snapshot is not None:
            return _execution(schedule, snapshot, due_at)
    return None


def _execution(schedule: MonitoringSchedule, snapshot: Snapshot, due_at: datetime) -> dict[str, Any]:
    run = snapshot.description
    told = {
        "MonitoringScheduleName": schedule.name,
        "ScheduledTime": due_at,
        "CreationTime": run["CreationTime"],
        "LastModifiedTime": run["LastModifiedTime"],
        "MonitoringExecutionStatus": run["ProcessingJobStatus"],
        "ProcessingJobArn": run["ProcessingJobArn"],
        "EndpointName": schedule.endpoint_name,
        "FailureReason": run.get("FailureReason"),
        "MonitoringJobDefinitionName": schedule.config.get("MonitoringJobDefinitionName"),
        "MonitoringType": schedule.config.get("MonitoringType"),
    }
    return {key: value for key, value in told.items() if value is not None}


def _check(schedule: MonitoringSchedule) -> None:
    ways = [key for key in ("MonitoringJobDefinition", "MonitoringJobDefinitionName") if key in schedule.config]
    if len(ways) != 1:
        raise validation(
            "MonitoringScheduleConfig must have exactly one of MonitoringJobDefinition and MonitoringJobDefinitionName."
        )
    if hours_of(schedule.expression) is None:
        raise validation(f"Invalid ScheduleExpression: {schedule.expression}")
