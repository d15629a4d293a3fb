"""``mlcost prices diff``: which prices have changed, and what runs at them."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from mlcost_ext.cli.command import Command
from mlcost_ext.cli.overview_file import OverviewFile, overview_files
from mlcost_ext.cli.region import find_region
from mlcost_ext.cli.text import clean, print_json, table
from mlcost_ext.core.errors import UsageError
from mlcost_ext.core.money import plain_text
from mlcost_ext.core.ports import PriceCatalog
from mlcost_ext.core.price import UnitPrice
from mlcost_ext.ledger.home import mlcost_home
from mlcost_ext.usecases.price_changes import PriceChange, price_changes
from mlcost_ext.usecases.price_row import price_id
from mlcost_ext.wiring import earlier_prices, prices_in, shipped_prices

SHIPPED, BEFORE, NOW = "shipped", "before", "now"
MOST_LINES = 200
MOST_NAMES = 5
VOLUMES_OF = {"training": "Storage-Training", "processing": "Storage-Processing"}
"""The component of a job's volumes by its kind; of other kinds it has none."""
LISTS = ("jobs", "endpoints", "apps", "warm_pools")


def add_arguments(parser: ArgumentParser) -> None:
    folder = "a folder of kept lists"
    parser.add_argument("--region", help="AWS region; AWS_REGION, the profile's or the host's when left out")
    parser.add_argument("--from", dest="old", default=BEFORE, help=f"before (the last refresh), shipped, or {folder}")
    parser.add_argument("--to", dest="new", default=NOW, help=f"now, shipped, or {folder}")


def run(options: Namespace) -> int:
    """Show what has changed.

    Raises:
        UsageError: There is no such folder, or no region.
    """
    home, region_id = mlcost_home(), find_region(options.region, os.environ)
    changes = price_changes(catalog(options.old, home), catalog(options.new, home), region_id)
    touched = runs_at(overview_files(home, datetime.now(timezone.utc)))
    if options.json:
        print_json([document(change, touched) for change in changes])
    else:
        print("\n".join(lines(region_id, changes, touched)))
    return 0


def catalog(word: str, home: Path) -> PriceCatalog:
    """Give the list prices that a word stands for.

    Raises:
        UsageError: It is no word of these, and no folder.
    """
    if word == SHIPPED:
        return shipped_prices()
    if word == BEFORE:
        return earlier_prices(home)
    if word == NOW:
        return prices_in(home / "prices")
    if not Path(word).is_dir():
        raise UsageError(f"There is no folder {word[:200]!r}.", f"Say {BEFORE}, {SHIPPED}, {NOW}, or a folder of kept lists.")
    return prices_in(Path(word))


def runs_at(files: list[OverviewFile]) -> dict[str, list[str]]:
    """Give the names of what runs and stands by the prices they are counted at, as servers that live have written it."""
    found: dict[str, list[str]] = defaultdict(list)
    for file in files:
        if not file.is_stale:
            for name, identity in priced_rows(file):
                if name not in found[identity]:
                    found[identity].append(name)
    return found


def priced_rows(file: OverviewFile) -> Iterator[tuple[str, str]]:
    """Give the name of each row, with each price that it names."""
    for row in (row for part in LISTS for row in file.rows(part)):
        for identity in (row.get("price_id"), row.get("storage_price_id")):
            if isinstance(identity, str):
                yield clean(str(row.get("name")), 80), identity
    for row in file.rows("jobs"):
        if row.get("storage_cost") is not None and row.get("kind") in VOLUMES_OF:
            yield clean(str(row.get("name")), 80), f"{row.get('region_id')}/{VOLUMES_OF[str(row['kind'])]}"
    for part in ("price", "storage_price"):
        price = file.section("session").get(part)
        if isinstance(price, dict):
            named = (price.get(key) for key in ("region_id", "component", "instance_type"))
            yield "this session", "/".join(str(name) for name in named if name is not None)


def document(change: PriceChange, touched: dict[str, list[str]]) -> dict[str, Any]:
    """Write a change as JSON."""
    key = change.key
    return {
        "region_id": key.region_id,
        "component": key.component,
        "instance_type": key.instance_type,
        "purchase_option": key.purchase_option,
        "old": side(change.old),
        "new": side(change.new),
        "percent": None if change.percent is None else f"{change.percent:f}",
        "runs": touched.get(identity_of(change), []),
    }


def side(price: UnitPrice | None) -> dict[str, Any] | None:
    if price is None or price.list_unit_price is None:
        return None
    return {
        "list_unit_price": plain_text(price.list_unit_price),
        "pricing_unit": price.pricing_unit,
        "billing_currency": price.billing_currency,
        "price_source": price.price_source,
        "price_as_of": price.price_as_of,
        "price_basis": price.price_basis,
    }


def identity_of(change: PriceChange) -> str:
    return price_id(change.new or change.old) or ""


def lines(region_id: str, changes: list[PriceChange], touched: dict[str, list[str]]) -> list[str]:
    """Write the changes for a terminal."""
    if not changes:
        return [f"{region_id}: no price differs."]
    rows = [
        ("Component", "Type", "Was", "Is", "Change", "Runs at it"),
        *(row(change, touched) for change in changes[:MOST_LINES]),
    ]
    left = len(changes) - MOST_LINES
    return [
        f"{region_id}: {len(changes):,} prices differ.",
        "",
        table(rows),
        *([f"… and {left:,} more; --json has them all."] if left > 0 else []),
    ]


def row(change: PriceChange, touched: dict[str, list[str]]) -> tuple[str, ...]:
    names = touched.get(identity_of(change), [])
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return (
        clean(change.key.component, 40),
        clean(change.key.instance_type or "any", 40),
        amount(change.old),
        amount(change.new),
        "new" if change.old is None else "gone" if change.new is None else percent_words(change),
        ", ".join(names[:MOST_NAMES]) + more,
    )


def amount(price: UnitPrice | None) -> str:
    if price is None or price.list_unit_price is None:
        return ""
    return f"{price.billing_currency} {plain_text(price.list_unit_price)}" + (" *" if price.price_basis == "derived" else "")


def percent_words(change: PriceChange) -> str:
    return "another unit" if change.percent is None else f"{change.percent:+f} %"


WORD = Command(name="diff", help="Show which prices have changed, and what runs at them.", add_arguments=add_arguments, run=run)
