"""AWS's own list goes before what is shipped."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlcost_ext.core.price import PriceKey, price_key
from mlcost_ext.prices import PriceBook, Snapshot
from tests.fakes import REGION

from .kept import AS_OF, Amounts, keep

TYPES = [f"ml.m{number}.xlarge" for number in range(20)]


def key(component: str, instance_type: str | None) -> PriceKey:
    return price_key(REGION, component, instance_type)


def test_what_aws_lists_is_taken_with_its_sku_and_date(tmp_path: Path) -> None:
    """Observed, from the price list, as of the day it was read."""
    keep(tmp_path, {("Training", "ml.m5.xlarge"): "0.25"})
    found = PriceBook(tmp_path).unit_price(key("Training", "ml.m5.xlarge"))
    assert found is not None
    assert (str(found.unit_price), found.price_source, found.price_basis, found.price_as_of, found.sku) == (
        "0.25",
        "aws-price-list",
        "observed",
        AS_OF,
        "SKU0000000",
    )


@pytest.mark.parametrize(
    ("component", "instance_type"), [("Training", "ml.g5.xlarge"), ("Studio-Notebook", "ml.g5.xlarge"), ("EC2", "m5.xlarge")]
)
def test_what_a_short_list_lacks_is_as_shipped(tmp_path: Path, component: str, instance_type: str) -> None:
    """A list of one price is not all that AWS sells."""
    keep(tmp_path, {("Training", "ml.m5.xlarge"): "0.25"})
    wanted = key(component, instance_type)
    assert PriceBook(tmp_path).unit_price(wanted) == Snapshot().unit_price(wanted)


@pytest.mark.parametrize(
    ("component", "instance_type", "source"),
    [
        ("Training", "ml.g5.xlarge", None),
        ("Processing", "ml.g5.xlarge", "shipped-snapshot"),
        ("Storage-Training", None, "shipped-snapshot"),
    ],
)
def test_nothing_is_derived_of_a_component_that_aws_lists(
    tmp_path: Path, component: str, instance_type: str | None, source: str | None
) -> None:
    """What a whole list lacks is not on sale; other components are as shipped."""
    keep(tmp_path, {("Training", kind): "1.5" for kind in TYPES})
    found = PriceBook(tmp_path).unit_price(key(component, instance_type))
    assert (found.price_source if found else None) == source


@pytest.mark.parametrize(
    ("amounts", "component", "instance_type", "expected"),
    [
        ({("Training", "ml.g5.xlarge"): "1.6"}, "WarmPool", "ml.g5.xlarge", ("1.6", "derived", "aws-price-list")),
        ({("Training", "ml.z9.xlarge"): "1.6"}, "WarmPool", "ml.z9.xlarge", ("1.6", "derived", "aws-price-list")),
        ({("Hosting", "ml.g5.xlarge"): "1.6"}, "AsyncInf", "ml.g5.xlarge", ("1.6", "derived", "aws-price-list")),
        ({("Storage-Training", ""): "0.2"}, "Storage-WarmPool", None, ("0.2", "derived", "aws-price-list")),
        ({("Training", "ml.m5.xlarge"): "1.6"}, "WarmPool", "ml.g5.xlarge", ("1.408", "derived", "shipped-snapshot")),
        (
            {("WarmPool", "ml.g5.xlarge"): "1.5", ("Training", "ml.g5.xlarge"): "1.6"},
            "WarmPool",
            "ml.g5.xlarge",
            ("1.5", "observed", "aws-price-list"),
        ),
    ],
)
def test_what_is_billed_like_another_follows_aws_price_of_that(
    tmp_path: Path, amounts: Amounts, component: str, instance_type: str | None, expected: tuple[str, str, str]
) -> None:
    """Derived, and it says from what; a price of its own goes before it."""
    keep(tmp_path, amounts)
    book = PriceBook(tmp_path)
    found = book.unit_price(key(component, instance_type))
    assert found is not None
    assert (str(found.unit_price), found.price_basis, found.price_source) == expected
    assert (found.sku is None) == (found.price_basis == "derived")
    assert instance_type is None or instance_type in book.instance_types(REGION, component)


def test_what_aws_lists_is_not_taken_from_what_it_is_like(tmp_path: Path) -> None:
    """Asynchronous inference is not sold on every type of hosting."""
    types = {(component, kind): "1.5" for component in ("Hosting", "AsyncInf") for kind in TYPES}
    keep(tmp_path, {**types, ("Hosting", "ml.g4dn.xlarge"): "0.8"})
    assert PriceBook(tmp_path).unit_price(key("AsyncInf", "ml.g4dn.xlarge")) is None


@pytest.mark.parametrize(("as_of", "source"), [("2025-12-04", "shipped-snapshot"), ("2025-12-05", "aws-price-list")])
def test_what_was_seen_since_goes_before_an_old_list(tmp_path: Path, as_of: str, source: str) -> None:
    """A list that was read once and never again does not stand for ever."""
    keep(tmp_path, {("Studio-Notebook", "ml.g5.xlarge"): "1.5"}, as_of=as_of)
    found = PriceBook(tmp_path).unit_price(key("Studio-Notebook", "ml.g5.xlarge"))
    assert found is not None
    assert found.price_source == source


def test_a_warm_pool_of_what_is_not_sold_has_no_price(tmp_path: Path) -> None:
    """AWS's list of training is whole and lacks the type."""
    keep(tmp_path, {("Training", kind): "1.5" for kind in TYPES})
    book = PriceBook(tmp_path)
    assert book.unit_price(key("WarmPool", "ml.g5.xlarge")) is None
    assert "ml.g5.xlarge" not in book.instance_types(REGION, "WarmPool")


