"""The shipped prices against their digest and the tables they were collected from."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from mlcost_ext.core.component import COMPONENTS
from mlcost_ext.core.price import PriceKey, price_key
from mlcost_ext.prices import Snapshot
from mlcost_ext.prices.components import COMPUTE, is_sold, usual_unit
from mlcost_ext.prices.snapshot import DATA
from tests.fakes import ROOT

TABLES = ROOT / "tools" / "price_tables"
MAX_ERROR = Decimal("0.006")
"""What docs/prices.md promises, with AWS's rounding to three decimals."""
OFF = ("Hosting", "ml.trn1.32xlarge")
"""A quote that equals another type's price; PROVENANCE.md takes it for a slip."""

NOT_COMPARED = {("cpu", "p2"), ("cpu", "inf1"), ("cpu", "dl1")}
"""Accelerators that the table of derived prices prices by the constant of CPU families."""


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_digest_is_fresh() -> None:
    """Nobody edits a price by hand: the files are those that the tool wrote."""
    digest = hashlib.sha256()
    for path in sorted(DATA.glob("*.json")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    assert (DATA / "DIGEST").read_text() == digest.hexdigest() + "\n"


def test_each_file_is_of_its_region() -> None:
    """One format, a list for a component; each has its unit, its date and a source that is written down."""
    sources = json.loads((TABLES / "sources.json").read_text(encoding="utf-8"))
    for path in sorted(DATA.glob("*-*-*.json")):
        document = json.loads(path.read_text(encoding="utf-8"))
        assert (document["format"], document["region_id"]) == (3, path.stem)
        assert document["has_class_rule"] == (not path.stem.startswith(("us-gov-", "cn-")))
        assert {name.partition("/")[0] for name in document["prices"]} <= {*COMPONENTS, "EBS"}
        for name, found in document["prices"].items():
            for source_id, (currency, unit, basis, as_of, amounts) in found.items():
                assert (currency, unit, basis) == (currency_of(path.stem), usual_unit(name), "observed")
                assert as_of == sources[source_id]["date"]
                assert all(Decimal(amount) > 0 for amount in amounts.values())


def currency_of(region_id: str) -> str:
    return "CNY" if region_id.startswith("cn-") else "USD"


def test_the_snapshot_stays_small() -> None:
    """All files together are well below the megabyte that a wheel may grow by."""
    assert sum(path.stat().st_size for path in DATA.iterdir()) < 700_000


def test_training_plans_are_as_collected(collected: Path) -> None:
    """Each row of AWS's page that is of a region, bought as a plan and in no other way; a local zone is none."""
    snapshot, seen = Snapshot(), rows(collected, "sagemaker_training_plan_prices.csv")
    of_regions = [row for row in seen if re.fullmatch(r"[a-z]+-[a-z]+-\d", row["region"])]
    assert (len(seen), len(of_regions)) == (56, 54)
    for row in of_regions:
        price = snapshot.unit_price(price_key(row["region"], "TrainingPlan", row["instance_type"]))
        assert price is not None, row
        expected = (Decimal(row["usd_per_instance_hour"]), "observed", row["price_date"], "Hours")
        assert (price.list_unit_price, price.price_basis, price.price_as_of, price.pricing_unit) == expected, row


def test_observed_prices_are_exact(collected: Path) -> None:
    """Each row of AWS's price page is shipped as it was seen, with its date."""
    snapshot, observed = Snapshot(), rows(collected, "sagemaker_prices.csv")
    assert len(observed) > 1000
    for row in observed:
        key = PriceKey(region_id=row["region"], component=row["component"], instance_type=row["instance_type"])
        price = snapshot.unit_price(key)
        assert price is not None, key
        expected = (Decimal(row["usd_per_hour"]), "observed", row["price_date"])
        assert (price.list_unit_price, price.price_basis, price.price_as_of) == expected, key


def test_ec2_prices_are_exact(collected: Path) -> None:
    """Each row of EC2's list is shipped as it was seen, GovCloud's too."""
    snapshot, seen = Snapshot(), rows(collected, "ec2_on_demand.csv")
    assert len(seen) > 17_000
    for row in seen:
        price = snapshot.unit_price(PriceKey(region_id=row["region"], component="EC2", instance_type=row["instance_type"]))
        assert price is not None, row
        expected = (Decimal(row["usd_per_hour"]), "observed", row["price_date"], None)
        assert (price.list_unit_price, price.price_basis, price.price_as_of, price.error_percent) == expected, row


def quotes(collected: Path) -> list[tuple[PriceKey, Decimal]]:
    """Give what others wrote down, without HyperPod, which follows no rule, and the rows that PROVENANCE.md calls off."""
    return [
        (PriceKey(region_id=row["region"], component=row["component"], instance_type=row["instance_type"]), price)
        for row in rows(collected, "sagemaker_quotes.csv")
        if row["component"] != "Cluster" and not row["note"].startswith("stale")
        if (price := Decimal(row["usd_per_hour"])) and (row["component"], row["instance_type"]) != OFF
    ]


def test_independent_quotes_agree(collected: Path) -> None:
    """Each quote is within the error that our price tells, within 0.6 % at most, and most are equal to the digit."""
    snapshot, compared, equal = Snapshot(), 0, 0
    for key, quoted in quotes(collected):
        price = snapshot.unit_price(key)
        assert price is not None, key
        assert price.error_percent is not None, key
        apart = abs(price.list_unit_price / quoted - 1)
        assert apart <= MAX_ERROR, key
        assert apart * 100 <= price.error_percent, key
        compared += 1
        equal += price.list_unit_price == quoted
    assert compared == 86
    assert equal >= 83


def test_derived_prices_agree_with_the_table_of_them(collected: Path) -> None:
    """The package reckons as those did who compared the rule, to the digits of each component.

    Left out on purpose: accelerators that the table prices by the constant of CPU families, and what AWS was seen not to sell.
    """
    snapshot, compared = Snapshot(), 0
    for row in rows(collected, "sagemaker_prices_derived.csv"):
        for use in set(row["api_components"].split("|")) & {"Processing", "Hosting", "BatchTransform"}:
            price = snapshot.unit_price(PriceKey(region_id=row["region"], component=use, instance_type=row["instance_type"]))
            if price is None:
                is_compared = (row["class"], row["instance_type"].split(".")[1]) not in NOT_COMPARED
                assert not (is_compared and is_sold(use, row["instance_type"], row["region"])), row
                continue
            step = Decimal("0.01") if row["class"].startswith("inf2") else Decimal("0.001")
            assert abs(price.list_unit_price - Decimal(row["usd_per_hour_derived"])) <= step, row
            compared += 1
    assert compared > 11_900


def test_no_use_is_priced_that_the_api_does_not_name(collected: Path) -> None:
    """An enum is no proof of a price, but what is in none has none."""
    named = {(row["component"], row["instance_type"]) for row in rows(collected, "instance_type_enums.csv")}
    snapshot = Snapshot()
    for component, rule in COMPUTE.items():
        for region_id in ("us-east-1", "ap-southeast-3"):
            assert {(rule.use, kind) for kind in snapshot.instance_types(region_id, component)} <= named


def test_training_is_priced_where_it_is_offered(collected: Path) -> None:
    """What is not offered in a region has no price there."""
    snapshot = Snapshot()
    offered = {(row["region"], row["instance_type"]) for row in rows(collected, "training_instance_availability.csv")}
    for region_id in snapshot.regions():
        for component in ("Training", "WarmPool"):
            assert {(region_id, kind) for kind in snapshot.instance_types(region_id, component)} <= offered


def test_errors_that_were_seen_are_told() -> None:
    """The known outliers carry their own error, not the rule's."""
    for component in ("Training", "Hosting", "Studio-JupyterLab"):
        price = Snapshot().unit_price(PriceKey(region_id="sa-east-1", component=component, instance_type="ml.g5.12xlarge"))
        assert price is not None
        assert price.error_percent is not None
        assert price.error_percent > 25


def test_instances_are_as_collected(collected: Path) -> None:
    """vCPU and memory of every type; what the table leaves empty is None."""
    for row in rows(collected, "instance_specs.csv"):
        facts = Snapshot().instance_facts(row["instance_type"])
        assert facts is not None
        vcpu, memory = row["vcpu"], row["memory_gib"]
        assert (facts.vcpu, facts.memory_gib) == (int(vcpu) if vcpu else None, Decimal(memory) if memory else None)
        assert facts == replace(Snapshot().instance_facts(row["ec2_type"]), instance_type=row["instance_type"])  # type: ignore[type-var]


@pytest.mark.parametrize(
    ("component", "instance_type", "region_id"),
    [
        *(
            (use, "ml.r6i.xlarge", region)
            for use in ("Training", "Processing", "WarmPool")
            for region in ("us-east-1", "ap-south-1")
        ),
        ("AsyncInf", "ml.g4dn.xlarge", "eu-west-3"),
    ],
)
def test_what_aws_was_seen_not_to_sell_has_no_price(component: str, instance_type: str, region_id: str) -> None:
    """Although its API names the type, and EC2 has a price."""
    assert Snapshot().unit_price(PriceKey(region_id=region_id, component=component, instance_type=instance_type)) is None


@pytest.mark.parametrize(
    ("component", "region_id"), [("Notebook", "us-east-1"), ("Studio-JupyterLab", "us-east-1"), ("Hosting", "us-east-1")]
)
def test_what_is_beside_it_has_one(component: str, region_id: str) -> None:
    """The same type for what it is sold for."""
    assert Snapshot().unit_price(PriceKey(region_id=region_id, component=component, instance_type="ml.r6i.xlarge")) is not None
