"""Prove that the ledger's totals equal their parts, that each part is what its price makes it, and that none is there twice."""

from __future__ import annotations

import sqlite3
from datetime import date, datetime
from decimal import Decimal

from mlcost_ext.core.money import EXACT
from mlcost_ext.core.profile import MOST_DAYS, nano

from .charge_reader import Names, records, sums
from .charge_rows import BASES, day_of

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
DAY_SECONDS = 86400
SLACK = 2
"""A charge is the difference of two sums, each rounded to 10⁻⁹."""


def faults(connection: sqlite3.Connection, as_of: datetime | None) -> list[str]:
    """Give what is wrong with the file, in words; empty: all totals equal their parts."""
    found = [f"The file is damaged: {row[0]}." for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
    if found:
        return found[:MOST_TOLD]
    found += [f"The {table} of charge {number} is missing." for table, number in orphans(connection)]
    if not found:
        found += odd_rows(connection)
    if not found:
        found += differing_views(connection, as_of) + wrong_charges(connection)
        found += repeated(connection) + negative(connection) + doubled(connection)
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


def odd_rows(connection: sqlite3.Connection) -> list[str]:
    """Give charges that no ledger writes: a cost without a price or a price without a cost, or a time outside its day."""
    found = []
    for what, column in (("list", "list"), ("contracted", "contracted")):
        rows = connection.execute(
            f"SELECT charge.id, {column}_cost IS NULL FROM charge JOIN price ON price.id = charge.price"  # noqa: S608  (our own names)
            f" WHERE ({column}_cost IS NULL) != ({column}_unit_price = '') LIMIT {MOST_TOLD}"
        )
        for number, is_null in rows:
            lacks = "no" if is_null else "a"
            found.append(f"Charge {number} has {lacks} {what} cost, and {'a' if is_null else 'no'} {what} unit price.")
    found += [f"Charge {number} has no cost basis." for (number,) in connection.execute(BASELESS, (len(BASES),))]
    outside = connection.execute(OUTSIDE, {"day": DAY_SECONDS, "long": MOST_DAYS * DAY_SECONDS})
    return found + [f"Charge {number} is not of {day_of(day)}, the day it is counted on." for number, day in outside]


def wrong_charges(connection: sqlite3.Connection) -> list[str]:
    """Give charges that are not their quantity times their price, those of a thing at one price together."""
    names, found = Names(connection), dict[str, None]()
    rows = connection.execute(
        "SELECT price, SUM(quantity), SUM(list_cost), SUM(contracted_cost), COUNT(*) FROM charge GROUP BY price, resource"
    )
    for number, quantity, list_cost, contracted_cost, count in rows:
        price = names.price(number)
        for what, unit, cost in (
            ("list", price.list_unit_price, list_cost),
            ("contracted", price.contracted_unit_price, contracted_cost),
        ):
            if unit is None or cost is None:
                continue
            slack = count * (SLACK + unit * SLACK)
            if abs(EXACT.multiply(unit, Decimal(quantity)) - cost) > slack:
                place = f"{price.component} {price.instance_type or ''} in {price.region_id}".replace("  ", " ")
                found[f"The {what} cost of {place} is not its quantity times its price."] = None
    return list(found)


def repeated(connection: sqlite3.Connection) -> list[str]:
    """Give what was charged more than once for the same time, and was not taken back."""
    rows = dict.fromkeys(row for query in (REPEATED, ALL_TWICE) for row in connection.execute(query, (MOST_TOLD,)))
    return [f"{kind}/{name} is charged more than once for the same time on {day_of(day)}." for kind, name, day in rows]


def negative(connection: sqlite3.Connection) -> list[str]:
    """Give what was taken back further than it was charged."""
    rows = connection.execute(NEGATIVE, (MOST_TOLD,))
    return [f"More of {kind}/{name} is taken back than was charged on {day_of(day)}." for kind, name, day in rows]


def doubled(connection: sqlite3.Connection) -> list[str]:
    """Give what is charged as ended and counted as running at once."""
    rows = connection.execute(
        "SELECT DISTINCT kind, name FROM open_line"
        " JOIN charge ON charge.resource = open_line.resource AND charge.price = open_line.price"
        " JOIN resource ON resource.id = open_line.resource JOIN scope ON scope.id = resource.scope"
        " WHERE charge.ends * 1000000 > open_line.starts + 999999 AND charge.is_correction = 0 AND open_line.settled > 0"
    )
    return [f"{kind}/{name} is charged and still counted as running." for kind, name in rows]


BASELESS = f"SELECT id FROM charge WHERE basis NOT BETWEEN 0 AND ? - 1 LIMIT {MOST_TOLD}"  # noqa: S608
OUTSIDE = f"""
    SELECT id, day FROM charge WHERE starts < day * :day OR starts >= (day + 1) * :day OR ends < starts
       OR (ends > (day + 1) * :day AND ends - starts < :long - 1) LIMIT {MOST_TOLD}
"""  # noqa: S608
"""What would last for years, by a wrong clock, is one charge of its first day."""
REPEATED = """
    WITH alike AS (
        SELECT resource, price, attribution, day, basis, quantity, COUNT(*) AS times FROM charge WHERE is_correction = 0
        GROUP BY resource, price, attribution, day, basis, starts, ends, quantity
    ), again AS (
        SELECT resource, price, attribution, day, basis, SUM(quantity) AS once FROM alike
        GROUP BY resource, price, attribution, day, basis HAVING MAX(times) > 1
    )
    SELECT kind, name, charge.day FROM again
    JOIN charge ON charge.resource = again.resource AND charge.price = again.price AND charge.attribution = again.attribution
     AND charge.day = again.day AND charge.basis = again.basis
    JOIN resource ON resource.id = charge.resource JOIN scope ON scope.id = resource.scope
    GROUP BY charge.resource, charge.price, charge.attribution, charge.day, charge.basis
    HAVING SUM(charge.quantity) > MAX(once) + SUM(CASE WHEN is_correction THEN MAX(charge.quantity, 0) ELSE 0 END) LIMIT ?
"""
ALL_TWICE = """
    WITH alike AS (
        SELECT resource, price, attribution, day, basis, SUM(quantity) AS quantity, COUNT(*) AS times FROM charge
        GROUP BY resource, price, attribution, day, basis, starts, ends, charge.quantity, is_correction, written_at
    )
    SELECT kind, name, day FROM alike
    JOIN resource ON resource.id = alike.resource JOIN scope ON scope.id = resource.scope
    GROUP BY alike.resource, price, attribution, day, basis HAVING MIN(times) > 1 AND SUM(quantity) > 0 LIMIT ?
"""
"""Its corrections too."""
NEGATIVE = """
    SELECT DISTINCT kind, name, day FROM charge
    JOIN resource ON resource.id = charge.resource JOIN scope ON scope.id = resource.scope
    GROUP BY charge.resource, price, attribution, day, basis
    HAVING SUM(quantity) < 0 OR SUM(list_cost) < 0 OR SUM(contracted_cost) < 0 LIMIT ?
"""
