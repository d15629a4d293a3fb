"""The tables in the repository that the shipped prices are made from, and the tool that makes them."""

from __future__ import annotations

import importlib.util
import json
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from mlcost_ext.prices import Snapshot
from mlcost_ext.prices.components import usual_unit
from mlcost_ext.prices.price_list import Offer
from mlcost_ext.prices.region_lists import RegionLists
from mlcost_ext.prices.snapshot import DATA
from tests.fakes import ROOT

TABLES = ROOT / "tools" / "price_tables"


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_price_snapshot", ROOT / "tools" / "make_price_snapshot.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    """Give a copy of the tables, to be changed."""
    found = tmp_path / "tables"
    shutil.copytree(TABLES, found, ignore=shutil.ignore_patterns("__pycache__"))
    return found


def test_the_tables_stay_small() -> None:
    """What is reviewed can be read."""
    assert sum(path.stat().st_size for path in TABLES.rglob("*.*")) < 700_000


def test_the_tool_gives_the_very_same_snapshot(tool: ModuleType, tmp_path: Path) -> None:
    """Byte for byte, from the tables of the repository alone; what is no longer shipped goes."""
    (tmp_path / "xx-gone-1.json").write_text("{}")
    assert tool.main([], out=tmp_path) == 0
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert made == {path.name: path.read_bytes() for path in DATA.iterdir()}


def test_the_shipped_files_are_fresh(tool: ModuleType) -> None:
    """`make check` asks the same."""
    assert tool.main(["--check"]) == 0


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("us-east-1.json", b"{}", "us-east-1.json, DIGEST"),
        ("us-east-1.json", None, "us-east-1.json, DIGEST"),
        ("xx-new-1.json", b"{}", "xx-new-1.json, DIGEST"),
        ("DIGEST", b"abc", "DIGEST"),
    ],
)
def test_a_file_that_is_not_fresh_is_told(
    tool: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes | None, told: str
) -> None:
    """Changed by hand, missing or too many: its name, and nothing is written."""
    out = tmp_path / "data"
    shutil.copytree(DATA, out)
    (out / name).unlink(missing_ok=True)
    if content is not None:
        (out / name).write_bytes(content)
    assert tool.main(["--check"], out=out) == 1
    assert capsys.readouterr().err.startswith(f"Not what tools/price_tables gives: {told}. Run: python tools/")
    assert ((out / name).read_bytes() if content is not None else (out / name).exists()) == (content or False)


def test_the_collected_tables_give_the_very_same_tables(tool: ModuleType, collected: Path, tables: Path, tmp_path: Path) -> None:
    """Written anew, no byte of the tables or of what is shipped differs."""
    assert tool.main(["--collected", str(collected)], out=tmp_path / "out", tables=tables) == 0
    made = {path.relative_to(tables): path.read_bytes() for path in tables.rglob("*.csv")}
    assert made == {path.relative_to(TABLES): path.read_bytes() for path in TABLES.rglob("*.csv")}
    assert (tmp_path / "out" / "DIGEST").read_text() == (DATA / "DIGEST").read_text()


def offer(component: str, instance_type: str | None, amount: str, **changes: Any) -> Offer:
    fields: dict[str, Any] = {
        "region_id": "us-east-1",
        "component": component,
        "instance_type": instance_type,
        "purchase_option": "OnDemand",
        "unit_price": Decimal(amount),
        "pricing_unit": usual_unit(component),
        "billing_currency": "USD",
        "sku": "ABCDEFGH23456789",
        "rate_code": "",
        "effective_date": "2026-11-01",
        "usage_type": "USE1-Train:ml.g5.xlarge",
    }
    return Offer(**{**fields, **changes})


def test_offers_of_aws_go_before_what_others_saw(tool: ModuleType, tables: Path, tmp_path: Path) -> None:
    """Any component may have a list, bought in any way; each price once, the newest; what AWS does not list stays."""
    offers = [
        offer("Training", "ml.g5.xlarge", "1.4080000000"),
        offer("Cluster", "ml.p5.48xlarge", "40", purchase_option="Reserved"),
        offer("Storage-Training", None, "0.14"),
        offer("EC2", "g5.xlarge", "1.007"),
        offer("EBS", "gp2", "0.11", pricing_unit="GB-Mo"),
        offer("Training", "ml.g5.xlarge", "9.9", region_id="cn-north-1", billing_currency="CNY"),
    ]
    assert tool.merge_offers(offers, tables, as_of="2026-11-20", path="one.json") == "one.json: 6 prices taken"
    tool.main([], out=tmp_path, tables=tables)
    region = json.loads((tmp_path / "us-east-1.json").read_text())
    own = {
        name: entry[3:]
        for name, found in region["prices"].items()
        for source, entry in found.items()
        if source.startswith("aws-p")
    }
    assert own == {
        "Training": ["2026-11-20", {"ml.g5.xlarge": "1.408"}],
        "Cluster/Reserved": ["2026-11-20", {"ml.p5.48xlarge": "40"}],
        "Storage-Training": ["2026-11-20", {"": "0.14"}],
        "EC2": ["2026-11-20", {"g5.xlarge": "1.007"}],
        "EBS": ["2026-11-20", {"gp2": "0.11"}],
    }
    assert "g5.xlarge" not in region["prices"]["EC2"]["karpenter-2026-07"][4]
    lists = RegionLists(region)
    assert [len(lists.keys(name)) for name in ("EC2", "EBS")] == [len(Snapshot().lists("us-east-1").keys("EC2")), 2]
    china = json.loads((tmp_path / "cn-north-1.json").read_text())
    assert (china["has_class_rule"], china["prices"]["Training"]["aws-price-list-2026-11-20"][0]) == (False, "CNY")


