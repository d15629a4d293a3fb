"""Prices in one currency, so that a total never adds two: converted by a rate of the user's, or not told at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from mlcost_ext.core.money import EXACT, plain_text
from mlcost_ext.core.ports import PriceSource
from mlcost_ext.core.price import PriceKey, UnitPrice

from .rates import Exchange

FindExchange = Callable[[str, str], Exchange | None]


class InOneCurrency:
    """A price source that gives another's prices in the currency of a total."""

    def __init__(self, inner: PriceSource, currency: Callable[[], str], exchange: FindExchange) -> None:
        """Take a source, what tells the total's currency, and what finds the user's rate from one currency to another."""
        self._inner, self._currency, self._exchange = inner, currency, exchange

    def unit_price(self, key: PriceKey) -> UnitPrice | None:
        """Give the price of exactly `key` in the total's currency; None: there is none, or no rate to convert it by."""
        price, currency = self._inner.unit_price(key), self._currency()
        if price is None or price.billing_currency == currency:
            return price
        exchange = self._exchange(price.billing_currency, currency)
        return converted(price, exchange) if exchange else None


def converted(price: UnitPrice, exchange: Exchange) -> UnitPrice:
    """Give a price in another currency, with the rate and the figure it is made of in its origin."""
    contracted, listed = price.contracted, price.list_unit_price
    rate = f"{plain_text(exchange.rate)} {exchange.to_currency} a {exchange.from_currency}"
    said = f"at {rate} ({exchange.origin}, as of {exchange.as_of})"

    def origin(amount: Decimal, text: str) -> str:
        return f"{exchange.from_currency} {plain_text(amount)} {said}; {text}"

    return replace(
        price,
        list_unit_price=None if listed is None else EXACT.multiply(listed, exchange.rate),
        billing_currency=exchange.to_currency,
        price_origin=price.price_origin if listed is None else origin(listed, price.price_origin),
        contracted=contracted
        and replace(
            contracted,
            unit_price=EXACT.multiply(contracted.unit_price, exchange.rate),
            origin=origin(contracted.unit_price, contracted.origin),
        ),
    )
