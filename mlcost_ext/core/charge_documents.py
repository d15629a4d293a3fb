"""The document of what was charged, as REST, `%cost`, the panel and the command line share it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .documents import DataQuality
from .wire import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeGroup:
    """What charges of one currency that have something in common come to; nothing of it is billed unless `billed` says so.

    `contracted_cost` is the sum of `estimated`, `metered` and `billed`, and leaves out what has no price: `unpriced` counts the
    resources it lacks. Null: none of it has a price.
    """

    keys: dict[str, str | None]
    """By the names of `group_by`; null: these charges have none. Empty in a total, and in what `is_rest`.

    `state` is what a session's machine was for: `working` (a notebook's kernel ran code), `waiting` (one only waited for a job
    elsewhere), `idle` (by the idle verdict), or `other` (somebody was there, or it is not known); null: no machine of a session.
    """
    is_rest: bool
    """All groups that are not told one by one."""
    billing_currency: str
    contracted_cost: Money | None
    """By the user's own rates where they are in force, else at list price."""
    list_cost: Money | None
    """Null: some of it has no list price."""
    estimated: Money
    """Of what runs, and of what AWS has not told the length of."""
    metered: Money
    """By AWS's own word for how long, at known prices."""
    billed: Money
    unpriced: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Charges:
    """Charges of some days UTC; the groups of a currency add up to its total, whatever they are grouped by."""

    charge_period_start: str
    """The first day."""
    charge_period_end: str
    """The day after the last."""
    as_of: datetime | None
    """Up to when what runs is counted; null: nothing was ever kept."""
    group_by: list[str]
    totals: list[ChargeGroup]
    """One a currency; empty: nothing was charged."""
    groups: list[ChargeGroup]
    data_quality: list[DataQuality]