def test_a_newer_list_of_aws_replaces_an_older_one(tool: ModuleType, tables: Path) -> None:
    """In the regions that it covers; files of the same day stand side by side, and a source without prices goes."""
    west = {"region_id": "us-west-2"}
    tool.merge_offers([offer("Training", "ml.p2.xlarge", "1"), offer("Training", "ml.p2.xlarge", "2", **west)], tables, **OLD)
    tool.merge_offers([offer("Training", "ml.p3.2xlarge", "3")], tables, as_of="2026-11-20", path="b.json")
    tool.merge_offers([offer("Hosting", "ml.p3.2xlarge", "4")], tables, as_of="2026-11-20", path="c.json")
    old, new = tables / "aws-price-list-2026-05-01", tables / "aws-price-list-2026-11-20"
    assert (old / "Training.USD.csv").read_text() == "type,us-west-2\nml.p2.xlarge,2\n"
    assert (new / "Training.USD.csv").read_text() == "type,us-east-1\nml.p3.2xlarge,3\n"
    sources = json.loads((tables / "sources.json").read_text())
    assert sources[new.name]["path"] == "b.json, c.json"
    tool.merge_offers([offer("Training", "ml.p3.2xlarge", "3", **west)], tables, as_of="2026-11-21", path="d.json")
    assert "aws-price-list-2026-05-01" not in json.loads((tables / "sources.json").read_text())


OLD = {"as_of": "2026-05-01", "path": "a.json"}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"component": "SpotTraining", "purchase_option": "Spot"}, "of spot"),
        ({"component": "Nothing"}, "of no component or region of ours"),
        ({"region_id": "us-east-1-atl-1a"}, "of no component or region of ours"),
        ({"instance_type": None}, "without a type, or with one that does not belong there"),
        ({"component": "Storage-Training"}, "without a type, or with one that does not belong there"),
        ({"pricing_unit": "GB-Mo"}, "in another unit"),
        ({"billing_currency": "usd"}, "in another unit"),
        ({"unit_price": Decimal(0)}, "of no plain amount above zero"),
        ({"unit_price": Decimal("1e-19")}, "of no plain amount above zero"),
    ],
)
def test_what_is_left_out_is_told(tool: ModuleType, tables: Path, changes: dict[str, Any], why: str) -> None:
    """Nothing that the package could not say for certain is taken in."""
    offers = [offer("Training", "ml.g5.xlarge", "1.4"), offer(**{"component": "Training", **ONE, **changes})]
    assert tool.merge_offers(offers, tables, **OLD) == f"a.json: 1 prices taken; 1 {why}"


ONE: dict[str, Any] = {"instance_type": "ml.g5.2xlarge", "amount": "1.515"}


def test_two_prices_of_one_thing(tool: ModuleType, tables: Path) -> None:
    """Nobody can say which one is billed, so none is taken."""
    offers = [offer("Training", "ml.g5.xlarge", amount) for amount in ("1.4", "1.5")]
    assert tool.merge_offers(offers, tables, **OLD) == "a.json: 0 prices taken; 1 with two prices, none taken"


def test_a_file_of_aws_is_taken_in(tool: ModuleType, tables: Path, tmp_path: Path) -> None:
    """The reader of AWS's offer files and the tables understand each other; what is none is refused."""
    (tmp_path / "bulk.json").write_text(json.dumps(BULK))
    told = tool.merge_bulk(tmp_path / "bulk.json", tables, date(2026, 11, 30))
    assert told == "bulk.json: 1 prices taken"
    text = (tables / "aws-price-list-2026-11-20" / "Training.USD.csv").read_text()
    assert text == "type,us-east-1\nml.g5.xlarge,1.408\n"
    (tmp_path / "bad.json").write_text("{}")
    with pytest.raises(SystemExit, match=r"bad\.json"):
        tool.merge_bulk(tmp_path / "bad.json", tables, date(2026, 11, 30))


BULK = {
    "offerCode": "AmazonSageMaker",
    "publicationDate": "2026-11-20T10:00:00Z",
    "products": {
        "ABCDEFGH23456789": {
            "sku": "ABCDEFGH23456789",
            "productFamily": "ML Instance",
            "attributes": {
                "servicecode": "AmazonSageMaker",
                "regionCode": "us-east-1",
                "locationType": "AWS Region",
                "instanceType": "ml.g5.xlarge-Training",
                "instanceName": "ml.g5.xlarge",
                "component": "Training",
                "usagetype": "USE1-Train:ml.g5.xlarge",
                "operation": "RunInstance",
            },
        }
    },
    "terms": {
        "OnDemand": {
            "ABCDEFGH23456789": {
                "ABCDEFGH23456789.JRTCKXETXF": {
                    "sku": "ABCDEFGH23456789",
                    "effectiveDate": "2026-11-01T00:00:00Z",
                    "offerTermCode": "JRTCKXETXF",
                    "priceDimensions": {
                        "ABCDEFGH23456789.JRTCKXETXF.6YS6EN2CT7": {
                            "rateCode": "ABCDEFGH23456789.JRTCKXETXF.6YS6EN2CT7",
                            "unit": "Hrs",
                            "beginRange": "0",
                            "endRange": "Inf",
                            "pricePerUnit": {"USD": "1.4080000000"},
                        }
                    },
                    "termAttributes": {},
                }
            }
        }
    },
}
