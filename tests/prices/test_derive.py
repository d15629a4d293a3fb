"""The arithmetic of the shipped prices, on a small region of its own."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcost_ext.core.component import PurchaseOption, has_type
from mlcost_ext.core.price import PriceKey, UnitPrice, price_key
from mlcost_ext.prices.components import ALL, COMPUTE, OBSERVED, STORAGE, list_name, usual_unit
from mlcost_ext.prices.derive import TypeClass, error_percent, price_of
from mlcost_ext.prices.region_lists import RegionLists

REGION = "eu-test-1"
USES = frozenset({"Training", "Processing", "BatchTransform", "Hosting", "Notebook", "Studio"})


def of_class(name: str = "cpu", constant: str = "1.2", error: str | None = "0.31", uses: frozenset[str] = USES) -> TypeClass:
    return TypeClass(name=name, constant=Decimal(constant), error_percent=Decimal(error) if error else None, uses=uses)


CLASSES = {
    "ml.m5.xlarge": of_class(),
    "ml.g5.xlarge": of_class("g5-gpu", "1.4"),
    "ml.inf2.8xlarge": of_class("inf2"),
    "ml.m8g.xlarge": of_class(error=None),
    "ml.c6in.xlarge": of_class(uses=frozenset({"Hosting"})),
    "ml.t3.micro": of_class(),
}


def entry(amounts: dict[str, str], unit: str = "Hours", as_of: str = "2026-01-02") -> list[Any]:
    return ["USD", unit, "observed", as_of, amounts]


def lists(**changes: Any) -> RegionLists:
    """Give a region where the types of `CLASSES` cost a dollar or so on EC2, and Studio's page knows two of them."""
    ec2 = {"m5.xlarge": "0.192", "g5.xlarge": "1.006", "inf2.8xlarge": "1.96786", "m8g.xlarge": "0.2", "c6in.xlarge": "0.3"}
    prices = {
        "EC2": {"one": entry(ec2), "two": entry({"t3.micro": "0.0104"}, as_of="2025-12-05")},
        "Studio-Notebook": {"page": entry({"ml.m5.xlarge": "0.23", "ml.g5.xlarge": "1.41"}, as_of="2025-12-04")},
        "EBS": {"page": entry({"gp2": "0.1", "gp3": "0.08"}, "GB-Mo", "2021-07-14")},
        **changes.pop("prices", {}),
    }
    return RegionLists({"prices": prices, "training": [*CLASSES], "has_class_rule": True, **changes})


def price(component: str, instance_type: str | None, region: RegionLists | None = None) -> UnitPrice | None:
    key = PriceKey(region_id=REGION, component=component, instance_type=instance_type)
    return price_of(key, region or lists(), CLASSES)


@pytest.mark.parametrize(
    ("component", "instance_type", "amount", "error", "as_of"),
    [
        ("EC2", "m5.xlarge", "0.192", None, "2026-01-02"),
        ("EC2", "t3.micro", "0.0104", None, "2025-12-05"),
        ("Studio-Notebook", "ml.g5.xlarge", "1.41", None, "2025-12-04"),
        ("Training", "ml.m5.xlarge", "0.23", "0.31", "2026-01-02"),
        ("Training", "ml.g5.xlarge", "1.408", "0.31", "2026-01-02"),
        ("WarmPool", "ml.g5.xlarge", "1.408", None, "2026-01-02"),
        ("Processing", "ml.g5.xlarge", "1.408", "0.31", "2026-01-02"),
        ("BatchTransform", "ml.g5.xlarge", "1.408", None, "2026-01-02"),
        ("Hosting", "ml.g5.xlarge", "1.4084", "0.31", "2026-01-02"),
        ("AsyncInf", "ml.g5.xlarge", "1.4084", "0.31", "2026-01-02"),
        ("Hosting", "ml.m5.xlarge", "0.23", "0.31", "2026-01-02"),
        ("Hosting", "ml.inf2.8xlarge", "2.36", "0.31", "2026-01-02"),
        ("Notebook", "ml.g5.xlarge", "1.41", "0.17", "2025-12-04"),
        ("Studio-JupyterLab", "ml.g5.xlarge", "1.41", "0.17", "2025-12-04"),
        ("Studio-CodeEditor", "ml.g5.xlarge", "1.41", None, "2025-12-04"),
        ("Studio-JupyterLab", "ml.inf2.8xlarge", "2.361", "0.31", "2026-01-02"),
        ("Training", "ml.m8g.xlarge", "0.24", None, "2026-01-02"),
        ("Training", "ml.t3.micro", "0.012", "3.85", "2025-12-05"),
        ("Storage-Training", None, "0.14", None, "2021-07-14"),
        ("Storage-Processing", None, "0.1", None, "2021-07-14"),
        ("Storage-Studio-CodeEditor", None, "0.112", None, "2021-07-14"),
    ],
)
def test_each_component_has_its_digits(
    component: str, instance_type: str | None, amount: str, error: str | None, as_of: str
) -> None:
    """The same machine has several prices, as AWS publishes them; an error at least as wide as the rounding."""
    found = price(component, instance_type)
    assert found is not None
    assert (str(found.list_unit_price), found.error_percent, found.price_as_of) == (
        amount,
        Decimal(error) if error else None,
        as_of,
    )
    assert found.price_basis == ("observed" if component in OBSERVED else "derived")
    assert found.pricing_unit == ("GB-Mo" if component in STORAGE else "Hours")


