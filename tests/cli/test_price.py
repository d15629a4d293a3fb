"""Unit prices on the command line."""

import pytest

from mlcost_ext.core.price import PriceKey
from mlcost_ext.prices import Snapshot

FIELDS = {
    "region_id",
    "component",
    "instance_type",
    "list_unit_price",
    "contracted_unit_price",
    "pricing_unit",
    "billing_currency",
    "price_source",
    "price_as_of",
    "price_basis",
    "error_percent",
}


def shipped(component, instance_type, region_id="us-east-1"):
    return Snapshot().unit_price(PriceKey(region_id=region_id, component=component, instance_type=instance_type))


def test_one_component_is_a_list_of_one(mlcost):
    """A price has value, unit, region, source and date; letter case does not matter."""
    ran = mlcost("--json", "price", "ML.G5.xlarge", "--component", "training", "--region", "us-east-1")
    (price,) = ran.document
    assert ran.status == 0
    assert set(price) >= FIELDS
    known = shipped("Training", "ml.g5.xlarge")
    expected = [str(known.list_unit_price), known.price_basis, str(known.error_percent), known.price_as_of]
    assert [price[key] for key in ("list_unit_price", "price_basis", "error_percent", "price_as_of")] == expected
    assert (price["component"], price["pricing_unit"]) == ("Training", "Hours")
    assert price["price_source"] == "shipped-snapshot"


def test_without_component_all_that_have_a_price(mlcost):
    """Every component with a price is listed, what its volumes cost too, and none without."""
    found = mlcost("--json", "price", "ml.t3.medium", "--region", "us-east-1").document
    hours = {"Processing", "Notebook", "Training", "WarmPool"} | {
        f"Studio-{app}" for app in ("Notebook", "JupyterLab", "CodeEditor")
    }
    volumes = {"Training", "WarmPool", "Processing", "Hosting", "Notebook", "Studio-JupyterLab", "Studio-CodeEditor"}
    assert {price["component"] for price in found} == hours | {f"Storage-{use}" for use in volumes}
    assert {(price["instance_type"], price["pricing_unit"]) for price in found} == {("ml.t3.medium", "Hours"), (None, "GB-Mo")}


def test_a_type_has_several_prices(mlcost):
    """They differ in the third decimal, as AWS publishes them."""
    found = mlcost("--json", "price", "ml.g5.xlarge", "--region", "eu-west-1").document
    amounts = {price["component"]: price["list_unit_price"] for price in found}
    assert [amounts[use] for use in ("Training", "Hosting", "AsyncInf", "Notebook")] == ["1.572", "1.5722", "1.5722", "1.57"]


def test_a_machine_of_ec2(mlcost):
    """A type without ml. has EC2's price, and no volume of SageMaker's."""
    (price,) = mlcost("--json", "price", "m5.xlarge", "--region", "us-east-1").document
    assert (price["component"], price["list_unit_price"], price["price_basis"]) == ("EC2", "0.192", "observed")


@pytest.mark.parametrize("word", ["asyncinf", "ASYNCINF", "warmpool", "studio-codeeditor", "storage-WARMPOOL"])
def test_letter_case_of_components(mlcost, word):
    """Components are found whatever their letter case."""
    (price,) = mlcost("--json", "price", "ml.g5.xlarge", "--component", word, "--region", "us-east-1").document
    assert price["component"].lower() == word.lower()


def test_table_says_where_prices_come_from(mlcost):
    """The text form has value, date and origin."""
    out = mlcost("price", "ml.g5.xlarge", "--component", "Training", "--region", "us-east-1").out
    known = shipped("Training", "ml.g5.xlarge")
    assert f"USD {known.list_unit_price} " in out
    assert known.price_as_of in out
    assert known.price_origin in out


def test_region_of_the_environment(mlcost, monkeypatch):
    """AWS_REGION is taken where --region is not said."""
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    assert {price["region_id"] for price in mlcost("--json", "price", "ml.g5.xlarge").document} == {"eu-west-1"}


def test_storage_is_priced_whatever_the_type(mlcost):
    """A component of storage has one price a gigabyte and month."""
    (price,) = mlcost("--json", "price", "ml.m5.large", "--component", "Storage-Training", "--region", "us-east-1").document
    assert (price["instance_type"], price["pricing_unit"]) == (None, "GB-Mo")


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("ml.g5.xlargee", "--region", "us-east-1"), "ml.g5.xlarge"),
        (("ml.g5.xlarge", "--region", "eu-nowhere-1"), "covers eu-nowhere-1"),
        (("ml.m5.xlarge", "--component", "EC2", "--region", "us-east-1"), "m5.xlarge"),
        (("ml.m5.xlarge", "--component", "Storage-BatchTransform", "--region", "us-east-1"), "Storage-Training"),
        (("ml.g5.large", "--component", "Training", "--region", "us-east-1"), "ml.g5.xlarge"),
        (("\x1b[31mred", "--region", "us-east-1"), "Components with prices there"),
    ],
)
def test_no_price_is_said_and_what_is_near(mlcost, words, hint):
    """No price is status 1 and price_unknown, never zero."""
    ran = mlcost("--json", "price", *words)
    assert (ran.status, ran.document["code"]) == (1, "price_unknown")
    assert hint in ran.document["hint"]
    assert "\x1b" not in ran.err


def test_component_nobody_knows(mlcost):
    """A component that AWS has not is wrong use, and the nearest are named."""
    ran = mlcost("price", "ml.g5.xlarge", "--component", "Trainning", "--region", "us-east-1")
    assert ran.status == 2
    assert "Training" in ran.err.splitlines()[1]


def test_no_region(mlcost):
    """Without any region there is nothing to look up."""
    ran = mlcost("--json", "price", "ml.g5.xlarge")
    assert (ran.status, ran.document["code"]) == (2, "region_missing")


def test_no_type(mlcost):
    """An empty word is no type."""
    ran = mlcost("--json", "price", " ", "--region", "us-east-1")
    assert (ran.status, ran.document["message"]) == (2, "No instance type was given.")
