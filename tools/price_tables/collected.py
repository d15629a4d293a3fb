"""Bring the tables up to date from collected ones, those only that their PROVENANCE.md lists as fit to ship."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from mlcost_ext.prices.components import EBS
from mlcost_ext.prices.derive import EC2, ML, STUDIO
from mlcost_ext.prices.snapshot import REGION_NAME

from .tables import Cell, Row, file_name, read_rows, read_sources, write_matrix, write_rows

PLANS = "TrainingPlan"
SPOT = "of spot_market.csv"
LISTS = {
    EC2: ("ec2_on_demand.csv", "instance_type", "usd_per_hour"),
    STUDIO: ("sagemaker_prices.csv", "instance_type", "usd_per_hour"),
    EBS: ("ebs_prices.csv", "volume_type", "usd_per_gb_month"),
    PLANS: ("sagemaker_training_plan_prices.csv", "instance_type", "usd_per_instance_hour"),
}
"""List -> its table, with the columns of the type and of the amount."""
CPU = "cpu"
ROUNDING = Decimal("0.00001")
"""The table of derived prices has six significant digits."""
FACTS = ("vcpu", "memory_gib", "accelerator_count", "accelerator_kind", "accelerator_name", "accelerator_memory_gib")
INSTANCE_HEADINGS = ("instance_type", *FACTS, "instance_store_gb", "architectures", "note")


def merge_collected(folder: Path, tables: Path) -> None:
    """Write the tables of all collected sources anew; those of AWS's own files stay as they are."""
    for name, (table, key, amount) in LISTS.items():
        for source_id, cells in by_source(read_rows(folder / table), key, amount, read_sources(tables)).items():
            write_matrix(tables / source_id / file_name(name, "USD"), cells)
    derived = read_rows(folder / "sagemaker_prices_derived.csv")
    check_the_rule(derived, read_rows(folder / "ec2_on_demand.csv"))
    described = [instance(row) for row in read_rows(folder / "instance_specs.csv")]
    write_rows(tables / "instances.csv", INSTANCE_HEADINGS, described)
    write_rows(tables / "classes.csv", ("instance_type", "class", "constant", "evidence", "uses"), classes(derived, described))
    offered = read_rows(folder / "training_instance_availability.csv")
    write_matrix(tables / "training.csv", ((row["instance_type"], row["region"], "x") for row in offered))
    write_matrix(
        tables / "spot_market.csv", spot_cells(read_rows(folder / "ec2_spot_advisor.csv"), described, read_sources(tables))
    )


def by_source(rows: list[Row], key: str, amount: str, sources: dict[str, Row]) -> dict[str, list[Cell]]:
    """Give the cells of each source; what is no region, such as a local zone, is left out.

    Raises:
        SystemExit: A source is not in sources.json, has another date there, or a row has no price.
    """
    found: dict[str, list[Cell]] = defaultdict(list)
    for row in rows:
        source_id = row["source_id"]
        if source_id not in sources or sources[source_id]["date"] != row["price_date"]:
            raise SystemExit(f"sources.json has no {source_id} of {row['price_date']}; write down what it is")
        if Decimal(row[amount]) <= 0:
            raise SystemExit(f"{row['region']} {row[key]}: no price")
        if REGION_NAME.fullmatch(row["region"]):
            found[source_id].append((row[key], row["region"], row[amount]))
    return found


def spot_cells(rows: list[Row], described: list[Row], sources: dict[str, Row]) -> Iterator[Cell]:
    """Give ``saving/band`` of each EC2 type that an ml.* type of training is made of.

    Raises:
        SystemExit: A row is of another day than sources.json says.
    """
    twins = {row["instance_type"].removeprefix(ML) for row in described}
    for row in rows:
        if row["seen_date"] != sources[SPOT]["date"]:
            raise SystemExit(f"sources.json has no {SPOT} of {row['seen_date']}; write down what it is")
        if row["instance_type"] in twins and REGION_NAME.fullmatch(row["region"]):
            yield row["instance_type"], row["region"], f"{row['savings_over_on_demand_pct']}/{row['interruption_band']}"


def check_the_rule(derived: list[Row], ec2: list[Row]) -> None:
    """Make sure that the package will reckon as the table of derived prices did: EC2's price of that day × constant."""
    seen = {(row["region"], ML + row["instance_type"]): row for row in ec2}
    for row in derived:
        source = seen[row["region"], row["instance_type"]]
        exact = Decimal(source["usd_per_hour"]) * Decimal(row["multiplier"])
        is_off = abs(Decimal(row["usd_per_hour_derived"]) / exact - 1) > ROUNDING
        if is_off or source["price_date"] != row["price_date"]:
            raise SystemExit(f"{row['region']} {row['instance_type']} is not EC2's price times {row['multiplier']}")


def classes(derived: list[Row], described: list[Row]) -> list[Row]:
    """Give what the class rule knows of each type, the same in all regions.

    The constant of the CPU families was never compared on a machine with accelerators, so it prices none.
    """
    plain = {row["instance_type"] for row in described if row["accelerator_count"] == "0"}
    found: dict[str, Row] = {}
    for row in derived:
        name, kind = row["instance_type"], row["class"].split()[0]
        if kind == CPU and name not in plain:
            continue
        entry = {"class": kind, "constant": row["multiplier"], "evidence": row["evidence"]}
        entry |= {"instance_type": name, "uses": row["api_components"].replace("|", " ")}
        if found.setdefault(name, entry) != entry:
            raise SystemExit(f"{name} has another rule in {row['region']}")
    return [found[name] for name in sorted(found)]


def instance(row: Row) -> Row:
    """Give what is known of a type; where the source describes the machine and names no accelerator, it has none."""
    is_plain = bool(row["vcpu"]) and not row["accelerator_kind"]
    return {
        "instance_type": row["instance_type"],
        "vcpu": row["vcpu"],
        "memory_gib": row["memory_gib"],
        "accelerator_count": "0" if is_plain else row["accelerator_count"],
        "accelerator_kind": row["accelerator_kind"],
        "accelerator_name": row["accelerator_name"],
        "accelerator_memory_gib": "" if row["note"].startswith("suspect") else row["accelerator_memory_gib_total"],
        "instance_store_gb": row["instance_store_gb"],
        "architectures": row["architectures"].replace("/", " "),
        "note": row["note"],
    }
