"""What this session's machine costs an hour, and what its present idleness has cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from mlcost_ext.core.host import Host
from mlcost_ext.core.money import EXACT, per_hour_to_amount
from mlcost_ext.core.ports import PriceSource
from mlcost_ext.core.price import UnitPrice
from mlcost_ext.core.times import exact_seconds

from .session import own_price, session_charge

FREE = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRate:
    """What an hour of the machine costs; nothing where it was paid up front."""

    billing_currency: str
    cost_per_hour: Decimal | None
    """By the user's own rates, else the list price; None: unknown."""
    list_cost_per_hour: Decimal | None
    """By the list, else as above: what a policy's prices are held against."""
    costs_since: datetime | None = None
    """When the machine began to cost; None: not known."""

    def in_currency(self, currency: str) -> Decimal | None:
        """Give the list cost of an hour for a policy's own currency; None: it is in another one, or unknown."""
        return self.list_cost_per_hour if currency == self.billing_currency else None

    def cost(self, since: datetime, now: datetime) -> Decimal | None:
        """Give what the machine has cost from `since`, or from its own start where that is later, to `now`."""
        if self.cost_per_hour is None:
            return None
        start = max(since, self.costs_since) if self.costs_since is not None else since
        seconds = exact_seconds(max(now - start, timedelta(0)))
        return per_hour_to_amount(EXACT.multiply(self.cost_per_hour, seconds), 3600)


def session_rate(host: Host, prices: PriceSource, configured: UnitPrice | None, currency: str, now: datetime) -> SessionRate:
    """Price an hour of the machine.

    Args:
        host: The machine.
        prices: In `currency`.
        configured: A price of this machine that configuration names.
        currency: Of all figures.
        now: When the hour begins.
    """
    price = own_price(host, session_charge(host, prices, configured))
    if price is not None and price.billing_currency != currency:
        price = None
    contracted = price.unit_price if price else None
    listed = price.list_unit_price if price else None
    is_prepaid = host.is_prepaid_at(now)
    return SessionRate(
        billing_currency=currency,
        cost_per_hour=FREE if is_prepaid else contracted,
        list_cost_per_hour=FREE if is_prepaid else listed if listed is not None else contracted,
        costs_since=host.costs_since,
    )
