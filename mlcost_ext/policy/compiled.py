"""The compiled form: a policy as a JSON document that a kernel reads without YAML, with a digest over its content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from mlcost_ext.core.money import plain_text
from mlcost_ext.core.policy import BUILTIN, Policy, RuleSettings
from mlcost_ext.core.rule import Rule

FORMAT = 1
NUMBER, DAY = "number", "day"


class CompiledError(ValueError):
    """A document that is damaged, or of another version; the text says which."""


def compiled(policy: Policy) -> dict[str, Any]:
    """Write a policy as plain JSON data."""
    return sealed({"format": FORMAT, "policy": to_plain(policy)})


def policy_from(document: Any) -> Policy:
    """Read what `compiled` wrote.

    Raises:
        CompiledError: It is another's, or was changed since.
    """
    content = unsealed(document)
    if content.get("format") != FORMAT:
        raise CompiledError("another version of it")
    try:
        found: Policy = from_plain(content["policy"], Policy)
    except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise CompiledError(f"no policy ({type(error).__name__})") from None
    return found


def sealed(content: Mapping[str, Any]) -> dict[str, Any]:
    """Add a digest over everything."""
    return {**content, "digest": digest_of(content)}


def unsealed(document: Any) -> dict[str, Any]:
    """Take the digest off again.

    Raises:
        CompiledError: It is not that of the content.
    """
    if not isinstance(document, dict):
        raise CompiledError("no document")
    content = {name: value for name, value in document.items() if name != "digest"}
    if document.get("digest") != digest_of(content):
        raise CompiledError("the digest is not that of the content")
    return content


def digest_of(content: Any) -> str:
    """Give the SHA-256 of plain data, by the order of its names."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def rules_digest(rules: Iterable[Rule]) -> str:
    """Tell one set of rules from another by all that a policy's meaning goes by: ids, verdicts, options."""
    return digest_of([[rule.id, rule.default, [to_plain(option) for option in rule.options]] for rule in rules])


def completed(policy: Policy, rules: Iterable[Rule]) -> Policy:
    """Give a policy that was compiled by other rules what it lacks: new rules and options at their built-in values."""
    settings, origins = dict(policy.rules), dict(policy.origins)
    for rule in rules:
        builtin = {option.name: option.default for option in rule.options}
        known = settings.get(rule.id, RuleSettings(verdict=rule.default, options={}))
        settings[rule.id] = RuleSettings(verdict=known.verdict, options={**builtin, **known.options})
        for name in ("verdict", *builtin):
            origins.setdefault(f"rules.{rule.id}.{name}", BUILTIN)
    return replace(policy, rules=settings, origins=origins)


def to_plain(value: Any) -> Any:
    """Write nouns as JSON data; numbers and days say what they are."""
    if isinstance(value, Decimal):
        return {NUMBER: plain_text(value)}
    if isinstance(value, date):
        return {DAY: value.isoformat()}
    if isinstance(value, tuple):
        return [to_plain(each) for each in value]
    if isinstance(value, Mapping):
        return {name: to_plain(each) for name, each in value.items()}
    if is_dataclass(value):
        return {field.name: to_plain(getattr(value, field.name)) for field in fields(value)}
    return value


def from_plain(value: Any, kind: Any) -> Any:
    """Read what `to_plain` wrote, as a type says it.

    Raises:
        TypeError: It is of another type.
    """
    if is_dataclass(kind):
        return kind(**{name: from_plain(value[name], hint) for name, hint in _hints(kind).items()})  # type: ignore[operator,arg-type]
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return _one_of(value, inner)
    if origin is None:
        return SINGLE[kind](value) if kind in SINGLE else _of(value, kind)
    return _of_several(value, origin, inner)


def _of_several(value: Any, origin: Any, inner: tuple[Any, ...]) -> Any:
    if origin is Literal:
        return inner[inner.index(value)]
    if origin is tuple:
        return tuple(from_plain(each, inner[0]) for each in _of(value, list))
    return {name: from_plain(each, inner[1]) for name, each in _of(value, dict).items()}


@lru_cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


SINGLE: dict[Any, Callable[[Any], Any]] = {
    Decimal: lambda value: Decimal(value[NUMBER]),
    date: lambda value: date.fromisoformat(value[DAY]),
}


def _one_of(value: Any, kinds: tuple[Any, ...]) -> Any:
    """Read a value of one of several types, which differ in how they are written."""
    if value is None and type(None) in kinds:
        return None
    written = {Decimal: dict, tuple: list}
    for kind in kinds:
        plain = get_origin(kind) or kind
        if is_dataclass(kind) or type(value) is written.get(plain, plain):
            return from_plain(value, kind)
    raise TypeError("of no such type")


def _of(value: Any, kind: Any) -> Any:
    if type(value) is not kind:
        raise TypeError(f"no {kind.__name__}")
    return value
