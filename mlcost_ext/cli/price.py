"""``mlcost price TYPE``: unit prices with their source and date."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace

from mlcost_ext.core.money import plain_text
from mlcost_ext.core.price import UnitPrice
from mlcost_ext.core.wire import to_document
from mlcost_ext.usecases.price_lookup import find_prices, price_query
from mlcost_ext.usecases.price_row import price_row
from mlcost_ext.wiring import price_book

from .command import Command
from .region import find_region
from .text import clean, print_json, table

UNITS = {"Hours": "an hour", "GB-Mo": "a GB and month", "GB-Seconds": "a GB and second", "GB": "a GB"}


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("type", metavar="TYPE", help="instance type, such as ml.g5.xlarge, or m5.xlarge of EC2")
    parser.add_argument("--component", help="what it is used for, such as Training; all that have a price when left out")
    parser.add_argument("--region", help="AWS region; AWS_REGION, the profile's or the host's when left out")


def run(options: Namespace) -> int:
    """Show the prices.

    Raises:
        PriceUnknownError: Nobody has a price; the hint names what is near.
        UsageError: There is no such component, no region, or no type was given.
    """
    region_id = find_region(options.region, os.environ)
    if not options.type.strip():
        price_query(region_id, None, None)
    found = find_prices(price_book(), price_query(region_id, options.type, options.component))
    if options.json:
        print_json([to_document(price_row(price)) for price in found])
    else:
        print(text(found))
    return 0


def text(found: list[UnitPrice]) -> str:
    """Write prices as a table, and under it where they come from."""
    has_contracted = any(price.contracted for price in found)
    heads = ("Component", "Type", "List price", *(["Contracted"] if has_contracted else []), "Unit", "As of", "Basis")
    rows = [heads, *(row(price, has_contracted=has_contracted) for price in found)]
    origins = dict.fromkeys(origin for price in found for origin in origins_of(price))
    return "\n".join([found[0].key.region_id, "", table(rows), "", *origins])


def row(price: UnitPrice, *, has_contracted: bool) -> tuple[str, ...]:
    error = f", ± {price.error_percent} %" if price.error_percent is not None else ""
    option = "" if price.key.purchase_option in ("OnDemand", "Spot", "TrainingPlan") else f" ({price.key.purchase_option})"
    listed = "" if price.list_unit_price is None else f"{price.billing_currency} {plain_text(price.list_unit_price)}"
    contracted = price.contracted
    agreed = f"{price.billing_currency} {plain_text(contracted.unit_price)}" if contracted else ""
    return (
        price.key.component + option,
        price.key.instance_type or "any",
        listed,
        *([agreed] if has_contracted else []),
        UNITS[price.pricing_unit],
        price.price_as_of,
        f"{price.price_basis}{error}",
    )


def origins_of(price: UnitPrice) -> list[str]:
    """Say where a price is from: first what was contracted, then the list."""
    contracted = [f"contracted-rates: {clean(price.contracted.origin)}"] if price.contracted else []
    listed = [f"{price.price_source}: {clean(price.price_origin)}"] if price.list_unit_price is not None else []
    return contracted + listed


COMMAND = Command(name="price", help="Show what an hour of an instance type costs.", add_arguments=add_arguments, run=run)
