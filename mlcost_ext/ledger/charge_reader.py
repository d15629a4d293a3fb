"""Read charges: one by one, or added up by whatever they have; both ways from the same rows, so that all views agree."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from mlcost_ext.core.ledger import Attribution, ChargeBasis, ChargePrice, ChargeRecord, Resource
from mlcost_ext.core.profile import DayAmount, LedgerLine, daily, shares

from .charge_rows import BASES, COLUMNS, EPOCH, RESOURCE, attribution_of, day_number, day_of, line_of, price_of, resource_of
from .groupings import ATTRIBUTION_KEYS, PRICE_KEYS, RESOURCE_KEYS, check_grouping, needed, state_of
from .ledger_state import forgotten_before

NANO = Decimal("1E-9")
UNIT = 1_000_000_000

OpenLine = tuple[int, int, int, LedgerLine]
"""Its place, the numbers of its price and its attribution, and itself."""


@dataclass(slots=True, kw_only=True)
class ChargeSum:
    """What charges with something in common come to, in whole 10⁻⁹ of their currency."""

    key: tuple[str | None, ...]
    """By what was asked for, in its order; None: they have none of it."""
    billing_currency: str
    list_cost: int = 0
    contracted_cost: int = 0
    by_basis: dict[ChargeBasis, int] = field(default_factory=dict)
    """Parts of `contracted_cost`."""
    unpriced: set[int] = field(default_factory=set)
    """Numbers of resources that have a part without a price: it is in no sum."""
    priced: int = 0
    """How many of its parts have a price."""
    unlisted: bool = False
    """Some of it has no list price, so `list_cost` leaves it out."""
    is_by_cookie: bool = False
    """Some of it is told by user, who is known by a cookie only."""


class Names:
    """Look numbers up, each once."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._resources: dict[int, Resource] = {}
        self._prices: dict[int, ChargePrice] = {}
        self._attributions: dict[int, Attribution] = {}
        self._tags: dict[str, dict[str, str]] = {}

    def resource(self, number: int) -> Resource:
        """Give a resource."""
        found = self._resources.get(number)
        if found is None:
            found = self._resources[number] = resource_of(self._connection.execute(RESOURCE, (number,)).fetchone())
        return found

    def price(self, number: int) -> ChargePrice:
        """Give a price."""
        found = self._prices.get(number)
        if found is None:
            found = self._prices[number] = price_of(self._connection.execute(PRICE, (number,)).fetchone())
        return found

    def attribution(self, number: int) -> Attribution:
        """Give an attribution."""
        if number not in self._attributions:
            self.read_attributions([number])
        return self._attributions[number]

    def read_attributions(self, numbers: Iterable[int]) -> None:
        """Look many up at once."""
        wanted = [number for number in dict.fromkeys(numbers) if number not in self._attributions]
        for at in range(0, len(wanted), AT_ONCE):
            part = wanted[at : at + AT_ONCE]
            for number, *row in self._connection.execute(f"{ATTRIBUTIONS} ({', '.join('?' * len(part))})", part):
                self._attributions[number] = attribution_of(tuple(row), self._read_tags(row[-1]))

    def _read_tags(self, text: str) -> dict[str, str]:
        found = self._tags.get(text)
        if found is None:
            found = self._tags[text] = json.loads(text)
        return found


AT_ONCE = 500
PRICE = f"SELECT {', '.join(COLUMNS['price'])} FROM price WHERE id = ?"  # noqa: S608  (our own names)
ATTRIBUTIONS = f"SELECT id, {', '.join(COLUMNS['attribution'])} FROM attribution WHERE id IN"  # noqa: S608


# -- one by one -----------------------------------------------------------------------------


def records(connection: sqlite3.Connection, start: date, end: date, as_of: datetime | None) -> Iterator[ChargeRecord]:
    """Give each charge of some days, then what still runs, by the day up to `as_of`."""
    names = Names(connection)
    for row in connection.execute(EACH, (day_number(start), day_number(end))):
        resource, price, who, day, starts, ends, quantity, list_cost, contracted_cost, basis, is_correction = row
        amount = DayAmount(
            day=day_of(day),
            starts=EPOCH + timedelta(seconds=starts),
            ends=EPOCH + timedelta(seconds=ends),
            quantity=quantity,
            list_cost=list_cost,
            contracted_cost=contracted_cost,
        )
        yield record(names, (resource, price, who), amount, BASES[basis], is_correction=bool(is_correction))
    for numbers, amount in running(connection, start, end, as_of, names):
        yield record(names, numbers, amount, "estimated", is_correction=False)


