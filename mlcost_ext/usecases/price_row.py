"""Write a unit price as it goes over the wire."""

from __future__ import annotations

from typing import overload

from mlcost_ext.core.price import UnitPrice
from mlcost_ext.core.wire import PriceRow


@overload
def price_row(price: UnitPrice) -> PriceRow: ...
@overload
def price_row(price: None) -> None: ...
def price_row(price: UnitPrice | None) -> PriceRow | None:
    """Write a price with all that says where it is from; None stays unknown."""
    if price is None:
        return None
    return PriceRow(
        region_id=price.key.region_id,
        component=price.key.component,
        instance_type=price.key.instance_type,
        list_unit_price=price.list_unit_price,
        contracted_unit_price=None,
        pricing_unit=price.pricing_unit,
        billing_currency=price.billing_currency,
        price_source=price.price_source,
        price_origin=price.price_origin,
        price_as_of=price.price_as_of,
        price_basis=price.price_basis,
        error_percent=price.error_percent,
    )
