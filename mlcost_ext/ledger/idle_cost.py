"""What a machine has cost while it was idle: read for it alone, since that is wanted every few seconds."""

from __future__ import annotations

import sqlite3
from collections import Counter
from datetime import date, datetime

from mlcost_ext.core.ledger import Resource

from .charge_reader import Names, running
from .charge_rows import day_number, day_of, digest_of, resource_key

CHARGED = """
    SELECT charge.day, charge.contracted_cost FROM charge
    JOIN attribution ON attribution.id = charge.attribution AND attribution.kernel_state = 'idle'
    JOIN price ON price.id = charge.price AND price.billing_currency = ?
    WHERE charge.resource = ? AND charge.day >= ? AND charge.day < ? AND charge.contracted_cost IS NOT NULL
"""


def idle_by_day(
    connection: sqlite3.Connection, machine: Resource, days: tuple[date, date], as_of: datetime | None, currency: str
) -> dict[date, int]:
    """Add up what has ended and what runs.

    Args:
        connection: Inside a transaction.
        machine: Of a session.
        days: The first, and the one after the last.
        as_of: Up to when what runs is counted.
        currency: Of the amounts; another one's are left out, as is what has no price.

    Returns:
        Whole 10⁻⁹ of the currency by day; a day without idleness is left out.
    """
    digest = digest_of("resource", resource_key(machine))
    row = connection.execute("SELECT id FROM resource WHERE digest = ?", (digest,)).fetchone()
    if row is None:
        return {}
    names, found = Names(connection), Counter[date]()
    for day, cost in connection.execute(CHARGED, (currency, row[0], *map(day_number, days))):
        found[day_of(day)] += cost
    for (_, price, who), amount in running(connection, *days, as_of, names, only=row[0]):
        if names.attribution(who).kernel_state == "idle" and names.price(price).billing_currency == currency:
            found[amount.day] += amount.contracted_cost or 0
    return dict(found)
