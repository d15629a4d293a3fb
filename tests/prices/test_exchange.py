"""A total never adds two currencies."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from mlcost_ext.core.price import ContractedPrice, price_key
from mlcost_ext.prices import InOneCurrency, PriceBook
from mlcost_ext.prices.exchange import converted
from mlcost_ext.prices.rates import Exchange
from tests.fakes import price_list, unit_price

from .kept import keep

RATE = Exchange(from_currency="CNY", to_currency="USD", rate=Decimal("0.1389"), as_of="2026-11-01", origin="rates.yaml, entry 1")
BEIJING = price_key("cn-north-1", "Training", "ml.m5.xlarge")
SAID = "CNY 1.6 at 0.1389 USD a CNY (rates.yaml, entry 1, as of 2026-11-01); "


def test_a_price_of_the_totals_currency_is_left_as_it_is() -> None:
    """No rate is asked for."""
    price = unit_price("0.23")
    assert InOneCurrency(price_list([price]), lambda: "USD", lambda *_: pytest.fail("asked")).unit_price(price.key) is price


def test_without_a_rate_another_currency_is_unknown() -> None:
    """Never taken for the same number of dollars."""
    price = unit_price("1.6", key=BEIJING, billing_currency="CNY")
    assert InOneCurrency(price_list([price]), lambda: "USD", lambda *_: None).unit_price(BEIJING) is None


def test_what_nobody_has_a_price_of_stays_unknown() -> None:
    """A rate makes no price."""
    assert InOneCurrency(price_list([]), lambda: "USD", lambda *_: RATE).unit_price(BEIJING) is None


def test_the_rate_is_shown_with_what_it_gives() -> None:
    """The amount, exactly, and what it is made of."""
    found = converted(unit_price("1.6", key=BEIJING, billing_currency="CNY"), RATE)
    assert (found.unit_price, found.billing_currency, found.price_origin) == (Decimal("0.22224"), "USD", f"{SAID}a test")


def test_both_the_list_and_the_contracted_price_are_converted() -> None:
    """Side by side as before."""
    agreed = ContractedPrice(unit_price=Decimal("1.6"), origin="entry 2", as_of="2026-01-01")
    found = converted(unit_price("2", key=BEIJING, billing_currency="CNY", contracted=agreed), RATE)
    assert found.contracted is not None
    assert (found.list_unit_price, found.contracted.unit_price) == (Decimal("0.2778"), Decimal("0.22224"))
    assert found.contracted.origin == f"{SAID}entry 2"


def test_a_contracted_price_alone() -> None:
    """Without a list price none is made up, and its origin is told once."""
    agreed = ContractedPrice(unit_price=Decimal("1.6"), origin="entry 2", as_of="2026-01-01")
    price = unit_price("2", key=BEIJING, billing_currency="CNY", contracted=agreed, list_unit_price=None)
    found = converted(price, RATE)
    assert (found.list_unit_price, found.unit_price, found.price_origin) == (None, Decimal("0.22224"), "a test")


def test_the_users_own_rate_from_the_file(tmp_path: Path) -> None:
    """From MLCOST_HOME/rates.yaml to the price."""
    keep(tmp_path, {("Training", "ml.m5.xlarge"): "1.6"}, region_id="cn-north-1", currency="CNY")
    (tmp_path / "rates.yaml").write_text("- {exchange: {from: CNY, to: USD, rate: '0.1389'}, as_of: 2026-11-01}\n")
    book = PriceBook(tmp_path)
    found = InOneCurrency(book, lambda: "USD", book.exchange).unit_price(BEIJING)
    assert found is not None
    assert (found.unit_price, found.billing_currency) == (Decimal("0.22224"), "USD")
    listed = book.unit_price(BEIJING)
    assert listed is not None
    assert (listed.unit_price, listed.billing_currency) == (Decimal("1.6"), "CNY")
