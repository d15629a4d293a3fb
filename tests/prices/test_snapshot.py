"""The shipped price snapshot."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import product
from pathlib import Path

import pytest

from mlcost_ext.core.component import PurchaseOption
from mlcost_ext.core.price import UnitPrice, price_key
from mlcost_ext.prices.components import ALL, COMPUTE, OBSERVED, STORAGE
from mlcost_ext.prices.snapshot import DATA, Snapshot, digest


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    return Snapshot()


def price(snapshot: Snapshot, component: str, instance_type: str | None, region_id: str = "us-east-1") -> UnitPrice | None:
    usual = price_key(region_id, component, None)
    return snapshot.unit_price(replace(usual, instance_type=instance_type))


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
        ("Processing", "ml.m5.xlarge", "0.23"),
        ("BatchTransform", "ml.m5.xlarge", "0.23"),
        ("Hosting", "ml.g5.xlarge", "1.4084"),
        ("Hosting", "ml.m5.2xlarge", "0.461"),
        ("Hosting", "ml.inf2.24xlarge", "7.79"),
        ("AsyncInf", "ml.g6e.2xlarge", "2.8026"),
        ("Notebook", "ml.g4dn.xlarge", "0.736"),
        ("Notebook", "ml.g5.xlarge", "1.41"),
        ("Notebook", "ml.t3.medium", "0.05"),
        ("Studio-CodeEditor", "ml.t3.medium", "0.05"),
        ("EC2", "m5.xlarge", "0.192"),
        ("Storage-Training", None, "0.14"),
        ("Storage-WarmPool", None, "0.14"),
        ("Storage-Hosting", None, "0.14"),
        ("Storage-Notebook", None, "0.14"),
        ("Storage-Processing", None, "0.1"),
        ("Storage-Studio-CodeEditor", None, "0.112"),
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
        ("classes", "Training", "ml.m5.xlarge"),
        ("instances", "Training", "ml.m5.xlarge"),
        ("us-east-1", "EC2", "ml.m5.xlarge"),
        ("us-east-1", "Hosting", "m5.xlarge"),
        ("us-east-1", "Storage-BatchTransform", None),
        ("us-east-1", "Storage-Training", "ml.m5.xlarge"),
        ("us-east-1", "Cluster", "ml.g5.8xlarge"),
        ("us-east-1", "Serverless", None),
        ("../data/us-east-1", "Training", "ml.m5.xlarge"),
        ("a" * 5000, "Training", "ml.m5.xlarge"),
        ("us-east-1\0", "Training", "ml.m5.xlarge"),
        ("us-gov-west-1", "Training", "ml.m5.xlarge"),
        ("us-gov-west-1", "Storage-Training", None),
        ("us-east-1", "SpotTraining", "ml.m5.xlarge"),
        ("us-east-1", "TrainingPlan", "ml.m5.xlarge"),
        ("us-east-1", "EBS", "gp2"),
    ],
)
def test_what_nobody_knows_is_none(snapshot: Snapshot, region_id: str, component: str, instance_type: str | None) -> None:
    """No guess, no other region's price, and no file outside the snapshot, whatever is asked."""
    assert price(snapshot, component, instance_type, region_id) is None


@pytest.mark.parametrize(
    ("component", "instance_type", "option"),
    [
        ("Training", "ml.m5.xlarge", "Spot"),
        ("Training", "ml.p5.48xlarge", "TrainingPlan"),
        ("SpotTraining", "ml.m5.xlarge", "Spot"),
        ("SpotTraining", "ml.m5.xlarge", "OnDemand"),
        ("Cluster", "ml.p5.48xlarge", "Reserved"),
        ("Serverless", None, "Provisioned"),
        ("EC2", "m5.xlarge", "Spot"),
        ("Storage-Training", None, "Reserved"),
        ("TrainingPlan", "ml.p5.48xlarge", "OnDemand"),
    ],
)
def test_bought_in_another_way_is_another_price(
    snapshot: Snapshot, component: str, instance_type: str | None, option: PurchaseOption
) -> None:
    """What no source has a price of, bought that way, has none."""
    assert snapshot.unit_price(price_key("us-east-1", component, instance_type, option)) is None


def test_a_training_plan_has_a_price(snapshot: Snapshot) -> None:
    """As AWS's page has it, by the hour and instance, as seen."""
    found = snapshot.unit_price(price_key("us-east-1", "TrainingPlan", "ml.p5.48xlarge"))
    assert found is not None
    assert (found.list_unit_price, found.price_basis, found.price_as_of) == (Decimal("36.1836"), "observed", "2025-12-05")
    assert found.price_origin == "AWS price page, training plans"
    assert "ml.p5.48xlarge" in snapshot.instance_types("us-east-1", "TrainingPlan")
    assert "TrainingPlan" in snapshot.components("us-east-1")
    assert snapshot.instance_types("us-east-1", "Storage-Training") == []


