"""The machine of this session."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from mlcost_ext.core.documents import Session
from mlcost_ext.core.host import Host, NodeShare, StudioApp
from mlcost_ext.core.job import Problem
from mlcost_ext.core.price import ContractedPrice, UnitPrice
from mlcost_ext.usecases.session import (
    SessionCosts,
    machine_problems,
    session_charge,
    session_row,
    stopped_cost_per_day,
    storage_problems,
)
from tests.fakes import NOW, REGION, FakePrices, price_list, unit_price

TWO_HOURS_AGO = NOW - timedelta(hours=2)


def studio_host(**changes: object) -> Host:
    fields = {
        "kind": "studio",
        "region_id": REGION,
        "instance_type": "ml.t3.medium",
        "component": "Studio-JupyterLab",
        "storage_component": "Storage-Studio-JupyterLab",
        "started_at": NOW,
        "volume_gb": 5,
    }
    return Host(**{**fields, **changes})  # type: ignore[arg-type]


def hub_host(**changes: object) -> Host:
    """A server on a quarter of a node."""
    share = NodeShare(fraction=Fraction(1, 4), reason="2 of 8 vCPU")
    fields = {
        "kind": "jupyterhub",
        "region_id": REGION,
        "instance_type": "m5.2xlarge",
        "share": share,
        "started_at": TWO_HOURS_AGO,
    }
    return Host(**{**fields, **changes})  # type: ignore[arg-type]


NODES = price_list([unit_price("0.384", "EC2", "m5.2xlarge")])
OWN = unit_price("0.35", "EC2", None, pricing_unit="Hours", price_source="configuration")


def drawn(host: Host, prices: FakePrices, configured: UnitPrice | None = None, now: datetime = NOW) -> Session:
    return session_row(host, session_charge(host, prices, configured), prices, now)


def codes(host: Host, prices: FakePrices, configured: UnitPrice | None = None) -> list[str]:
    return [problem.code for problem in machine_problems(host, session_charge(host, prices, configured))]


def test_the_session_costs_since_it_started(prices: FakePrices) -> None:
    """By the hour, at the JupyterLab price."""
    charge = session_charge(studio_host(started_at=NOW.replace(hour=12)), prices)
    assert charge.cost_at(NOW) == Decimal("0.1")


def test_a_studio_session_costs_since_its_container_was_started(prices: FakePrices) -> None:
    """AWS's time may be that of a start of yesterday; where the container's is not known the cost is at most so much."""
    app = StudioApp(domain_id="d-1", space_name="s", app_type="JupyterLab", app_name="default")
    yesterday = studio_host(started_at=NOW - timedelta(hours=20), studio_app=app)
    row = drawn(yesterday, prices)
    assert (row.cost, row.cost_basis) == (Decimal(1), "at_most")
    row = drawn(replace(yesterday, container_started_at=NOW - timedelta(hours=2)), prices)
    assert (row.cost, row.cost_basis, row.started_at) == (Decimal("0.1"), "accruing", NOW - timedelta(hours=2))
    assert drawn(studio_host(started_at=None, studio_app=app), prices).cost_basis is None
    assert drawn(studio_host(started_at=NOW, studio_app=app, is_prepaid=True), prices).cost_basis == "accruing"
    assert drawn(studio_host(), prices).cost_basis == "accruing"


@pytest.mark.parametrize("missing", ["instance_type", "region_id"])
def test_a_machine_nobody_knows_has_no_price(prices: FakePrices, missing: str) -> None:
    """No source is asked for half a key."""
    charge = session_charge(studio_host(**{missing: None}), prices)
    assert (charge.price, charge.cost_at(NOW), prices.asked) == (None, None, [])


def test_a_configured_price_needs_no_type(prices: FakePrices) -> None:
    """A laptop with a price that its user gave is priced, and the given price rules over the list."""
    laptop = Host(kind="local", region_id=None, started_at=NOW.replace(hour=12))
    assert session_charge(laptop, prices, OWN).cost_at(NOW) == Decimal("0.70")
    assert session_charge(studio_host(), prices, OWN).price == OWN


def test_a_machine_since_nobody_knows_when_has_no_cost(prices: FakePrices) -> None:
    """Its price is known all the same."""
    charge = session_charge(studio_host(started_at=None), prices)
    assert charge.price is not None
    assert charge.cost_at(NOW) is None
    assert codes(studio_host(started_at=None), prices) == ["session_start_unknown"]


@pytest.mark.parametrize(
    ("component", "instance_type", "amount"),
    [("Notebook", "ml.t3.medium", "0.06"), ("Studio-CodeEditor", "ml.t3.medium", "0.07"), ("EC2", "m5.xlarge", "0.192")],
)
def test_each_machine_has_a_price_of_its_kind(component: str, instance_type: str, amount: str) -> None:
    """A notebook instance's hour is not a JupyterLab app's."""
    prices = price_list([unit_price(amount, component, instance_type), unit_price("9", "Studio-JupyterLab", instance_type)])
    assert drawn(studio_host(component=component, instance_type=instance_type), prices).list_unit_price == Decimal(amount)


def test_a_machine_is_priced_where_it_stands() -> None:
    """Not where jobs are looked for."""
    price = unit_price("0.214", "EC2", "m5.xlarge")
    prices = price_list([replace(price, key=replace(price.key, region_id="eu-west-1"))])
    host = Host(kind="ec2", region_id=REGION, located_in="eu-west-1", instance_type="m5.xlarge", started_at=TWO_HOURS_AGO)
    row = drawn(host, prices)
    assert (row.region_id, row.list_unit_price, row.cost) == ("eu-west-1", Decimal("0.214"), Decimal("0.428"))


# -- a part of a node ----------------------------------------------------------------------


def test_a_part_of_a_node_costs_that_part() -> None:
    """Rate, price and cost agree, and the price says which part of what it is."""
    row = drawn(hub_host(), NODES)
    assert (row.list_unit_price, row.cost_per_hour, row.cost) == (Decimal("0.096"), Decimal("0.096"), Decimal("0.192"))
    assert row.price is not None
    assert row.price.price_origin == "25 % of the node's 0.384, for 2 of 8 vCPU; a test"
    assert codes(hub_host(), NODES) == ["node_share"]


def test_a_third_of_a_node_is_as_exact_as_can_be() -> None:
    """No digit of it shows."""
    third = hub_host(share=NodeShare(fraction=Fraction(1, 3), reason="1 of 3 GPUs"))
    assert round(drawn(third, NODES).cost or 0, 20) == Decimal("0.256")


def test_all_of_a_node() -> None:
    """Who asks for all its GPUs leaves nothing to others."""
    whole = hub_host(share=NodeShare(fraction=Fraction(1), reason="4 of 4 GPUs"))
    row = drawn(whole, NODES)
    assert row.price is not None
    assert (row.list_unit_price, row.price.price_origin) == (Decimal("0.384"), "a test")
    assert codes(whole, NODES) == ["node_share"]


def test_where_the_part_is_not_known_neither_is_the_price() -> None:
    """The node's own price is nobody's."""
    row = drawn(hub_host(share=None), NODES)
    assert (row.instance_type, row.list_unit_price, row.cost, row.cost_per_hour) == ("m5.2xlarge", None, None, None)
    said = machine_problems(hub_host(share=None), session_charge(hub_host(share=None), NODES))
    assert [(problem.code, problem.hint) for problem in said] == [
        ("host_price_unknown", "See the other notes: they say what to set.")
    ]


def test_what_is_missing_of_the_part_says_what_to_set() -> None:
    """In the session's own words, too."""
    host = hub_host(share=None, problems=(Problem(code="node_unknown", message="m", hint="Set it."),))
    assert machine_problems(host, session_charge(host, NODES))[0].hint == "Set it."


