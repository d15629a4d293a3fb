"""What every price source keeps to, the fake included."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from mlcost_ext.core.ports import PriceSource
from mlcost_ext.core.price import PriceKey
from mlcost_ext.prices import Snapshot
from mlcost_ext.prices.rates import ContractedPrices, Rates
from mlcost_ext.prices.rates_text import read_rates
from tests.fakes import REGION, small_price_list

KEY = PriceKey(region_id=REGION, component="Training", instance_type="ml.m5.xlarge")
VOLUME = PriceKey(region_id=REGION, component="Storage-Training", instance_type=None)


class TenPercentOff:
    """Rates that take a tenth off everything."""

    def rates(self) -> Rates:
        """Give the one rate."""
        return TENTH


TENTH, _ = read_rates(b"- percent_off: 10", name="rates.yaml", as_of="2026-11-02")


def contracted() -> PriceSource:
    """Put a rate over the shipped prices."""
    return ContractedPrices(Snapshot(), TenPercentOff(), lambda: date(2026, 11, 23))


@pytest.fixture(params=[small_price_list, Snapshot, contracted], ids=["fake", "snapshot", "contracted"])
def source(request: pytest.FixtureRequest) -> PriceSource:
    return request.param()


@pytest.mark.parametrize("key", [KEY, VOLUME])
def test_a_price_is_that_of_its_key(source: PriceSource, key: PriceKey) -> None:
    """Asked again it is the same."""
    found = source.unit_price(key)
    assert found is not None
    assert (found.key, found.billing_currency) == (key, "USD")
    assert source.unit_price(key) == found


@pytest.mark.parametrize(
    "change",
    [
        {"region_id": "xx-nowhere-1"},
        {"component": "Nothing"},
        {"instance_type": "ml.z9.xlarge"},
        {"instance_type": None},
        {"component": "training"},
        {"purchase_option": "Spot"},
    ],
)
def test_another_key_is_unknown(source: PriceSource, change: dict[str, str | None]) -> None:
    """None, not an error and not something near it."""
    assert source.unit_price(replace(KEY, **change)) is None  # type: ignore[arg-type]


def test_the_fake_and_the_snapshot_agree() -> None:
    """What the tests reckon with is what is shipped."""
    snapshot = Snapshot()
    for key, price in small_price_list().known.items():
        shipped = snapshot.unit_price(key)
        assert shipped is not None
        assert (shipped.list_unit_price, shipped.pricing_unit) == (price.list_unit_price, price.pricing_unit)
