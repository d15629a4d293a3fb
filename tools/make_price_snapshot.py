"""Write the shipped price snapshot, one small file a region, from the tables in tools/price_tables.

Usage: python tools/make_price_snapshot.py [--check] [--collected FOLDER] [--bulk FILE ...]

Without an argument the snapshot is written anew from the tables. `--check` writes nothing and says whether the shipped
files are what the tables give. `--collected` first brings the tables up to date from a folder of collected ones (those
that its PROVENANCE.md lists as fit to ship), `--bulk` from AWS's own price files.

The tables: a folder for each source of sources.json, in it `<list>.<currency>.csv` with a row for each type and a
column for each region; the list is a component (`Cluster~Reserved.USD.csv` where bought in another way than usual) or
EBS. Where two sources have a price, the newer one is shipped. Next to them classes.csv, instances.csv, training.csv and
spot_market.csv.
What is shipped is what somebody saw, and the constants of the class rule; mlcost_ext/prices/derive.py reckons with them.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "mlcost_ext" / "prices" / "data"
TABLES = ROOT / "tools" / "price_tables"
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]

from price_tables.bulk import merge_bulk, merge_offers  # noqa: E402
from price_tables.collected import merge_collected  # noqa: E402
from price_tables.tables import Row, read_matrix, read_rows, read_sources  # noqa: E402

from mlcost_ext.prices.components import usual_unit  # noqa: E402
from mlcost_ext.prices.snapshot import CLASSES, digest  # noqa: E402

__all__ = ["documents", "main", "merge_bulk", "merge_offers"]

FORMAT = 3
RULE_ERROR = {"type checked": "0.31", "family checked": "0.51", "class rule only": None}
"""Measured errors in percent of the class rule; a class that nobody compared has none."""
NO_CLASS_RULE = ("us-gov-", "us-iso", "cn-", "eusc-")
"""GovCloud's prices were compared and follow no constant; those of the other partitions nobody has compared."""

Entry = list[Any]
"""Currency, unit, basis, date, and the amounts by type."""


def price_lists(tables: Path) -> dict[str, dict[str, dict[str, Entry]]]:
    """Give region -> list -> source -> entry; each price once, from the newest source that has it."""
    sources = read_sources(tables)
    found: dict[str, dict[str, dict[str, Entry]]] = defaultdict(lambda: defaultdict(dict))
    seen: set[tuple[str, str, str]] = set()
    for source_id in sorted(sources, key=lambda name: sources[name]["date"], reverse=True):
        for path in sorted((tables / source_id).glob("*.csv")):
            name, currency = path.stem.replace("~", "/").rsplit(".", 1)
            empty = [currency, usual_unit(name), "observed", sources[source_id]["date"]]
            for key, region, amount in read_matrix(path):
                entry = found[region][name].setdefault(source_id, [*empty, {}])
                if entry[0] != currency:
                    raise SystemExit(f"{path}: {region} has prices of {name} in two currencies")
                if (name, key, region) not in seen:
                    entry[4][key] = amount
                seen.add((name, key, region))
    return {region: without_empty(lists) for region, lists in found.items()}


def without_empty(lists: dict[str, dict[str, Entry]]) -> dict[str, dict[str, Entry]]:
    return {name: {source: entry for source, entry in sources.items() if entry[4]} for name, sources in lists.items()}


def classes(tables: Path) -> dict[str, list[Any]]:
    """Give type -> [class, constant, measured error in percent, uses]."""
    return {
        row["instance_type"]: [row["class"], row["constant"], RULE_ERROR[row["evidence"]], row["uses"]]
        for row in read_rows(tables / "classes.csv")
    }


def instances(tables: Path) -> dict[str, list[Any]]:
    """Give type -> [vCPU, GiB, accelerators: count, kind, name, GiB; local disks in GB, architectures]; null: not known."""
    return {row["instance_type"]: facts(row) for row in read_rows(tables / "instances.csv")}


def facts(row: Row) -> list[Any]:
    return [
        number(row["vcpu"]),
        row["memory_gib"] or None,
        number(row["accelerator_count"]),
        row["accelerator_kind"] or None,
        row["accelerator_name"] or None,
        row["accelerator_memory_gib"] or None,
        number(row["instance_store_gb"]),
        row["architectures"],
    ]


