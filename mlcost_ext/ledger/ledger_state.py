"""What the ledger knows of itself: by when everything is told, what was forgotten, and when nobody saw what ran."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from mlcost_ext.core.times import time_from_text, time_to_text

from .charge_rows import day_number, moment, seconds_of

MICROS = 1_000_000

Unseen = tuple[datetime, datetime]
"""From when to when nobody saw whether something was used."""

PUT_AS_OF = """
    INSERT INTO ledger_state VALUES ('as_of', ?) ON CONFLICT (name) DO UPDATE SET value = MAX(value, excluded.value)
"""
"""Text of whole seconds in UTC sorts as its times do; a clock that goes back moves nothing."""
PUT_FORGOTTEN = """
    INSERT INTO ledger_state VALUES ('forgotten', ?) ON CONFLICT (name) DO UPDATE SET value = MAX(value, excluded.value)
"""
PUT_UNSEEN = """
    INSERT INTO ledger_state VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = MAX(value, excluded.value)
"""
STILL_UNSEEN = """
    SELECT DISTINCT ends FROM open_line
    JOIN resource ON resource.id = open_line.resource JOIN scope ON scope.id = resource.scope
    WHERE since IS NOT NULL AND ends < ? AND kind IN ('endpoint', 'app', 'space', 'notebook')
"""
UNSEEN = "unseen/"


def read_as_of(connection: sqlite3.Connection) -> datetime | None:
    """Give the time by which everything is told."""
    return read_time(connection, "as_of")


def read_time(connection: sqlite3.Connection, name: str) -> datetime | None:
    row = connection.execute("SELECT value FROM ledger_state WHERE name = ?", (name,)).fetchone()
    return time_from_text(row[0]) if row else None


def note_time(connection: sqlite3.Connection, now: datetime) -> None:
    """Move the time by which everything is told; it only goes on."""
    at = time_to_text(now.replace(microsecond=0))
    connection.execute("INSERT OR IGNORE INTO ledger_state VALUES ('begun', ?)", (at,))
    connection.execute(PUT_AS_OF, (at,))


def set_back_time(connection: sqlite3.Connection, was: datetime, now: datetime) -> None:
    """Move it back, and with it what could not have been told by then: what is open began and was seen by `now` at the latest."""
    at, now_micros = time_to_text(now), seconds_of(now) * MICROS
    connection.execute("UPDATE ledger_state SET value = ?1 WHERE name IN ('as_of', 'begun') AND value > ?1", (at,))
    connection.execute("UPDATE open_line SET ends = ? WHERE ends = ?", (now_micros, seconds_of(was) * MICROS))
    connection.execute("UPDATE open_line SET starts = MIN(starts, ?1), since = ?1 WHERE since > ?1", (now_micros,))
    connection.execute("UPDATE open_line SET ends = since WHERE ends < since")


# -- what was forgotten ---------------------------------------------------------------------


def forgotten_before(connection: sqlite3.Connection) -> int:
    """Give the number of the first day that is kept: what is told of those before is not taken in again."""
    row = connection.execute("SELECT value FROM ledger_state WHERE name = 'forgotten'").fetchone()
    return day_number(date.fromisoformat(row[0])) if row else 0


def forget_days(connection: sqlite3.Connection, day: date, today: date | None) -> int:
    """Delete charges of the days before, and note that these are not to be told again; give how many rows.

    Args:
        connection: Inside a transaction.
        day: The first one that is kept; what is still to come is not forgotten beforehand.
        today: None: the last one of which anything is told.
    """
    as_of = read_as_of(connection)
    last = today or (as_of.date() if as_of else None)
    if last is not None:
        first = min(day, last + timedelta(days=1))
        connection.execute(PUT_FORGOTTEN, (first.isoformat(),))
    number = day_number(day)
    gone = connection.execute("DELETE FROM charge WHERE day < ?", (number,)).rowcount
    gone += connection.execute("DELETE FROM busy WHERE day < ?", (number,)).rowcount
    gone += connection.execute("DELETE FROM open_line WHERE ends <= ?", (number * 86400 * MICROS,)).rowcount
    for name, (_, ends) in list(noted(connection)):
        if ends.date() < day:
            connection.execute("DELETE FROM ledger_state WHERE name = ?", (name,))
    return gone


# -- what nobody saw ------------------------------------------------------------------------


def note_unseen(connection: sqlite3.Connection, number: int, starts: datetime, ends: datetime) -> None:
    """Note a time in which nobody saw whether a resource was used; what it cost then is not known."""
    name = f"{UNSEEN}{number}/{seconds_of(starts)}"
    connection.execute(PUT_UNSEEN, (name, f"{seconds_of(ends):012d}"))


def unseen(connection: sqlite3.Connection, shortest: timedelta) -> Iterator[Unseen]:
    """Give such times, those last that go on; of these the ones that are longer than `shortest`."""
    for _, times in noted(connection):
        yield times
    as_of = read_as_of(connection)
    if as_of is not None:
        for (ends,) in connection.execute(STILL_UNSEEN, (seconds_of(as_of - shortest) * MICROS,)):
            yield moment(ends), as_of


def noted(connection: sqlite3.Connection) -> Iterator[tuple[str, Unseen]]:
    found = connection.execute("SELECT name, value FROM ledger_state WHERE name LIKE 'unseen/%'").fetchall()
    for name, value in found:
        yield name, (moment(int(name.rsplit("/", 1)[1]) * MICROS), moment(int(value) * MICROS))