@pytest.mark.parametrize(
    ("component", "instance_type", "expected"),
    [
        ("Processing", "ml.m5.xlarge", ("0.24", "derived", "aws-price-list", AS_OF)),
        ("Processing", "ml.c5.xlarge", ("0.204", "derived", "shipped-snapshot", "2026-07-20")),
        ("Storage-Training", None, ("0.168", "derived", "aws-price-list", AS_OF)),
        ("Storage-Studio-JupyterLab", None, ("0.112", "derived", "shipped-snapshot", "2021-07-14")),
        ("EC2", "m5.xlarge", ("0.2", "observed", "aws-price-list", AS_OF)),
    ],
)
def test_the_class_rule_starts_from_aws_fresh_figures(
    tmp_path: Path, component: str, instance_type: str | None, expected: tuple[str, str, str, str]
) -> None:
    """EC2's and EBS's; what the list lacks is as shipped."""
    keep(tmp_path, {("EC2", "m5.xlarge"): "0.2", ("EBS", "gp2"): "0.12"})
    found = PriceBook(tmp_path).unit_price(key(component, instance_type))
    assert found is not None
    assert (str(found.unit_price), found.price_basis, found.price_source, found.price_as_of) == expected


def test_what_is_derived_is_derived_once(tmp_path: Path) -> None:
    """Each price of a region, until its list is another one."""
    keep(tmp_path, {("EC2", "m5.xlarge"): "0.2", ("EC2", "c5.xlarge"): "0.3"})
    book, wanted = PriceBook(tmp_path), [key("Processing", f"ml.{family}.xlarge") for family in ("m5", "c5")]
    first = [book.unit_price(each) for each in wanted]
    assert [str(found.unit_price) for found in first if found] == ["0.24", "0.36"]
    assert all(book.unit_price(each) is found for each, found in zip(wanted, first, strict=True))
    keep(tmp_path, {("EC2", "m5.xlarge"): "0.25"}, as_of="2026-11-21")
    assert book.look_again()
    found = book.unit_price(wanted[0])
    assert found is not None
    assert str(found.unit_price) == "0.3"


def test_an_observed_price_that_is_shipped_stays(tmp_path: Path) -> None:
    """Somebody has seen it, although AWS's list of the component lacks it."""
    keep(tmp_path, {("Studio-Notebook", kind): "1.5" for kind in TYPES})
    wanted = key("Studio-Notebook", "ml.g5.xlarge")
    assert PriceBook(tmp_path).unit_price(wanted) == Snapshot().unit_price(wanted)


def test_what_there_is_is_told_of_both(tmp_path: Path) -> None:
    """Regions, components and types; of a component that AWS lists only AWS's types."""
    keep(tmp_path, {("Canvas", "ml.z9.xlarge"): "1", **{("Training", kind): "1.5" for kind in TYPES}}, region_id="xx-new-1")
    keep(tmp_path, {("Canvas", "ml.z9.xlarge"): "1", **{("Training", kind): "1.5" for kind in TYPES}})
    book = PriceBook(tmp_path)
    assert {"xx-new-1", REGION} <= set(book.regions())
    assert book.components("xx-new-1") == ["Training", "Canvas"]
    assert {"Canvas", "EC2", "Training"} <= set(book.components(REGION))
    assert book.instance_types(REGION, "Training") == sorted(TYPES)
    assert book.instance_types(REGION, "Canvas") == ["ml.z9.xlarge"]
    assert book.instance_types(REGION, "Hosting") == Snapshot().instance_types(REGION, "Hosting")
