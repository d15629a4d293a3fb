"""``mlcost prices status``: which prices there are, how old, from where, and how wrong they can be."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timezone
from decimal import Decimal
from typing import Any

from mlcost_ext.cli.command import Command
from mlcost_ext.cli.region import find_region
from mlcost_ext.cli.text import clean, print_json, table
from mlcost_ext.core.component import purchase_options
from mlcost_ext.core.errors import UsageError
from mlcost_ext.core.money import plain_text
from mlcost_ext.core.price import UnitPrice, price_key
from mlcost_ext.ledger.home import mlcost_home
from mlcost_ext.prices import PriceBook
from mlcost_ext.wiring import price_book

MOST_FAULTS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """The prices of one component in one region."""

    component: str
    prices: int
    by_basis: dict[str, int]
    """``observed``, ``derived``, and ``contracted`` where a rate of the user's is put on top."""
    oldest: str
    newest: str
    error_percent: Decimal | None
    """The largest that was measured; None: none was."""
    unmeasured: int
    """Derived prices whose error nobody has measured."""


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--region", help="AWS region; AWS_REGION, the profile's or the host's when left out")


def run(options: Namespace) -> int:
    """Show the state of the prices; a file of rates with faults is status 1."""
    book = price_book(mlcost_home())
    region_id = wanted_region(options.region)
    if options.json:
        print_json(document(book, region_id))
    else:
        print("\n".join(lines(book, region_id)))
    return 1 if book.rates_file.faults else 0


def wanted_region(option: str | None) -> str | None:
    """Give the region that is asked for; None: none is set, which a status can do without.

    Raises:
        UsageError: It does not look like one.
    """
    try:
        return find_region(option, os.environ)
    except UsageError as error:
        if error.code != "region_missing":
            raise
        return None


def document(book: PriceBook, region_id: str | None) -> dict[str, Any]:
    """Write the state as JSON."""
    rates = book.rates()
    return {
        "contracted_rates": {
            "rates": len(rates.rates),
            "exchanges": len(rates.exchanges),
            "faults": [str(fault) for fault in book.rates_file.faults],
        },
        "aws_price_lists": [list_document(book, name) for name in book.price_list.regions()],
        "shipped_snapshot": {"regions": book.snapshot.regions()},
        "region_id": region_id,
        "coverage": [coverage_document(found) for found in coverage(book, region_id)] if region_id else [],
    }


def list_document(book: PriceBook, region_id: str) -> dict[str, Any]:
    found, problem = book.price_list.region(region_id), book.price_list.problem(region_id)
    services = found.services if found else {}
    return {
        "region_id": region_id,
        "prices": sum(found.counts().values()) if found else 0,
        "services": {
            name: {"source": facts.source, "as_of": facts.as_of, "read_at": facts.read_at, "skipped": dict(facts.skipped)}
            for name, facts in services.items()
        },
        "problem": problem.message if problem else None,
    }


def coverage_document(found: Coverage) -> dict[str, Any]:
    return {
        "component": found.component,
        "prices": found.prices,
        "by_basis": found.by_basis,
        "oldest": found.oldest,
        "newest": found.newest,
        "error_percent": plain_text(found.error_percent) if found.error_percent is not None else None,
        "unmeasured": found.unmeasured,
    }


def coverage(book: PriceBook, region_id: str) -> Iterator[Coverage]:
    """Count the prices of each component of a region, and say how old and how wrong they are."""
    for component in book.components(region_id):
        prices = prices_of(book, region_id, component)
        if prices:
            dates = sorted(price.price_as_of for price in prices)
            errors = [price.error_percent for price in prices if price.error_percent is not None]
            bases = Counter[str](price.price_basis for price in prices if price.list_unit_price is not None)
            bases.update("contracted" for price in prices if price.contracted)
            yield Coverage(
                component=component,
                prices=len(prices),
                by_basis=dict(bases),
                oldest=dates[0],
                newest=dates[-1],
                error_percent=max(errors, default=None),
                unmeasured=sum(1 for price in prices if price.price_basis == "derived" and price.error_percent is None),
            )


def prices_of(book: PriceBook, region_id: str, component: str) -> list[UnitPrice]:
    types: list[str | None] = [*book.instance_types(region_id, component)] or [None]
    keys = [price_key(region_id, component, kind, option) for kind in types for option in purchase_options(component)]
    return [price for key in keys if (price := book.unit_price(key)) is not None]


def lines(book: PriceBook, region_id: str | None) -> list[str]:
    """Write the state for a terminal."""
    rates, faults = book.rates(), book.rates_file.faults
    told = [
        f"Contracted rates   {rates_words(len(rates.rates), len(rates.exchanges))}",
        *(f"  {clean(str(fault))}" for fault in faults[:MOST_FAULTS]),
        *list_lines(book),
        f"Shipped snapshot   {len(book.snapshot.regions())} regions, prices of {dates_words(book)}",
    ]
    return [*told, "", *coverage_lines(book, region_id)]


def rates_words(rates: int, exchanges: int) -> str:
    if not rates and not exchanges:
        return "none in force (rates.yaml)"
    return f"{rates} in force" + (f", {exchanges} exchange rates" if exchanges else "") + " (rates.yaml)"


def list_lines(book: PriceBook) -> list[str]:
    regions = book.price_list.regions()
    if not regions:
        return ["AWS price list     never read; 'mlcost prices refresh' reads it"]
    return [f"AWS price list     {clean(line)}" for name in regions for line in region_lines(book, name)]


def region_lines(book: PriceBook, region_id: str) -> list[str]:
    found, problem = book.price_list.region(region_id), book.price_list.problem(region_id)
    if found is None:
        return [f"{region_id}: {problem.message if problem else 'gone'}"]
    return [
        f"{region_id}: {name} as of {facts.as_of}, read {(read := facts.read_at[:10])} ({age_words(read)}), from {facts.source}"
        for name, facts in sorted(found.services.items())
    ]


def age_words(as_of: str) -> str:
    days = (datetime.now(timezone.utc).date() - date.fromisoformat(as_of)).days
    return "today" if days <= 0 else "1 day old" if days == 1 else f"{days} days old"


def dates_words(book: PriceBook) -> str:
    days = sorted({day for region_id in book.snapshot.regions() for day in book.snapshot.lists(region_id).dates()})
    return f"{days[0]} to {days[-1]} ({age_words(days[-1])})" if days else "no day"


def coverage_lines(book: PriceBook, region_id: str | None) -> list[str]:
    if region_id is None:
        return ["Say --region to see the prices of one."]
    rows = [coverage_row(found) for found in coverage(book, region_id)]
    if not rows:
        return [f"{region_id}: no prices."]
    heads = ("Component", "Prices", "Observed", "Derived", "Contracted", "As of", "Error")
    return [region_id, "", table([heads, *rows])]


def coverage_row(found: Coverage) -> tuple[str, ...]:
    numbers = [str(found.by_basis.get(basis) or "") for basis in ("observed", "derived", "contracted")]
    span = found.oldest if found.oldest == found.newest else f"{found.oldest} to {found.newest}"
    return (found.component, str(found.prices), *numbers, span, error_words(found))


def error_words(found: Coverage) -> str:
    if "derived" not in found.by_basis:
        return ""
    measured = f"up to ± {plain_text(found.error_percent)} %" if found.error_percent is not None else ""
    unmeasured = f"{found.unmeasured} not measured" if found.unmeasured else ""
    return ", ".join(words for words in (measured, unmeasured) if words)


WORD = Command(name="status", help="Show which prices there are, how old and from where.", add_arguments=add_arguments, run=run)
