"""Search's requests, of the properties and operators its reference names and no others.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Filter.html: `Tags.<key>` with Equals, a text property with
Equals, NotEquals or In (comma-delimited), a time with GreaterThanOrEqualTo or LessThanOrEqualTo and the form
YYYY-mm-ddTHH:MM:SS.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from typing import Any

from .kinds import RUNNING, Kind
from .ownership import Owner

Expression = dict[str, Any]
Request = dict[str, Any]

PAGE_SIZE = 100
MAX_VALUE = 1024
MAX_TAG_FILTERS = 5
MAX_NAME_FILTERS = 10
MAX_PARENT_FILTERS = 2
"""Of each kind of parent. An expression takes twenty elements in all."""
MAX_PROPERTY = 255
CREATED, MODIFIED = "CreationTime", "LastModifiedTime"
BEFORE_ALL = datetime(2017, 1, 1, tzinfo=timezone.utc)
"""Older than SageMaker: everything was created since."""


def ours(kind: Kind, owner: Owner) -> Expression | None:
    """Give what makes a thing ours: any of the tags, its name, or what started it; None where everything is wanted."""
    if owner.is_everything:
        return None
    tags = [_filter(f"Tags.{key}", "Equals", value) for key, value in owner.tags if _fits(key, value)]
    names = [_filter(kind.name_key, "In", value) for value in joined(owner.names, MAX_NAME_FILTERS)]
    parents = [
        _filter(key, "In", value)
        for key in dict.fromkeys(key for key, _ in owner.parents)
        for value in joined((arn for parent_key, arn in owner.parents if parent_key == key), MAX_PARENT_FILTERS)
    ]
    return {"Operator": "Or", "Filters": tags[:MAX_TAG_FILTERS] + names + parents}


def joined(names: Iterable[str], limit: int) -> list[str]:
    """Join names with commas into as few values as AWS's limit of 1,024 characters allows; `limit` values at most."""
    values: list[str] = []
    for name in sorted(names):
        if values and len(values[-1]) + 1 + len(name) <= MAX_VALUE:
            values[-1] += f",{name}"
        elif len(values) < limit and 0 < len(name) <= MAX_VALUE:
            values.append(name)
    return values


def running(kind: Kind, owner: Owner, created_until: datetime | None = None) -> Request:
    """Ask for what runs or is stopping, newest first: the creation time never changes, so no page shifts."""
    states = {"Operator": "Or", "Filters": [_filter(kind.status_key, "Equals", state) for state in RUNNING]}
    return _request(kind, [ours(kind, owner), states, _until(CREATED, created_until)], CREATED, "Descending")


def ended_since(kind: Kind, owner: Owner, since: datetime, created_until: datetime | None = None) -> Request:
    """Ask for what has ended since then, newest first."""
    ended = {"Operator": "And", "Filters": [*_has_ended(kind), _since(MODIFIED, since)]}
    return _request(kind, [ours(kind, owner), ended, _until(CREATED, created_until)], CREATED, "Descending")


def ended_between(kind: Kind, owner: Owner, since: datetime, until: datetime) -> Request:
    """Ask for what has ended within a span of time, latest first: what has ended changes no more, so no page shifts."""
    ended = {"Operator": "And", "Filters": [*_has_ended(kind), _since(MODIFIED, since)]}
    return _request(kind, [ours(kind, owner), ended, _until(MODIFIED, until)], MODIFIED, "Descending")


def changed_since(kind: Kind, owner: Owner, since: datetime) -> Request:
    """Ask for what has changed since then, oldest change first: a change in between moves one to the end, not past us."""
    changed = {"Operator": "And", "Filters": [_since(MODIFIED, since)]}
    return _request(kind, [ours(kind, owner), changed], MODIFIED, "Ascending")


def running_or_changed_since(kind: Kind, owner: Owner, since: datetime) -> Request:
    """Ask for what runs, and what has changed since then."""
    filters = [*(_filter(kind.status_key, "Equals", state) for state in RUNNING), _since(MODIFIED, since)]
    return _request(kind, [ours(kind, owner), {"Operator": "Or", "Filters": filters}], CREATED, "Descending")


def whole(kind: Kind, owner: Owner, created_until: datetime | None = None) -> Request:
    """Ask for everything there is, newest first."""
    there = {"Operator": "And", "Filters": [_since(CREATED, BEFORE_ALL)]}
    return _request(kind, [ours(kind, owner) or there, _until(CREATED, created_until)], CREATED, "Descending")


def _request(kind: Kind, expressions: list[Expression | None], sort_by: str, sort_order: str) -> Request:
    present = [expression for expression in expressions if expression is not None]
    return {
        "Resource": kind.search,
        "SearchExpression": {"Operator": "And", "SubExpressions": present},
        "SortBy": sort_by,
        "SortOrder": sort_order,
        "MaxResults": PAGE_SIZE,
    }


def _has_ended(kind: Kind) -> list[dict[str, str]]:
    return [_filter(kind.status_key, "NotEquals", state) for state in RUNNING]


def _since(name: str, since: datetime) -> dict[str, str]:
    return _filter(name, "GreaterThanOrEqualTo", _text(since))


def _until(name: str, until: datetime | None) -> Expression | None:
    """Ask for what is no later; a value has whole seconds, so the second is taken whole."""
    if until is None:
        return None
    value = _text(until + timedelta(seconds=1) if until.microsecond else until)
    return {"Operator": "And", "Filters": [_filter(name, "LessThanOrEqualTo", value)]}


def _text(time: datetime) -> str:
    return time.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")


def _filter(name: str, operator: str, value: str) -> dict[str, str]:
    return {"Name": name, "Operator": operator, "Value": value}


def _fits(key: str, value: str) -> bool:
    return 0 < len(key) <= MAX_PROPERTY - len("Tags.") and 0 < len(value) <= MAX_VALUE
