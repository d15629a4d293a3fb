"""Looking prices up for somebody who asks."""

from __future__ import annotations

from typing import Any

import pytest

from mlcost_ext.core.errors import PriceUnknownError, UsageError
from mlcost_ext.core.price import price_key
from mlcost_ext.usecases.price_lookup import PriceQuery, find_prices, price_query
from tests.fakes import REGION, FakePrices, price_list, unit_price


class Catalog(FakePrices):
    """A price source that can say what it has."""

    def regions(self) -> list[str]:
        return sorted({key.region_id for key in self.known})

    def components(self, region_id: str) -> list[str]:
        return sorted({key.component for key in self.known if key.region_id == region_id})

    def instance_types(self, region_id: str, component: str) -> list[str]:
        place = (region_id, component)
        return sorted({key.instance_type for key in self.known if (key.region_id, key.component) == place and key.instance_type})


RESERVED = price_key(REGION, "Cluster", "ml.p5.48xlarge", "Reserved")
READY = price_key(REGION, "Serverless", None, "Provisioned")
CATALOG = Catalog(
    price_list(
        [
            unit_price("0.23"),
            unit_price("1.408", instance_type="ml.g5.xlarge"),
            unit_price("1.4084", "Hosting", "ml.g5.xlarge"),
            unit_price("0.192", "EC2", "m5.xlarge"),
            unit_price("0.14", "Storage-Training", None),
            unit_price("60", key=price_key(REGION, "Cluster", "ml.p5.48xlarge")),
            unit_price("40", key=RESERVED),
            unit_price("0.00002", key=price_key(REGION, "Serverless", None), pricing_unit="GB-Seconds"),
            unit_price("0.00001", key=READY, pricing_unit="GB-Seconds"),
        ]
    ).known
)


def found(instance_type: str | None = None, component: str | None = None) -> list[tuple[str, str | None, str]]:
    prices = find_prices(CATALOG, price_query(REGION, instance_type, component))
    return [(price.key.component, price.key.instance_type, str(price.unit_price)) for price in prices]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"instance_type": " ML.G5.xlarge "}, ["Training 1.408", "Hosting 1.4084", "Storage-Training 0.14"]),
        ({"instance_type": "m5.xlarge"}, ["EC2 0.192"]),
        ({"instance_type": "ml.g5.xlarge", "component": "hosting"}, ["Hosting 1.4084"]),
        ({"instance_type": "ml.g5.xlarge", "component": "STORAGE-training"}, ["Storage-Training 0.14"]),
        ({"component": "Training"}, ["Training 1.408", "Training 0.23"]),
        ({"component": "storage-Training"}, ["Storage-Training 0.14"]),
        ({"instance_type": "ml.p5.48xlarge", "component": "Cluster"}, ["Cluster 60", "Cluster 40"]),
        ({"component": "serverless"}, ["Serverless 0.00002", "Serverless 0.00001"]),
        ({"instance_type": "ml.m5.xlarge", "component": "Serverless"}, ["Serverless 0.00002", "Serverless 0.00001"]),
    ],
)
def test_what_is_found(asked: dict[str, Any], expected: list[str]) -> None:
    """A type, a component, or both; each way to buy; volumes with what has any."""
    assert [f"{component} {amount}" for component, _, amount in found(**asked)] == expected


@pytest.mark.parametrize(
    ("instance_type", "component", "hint"),
    [
        ("ml.g5.xlargee", None, "Types with a price there and alike: ml.g5.xlarge"),
        ("ml.g5.xlarge", "Processing", "Components with prices there: Cluster, EC2"),
        ("ml.g5.large", "Training", "ml.g5.xlarge"),
        (None, "Canvas", "Components with prices there"),
        ("\x1b[31m", None, "Components with prices there"),
    ],
)
def test_no_price_is_an_error_that_names_what_is_near(instance_type: str | None, component: str | None, hint: str) -> None:
    """Never zero, never that of something like it."""
    with pytest.raises(PriceUnknownError) as caught:
        found(instance_type, component)
    assert hint in caught.value.hint
    assert caught.value.code == "price_unknown"


def test_a_region_without_prices() -> None:
    """The nearest that have any are named."""
    with pytest.raises(PriceUnknownError) as caught:
        find_prices(CATALOG, PriceQuery(region_id="us-east-9", instance_type="ml.m5.xlarge"))
    assert caught.value.hint == "No price list covers us-east-9; near it are us-east-1."


@pytest.mark.parametrize(
    ("region_id", "instead"),
    [
        ("cn-north-1", "'mlcost prices refresh' reads AWS's."),
        ("us-iso-east-1", "give 'mlcost prices refresh' its offer file, or write your own rates in rates.yaml."),
        ("us-gov-east-9", "give 'mlcost prices refresh' its offer file, or write your own rates in rates.yaml."),
    ],
)
def test_a_region_of_another_partition(region_id: str, instead: str) -> None:
    """None is near that the same account cannot use."""
    with pytest.raises(PriceUnknownError) as caught:
        find_prices(CATALOG, PriceQuery(region_id=region_id, instance_type="ml.m5.xlarge"))
    assert caught.value.hint == f"No price list covers {region_id}; {instead}"


@pytest.mark.parametrize(
    ("instance_type", "component", "message"),
    [(None, None, "No instance type"), (" ", None, "No instance type"), ("ml.m5.xlarge", "Trainning", "There is no component")],
)
def test_what_cannot_be_asked(instance_type: str | None, component: str | None, message: str) -> None:
    """Wrong use is told as such."""
    with pytest.raises(UsageError, match=message):
        price_query(REGION, instance_type, component)


def test_a_misspelt_component_is_answered_with_the_nearest() -> None:
    """And a word that is like none with all there are."""
    with pytest.raises(UsageError) as near:
        price_query(REGION, None, "Trainning")
    assert "Training" in near.value.hint
    with pytest.raises(UsageError) as far:
        price_query(REGION, None, "????")
    assert "Hosting" in far.value.hint
