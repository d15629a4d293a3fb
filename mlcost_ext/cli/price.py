"""``mlcost price TYPE``: unit prices with their source and date."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable
from difflib import get_close_matches

from mlcost_ext.core.errors import PriceUnknownError, UsageError
from mlcost_ext.core.price import PriceKey, UnitPrice
from mlcost_ext.core.wire import to_document
from mlcost_ext.prices import Snapshot
from mlcost_ext.usecases.price_row import price_row

from .command import Command
from .region import find_region
from .text import print_json, table

USES = (
    "Training",
    "SpotTraining",
    "WarmPool",
    "Processing",
    "BatchTransform",
    "Hosting",
    "AsyncInf",
    "Serverless",
    "Notebook",
    "Studio-Notebook",
    "Studio-JupyterLab",
    "Studio-CodeEditor",
    "Canvas",
    "RStudio",
    "TensorBoard",
    "DataWrangler",
    "Cluster",
    "TrainingPlan",
    "EC2",
)
WITHOUT_TYPE = tuple(f"{kind}-{use}" for kind in ("Storage", "Data") for use in USES)
"""Priced by the gigabyte, whatever the instance type."""
SAGEMAKER = "ml."
"""What the names of SageMaker's instance types start with."""
HEADINGS = ("Component", "Type", "Price", "Unit", "As of", "Basis")


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("type", metavar="TYPE", help="instance type, such as ml.g5.xlarge, or m5.xlarge of EC2")
    parser.add_argument("--component", help="what it is used for, such as Training; all that have a price when left out")
    parser.add_argument("--region", help="AWS region; AWS_REGION, the profile's or the host's when left out")


def run(options: Namespace) -> int:
    """Show the prices."""
    region_id = find_region(options.region, os.environ)
    instance_type = options.type.strip().lower()
    if not instance_type:
        raise UsageError("No instance type was given.", "Write it like ml.g5.xlarge.")
    found = prices(Snapshot(), region_id, instance_type, options.component)
    if options.json:
        print_json([document(price) for price in found])
    else:
        print(text(found))
    return 0


def prices(snapshot: Snapshot, region_id: str, instance_type: str, component: str | None) -> list[UnitPrice]:
    """Look up one component, or all.

    Raises:
        PriceUnknownError: Nobody has a price; the hint names what is near.
        UsageError: There is no such component.
    """
    components = [component_named(component)] if component else [*USES]
    found = known(snapshot, region_id, instance_type, components)
    if not found:
        raise unknown(snapshot, region_id, instance_type, components)
    if component or not instance_type.startswith(SAGEMAKER):
        return found
    return found + known(snapshot, region_id, instance_type, WITHOUT_TYPE)


def known(snapshot: Snapshot, region_id: str, instance_type: str, components: Iterable[str]) -> list[UnitPrice]:
    looked_up = (snapshot.unit_price(key_of(region_id, name, instance_type)) for name in components)
    return [price for price in looked_up if price is not None]


def key_of(region_id: str, component: str, instance_type: str) -> PriceKey:
    return PriceKey(region_id=region_id, component=component, instance_type=None if component in WITHOUT_TYPE else instance_type)


def component_named(name: str) -> str:
    """Give a component as AWS spells it, whatever the letter case."""
    known = {component.lower(): component for component in (*USES, *WITHOUT_TYPE)}
    if name.lower() not in known:
        near = get_close_matches(name.lower(), known, n=3) or [use.lower() for use in USES]
        raise UsageError(f"There is no component {name[:60]!r}.", f"Say one of {', '.join(known[key] for key in near)}.")
    return known[name.lower()]


def unknown(snapshot: Snapshot, region_id: str, instance_type: str, components: list[str]) -> PriceUnknownError:
    """Say that there is no price, and what there is instead."""
    use = components[0] if len(components) == 1 else "any use"
    message = f"No price is known for {instance_type[:60]} ({use}) in {region_id}."
    if region_id not in snapshot.regions():
        near = ", ".join(get_close_matches(region_id, snapshot.regions(), n=3, cutoff=0.5))
        return PriceUnknownError(message, f"The price snapshot does not cover {region_id}; near it are {near or 'none'}.")
    types = sorted({kind for component in components for kind in snapshot.instance_types(region_id, component)})
    near = ", ".join(get_close_matches(instance_type, types, n=5, cutoff=0.5))
    if not near:
        return PriceUnknownError(message, f"Components with prices there: {', '.join(sorted(snapshot.components(region_id)))}.")
    return PriceUnknownError(message, f"Types with a price there and alike: {near}.")


def document(price: UnitPrice) -> object:
    """Write a price as REST does."""
    return to_document(price_row(price))


def text(found: list[UnitPrice]) -> str:
    """Write prices as a table, and under it where they come from."""
    rows = [HEADINGS, *(row(price) for price in found)]
    origins = dict.fromkeys(f"{price.price_source}: {price.price_origin}" for price in found)
    return "\n".join([f"{found[0].key.region_id}, list prices", "", table(rows), "", *origins])


def row(price: UnitPrice) -> tuple[str, ...]:
    error = f", ± {price.error_percent} %" if price.error_percent is not None else ""
    return (
        price.key.component,
        price.key.instance_type or "any",
        f"{price.billing_currency} {price.list_unit_price:f}",
        "an hour" if price.pricing_unit == "Hours" else "a GB and month",
        price.price_as_of,
        f"{price.price_basis}{error}",
    )


COMMAND = Command(name="price", help="Show what an hour of an instance type costs.", add_arguments=add_arguments, run=run)
