"""How Search compares a value with the text of a filter."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import Any

from mlcost_ext.sandbox.fault import validation

Comparison = Callable[[Any], bool]

# The form the API reference asks for; fractions of a second are not part of it.
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ?")
_ORDERED: Mapping[str, Callable[[Any, Any], bool]] = {
    "GreaterThan": lambda one, other: one > other,
    "GreaterThanOrEqualTo": lambda one, other: one >= other,
    "LessThan": lambda one, other: one < other,
    "LessThanOrEqualTo": lambda one, other: one <= other,
}


def comparison(item: Mapping[str, Any]) -> Comparison:
    """Turn a filter's operator and value into a test of a value.

    Raises:
        Fault: ``ValidationException``, where they make no sense.
    """
    operator, value = item.get("Operator", "Equals"), item.get("Value")
    if operator in {"Exists", "NotExists"}:
        if value is not None:
            raise validation(f"Value must not be given with operator {operator}.")
        return lambda found: (found is not None) == (operator == "Exists")
    if value is None:
        raise validation(f"Value is required with operator {operator} on {item['Name']}.")
    if operator == "NotEquals":
        return lambda found: not equals(found, value)
    if operator == "In":
        return _in(value)
    if operator == "Contains":
        return lambda found: isinstance(found, str) and value.lower() in found.lower()
    if operator in _ORDERED:
        return _ordered(item["Name"], _ORDERED[operator], value)
    return lambda found: equals(found, value)


def equals(found: Any, value: str) -> bool:
    """Compare a value with a filter's text as its type wants it."""
    if found is None or isinstance(found, str):
        return bool(found == value)
    if isinstance(found, bool):
        return str(found).lower() == value.lower()
    if isinstance(found, datetime):
        return found.replace(microsecond=0) == read_time(value)
    if isinstance(found, (int, float)):
        return found == _number(value)
    return bool(found == value)


def read_time(value: str) -> datetime:
    """Read a time of a filter.

    Raises:
        Fault: Where it is not ``YYYY-mm-ddTHH:MM:SS``.
    """
    if not _TIME.fullmatch(value):
        raise validation(f"{value!r} is not a date-time of the form YYYY-mm-dd'T'HH:MM:SS.")
    try:
        return datetime.fromisoformat(value.rstrip("Z")).replace(tzinfo=timezone.utc)
    except ValueError:
        raise validation(f"{value!r} is not a date-time.") from None


def walk(found: Any, path: list[str]) -> Any:
    """Go down into a structure; ``None`` where it ends early."""
    for key in path:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def _in(value: str) -> Comparison:
    wanted = list(dict.fromkeys(part.strip() for part in value.split(",")))
    texts = frozenset(wanted)
    return lambda found: found in texts if isinstance(found, str) else any(equals(found, part) for part in wanted)


def _ordered(name: str, order: Callable[[Any, Any], bool], value: str) -> Comparison:
    wanted = read_time(value) if name.endswith("Time") else _number(value)
    if wanted is None:
        raise validation(f"The value of {name} must be a number or a time, and is {value!r}.")

    def compare(found: Any) -> bool:
        known = _number(found) if isinstance(found, str) else found
        return known is not None and isinstance(known, datetime) == isinstance(wanted, datetime) and order(known, wanted)

    return compare


def _number(value: object) -> float | None:
    try:
        return float(str(value))
    except ValueError:
        return None
