"""A policy in words: each value with its place and where it is from, and the same as plain data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from mlcost_ext.core.money import plain_text
from mlcost_ext.core.policy import BUILTIN, Budget, Policy, PolicyException, RuleSettings, TagRule

from .layer import LayerFault, Note

Row = tuple[str, str, str]
"""Place, value, origin."""
LONGEST = 120


def rows(policy: Policy) -> list[Row]:
    """Give every value of a policy, in the order of a file."""
    return [(place, _cut(value), policy.origins.get(place, BUILTIN)) for place, value in _values(policy)]


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _values(policy: Policy) -> Iterator[tuple[str, str]]:
    yield "disable", told(policy.is_disabled)
    yield "billing_currency", policy.billing_currency
    yield "contact", told(policy.contact)
    for rule_id in sorted(policy.rules):
        yield from _rule(rule_id, policy.rules[rule_id])
    for tag in policy.required_tags:
        yield from _tag(tag)
    for budget in policy.budgets:
        yield f"budgets.{budget.name}", _budget(budget, policy.billing_currency)
    yield from _plain("idle", policy.idle)
    yield from _plain("overrides", policy.overrides)
    for exception in policy.exceptions:
        yield "exceptions", _exception(exception)
    for name in ("non_interactive", "ask_timeout_minutes", "when_unsure", "cost_explorer", "scope_account", "admins", "unlocked"):
        yield name, told(getattr(policy, name))


def _rule(rule_id: str, settings: RuleSettings) -> Iterator[tuple[str, str]]:
    yield f"rules.{rule_id}.verdict", settings.verdict
    for name, value in settings.options.items():
        yield f"rules.{rule_id}.{name}", told(value)


def _tag(tag: TagRule) -> Iterator[tuple[str, str]]:
    place = f"tags.required.{tag.key}"
    yield place, "required"
    if tag.allowed is not None:
        yield f"{place}.allowed", told(tag.allowed)
    if tag.patterns:
        yield f"{place}.pattern", " and ".join(tag.patterns)
    if tag.default is not None:
        yield f"{place}.default", tag.default


def _budget(budget: Budget, currency: str) -> str:
    limit = f"{currency} {plain_text(budget.amount)} a {budget.period} of {_scope(budget.scope)}"
    throttle = budget.throttle
    if throttle is None:
        return limit
    return f"{limit}; {throttle.verdict} from {plain_text(throttle.at_percent)} % before day {throttle.before_day}"


def _exception(exception: PolicyException) -> str:
    return f"{exception.rule} until {exception.until} for {_scope(exception.scope)}: {exception.reason}"


def _scope(scope: Mapping[str, str]) -> str:
    return ", ".join(f"{key}={value}" for key, value in scope.items()) or "everything"


def _plain(place: str, section: Any) -> Iterator[tuple[str, str]]:
    for field in fields(section):
        value = getattr(section, field.name)
        if is_dataclass(value):
            yield from _plain(f"{place}.{field.name}", value)
        else:
            yield f"{place}.{field.name}", told(value)


def told(value: Any) -> str:
    """Write a value as a person reads it."""
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return plain_text(value)
    if isinstance(value, tuple):
        return f"[{', '.join(told(each) for each in value)}]"
    if is_dataclass(value):
        return ", ".join(f"{field.name} {told(getattr(value, field.name))}" for field in fields(value))
    return str(value)


def readable(value: Any) -> Any:
    """Write nouns as JSON data for other programs: exact amounts and days as text."""
    if isinstance(value, Decimal):
        return plain_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [readable(each) for each in value]
    if isinstance(value, Mapping):
        return {name: readable(each) for name, each in value.items()}
    if is_dataclass(value):
        return {field.name: readable(getattr(value, field.name)) for field in fields(value)}
    return value


def fault_document(found: LayerFault) -> dict[str, Any]:
    """Write a fault as data."""
    fault = found.fault
    return {"file": found.layer, "line": fault.line, "column": fault.column, "message": fault.message, "hint": fault.hint}


def note_document(note: Note) -> dict[str, Any]:
    """Write a note as data."""
    return {"file": note.layer, "line": note.line, "column": note.column, "message": note.message}
