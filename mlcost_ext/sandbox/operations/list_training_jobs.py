"""List training jobs: filter first, then sort, then cut the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import Any

from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.fault import Fault
from mlcost_ext.sandbox.operations.page import cut, sort_key
from mlcost_ext.sandbox.training_job import Snapshot

_TIMES = ("CreationTime", "LastModifiedTime")
_SORT_MEMBERS = {
    "Name": "TrainingJobName",
    "CreationTime": "CreationTime",
    "Status": "TrainingJobStatus",
}
_SUMMARY = (
    "TrainingJobName",
    "TrainingJobArn",
    "CreationTime",
    "TrainingEndTime",
    "LastModifiedTime",
    "TrainingJobStatus",
    "SecondaryStatus",
)
_Test = Callable[[Mapping[str, Any]], bool]


def list_training_jobs(account: Account, params: Mapping[str, Any], region_id: str) -> dict[str, Any]:
    """Answer one page of summaries."""
    tests = _tests(params)
    matching = [
        snapshot for snapshot in account.jobs(region_id).all(account.clock()) if all(test(snapshot.description) for test in tests)
    ]
    sort_member = _SORT_MEMBERS[params.get("SortBy", "CreationTime")]
    page = cut(
        matching,
        lambda snapshot: sort_key(snapshot.description.get(sort_member), snapshot.job.name),
        is_descending=params.get("SortOrder", "Ascending") == "Descending",
        limit=params.get("MaxResults", 10),
        token=params.get("NextToken"),
    )
    return {"TrainingJobSummaries": [_summary(item) for item in page.items], **page.token()}


def _tests(params: Mapping[str, Any]) -> list[_Test]:
    tests: list[_Test] = []
    if "StatusEquals" in params:
        status = params["StatusEquals"]
        tests.append(lambda job: job.get("TrainingJobStatus") == status)
    if "NameContains" in params:
        part = params["NameContains"].lower()
        tests.append(lambda job: part in str(job.get("TrainingJobName")).lower())
    if "WarmPoolStatusEquals" in params or "TrainingPlanArnEquals" in params:
        tests.append(lambda _: False)  # no job here has a warm pool or a training plan
    for member in _TIMES:
        tests.extend(_time_tests(member, params))
    return tests


def _time_tests(member: str, params: Mapping[str, Any]) -> list[_Test]:
    tests: list[_Test] = []
    after, before = params.get(f"{member}After"), params.get(f"{member}Before")
    if after is not None:
        earliest = read_time(after)
        tests.append(lambda job: isinstance(job.get(member), datetime) and job[member] >= earliest)
    if before is not None:
        latest = read_time(before)
        tests.append(lambda job: isinstance(job.get(member), datetime) and job[member] <= latest)
    return tests


def read_time(value: float | str) -> datetime:
    """Read a time as the protocol sends it: seconds since 1970, in digits or as a number."""
    try:
        return datetime.fromtimestamp(float(value), timezone.utc)
    except (ValueError, OverflowError, OSError):
        raise Fault("SerializationException", f"{value!r} is not a time") from None


def _summary(snapshot: Snapshot) -> dict[str, Any]:
    job = snapshot.description
    return {member: job[member] for member in _SUMMARY if member in job}
