"""Write a unit price as it goes over the wire."""

from __future__ import annotations

from typing import overload

from mlcost_ext.core.component import usual_option
from mlcost_ext.core.money import plain_text
from mlcost_ext.core.price import UnitPrice
from mlcost_ext.core.wire import ListPriceFacts, PriceRow

CONTRACTED_SOURCE = "contracted-rates"


@overload
def price_row(price: UnitPrice) -> PriceRow: ...
@overload
def price_row(price: None) -> None: ...
def price_row(price: UnitPrice | None) -> PriceRow | None:
    """Write a price with all that says where it is from; None stays unknown."""
    if price is None:
        return None
    contracted, listed = price.contracted, list_price_facts(price)
    return PriceRow(
        region_id=price.key.region_id,
        component=price.key.component,
        instance_type=price.key.instance_type,
        purchase_option=price.key.purchase_option,
        list_unit_price=None if price.list_unit_price is None else plain_text(price.list_unit_price),
        contracted_unit_price=plain_text(contracted.unit_price) if contracted else None,
        pricing_unit=price.pricing_unit,
        billing_currency=price.billing_currency,
        price_source=CONTRACTED_SOURCE if contracted else price.price_source,
        price_origin=contracted.origin if contracted else price.price_origin,
        price_as_of=contracted.as_of if contracted else price.price_as_of,
        price_basis="contracted" if contracted else price.price_basis,
        error_percent=contracted.error_percent if contracted else price.error_percent,
        sku=price.sku,
        list_price=listed if contracted else None,
    )


def list_price_facts(price: UnitPrice) -> ListPriceFacts | None:
    """Give where a list price is from; None: no list has it."""
    if price.list_unit_price is None:
        return None
    return ListPriceFacts(
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
    option = [] if key.purchase_option == usual_option(key.component) else [key.purchase_option]
    return "/".join((key.region_id, key.component, *([key.instance_type] if key.instance_type else []), *option))


class Prices:
    """The prices of a document's rows, each once."""

    def __init__(self) -> None:
        self.rows: dict[str, PriceRow] = {}

    def note(self, price: UnitPrice | None) -> None:
        """Take the price of a row in; harmless where it has none."""
        identity = price_id(price)
        if price is not None and identity is not None and identity not in self.rows:
            self.rows[identity] = price_row(price)
