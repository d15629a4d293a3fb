"""Money is Decimal made from text; it is rounded once, for show or for the wire."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Context, Decimal

EXACT = Context(prec=60)
"""Wide enough that products and sums of prices, counts and microseconds lose no digit."""

PLAIN_AMOUNT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,18})?")
"""No exponent, sign or underscore, and no more digits than `EXACT` has room for once multiplied."""

USUAL_CURRENCY, CHINAS_CURRENCY = "USD", "CNY"
"""In which AWS bills everywhere but in China."""

WIRE_STEP = Decimal("0.000000001")
"""The smallest amount that is told or kept: 10⁻⁹ of the billing currency."""


def decimal_from_text(text: str) -> Decimal:
    """Read a plain amount of zero or more, such as ``"1.408"``.

    Raises:
        ValueError: `text` is anything else: negative, with an exponent, or of more than 12 digits before or 18 after the point.
    """
    if not PLAIN_AMOUNT.fullmatch(text):
        raise ValueError(f"not an amount: {text[:40]!r}")
    return Decimal(text)


def to_wire(amount: Decimal) -> str:
    """Write an amount as a plain decimal string, to 10⁻⁹, without trailing zeros."""
    rounded = amount.quantize(WIRE_STEP, rounding=ROUND_HALF_UP, context=EXACT)
    text = format(rounded, "f").rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def plain_text(amount: Decimal) -> str:
    """Write an amount as a plain decimal string with all its digits, without trailing zeros."""
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def per_hour_to_amount(price_seconds: Decimal, seconds_per_unit: int) -> Decimal:
    """Turn a sum of price × seconds into an amount, dividing once.

    Args:
        price_seconds: Sum of unit price × quantity × seconds.
        seconds_per_unit: 3,600 for a price per hour, 2,592,000 for one per month of 30 days.
    """
    return EXACT.divide(price_seconds, Decimal(seconds_per_unit))


def billing_currency_of(region_id: str) -> str:
    """Give the currency AWS bills a region in: CNY in China's partition, which is sold by others, else USD."""
    return CHINAS_CURRENCY if region_id.startswith("cn-") else USUAL_CURRENCY
