"""One product of AWS's list: what it is, what it costs, or why it gives no price."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from mlcost_ext.prices.price_list import Offer, Skipped, offer_of_document, offer_of_text
from tests.fakes import REGION
from tools.make_price_list import PriceList

from .lists import TODAY, changed, only_dimension, outcome, product

OFFERED = "Training OnDemand ml.m5.xlarge 0.23 Hours"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"pricePerUnit": {"USD": "0.0000000000"}}, "zero"),
        ({"pricePerUnit": {"USD": "-1"}}, "bad_amount"),
        ({"pricePerUnit": {"USD": "NaN"}}, "bad_amount"),
        ({"pricePerUnit": {"USD": "1E-5"}}, "bad_amount"),
        ({"pricePerUnit": {"USD": "١.٥"}}, "bad_amount"),
        ({"pricePerUnit": {"USD": "999999.9"}}, "huge_amount"),
        ({"pricePerUnit": {"USD": 0.23}}, "junk"),
        ({"pricePerUnit": {"EUR": "0.23"}}, "other_currency"),
        ({"pricePerUnit": {"CNY": "9", "USD": "0.23"}}, "Training OnDemand ml.m5.xlarge 0.23 Hours"),
        ({"pricePerUnit": "0.23"}, "junk"),
        ({"unit": "Quantity"}, "unknown_unit"),
        ({"unit": "hours"}, "Training OnDemand ml.m5.xlarge 0.23 Hours"),
        ({"beginRange": "10"}, "tiers"),
        ({"endRange": "100"}, "tiers"),
        ({"rateCode": "AAAAAAAAAAAAAAAA.JRTCKXETXF.6YS6EN2CT7"}, "contradictory_sku"),
        ({"rateCode": ""}, "Training OnDemand ml.m5.xlarge 0.23 Hours"),
    ],
)
def test_what_a_price_may_be(changes: dict[str, Any], expected: str) -> None:
    """A plain amount above zero in the region's currency for a known unit, for the first as for the last."""
    document = product()
    only_dimension(document).update(changes)
    assert expected == outcome(document)


def test_china_is_paid_in_yuan() -> None:
    """There the other currency is the one that does not count."""
    document = PriceList("cn-north-1").add({"usagetype": "CNN1-Train:ml.m5.xlarge"}, "1.5")
    only_dimension(document)["pricePerUnit"]["USD"] = "0.2"
    found = offer_of_document(document, TODAY)
    assert isinstance(found, Offer)
    assert (Decimal("1.5"), "CNY") == (found.unit_price, found.billing_currency)


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        ([("0.2", "2026-01-01T00:00:00Z")], "0.23"),
        ([("0.3", "2026-11-10T00:00:00Z")], "0.3"),
        ([("0.3", "2026-12-01T00:00:00Z")], "0.23"),
        ([("0.23", "2026-11-01T00:00:00Z")], "0.23"),
        ([("0.3", "2026-11-01T00:00:00Z")], "tiers"),
        ([("0.3", "someday")], "no_date"),
        ([("0.3", "2026-02-30T00:00:00Z")], "no_date"),
    ],
)
def test_several_terms(others: list[tuple[str, str]], expected: str) -> None:
    """The latest that is in force; two since the same day must say the same."""
    document, made = product(), PriceList(REGION)
    sku, terms = document["product"]["sku"], document["terms"]["OnDemand"]
    for number, (amount, since) in enumerate(others):
        terms[f"{sku}.{number}"] = made.term(sku, [made.dimension(sku, amount, "Hrs")], since, f"{number}")
    assert expected == (outcome(document).split()[3] if " " in outcome(document) else outcome(document))


def test_tiers_of_one_price() -> None:
    """Ranges that all cost the same are one price; half of the ranges are none."""
    document = product()
    sku, made = document["product"]["sku"], PriceList(REGION)
    first = only_dimension(document)
    first["endRange"] = "100"
    dimensions = next(iter(document["terms"]["OnDemand"].values()))["priceDimensions"]
    dimensions["more"] = made.dimension(sku, "0.2300000000", "Hrs", "TIERTWOXXX", begins="100")
    assert outcome(document) == "Training OnDemand ml.m5.xlarge 0.23 Hours"
    dimensions["more"]["pricePerUnit"] = {"USD": "0.22"}
    assert outcome(document) == "tiers"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "EC2 OnDemand m5.xlarge 0.192 Hours"),
        ({"operatingSystem": "Windows"}, "other_software"),
        ({"tenancy": "Dedicated"}, "other_software"),
        ({"preInstalledSw": "SQL Web"}, "other_software"),
        ({"capacitystatus": "UnusedCapacityReservation"}, "other_software"),
        ({"operation": "RunInstances:0002"}, "operation"),
        ({"operation": ""}, "operation"),
        ({"marketoption": "n/a"}, "EC2 OnDemand m5.xlarge 0.192 Hours"),
        ({"marketoption": "Spot"}, "other_market"),
        ({"preInstalledSw": "n/a"}, "EC2 OnDemand m5.xlarge 0.192 Hours"),
        ({"preInstalledSw": ""}, "other_software"),
        ({"usagetype": "NA"}, "no_usage_type"),
        ({"instanceType": "m5.large"}, "contradictory_type"),
        ({"usagetype": "USE1-DedicatedUsage:m5.xlarge"}, "unknown_usage_type"),
        ({"usagetype": "BoxUsage:m5.xlarge"}, "EC2 OnDemand m5.xlarge 0.192 Hours"),
        ({"usagetype": "EUC1-BoxUsage:m5.xlarge"}, "contradictory_region"),
        ({"usagetype": "BoxUsage:m5.xlarge-more", "instanceType": "m5.xlarge-more"}, "unknown_usage_type"),
        (
            {"usagetype": "BoxUsage:i7ie.metal-24xl", "instanceType": "i7ie.metal-24xl"},
            "EC2 OnDemand i7ie.metal-24xl 0.192 Hours",
        ),
    ],
)
def test_ec2(changes: dict[str, str], expected: str) -> None:
    """Linux by the hour, without anything on top."""
    attributes = {
        "usagetype": "USE1-BoxUsage:m5.xlarge",
        "operation": "RunInstances",
        "instanceType": "m5.xlarge",
        "operatingSystem": "Linux",
        "tenancy": "Shared",
        "preInstalledSw": "NA",
        "capacitystatus": "Used",
    }
    made = PriceList(REGION)
    assert expected == outcome(made.add(attributes | changes, "0.1920000000", family="Compute Instance", service="AmazonEC2"))


