"""AWS's offer files: all prices of a made list are found, and no part of a file passes for the whole."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest

from mlcost_ext.prices.price_list import PriceListError, read_offer_file
from tools.make_price_list import Document, entries, write_csv, write_json

from .lists import TODAY, bare, changed, found_by, found_in, made, product

SERVICES = ("AmazonSageMaker", "AmazonEC2")
FORMS = ("json", "csv", "pages")


def text_of(form: str, service: str) -> str:
    file = io.StringIO()
    if form == "pages":
        json.dump({"FormatVersion": "aws_v1", "PriceList": entries(made(), service)}, file)
    else:
        (write_json if form == "json" else write_csv)(made(), service, file)
    return file.getvalue()


def written(folder: Path, text: str | bytes, *, is_packed: bool = False) -> Path:
    raw = text.encode() if isinstance(text, str) else text
    path = folder / "offers"
    path.write_bytes(gzip.compress(raw) if is_packed else raw)
    return path


def document_of(*products: Document, **changes: Any) -> str:
    """Give an offer file in JSON with these products."""
    head = {"offerCode": "AmazonSageMaker", "publicationDate": "2026-11-20T18:55:03Z"}
    found = {each["product"]["sku"]: each["product"] for each in products}
    terms = {each["product"]["sku"]: each["terms"]["OnDemand"] for each in products}
    return json.dumps({**head, "products": found, "terms": {"OnDemand": terms}, **changes})


@pytest.mark.parametrize("is_packed", [False, True])
@pytest.mark.parametrize("form", FORMS)
def test_the_truth_is_found(form: str, is_packed: bool, tmp_path: Path) -> None:
    """Every price that must be found, and no other."""
    texts = [text_of(form, service) for service in SERVICES]
    readings = [read_offer_file(written(tmp_path, text, is_packed=is_packed), TODAY) for text in texts]
    assert made().truth == found_by(*readings)
    assert readings[0].published_on == "2026-11-20"
    assert readings[0].skipped.total() > 50


def test_all_forms_say_the_same(tmp_path: Path) -> None:
    """Down to the SKU, the rate code and the date."""
    found = [read_offer_file(written(tmp_path, text_of(form, "AmazonSageMaker")), TODAY) for form in FORMS]
    offers = [reading.regions["us-east-1"].offers() for reading in found]
    assert offers[0] == offers[1] == offers[2]


@pytest.mark.parametrize("form", FORMS)
def test_a_part_is_never_taken_for_the_whole(form: str, tmp_path: Path) -> None:
    """Cut anywhere but between two lines of CSV, where nobody can tell, a file is refused in words."""
    text = text_of(form, "AmazonEC2")
    for end in (*range(0, len(text) - 2, len(text) // 40), len(text) - 2):
        part = text[:end]
        if form == "csv" and "\n" in text[max(end - 1, 0) : end + 1]:
            continue
        with pytest.raises(PriceListError, match="price list file") as caught:
            read_offer_file(written(tmp_path, part), TODAY)
        assert "Fetch the file again" in caught.value.hint


def test_a_packed_file_that_is_cut(tmp_path: Path) -> None:
    """At each of many places."""
    raw = gzip.compress(text_of("csv", "AmazonEC2").encode())
    for end in range(0, len(raw) - 1, len(raw) // 40):
        with pytest.raises(PriceListError, match="price list file"):
            read_offer_file(written(tmp_path, raw[:end]), TODAY)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"hello",
        b"\xff\xfe\x00",
        b"{}",
        b"[]",
        b"{" * 100_000,
        b'{"products": {}, "terms": {}}',
        b'{"terms": {}, "products": {}}',
        b'{"a": ' + b"[" * 200_000,
        b'{"PriceList": []}',
        b'{"PriceList": 7}',
        b'{"products": {"A" 7}}',
        b"SKU,PricePerUnit\n",
        b"\x1f\x8bnot packed",
        b'"' + b"x" * 300_000,
        b"a,b\n" * 100,
        b"\0" * 100,
        b'{"products": {}, "terms": {"OnDemand": {}}} more',
    ],
    ids=range(18),
)
def test_what_is_no_price_list(text: bytes, tmp_path: Path) -> None:
    """One clear error, whatever it is."""
    with pytest.raises(PriceListError, match="price list file"):
        read_offer_file(written(tmp_path, text), TODAY)


def test_there_is_no_such_file(tmp_path: Path) -> None:
    """Nor may it be a folder."""
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(PriceListError, match="cannot be read"):
            read_offer_file(path, TODAY)


def test_products_of_an_offer_file(tmp_path: Path) -> None:
    """One without terms, one under another's SKU and one of another region do not stop the others."""
    three = (product(), product("Host:"), bare("EU-Train:ml.m5.xlarge", regionCode="eu-west-1"))
    good, lonely, other = (changed(each, each["product"]["sku"], f"AAAAAAA{n}") for n, each in enumerate(three))
    document = json.loads(document_of(good, lonely, other))
    del document["terms"]["OnDemand"][lonely["product"]["sku"]]
    document["products"]["ZZZZZZZZ"] = good["product"]
    reading = read_offer_file(written(tmp_path, json.dumps(document)), TODAY)
    assert {region: len(found_in(found)) for region, found in reading.regions.items()} == {"us-east-1": 1, "eu-west-1": 1}
    assert reading.skipped == {"bad_sku": 1, "not_on_demand": 1}


