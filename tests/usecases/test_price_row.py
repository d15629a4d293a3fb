"""Unit prices as they go over the wire."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from mlcost_ext.core.price import ContractedPrice, UnitPrice, price_key
from mlcost_ext.core.wire import to_document
from mlcost_ext.usecases.price_row import Prices, price_id, price_row
from tests.fakes import REGION, unit_price

AGREED = ContractedPrice(
    unit_price=Decimal("0.2024"), origin="rates.yaml, entry 1", as_of="2026-06-01", error_percent=Decimal("0.3")
)
DERIVED = unit_price("0.23", price_basis="derived", error_percent=Decimal("0.31"), sku="ABC123")


def test_a_list_price_says_who_says_so() -> None:
    """No contract: nothing beside it."""
    row = to_document(price_row(DERIVED))
    assert (row["list_unit_price"], row["contracted_unit_price"], row["list_price"]) == ("0.23", None, None)
    assert (row["price_source"], row["price_basis"], row["error_percent"], row["sku"]) == ("fake", "derived", "0.31", "ABC123")


def test_a_contracted_price_stands_beside_the_list_price() -> None:
    """Each with its own source, date and error."""
    row = to_document(price_row(replace(DERIVED, contracted=AGREED)))
    assert (row["list_unit_price"], row["contracted_unit_price"]) == ("0.23", "0.2024")
    assert [row[key] for key in ("price_source", "price_origin", "price_as_of", "price_basis", "error_percent")] == [
        "contracted-rates",
        "rates.yaml, entry 1",
        "2026-06-01",
        "contracted",
        "0.3",
    ]
    assert row["list_price"] == {
        "price_source": "fake",
        "price_origin": "a test",
        "price_as_of": "2026-01-01",
        "price_basis": "derived",
        "error_percent": "0.31",
    }


def test_a_price_that_no_list_has() -> None:
    """The contract's alone."""
    row = to_document(price_row(replace(DERIVED, list_unit_price=None, contracted=AGREED)))
    assert (row["list_unit_price"], row["contracted_unit_price"], row["list_price"]) == (None, "0.2024", None)


@pytest.mark.parametrize("amount", ["0.0000000002", "1.23904", "0.000016666700000000000001", "10", "100.50"])
def test_unit_prices_keep_all_their_digits(amount: str) -> None:
    """A token may cost less than the wire's smallest amount of money."""
    told = price_row(unit_price(amount)).list_unit_price
    assert told is not None
    assert "e" not in told.lower()
    assert Decimal(told) == Decimal(amount)


@pytest.mark.parametrize(
    ("price", "expected"),
    [
        (unit_price("1"), "us-east-1/Training/ml.m5.xlarge"),
        (unit_price("1", "Storage-Training", None), "us-east-1/Storage-Training"),
        (unit_price("1", key=price_key(REGION, "SpotTraining", "ml.m5.xlarge")), "us-east-1/SpotTraining/ml.m5.xlarge"),
        (unit_price("1", key=price_key(REGION, "Serverless", None, "Provisioned")), "us-east-1/Serverless/Provisioned"),
        (None, None),
    ],
)
def test_what_a_price_is_known_by(price: UnitPrice | None, expected: str | None) -> None:
    """The way it is bought only where it is not the usual one."""
    assert price_id(price) == expected


def test_each_price_of_a_document_once() -> None:
    """Rows name it; what has no price is left out."""
    prices = Prices()
    for price in (unit_price("1"), None, unit_price("1")):
        prices.note(price)
    assert list(prices.rows) == ["us-east-1/Training/ml.m5.xlarge"]
    assert price_row(None) is None