def record(
    names: Names, numbers: tuple[int, int, int], amount: DayAmount, basis: ChargeBasis, *, is_correction: bool
) -> ChargeRecord:
    """Write a charge with all that its numbers stand for."""
    resource, price, who = numbers
    return ChargeRecord(
        resource=names.resource(resource),
        price=names.price(price),
        attribution=names.attribution(who),
        day=amount.day,
        charge_period_start=amount.starts,
        charge_period_end=amount.ends,
        pricing_quantity=amount.quantity * NANO,
        list_cost=money(amount.list_cost),
        contracted_cost=money(amount.contracted_cost),
        cost_basis=basis,
        is_correction=is_correction,
    )


def money(nano: int | None) -> Decimal | None:
    """Give an amount of whole 10⁻⁹."""
    return None if nano is None else nano * NANO


def running(
    connection: sqlite3.Connection,
    start: date,
    end: date,
    as_of: datetime | None,
    names: Names | None = None,
    *,
    only: int | None = None,
) -> Iterator[tuple[tuple[int, int, int], DayAmount]]:
    """Give what is not charged yet, by the day up to `as_of`, with the numbers of resource, price and attribution.

    Args:
        connection: Inside a transaction.
        start: The first day.
        end: The day after the last.
        as_of: Up to when it is counted; None: nothing is.
        names: What was looked up already.
        only: The number of the one resource that is wanted; None: all.
    """
    busy: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for resource, day, who, seconds in connection.execute("SELECT resource, day, attribution, seconds FROM busy"):
        busy.setdefault((resource, day), []).append((who, seconds))
    if as_of is None:
        return
    names = names or Names(connection)
    start = max(start, day_of(forgotten_before(connection)))
    where, wanted = ("", ()) if only is None else (" WHERE resource = ?", (only,))
    for resource, _, price, who, *row in connection.execute(OPEN + where + ORDERED, wanted).fetchall():
        line = line_of(names.price(price), tuple(row))
        for amount in daily(line, as_of):
            if start <= amount.day < end:
                for whose, part in split(amount, line, who, busy.get((resource, day_number(amount.day)), [])):
                    yield (resource, price, whose), part


def open_lines(connection: sqlite3.Connection, resource: int) -> list[OpenLine]:
    """Give what a resource uses and is not charged for yet."""
    names = Names(connection)
    found = connection.execute(f"{OPEN} WHERE resource = ? {ORDERED}", (resource,)).fetchall()
    return [(place, price, who, line_of(names.price(price), tuple(row))) for _, place, price, who, *row in found]


def split(amount: DayAmount, line: LedgerLine, who: int, busy: Sequence[tuple[int, int]]) -> list[tuple[int, DayAmount]]:
    """Divide a machine's day among what it was known to be for, and the rest, to the last digit.

    Args:
        amount: Of the day.
        line: Whose it is; only what is priced by the hour is divided.
        who: The number of its own attribution, which gets the rest.
        busy: Numbers of attributions, and how long it was for each in microseconds.
    """
    if not busy or line.price.pricing_unit != "Hours":
        return [(who, amount)]
    length = (amount.ends - amount.starts) // timedelta(microseconds=1)
    weights = [seconds for _, seconds in busy]
    weights.append(max(0, length - sum(weights)))
    owners = [*(number for number, _ in busy), who]
    quantities = shares(amount.quantity, weights)
    lists, contracted = shared(amount.list_cost, weights), shared(amount.contracted_cost, weights)
    parts = [
        replace(amount, quantity=quantities[at], list_cost=lists[at], contracted_cost=contracted[at]) for at in range(len(owners))
    ]
    return [(owner, part) for owner, part in zip(owners, parts, strict=True) if part.quantity or part.contracted_cost]


def shared(amount: int | None, weights: list[int]) -> Sequence[int | None]:
    return [None] * len(weights) if amount is None else shares(amount, weights)


# -- added up -------------------------------------------------------------------------------


def sums(
    connection: sqlite3.Connection, start: date, end: date, group_by: tuple[str, ...], as_of: datetime | None
) -> list[ChargeSum]:
    """Add up all charges of some days by what is named; the sums of one currency add up to its total, whatever is named.

    Args:
        connection: Inside a transaction.
        start: The first day.
        end: The day after the last.
        group_by: Of `groupings.GROUPINGS`; empty: one sum a currency.
        as_of: Up to when what still runs is counted.

    Raises:
        ValueError: There is no such grouping.
    """
    check_grouping(group_by)
    names, found = Names(connection), dict[tuple[Any, ...], ChargeSum]()
    currencies = [text for (text,) in connection.execute("SELECT DISTINCT billing_currency FROM price")]
    columns = needed(group_by, is_one_currency=len(currencies) == 1)
    period = (day_number(start), day_number(end))

    def sum_of(values: dict[str, int]) -> ChargeSum:
        currency = names.price(values["price"]).billing_currency if "price" in values else currencies[0]
        key = tuple(key_of(names, name, values) for name in group_by)
        total = found.setdefault((currency, *key), ChargeSum(key=key, billing_currency=currency))
        total.is_by_cookie |= "user" in group_by and names.attribution(values["attribution"]).user_basis == "cookie"
        return total

    rows = connection.execute(grouped(columns), period).fetchall()
    if "attribution" in columns:
        names.read_attributions(row[-1] for row in rows)
    for row in rows:
        basis, units, rest, list_units, list_rest, priced, unlisted, *numbers = row
        total = sum_of(dict(zip(columns, numbers, strict=True)))
        if priced:
            add(total, units * UNIT + rest, list_units * UNIT + list_rest, BASES[basis])
            total.unlisted = total.unlisted or bool(unlisted)
    for resource, *numbers in connection.execute(unpriced(columns), period):
        sum_of(dict(zip(columns, numbers, strict=True))).unpriced.add(resource)
    going = list(running(connection, start, end, as_of, names))
    if "attribution" in columns:
        names.read_attributions(who for (_, _, who), _ in going)
    for (resource, price, who), amount in going:
        values = {"resource": resource, "price": price, "attribution": who, "day": day_number(amount.day)}
        add_running(sum_of(values), resource, amount)
    return sorted(found.values(), key=lambda total: (total.billing_currency, [text or "" for text in total.key]))


