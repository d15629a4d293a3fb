"""UnitPrice: what one unit costs, where, since when, and who says so; no quantity."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from .component import PurchaseOption, has_type, usual_option
from .usage import PricingUnit

PriceBasis = Literal["contracted", "observed", "derived"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceKey:
    """What a price is asked for by."""

    region_id: str
    component: str
    instance_type: str | None
    purchase_option: PurchaseOption = "OnDemand"


def price_key(region_id: str, component: str, instance_type: str | None, option: PurchaseOption | None = None) -> PriceKey:
    """Give the key of a component, bought as usual where nothing else is said; what has no type is asked for without one."""
    kept = instance_type if has_type(component) else None
    return PriceKey(
        region_id=region_id, component=component, instance_type=kept, purchase_option=option or usual_option(component)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractedPrice:
    """What a unit costs by the user's own contract with AWS."""

    unit_price: Decimal
    origin: str
    """Which of the user's rates says so, in words."""
    as_of: str
    """ISO date from which that rate is in force; where it has none, that of the list price it is taken off."""
    error_percent: Decimal | None = None
    """That of the list price it is taken off; None: exact by contract, or the list price's was never measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitPrice:
    """One unit's price with its source, its date and its measured error."""

    key: PriceKey
    list_unit_price: Decimal | None
    """None: no list has it, and the contract alone says what it costs."""
    pricing_unit: PricingUnit
    billing_currency: str
    price_source: str
    """Who says so: ``aws-price-list``, ``shipped-snapshot``, ``contracted-rates`` (where no list has it) or ``configuration``."""
    price_origin: str
    """Where that source has it from, in words."""
    price_as_of: str
    """ISO date of the figure, not of our look at it."""
    price_basis: PriceBasis
    """How the list price is known, or ``contracted`` where no list has it."""
    error_percent: Decimal | None
    """Measured error of a derived price, 0 to 100; None: observed, or never measured."""
    sku: str | None = None
    """AWS's, where it is known."""
    contracted: ContractedPrice | None = None
    """None: no rate of the user's matches."""

    @property
    def unit_price(self) -> Decimal:
        """What a unit costs here: as contracted, else as listed."""
        if self.contracted is not None:
            return self.contracted.unit_price
        assert self.list_unit_price is not None
        return self.list_unit_price