def test_a_servers_own_price_is_not_shared_out() -> None:
    """Whoever configures it knows what an hour of the server costs."""
    row = drawn(hub_host(), NODES, OWN)
    assert (row.list_unit_price, row.cost) == (Decimal("0.35"), Decimal("0.7"))
    assert codes(hub_host(), NODES, OWN) == []


# -- paid already --------------------------------------------------------------------------


def test_a_capacity_block_adds_nothing_until_its_end(prices: FakePrices) -> None:
    """Then it counts from the end on; its list price is shown throughout."""
    host = studio_host(started_at=TWO_HOURS_AGO, is_prepaid=True, prepaid_until=NOW)
    before = drawn(host, prices, now=NOW - timedelta(seconds=1))
    assert (before.list_unit_price, before.cost, before.cost_per_hour) == (Decimal("0.05"), 0, 0)
    after = drawn(host, prices, now=NOW + timedelta(hours=1))
    assert (after.cost, after.cost_per_hour) == (Decimal("0.05"), Decimal("0.05"))


def test_a_machine_that_was_started_after_the_blocks_end(prices: FakePrices) -> None:
    """Counts from its own start."""
    host = studio_host(started_at=NOW, is_prepaid=True, prepaid_until=TWO_HOURS_AGO)
    assert drawn(host, prices, now=NOW + timedelta(hours=1)).cost == Decimal("0.05")