def add_running(total: ChargeSum, resource: int, amount: DayAmount) -> None:
    """Add a day of what runs."""
    if amount.contracted_cost is None:
        total.unpriced.add(resource)
    else:
        add(total, amount.contracted_cost, amount.list_cost or 0, "estimated")
        total.unlisted = total.unlisted or amount.list_cost is None


def wholes(found: Iterable[ChargeSum]) -> list[ChargeSum]:
    """Add sums up, those of each currency."""
    by_currency: dict[str, ChargeSum] = {}
    for total in found:
        whole = by_currency.setdefault(total.billing_currency, ChargeSum(key=(), billing_currency=total.billing_currency))
        whole.contracted_cost += total.contracted_cost
        whole.list_cost += total.list_cost
        whole.unlisted = whole.unlisted or total.unlisted
        whole.unpriced |= total.unpriced
        whole.priced += total.priced
        for basis, part in total.by_basis.items():
            whole.by_basis[basis] = whole.by_basis.get(basis, 0) + part
    return [by_currency[currency] for currency in sorted(by_currency)]


def add(total: ChargeSum, cost: int, list_cost: int, basis: ChargeBasis) -> None:
    """Add a part that has a price."""
    total.priced += 1
    total.contracted_cost += cost
    total.list_cost += list_cost
    total.by_basis[basis] = total.by_basis.get(basis, 0) + cost


def key_of(names: Names, name: str, values: dict[str, int]) -> str | None:
    """Give what a charge has of one grouping."""
    if name == "day":
        return day_of(values["day"]).isoformat()
    if name == "month":
        return day_of(values["day"]).isoformat()[:7]
    if name in PRICE_KEYS:
        return PRICE_KEYS[name](names.price(values["price"]))
    if name in RESOURCE_KEYS:
        return RESOURCE_KEYS[name](names.resource(values["resource"]))
    who = names.attribution(values["attribution"])
    if name == "state":
        return state_of(names.resource(values["resource"]), names.price(values["price"]), who)
    return ATTRIBUTION_KEYS[name](who) if name in ATTRIBUTION_KEYS else who.tags.get(name[len("tag:") :])


def grouped(columns: list[str]) -> str:
    """Write the query of the sums: each in two parts, which no number of charges makes too large for SQLite."""
    by = f"{columns[0]} * 4 + basis" if len(columns) == 1 else ", ".join(("basis", *columns))  # one number sorts sooner
    return f"""
        SELECT basis, COALESCE(SUM(contracted_cost / {UNIT}), 0), COALESCE(SUM(contracted_cost % {UNIT}), 0),
               COALESCE(SUM(list_cost / {UNIT}), 0), COALESCE(SUM(list_cost % {UNIT}), 0),
               COUNT(contracted_cost), COUNT(contracted_cost) > COUNT(list_cost) {"".join(f", {name}" for name in columns)}
        FROM charge WHERE day >= ? AND day < ? GROUP BY {by}
    """  # noqa: S608  (our own names)


def unpriced(columns: list[str]) -> str:
    """Write the query of what has no price and was not taken back once it had one."""
    names = ", ".join(("charge.resource", *(f"charge.{column}" for column in columns)))
    return f"""
        SELECT {names} FROM charge WHERE day >= ? AND day < ? AND contracted_cost IS NULL
        GROUP BY charge.price, {names} HAVING SUM(quantity) != 0
    """  # noqa: S608  (our own names)


EACH = """
    SELECT resource, price, attribution, day, starts, ends, quantity, list_cost, contracted_cost, basis, is_correction
    FROM charge WHERE day >= ? AND day < ? ORDER BY day, id
"""
OPEN = "SELECT resource, line, price, attribution, quantity, starts, settled, since, ends FROM open_line"
ORDERED = " ORDER BY resource, line"
