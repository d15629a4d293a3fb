"""The shipped price snapshot."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from itertools import product

import pytest

from mlcost_ext.core.price import PriceKey, UnitPrice
from mlcost_ext.prices.snapshot import Snapshot, read_shipped


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    return Snapshot()


def price(snapshot: Snapshot, component: str, instance_type: str | None, region_id: str = "us-east-1") -> UnitPrice | None:
    return snapshot.unit_price(PriceKey(region_id=region_id, component=component, instance_type=instance_type))


@pytest.mark.parametrize(
    ("component", "instance_type", "amount"),
    [
        ("Training", "ml.m5.xlarge", "0.23"),
        ("Training", "ml.g5.xlarge", "1.408"),
        ("Training", "ml.g5.2xlarge", "1.515"),
        ("Training", "ml.g4dn.xlarge", "0.736"),
        ("Training", "ml.p3.2xlarge", "3.825"),
        ("Studio-JupyterLab", "ml.t3.medium", "0.05"),
        ("Studio-JupyterLab", "ml.g4dn.xlarge", "0.7364"),
        ("Studio-Notebook", "ml.g5.2xlarge", "1.52"),
        ("Storage-Training", None, "0.14"),
        ("Storage-Studio-JupyterLab", None, "0.112"),
    ],
)
def test_well_known_prices_of_us_east_1(snapshot: Snapshot, component: str, instance_type: str | None, amount: str) -> None:
    """The list prices that AWS's page and everybody's notes have."""
    found = price(snapshot, component, instance_type)
    assert found is not None
    assert found.list_unit_price == Decimal(amount)


@pytest.mark.parametrize(
    ("region_id", "component", "instance_type"),
    [
        ("us-east-1", "Training", "ml.z9.xlarge"),
        ("us-east-1", "Training", None),
        ("us-east-1", "Training", ""),
        ("us-east-1", "training", "ml.m5.xlarge"),
        ("xx-nowhere-1", "Training", "ml.m5.xlarge"),
        ("", "Training", "ml.m5.xlarge"),
        ("local-disk", "Training", "ml.m5.xlarge"),
        ("../data/us-east-1", "Training", "ml.m5.xlarge"),
        ("a" * 5000, "Training", "ml.m5.xlarge"),
        ("us-east-1\0", "Training", "ml.m5.xlarge"),
        ("us-gov-west-1", "Training", "ml.m5.xlarge"),
    ],
)
def test_what_nobody_knows_is_none(snapshot: Snapshot, region_id: str, component: str, instance_type: str | None) -> None:
    """No guess, no other region's price, and no file outside the snapshot, whatever is asked."""
    assert price(snapshot, component, instance_type, region_id) is None


def test_every_price_says_what_it_rests_on(snapshot: Snapshot) -> None:
    """Positive, dated, with a source in words; observed without an error, derived with a measured one or none."""
    seen = 0
    for region_id in snapshot.regions():
        for component, kinds in read_shipped(f"{region_id}.json")["prices"].items():
            for kind in kinds:
                found = price(snapshot, component, kind or None, region_id)
                assert found is not None
                assert found.list_unit_price > 0
                assert date.fromisoformat(found.price_as_of) <= date(2026, 11, 23)
                assert len(found.price_origin) > 20
                assert found.price_basis in ("observed", "derived")
                assert found.error_percent is None or (found.price_basis == "derived" and 0 < found.error_percent < 50)
                assert found.pricing_unit == ("Hours" if kind else "GB-Mo")
                seen += 1
    assert seen > 8000


def test_regions(snapshot: Snapshot) -> None:
    """Thirty and more, each under AWS's own name."""
    regions = snapshot.regions()
    assert len(regions) >= 30
    assert regions == sorted(regions)
    assert all(re.fullmatch(r"[a-z]{2}(-[a-z]+)+-\d", region_id) for region_id in regions)


def test_types_with_their_own_disk(snapshot: Snapshot) -> None:
    """NVMe types train without a volume; the others have one."""
    assert [
        t
        for t in ("ml.m5.xlarge", "ml.g5.xlarge", "ml.g4dn.xlarge", "ml.p4d.24xlarge", "ml.p3.2xlarge")
        if snapshot.has_local_disk(t)
    ] == [
        "ml.g5.xlarge",
        "ml.g4dn.xlarge",
        "ml.p4d.24xlarge",
    ]
    assert not snapshot.has_local_disk("")


def test_larger_sizes_cost_more(snapshot: Snapshot) -> None:
    """Within a family of one region a price never falls with the size (a swapped row would show here)."""
    sizes = ("xlarge", "2xlarge", "4xlarge", "8xlarge", "16xlarge")
    for region_id, family in product(("us-east-1", "us-west-2", "eu-west-1"), ("m5", "c5", "r5", "g5", "g6")):
        found = [price(snapshot, "Training", f"ml.{family}.{size}", region_id) for size in sizes]
        amounts = [p.list_unit_price for p in found if p is not None]
        assert amounts == sorted(amounts)
