"""Where price lists are kept: whole or not at all, whatever happens in the middle."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import stat
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mlcost_ext.prices.price_list import Offer, PriceList, PriceListError, RegionList, ServiceList, Store, offer_of_document
from mlcost_ext.prices.price_list.due import is_due
from mlcost_ext.prices.price_list.offer import USUAL_TERM
from mlcost_ext.prices.price_list.region_list import shrunken, to_document, with_service
from mlcost_ext.prices.price_list.replace import replace_service
from mlcost_ext.prices.price_list.sealed import make_private_folder, read_sealed, seal, unseal, write_sealed
from tests.fakes import NOW, ROOT

from .lists import TODAY, product

FACTS = ServiceList(
    source="GetProducts",
    publication_date="2026-11-20",
    as_of="2026-11-23",
    read_at="2026-11-23T14:00:00Z",
    skipped={"free": 2},
)
PRICES = {
    "Training": {
        "OnDemand": {
            "ml.m5.xlarge": "0.23|Hours|JDZQJFUVUR8SUWHS|2026-11-01",
            "ml.g5.xlarge": "1.408|Hours|AAAAAAAAAAAAAAAA|2026-11-01|.XXXXXXXX.YYYYYYYY",
        }
    }
}


def region_list(region_id: str = "us-east-1", **changes: Any) -> RegionList:
    fields: dict[str, Any] = {"billing_currency": "USD", "services": {"AmazonSageMaker": FACTS}, "prices": PRICES}
    return RegionList(region_id=region_id, **{**fields, **changes})


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "prices")


def test_what_is_kept_comes_back(store: Store) -> None:
    """The same list, in a file and a folder that only their owner can read."""
    store.replace(region_list())
    assert store.read("us-east-1") == (region_list(), None)
    assert store.regions() == ["us-east-1"]
    path = store.path("us-east-1")
    assert (stat.S_IMODE(path.stat().st_mode), stat.S_IMODE(path.parent.stat().st_mode)) == (0o600, 0o700)
    assert [path.name] == [each.name for each in store.folder.iterdir()]


def test_nothing_is_kept(store: Store) -> None:
    """No file is no problem, and a name that is no region's leads nowhere."""
    for region_id in ("us-east-1", "", "../us-east-1", "us-east-1\0", "a" * 5000):
        assert store.read(region_id) == (None, None)
    with pytest.raises(ValueError, match="no region"):
        store.path("../us-east-1")


def seal_of(body: bytes) -> bytes:
    """Seal what is no JSON."""
    return b'{"sha256":"' + hashlib.sha256(body).hexdigest().encode() + b'",' + body


def sealed(**changes: Any) -> bytes:
    whole = unseal(seal(to_document(region_list())))
    assert whole is not None
    document = {key: value for key, value in whole.items() if key != "sha256"}
    return seal(document | changes)


def prices_of(
    component: str = "Training", option: str = "OnDemand", kind: str = "ml.m5.xlarge", sku: str = "JDZQJFUVUR8SUWHS"
) -> dict[str, Any]:
    return {component: {option: {kind: f"0.23|Hours|{sku}|2026-11-01"}}}


STRANGE: tuple[dict[str, Any], ...] = (
    {"component": "<b>"},
    {"component": ""},
    {"option": "On Demand"},
)
NO_PRICES: tuple[dict[str, Any], ...] = (
    {"kind": "ml.m5.xlarge-Hosting"},
    {"kind": "../../etc"},
    {"kind": "ml.m5.xlarge\n"},
    {"sku": "<script>"},
    {"sku": ""},
    {"sku": "JDZQJFUVUR8SUWHS|x"},
)


