"""Take values out of AWS's answers without trusting their form."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mlcost_ext.core.times import time_from_text

MAX_TEXT = 500
MAX_TAGS = 60
MAX_WHOLE = 2**31 - 1
"""AWS's integers have 32 bits."""


def text(source: Mapping[str, Any], key: str) -> str | None:
    """Give a non-empty text, cut to 500 characters; anything else is None."""
    value = source.get(key)
    return value[:MAX_TEXT] if isinstance(value, str) and value else None


def whole(source: Mapping[str, Any], key: str) -> int | None:
    """Give a whole number of zero or more, as large as AWS's can be; a boolean is not a number."""
    value = source.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_WHOLE else None


def time(source: Mapping[str, Any], key: str) -> datetime | None:
    """Give an aware time, from ISO text."""
    return time_from_text(source.get(key))


def inner(source: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """Give a nested structure; empty where there is none."""
    value = source.get(key)
    return value if isinstance(value, Mapping) else {}


def structures(source: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """Give a list of structures; whatever else stands in it becomes an empty one, so that it is missed."""
    value = source.get(key)
    return [item if isinstance(item, Mapping) else {} for item in value] if isinstance(value, list) else []


def tags(source: Mapping[str, Any]) -> dict[str, str]:
    """Give tags as a mapping, from AWS's list or from a mapping, texts cut to AWS's own limits."""
    value = source.get("Tags")
    listed = [(item.get("Key"), item.get("Value")) for item in structures(source, "Tags")]
    found = value.items() if isinstance(value, Mapping) else listed
    pairs = [(k[:128], v[:256]) for k, v in found if isinstance(k, str) and isinstance(v, str)]
    return dict(pairs[:MAX_TAGS])