def test_a_block_whose_machine_has_no_known_start_or_price() -> None:
    """Nothing is nothing, whatever an hour would cost."""
    host = studio_host(started_at=None, is_prepaid=True)
    row = drawn(host, price_list([]))
    assert (row.list_unit_price, row.cost, row.cost_per_hour) == (None, 0, 0)
    assert codes(host, price_list([])) == ["host_price_unknown", "capacity_block"]
    assert codes(host, price_list([unit_price("0.05", "Studio-JupyterLab", "ml.t3.medium")])) == ["capacity_block"]


def test_a_block_is_told_in_words(prices: FakePrices) -> None:
    """With its end, where that is known, and true before and after it."""
    told = machine_problems(studio_host(is_prepaid=True, prepaid_until=NOW), session_charge(studio_host(), prices))[0]
    assert "until 2026-11-23 14:00 UTC: before that an hour of it adds nothing" in told.message
    endless = machine_problems(studio_host(is_prepaid=True), session_charge(studio_host(), prices))[0]
    assert "paid up front: an hour more or less of it adds nothing" in endless.message


# -- what else is said ---------------------------------------------------------------------


def test_what_a_price_rests_on(prices: FakePrices) -> None:
    """A Spot instance costs less than its list price, a shared space more than one's own part; a given price is given."""
    assert codes(studio_host(is_spot=True), prices) == ["spot_machine"]
    assert codes(studio_host(is_spot=True), prices, OWN) == []
    assert codes(studio_host(is_spot=True), price_list([])) == ["host_price_unknown"]
    assert codes(studio_host(is_shared=True), prices) == ["shared_space"]
    assert codes(studio_host(), prices) == []


@pytest.mark.parametrize(
    ("kind", "instance_type", "said"),
    [
        ("studio", None, "See the other notes"),
        ("notebook_instance", None, "See the other notes"),
        ("studio", "ml.z9.large", "c.MlcostExt.session_list_unit_price"),
        ("local", None, "c.MlcostExt.session_list_unit_price"),
        ("ec2", "z9.large", "c.MlcostExt.session_list_unit_price"),
    ],
)
def test_a_machine_without_a_price_says_what_to_do(kind: str, instance_type: str | None, said: str) -> None:
    """Read what else is said, or configure it."""
    host = studio_host(kind=kind, instance_type=instance_type)
    problem = machine_problems(host, session_charge(host, price_list([])))[0]
    assert said in problem.hint
    assert (instance_type or "this machine") in problem.message


# -- what goes on costing ------------------------------------------------------------------


def test_a_stopped_day_costs_a_thirtieth_of_a_month(prices: FakePrices) -> None:
    """5 GB × 0.112 ÷ 30 = 0.018666…"""
    assert round(stopped_cost_per_day(studio_host(), prices) or 0, 9) == Decimal("0.018666667")


def test_a_notebook_instances_volume_has_its_own_price() -> None:
    """5 GB × 0.14 ÷ 30 = 0.023333…"""
    prices = price_list([unit_price("0.14", "Storage-Notebook", None)])
    host = studio_host(kind="notebook_instance", storage_component="Storage-Notebook")
    assert round(stopped_cost_per_day(host, prices) or 0, 9) == Decimal("0.023333333")


