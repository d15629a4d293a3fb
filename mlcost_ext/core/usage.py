"""UsageLine: how much of what will be, is being, or was used; no price."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from .component import PurchaseOption
from .times import exact_seconds

TimeUnit = Literal["Hours", "GB-Mo", "GB-Seconds"]
PricingUnit = Literal[TimeUnit, "GB"]
"""``GB``: of data that is moved."""

SECONDS_PER_UNIT: dict[TimeUnit, int] = {"Hours": 3600, "GB-Mo": 30 * 86400, "GB-Seconds": 1}
"""A GB-month is one of 30 days, as AWS's own example at https://aws.amazon.com/ebs/pricing/ counts it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accrual:
    """The seconds that count: those settled, and since when they go on counting."""

    settled_seconds: Decimal
    accruing_since: datetime | None
    """None: nothing is added as time passes."""

    def seconds_at(self, now: datetime) -> Decimal:
        """Give the seconds that count up to `now`; never fewer than those settled."""
        if self.accruing_since is None or now <= self.accruing_since:
            return self.settled_seconds
        return self.settled_seconds + exact_seconds(now - self.accruing_since)


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageLine:
    """A quantity that is used for as long as an `Accrual` runs."""

    description: str
    component: str
    """AWS's component, such as ``Training`` or ``Storage-Training``."""
    instance_type: str | None
    """None for what has none, such as storage."""
    region_id: str
    quantity: Decimal
    """Instances, or gigabytes."""
    pricing_unit: TimeUnit
    purchase_option: PurchaseOption = "OnDemand"
