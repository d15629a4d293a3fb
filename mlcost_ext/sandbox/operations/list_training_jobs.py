"""List training jobs: filter first, then sort, then cut the page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.crowd import Bounds, Window
from mlcost_ext.sandbox.fault import Fault
from mlcost_ext.sandbox.model import member_names
from mlcost_ext.sandbox.operations.query import Question, ask
from mlcost_ext.sandbox.operations.search_filter import Test, all_of, property_test
from mlcost_ext.sandbox.operations.search_value import Comparison
from mlcost_ext.sandbox.table import Order, Row

_SORT_MEMBERS = {
    "Name": "TrainingJobName",
    "CreationTime": "CreationTime",
    "Status": "TrainingJobStatus",
}
_ORDERS: Mapping[str, Order] = {"Name": "Name", "CreationTime": "CreationTime"}
_EQUALS = {
    "StatusEquals": "TrainingJobStatus",
    "WarmPoolStatusEquals": "WarmPoolStatus.Status",
    "TrainingPlanArnEquals": "ResourceConfig.TrainingPlanArn",
}
_SUMMARY = (
    "TrainingJobName",
    "TrainingJobArn",
    "CreationTime",
    "TrainingEndTime",
    "LastModifiedTime",
    "TrainingJobStatus",
    "SecondaryStatus",
    "WarmPoolStatus",
    "TrainingPlanArn",
)


def list_training_jobs(account: Account, params: Mapping[str, Any], region_id: str) -> dict[str, Any]:
    """Answer one page of summaries."""
    sort_by = params.get("SortBy", "CreationTime")
    sort_member = _SORT_MEMBERS[sort_by]
    question = Question(
        test=all_of(_tests(params)),
        window=Window(created=_bounds("CreationTime", params), modified=_bounds("LastModifiedTime", params)),
        order=_ORDERS.get(sort_by),
        value=lambda row: row.peek(sort_member),
        is_descending=params.get("SortOrder", "Ascending") == "Descending",
        limit=params.get("MaxResults", 10),
        token=params.get("NextToken"),
    )
    page = ask(account.jobs(region_id), account.clock(), question).page
    return {"TrainingJobSummaries": [_summary(row) for row in page.items], **page.token()}


def read_time(value: float | str) -> datetime:
    """Read a time as the protocol sends it: seconds since 1970, in digits or as a number."""
    try:
        return datetime.fromtimestamp(float(value), timezone.utc)
    except (ValueError, OverflowError, OSError):
        raise Fault("SerializationException", f"{value!r} is not a time") from None


def _tests(params: Mapping[str, Any]) -> list[Test]:
    wanted = {member: _same(params[key]) for key, member in _EQUALS.items() if key in params}
    if "NameContains" in params:
        wanted["TrainingJobName"] = _contains(params["NameContains"].lower())
    for member in ("CreationTime", "LastModifiedTime"):
        if f"{member}After" in params or f"{member}Before" in params:
            wanted[member] = _within(_bounds(member, params))
    return [property_test(member, "TrainingJob", compare) for member, compare in wanted.items()]


def _same(wanted: str) -> Comparison:
    return lambda found: bool(found == wanted)


def _contains(part: str) -> Comparison:
    return lambda found: part in str(found).lower()


def _within(bounds: Bounds) -> Comparison:
    return lambda found: isinstance(found, datetime) and bounds[0] <= found.timestamp() <= bounds[1]


def _bounds(member: str, params: Mapping[str, Any]) -> Bounds:
    after, before = params.get(f"{member}After"), params.get(f"{member}Before")
    return (
        float("-inf") if after is None else read_time(after).timestamp(),
        float("inf") if before is None else read_time(before).timestamp(),
    )


def _summary(row: Row) -> dict[str, Any]:
    """Give what botocore knows of a summary: older ones know no SecondaryStatus there."""
    description, known = row.snapshot().description, member_names("TrainingJobSummary")
    job = {"TrainingPlanArn": description.get("ResourceConfig", {}).get("TrainingPlanArn"), **description}
    return {member: job[member] for member in _SUMMARY if member in known and job.get(member) is not None}
