"""AWS's price list as a source of prices."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from mlcost_ext.core.price import PriceKey, UnitPrice
from mlcost_ext.prices.price_list import PriceList, Store
from mlcost_ext.prices.region_lists import Listed

from .test_store import PRICES, region_list

EC2_FACTS = replace(region_list().services["AmazonSageMaker"], as_of="2026-11-20")
MORE = {
    **PRICES,
    "EBS": {"OnDemand": {"gp3": "0.08|GB-Mo|BBBBBBBBBBBBBBBB|2020-12-01"}},
    "Storage-Studio-JupyterLab": {"OnDemand": {"": "0.112|GB-Mo|CCCCCCCCCCCCCCCC|2023-12-01"}},
    "Serverless": {"Provisioned": {"": "0.000005|GB-Seconds|DDDDDDDDDDDDDDDD|2023-12-01"}},
    "EC2": {"OnDemand": {"m5.xlarge": "0.192|Hours|EEEEEEEEEEEEEEEE|2023-12-01"}},
}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "prices")
    store.replace(region_list(prices=MORE, services={"AmazonSageMaker": EC2_FACTS, "AmazonEC2": EC2_FACTS}))
    return store


def key(component: str = "Training", instance_type: str | None = "ml.m5.xlarge", **changes: str) -> PriceKey:
    return PriceKey(region_id="us-east-1", component=component, instance_type=instance_type, **changes)  # type: ignore[arg-type]


def test_a_price_says_what_it_rests_on(store: Store) -> None:
    """As of the day on which AWS published it, not of our look at it; with its SKU."""
    expected = UnitPrice(
        key=key(),
        list_unit_price=Decimal("0.23"),
        pricing_unit="Hours",
        billing_currency="USD",
        price_source="aws-price-list",
        price_origin="AWS Price List of 2026-11-20, SKU JDZQJFUVUR8SUWHS, in force since 2026-11-01, read 2026-11-23",
        price_as_of="2026-11-20",
        price_basis="observed",
        error_percent=None,
        sku="JDZQJFUVUR8SUWHS",
    )
    prices = PriceList(store.folder)
    assert expected == prices.unit_price(key())
    assert prices.unit_price(key()) is prices.unit_price(key())


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (key("EC2", "m5.xlarge"), "0.192"),
        (key("Storage-Studio-JupyterLab", None), "0.112"),
        (key("Storage-Studio-CodeEditor", None), "0.112"),
        (key("Serverless", None, purchase_option="Provisioned"), "0.000005"),
        (key("Serverless", None), None),
        (key("Training", None), None),
        (key("Storage-Studio-JupyterLab", ""), None),
        (key("Training", "ml.m5.xlarge", purchase_option="Spot"), None),
        (key("training"), None),
        (key("EC2", "ml.m5.xlarge"), None),
        (PriceKey(region_id="eu-west-1", component="Training", instance_type="ml.m5.xlarge"), None),
        (PriceKey(region_id="../us-east-1", component="Training", instance_type="ml.m5.xlarge"), None),
        (PriceKey(region_id="a" * 5000, component="Training", instance_type="ml.m5.xlarge"), None),
    ],
)
def test_exactly_what_is_asked_for(store: Store, asked: PriceKey, expected: str | None) -> None:
    """No other option, type or region; the two kinds of space share one price of volumes."""
    found = PriceList(store.folder).unit_price(asked)
    assert (Decimal(expected) if expected else None) == (found.list_unit_price if found else None)
    assert found is None or found.key == asked


def test_a_list_that_does_not_say_when_it_was_published(store: Store) -> None:
    """Its origin leaves that out."""
    facts = replace(EC2_FACTS, publication_date=None, as_of="2026-11-23")
    store.replace(region_list(services={"AmazonSageMaker": facts}))
    found = PriceList(store.folder).unit_price(key())
    assert found is not None
    expected = "AWS Price List, SKU JDZQJFUVUR8SUWHS, in force since 2026-11-01, read 2026-11-23"
    assert (expected, "2026-11-23") == (found.price_origin, found.price_as_of)


def test_figures_from_which_others_are_derived(store: Store) -> None:
    """Amount, currency and date; nothing of one that is not listed."""
    prices = PriceList(store.folder)
    assert Listed(amount=Decimal("0.08"), billing_currency="USD", as_of="2026-11-20") == prices.listed_ebs("us-east-1", "gp3")
    assert Listed(amount=Decimal("0.192"), billing_currency="USD", as_of="2026-11-20") == prices.listed_ec2(
        "us-east-1", "m5.xlarge"
    )
    assert prices.listed_ec2("us-east-1", "ml.m5.xlarge") is None
    assert prices.listed_ec2("us-east-1", "gp3") is None
    assert prices.listed_ec2("eu-west-1", "m5.xlarge") is None
    assert prices.listed_ebs("us-east-1", "m5.xlarge") is None
    assert prices.listed_ebs("us-east-1", "gp2") is None
    assert prices.listed_ebs("eu-west-1", "gp3") is None


def test_all_prices_of_a_region(store: Store) -> None:
    """Each as if it had been asked for."""
    prices = PriceList(store.folder)
    found = list(prices.offers("us-east-1"))
    assert [price.sku for price in found] == [f"{letter * 16}" if letter else "JDZQJFUVUR8SUWHS" for letter in ("", *"ABCDE")]
    assert [prices.unit_price(price.key) for price in found] == found
    assert list(prices.offers("eu-west-1")) == []
    assert prices.regions() == ["us-east-1"]


def test_prices_without_their_list(store: Store) -> None:
    """Where nobody says when the list was read, there is no price."""
    store.replace(region_list(services={"AmazonEC2": EC2_FACTS}))
    prices = PriceList(store.folder)
    assert (prices.unit_price(key()), list(prices.offers("us-east-1"))) == (None, [])


def test_a_replaced_file_is_noticed_when_looked_for(store: Store) -> None:
    """And not before; nor that it is gone."""
    prices = PriceList(store.folder)
    before = prices.region("us-east-1")
    store.replace(region_list(prices={}))
    assert (prices.region("us-east-1"), prices.unit_price(key()) is None) == (before, False)
    prices.look_again()
    assert prices.unit_price(key()) is None
    store.path("us-east-1").unlink()
    assert prices.region("us-east-1") is not None
    prices.look_again()
    assert (prices.region("us-east-1"), prices.problem("us-east-1")) == (None, None)
    store.replace(region_list())
    prices.look_again()
    assert prices.unit_price(key()) is not None


def test_a_look_up_touches_no_disk(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once a region was asked for, or read ahead; be there a list of it or not."""
    prices = PriceList(store.folder)
    prices.load("us-east-1")
    assert prices.unit_price(replace(key(), region_id="eu-west-1")) is None
    monkeypatch.setattr("mlcost_ext.prices.price_list.source._signature", None)
    monkeypatch.setattr(Store, "read", None)
    prices.load("us-east-1")
    assert prices.unit_price(key()) is prices.unit_price(key())
    assert prices.unit_price(replace(key(), region_id="eu-west-1")) is None
    assert prices.region("us-east-1") is not None
    assert prices.kept_regions() == ["us-east-1", "eu-west-1"]


