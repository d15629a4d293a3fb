"""The fields of a policy that are one for all launches, with what holds without any file and what is stricter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from mlcost_ext.core.policy import IdlePolicy, Overrides, Policy, PriceTimeout, Snooze

from .layer import Place
from .strictness import Stricter, both, either, intersection, later_in, smaller, topmost

Binding = Literal["tighten", "topmost", "settled", "alone"]
"""`tighten`: lower layers may only do that. `topmost`: that of the topmost layer that has it; the built-in value binds nobody.
`settled`: the topmost layer's where it has it, else lower ones may tighten the built-in value. `alone`: the topmost's only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A value, and how layers come together in it."""

    place: Place
    builtin: Any
    stricter: Stricter
    binding: Binding = "tighten"


def price_timeouts(upper: tuple[PriceTimeout, ...], lower: tuple[PriceTimeout, ...]) -> tuple[PriceTimeout, ...]:
    """Give all of both, of two with the same price the shorter one, the cheapest first."""
    found: dict[Decimal, Decimal] = {}
    for each in (*upper, *lower):
        known = found.get(each.from_list_cost_per_hour, each.timeout_minutes)
        found[each.from_list_cost_per_hour] = min(known, each.timeout_minutes)
    return tuple(PriceTimeout(from_list_cost_per_hour=price, timeout_minutes=found[price]) for price in sorted(found))


IDLE, SNOOZE, OVERRIDES, PLAIN = IdlePolicy(), Snooze(), Overrides(), Policy(rules={})
WARN_OR_BLOCK = later_in(("warn", "block"))
INHERIT = Field(place=("inherit",), builtin="builtin", stricter=later_in(("none", "builtin")), binding="settled")
DISABLE = Field(place=("disable",), builtin=PLAIN.is_disabled, stricter=topmost, binding="alone")
FIELDS = (
    Field(place=("contact",), builtin=PLAIN.contact, stricter=topmost, binding="topmost"),
    Field(place=("admins",), builtin=PLAIN.admins, stricter=topmost, binding="topmost"),
    Field(place=("idle", "mode"), builtin=IDLE.mode, stricter=later_in(("off", "shadow", "on"))),
    Field(place=("idle", "timeout_minutes"), builtin=IDLE.timeout_minutes, stricter=smaller),
    Field(place=("idle", "warn_minutes"), builtin=IDLE.warn_minutes, stricter=topmost, binding="topmost"),
    Field(place=("idle", "timeout_by_price"), builtin=IDLE.timeout_by_price, stricter=price_timeouts),
    Field(place=("idle", "snooze", "max_minutes"), builtin=SNOOZE.max_minutes, stricter=smaller),
    Field(place=("idle", "snooze", "max_per_day"), builtin=SNOOZE.max_per_day, stricter=smaller),
    Field(place=("idle", "snooze", "reason_required"), builtin=SNOOZE.reason_required, stricter=either),
    Field(place=("idle", "stuck_busy_hours"), builtin=IDLE.stuck_busy_hours, stricter=smaller),
    Field(place=("idle", "stop"), builtin=IDLE.stop, stricter=later_in(("kernels", "app"))),
    Field(place=("overrides", "allowed"), builtin=OVERRIDES.allowed, stricter=intersection),
    Field(place=("overrides", "reason_required"), builtin=OVERRIDES.reason_required, stricter=either),
    Field(place=("non_interactive",), builtin=PLAIN.non_interactive, stricter=WARN_OR_BLOCK, binding="settled"),
    Field(place=("ask_timeout_minutes",), builtin=PLAIN.ask_timeout_minutes, stricter=smaller),
    Field(place=("when_unsure",), builtin=PLAIN.when_unsure, stricter=WARN_OR_BLOCK, binding="settled"),
    Field(place=("cost_explorer",), builtin=PLAIN.cost_explorer, stricter=both),
    Field(place=("scope_account",), builtin=PLAIN.scope_account, stricter=both),
    DISABLE,
)


def price_timeouts_of(items: tuple[Mapping[str, Any], ...]) -> tuple[PriceTimeout, ...]:
    """Turn what was read into nouns."""
    return price_timeouts((), tuple(PriceTimeout(**item) for item in items))
