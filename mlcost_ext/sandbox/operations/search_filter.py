"""Search's filters, compiled once a call into tests of a job."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timezone
from typing import Any

from mlcost_ext.sandbox.fault import Fault, validation
from mlcost_ext.sandbox.model import member_names
from mlcost_ext.sandbox.training_job import Snapshot

Property = Callable[[Snapshot], Any]
Test = Callable[[Snapshot], bool]

# The form the API reference asks for; fractions of a second are not part of it.
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ?")
_MAPS = {"HyperParameters", "Environment", "Metrics"}
_ORDERED: Mapping[str, Callable[[Any, Any], bool]] = {
    "GreaterThan": lambda one, other: one > other,
    "GreaterThanOrEqualTo": lambda one, other: one >= other,
    "LessThan": lambda one, other: one < other,
    "LessThanOrEqualTo": lambda one, other: one <= other,
}


def compile_expression(expression: Mapping[str, Any]) -> Test:
    """Turn a SearchExpression into one test.

    Raises:
        Fault: ``ValidationException``, where a property or a value makes no sense.
    """
    _check_contains(expression)
    return _compile(expression)


def compile_property(name: str) -> Property:
    """Turn a property's name, such as ``ResourceConfig.InstanceType``, into a look-up."""
    head, _, rest = name.partition(".")
    if head == "Tags" and rest:
        return lambda snapshot: snapshot.job.tags.get(rest)
    if head not in member_names("TrainingJob") | {"Metrics"}:
        raise validation(f"Unknown property name: {name}")
    path = [head, rest] if head in _MAPS and rest else name.split(".")
    return lambda snapshot: _walk(snapshot.description, path)


def _compile(expression: Mapping[str, Any]) -> Test:
    tests = [_compile_filter(item) for item in expression.get("Filters", [])]
    tests += [_compile_nested(item) for item in expression.get("NestedFilters", [])]
    tests += [_compile(item) for item in expression.get("SubExpressions", [])]
    if not tests:
        return lambda _: True
    if len(tests) == 1:
        return tests[0]
    if expression.get("Operator", "And") == "Or":
        return lambda snapshot: any(test(snapshot) for test in tests)
    return lambda snapshot: all(test(snapshot) for test in tests)


def _compile_filter(item: Mapping[str, Any]) -> Test:
    resolve = compile_property(item["Name"])
    compare = _comparison(item)
    return lambda snapshot: compare(resolve(snapshot))


def _compile_nested(item: Mapping[str, Any]) -> Test:
    """Ask for one element of a list that satisfies all the filters."""
    prefix = item["NestedPropertyName"]
    resolve = compile_property(prefix)
    tests = [(entry["Name"].removeprefix(f"{prefix}.").split("."), _comparison(entry)) for entry in item["Filters"]]

    def matches(snapshot: Snapshot) -> bool:
        elements = resolve(snapshot)
        return isinstance(elements, list) and any(
            all(compare(_walk(element, path)) for path, compare in tests) for element in elements
        )

    return matches


def _comparison(item: Mapping[str, Any]) -> Callable[[Any], bool]:
    operator, value = item.get("Operator", "Equals"), item.get("Value")
    if operator in {"Exists", "NotExists"}:
        if value is not None:
            raise validation(f"Value must not be given with operator {operator}.")
        return lambda found: (found is not None) == (operator == "Exists")
    if value is None:
        raise validation(f"Value is required with operator {operator} on {item['Name']}.")
    if operator == "NotEquals":
        return lambda found: not _equals(found, value)
    if operator == "In":
        wanted = [part.strip() for part in value.split(",")]
        return lambda found: any(_equals(found, part) for part in wanted)
    if operator == "Contains":
        return lambda found: isinstance(found, str) and value.lower() in found.lower()
    if operator in _ORDERED:
        return _ordered(item["Name"], _ORDERED[operator], value)
    return lambda found: _equals(found, value)


def _ordered(name: str, order: Callable[[Any, Any], bool], value: str) -> Callable[[Any], bool]:
    wanted = read_time(value) if name.endswith("Time") else _number(value)
    if wanted is None:
        raise validation(f"The value of {name} must be a number or a time, and is {value!r}.")

    def compare(found: Any) -> bool:
        known = _number(found) if isinstance(found, str) else found
        return known is not None and isinstance(known, datetime) == isinstance(wanted, datetime) and order(known, wanted)

    return compare


def _equals(found: Any, value: str) -> bool:
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
    return datetime.fromisoformat(value.rstrip("Z")).replace(tzinfo=timezone.utc)


def _number(value: object) -> float | None:
    try:
        return float(str(value))
    except ValueError:
        return None


def _walk(found: Any, path: list[str]) -> Any:
    for key in path:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def _check_contains(expression: Mapping[str, Any]) -> None:
    if sum(entry.get("Operator") == "Contains" for entry in _filters(expression)) > 1:
        raise Fault("ValidationException", "CONTAINS operator usage limit of 1 exceeded.")


def _filters(expression: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from expression.get("Filters", [])
    for nested in expression.get("NestedFilters", []):
        yield from nested["Filters"]
    for inner in expression.get("SubExpressions", []):
        yield from _filters(inner)
