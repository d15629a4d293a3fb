"""What differs between two price sources of one region."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from mlcost_ext.core.component import purchase_options
from mlcost_ext.core.money import EXACT
from mlcost_ext.core.ports import PriceCatalog
from mlcost_ext.core.price import PriceKey, UnitPrice, price_key

PERCENT_STEP = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceChange:
    """One list price that is not what it was."""

    key: PriceKey
    old: UnitPrice | None
    """None: there was none."""
    new: UnitPrice | None
    """None: there is none any more."""

    @property
    def percent(self) -> Decimal | None:
        """By how much it rose, below zero where it fell; None: one is missing, or they are of different currencies or units."""
        if self.old is None or self.new is None or measure(self.old) != measure(self.new):
            return None
        before, after = listed(self.old), listed(self.new)
        share = EXACT.divide(EXACT.multiply(EXACT.subtract(after, before), Decimal(100)), before)
        return share.quantize(PERCENT_STEP, ROUND_HALF_UP, context=EXACT)


def price_changes(old: PriceCatalog, new: PriceCatalog, region_id: str) -> list[PriceChange]:
    """Compare list prices: first what changed, the most first; then what is new, and what is gone."""
    found = (PriceChange(key=key, old=old.unit_price(key), new=new.unit_price(key)) for key in keys_of(old, new, region_id))
    return sorted((change for change in found if is_other(change)), key=order)


def keys_of(old: PriceCatalog, new: PriceCatalog, region_id: str) -> Iterator[PriceKey]:
    """Give everything that either of two sources has a price of."""
    for component in sorted({*old.components(region_id), *new.components(region_id)}):
        types = {*old.instance_types(region_id, component), *new.instance_types(region_id, component)}
        named: list[str | None] = [*sorted(types)]
        for kind in named or [None]:
            for option in purchase_options(component):
                yield price_key(region_id, component, kind, option)


def is_other(change: PriceChange) -> bool:
    if change.old is None or change.new is None:
        return change.old is not change.new
    return (listed(change.old), measure(change.old)) != (listed(change.new), measure(change.new))


def listed(price: UnitPrice) -> Decimal:
    """Give the list price of what a list has."""
    return price.unit_price if price.list_unit_price is None else price.list_unit_price


def measure(price: UnitPrice) -> tuple[str, str]:
    return price.billing_currency, price.pricing_unit


def order(change: PriceChange) -> tuple[int, Decimal, str, str]:
    rank = 1 if change.old is None else 2 if change.new is None else 0
    size = Decimal(0) if change.percent is None else -abs(change.percent)
    return rank, size, change.key.component, change.key.instance_type or ""
