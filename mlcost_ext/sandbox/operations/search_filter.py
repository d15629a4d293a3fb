"""Search's filters, compiled once a call into tests of a record."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mlcost_ext.sandbox.crowd import Crowd
from mlcost_ext.sandbox.fault import Fault, validation
from mlcost_ext.sandbox.model import member_names
from mlcost_ext.sandbox.operations.search_value import Comparison, comparison, walk
from mlcost_ext.sandbox.table import Row

Property = Callable[[Row], Any]

_MAPS = {"HyperParameters", "Environment", "Metrics"}


@dataclass(frozen=True, slots=True)
class Test:
    """A question about a record, which may also be asked of a whole crowd."""

    matches: Callable[[Row], bool]
    may: Callable[[Crowd], bool] = lambda _: True  # False: nobody of the crowd matches


EVERYTHING = Test(lambda _: True)


def compile_expression(expression: Mapping[str, Any], shape_name: str) -> Test:
    """Turn a SearchExpression over records of a shape into one test.

    Raises:
        Fault: ``ValidationException``, where a property or a value makes no sense.
    """
    _check_contains(expression)
    return _compile(expression, shape_name)


def compile_property(name: str, shape_name: str) -> Property:
    """Turn a property's name, such as ``ResourceConfig.InstanceType``, into a look-up."""
    head, _, rest = name.partition(".")
    if head == "Tags" and rest:
        return lambda row: row.tags.get(rest)
    if head not in member_names(shape_name) | {"Metrics"}:
        raise validation(f"Unknown property name: {name}")
    if not rest:
        return lambda row: row.peek(head)
    path = [rest] if head in _MAPS else rest.split(".")
    return lambda row: walk(row.peek(head), path)


def property_test(name: str, shape_name: str, compare: Comparison) -> Test:
    """Ask whether a property compares as it should."""
    resolve = compile_property(name, shape_name)

    def may(crowd: Crowd) -> bool:
        values = crowd.possible(name)
        return values is None or any(compare(value) for value in values)

    return Test(lambda row: compare(resolve(row)), may)


def all_of(tests: list[Test]) -> Test:
    """Ask for every test at once."""
    if len(tests) < 2:
        return tests[0] if tests else EVERYTHING
    return Test(
        lambda row: all(test.matches(row) for test in tests),
        lambda crowd: all(test.may(crowd) for test in tests),
    )


def any_of(tests: list[Test]) -> Test:
    """Ask for at least one of several tests."""
    return Test(
        lambda row: any(test.matches(row) for test in tests),
        lambda crowd: any(test.may(crowd) for test in tests),
    )


def _compile(expression: Mapping[str, Any], shape_name: str) -> Test:
    tests = [property_test(item["Name"], shape_name, comparison(item)) for item in expression.get("Filters", [])]
    tests += [_compile_nested(item, shape_name) for item in expression.get("NestedFilters", [])]
    tests += [_compile(item, shape_name) for item in expression.get("SubExpressions", [])]
    if expression.get("Operator", "And") == "Or" and len(tests) > 1:
        return any_of(tests)
    return all_of(tests)


def _compile_nested(item: Mapping[str, Any], shape_name: str) -> Test:
    """Ask for one element of a list that satisfies all the filters."""
    prefix = item["NestedPropertyName"]
    resolve = compile_property(prefix, shape_name)
    tests = [(entry["Name"].removeprefix(f"{prefix}.").split("."), comparison(entry)) for entry in item["Filters"]]

    def matches(row: Row) -> bool:
        elements = resolve(row)
        return isinstance(elements, list) and any(
            all(compare(walk(element, path)) for path, compare in tests) for element in elements
        )

    return Test(matches)


def _check_contains(expression: Mapping[str, Any]) -> None:
    if sum(entry.get("Operator") == "Contains" for entry in _filters(expression)) > 1:
        raise Fault("ValidationException", "CONTAINS operator usage limit of 1 exceeded.")


def _filters(expression: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from expression.get("Filters", [])
    for nested in expression.get("NestedFilters", []):
        yield from nested["Filters"]
    for inner in expression.get("SubExpressions", []):
        yield from _filters(inner)
