"""What every price source keeps to, the fake included."""

from __future__ import annotations

import pytest

from mlcost_ext.core.ports import PriceSource
from mlcost_ext.core.price import PriceKey
from mlcost_ext.prices import Snapshot
from tests.fakes import REGION, small_price_list

KEY = PriceKey(region_id=REGION, component="Training", instance_type="ml.m5.xlarge")
VOLUME = PriceKey(region_id=REGION, component="Storage-Training", instance_type=None)


@pytest.fixture(params=[small_price_list, Snapshot], ids=["fake", "snapshot"])
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
    ],
)
def test_another_key_is_unknown(source: PriceSource, change: dict[str, str | None]) -> None:
    """None, not an error and not something near it."""
    fields = {"region_id": KEY.region_id, "component": KEY.component, "instance_type": KEY.instance_type, **change}
    assert source.unit_price(PriceKey(**fields)) is None  # type: ignore[arg-type]


def test_the_fake_and_the_snapshot_agree() -> None:
    """What the tests reckon with is what is shipped."""
    snapshot = Snapshot()
    for key, price in small_price_list().known.items():
        shipped = snapshot.unit_price(key)
        assert shipped is not None
        assert (shipped.list_unit_price, shipped.pricing_unit) == (price.list_unit_price, price.pricing_unit)