@pytest.mark.parametrize(
    ("component", "instance_type"),
    [
        ("Training", "ml.c6in.xlarge"),
        ("Notebook", "ml.c6in.xlarge"),
        ("Training", "ml.z9.xlarge"),
        ("Training", "m5.xlarge"),
        ("Training", None),
        ("Training", ""),
        ("EC2", "ml.m5.xlarge"),
        ("EC2", None),
        ("Studio-Notebook", "ml.m8g.xlarge"),
        ("Storage-Training", "ml.m5.xlarge"),
        ("Storage-Training", ""),
        ("Storage-BatchTransform", None),
        ("Serverless", "ml.m5.xlarge"),
        ("Cluster", "ml.m5.xlarge"),
        ("SpotTraining", "ml.m5.xlarge"),
    ],
)
def test_unknown_stays_unknown(component: str, instance_type: str | None) -> None:
    """No use that the API does not name, no component without a rule, no volume by the hour."""
    assert price(component, instance_type) is None


def test_training_only_where_it_is_offered() -> None:
    """The region's own list rules for training and its kept instances, for nothing else."""
    region = lists(training=["ml.m5.xlarge"])
    assert [price(name, "ml.g5.xlarge", region) for name in ("Training", "WarmPool")] == [None, None]
    assert price("Processing", "ml.g5.xlarge", region) is not None


def test_nothing_is_derived_without_a_rule() -> None:
    """GovCloud: what was seen is there, and nothing else."""
    region = lists(has_class_rule=False)
    assert {name for name in COMPUTE if price(name, "ml.m5.xlarge", region)} == set()
    assert price("Studio-Notebook", "ml.m5.xlarge", region) is not None
    assert price("EC2", "m5.xlarge", region) is not None


def test_studio_fills_in_where_ec2_has_no_price() -> None:
    """Training is priced by Studio's row of the same type, and says so; without either it is not."""
    region = lists(prices={"EC2": {}})
    found = price("Training", "ml.g5.xlarge", region)
    assert found is not None
    expected = (Decimal("1.41"), "Studio-Notebook price of the same type", Decimal("0.17"))
    assert (found.list_unit_price, found.price_origin, found.error_percent) == expected
    assert price("Training", "ml.m8g.xlarge", region) is None


def test_empty_region() -> None:
    """A region without a file has nothing, whatever is asked."""
    region = RegionLists({})
    assert {name for name in (*OBSERVED, *COMPUTE) if price(name, "ml.m5.xlarge", region)} == set()
    assert {name for name in STORAGE if price(name, None, region)} == set()
    assert (region.dates(), region.keys("EC2")) == ([], set())


def test_figures_that_contradict_each_other() -> None:
    """Where Studio's row and the class rule part, every price says how far, compared component or not."""
    region = lists(prices={"Studio-Notebook": {"page": entry({"ml.m5.xlarge": "0.3"})}})
    found = {name: price(name, "ml.m5.xlarge", region) for name in ("Training", "WarmPool", "Studio-CodeEditor")}
    assert {name: p and p.error_percent for name, p in found.items()} == {
        "Training": Decimal("23.34"),
        "WarmPool": Decimal("23.34"),
        "Studio-CodeEditor": Decimal("30.21"),
    }


def own(name: str, key: str, amount: str) -> RegionLists:
    """Give the region of `lists` with a list of AWS's own of one component, ahead of all rules."""
    return lists(prices={name: {"aws-price-list-2026-11-20": entry({key: amount}, usual_unit(name), "2026-11-20")}})


@pytest.mark.parametrize("component", ALL)
def test_what_somebody_saw_goes_before_what_is_derived(component: str) -> None:
    """Of any component: its own list, with that list's date, and no error; in GovCloud too."""
    instance_type = "ml.g5.xlarge" if has_type(component) else None
    region = own(component, instance_type or "", "7.77")
    for found_in in (region, RegionLists({"prices": {component: region._prices[component]}})):
        found = price_of(price_key(REGION, component, instance_type), found_in, CLASSES)
        assert found is not None
        expected = (Decimal("7.77"), "observed", None, "2026-11-20", usual_unit(component), "AWS's own price list")
        told = (found.list_unit_price, found.price_basis, found.error_percent, found.price_as_of)
        assert (*told, found.pricing_unit, found.price_origin) == expected


