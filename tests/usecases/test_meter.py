"""Usage joined with prices."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from mlcost_ext.core.host import Host
from mlcost_ext.core.price import PriceKey
from mlcost_ext.usecases.meter import meter, price_problems, session_charge, stopped_cost_per_day, total
from tests.fakes import NOW, REGION, FakePrices, description, ended, price_list, read_job, unit_price


def test_prices_are_asked_by_region_component_and_type(prices: FakePrices) -> None:
    """One question for the instances, one for their volume."""
    meter(read_job(description()), prices)
    assert prices.asked == [
        PriceKey(region_id=REGION, component="Training", instance_type="ml.m5.xlarge"),
        PriceKey(region_id=REGION, component="Storage-Training", instance_type=None),
    ]


def test_no_price_is_no_figure() -> None:
    """Without prices every figure is unknown and every missing price is told."""
    metered = meter(read_job(ended()), price_list([]))
    figures = (
        metered.cost_at(NOW),
        metered.cost_per_hour(),
        metered.storage_cost_at(NOW),
        metered.storage_cost_per_hour(),
        metered.high,
    )
    assert figures == (None,) * 5
    assert [p.code for p in price_problems(metered)] == ["price_unknown", "storage_price_unknown"]


def test_one_group_without_a_price_makes_the_job_unknown(prices: FakePrices) -> None:
    """A part would look like the whole."""
    groups = [{"InstanceType": "ml.m5.xlarge", "InstanceCount": 1}, {"InstanceType": "ml.z9.xlarge", "InstanceCount": 1}]
    metered = meter(read_job(ended(ResourceConfig={"InstanceGroups": groups, "VolumeSizeInGB": 0})), prices)
    assert (metered.cost_at(NOW), metered.high, metered.storage_cost_at(NOW)) == (None, None, 0)


def test_a_volume_of_unknown_size_is_no_zero(prices: FakePrices) -> None:
    """Neither its cost nor its growth is known; the instance's is."""
    metered = meter(read_job(description(ResourceConfig={"InstanceType": "ml.m5.xlarge", "InstanceCount": 1})), prices)
    assert (metered.storage_cost_at(NOW), metered.storage_cost_per_hour(), metered.storage) == (None, None, None)
    assert metered.cost_at(NOW) == Decimal("0.23")
    assert price_problems(metered) == []


def test_no_stopping_condition_no_upper_bound(prices: FakePrices) -> None:
    """A kind without an end has no highest cost."""
    assert meter(replace(read_job(description()), max_runtime_in_seconds=None), prices).high is None


def test_a_price_nobody_has_names_its_region() -> None:
    """Also where the region is not known."""
    metered = meter(read_job(ended(region_id=None)), price_list([]))
    assert "in this region" in price_problems(metered)[0].message


@pytest.mark.parametrize(
    ("amounts", "summed"), [([], Decimal(0)), ([Decimal(1), None], None), ([Decimal(1), Decimal(2)], Decimal(3))]
)
def test_total(amounts: list[Decimal | None], summed: Decimal | None) -> None:
    """One unknown makes the sum unknown."""
    assert total(amounts) == summed


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
