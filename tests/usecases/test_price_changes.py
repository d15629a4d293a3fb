"""Which prices differ between two sources."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from mlcost_ext.core.price import ContractedPrice, UnitPrice, price_key
from mlcost_ext.usecases.price_changes import price_changes
from tests.fakes import REGION, price_list, unit_price

from .test_price_lookup import Catalog

AGREED = ContractedPrice(unit_price=Decimal(2), origin="a rate", as_of="2026-01-01")


def catalog(*prices: UnitPrice) -> Catalog:
    return Catalog(price_list(prices).known)


def told(old: Catalog, new: Catalog) -> list[tuple[str, str | None, Any]]:
    """Give component, type and by how much, or what else has happened."""
    found = price_changes(old, new, REGION)
    ways = ["new" if change.old is None else "gone" if change.new is None else change.percent for change in found]
    return [(change.key.component, change.key.instance_type, way) for change, way in zip(found, ways, strict=True)]


def test_first_what_changed_most_then_what_is_new_and_what_is_gone() -> None:
    """What is as it was is left out."""
    old = catalog(
        unit_price("1"),
        unit_price("2", instance_type="ml.g5.xlarge"),
        unit_price("3", "Hosting"),
        unit_price("0.14", "Storage-Training", None),
        unit_price("5", "Processing"),
    )
    new = catalog(
        unit_price("1.1"),
        unit_price("1", instance_type="ml.g5.xlarge"),
        unit_price("3", "Hosting"),
        unit_price("0.15", "Storage-Training", None),
        unit_price("4", "Notebook"),
    )
    assert told(old, new) == [
        ("Training", "ml.g5.xlarge", Decimal("-50.00")),
        ("Training", "ml.m5.xlarge", Decimal("10.00")),
        ("Storage-Training", None, Decimal("7.14")),
        ("Notebook", "ml.m5.xlarge", "new"),
        ("Processing", "ml.m5.xlarge", "gone"),
    ]


def test_each_way_to_buy_is_a_price_of_its_own() -> None:
    """Reserved capacity beside that on demand."""
    key = price_key(REGION, "Cluster", "ml.p5.48xlarge", "Reserved")
    demand = unit_price("60", key=price_key(REGION, "Cluster", "ml.p5.48xlarge"))
    (change,) = price_changes(catalog(demand, unit_price("40", key=key)), catalog(demand, unit_price("44", key=key)), REGION)
    assert (change.key.purchase_option, change.percent) == ("Reserved", Decimal("10.00"))


@pytest.mark.parametrize("other", [{"billing_currency": "CNY"}, {"pricing_unit": "GB-Seconds"}])
def test_another_currency_or_unit_has_no_percentage(other: dict[str, str]) -> None:
    """But it is a change, even of the same number."""
    (change,) = price_changes(catalog(unit_price("1")), catalog(unit_price("1", **other)), REGION)
    assert change.percent is None


def test_it_is_list_prices_that_are_compared() -> None:
    """A contract is no change of AWS's; where it stands alone it is what there is."""
    assert told(catalog(unit_price("3")), catalog(unit_price("3", contracted=AGREED))) == []
    alone = unit_price("3", contracted=AGREED, list_unit_price=None)
    assert told(catalog(unit_price("4")), catalog(alone)) == [("Training", "ml.m5.xlarge", Decimal("-50.00"))]