def test_the_same_file_is_read_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """However often it is looked at; the prices are the same objects."""
    prices = PriceList(store.folder)
    first = prices.unit_price(key())
    monkeypatch.setattr(Store, "read", None)
    for _ in range(5):
        prices.look_again()
        assert prices.unit_price(key()) is first


def test_look_ups_go_on_while_files_are_read(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """By what was known, until the new list is whole; many threads that read one region at first keep one list."""
    prices, is_reading, may_go_on = PriceList(store.folder), threading.Event(), threading.Event()
    first, real = prices.unit_price(key()), Store.read
    store.replace(region_list(prices={}))

    def slow(self: Store, region_id: str) -> Any:
        is_reading.set()
        assert may_go_on.wait(10)
        return real(self, region_id)

    monkeypatch.setattr(Store, "read", slow)
    with ThreadPoolExecutor(9) as pool:
        looking = pool.submit(prices.look_again)
        assert is_reading.wait(10)
        assert prices.unit_price(key()) is first
        store.replace(region_list("eu-west-1"))
        asked = [pool.submit(prices.region, "eu-west-1") for _ in range(8)]
        may_go_on.set()
        looking.result()
    assert prices.unit_price(key()) is None
    assert len({id(each.result()) for each in asked}) == 1


def test_a_damaged_file_is_told(store: Store) -> None:
    """No price, and why."""
    store.path("us-east-1").write_bytes(b"half")
    prices = PriceList(store.folder)
    assert prices.unit_price(key()) is None
    assert (problem := prices.problem("us-east-1")) is not None
    assert problem.code == "price_list_unreadable"
    assert prices.problem("not a region") is None


def test_strangers_are_not_kept(store: Store) -> None:
    """Asking for a thousand regions and types that nobody knows leaves next to nothing behind."""
    prices = PriceList(store.folder)
    for number in range(1000):
        prices.unit_price(PriceKey(region_id=f"xx-nowhere-{number % 100}", component="Training", instance_type="ml.m5.xlarge"))
        prices.unit_price(key("Training", f"ml.z{number}.xlarge"))
    assert len(prices.kept_regions()) <= 64
    assert sum(len(kept.prices) for kept in prices._regions.values()) == 0


def test_the_oldest_is_let_go_of(store: Store) -> None:
    """One without a list first; no list is lost to names that nobody knows."""
    prices = PriceList(store.folder)
    names = [f"xx-real-{number}" for number in range(70)]
    for name in names:
        store.replace(region_list(name))
    prices.load("us-east-1")
    for number in range(80):
        prices.load(f"xx-nowhere-{number}")
    assert prices.kept_regions() == ["us-east-1", *(f"xx-nowhere-{number}" for number in range(17, 80))]
    for name in names:
        assert prices.region(name) is not None
    assert prices.kept_regions() == names[6:]


def test_a_folder_nobody_may_read(store: Store) -> None:
    """As if there were none."""
    if os.geteuid() == 0:
        store.path("us-east-1").unlink()
        store.path("us-east-1").mkdir()
    else:
        store.path("us-east-1").chmod(0)
    prices = PriceList(store.folder)
    assert prices.unit_price(key()) is None
    assert prices.problem("us-east-1") is not None