BANDS = ("<5%", "5-10%", "10-15%", "15-20%", ">20%")
"""Of EC2's Spot Instance Advisor: how many instances were interrupted in the month before."""


def spot_market(tables: Path, of_types: dict[str, list[Any]]) -> dict[str, Any]:
    """Give, of types that train, region -> EC2 type -> [average saving in percent, place of its band], with source and date."""
    found: dict[str, dict[str, list[int]]] = defaultdict(dict)
    for instance_type, region, text in read_matrix(tables / "spot_market.csv"):
        saving, band = text.split("/")
        if "Training" not in of_types.get(f"ml.{instance_type}", ("", "", "", ""))[3].split():
            continue
        found[region][instance_type] = [int(saving), int(band)]
    source = read_sources(tables)["of spot_market.csv"]
    told = {"as_of": source["date"], "source": f"EC2 Spot Instance Advisor ({source['project']})"}
    return {"format": FORMAT, "bands": BANDS, "regions": found, **told}


def number(text: str) -> int | None:
    return int(text) if text else None


def offered(tables: Path, of_types: dict[str, list[Any]]) -> dict[str, list[str]]:
    """Give region -> types that can be priced and are offered for training there."""
    found = defaultdict(set)
    for instance_type, region, _ in read_matrix(tables / "training.csv"):
        if "Training" in of_types.get(instance_type, ("", "", "", ""))[3].split():
            found[region].add(instance_type)
    return {region: sorted(types) for region, types in found.items()}


def documents(tables: Path) -> dict[str, bytes]:
    """Give what is to be shipped: the files by name."""
    of_types, lists = classes(tables), price_lists(tables)
    training = offered(tables, of_types)
    found: dict[str, object] = {
        f"{region}.json": {
            "format": FORMAT,
            "region_id": region,
            "has_class_rule": not region.startswith(NO_CLASS_RULE),
            "prices": lists[region],
            "training": training.get(region, []),
        }
        for region in lists
    }
    found[CLASSES] = {"format": FORMAT, "types": of_types}
    found["instances.json"] = {"format": FORMAT, "types": instances(tables)}
    found["spot_market.json"] = spot_market(tables, of_types)
    return {name: to_bytes(document) for name, document in found.items()}


def to_bytes(document: object) -> bytes:
    return (json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n").encode()


def write(found: dict[str, bytes], out: Path) -> None:
    """Write the files and their digest; what is no longer shipped goes."""
    out.mkdir(parents=True, exist_ok=True)
    for old in out.glob("*.json"):
        old.unlink()
    for name, content in found.items():
        (out / name).write_bytes(content)
    (out / "DIGEST").write_text(digest(out) + "\n", encoding="utf-8")


def stale(found: dict[str, bytes], out: Path) -> list[str]:
    """Give the names of shipped files that are not what the tables give: another content, missing, or too many."""
    shipped = {path.name: path.read_bytes() for path in out.glob("*.json")}
    names = [name for name in sorted({*found, *shipped}) if found.get(name) != shipped.get(name)]
    note = out / "DIGEST"
    is_noted = note.is_file() and note.read_text(encoding="utf-8").strip() == digest(out)
    return names if is_noted else [*names, "DIGEST"]


def main(arguments: list[str], out: Path = OUT, tables: Path = TABLES) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; say whether the shipped files are fresh")
    parser.add_argument("--collected", type=Path, metavar="FOLDER", help="bring the tables up to date from collected ones")
    parser.add_argument("--bulk", type=Path, nargs="+", metavar="FILE", help="take in AWS's own price files")
    options = parser.parse_args(arguments)
    if options.check and (options.collected or options.bulk):
        parser.error("--check writes nothing, so it takes no other argument")
    if options.collected:
        merge_collected(options.collected, tables)
    for file in options.bulk or ():
        print(merge_bulk(file, tables, datetime.now(timezone.utc).date()))
    found = documents(tables)
    if not options.check:
        write(found, out)
        return 0
    names = stale(found, out)
    if names:
        print(f"Not what tools/price_tables gives: {', '.join(names)}. Run: python tools/make_price_snapshot.py", file=sys.stderr)
    return 1 if names else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
