"""A product's terms say what it costs: one amount on demand, in one unit and currency, for the first unit as for the last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from mlcost_ext.core.money import EXACT, decimal_from_text
from mlcost_ext.core.usage import PricingUnit

from .offer import RATE_CODE, Attributes, Unfit, date_in, mapping_at, text_at

MOST_AMOUNT = Decimal(100_000)
"""Per unit; the dearest instance costs less than a thousand an hour."""
MOST_TERMS = 1000
DECIMALS = 18
"""Of a stored amount at most."""

SECONDS = ("second", "seconds", "sec", "secs")
UNITS: dict[PricingUnit, tuple[str, ...]] = {
    "Hours": ("hrs", "hours", "hour", "hr"),
    "GB-Mo": ("gb-mo", "gb-month", "gb-months"),
    "GB-Seconds": ("gb-second", "gb-seconds"),
    "GB": ("gb",),
}


@dataclass(frozen=True, slots=True)
class Dimension:
    """One line of a term: an amount for a range of quantities."""

    begins: str
    ends: str
    unit: str
    amount: str
    rate_code: str


@dataclass(frozen=True, slots=True)
class Term:
    """What is asked from a date on."""

    effective_date: str
    dimensions: tuple[Dimension, ...]


@dataclass(frozen=True, slots=True)
class Amount:
    """What a unit costs, and since when."""

    value: Decimal
    rate_code: str
    effective_date: str


def terms_of(on_demand: Attributes, currency: str) -> tuple[Term, ...]:
    """Read a product's terms on demand from JSON: term code → term.

    Raises:
        Unfit: One of them is not as it should be.
    """
    if not on_demand:
        raise Unfit("not_on_demand")
    if len(on_demand) > MOST_TERMS:
        raise Unfit("too_many_terms")
    return tuple(_term(term, currency) for term in on_demand.values())


def _term(term: object, currency: str) -> Term:
    if not isinstance(term, Mapping):
        raise Unfit("junk")
    effective_date, dimensions = date_in(term.get("effectiveDate")), mapping_at(term, "priceDimensions")
    if effective_date is None:
        raise Unfit("no_date")
    if not 0 < len(dimensions) <= MOST_TERMS:
        raise Unfit("incomplete")
    return Term(effective_date, tuple(_dimension(each, currency) for each in dimensions.values()))


def _dimension(dimension: object, currency: str) -> Dimension:
    if not isinstance(dimension, Mapping):
        raise Unfit("junk")
    prices = mapping_at(dimension, "pricePerUnit")
    if currency not in prices:
        raise Unfit("other_currency")
    names = ("beginRange", "endRange", "unit", "rateCode")
    begins, ends, unit, rate_code = (text_at(dimension, name) for name in names)
    return Dimension(begins, ends, unit, text_at(prices, currency), rate_code)


def amount_of(terms: Iterable[Term], *, sku: str, unit: PricingUnit, memory_gb: int | None, published_on: str) -> Amount:
    """Give what a unit costs by the latest term that is in force.

    Args:
        terms: On demand.
        sku: Whose terms they are; a rate code begins with it.
        unit: What the price is wanted for.
        memory_gb: The gigabytes that a price by the second is for.
        published_on: ISO date of the list: what begins later is not in force.

    Raises:
        Unfit: There is no such amount, or it is not one.
    """
    in_force = [term for term in terms if term.effective_date <= published_on]
    if not in_force:
        raise Unfit("future")
    latest = max(term.effective_date for term in in_force)
    dimensions = [each for term in in_force if term.effective_date == latest for each in term.dimensions]
    amounts = {_amount(each.amount, _divisor(each.unit, unit, memory_gb)) for each in dimensions}
    if len(amounts) > 1:
        raise Unfit("tiers")
    if all(each.begins != "0" for each in dimensions) or all(each.ends != "Inf" for each in dimensions):
        raise Unfit("tiers")
    rate_codes = sorted({each.rate_code for each in dimensions})
    if any(code and not (RATE_CODE.fullmatch(code) and code.startswith(f"{sku}.")) for code in rate_codes):
        raise Unfit("contradictory_sku")
    return Amount(amounts.pop(), rate_codes[0], latest)


def _divisor(given: str, wanted: PricingUnit, memory_gb: int | None) -> int:
    if given.lower() in UNITS[wanted]:
        return 1
    if memory_gb is not None and given.lower() in SECONDS:
        return memory_gb
    raise Unfit("unknown_unit")


def _amount(text: str, divisor: int) -> Decimal:
    try:
        whole = decimal_from_text(text)
    except ValueError:
        raise Unfit("bad_amount") from None
    if not whole:
        raise Unfit("zero")
    if whole > MOST_AMOUNT:
        raise Unfit("huge_amount")
    part = EXACT.divide(whole, Decimal(divisor)).normalize(EXACT)
    exponent = part.as_tuple().exponent
    if not isinstance(exponent, int) or -exponent > DECIMALS:
        raise Unfit("not_by_the_gb")
    return Decimal(format(part, "f"))
