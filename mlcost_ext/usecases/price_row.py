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


def price_id(price: UnitPrice | None) -> str | None:
    """Give what a price is known by among a document's `prices`; None: there is no price."""
    if price is None:
        return None
    key = price.key
    return "/".join((key.region_id, key.component, *([key.instance_type] if key.instance_type else [])))


class Prices:
    """The prices of a document's rows, each once."""

    def __init__(self) -> None:
        self.rows: dict[str, PriceRow] = {}

    def note(self, price: UnitPrice | None) -> None:
        """Take the price of a row in; harmless where it has none."""
        identity = price_id(price)
        if price is not None and identity is not None and identity not in self.rows:
            self.rows[identity] = price_row(price)
