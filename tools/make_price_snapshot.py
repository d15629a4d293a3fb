"""Write the shipped price snapshot, one small file a region, from collected price tables.

Usage: python tools/make_price_snapshot.py DATA_FOLDER

DATA_FOLDER holds tables as described by its PROVENANCE.md; only those that it lists as fit to ship are read:
sagemaker_prices.csv (observed), sagemaker_prices_derived.csv, training_instance_availability.csv,
instance_specs.csv and ebs_prices.csv. How the figures are made: docs/prices.md.
"""

from __future__ import annotations

import csv
import json
import sys
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "mlcost_ext" / "prices" / "data"
sys.path.insert(0, str(ROOT))

from mlcost_ext.prices.snapshot import digest  # noqa: E402

# What a user reads; projects and licences are in docs/prices.md.
SOURCES = {
    "studio": "AWS price page, Studio notebooks",
    "studio-same": "Studio-Notebook price of the same type",
    "ec2": "EC2 on-demand price times its class constant",
    "ebs-gp2": "EBS gp2 list price times 1.4",
    "ebs-gp3": "EBS gp3 list price times 1.4",
}
TRAINING_DIGITS = Decimal("0.001")
"""AWS publishes training prices with three decimals."""
STORAGE_FACTOR = Decimal("1.4")
RULE_ERROR = {"type checked": Decimal("0.31"), "family checked": Decimal("0.51")}
"""Measured errors in percent of the class rule; a class rule never compared has none."""

Row = dict[str, str]
Prices = dict[str, dict[str, list[Any]]]


def rows(folder: Path, name: str) -> list[Row]:
    with (folder / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def plain(value: Decimal) -> str:
    return format(value.normalize(), "f")


def error_of(row: Row, observed: str | None) -> str | None:
    """Give the measured error of a derived row, wider where this very price was seen to differ."""
    rule = RULE_ERROR.get(row["evidence"])
    if rule is None:
        return None
    if observed is None:
        return plain(rule)
    seen = abs(Decimal(row["usd_per_hour_derived"]) / Decimal(observed) - 1) * 100
    return plain(max(rule, seen.quantize(Decimal("0.01"), ROUND_HALF_UP)))


def training(
    derived: list[Row], observed: dict[tuple[str, str], Row], offered: set[tuple[str, str]]
) -> list[tuple[str, str, list[Any]]]:
    """Give (region, type, entry) for each type that is offered for training there."""
    found = []
    for row in derived:
        place = (row["region"], row["instance_type"])
        if place not in offered or "Training" not in row["api_components"].split("|"):
            continue
        value = Decimal(row["usd_per_hour_derived"]).quantize(TRAINING_DIGITS, ROUND_HALF_UP)
        seen = observed.get(place)
        error = error_of(row, seen["usd_per_hour"] if seen else None)
        found.append((*place, [plain(value), "derived", error, row["price_date"], "ec2"]))
    return found


def studio(derived: list[Row], observed: dict[tuple[str, str], Row]) -> list[tuple[str, str, str, list[Any]]]:
    """Give (region, component, type, entry) for Studio: seen prices first, the class rule for the rest.

    Nothing is derived for GovCloud, where no rule was found to hold.
    """
    found = []
    for (region, kind), row in observed.items():
        seen = [row["usd_per_hour"], "observed", None, row["price_date"], "studio"]
        same = [row["usd_per_hour"], "derived", "0.17", row["price_date"], "studio-same"]
        found.append((region, "Studio-Notebook", kind, seen))
        if not region.startswith("us-gov-"):
            found.append((region, "Studio-JupyterLab", kind, same))
    for row in derived:
        place = (row["region"], row["instance_type"])
        if place in observed or "Studio" not in row["api_components"].split("|"):
            continue
        value = Decimal(row["usd_per_hour_derived"]).quantize(TRAINING_DIGITS, ROUND_HALF_UP)
        found.append(
            (place[0], "Studio-JupyterLab", place[1], [plain(value), "derived", error_of(row, None), row["price_date"], "ec2"])
        )
    return found


def storage(ebs: list[Row]) -> list[tuple[str, str, list[Any]]]:
    component = {"gp2": "Storage-Training", "gp3": "Storage-Studio-JupyterLab"}
    return [
        (
            row["region"],
            component[row["volume_type"]],
            [
                plain(Decimal(row["usd_per_gb_month"]) * STORAGE_FACTOR),
                "derived",
                None,
                row["price_date"],
                f"ebs-{row['volume_type']}",
            ],
        )
        for row in ebs
    ]


def collect(folder: Path) -> dict[str, Prices]:
    """Give region -> component -> instance type ("" for storage) -> [price, basis, error, date, source]."""
    derived = rows(folder, "sagemaker_prices_derived.csv")
    observed = {(r["region"], r["instance_type"]): r for r in rows(folder, "sagemaker_prices.csv")}
    offered = {(r["region"], r["instance_type"]) for r in rows(folder, "training_instance_availability.csv")}
    regions: dict[str, Prices] = defaultdict(lambda: defaultdict(dict))
    for region, kind, entry in training(derived, observed, offered):
        regions[region]["Training"][kind] = entry
    for region, component, kind, entry in studio(derived, observed):
        regions[region][component][kind] = entry
    for region, component, entry in storage(rows(folder, "ebs_prices.csv")):
        regions[region][component][""] = entry
    return regions


def with_local_disk(folder: Path) -> list[str]:
    """Give the types that bring their own NVMe disk: training on them has no volume to pay for."""
    return sorted(r["instance_type"] for r in rows(folder, "instance_specs.csv") if Decimal(r["instance_store_gb"] or "0") > 0)


def write(name: str, document: object) -> None:
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    (OUT / name).write_text(text + "\n", encoding="utf-8")


def main(folder: Path) -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    for old in OUT.glob("*.json"):
        old.unlink()
    for region, prices in collect(folder).items():
        used = {entry[4] for kinds in prices.values() for entry in kinds.values()}
        sources = {name: SOURCES[name] for name in sorted(used)}
        write(
            f"{region}.json", {"format": 1, "region_id": region, "billing_currency": "USD", "sources": sources, "prices": prices}
        )
    write("local-disk.json", with_local_disk(folder))
    (OUT / "DIGEST").write_text(digest(OUT) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
