"""Put all layers together: a lower one may only tighten, but for what those above it have unlocked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mlcost_ext.core.policy import BUILTIN, Budget, IdlePolicy, Overrides, Policy, RuleSettings, Snooze, Throttle
from mlcost_ext.core.rule import Rule

from .fields import DISABLE, FIELDS, Field, price_timeouts, price_timeouts_of
from .layer import Ending, Layer, Note, Place, dotted
from .merged_rules import exceptions, rule_settings
from .merged_tags import required_tags
from .stack import Stack, once
from .strictness import Given, topmost, union

NOT_STOPPED = "idle.mode: on behaves as shadow, since this version stops nothing yet."


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What all layers come to."""

    policy: Policy
    notes: tuple[Note, ...]
    """What has no effect, and why."""
    endings: tuple[Ending, ...] = ()
    """What has none any more once a day is over."""


def merge(layers: Sequence[Layer], rules: Sequence[Rule]) -> Merged:
    """Put layers together.

    Args:
        layers: Without faults, most authority first; all amounts in one currency.
        rules: All that are installed.
    """
    stack = Stack(layers)
    origins: dict[str, str] = {}
    values = {field.place: _settled(stack, field, origins) for field in FIELDS}
    settings = rule_settings(stack, rules, origins)
    currency = stack.given(("billing_currency",))[:1]
    origins["billing_currency"] = currency[0].origin if currency else BUILTIN
    policy = Policy(
        billing_currency=currency[0].value if currency else Policy(rules={}).billing_currency,
        contact=values["contact",],
        rules=settings,
        required_tags=required_tags(stack, origins),
        budgets=_budgets(stack, origins),
        idle=_idle(values),
        overrides=_overrides(stack, values, settings),
        exceptions=exceptions(stack, rules, settings, origins),
        unlocked=_unlocked(stack, origins),
        is_disabled=values[DISABLE.place],
        origins=origins,
        **{name: values[name,] for name in PLAIN_FIELDS},
    )
    if policy.idle.mode == "on":
        layer = next(layer for layer in layers if layer.values.get(("idle", "mode")) == "on")
        stack.notes.append(layer.note(("idle", "mode"), NOT_STOPPED))
    return Merged(policy=policy, notes=tuple(stack.notes), endings=tuple(stack.endings))


PLAIN_FIELDS = ("admins", "non_interactive", "ask_timeout_minutes", "when_unsure", "cost_explorer", "scope_account")


def _settled(stack: Stack, field: Field, origins: dict[str, str]) -> Any:
    turn = price_timeouts_of if field.place[-1] == "timeout_by_price" else once
    given = stack.given(field.place, turn)
    stricter, binds = field.stricter, field.binding != "topmost"
    if field.binding == "alone" or (field.binding == "settled" and given and given[0].layer == 0):
        stricter = topmost
    tells = stricter is not price_timeouts
    found = stack.settle(field.place, given, field.builtin, stricter, binds=binds, tells=tells)
    origins[dotted(field.place)] = found.origin
    return found.value


def _below(values: dict[Place, Any], place: Place) -> dict[str, Any]:
    return {found[-1]: value for found, value in values.items() if found[:-1] == place}


def _idle(values: dict[Place, Any]) -> IdlePolicy:
    return IdlePolicy(snooze=Snooze(**_below(values, ("idle", "snooze"))), **_below(values, ("idle",)))


def _overrides(stack: Stack, values: dict[Place, Any], settings: Mapping[str, RuleSettings]) -> Overrides:
    """Give what may be overridden; where the topmost layer has no list, no layer below it can add what blocks to that."""
    found = Overrides(**_below(values, ("overrides",)))
    place: Place = ("overrides", "allowed")
    has_list = bool(stack.layers) and stack.layers[0].values.get(place) is not None
    if found.allowed is None or has_list or stack.is_unlocked(place)(0):
        return found
    allowed = tuple(rule_id for rule_id in found.allowed if rule_id in settings and settings[rule_id].verdict != "block")
    return Overrides(allowed=allowed, reason_required=found.reason_required)


def _budgets(stack: Stack, origins: dict[str, str]) -> tuple[Budget, ...]:
    """Give all budgets of all layers; two that are the same are one."""
    given = stack.given(("budgets",), lambda items: tuple(_budget(item) for item in items))
    found: tuple[Budget, ...] = stack.settle(("budgets",), given, (), _all_budgets, tells=False).value
    sources: dict[str, list[str]] = {}
    for each in given:
        for name in dict.fromkeys(budget.name for budget in each.value):
            sources.setdefault(name, []).append(each.origin)
    origins.update({f"budgets.{budget.name}": ", ".join(sources[budget.name]) for budget in found})
    return found


def _all_budgets(upper: tuple[Budget, ...], lower: tuple[Budget, ...]) -> tuple[Budget, ...]:
    """Give all budgets of both, once."""
    known: dict[str, list[Budget]] = {}
    for budget in upper:
        known.setdefault(budget.name, []).append(budget)
    return (*upper, *(budget for budget in lower if budget not in known.get(budget.name, ())))


def _budget(item: dict[str, Any]) -> Budget:
    throttle = Throttle(**item["throttle"]) if item.get("throttle") else None
    return Budget(**{"scope": {}, **item, "throttle": throttle})


def _unlocked(stack: Stack, origins: dict[str, str]) -> tuple[str, ...]:
    given: list[Given] = stack.given(("unlocked",))
    found = stack.settle(("unlocked",), given, (), union, tells=False)
    origins["unlocked"] = found.origin
    return tuple(found.value)