@pytest.mark.parametrize(
    ("component", "option", "name", "key"),
    [
        ("Cluster", "Reserved", "Cluster/Reserved", "ml.g5.xlarge"),
        ("Serverless", "Provisioned", "Serverless/Provisioned", ""),
        ("TrainingPlan", "TrainingPlan", "TrainingPlan", "ml.g5.xlarge"),
        ("SpotTraining", "Spot", "SpotTraining", "ml.g5.xlarge"),
    ],
)
def test_each_way_to_buy_has_its_own_list(component: str, option: PurchaseOption, name: str, key: str) -> None:
    """And no other way has its price."""
    region = own(name, key, "7.77")
    found = price_of(price_key(REGION, component, key or None, option), region, CLASSES)
    assert (list_name(component, option), found and found.list_unit_price) == (name, Decimal("7.77"))
    others: tuple[PurchaseOption, ...] = ("OnDemand", "Spot", "Reserved", "TrainingPlan", "Provisioned")
    keys = [price_key(REGION, component, key or None, other) for other in others if other != option]
    assert [key for key in keys if price_of(key, region, CLASSES)] == []


@pytest.mark.parametrize(
    ("name", "component", "instance_type", "origin"),
    [
        ("Training", "WarmPool", "ml.g5.xlarge", "Training price of the same type, at which AWS bills kept instances"),
        ("Hosting", "AsyncInf", "ml.g5.xlarge", "Hosting price of the same type"),
        ("Storage-Training", "Storage-WarmPool", None, "Storage-Training price of the same region"),
    ],
)
def test_what_costs_the_same_follows_what_was_seen(name: str, component: str, instance_type: str | None, origin: str) -> None:
    """Rather than the rule; still derived, under its own words."""
    found = price(component, instance_type, own(name, instance_type or "", "7.77"))
    assert found is not None
    assert (found.list_unit_price, found.price_basis, found.price_origin) == (Decimal("7.77"), "derived", origin)


def test_volumes_are_not_derived_without_a_rule() -> None:
    """Even where there is a list of EBS."""
    assert price("Storage-Training", None, lists(has_class_rule=False)) is None
    assert price("Storage-Training", None, lists(prices={"EBS": {}})) is None


@pytest.mark.parametrize(
    ("component", "unit"),
    [
        ("Training", "Hours"),
        ("Cluster/Reserved", "Hours"),
        ("Storage-Hosting", "GB-Mo"),
        ("EBS", "GB-Mo"),
        ("Data-Hosting", "GB"),
        ("Serverless", "GB-Seconds"),
        ("Serverless/Provisioned", "GB-Seconds"),
    ],
)
def test_each_component_has_its_unit(component: str, unit: str) -> None:
    """As AWS prices it, however it is bought."""
    assert usual_unit(component) == unit


AMOUNTS = st.decimals(min_value=Decimal("0.001"), max_value=Decimal(1000), places=5)


@given(ec2=AMOUNTS, constant=st.sampled_from(["1.15", "1.2", "1.25", "1.3057", "1.4"]), component=st.sampled_from([*COMPUTE]))
def test_a_derived_price_is_ec2_times_the_constant(ec2: Decimal, constant: str, component: str) -> None:
    """To half a step of the component's digits; told errors cover the rounding; nothing positive becomes negative."""
    classes = {"ml.x1.large": of_class("x", constant)}
    region = RegionLists(
        {"prices": {"EC2": {"one": entry({"x1.large": str(ec2)})}}, "training": [*classes], "has_class_rule": True}
    )
    found = price_of(PriceKey(region_id=REGION, component=component, instance_type="ml.x1.large"), region, classes)
    assert found is not None
    exact = ec2 * Decimal(constant)
    assert found.list_unit_price == exact.quantize(Decimal("0.001"), ROUND_HALF_UP)
    if found.error_percent is not None:
        assert abs(found.list_unit_price / exact - 1) * 100 <= found.error_percent


@given(amount=AMOUNTS, others=st.lists(AMOUNTS, min_size=1, max_size=2))
def test_an_error_is_never_understated(amount: Decimal, others: list[Decimal]) -> None:
    """A measured one covers each figure there is; an unmeasured one speaks only where two figures contradict."""
    apart = max(abs(amount / other - 1) * 100 for other in others)
    measured = error_percent(amount, Decimal("0.31"), others)
    assert measured is not None
    assert measured >= max(apart, Decimal("0.31"))
    unmeasured = error_percent(amount, None, others)
    assert unmeasured is None or (len(others) == 2 and unmeasured >= apart)
