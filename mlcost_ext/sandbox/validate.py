"""Check requests and answers against botocore's model: members, types, enums, patterns, bounds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from botocore.model import ListShape, MapShape, OperationModel, Shape, StringShape, StructureShape
from botocore.validate import ParamValidator

from mlcost_ext.sandbox.fault import Fault, validation

_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "structure": dict,
    "map": dict,
    "list": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "long": int,
    "float": (int, float),
    "double": (int, float),
    "timestamp": (int, float, str),
}
_NUMBERS = {"integer", "long", "float", "double"}


class AnswerError(Exception):
    """An answer of the practice account does not fit AWS's model: a fault of ours."""


def check_request(model: OperationModel, params: Mapping[str, Any]) -> None:
    """Refuse a request that the service itself would refuse.

    Raises:
        Fault: ``ValidationException`` with every fault at once, in AWS's words.
    """
    if model.input_shape is None:
        return
    faults = list(_faults(model.input_shape, params, ""))
    if faults:
        noun = "error" if len(faults) == 1 else "errors"
        raise validation(f"{len(faults)} validation {noun} detected: {'; '.join(faults)}")


def check_answer(model: OperationModel, answer: Mapping[str, Any]) -> None:
    """Make sure an answer fits the operation's output shape.

    Raises:
        AnswerError: When it does not.
    """
    if model.output_shape is None:
        return
    report = ParamValidator().validate(answer, model.output_shape)
    if report.has_errors():
        raise AnswerError(report.generate_report())


def _faults(shape: Shape, value: Any, at: str) -> Iterator[str]:
    expected = _TYPES.get(shape.type_name)
    is_disguised = isinstance(value, bool) and shape.type_name in _NUMBERS
    if expected and (is_disguised or not isinstance(value, expected)):
        raise Fault("SerializationException", f"Unexpected type of value at {at or 'the request'}")
    if isinstance(shape, StructureShape):
        yield from _structure_faults(shape, value, at)
    elif isinstance(shape, ListShape):
        yield from _size_faults(shape, len(value), value, at, "length")
        for number, item in enumerate(value, start=1):
            yield from _faults(shape.member, item, f"{at}.{number}.member")
    elif isinstance(shape, MapShape):
        yield from _size_faults(shape, len(value), value, at, "length")
        for key, item in value.items():
            yield from _faults(shape.key, key, f"{at}.{key}.key")
            yield from _faults(shape.value, item, f"{at}.{key}.member")
    else:
        yield from _scalar_faults(shape, value, at)


def _structure_faults(shape: StructureShape, value: Mapping[str, Any], at: str) -> Iterator[str]:
    for name in shape.required_members:
        if value.get(name) is None:
            yield _fault(None, _below(at, name), "must not be null")
    for name, item in value.items():
        # A member that the service does not know is left out silently, as AWS does.
        if name in shape.members and item is not None:
            yield from _faults(shape.members[name], item, _below(at, name))


def _scalar_faults(shape: Shape, value: Any, at: str) -> Iterator[str]:
    if isinstance(shape, StringShape):
        if shape.enum and value not in shape.enum:
            yield _fault(value, at, f"must satisfy enum value set: [{', '.join(shape.enum)}]")
        yield from _size_faults(shape, len(value), value, at, "length")
        pattern = _pattern(shape.metadata.get("pattern", ""))
        if pattern and not pattern.fullmatch(value):
            yield _fault(value, at, f"must satisfy regular expression pattern: {pattern.pattern}")
    elif shape.type_name in _NUMBERS:
        yield from _size_faults(shape, value, value, at, "value")


def _size_faults(shape: Shape, size: float, value: Any, at: str, noun: str) -> Iterator[str]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and size < low:
        yield _fault(value, at, f"must have {noun} greater than or equal to {low}")
    if high is not None and size > high:
        yield _fault(value, at, f"must have {noun} less than or equal to {high}")


def _fault(value: Any, at: str, constraint: str) -> str:
    shown = "null" if value is None else f"'{value}'"
    return f"Value {shown} at '{at}' failed to satisfy constraint: Member {constraint}"


def _below(at: str, name: str) -> str:
    camel = name[:1].lower() + name[1:]
    return f"{at}.{camel}" if at else camel


@cache
def _pattern(pattern: str) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern) if pattern else None
    except re.error:  # some of AWS's patterns use \p{L}, which Python's re does not know
        return None