@pytest.mark.parametrize(
    "kind",
    [
        "",
        "gp2",
        "gp3",
        "ml.m7i.metal-24xl",
        "m5.xlarge",
        "u7i-12tb.224xlarge",
        "ml.p6-b200.48xlarge",
        "ml.geospatial.interactive",
    ],
)
def test_what_a_type_may_be(store: Store, kind: str) -> None:
    """Of SageMaker and EC2, of volumes, or none."""
    found = region_list(prices=prices_of(kind=kind))
    store.replace(found)
    assert store.read("us-east-1") == (found, None)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff",
        b'{"sha256":"',
        json.dumps({"format": 2, "region_id": "us-east-1", "prices": {}}).encode(),
        sealed()[:-1],
        sealed() + b" ",
        sealed().replace(b"USD", b"EUR"),
        seal_of(b'"a":'),
        seal_of(b"[" * 100_000),
        sealed(format=1),
        sealed(format=3),
        sealed(region_id="eu-west-1"),
        sealed(region_id=7),
        sealed(billing_currency="EUR"),
        sealed(prices=[]),
        sealed(prices={"Training": []}),
        sealed(prices={"Training": {"OnDemand": ["x"]}}),
        sealed(services={"AmazonSageMaker": {"as_of": "someday"}}),
        sealed(services=7),
        sealed(services={}),
        *(sealed(prices=prices_of(**each)) for each in STRANGE),
        seal({"a": 1}),
        seal({}),
    ],
    ids=range(24 + 3),
)
def test_files_that_are_not_ours_or_not_whole(store: Store, raw: bytes) -> None:
    """As if there were none, and the reason is told."""
    store.folder.mkdir()
    store.path("us-east-1").write_bytes(raw)
    found, problem = store.read("us-east-1")
    assert found is None
    assert problem is not None
    assert (problem.code, problem.subject) == ("price_list_unreadable", "us-east-1")


@pytest.mark.parametrize("strange", NO_PRICES)
def test_what_is_no_price_is_none(store: Store, strange: dict[str, Any]) -> None:
    """It is looked at when it is looked up, since a list has twenty thousand; no such name is ever shown."""
    store.folder.mkdir()
    store.path("us-east-1").write_bytes(sealed(prices=prices_of(**strange)))
    found, _ = store.read("us-east-1")
    assert found is not None
    assert list(found.entries()) == []
    assert found.entry(("Training", "OnDemand", "ml.m5.xlarge")) is None
    assert found.instance_types("Training") <= {"ml.m5.xlarge"}


def test_a_file_that_is_too_large(store: Store) -> None:
    """It is not read at all."""
    store.folder.mkdir()
    with store.path("us-east-1").open("wb") as file:
        file.truncate(10 * 1024**3)
    assert store.read("us-east-1")[1] is not None


@pytest.mark.parametrize(
    "kept",
    [
        "0.0|Hours|JDZQJFUVUR8SUWHS|2026-11-01",
        "-1|Hours|JDZQJFUVUR8SUWHS|2026-11-01",
        "0.23|Days|JDZQJFUVUR8SUWHS|2026-11-01",
        "0.23|Hours|<b>|2026-11-01",
        "0.23|Hours|JDZQJFUVUR8SUWHS|someday",
        "0.23|Hours|JDZQJFUVUR8SUWHS",
        "0.23|Hours|JDZQJFUVUR8SUWHS|2026-11-01|.XXXXXXXX|.YYYYYYYY",
        "0.23||JDZQJFUVUR8SUWHS|2026-11-01",
        " 0.23|Hours|JDZQJFUVUR8SUWHS|2026-11-01",
        "0.23|Hours|JDZQJFUVUR8SUWHS|2026-11-01 ",
        "0.23",
        "",
        "|" * 100_000,
        ["0.23", "Hours", "JDZQJFUVUR8SUWHS", "2026-11-01"],
        {"0.23": "Hours"},
        0.23,
        None,
    ],
)
def test_entries_that_are_no_price(kept: Any) -> None:
    """They are not there, and the others are."""
    found = region_list(prices={"Training": {"OnDemand": {"a": kept, **PRICES["Training"]["OnDemand"]}}})
    assert found.entry(("Training", "OnDemand", "a")) is None
    assert [key[2] for key, _ in found.entries()] == ["ml.m5.xlarge", "ml.g5.xlarge"]