@pytest.mark.parametrize("missing", ["volume_gb", "region_id", "storage_component"])
def test_a_volume_nobody_knows_has_no_cost(prices: FakePrices, missing: str) -> None:
    """Neither has one whose price nobody knows."""
    assert stopped_cost_per_day(studio_host(**{missing: None}), prices) is None
    assert stopped_cost_per_day(studio_host(), price_list([])) is None


@pytest.mark.parametrize(
    ("kind", "changes", "code", "said"),
    [
        ("studio", {"volume_gb": None}, "storage_unknown", "this space's volume"),
        ("unified_studio", {}, "storage_price_unknown", "this space's volume"),
        ("notebook_instance", {"volume_gb": None}, "storage_unknown", "this notebook instance's volume"),
        ("notebook_instance", {}, "storage_price_unknown", "this notebook instance's volume"),
        ("ec2", {"storage_component": None}, "no_storage", "This machine's EBS volumes"),
        ("jupyterhub", {"storage_component": None}, "no_storage", "This server's storage"),
        ("local", {"storage_component": None}, "no_storage", "This machine's own disk"),
    ],
)
def test_a_stopped_day_without_a_figure_says_why(kind: str, changes: dict[str, object], code: str, said: str) -> None:
    """In words of that host."""
    host = studio_host(kind=kind, **changes)
    told = storage_problems(host, price_list([]))
    assert [problem.code for problem in told] == [code]
    assert said in told[0].message
    is_studio = "studio" in kind
    assert is_studio or "Studio" not in told[0].message + told[0].hint


def test_a_stopped_day_with_a_figure_needs_no_words(prices: FakePrices) -> None:
    """It is there."""
    assert storage_problems(studio_host(), prices) == []


def test_the_volumes_price_comes_with_its_source(prices: FakePrices) -> None:
    """What a stopped day costs can say where it is from; without a price there is none."""
    row = drawn(studio_host(), prices)
    assert row.storage_price is not None
    assert (row.storage_price.component, row.storage_price.list_unit_price) == ("Storage-Studio-JupyterLab", "0.112")
    assert drawn(studio_host(), price_list([])).storage_price is None


def test_a_part_of_a_node_has_that_part_of_the_contracted_price_too() -> None:
    """Each says what it is a part of."""
    agreed = ContractedPrice(unit_price=Decimal("0.36"), origin="a rate", as_of="2026-01-01")
    node = unit_price("0.4", "EC2", "m5.2xlarge", contracted=agreed)
    row = drawn(hub_host(), price_list([node]))
    assert row.price is not None
    assert (row.price.list_unit_price, row.price.contracted_unit_price, row.cost_per_hour) == ("0.1", "0.09", Decimal("0.09"))
    assert row.price.price_origin == "25 % of the node's 0.36, for 2 of 8 vCPU; a rate"
    assert row.price.list_price is not None
    assert row.price.list_price.price_origin == "25 % of the node's 0.4, for 2 of 8 vCPU; a test"


@pytest.mark.parametrize(
    ("idle", "after", "expected"),
    [
        ("0.02", timedelta(minutes=1), Decimal("0.02")),
        ("0.02", timedelta(hours=10), Decimal(0)),  # tomorrow
        ("0", timedelta(minutes=1), Decimal(0)),
        (None, timedelta(minutes=1), None),
        (None, timedelta(hours=10), None),
    ],
)
def test_what_idleness_has_cost_today_is_the_ledgers(
    prices: FakePrices, idle: str | None, after: timedelta, expected: Decimal | None
) -> None:
    """It does not grow by itself; a new day begins at nothing; unknown is not zero."""
    amount = None if idle is None else Decimal(idle)
    costs = SessionCosts(as_of=NOW, today=Decimal("0.1"), month=Decimal(1), idle_today=amount, idle_month=amount)
    host = studio_host(started_at=TWO_HOURS_AGO)
    row = session_row(host, session_charge(host, prices), prices, NOW + after, costs)
    assert row.idle_today == expected
    assert drawn(host, prices).idle_today is None
