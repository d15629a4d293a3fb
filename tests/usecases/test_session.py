"""The machine of this session."""

from __future__ import annotations

from decimal import Decimal

import pytest

from mlcost_ext.core.host import Host
from mlcost_ext.usecases.session import session_charge, session_row, stopped_cost_per_day
from tests.fakes import NOW, REGION, FakePrices, price_list, unit_price


def studio_host(**changes: object) -> Host:
    fields = {"kind": "studio", "region_id": REGION, "instance_type": "ml.t3.medium", "started_at": NOW, "volume_gb": 5}
    return Host(**{**fields, **changes})  # type: ignore[arg-type]


def test_the_session_costs_since_it_started(prices: FakePrices) -> None:
    """By the hour, at the JupyterLab price."""
    charge = session_charge(studio_host(started_at=NOW.replace(hour=12)), prices)
    assert charge.list_cost_at(NOW) == Decimal("0.1")


@pytest.mark.parametrize("missing", ["instance_type", "region_id"])
def test_a_machine_nobody_knows_has_no_price(prices: FakePrices, missing: str) -> None:
    """No source is asked for half a key."""
    charge = session_charge(studio_host(**{missing: None}), prices)
    assert (charge.price, charge.list_cost_at(NOW), prices.asked) == (None, None, [])


def test_a_configured_price_needs_no_type(prices: FakePrices) -> None:
    """A laptop with a price that its user gave is priced, and the given price rules over the list."""
    given = unit_price("0.35", "Session", None, pricing_unit="Hours")
    laptop = Host(kind="local", region_id=None, started_at=NOW.replace(hour=12))
    assert session_charge(laptop, prices, given).list_cost_at(NOW) == Decimal("0.70")
    assert session_charge(studio_host(), prices, given).price == given


def test_a_machine_since_nobody_knows_when_has_no_cost(prices: FakePrices) -> None:
    """Its price is known all the same."""
    charge = session_charge(studio_host(started_at=None), prices)
    assert charge.price is not None
    assert charge.list_cost_at(NOW) is None


def test_a_stopped_day_costs_a_thirtieth_of_a_month(prices: FakePrices) -> None:
    """5 GB × 0.112 ÷ 30 = 0.018666…"""
    assert round(stopped_cost_per_day(studio_host(), prices) or 0, 9) == Decimal("0.018666667")


@pytest.mark.parametrize("missing", ["volume_gb", "region_id"])
def test_a_volume_nobody_knows_has_no_cost(prices: FakePrices, missing: str) -> None:
    """Neither has one whose price nobody knows."""
    assert stopped_cost_per_day(studio_host(**{missing: None}), prices) is None
    assert stopped_cost_per_day(studio_host(), price_list([])) is None


def test_the_volumes_price_comes_with_its_source(prices: FakePrices) -> None:
    """What a stopped day costs can say where it is from; without a price there is none."""
    host = studio_host()
    row = session_row(host, session_charge(host, prices), prices, NOW)
    assert row.storage_price is not None
    assert (row.storage_price.component, row.storage_price.list_unit_price) == ("Storage-Studio-JupyterLab", Decimal("0.112"))
    assert session_row(host, session_charge(host, price_list([])), price_list([]), NOW).storage_price is None
