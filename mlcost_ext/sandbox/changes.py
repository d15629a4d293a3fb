"""What has changed in the account, for whoever measures how late a screen is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.thing import Thing

STATUS_MEMBERS = {
    "training": "TrainingJobStatus",
    "tuning": "HyperParameterTuningJobStatus",
    "processing": "ProcessingJobStatus",
    "transform": "TransformJobStatus",
    "automl": "AutoMLJobStatus",
    "endpoint": "EndpointStatus",
    "inference-component": "InferenceComponentStatus",
    "schedule": "MonitoringScheduleStatus",
    "notebook": "NotebookInstanceStatus",
    "domain": "Status",
    "user-profile": "Status",
    "space": "Status",
    "app": "Status",
}
GONE = "Gone"  # as the status of what is no more


def changes(account: Account, since: datetime) -> list[dict[str, Any]]:
    """List every change of a status since a moment, the first one first; crowds stand still and are not asked."""
    now = account.clock()
    found = []
    for (kind, region_id), table in list(account.tables.items()):
        if kind not in STATUS_MEMBERS:
            continue
        lives = [(thing, None) for thing in table.changing(now, since)] + [(thing, at) for at, thing in table.gone]
        for thing, gone_at in lives:
            told = {"kind": kind, "region_id": region_id, "name": thing.name}
            found += [(at, {**told, "status": status}) for at, status in _lived(thing, since, now, gone_at)]
    found.sort(key=lambda change: (change[0], change[1]["kind"], change[1]["name"]))
    return [{**change, "at": f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"} for at, change in found]


def _lived(thing: Thing, since: datetime, now: datetime, gone_at: datetime | None) -> Iterator[tuple[datetime, str]]:
    """Give each status a thing came to since a moment, and when."""
    end = now if gone_at is None else min(now, gone_at)
    yield from _states(thing, since, end)
    if gone_at is not None and since <= gone_at <= now:
        yield gone_at, GONE


def _states(thing: Thing, since: datetime, end: datetime) -> Iterator[tuple[datetime, str]]:
    member, at, before = STATUS_MEMBERS[thing.kind], thing.created_at, None
    if at < since:
        at = since - timedelta(milliseconds=1)
        before = thing.describe(at).peek(member)
    while at <= end:
        snapshot = thing.describe(at)
        status = snapshot.peek(member)
        if status != before:
            yield at, str(status)
        before = status
        if snapshot.valid_until is None:
            return
        at = snapshot.valid_until
