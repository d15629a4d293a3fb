"""UnitPrice: what one unit costs, where, since when, and who says so; no quantity."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from .usage import PricingUnit

PriceBasis = Literal["contracted", "observed", "derived"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceKey:
    """What a price is asked for by."""

    region_id: str
    component: str
    instance_type: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitPrice:
    """One unit's list price with its source, its date and its measured error."""

    key: PriceKey
    list_unit_price: Decimal
    pricing_unit: PricingUnit
    billing_currency: str
    price_source: str
    """Who says so: ``shipped-snapshot`` or ``configuration``."""
    price_origin: str
    """Where that source has it from, in words."""
    price_as_of: str
    """ISO date of the figure, not of our look at it."""
    price_basis: PriceBasis
    error_percent: Decimal | None
    """Measured error of a derived price, 0 to 100; None: observed, or never measured."""
