"""Write the nouns of the ledger as rows, and read them back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from hashlib import blake2b
from typing import Any, cast

from mlcost_ext.core.ledger import Attribution, ChargeBasis, ChargePrice, KernelState, Resource, UserBasis
from mlcost_ext.core.money import plain_text
from mlcost_ext.core.profile import LedgerLine, Profile
from mlcost_ext.core.times import MICROSECOND, UTC

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_DAY = date(1970, 1, 1)
BASES: tuple[ChargeBasis, ...] = ("estimated", "metered", "billed")
MOST = 2**63
"""What SQLite's INTEGER has no room for."""
MAX_TEXT = 512
MAX_TAGS_TEXT = 8192


class Ids:
    """Give each resource, price and attribution its number, a new one where it has none; remembers those it has met."""

    MOST_REMEMBERED = 20_000

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], int] = {}

    def forget(self) -> None:
        """Forget what was met, as after a transaction that came to nothing."""
        self._known.clear()

    def resource(self, connection: sqlite3.Connection, resource: Resource) -> int:
        """Give a resource's number; its ARN is kept once it is known."""
        identity = resource_key(resource)
        known = self._known.get((*identity, resource.resource_id))
        if known is not None:
            return known
        kind, region_id, name, created_at = identity
        start = arn_start(resource)
        digest = digest_of("resource", identity)
        found = connection.execute("SELECT id FROM resource WHERE digest = ?", (digest,)).fetchone()
        if found is None:
            row = (digest, self._scope(connection, (kind, region_id, start)), name, created_at)
            number = connection.execute(PUT_RESOURCE, row).lastrowid
        else:
            number = found[0]
            if start:
                scope = self._scope(connection, (kind, region_id, start))
                connection.execute("UPDATE resource SET scope = ? WHERE id = ?", (scope, number))
        return self._remember(cast("int", number), (*identity, resource.resource_id))

    def price(self, connection: sqlite3.Connection, price: ChargePrice) -> int:
        """Give a price's number."""
        known = self._known.get((price,))
        return known if known is not None else self._number(connection, "price", price_row(price), (price,))

    def attribution(self, connection: sqlite3.Connection, attribution: Attribution) -> int:
        """Give an attribution's number."""
        row = attribution_row(attribution)
        known = self._known.get(row)
        return known if known is not None else self._number(connection, "attribution", row, row)

    def _scope(self, connection: sqlite3.Connection, row: tuple[str, str, str]) -> int:
        key = ("scope", *row)
        if key in self._known:
            return self._known[key]
        found = connection.execute("SELECT id FROM scope WHERE kind = ? AND region_id = ? AND arn_start = ?", row).fetchone()
        put = "INSERT INTO scope (kind, region_id, arn_start) VALUES (?, ?, ?)"
        return self._remember(found[0] if found else cast("int", connection.execute(put, row).lastrowid), key)

    def _number(self, connection: sqlite3.Connection, table: str, row: tuple[str, ...], key: tuple[object, ...]) -> int:
        digest = digest_of(table, row)
        found = connection.execute(f"SELECT id FROM {table} WHERE digest = ?", (digest,)).fetchone()  # noqa: S608  (our own names)
        if found is None:
            columns, marks = ", ".join(("digest", *COLUMNS[table])), ", ".join("?" * (len(row) + 1))
            put = f"INSERT INTO {table} ({columns}) VALUES ({marks})"  # noqa: S608
            return self._remember(cast("int", connection.execute(put, (digest, *row)).lastrowid), key)
        return self._remember(found[0], key)

    def _remember(self, number: int, key: tuple[object, ...]) -> int:
        if len(self._known) >= self.MOST_REMEMBERED:
            self._known.clear()
        self._known[key] = number
        return number


def digest_of(table: str, identity: tuple[object, ...]) -> int:
    """Give 64 bits that two rows of a ledger do not share, short of one chance in millions of millions."""
    written = json.dumps([table, *identity]).encode()
    return int.from_bytes(blake2b(written, digest_size=8).digest(), "big", signed=True)


def arn_start(resource: Resource) -> str:
    """Give a resource's ARN up to its name, which is the same for thousands; one of another form is whole, and marked so."""
    arn = (resource.resource_id or "")[:MAX_TEXT]
    if not arn:
        return ""
    return arn[: -len(resource.name)] if resource.name and arn.endswith(f"/{resource.name}") else arn + WHOLE


WHOLE = "\n"
PUT_RESOURCE = "INSERT INTO resource (digest, scope, name, created_at) VALUES (?, ?, ?, ?)"
RESOURCE = """
    SELECT kind, region_id, name, created_at, arn_start FROM resource JOIN scope ON scope.id = resource.scope
    WHERE resource.id = ?
"""
COLUMNS = {
    "price": (
        "region_id",
        "component",
        "instance_type",
        "purchase_option",
        "pricing_unit",
        "billing_currency",
        "list_unit_price",
        "contracted_unit_price",
        "price_source",
        "price_origin",
        "price_as_of",
        "price_basis",
        "error_percent",
        "sku",
    ),
    "attribution": ("notebook", "cell_id", "user_name", "user_basis", "project", "kernel_state", "tags"),
}


