"""Add up what several jobs have cost, as one straight line in time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from mlcost_ext.core.charge import Charge, RunningSum
from mlcost_ext.core.money import EXACT
from mlcost_ext.core.usage import SECONDS_PER_UNIT

from .meter import total

HOURS_A_MONTH = SECONDS_PER_UNIT["GB-Mo"] // SECONDS_PER_UNIT["Hours"]


@dataclass(slots=True)
class Tally:
    """Jobs that are counted in and out one by one; the sum stays exact."""

    hours_per_unit: int = 1
    """Of the prices: 1 an hour, `HOURS_A_MONTH` a month."""
    count: int = 0
    unpriced: int = 0
    """Those of them whose cost is unknown: they are not in the sum."""
    sum: RunningSum = field(default_factory=RunningSum)
    latest_start: datetime | None = None

    @property
    def has_priced(self) -> bool:
        """Whether any of them has a known cost."""
        return self.count > self.unpriced

    @property
    def cost_per_hour(self) -> Decimal:
        """What an hour adds to the sum."""
        return self.sum.weight if self.hours_per_unit == 1 else EXACT.divide(self.sum.weight, Decimal(self.hours_per_unit))

    def add(self, charges: tuple[Charge, ...] | None, sign: int = 1) -> None:
        """Count what one job is charged in, or with `sign` −1 out; None: its cost is unknown."""
        self.count += sign
        if charges is None:
            self.unpriced += sign
            return
        for charge in charges:
            self.sum = self.sum.plus(charge, sign)
            since = charge.accrual.accruing_since if charge.accrual else None
            if since is not None and (self.latest_start is None or since > self.latest_start):
                self.latest_start = since

    def at(self, now: datetime, amounts: Iterable[Decimal | None]) -> Decimal:
        """Give the sum of all that have a known cost.

        AWS's clock may be ahead of ours: what begins in our future has cost nothing yet, rather than less than nothing, and
        then `amounts`, what each has cost, are added up one by one.
        """
        if self.latest_start is None or self.latest_start <= now:
            amount = self.sum.at(now)
            return amount if self.hours_per_unit == 1 else EXACT.divide(amount, Decimal(self.hours_per_unit))
        return total(amount for amount in amounts if amount is not None) or Decimal(0)