def every_price(snapshot: Snapshot) -> Iterator[UnitPrice]:
    """Give each price that can be asked for: every region, component and type that any file names."""
    for region_id in snapshot.regions():
        types = set(snapshot.classes()).union(*(snapshot.lists(region_id).keys(name) for name in OBSERVED))
        for component in ALL:
            for instance_type in (None, *types):
                if (found := price(snapshot, component, instance_type, region_id)) is not None:
                    yield found


def test_every_price_says_what_it_rests_on() -> None:
    """Positive, dated, with a source in words; observed without an error, derived with a measured one or none."""
    seen: Counter[str] = Counter()
    for found in every_price(Snapshot()):
        component = found.key.component
        assert found.list_unit_price > 0
        assert (found.billing_currency, found.price_source) == ("USD", "shipped-snapshot")
        assert date.fromisoformat(found.price_as_of) <= date(2026, 11, 23)
        assert len(found.price_origin) > 20
        assert found.price_basis == ("observed" if component in OBSERVED else "derived")
        assert found.error_percent is None or (found.price_basis == "derived" and 0 < found.error_percent < 50)
        assert found.pricing_unit == ("Hours" if found.key.instance_type else "GB-Mo")
        assert (component in STORAGE) == (found.key.instance_type is None)
        assert (component == "EC2") == (found.key.instance_type is not None and not found.key.instance_type.startswith("ml."))
        seen[component] += 1
    assert set(seen) == {*OBSERVED, *COMPUTE, *STORAGE}
    assert seen["EC2"] > 17_000
    assert seen.total() > 45_000


def test_digits_of_every_derived_price(snapshot: Snapshot) -> None:
    """No more decimals than AWS publishes: three, for hosting with GPUs four; Studio's own rows keep theirs."""
    for region_id, name in product(("us-east-1", "eu-west-1", "ap-south-1"), COMPUTE):
        for instance_type in snapshot.instance_types(region_id, name):
            found = price(snapshot, name, instance_type, region_id)
            assert found is not None
            if COMPUTE[name].keeps_row and found.price_origin.startswith("Studio"):
                continue
            rule = COMPUTE[name]
            most = rule.digits_by_class.get(snapshot.classes()[instance_type].name, rule.digits)
            assert -int(found.list_unit_price.as_tuple().exponent) <= most


def test_a_warm_pool_costs_what_training_costs(snapshot: Snapshot) -> None:
    """The same figure under its own origin, and nobody has measured it."""
    for instance_type in snapshot.instance_types("us-east-1", "Training"):
        pool, training = (price(snapshot, name, instance_type) for name in ("WarmPool", "Training"))
        assert pool is not None
        assert training is not None
        assert (pool.list_unit_price, pool.error_percent) == (training.list_unit_price, None)
        assert "kept instances" in pool.price_origin
    assert snapshot.instance_types("us-east-1", "WarmPool") == snapshot.instance_types("us-east-1", "Training")


def test_nothing_is_derived_for_govcloud(snapshot: Snapshot) -> None:
    """What was seen there is all there is."""
    assert snapshot.components("us-gov-west-1") == ["EC2", "Studio-Notebook"]
    assert snapshot.components("xx-nowhere-1") == []


def test_accelerators_are_not_priced_by_the_constant_of_cpus(snapshot: Snapshot) -> None:
    """Nobody has compared ml.p2, ml.inf1 or ml.dl1: no price."""
    types = ("ml.p2.xlarge", "ml.inf1.xlarge", "ml.dl1.24xlarge")
    assert [t for t, name in product(types, COMPUTE) if price(snapshot, name, t)] == []


def test_strangers_are_not_kept() -> None:
    """Asking for what nobody knows a thousand times leaves nothing behind."""
    snapshot = Snapshot()
    for number in range(1000):
        assert price(snapshot, "Training", f"ml.z{number}.xlarge", f"xx-nowhere-{number % 100}") is None
        assert price(snapshot, "Training", f"ml.z{number}.xlarge") is None
    assert list(snapshot._regions) == ["us-east-1"]
    assert snapshot._prices == {}


def test_regions(snapshot: Snapshot) -> None:
    """Thirty and more, each under AWS's own name."""
    regions = snapshot.regions()
    assert len(regions) >= 30
    assert regions == sorted(regions)
    assert all(re.fullmatch(r"[a-z]{2}(-[a-z]+)+-\d", region_id) for region_id in regions)


def test_the_digest_is_of_names_and_contents(tmp_path: Path) -> None:
    """The one that is shipped fits; a file that is changed, renamed or gone does not, whatever else lies there."""
    assert digest(DATA) == (DATA / "DIGEST").read_text(encoding="utf-8").strip()
    (tmp_path / "b.json").write_text("{}")
    (tmp_path / "a.json").write_text("[]")
    before = digest(tmp_path)
    (tmp_path / "DIGEST").write_text("else")
    assert digest(tmp_path) == before
    (tmp_path / "a.json").write_text("{}")
    changed = digest(tmp_path)
    (tmp_path / "a.json").rename(tmp_path / "c.json")
    renamed = digest(tmp_path)
    (tmp_path / "c.json").unlink()
    assert len({before, changed, renamed, digest(tmp_path)}) == 4


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