def resource_key(resource: Resource) -> tuple[str, str, str, int]:
    """Give what tells a resource from every other: a name that is used again is another one's."""
    return text(resource.kind), text(resource.region_id), text(resource.name), seconds_of(resource.created_at)


def price_row(price: ChargePrice) -> tuple[str, ...]:
    """Write a price; empty text is nothing."""
    return tuple(text(getattr(price, column)) for column in COLUMNS["price"])


def price_of(row: tuple[str, ...]) -> ChargePrice:
    """Read a price."""
    values: dict[str, Any] = {column: value or None for column, value in zip(COLUMNS["price"], row, strict=True)}
    for column in ("list_unit_price", "contracted_unit_price", "error_percent"):
        values[column] = Decimal(values[column]) if values[column] else None
    for column in ("region_id", "component", "purchase_option", "pricing_unit", "billing_currency"):
        values[column] = values[column] or ""
    return ChargePrice(**values)


def attribution_row(attribution: Attribution) -> tuple[str, ...]:
    """Write an attribution; as many tags as fit."""
    told = (
        attribution.notebook,
        attribution.cell_id,
        attribution.user_name,
        attribution.user_basis,
        attribution.project,
        attribution.kernel_state,
    )
    return (*(text(value) for value in told), tags_text(attribution.tags))


def attribution_of(row: tuple[str, ...], tags: Mapping[str, str]) -> Attribution:
    """Read an attribution, whose tags were read already."""
    notebook, cell_id, user_name, user_basis, project, kernel_state = (value or None for value in row[:-1])
    return Attribution(
        notebook=notebook,
        cell_id=cell_id,
        user_name=user_name,
        user_basis=cast("UserBasis | None", user_basis),
        project=project,
        kernel_state=cast("KernelState | None", kernel_state),
        tags=tags,
    )


def resource_of(row: tuple[Any, ...]) -> Resource:
    """Read a resource: kind, region, name, creation and the start of its ARN."""
    kind, region_id, name, created_at, start = row
    created = EPOCH + timedelta(seconds=created_at) if created_at else None
    arn = None if not start else start[: -len(WHOLE)] if start.endswith(WHOLE) else start + name
    return Resource(kind=kind, region_id=region_id, name=name, created_at=created, resource_id=arn)


def line_row(line: LedgerLine, ends: datetime | None) -> tuple[str, int, int, int | None, int | None]:
    """Write when a line was used: quantity, start, settled time, since when it counts on, and its end."""
    profile = line.profile
    return (
        plain_text(line.quantity),
        micros(profile.starts),
        whole(profile.settled.scaleb(6)),
        None if profile.since is None else micros(profile.since),
        None if ends is None else micros(ends),
    )


NOBODY = Attribution()


def line_of(price: ChargePrice, row: tuple[Any, ...]) -> LedgerLine:
    """Read an open line; what it is for is known by its number alone."""
    quantity, starts, settled, since, ends = row
    profile = Profile(
        starts=moment(starts),
        settled=Decimal(settled).scaleb(-6),
        since=None if since is None else moment(since),
        ends=None if ends is None else moment(ends),
    )
    return LedgerLine(price=price, attribution=NOBODY, quantity=Decimal(quantity), profile=profile)


def tags_text(tags: Mapping[str, str]) -> str:
    """Write tags as JSON, sorted, as many as fit."""
    kept = dict(sorted(tags.items()))
    while len(written := json.dumps(kept)) > MAX_TAGS_TEXT:
        kept.popitem()
    return written


def text(value: object) -> str:
    """Write a value of a row that is told apart by it; None is empty."""
    if isinstance(value, Decimal):
        return plain_text(value)
    return "" if value is None else str(value)[:MAX_TEXT]


def seconds_of(value: datetime | None) -> int:
    """Give a time in whole seconds since 1970; 0: not known."""
    return 0 if value is None else int((value - EPOCH) // timedelta(seconds=1))


def micros(value: datetime) -> int:
    """Give a time in microseconds since 1970."""
    return (value - EPOCH) // MICROSECOND


def moment(value: int) -> datetime:
    """Read a time in microseconds since 1970."""
    return EPOCH + timedelta(microseconds=value)


def day_number(day: date) -> int:
    """Give a day as days since 1970."""
    return (day - EPOCH_DAY).days


def day_of(number: int) -> date:
    """Read a day."""
    return EPOCH_DAY + timedelta(days=number)


def whole(amount: Decimal) -> int:
    """Give a whole number that a row has room for.

    Raises:
        OverflowError: There is no room.
    """
    number = int(amount)
    if abs(number) >= MOST:
        raise OverflowError("more than a row has room for")
    return number
