"""The shipped prices against their digest, their tool and the tables they were made from."""

from __future__ import annotations

import csv
import hashlib
import importlib.util
import json
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import pytest

from mlcost_ext.core.price import PriceKey
from mlcost_ext.prices import Snapshot
from mlcost_ext.prices.snapshot import DATA
from tests.fakes import ROOT

MAX_ERROR = Decimal("0.006")
"""What docs/prices.md promises, with AWS's rounding to three decimals."""


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_price_snapshot", ROOT / "tools" / "make_price_snapshot.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_digest_is_fresh(tool: ModuleType) -> None:
    """Nobody edits a price by hand: the files are those that the tool wrote."""
    digest = hashlib.sha256()
    for path in sorted(DATA.glob("*.json")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    assert (DATA / "DIGEST").read_text() == digest.hexdigest() + "\n" == tool.digest(tool.OUT) + "\n"


def test_each_file_is_of_its_region() -> None:
    """One format, one currency, a source for every price and no source that nothing uses."""
    for path in sorted(DATA.glob("*-*-*.json")):
        document = json.loads(path.read_text(encoding="utf-8"))
        assert (document["format"], document["region_id"], document["billing_currency"]) == (1, path.stem, "USD")
        used = {entry[4] for kinds in document["prices"].values() for entry in kinds.values()}
        assert used == set(document["sources"])


def test_the_tool_gives_the_very_same_snapshot(
    tool: ModuleType, collected: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Byte for byte, from the collected tables."""
    monkeypatch.setattr(tool, "OUT", tmp_path)
    (tmp_path / "xx-gone-1.json").write_text("{}")
    tool.main(collected)
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert made == {path.name: path.read_bytes() for path in DATA.iterdir()}


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


def test_independent_quotes_agree(collected: Path) -> None:
    """Prices of Training and JupyterLab apps that others wrote down are within 0.6 % of ours."""
    snapshot, compared = Snapshot(), 0
    for row in rows(collected, "sagemaker_quotes.csv"):
        if row["component"] not in ("Training", "Studio-JupyterLab") or row["note"].startswith("stale"):
            continue
        key = PriceKey(region_id=row["region"], component=row["component"], instance_type=row["instance_type"])
        price = snapshot.unit_price(key)
        if price is None:
            assert row["component"] == "Studio-JupyterLab", key  # types that no app may use by the API's own list
            continue
        assert abs(price.list_unit_price / Decimal(row["usd_per_hour"]) - 1) <= MAX_ERROR, key
        compared += 1
    assert compared >= 25


def test_training_is_priced_where_it_is_offered(collected: Path) -> None:
    """What is not offered in a region has no price there."""
    snapshot = Snapshot()
    offered = {(row["region"], row["instance_type"]) for row in rows(collected, "training_instance_availability.csv")}
    for region_id in snapshot.regions():
        kinds = json.loads((DATA / f"{region_id}.json").read_text())["prices"].get("Training", {})
        assert {(region_id, kind) for kind in kinds} <= offered


def test_errors_that_were_seen_are_told(collected: Path) -> None:
    """The known outliers carry their own error, not the rule's."""
    price = Snapshot().unit_price(PriceKey(region_id="sa-east-1", component="Training", instance_type="ml.g5.12xlarge"))
    assert price is not None
    assert price.error_percent is not None
    assert price.error_percent > 30
