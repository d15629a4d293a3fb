"""The user's own rates: what is agreed with AWS goes before the list price, and says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple, Protocol

from mlcost_ext.core.component import PurchaseOption, has_type, usual_option
from mlcost_ext.core.money import EXACT, billing_currency_of
from mlcost_ext.core.ports import PriceSource
from mlcost_ext.core.price import ContractedPrice, PriceKey, UnitPrice
from mlcost_ext.core.usage import PricingUnit

from .components import usual_unit

SOURCE = "contracted-rates"
ANY: frozenset[str] = frozenset()
"""Of a field of a match: whatever it is."""
WHOLE = Decimal(100)
PER: dict[PricingUnit, str] = {"Hours": "hour", "GB-Mo": "GB-month", "GB-Seconds": "GB-second", "GB": "GB"}
MOST_KEPT = 10_000
"""Answers that are kept; more than there are prices of a region."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What a rate is for; each field that is not empty must agree."""

    component: frozenset[str] = ANY
    family: frozenset[str] = ANY
    """``g5`` for ml.g5.xlarge and for g5.xlarge."""
    instance_type: frozenset[str] = ANY
    """As written, with ``ml.`` or without."""
    region_id: frozenset[str] = ANY
    sku: frozenset[str] = ANY
    """AWS's; a price whose sku is not known does not match."""
    purchase_option: frozenset[str] = ANY

    def agrees(self, key: PriceKey, sku: str | None) -> bool:
        """Tell whether a price is meant.

        Args:
            key: What it is the price of.
            sku: AWS's name of it; None: not known.
        """
        return (
            (not self.component or key.component in self.component)
            and (not self.instance_type or key.instance_type in self.instance_type)
            and (not self.family or family_of(key.instance_type) in self.family)
            and (not self.region_id or key.region_id in self.region_id)
            and (not self.sku or sku in self.sku)
            and (not self.purchase_option or key.purchase_option in self.purchase_option)
        )

    def names(self, key: PriceKey) -> bool:
        """Tell whether the match says by itself what is priced: the component, and the type where that has one."""
        is_typed = has_type(key.component)
        return key.component in self.component and (
            key.instance_type in self.instance_type if is_typed else not key.instance_type
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """What is agreed for the prices that match; either a percentage or a price."""

    match: Match
    percent_off: Decimal | None
    """Of the list price, 0 to 100."""
    unit_price: Decimal | None
    billing_currency: str | None
    """Of the unit price; None: that of the list price, or the region's."""
    pricing_unit: PricingUnit | None
    """Of the unit price; None: that of the list price, or the component's."""
    first_day: date | None
    """From which it holds; None: always has."""
    last_day: date | None
    """Until the end of which it holds; None: to this day."""
    origin: str
    """Where it is written down."""

    def holds(self, key: PriceKey, sku: str | None, day: date) -> bool:
        """Tell whether the rate is in force that day and a price is meant.

        A price by itself is that of the usual way to buy, unless the rate names another; a percentage is off all of them.
        """
        is_in_force = (self.first_day is None or self.first_day <= day) and (self.last_day is None or day <= self.last_day)
        is_way = self.unit_price is None or bool(self.match.purchase_option) or is_usual(key.component, key.purchase_option)
        return is_in_force and is_way and self.match.agrees(key, sku)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """What one unit of a currency is worth in another, by the user's own word."""

    from_currency: str
    to_currency: str
    rate: Decimal
    as_of: str
    """ISO date."""
    origin: str
    """Where it is written down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """All of the user's rates, in the order in which they are tried."""

    rates: tuple[Rate, ...] = ()
    exchanges: tuple[Exchange, ...] = ()
    as_of: str = ""
    """ISO date on which they were written down; the date of a price that has no other."""

    def first(self, key: PriceKey, sku: str | None, day: date) -> Rate | None:
        """Give the first rate that holds for a price on a day (UTC); None: none does."""
        return next((rate for rate in self.rates if rate.holds(key, sku, day)), None)

    def exchange(self, from_currency: str, to_currency: str) -> Exchange | None:
        """Give the rate from one currency to another, as it is written down first; None: it is not, nor turned round."""
        pair = (from_currency, to_currency)
        return next((one for one in self.exchanges if (one.from_currency, one.to_currency) == pair), None)


class RatesSource(Protocol):
    """Somebody who knows the user's rates."""

    def rates(self) -> Rates:
        """Give the rates as they are now; the same object as long as nothing changes."""
        ...


class _Kept(NamedTuple):
    """Answers, and what they hold for; replaced as a whole, so that several threads may ask."""

    rates: Rates
    day: date
    prices: dict[PriceKey, tuple[UnitPrice | None, UnitPrice | None]]
    """As listed, and as contracted."""


class ContractedPrices:
    """A price source that puts the user's rates over the prices of another; several threads may ask it."""

    def __init__(self, inner: PriceSource, source: RatesSource, today: Callable[[], date]) -> None:
        self._inner = inner
        self._source = source
        self._today = today
        self._kept = _Kept(Rates(), date.min, {})

    def unit_price(self, key: PriceKey) -> UnitPrice | None:
        """Give the price of exactly `key`, as contracted where a rate matches; None: neither list nor contract has one."""
        listed, rates = self._inner.unit_price(key), self._source.rates()
        if not rates.rates:
            return listed
        kept, day = self._kept, self._today()
        if kept.rates is not rates or kept.day != day or len(kept.prices) > MOST_KEPT:
            kept = self._kept = _Kept(rates, day, {})
        found = kept.prices.get(key)
        if found is None or found[0] is not listed:
            found = kept.prices[key] = (listed, contracted(key, listed, rates, day))
        return found[1]


def contracted(key: PriceKey, listed: UnitPrice | None, rates: Rates, day: date) -> UnitPrice | None:
    """Put the first rate that holds on a price.

    Args:
        key: What is priced.
        listed: Its price; None: no list has one.
        rates: The user's.
        day: The day it is for, UTC.

    Returns:
        The price with what is contracted. Where the list has none, or is in another currency or unit, the contract's alone.
        None: there is no list price to take a percentage off, or the rate does not name what it prices.
    """
    rate = rates.first(key, listed.sku if listed else None, day)
    if rate is None:
        return listed
    if rate.unit_price is None:
        return reduced(listed, rate) if listed else None
    if listed is None and not rate.match.names(key):
        return None
    agreed = agreed_price(key, listed, rate, rate.unit_price, rates.as_of)
    is_alike = listed and (listed.billing_currency, listed.pricing_unit) == (agreed.billing_currency, agreed.pricing_unit)
    return replace(listed, contracted=agreed.contracted) if listed and is_alike else agreed


def reduced(listed: UnitPrice, rate: Rate) -> UnitPrice | None:
    """Take the percentage off the list price, to the last digit; None: there is no list price."""
    if listed.list_unit_price is None or rate.percent_off is None:
        return None
    left = EXACT.subtract(WHOLE, rate.percent_off)
    amount = EXACT.multiply(listed.list_unit_price, left).scaleb(-2, context=EXACT)
    origin = f"{rate.origin}: {plain(rate.percent_off)} % off the list price"
    as_of = rate.first_day.isoformat() if rate.first_day else listed.price_as_of
    error = listed.error_percent if amount else None
    return replace(listed, contracted=ContractedPrice(unit_price=plain(amount), origin=origin, as_of=as_of, error_percent=error))


def agreed_price(key: PriceKey, listed: UnitPrice | None, rate: Rate, amount: Decimal, as_of: str) -> UnitPrice:
    """Give the price of a contract alone, as if no list had one, in its own currency and unit.

    Args:
        key: What is priced.
        listed: The list's price, whose currency and unit are the contract's where it says nothing else.
        rate: The rate.
        amount: Its unit price.
        as_of: ISO date where the rate has none.
    """
    currency = rate.billing_currency or (listed.billing_currency if listed else billing_currency_of(key.region_id))
    unit = rate.pricing_unit or (listed.pricing_unit if listed else usual_unit(key.component))
    origin = f"{rate.origin}: {plain(amount)} {currency} per {PER[unit]}"
    since = rate.first_day.isoformat() if rate.first_day else as_of
    return UnitPrice(
        key=key,
        list_unit_price=None,
        pricing_unit=unit,
        billing_currency=currency,
        price_source=SOURCE,
        price_origin=origin,
        price_as_of=since,
        price_basis="contracted",
        error_percent=None,
        sku=listed.sku if listed else None,
        contracted=ContractedPrice(unit_price=plain(amount), origin=origin, as_of=since),
    )


def family_of(instance_type: str | None) -> str | None:
    """Give the family of a type, ``g5`` of ml.g5.xlarge and of g5.xlarge."""
    return instance_type.removeprefix("ml.").partition(".")[0] if instance_type else None


def is_usual(component: str, option: PurchaseOption) -> bool:
    """Tell whether that is how a component is bought where nothing else is said."""
    return option == usual_option(component)


def plain(amount: Decimal) -> Decimal:
    """Give the same amount without an exponent and without trailing zeros."""
    return Decimal(format(amount.normalize(EXACT), "f"))
