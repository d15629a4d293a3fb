"""Documents of what is worth a change, and of what changes that were made have avoided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from .calibration import SignedMoney
from .decision import SavingOrigin
from .estimate import FindingVerdict
from .wire import Money

Fix = Literal["delete_endpoint", "next_launch"]
"""`delete_endpoint`: it can be deleted; `next_launch`: the guard can change the next launch from the same notebook."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingResource:
    """What a finding is about; of several launches the latest one's job."""

    kind: str
    region_id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingSaving:
    """What mending it saves: of what stands by the day and in 30 days, of a launch once."""

    billing_currency: str
    per_day: Money | None
    per_month: Money | None
    once: Money | None
    is_complete: bool
    """Whether all parts of it have a price; false: it is at least so much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRow:
    """Something that is worth a change. Texts are in English and without money, which is in `saving`."""

    id: str
    """The same for as long as it is about the same; says nothing by itself."""
    rule: str
    verdict: FindingVerdict
    is_of_launch: bool
    """Whether it was said of launches; false: it is about what stands."""
    title: str
    message: str
    hint: str
    resource: FindingResource | None
    notebook: str | None
    saving: FindingSaving | None
    """Null: not known."""
    first_seen: datetime
    """Since when it is so."""
    last_seen: datetime
    count: int
    """Of launches: how many of the last 14 days it is about."""
    fix: Fix | None
    is_fix_wanted: bool
    """Whether the next launch is to be changed, as the user has asked."""
    """What can be done at once; null: nothing but another launch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingAccepted:
    """A finding that is not shown until a day has passed."""

    id: str
    until: str
    """The last day, UTC, on which it is not shown."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AvoidedTotal:
    """What fixes of some days avoid together, in one currency: foreseen by estimates, and on no bill."""

    billing_currency: str
    low: SignedMoney | None
    """Null: of some of it not known."""
    expected: Money
    launches: int
    """Launches that were mended."""
    endpoints: int
    """Unused endpoints that were deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavingRow:
    """One fix that was taken."""

    id: str
    at: datetime
    origin: SavingOrigin
    kind: str
    region_id: str
    name: str
    rules: list[str]
    low: SignedMoney | None
    """Null: not known; below zero: it may have cost more."""
    expected: Money
    billing_currency: str
    basis: str
    """What it rests on, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Savings:
    """What the fixes of some days UTC avoid; never a part of any cost."""

    charge_period_start: str
    charge_period_end: str
    """The day after the last."""
    totals: list[AvoidedTotal]
    """One a currency; empty: no fix was taken, or what it avoids is not known."""
    rows: list[SavingRow]
    """The latest 500."""
