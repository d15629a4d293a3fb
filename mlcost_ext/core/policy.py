"""Policy: what an organisation, and a user, have laid down about launches, tags, budgets, idleness; where each value is from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from .rule import OptionValue

RuleVerdict = Literal["off", "shadow", "warn", "ask", "block"]
VERDICTS: tuple[RuleVerdict, ...] = ("off", "shadow", "warn", "ask", "block")
"""From the mildest to the strictest: `off` is not judged, `shadow` is judged and recorded but not shown."""
BUILTIN = "built-in"
"""Where a value is from that no file gives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSettings:
    """What a rule is judged by."""

    verdict: RuleVerdict
    options: Mapping[str, OptionValue]
    """Each option of the rule, by name; its own default where no file gives it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TagRule:
    """A tag that every launch has to have."""

    key: str
    allowed: tuple[str, ...] | None = None
    """None: any value."""
    patterns: tuple[str, ...] = ()
    """Regular expressions, each of which the whole value has to match."""
    default: str | None = None
    """Filled in where a launch has no such tag; None: a person has to say it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttle:
    """What becomes of launches once most of a budget is used early in its period."""

    at_percent: Decimal
    before_day: int
    """Of the month, 1 to 31: it holds until the day before."""
    verdict: RuleVerdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """An amount for a period, of what carries the tags of its scope."""

    name: str
    scope: Mapping[str, str]
    """Tags and their values, all of which have to be there; empty: everything."""
    amount: Decimal
    """In the policy's `billing_currency`."""
    period: Literal["month", "quarter", "year"]
    """By UTC, as AWS bills."""
    throttle: Throttle | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceTimeout:
    """A shorter patience with what is dear."""

    from_list_cost_per_hour: Decimal
    timeout_minutes: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Snooze:
    """How long, and how often a day, a user may put a stop off."""

    max_minutes: Decimal = Decimal(240)
    max_per_day: int = 2
    reason_required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class IdlePolicy:
    """When a machine counts as idle, and what becomes of it."""

    mode: Literal["off", "shadow", "on"] = "shadow"
    timeout_minutes: Decimal = Decimal(60)
    warn_minutes: Decimal = Decimal(5)
    timeout_by_price: tuple[PriceTimeout, ...] = ()
    snooze: Snooze = Snooze()
    stuck_busy_hours: Decimal | None = None
    """After which a busy kernel counts as stuck; None: never."""
    stop: Literal["kernels", "app"] = "app"


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """Which findings a user may override, once and with his reason."""

    allowed: tuple[str, ...] | None = None
    """Ids of rules; None: wherever a rule asks, and nowhere that it blocks."""
    reason_required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyException:
    """Some launches that a rule is not to be held against, for a while."""

    rule: str
    scope: Mapping[str, str]
    """Tags and their values, all of which the launch has to have; empty: every launch."""
    until: date
    """The last day on which it applies, by UTC."""
    reason: str
    instead: RuleSettings
    """What the rule is judged by in its place: as the layers above the one that makes the exception have it, so that no
    layer can loosen what one above it has laid down."""


def is_over(until: date, day: date) -> bool:
    """Tell whether something whose last day is `until`, that day included, is over on a day; both by UTC."""
    return day > until


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """All layers together: what is in force."""

    billing_currency: str = "USD"
    contact: str | None = None
    """Whom to ask; shown with every refusal."""
    rules: Mapping[str, RuleSettings]
    """Of every rule that is known, by its id."""
    required_tags: tuple[TagRule, ...] = ()
    budgets: tuple[Budget, ...] = ()
    idle: IdlePolicy = IdlePolicy()
    overrides: Overrides = Overrides()
    exceptions: tuple[PolicyException, ...] = ()
    non_interactive: Literal["warn", "block"] = "block"
    """What `ask` means where nobody can answer."""
    ask_timeout_minutes: Decimal = Decimal(30)
    when_unsure: Literal["warn", "block"] = "warn"
    """`warn`: a launch goes on where price or policy are out of reach; `block`: it does not."""
    cost_explorer: bool = False
    scope_account: bool = False
    admins: tuple[str, ...] = ()
    unlocked: tuple[str, ...] = ()
    """Fields that lower layers may loosen too, such as ``idle.timeout_minutes``."""
    is_disabled: bool = False
    """Whether a layer has switched all of this software off."""
    origins: Mapping[str, str] = field(default_factory=dict)
    """Where each value is from, by its place as in ``rules.MC101.limit_list_cost``: a file, several joined by ``, ``, or
    `BUILTIN`."""