def test_a_file_of_the_old_format(store: Store) -> None:
    """Each price was a list of its values. None is given, that is told, and the next refresh replaces the file."""
    old = {"Training": {"OnDemand": {"ml.m5.xlarge": ["0.23", "Hours", "JDZQJFUVUR8SUWHS", "2026-11-01"]}}}
    store.folder.mkdir()
    store.path("us-east-1").write_bytes(sealed(format=1, prices=old))
    prices = PriceList(store.folder)
    assert list(prices.offers("us-east-1")) == []
    assert (problem := prices.problem("us-east-1")) is not None
    assert "of another version" in problem.message
    assert is_due(store, "us-east-1", NOW)
    changes = replace_service(store, "us-east-1", "AmazonSageMaker", FACTS, {OFFERED: offer()}, keeps_old=True)
    assert [change.way for change in changes] == ["added"]
    prices.look_again()
    assert ([price.sku for price in prices.offers("us-east-1")], prices.problem("us-east-1")) == (["JDZQJFUVUR8SUWHS"], None)
    assert Store(store.folder / "before").regions() == []


def offer(**changes: Any) -> Offer:
    """Give a price as it is read."""
    found = offer_of_document(product(), TODAY)
    assert isinstance(found, Offer)
    return replace(found, **{"sku": "JDZQJFUVUR8SUWHS", "rate_code": f"JDZQJFUVUR8SUWHS{USUAL_TERM}", **changes})


OFFERED = ("Training", "OnDemand", "ml.m5.xlarge")


@pytest.mark.parametrize(
    ("rate_code", "term"),
    [
        (f"JDZQJFUVUR8SUWHS{USUAL_TERM}", USUAL_TERM),
        ("JDZQJFUVUR8SUWHS.XXXXXXXX.YYYYYYYY", ".XXXXXXXX.YYYYYYYY"),
        ("", ""),
    ],
)
def test_what_is_read_is_kept(store: Store, rate_code: str, term: str) -> None:
    """All that follows the SKU in the rate code, be it the usual one, another, or nothing."""
    store.replace(with_service(None, "us-east-1", "USD", "AmazonSageMaker", FACTS, {OFFERED: offer(rate_code=rate_code)}))
    found, _ = store.read("us-east-1")
    assert found is not None
    entry = found.entry(OFFERED)
    assert entry is not None
    assert (entry.amount, entry.sku, entry.term) == ("0.23", "JDZQJFUVUR8SUWHS", term)


@pytest.mark.parametrize("strange", [{"rate_code": "A|B"}, {"sku": "A|B"}, {"pricing_unit": "|"}, {"effective_date": "|"}])
def test_a_price_that_cannot_be_kept(store: Store, strange: dict[str, Any]) -> None:
    """What stands between the values of a price is in none of them; the list is refused, and the old one stays."""
    store.replace(region_list())
    with pytest.raises(PriceListError, match="cannot be kept") as caught:
        replace_service(store, "us-east-1", "AmazonSageMaker", FACTS, {OFFERED: offer(**strange)})
    assert (caught.value.code, store.read("us-east-1")) == ("price_list_unusable", (region_list(), None))


