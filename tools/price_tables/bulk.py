"""Take AWS's own price files into the tables, under a source of their own."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

from mlcost_ext.core.component import COMPONENTS, has_type
from mlcost_ext.core.money import PLAIN_AMOUNT
from mlcost_ext.prices.components import EBS, PRICE_LIST_SOURCE, list_name, usual_unit
from mlcost_ext.prices.price_list import Offer, PriceListError, read_offer_file
from mlcost_ext.prices.snapshot import REGION_NAME

from .tables import Cell, Row, file_name, read_matrix, read_sources, write_matrix, write_sources

CURRENCY = re.compile(r"[A-Z]{3}")


def merge_bulk(file: Path, tables: Path, today: date) -> str:
    """Take in one of AWS's files, and say in one line what was taken and what was left out.

    Raises:
        SystemExit: It cannot be read, or does not say of which day it is.
    """
    try:
        reading = read_offer_file(file, today.isoformat())
    except PriceListError as error:
        raise SystemExit(f"{file}: {error.message} {error.hint}") from None
    if reading.published_on is None:
        raise SystemExit(f"{file} does not say when it was published")
    offers = [offer for found in reading.regions.values() for offer in found.offers().values()]
    return merge_offers(offers, tables, as_of=reading.published_on, path=file.name)


def merge_offers(offers: Iterable[Offer], tables: Path, *, as_of: str, path: str) -> str:
    """Write the tables of AWS's own list of a day, and say in one line what was taken and what was left out.

    What lists of AWS's own had of the same component and region before goes, since AWS no longer says it.

    Args:
        offers: Those of one file.
        tables: The folder of the tables.
        as_of: ISO date of the list.
        path: The file's name.
    """
    left_out: Counter[str] = Counter()
    lists = lists_of(offers, left_out)
    sources, source_id = read_sources(tables), PRICE_LIST_SOURCE + as_of
    for name, cells in lists.items():
        drop_covered(tables, name, {region for _, region, _ in cells})
        target = tables / source_id / name
        write_matrix(target, [*(read_matrix(target) if target.is_file() else ()), *cells])
    sources[source_id] = record(as_of, path, sources.get(source_id))
    write_sources(tables, {name: row for name, row in sources.items() if not is_empty(tables, name)})
    taken = sum(len(cells) for cells in lists.values())
    return "; ".join([f"{path}: {taken} prices taken", *(f"{count} {why}" for why, count in sorted(left_out.items()))])


def lists_of(offers: Iterable[Offer], left_out: Counter[str]) -> dict[str, list[Cell]]:
    """Give the cells of each table, and count what is left out, by its reason."""
    found: dict[str, dict[tuple[str, str], set[str]]] = defaultdict(lambda: defaultdict(set))
    for offer in offers:
        if (why := fault(offer)) is not None:
            left_out[why] += 1
            continue
        name = file_name(list_name(offer.component, offer.purchase_option), offer.billing_currency)
        found[name][offer.instance_type or "", offer.region_id].add(plain(offer.unit_price))
    return {name: list(single(cells, left_out)) for name, cells in found.items()}


def single(cells: dict[tuple[str, str], set[str]], left_out: Counter[str]) -> Iterator[Cell]:
    """Give the cells that have one price; of two prices nobody can say which one is billed."""
    for (key, region), amounts in cells.items():
        if len(amounts) == 1:
            yield key, region, *amounts
        else:
            left_out["with two prices, none taken"] += 1


def fault(offer: Offer) -> str | None:
    """Say why a price is not shipped; None: it is.

    Managed spot's own rate is no list price that holds for long, and a price of zero is a free tier.
    """
    if offer.component not in (*COMPONENTS, EBS) or not REGION_NAME.fullmatch(offer.region_id):
        return "of no component or region of ours"
    if has_type(offer.component) != bool(offer.instance_type):
        return "without a type, or with one that does not belong there"
    if offer.purchase_option == "Spot":
        return "of spot"
    if offer.pricing_unit != usual_unit(offer.component) or not CURRENCY.fullmatch(offer.billing_currency):
        return "in another unit"
    if offer.unit_price <= 0 or not PLAIN_AMOUNT.fullmatch(plain(offer.unit_price)):
        return "of no plain amount above zero"
    return None


def plain(amount: Decimal) -> str:
    """Write an amount without exponent and trailing zeros."""
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def drop_covered(tables: Path, name: str, regions: set[str]) -> None:
    """Take out of the lists of AWS's own what a new one covers: the same component in the same region."""
    for path in tables.glob(f"{PRICE_LIST_SOURCE}*/{name}"):
        write_matrix(path, [cell for cell in read_matrix(path) if cell[1] not in regions])


def is_empty(tables: Path, source_id: str) -> bool:
    """Tell whether a list of AWS's own has no price left."""
    return source_id.startswith(PRICE_LIST_SOURCE) and not any((tables / source_id).glob("*.csv"))


def record(as_of: str, path: str, known: Row | None) -> Row:
    """Give what sources.json says of AWS's own files of a day."""
    paths = {path, *(known["path"].split(", ") if known else ())}
    return {
        "date": as_of,
        "licence": "AWS's own; AWS's price list rules",
        "note": "Prices as listed; spot and free tiers are left out.",
        "path": ", ".join(sorted(paths)),
        "project": "AWS Price List, offer files",
        "version": as_of,
    }
