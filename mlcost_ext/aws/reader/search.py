"""Search's requests, of the properties and operators its reference names and no others.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Filter.html: `Tags.<key>` with Equals, a text property with
Equals, NotEquals or In (comma-delimited), a time with GreaterThanOrEqualTo and the form YYYY-mm-ddTHH:MM:SS.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timezone
from typing import Any

Expression = dict[str, Any]

PAGE_SIZE = 100
MAX_VALUE = 1024
MAX_NAME_FILTERS = 15
"""An expression takes twenty filters, and the owner's tags need some."""
MAX_PROPERTY = 255
RUNNING = ("InProgress", "Stopping")


def ours(owner_tags: Iterable[tuple[str, str]], names: Iterable[str]) -> Expression | None:
    """Give what makes a job ours: any of the tags, or its name; None where there is neither."""
    tags = [_filter(f"Tags.{key}", "Equals", value) for key, value in owner_tags if _fits(key, value)]
    filters = tags[:5] + [_filter("TrainingJobName", "In", value) for value in joined(names)]
    return {"Operator": "Or", "Filters": filters} if filters else None


def joined(names: Iterable[str]) -> list[str]:
    """Join names with commas into as few values as AWS's limit of 1,024 characters allows; 15 values at most."""
    values: list[str] = []
    for name in sorted(names):
        if values and len(values[-1]) + 1 + len(name) <= MAX_VALUE:
            values[-1] += f",{name}"
        elif len(values) < MAX_NAME_FILTERS and 0 < len(name) <= MAX_VALUE:
            values.append(name)
    return values


def running(owner: Expression) -> Expression:
    """Ask for what runs or is stopping, newest first: the creation time never changes, so no page shifts."""
    states = {"Operator": "Or", "Filters": [_filter("TrainingJobStatus", "Equals", state) for state in RUNNING]}
    return _request(_all_of(owner, states), "CreationTime", "Descending")


def ended_since(owner: Expression, since: datetime) -> Expression:
    """Ask for what has ended since then, newest first."""
    states = [_filter("TrainingJobStatus", "NotEquals", state) for state in RUNNING]
    ended = {"Operator": "And", "Filters": [*states, _modified_since(since)]}
    return _request(_all_of(owner, ended), "CreationTime", "Descending")


def changed_since(owner: Expression, since: datetime) -> Expression:
    """Ask for what has changed since then, oldest change first: a change in between moves a job to the end, not past us."""
    changed = {"Operator": "And", "Filters": [_modified_since(since)]}
    return _request(_all_of(owner, changed), "LastModifiedTime", "Ascending")


def _request(expression: Expression, sort_by: str, sort_order: str) -> dict[str, Any]:
    return {
        "Resource": "TrainingJob",
        "SearchExpression": expression,
        "SortBy": sort_by,
        "SortOrder": sort_order,
        "MaxResults": PAGE_SIZE,
    }


def _all_of(*expressions: Expression) -> Expression:
    return {"Operator": "And", "SubExpressions": list(expressions)}


def _modified_since(since: datetime) -> dict[str, str]:
    value = since.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
    return _filter("LastModifiedTime", "GreaterThanOrEqualTo", value)


def _filter(name: str, operator: str, value: str) -> dict[str, str]:
    return {"Name": name, "Operator": operator, "Value": value}


def _fits(key: str, value: str) -> bool:
    return 0 < len(key) <= MAX_PROPERTY - len("Tags.") and 0 < len(value) <= MAX_VALUE
