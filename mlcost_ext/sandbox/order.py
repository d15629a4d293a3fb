"""The order things are listed in: by a value, then by name."""

from __future__ import annotations

from datetime import datetime

SortKey = tuple[int, float | str, str]  # missing, number or text; the value; the name


def sort_key(value: object, name: str) -> SortKey:
    """Place a value among others, of whatever type: missing ones first, then numbers and times, then text."""
    if value is None:
        return 0, "", name
    if isinstance(value, datetime):
        return 1, value.timestamp(), name
    return (1, float(value), name) if isinstance(value, (int, float)) else (2, str(value), name)