@pytest.mark.parametrize(
    ("volume", "usage_type", "unit", "expected"),
    [
        ("gp3", "EBS:VolumeUsage.gp3", "GB-Mo", "EBS OnDemand gp3 0.08 GB-Mo"),
        ("gp2", "USE1-EBS:VolumeUsage.gp2", "GB-month", "EBS OnDemand gp2 0.08 GB-Mo"),
        ("gp3", "EBS:VolumeUsage.gp2", "GB-Mo", "contradictory_type"),
        ("gp3", "EBS:VolumeP-IOPS.gp3", "IOPS-Mo", "contradictory_type"),
        ("io2", "EBS:VolumeUsage.io2", "GB-Mo", "other_volume"),
    ],
)
def test_volumes(volume: str, usage_type: str, unit: str, expected: str) -> None:
    """The two kinds of volume of which SageMaker's are priced, by the gigabyte."""
    attributes = {"usagetype": usage_type, "volumeApiName": volume}
    assert expected == outcome(PriceList(REGION).add(attributes, "0.08", unit, family="Storage", service="AmazonEC2"))


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (None, "no_text"),
        (7, "no_text"),
        ("", "no_json"),
        ("{", "no_json"),
        ("[]", "no_object"),
        ("null", "no_object"),
        ("{}", "incomplete"),
        ("[" * 100_000, "no_json"),
        ('{"a":' * 100_000, "no_json"),
        ('"' + "x" * 600_000 + '"', "entry_too_long"),
        ("1" * 10_000, "no_object"),
        ('{"product": [], "terms": {}}', "junk"),
        ('{"product": {"attributes": {}}, "terms": {}}', "no_region"),
    ],
    ids=range(13),
)
def test_entries_that_are_none(entry: object, expected: str) -> None:
    """Whatever AWS, or a proxy, writes there: a reason, and no error."""
    found, published_on = offer_of_text(entry, TODAY)
    assert (Skipped(expected), None) == (found, published_on)


def test_what_is_kept_of_a_product() -> None:
    """All that is needed to find it again at AWS."""
    document = changed(product(), product()["product"]["sku"], "JDZQJFUVUR8SUWHS")
    found, published_on = offer_of_text(json.dumps(document), TODAY)
    expected = Offer(
        region_id=REGION,
        component="Training",
        instance_type="ml.m5.xlarge",
        purchase_option="OnDemand",
        unit_price=Decimal("0.23"),
        pricing_unit="Hours",
        billing_currency="USD",
        sku="JDZQJFUVUR8SUWHS",
        rate_code="JDZQJFUVUR8SUWHS.JRTCKXETXF.6YS6EN2CT7",
        effective_date="2026-11-01",
        usage_type="USE1-Train:ml.m5.xlarge",
        operation="RunInstance",
        plato="Training",
    )
    assert (expected, "2026-11-20") == (found, published_on)


def test_terms_without_end() -> None:
    """A thousand are more than AWS has; one without a line is none; a product of another service is not read."""
    document = product()
    terms = document["terms"]["OnDemand"]
    only = next(iter(terms.values()))
    terms.update({f"{number}": only for number in range(1001)})
    assert outcome(document) == "too_many_terms"
    document["terms"]["OnDemand"] = {"x": {**only, "priceDimensions": {}}}
    assert outcome(document) == "incomplete"
    document["terms"]["OnDemand"] = {}
    assert outcome(document) == "not_on_demand"
    assert outcome(PriceList(REGION).add({"usagetype": "USE1-Train:ml.m5.xlarge"}, "1", service="AmazonRDS")) == "other_service"


def test_only_on_demand_counts() -> None:
    """A product that is only reserved has no price here; one that is both has that on demand."""
    document = product()
    document["terms"]["Reserved"] = {"x": {"priceDimensions": {}}}
    assert outcome(document) == "Training OnDemand ml.m5.xlarge 0.23 Hours"
    del document["terms"]["OnDemand"]
    assert outcome(document) == "not_on_demand"
