"""What of a search is plain enough to be looked up by time or name, instead of asked of every record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mlcost_ext.sandbox.crowd import ALWAYS, Bounds, Window
from mlcost_ext.sandbox.operations.search_value import read_time


def window_of(expression: Mapping[str, Any], name_member: str) -> Window:
    """Find the bounds that every match of a SearchExpression is within.

    Args:
        expression: The whole of it; the test it compiles to still has the last word.
        name_member: What the records' name is called, such as ``TrainingJobName``.
    """
    created, modified, names = ALWAYS, ALWAYS, None
    for item in _demanded(expression):
        name = item["Name"]
        if name == "CreationTime":
            created = _narrowed(created, item)
        elif name == "LastModifiedTime":
            modified = _narrowed(modified, item)
        elif name == name_member and item.get("Operator", "Equals") in {"Equals", "In"}:
            wanted = _names(item)
            names = wanted if names is None else names & wanted
    return Window(created=created, modified=modified, names=names)


def _demanded(expression: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Give the filters without which nothing matches."""
    parts = [expression.get(key, []) for key in ("Filters", "NestedFilters", "SubExpressions")]
    if expression.get("Operator", "And") == "Or" and sum(map(len, parts)) > 1:
        return
    yield from parts[0]
    for inner in parts[2]:
        yield from _demanded(inner)


def _narrowed(bounds: Bounds, item: Mapping[str, Any]) -> Bounds:
    low, high = bounds
    operator = item.get("Operator", "Equals")
    if operator not in {"Equals", "GreaterThan", "GreaterThanOrEqualTo", "LessThan", "LessThanOrEqualTo"}:
        return bounds
    wanted = read_time(item["Value"]).timestamp()
    if operator == "Equals":  # which compares whole seconds
        return max(low, wanted), min(high, wanted + 1)
    return (max(low, wanted), high) if operator.startswith("Greater") else (low, min(high, wanted))


def _names(item: Mapping[str, Any]) -> frozenset[str]:
    value = item["Value"]
    return frozenset(part.strip() for part in value.split(",")) if item.get("Operator") == "In" else frozenset({value})
