"""Prove that the ledger's totals equal their parts, and that each part is what its price makes it."""

from __future__ import annotations

import sqlite3
from datetime import date, datetime
from decimal import Decimal

from mlcost_ext.core.money import EXACT
from mlcost_ext.core.profile import nano

from .charge_reader import Names, records, sums

FIRST, LAST = date(1970, 1, 1), date(9999, 12, 31)
VIEWS: tuple[tuple[str, ...], ...] = (
    ("day",),
    ("month",),
    ("service",),
    ("component",),
    ("resource",),
    ("notebook",),
    ("user",),
    ("project",),
    ("state",),
    ("day", "resource", "notebook"),
)
MOST_TOLD = 20
SLACK = 2
"""A charge is the difference of two sums, each rounded to 10⁻⁹."""


def faults(connection: sqlite3.Connection, as_of: datetime | None) -> list[str]:
    """Give what is wrong with the file, in words; empty: all totals equal their parts."""
    found = [f"The file is damaged: {row[0]}." for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
    if found:
        return found[:MOST_TOLD]
    found += [f"The {table} of charge {number} is missing." for table, number in orphans(connection)]
    if not found:
        found += differing_views(connection, as_of) + wrong_charges(connection) + doubled(connection)
    return found[:MOST_TOLD]


def orphans(connection: sqlite3.Connection) -> list[tuple[str, int]]:
    """Give charges whose names are not there."""
    found = []
    for table in ("resource", "price", "attribution"):
        rows = connection.execute(f"SELECT id FROM charge WHERE {table} NOT IN (SELECT id FROM {table}) LIMIT 5")  # noqa: S608
        found += [(table, number) for (number,) in rows]
    return found


def differing_views(connection: sqlite3.Connection, as_of: datetime | None) -> list[str]:
    """Compare the total of each view with the sum of all charges one by one."""
    whole: dict[str, tuple[int, int]] = {}
    for record in records(connection, FIRST, LAST, as_of):
        cost, list_cost = (nano(amount or Decimal(0)) for amount in (record.contracted_cost, record.list_cost))
        before = whole.get(record.price.billing_currency, (0, 0))
        whole[record.price.billing_currency] = before[0] + cost, before[1] + list_cost
    found = []
    for view in VIEWS:
        added: dict[str, tuple[int, int]] = dict.fromkeys(whole, (0, 0))
        for total in sums(connection, FIRST, LAST, view, as_of):
            before = added.get(total.billing_currency, (0, 0))
            added[total.billing_currency] = before[0] + total.contracted_cost, before[1] + total.list_cost
            if sum(total.by_basis.values()) != total.contracted_cost:
                found.append(f"A sum by {', '.join(view)} differs from its parts by basis.")
        if added != whole:
            found.append(f"The total by {', '.join(view)} differs from the sum of all charges.")
    return found


def wrong_charges(connection: sqlite3.Connection) -> list[str]:
    """Give charges that are not their quantity times their price."""
    names, found = Names(connection), []
    rows = connection.execute(
        "SELECT price, SUM(quantity), SUM(list_cost), SUM(contracted_cost), COUNT(*) FROM charge GROUP BY price"
    )
    for number, quantity, list_cost, contracted_cost, count in rows:
        price = names.price(number)
        for what, unit, cost in (
            ("list", price.list_unit_price, list_cost),
            ("contracted", price.contracted_unit_price, contracted_cost),
        ):
            if unit is None or cost is None:
                continue
            slack = count * (SLACK + int(unit) * SLACK)
            if abs(EXACT.multiply(unit, Decimal(quantity)) - cost) > slack:
                place = f"{price.component} {price.instance_type or ''} in {price.region_id}".replace("  ", " ")
                found.append(f"The {what} cost of {place} is not its quantity times its price.")
    return found


def doubled(connection: sqlite3.Connection) -> list[str]:
    """Give what is charged as ended and counted as running at once."""
    rows = connection.execute(
        "SELECT DISTINCT kind, name FROM open_line"
        " JOIN charge ON charge.resource = open_line.resource AND charge.price = open_line.price"
        " JOIN resource ON resource.id = open_line.resource JOIN scope ON scope.id = resource.scope"
        " WHERE charge.ends * 1000000 > open_line.starts + 999999 AND charge.is_correction = 0 AND open_line.settled > 0"
    )
    return [f"{kind}/{name} is charged and still counted as running." for kind, name in rows]
