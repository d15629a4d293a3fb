"""The JSON Schema of a policy file, made from the shapes that the reader goes by."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from mlcost_ext.core.rule import Rule

from .format import policy_shape
from .shapes import MOST_ENTRIES, Day, Flag, Items, Named, Number, RuleTable, Section, Text, Texts, Word
from .texts import ELSEWHERE

AMOUNT = r"^[0-9]{1,12}(\.[0-9]{1,18})?$"
DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
ADDRESS = "https://json-schema.org/draft/2020-12/schema"


def json_schema(rules: Iterable[Rule]) -> dict[str, Any]:
    """Give the schema, for editors and for other programs; the reader refuses more than it can say."""
    return {"$schema": ADDRESS, "title": "Policy of mlcost-ext", **schema_of(policy_shape(rules))}


def schema_of(shape: Any) -> dict[str, Any]:
    """Give the schema of a shape."""
    return {"description": shape.help, **MAKERS[type(shape)](shape)}


def _number(shape: Number) -> dict[str, Any]:
    bounds = {"minimum": float(shape.least), **({"maximum": float(shape.most)} if shape.most is not None else {})}
    kinds = ["integer" if shape.is_whole else "number", "string", *_null(shape)]
    return {
        "type": kinds,
        "pattern": AMOUNT,
        **{name: int(bound) if bound == int(bound) else bound for name, bound in bounds.items()},
    }


def _null(shape: Any) -> list[str]:
    return ["null"] if shape.may_be_none else []


def _text(shape: Text) -> dict[str, Any]:
    pattern = {"pattern": shape.pattern} if shape.pattern else {}
    kinds = ["string", *([] if shape.pattern else ["number", "boolean"]), *_null(shape)]
    return {"type": kinds, "minLength": int(not shape.may_be_empty), "maxLength": shape.most_letters, **pattern}


def _texts(shape: Texts) -> dict[str, Any]:
    return {"type": ["array", *_null(shape)], "maxItems": MOST_ENTRIES, "items": schema_of(shape.item)}


def _section(shape: Section) -> dict[str, Any]:
    fields = {name: schema_of(field) for name, field in shape.fields.items()}
    required = {"required": list(shape.required)} if shape.required else {}
    empty = [] if shape.required else ["null"]
    return {"type": ["object", *empty], "additionalProperties": False, "properties": fields, **required}


def _named(shape: Named) -> dict[str, Any]:
    names = {"minLength": 1, "maxLength": shape.key.most_letters}
    return {
        "type": ["object", "null"],
        "maxProperties": MOST_ENTRIES,
        "propertyNames": names,
        "additionalProperties": schema_of(shape.value),
    }


def _rules(shape: RuleTable) -> dict[str, Any]:
    elsewhere = {**schema_of(shape.elsewhere), "additionalProperties": True}
    return {
        "type": ["object", "null"],
        "additionalProperties": False,
        "properties": {name: schema_of(section) for name, section in shape.known.items()},
        "patternProperties": {f"^{ELSEWHERE}$": elsewhere},
    }


MAKERS: dict[type, Callable[[Any], dict[str, Any]]] = {
    Number: _number,
    Flag: lambda _: {"type": "boolean"},
    Word: lambda shape: {"type": "string", "enum": list(shape.choices)},
    Day: lambda _: {"type": "string", "format": "date", "pattern": DATE},
    Text: _text,
    Texts: _texts,
    Section: _section,
    Named: _named,
    RuleTable: _rules,
    Items: lambda shape: {"type": "array", "maxItems": MOST_ENTRIES, "items": schema_of(shape.item)},
}
