"""Write the shipped price snapshot, one small file a region, from collected price tables.

Usage: python tools/make_price_snapshot.py DATA_FOLDER

DATA_FOLDER holds tables as described by its PROVENANCE.md; only those that it lists as fit to ship are read. What is
written is what somebody saw (lists with their source and date) and the constants of the class rule; the package itself
reckons with them, in mlcost_ext/prices/derive.py. How the figures are made: docs/prices.md.
"""

from __future__ import annotations

import csv
import json
import sys
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "mlcost_ext" / "prices" / "data"
sys.path.insert(0, str(ROOT))

from mlcost_ext.prices.derive import ML  # noqa: E402
from mlcost_ext.prices.region_lists import EBS, EC2, STUDIO  # noqa: E402
from mlcost_ext.prices.snapshot import CLASSES, digest  # noqa: E402

RULE_ERROR = {"type checked": "0.31", "family checked": "0.51", "class rule only": None}
"""Measured errors in percent of the class rule; a class that nobody compared has none."""
NO_CLASS_RULE = "us-gov-"
"""GovCloud's prices were compared and follow no constant."""
CPU = "cpu"
ROUNDING = Decimal("0.00001")
"""The table of derived prices has six significant digits."""

Row = dict[str, str]


def rows(folder: Path, name: str) -> list[Row]:
    with (folder / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def number(text: str) -> int | None:
    return int(text) if text else None


def check_the_rule(derived: list[Row], ec2: list[Row]) -> None:
    """Make sure that the package will reckon as the table of derived prices did: EC2's price of that day × constant."""
    seen = {(row["region"], ML + row["instance_type"]): row for row in ec2}
    for row in derived:
        source = seen[row["region"], row["instance_type"]]
        exact = Decimal(source["usd_per_hour"]) * Decimal(row["multiplier"])
        is_off = abs(Decimal(row["usd_per_hour_derived"]) / exact - 1) > ROUNDING
        if is_off or source["price_date"] != row["price_date"]:
            raise SystemExit(f"{row['region']} {row['instance_type']} is not EC2's price times {row['multiplier']}")


def classes(derived: list[Row], facts: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Give type -> [class, constant, measured error, uses], the same in all regions.

    The constant of the CPU families was never compared on a machine with accelerators, so it prices none.
    """
    found: dict[str, list[Any]] = {}
    for row in derived:
        name, kind = row["instance_type"], row["class"].split()[0]
        has_no_accelerator = facts[name][2] == 0
        if kind == CPU and not has_no_accelerator:
            continue
        entry = [kind, row["multiplier"], RULE_ERROR[row["evidence"]], row["api_components"].replace("|", " ")]
        if found.setdefault(name, entry) != entry:
            raise SystemExit(f"{name} has another rule in {row['region']}")
    return found


def instances(specs: list[Row]) -> dict[str, list[Any]]:
    """Give type -> [vCPU, GiB, accelerators: count, kind, name, GiB; local disks in GB, architectures]; null: not known.

    Where the source describes the machine and names no accelerator, it has none.
    """
    return {row["instance_type"]: facts(row) for row in specs}


def facts(row: Row) -> list[Any]:
    is_described = bool(row["vcpu"])
    is_plain = is_described and not row["accelerator_kind"]
    memory = None if row["note"].startswith("suspect") else row["accelerator_memory_gib_total"] or None
    return [
        number(row["vcpu"]),
        row["memory_gib"] or None,
        0 if is_plain else number(row["accelerator_count"]),
        row["accelerator_kind"] or None,
        row["accelerator_name"] or None,
        memory,
        number(row["instance_store_gb"]),
        row["architectures"].replace("/", " "),
    ]


def listed(table: list[Row], key: str, amount: str, unit: str) -> dict[str, dict[str, list[Any]]]:
    """Give region -> source -> [currency, unit, basis, date, amounts by `key`]; a source has one date."""
    found: dict[str, dict[str, list[Any]]] = defaultdict(dict)
    for row in table:
        entry = found[row["region"]].setdefault(row["source_id"], ["USD", unit, "observed", row["price_date"], {}])
        if entry[3] != row["price_date"] or Decimal(row[amount]) <= 0:
            raise SystemExit(f"{row['region']} {row[key]}: a second date, or no price")
        entry[4][row[key]] = row[amount]
    return found


def offered(folder: Path, of_types: dict[str, list[Any]]) -> dict[str, list[str]]:
    """Give region -> types that can be priced and are offered for training there."""
    found = defaultdict(list)
    for row in rows(folder, "training_instance_availability.csv"):
        if "Training" in of_types.get(row["instance_type"], ("", "", "", ""))[3].split():
            found[row["region"]].append(row["instance_type"])
    return {region: sorted(types) for region, types in found.items()}


def write(name: str, document: object) -> None:
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    (OUT / name).write_text(text + "\n", encoding="utf-8")


def main(folder: Path) -> None:
    derived, ec2 = rows(folder, "sagemaker_prices_derived.csv"), rows(folder, "ec2_on_demand.csv")
    check_the_rule(derived, ec2)
    of_instances = instances(rows(folder, "instance_specs.csv"))
    of_types = classes(derived, of_instances)
    training = offered(folder, of_types)
    lists = {
        EC2: listed(ec2, "instance_type", "usd_per_hour", "Hours"),
        STUDIO: listed(rows(folder, "sagemaker_prices.csv"), "instance_type", "usd_per_hour", "Hours"),
        EBS: listed(rows(folder, "ebs_prices.csv"), "volume_type", "usd_per_gb_month", "GB-Mo"),
    }
    OUT.mkdir(parents=True, exist_ok=True)
    for old in OUT.glob("*.json"):
        old.unlink()
    for region in sorted({region for regions in lists.values() for region in regions}):
        document = {
            "format": 2,
            "region_id": region,
            "has_class_rule": not region.startswith(NO_CLASS_RULE),
            "prices": {name: regions[region] for name, regions in lists.items() if region in regions},
            "training": training.get(region, []),
        }
        write(f"{region}.json", document)
    write(CLASSES, {"format": 2, "types": of_types})
    write("instances.json", {"format": 2, "types": of_instances})
    (OUT / "DIGEST").write_text(digest(OUT) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