def counted(**counts: int) -> RegionList:
    """Give a list of so many prices by component."""
    entry = PRICES["Training"]["OnDemand"]["ml.m5.xlarge"]
    return region_list(
        prices={name: {"OnDemand": {f"ml.m{n}.large": entry for n in range(count)}} for name, count in counts.items()}
    )


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"Training": 20}, {"Training": 16}, []),
        ({"Training": 20}, {"Training": 15}, ["5 of 20 prices of Training"]),
        ({"Training": 19}, {"Training": 1}, []),
        ({"Training": 19}, {}, []),
        ({"Training": 20}, {}, ["20 of 20 prices of Training"]),
        ({"Canvas": 1, "RStudio": 1}, {}, ["1 of 1 prices of Canvas", "1 of 1 prices of RStudio"]),
        ({"Canvas": 1, "RStudio": 2}, {"RStudio": 1}, []),
        (
            {"Canvas": 1, "RStudio": 1, "Training": 30},
            {"Training": 10},
            ["1 of 1 prices of Canvas", "1 of 1 prices of RStudio", "20 of 30 prices of Training"],
        ),
        ({"Training": 20}, {"Training": 40}, []),
    ],
)
def test_what_has_shrunk(old: dict[str, int], new: dict[str, int], expected: list[str]) -> None:
    """More than a fifth of a big component, or all of two."""
    assert expected == shrunken(counted(**old), counted(**new))
    assert shrunken(None, counted(**new)) == []


def test_others_in_place_of_those_that_are_gone() -> None:
    """As many as before, but not the same, have shrunk as well."""
    entry = PRICES["Training"]["OnDemand"]["ml.m5.xlarge"]
    other = region_list(prices={"Training": {"OnDemand": {f"ml.c{n}.large": entry for n in range(20)}}})
    assert shrunken(counted(Training=20), other) == ["20 of 20 prices of Training"]


def test_folders_are_for_their_owner_alone(tmp_path: Path) -> None:
    """MLCOST_HOME too where it is made here, whatever the umask; one that is there keeps its own, and ours is tightened."""
    old = os.umask(0)
    try:
        make_private_folder(tmp_path / "home" / "prices")
        (tmp_path / "theirs").mkdir(mode=0o755)
        (tmp_path / "theirs" / "prices").mkdir(mode=0o755)
        make_private_folder(tmp_path / "theirs" / "prices")
    finally:
        os.umask(old)
    modes = {name: stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("home", "home/prices", "theirs", "theirs/prices")}
    assert modes == {"home": 0o700, "home/prices": 0o700, "theirs": 0o755, "theirs/prices": 0o700}
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(FileExistsError):
        make_private_folder(tmp_path / "file")


def test_a_list_in_another_currency() -> None:
    """Nothing of the old one stays."""
    found = with_service(region_list(), "us-east-1", "CNY", "AmazonEC2", FACTS, {})
    assert (found.prices, list(found.services)) == ({}, ["AmazonEC2"])


def test_a_disk_that_is_full(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The old file is still there, and nothing beside it."""
    store.replace(region_list())

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        store.replace(region_list(prices={}))
    assert store.read("us-east-1") == (region_list(), None)
    assert [path.name for path in store.folder.iterdir()] == ["us-east-1.json"]


WRITER = """
import sys
from pathlib import Path
from mlcost_ext.prices.price_list.region_list import with_service
from mlcost_ext.prices.price_list.sealed import write_sealed
number = 0
while True:
    number += 1
    write_sealed(Path(sys.argv[1]), {"number": number, "filler": ["x" * 1000 + str(number)] * 3000})
    print(number, flush=True)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no SIGKILL")
def test_killed_in_the_middle(tmp_path: Path) -> None:
    """The old file or the new one, never half of one."""
    path = tmp_path / "list.json"
    last = 0
    for round_number in range(6):
        with subprocess.Popen([sys.executable, "-c", WRITER, path], cwd=ROOT, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(0.003 * round_number)
            process.kill()
        document = read_sealed(path)
        assert document is not None
        assert {"x" * 1000 + str(document["number"])} == set(document["filler"])
        last = max(last, document["number"])
    assert last > 0


def test_a_link_is_replaced_not_followed(tmp_path: Path) -> None:
    """What a link in the folder points to stays as it is."""
    other, path = tmp_path / "other", tmp_path / "list.json"
    other.write_text("mine")
    path.symlink_to(other)
    write_sealed(path, {"a": 1})
    assert other.read_text() == "mine"
    assert read_sealed(path) == {"a": 1}
    assert not path.is_symlink()
