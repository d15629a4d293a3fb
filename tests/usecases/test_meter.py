"""Usage joined with prices."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from mlcost_ext.core.job import WarmPool
from mlcost_ext.core.money import to_wire
from mlcost_ext.core.price import ContractedPrice, PriceKey
from mlcost_ext.core.usage import Accrual
from mlcost_ext.usecases.job_row import job_row
from mlcost_ext.usecases.meter import meter, price_problems, total
from tests.fakes import NOW, REGION, FakePrices, description, ended, price_list, read_job, small_price_list, unit_price


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


@pytest.mark.parametrize(
    ("changes", "high", "lacks"),
    [
        # 7200 s of 0.23 an hour, and of 30 GB at 0.14 for 2,592,000 s
        ({}, "0.471666667", False),
        ({"storage": None}, "0.46", True),
        ({"storage": ()}, "0.46", False),
        ({"are_volumes_untold": True, "storage": ()}, "0.46", True),
        ({"max_runtime_in_seconds": None, "are_volumes_untold": True}, None, False),
    ],
)
def test_the_most_it_can_cost_has_its_volumes(changes: dict[str, Any], high: str | None, lacks: bool, prices: FakePrices) -> None:
    """Or says that it lacks them."""
    metered = meter(replace(read_job(description()), **changes), prices)
    assert (None if metered.high is None else to_wire(metered.high), metered.high_leaves_out_storage) == (high, lacks)
    row = job_row(metered, NOW)
    assert (row.high, row.high_leaves_out_storage) == (metered.high, lacks)


def test_volumes_without_a_price_are_left_out_of_the_most_it_can_cost() -> None:
    """Of a choice, too; the instances are not."""
    job, prices = read_job(description()), price_list([unit_price("0.23")])
    metered = meter(job, prices)
    assert (metered.high, metered.high_leaves_out_storage) == (Decimal("0.46"), True)
    assert job.storage is not None
    waiting = replace(job, compute=(), choices=((*job.compute, *job.storage),))
    assert (meter(waiting, prices).high, meter(waiting, prices).high_leaves_out_storage) == (Decimal("0.46"), True)


def test_the_most_it_can_cost_is_no_less_than_it_has_cost(prices: FakePrices) -> None:
    """AWS may end a job somewhat after its time is over: an hour at 0.23 and its volume, of at most half an hour."""
    row = job_row(meter(read_job(description(StoppingCondition={"MaxRuntimeInSeconds": 1800})), prices), NOW)
    assert (row.cost, row.high) == (Decimal("0.23"), total([row.cost, row.storage_cost]))
    unknown = job_row(meter(read_job(description(TrainingStartTime=None)), prices), NOW)
    assert (unknown.cost, unknown.high is None) == (None, False)


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


def test_kept_instances_cost_beside_the_job() -> None:
    """Their own price and their own time; where that cannot be told, or nothing was kept, there is no figure."""
    price_list = small_price_list()
    key = PriceKey(region_id=REGION, component="WarmPool", instance_type="ml.m5.xlarge")
    price_list.known[key] = unit_price("0.23", "WarmPool")
    job = read_job(ended())
    line = replace(job.compute[0], component="WarmPool")
    kept = Accrual(settled_seconds=Decimal(1800), accruing_since=None)
    pool = WarmPool(status="Terminated", accrual=kept, compute=(line,), storage=(), until=None, cost_basis="final")
    assert meter(replace(job, warm_pool=pool), price_list).warm_pool_cost_at(NOW) == Decimal("0.115")
    for changes in ({"accrual": None}, {"storage": None}, {"compute": ()}):
        assert meter(replace(job, warm_pool=replace(pool, **changes)), price_list).warm_pool_cost_at(NOW) is None
    assert meter(job, price_list).warm_pool_cost_at(NOW) is None


def test_before_aws_has_chosen_nothing_is_billed_and_the_most_is_a_range() -> None:
    """Two preferences, an hour each: 0.23 to 1.408 at most; a choice without a price makes both unknown."""
    job = read_job(description())
    small, large = job.compute, (replace(job.compute[0], instance_type="ml.g5.xlarge"),)
    waiting = replace(
        job,
        compute=(),
        choices=(small, large),
        accrual=Accrual(settled_seconds=Decimal(0), accruing_since=None),
        max_runtime_in_seconds=3600,
    )
    found = meter(waiting, small_price_list())
    assert (found.cost_at(NOW), found.cost_per_hour()) == (Decimal(0), Decimal(0))
    assert (found.low, found.high) == (Decimal("0.23"), Decimal("1.408"))
    odd = (replace(job.compute[0], instance_type="ml.z9.xlarge"),)
    unknown = meter(replace(waiting, choices=(small, odd)), small_price_list())
    assert (unknown.low, unknown.high) == (None, None)
    assert meter(replace(waiting, is_sum=True), small_price_list()).low is None
    assert meter(replace(waiting, max_runtime_in_seconds=None), small_price_list()).high is None


AGREED = ContractedPrice(unit_price=Decimal("0.2"), origin="a rate", as_of="2026-01-01")
BOX = {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 0}


def test_the_contracted_cost_is_shown_and_the_list_cost_known_beside() -> None:
    """An hour of the one and of the other."""
    metered = meter(read_job(ended(ResourceConfig=BOX)), price_list([unit_price("0.23", contracted=AGREED)]))
    hours = metered.cost_at(NOW) / Decimal("0.2")  # type: ignore[operator]
    assert (metered.list_cost_at(NOW), metered.storage_list_cost_at(NOW)) == (hours * Decimal("0.23"), 0)
    assert (metered.is_contracted, price_problems(metered)) == (True, [])


def test_a_price_that_no_list_has_is_counted_and_said() -> None:
    """Its list cost stays unknown."""
    metered = meter(read_job(ended(ResourceConfig=BOX)), price_list([unit_price("1", contracted=AGREED, list_unit_price=None)]))
    assert metered.cost_at(NOW) is not None
    assert (metered.list_cost_at(NOW), metered.is_contracted) == (None, True)
    assert [problem.code for problem in price_problems(metered)] == ["list_price_unknown"]


def test_a_price_by_another_unit_is_none() -> None:
    """An hour is no gigabyte."""
    metered = meter(read_job(ended(ResourceConfig=BOX)), price_list([unit_price("0.23", pricing_unit="GB")]))
    assert (metered.cost_at(NOW), metered.list_cost_at(NOW), metered.is_contracted) == (None, None, False)


def test_prices_of_china_want_a_rate_to_be_counted_elsewhere() -> None:
    """The hint says so, and only there."""
    far = meter(replace(read_job(ended(ResourceConfig=BOX)), region_id="cn-north-1"), price_list([]))
    lines = replace(far, compute=tuple(replace(c, line=replace(c.line, region_id="cn-north-1")) for c in far.compute))
    assert "exchange rate" in price_problems(lines)[0].hint
    assert "exchange rate" not in price_problems(far)[0].hint


def test_what_has_cost_nothing_has_no_list_cost_either() -> None:
    """A job whose instances were not chosen yet."""
    waiting = replace(meter(read_job(ended(ResourceConfig=BOX)), price_list([])), compute=())
    assert waiting.list_cost_at(NOW) is None
    idle = replace(waiting, job=replace(waiting.job, accrual=Accrual(settled_seconds=Decimal(0), accruing_since=None)))
    assert (idle.list_cost_at(NOW), replace(idle, storage=None).storage_list_cost_at(NOW)) == (0, None)
