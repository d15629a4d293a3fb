"""Take values out of AWS's answers without trusting their form."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from mlcost_ext.core.job import JobName
from mlcost_ext.core.times import time_from_text

MAX_TEXT = 500
MAX_TAGS = 60
MAX_WHOLE = 2**31 - 1
"""AWS's integers have 32 bits."""
KIND_IN_ARN = {"hyper-parameter-tuning-job": "tuning", "automl-job": "automl", "monitoring-schedule": "schedule"}
"""What an ARN calls the kinds that start jobs of their own."""


def text(source: Mapping[str, Any], key: str) -> str | None:
    """Give a non-empty text, cut to 500 characters; anything else is None."""
    value = source.get(key)
    return value[:MAX_TEXT] if isinstance(value, str) and value else None


def whole(source: Mapping[str, Any], key: str) -> int | None:
    """Give a whole number of zero or more, as large as AWS's can be; a boolean is not a number."""
    value = source.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_WHOLE else None


def number(source: Mapping[str, Any], key: str) -> float | None:
    """Give a number of zero or more, no larger than a whole one may be; a boolean is not a number."""
    value = source.get(key)
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return None
    return float(value) if 0 <= value <= MAX_WHOLE else None


def flag(source: Mapping[str, Any], key: str) -> bool | None:
    """Give true or false; anything else is None."""
    value = source.get(key)
    return value if isinstance(value, bool) else None


def time(source: Mapping[str, Any], key: str) -> datetime | None:
    """Give an aware time, from ISO text."""
    return time_from_text(source.get(key))


def later(when: datetime, seconds: int) -> datetime | None:
    """Give the time some seconds later; None: it is beyond the year 9999."""
    try:
        return when + timedelta(seconds=seconds)
    except OverflowError:
        return None


def inner(source: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """Give a nested structure; empty where there is none."""
    value = source.get(key)
    return value if isinstance(value, Mapping) else {}


def structures(source: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """Give a list of structures; whatever else stands in it becomes an empty one, so that it is missed."""
    value = source.get(key)
    return [item if isinstance(item, Mapping) else {} for item in value] if isinstance(value, list) else []


def started_by(source: Mapping[str, Any], *keys: str) -> JobName | None:
    """Give kind and name of what started a job, out of the first of these ARNs that names such a thing."""
    for key in keys:
        _, _, resource = (text(source, key) or "").rpartition(":")
        kind, _, name = resource.partition("/")
        if kind in KIND_IN_ARN and name:
            return KIND_IN_ARN[kind], name
    return None


def tags(source: Mapping[str, Any]) -> dict[str, str]:
    """Give tags as a mapping, from AWS's list or from a mapping, texts cut to AWS's own limits."""
    value = source.get("Tags")
    listed = [(item.get("Key"), item.get("Value")) for item in structures(source, "Tags")]
    found = value.items() if isinstance(value, Mapping) else listed
    pairs = [(k[:128], v[:256]) for k, v in found if isinstance(k, str) and isinstance(v, str)]
    return dict(pairs[:MAX_TAGS])
