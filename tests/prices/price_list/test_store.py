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
from pathlib import Path
from typing import Any

import pytest

from mlcost_ext.prices.price_list import RegionList, ServiceList, Store
from mlcost_ext.prices.price_list.region_list import with_service
from mlcost_ext.prices.price_list.sealed import read_sealed, seal, unseal, write_sealed
from tests.fakes import ROOT

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
            "ml.m5.xlarge": ["0.23", "Hours", "JDZQJFUVUR8SUWHS", "2026-11-01"],
            "ml.g5.xlarge": ["1.408", "Hours", "AAAAAAAAAAAAAAAA", "2026-11-01", ".XXXXXXXX.YYYYYYYY"],
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
    whole = unseal(seal({"format": 1, "region_id": "us-east-1", "billing_currency": "USD", "services": {}, "prices": {}}))
    assert whole is not None
    document = {key: value for key, value in whole.items() if key != "sha256"}
    return seal(document | changes)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff",
        b'{"sha256":"',
        json.dumps({"format": 1, "region_id": "us-east-1", "prices": {}}).encode(),
        sealed()[:-1],
        sealed() + b" ",
        sealed().replace(b"USD", b"EUR"),
        seal_of(b'"a":'),
        seal_of(b"[" * 100_000),
        sealed(format=2),
        sealed(region_id="eu-west-1"),
        sealed(region_id=7),
        sealed(billing_currency="EUR"),
        sealed(prices=[]),
        sealed(prices={"Training": []}),
        sealed(prices={"Training": {"OnDemand": ["x"]}}),
        sealed(services={"AmazonSageMaker": {"as_of": "someday"}}),
        sealed(services=7),
        seal({"a": 1}),
        seal({}),
    ],
    ids=range(22),
)
def test_files_that_are_not_ours_or_not_whole(store: Store, raw: bytes) -> None:
    """As if there were none, and the reason is told."""
    store.folder.mkdir()
    store.path("us-east-1").write_bytes(raw)
    found, problem = store.read("us-east-1")
    assert found is None
    assert problem is not None
    assert (problem.code, problem.subject) == ("price_list_unreadable", "us-east-1")


def test_a_file_that_is_too_large(store: Store) -> None:
    """It is not read at all."""
    store.folder.mkdir()
    with store.path("us-east-1").open("wb") as file:
        file.truncate(10 * 1024**3)
    assert store.read("us-east-1")[1] is not None


@pytest.mark.parametrize(
    "values",
    [
        ["0.0", "Hours", "JDZQJFUVUR8SUWHS", "2026-11-01"],
        ["-1", "Hours", "JDZQJFUVUR8SUWHS", "2026-11-01"],
        ["0.23", "Days", "JDZQJFUVUR8SUWHS", "2026-11-01"],
        ["0.23", "Hours", "<b>", "2026-11-01"],
        ["0.23", "Hours", "JDZQJFUVUR8SUWHS", "someday"],
        [0.23, "Hours", "JDZQJFUVUR8SUWHS", "2026-11-01"],
        ["0.23"],
        "0.23",
        None,
    ],
)
def test_entries_that_are_no_price(values: Any) -> None:
    """They are not there, and the others are."""
    found = region_list(prices={"Training": {"OnDemand": {"a": values, **PRICES["Training"]["OnDemand"]}}})
    assert found.entry(("Training", "OnDemand", "a")) is None
    assert [key[2] for key, _ in found.entries()] == ["ml.m5.xlarge", "ml.g5.xlarge"]


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