def test_a_sku_that_is_two_things(tmp_path: Path) -> None:
    """It is none."""
    good, twice = (changed(each, each["product"]["sku"], f"AAAAAAA{n}") for n, each in enumerate([product()] * 2))
    document = json.loads(document_of(good, twice))
    text = json.dumps(document).replace(
        '"products": {', '"products": {"AAAAAAA1": ' + json.dumps(product("Host:")["product"]) + ","
    )
    text = text.replace(product("Host:")["product"]["sku"], "AAAAAAA1")
    reading = read_offer_file(written(tmp_path, text), TODAY)
    assert list(found_by(reading)) == ["Training|OnDemand|ml.m5.xlarge"]
    assert reading.skipped == {"contradictory_sku": 1}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (document_of(product(), products={"AAAAAAAA": 7}), "has an entry that is no product"),
        (document_of(product(), products={"AAAAAAAA": None}), "has an entry that is no product"),
        (document_of(product()).replace('{"OnDemand": {"', '{"OnDemand": {"AAAAAAAA": {}, "'), None),
        (json.dumps({"PriceList": [json.dumps(product()), 7]}), "has an entry that is no text"),
        (json.dumps({"PriceList": [json.dumps(product()), product()]}), "has an entry that is no text"),
        (json.dumps({"PriceList": [json.dumps(product()), "{"]}), "has an entry that is no JSON"),
        (json.dumps({"PriceList": [json.dumps(product()), "[]"]}), "has an entry that is no product"),
        (json.dumps({"PriceList": [json.dumps(product()), '"' + "x" * 600_000 + '"']}), "has an entry that is too long"),
        (json.dumps({"PriceList": [json.dumps(product()), "{}"]}), None),
    ],
    ids=range(9),
)
def test_what_can_only_be_damage(text: str, expected: str | None, tmp_path: Path) -> None:
    """Nothing of such a file is believed; a product that merely lacks something stops nobody."""
    if expected is None:
        assert len(read_offer_file(written(tmp_path, text), TODAY).regions) == 1
    else:
        with pytest.raises(PriceListError, match=expected):
            read_offer_file(written(tmp_path, text), TODAY)


def test_terms_that_are_none(tmp_path: Path) -> None:
    """Damage as well."""
    document = json.loads(document_of(product()))
    document["terms"]["OnDemand"] = dict.fromkeys(document["products"], 7)
    with pytest.raises(PriceListError, match="terms that are none"):
        read_offer_file(written(tmp_path, json.dumps(document)), TODAY)


@pytest.mark.parametrize("token", ["AAEC", {"a": "b"}])
def test_one_page_of_several_is_no_list(token: object, tmp_path: Path) -> None:
    """Whoever reads one file alone is told so."""
    text = json.dumps({"NextToken": token, "PriceList": [json.dumps(product())]})
    with pytest.raises(PriceListError, match="is one page of several"):
        read_offer_file(written(tmp_path, text), TODAY)


def test_a_last_page(tmp_path: Path) -> None:
    """It has no token, or an empty one."""
    for more in ({}, {"NextToken": ""}, {"NextToken": None}):
        text = json.dumps({"PriceList": [json.dumps(product())], **more})
        assert len(read_offer_file(written(tmp_path, text), TODAY).regions) == 1


def test_a_publication_date_that_is_none(tmp_path: Path) -> None:
    """Nobody knows what is in force by such a list."""
    for text in (document_of(product(), publicationDate="someday"), text_of("csv", "AmazonEC2").replace("2026-11-20T18", "X")):
        with pytest.raises(PriceListError, match="publication date"):
            read_offer_file(written(tmp_path, text), TODAY)


def test_lines_that_cannot_be_used(tmp_path: Path) -> None:
    """A date that is none, more terms than there can be, and a field without an end."""
    text = text_of("csv", "AmazonEC2")
    lines = text.splitlines()
    head, rows = lines[:6], [line for line in lines[6:] if '"Linux"' in line]
    many = [rows[1]] * 1001
    dateless = rows[0].replace('"2026-11-01"', '"someday"')
    reading = read_offer_file(written(tmp_path, "\n".join([*head, dateless, *many, rows[2], ""])), TODAY)
    assert reading.skipped == {"no_date": 1, "too_many_terms": 1}
    with pytest.raises(PriceListError, match="no CSV"):
        read_offer_file(written(tmp_path, text + ("x" * 140_000 + "\n")), TODAY)


def test_a_list_that_was_published_long_ago(tmp_path: Path) -> None:
    """What begins after its publication is not in force by it."""
    text = document_of(product(), publicationDate="2026-10-01T00:00:00Z")
    with pytest.raises(PriceListError, match="no price that can be used"):
        read_offer_file(written(tmp_path, text), TODAY)


def test_long_files_are_not_held(tmp_path: Path) -> None:
    """Chunks end within values, numbers and words."""
    padding = {"notes": [{"x": "y" * 1000, "n": 12345} for _ in range(2000)], "number": 1234567890}
    text = document_of(product(), **padding)
    assert len(text) > 1_000_000
    assert len(read_offer_file(written(tmp_path, text), TODAY).regions) == 1


def test_csv_rows(tmp_path: Path) -> None:
    """A SKU that is two things is none; a few rows of another width are passed over, more are damage."""
    lines = text_of("csv", "AmazonEC2").splitlines()
    head, rows = lines[:6], [line for line in lines[6:] if '"Linux"' in line]
    twice = rows[0].replace("BoxUsage:m1.medium", "BoxUsage:m1.large").replace('"m1.medium"', '"m1.large"')
    assert twice != rows[0]
    text = "\n".join([*head, rows[0], *["a,b"] * 3, twice, "", rows[1], ""])
    reading = read_offer_file(written(tmp_path, text), TODAY)
    assert list(found_by(reading)) == ["EC2|OnDemand|m1.large"]
    assert reading.skipped == {"contradictory_sku": 1, "row_width": 3}
    with pytest.raises(PriceListError, match="has 4 lines with too few or too many fields"):
        read_offer_file(written(tmp_path, text.replace("a,b", "a,b\na,b,c", 1)), TODAY)
