"""Charge: a usage line joined with its price. Without a price it is unknown, never zero."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from .money import EXACT, per_hour_to_amount
from .price import UnitPrice
from .times import UTC, exact_seconds
from .usage import SECONDS_PER_UNIT, Accrual, UsageLine

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What a line costs as its accrual runs; estimated from contracted prices, else list prices; not billed."""

    line: UsageLine
    price: UnitPrice | None
    accrual: Accrual | None
    """None: AWS's answer does not say how long the line was used."""

    def cost_at(self, now: datetime) -> Decimal | None:
        """Give the cost up to `now`, or None where price or time is unknown."""
        if self.price is None or self.accrual is None:
            return None
        return self._amount(self.accrual.seconds_at(now))

    def list_cost_at(self, now: datetime) -> Decimal | None:
        """Give the cost up to `now` at list prices, or None where no list has the price or the time is unknown."""
        if self.price is None or self.price.list_unit_price is None or self.accrual is None:
            return None
        return self._cost(self.price.list_unit_price, self.accrual.seconds_at(now))

    def cost_per_hour(self) -> Decimal | None:
        """Give what an hour adds as things stand; zero once nothing accrues."""
        if self.price is None or self.accrual is None:
            return None
        return self._amount(Decimal(3600 if self.accrual.accruing_since else 0))

    def _amount(self, seconds: Decimal) -> Decimal:
        assert self.price is not None
        return self._cost(self.price.unit_price, seconds)

    def _cost(self, unit_price: Decimal, seconds: Decimal) -> Decimal:
        weighted = EXACT.multiply(EXACT.multiply(unit_price, self.line.quantity), seconds)
        return per_hour_to_amount(weighted, SECONDS_PER_UNIT[self.line.pricing_unit])


def cost_for(line: UsageLine, price: UnitPrice, seconds: Decimal) -> Decimal:
    """Give what `seconds` of a line cost at a price."""
    settled = Accrual(settled_seconds=seconds, accruing_since=None)
    cost = Charge(line=line, price=price, accrual=settled).cost_at(EPOCH)
    assert cost is not None
    return cost


@dataclass(frozen=True, slots=True)
class RunningSum:
    """The sum of accruing charges as a straight line in time, kept exact.

    Adding a charge and taking it away again leaves the very same sum, so that
    a total over thousands of jobs is one multiplication whatever has changed.
    """

    weighted_seconds: Decimal = Decimal(0)
    """Sum of price × quantity × (settled seconds − start, in seconds since 1970)."""
    weight: Decimal = Decimal(0)
    """Sum of price × quantity of what accrues: money an hour."""

    def plus(self, charge: Charge, sign: int = 1) -> RunningSum:
        """Add (or with `sign` −1 take away) one hourly charge; an unknown one changes nothing."""
        if charge.price is None or charge.accrual is None:
            return self
        weight = EXACT.multiply(charge.price.unit_price, charge.line.quantity * sign)
        since = charge.accrual.accruing_since
        seconds = charge.accrual.settled_seconds - (exact_seconds(since - EPOCH) if since else 0)
        moved = EXACT.add(self.weighted_seconds, EXACT.multiply(weight, seconds))
        return RunningSum(moved, EXACT.add(self.weight, weight) if since else self.weight)

    def at(self, now: datetime) -> Decimal:
        """Give the sum at `now`; every accrual must have begun by then."""
        grown = EXACT.multiply(self.weight, exact_seconds(now - EPOCH))
        return per_hour_to_amount(EXACT.add(self.weighted_seconds, grown), 3600)
