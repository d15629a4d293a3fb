"""How documents go over the wire, and the part that all of them have in common: a price with its source."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any

from .money import to_wire
from .price import PriceBasis
from .times import time_to_text

Money = Decimal
UnitMoney = Annotated[str, "amount"]
"""A price of one unit as plain decimal text, with all its digits: a token or a gigabyte-second may cost less than 10⁻⁹."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPriceFacts:
    """Who says what a unit costs without a contract."""

    price_source: str
    price_origin: str
    price_as_of: str
    price_basis: PriceBasis
    error_percent: Money | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRow:
    """A unit price with its source, its date and its error: those of the contracted price where there is one."""

    region_id: str
    component: str
    instance_type: str | None
    purchase_option: str
    list_unit_price: UnitMoney | None
    contracted_unit_price: UnitMoney | None
    pricing_unit: str
    billing_currency: str
    price_source: str
    price_origin: str
    price_as_of: str
    price_basis: PriceBasis
    error_percent: Money | None
    sku: str | None
    list_price: ListPriceFacts | None
    """Where the list price is from, beside a contracted one."""


@lru_cache(maxsize=64)
def field_names(document: Hashable) -> tuple[str, ...]:
    """Give the fields of a document's class; none where it is no document."""
    return tuple(field.name for field in fields(document)) if is_dataclass(document) else ()


def to_document(value: Any) -> Any:
    """Turn a document into what `json` can write."""
    kind: Any = type(value)
    if kind is str or kind is bool or value is None:
        return value
    if kind is Decimal:
        return to_wire(value)
    if kind is datetime:
        return time_to_text(value)
    if kind is list:
        return [to_document(item) for item in value]
    if kind is dict:
        return {key: to_document(item) for key, item in value.items()}
    names = field_names(kind)
    return {name: to_document(getattr(value, name)) for name in names} if names else value
