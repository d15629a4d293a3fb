"""Every charge once: what a thing costs is brought to what is known of it, by rows that are added and never rewritten."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

from mlcost_ext.core.ledger import Attribution, ChargeRecord, Resource
from mlcost_ext.core.profile import DayAmount, LedgerEntry, LedgerLine, daily
from mlcost_ext.core.times import time_from_text, time_to_text

from .activity_store import forget_activity_before, forget_activity_of
from .charge_checks import faults
from .charge_reader import ChargeSum, open_lines, records, split, sums, wholes
from .charge_rows import BASES, MOST, Ids, day_number, line_row, moment, seconds_of
from .database import Database
from .decision_rows import forget_before, forget_user
from .idle_cost import idle_by_day

RESTART = timedelta(minutes=5)
"""A server that is back within this long has only been started again."""

Key = tuple[int, int, int, int]
"""Price, attribution, day and basis."""
Amounts = tuple[int, int, int, int | None, int | None]
"""Start and end in seconds since 1970, quantity, list cost, contracted cost."""
Written = tuple[int, int | None, int | None]
"""The sums of what was written: quantity, list cost, contracted cost."""
DAY_SECONDS = 86400


class ChargeStore:
    """The charges in the server's file. Every method blocks and may be called from any thread.

    All of them raise OSError where the file cannot be read or written; nothing of a call is kept then.
    """

    def __init__(self, database: Database) -> None:
        self._database, self._ids = database, Ids()

    # -- writing ----------------------------------------------------------------------------

    def begin(self) -> None:
        """Let what was open count no further than was last seen, until AWS tells of it again; for when a server starts."""
        with self._database.transaction() as connection:
            seen = read_as_of(connection)
            if seen is not None:
                connection.execute("UPDATE open_line SET ends = MAX(?, since) WHERE ends IS NULL", (micros_of(seen),))

    def bring(self, entries: Iterable[LedgerEntry], now: datetime) -> None:
        """Bring what is kept of jobs to what is known of them now.

        An entry stands for all of its thing's life, so bringing it twice, or after an earlier or a later one, changes nothing:
        what is written are differences. Once a thing is metered, what was known before that does not count any more.

        Args:
            entries: Each with all lines of its thing.
            now: AWS's time, by which figures are told from here on.
        """
        with self._transaction(now) as connection:
            for entry in entries:
                self._bring(connection, entry, now)

    def follow(self, resource: Resource, lines: Iterable[LedgerLine], now: datetime) -> None:
        """Go on counting something that has no end of its own, as it is now: what has changed is charged and begun anew.

        Args:
            resource: The thing.
            lines: What it uses; `since` of each is when that began, as far as AWS tells. Empty: nothing, or it is gone.
            now: AWS's time, cut to whole seconds.
        """
        now = now.replace(microsecond=0)
        with self._transaction(now) as connection:
            self._follow(connection, self._ids.resource(connection, resource), list(lines), now)

    def note_busy(self, resource: Resource, told: Iterable[tuple[date, Attribution, int]], now: datetime) -> None:
        """Add what a machine that is open was for, in microseconds, and note that it is seen at `now`; it is not rewritten."""
        with self._transaction(now) as connection:
            number = self._ids.resource(connection, resource)
            rows = [(number, day_number(day), self._ids.attribution(connection, who), length) for day, who, length in told]
            connection.executemany(ADD_BUSY, rows)

    def forget_before(self, day: date) -> int:
        """Delete the charges of the days before, what guards have said and what was recorded in them; give how many rows."""
        with self._database.transaction() as connection:
            gone = connection.execute("DELETE FROM charge WHERE day < ?", (day_number(day),)).rowcount
            gone += forget_before(connection, day.isoformat())
            gone += forget_activity_before(connection, day)
            self._sweep(connection)
            return gone

    def forget_user(self, name: str) -> int:
        """Delete a user's charges, launches, what was said of these, the activity of a machine of the user's own, and the name.

        The name is taken from what still runs. Give how many rows.
        """
        with self._database.transaction() as connection:
            theirs = "SELECT id FROM attribution WHERE user_name = ?"
            gone = connection.execute(f"DELETE FROM charge WHERE attribution IN ({theirs})", (name,)).rowcount  # noqa: S608
            gone += connection.execute(f"DELETE FROM busy WHERE attribution IN ({theirs})", (name,)).rowcount  # noqa: S608
            gone += forget_user(connection, name)
            gone += forget_activity_of(connection, name)
            gone += connection.execute("DELETE FROM launch WHERE user_name = ?", (name,)).rowcount
            nobody = self._ids.attribution(connection, Attribution())
            running = f"UPDATE open_line SET attribution = ? WHERE attribution IN ({theirs})"  # noqa: S608
            gone += connection.execute(running, (nobody, name)).rowcount
            self._sweep(connection)
            return gone

    # -- reading ----------------------------------------------------------------------------

    def as_of(self) -> datetime | None:
        """Give the time by which everything here is told; None: nothing was ever kept."""
        with self._database.transaction() as connection:
            return read_as_of(connection)

    def begun(self) -> datetime | None:
        """Give when the first charge was looked for; None: never."""
        with self._database.transaction() as connection:
            return read_time(connection, "begun")

    def records(self, start: date, end: date) -> Iterator[ChargeRecord]:
        """Give every charge of the days from `start` to the one before `end`, those of what still runs at last.

        What has begun is read from one state of the file, however long it takes and whatever is written meanwhile.
        """
        with self._database.transaction() as connection:
            yield from records(connection, start, end, read_as_of(connection))

    def sums(self, start: date, end: date, group_by: tuple[str, ...]) -> list[ChargeSum]:
        """Add up the same charges by what is named; see `charge_reader.sums`.

        Raises:
            ValueError: There is no such grouping.
        """
        with self._database.transaction() as connection:
            return sums(connection, start, end, group_by, read_as_of(connection))

    def view(self, start: date, end: date, group_by: tuple[str, ...]) -> tuple[datetime | None, list[ChargeSum], list[ChargeSum]]:
        """Give the time by which it is told, the sums by what is named, and the totals, all of one state of the file.

        Raises:
            ValueError: There is no such grouping.
        """
        with self._database.transaction() as connection:
            as_of = read_as_of(connection)
            found = sums(connection, start, end, group_by, as_of)
            return as_of, found, wholes(found)

    def idle_by_day(self, machine: Resource, start: date, end: date, currency: str) -> dict[date, int]:
        """Give what a machine has cost while it was idle, in whole 10⁻⁹ of a currency; days without any are left out."""
        with self._database.transaction() as connection:
            return idle_by_day(connection, machine, (start, end), read_as_of(connection), currency)

    def verify(self) -> list[str]:
        """Check that totals equal their parts and that each part is what its price makes it; give what is wrong, in words."""
        with self._database.transaction() as connection:
            return faults(connection, read_as_of(connection))

    # -- inside -----------------------------------------------------------------------------

    @contextmanager
    def _transaction(self, now: datetime) -> Iterator[sqlite3.Connection]:
        """Move the time by which everything is told; what was numbered inside is forgotten if it comes to nothing."""
        try:
            with self._database.transaction() as connection:
                at = time_to_text(now.replace(microsecond=0))
                connection.execute("INSERT OR IGNORE INTO ledger_state VALUES ('begun', ?)", (at,))
                connection.execute(PUT_AS_OF, (at,))
                yield connection
        except BaseException:
            self._ids.forget()
            raise

    def _bring(self, connection: sqlite3.Connection, entry: LedgerEntry, now: datetime) -> None:
        number = self._ids.resource(connection, entry.resource)
        written: dict[Key, Written] = {
            (price, who, day, basis): (quantity, list_cost, contracted_cost)
            for price, who, day, basis, quantity, list_cost, contracted_cost in connection.execute(WRITTEN, (number,))
        }
        if not entry.is_closed and any(basis > 0 for *_, basis in written):
            return  # AWS has told its end
        basis = BASES.index(entry.basis)
        targets = self._targets(connection, entry.lines, basis, now) if entry.is_closed else {}
        for key, amounts in differences(written, targets):
            self._put(connection, number, key, amounts, is_correction=key in written, at=seconds_of(now))
        connection.execute("DELETE FROM open_line WHERE resource = ?", (number,))
        if not entry.is_closed:
            for place, line in enumerate(entry.lines):
                self._open(connection, number, place, line)

    def _targets(
        self, connection: sqlite3.Connection, lines: Iterable[LedgerLine], basis: int, now: datetime
    ) -> dict[Key, Amounts]:
        targets: dict[Key, Amounts] = {}
        for line in lines:
            price, who = self._ids.price(connection, line.price), self._ids.attribution(connection, line.attribution)
            for amount in daily(line, now):
                key = (price, who, day_number(amount.day), basis)
                targets[key] = joined(targets.get(key), amounts_of(amount))
        return targets

    def _follow(self, connection: sqlite3.Connection, number: int, lines: list[LedgerLine], now: datetime) -> None:
        wanted = {self._sameness(connection, line): line for line in lines}
        places = set()
        for place, price, who, line in open_lines(connection, number):
            key = (price, who, line.quantity)
            again, ends = wanted.get(key), line.profile.ends
            if again is not None and goes_on(again, ends, now):
                del wanted[key]
                places.add(place)
                if ends is not None:  # it went on while no server looked
                    connection.execute("UPDATE open_line SET ends = NULL WHERE resource = ? AND line = ?", (number, place))
                continue
            self._close(connection, number, place, (price, who), replace_end(line, ends or now))
        for line in wanted.values():
            place = next(free for free in range(len(places) + 1) if free not in places)
            places.add(place)
            self._open(connection, number, place, self._beginning(connection, number, line, now))

    def _sameness(self, connection: sqlite3.Connection, line: LedgerLine) -> tuple[object, ...]:
        return self._ids.price(connection, line.price), self._ids.attribution(connection, line.attribution), line.quantity

    def _beginning(self, connection: sqlite3.Connection, number: int, line: LedgerLine, now: datetime) -> LedgerLine:
        """Let a line begin when AWS says, but never where its component was charged already."""
        row = connection.execute(CHARGED_UNTIL, (number, line.price.component)).fetchone()
        since = min(line.profile.since or now, now)
        if row[0] is not None:
            since = max(since, moment(row[0] * 1_000_000))
        return replace(line, profile=replace(line.profile, starts=since, since=since, ends=None))

    def _close(self, connection: sqlite3.Connection, number: int, place: int, ids: tuple[int, int], line: LedgerLine) -> None:
        busy = connection.execute("SELECT day, attribution, seconds FROM busy WHERE resource = ?", (number,)).fetchall()
        at = seconds_of(line.profile.ends)
        for amount in daily(line, line.profile.ends or line.profile.starts):
            parts = split(amount, line, ids[1], [row[1:] for row in busy if row[0] == day_number(amount.day)])
            for who, part in parts:
                key = (ids[0], who, day_number(amount.day), BASES.index("metered"))
                self._put(connection, number, key, amounts_of(part), is_correction=False, at=at)
        if line.price.pricing_unit == "Hours":
            connection.execute("DELETE FROM busy WHERE resource = ?", (number,))
        connection.execute("DELETE FROM open_line WHERE resource = ? AND line = ?", (number, place))

    def _open(self, connection: sqlite3.Connection, number: int, place: int, line: LedgerLine) -> None:
        price, who = self._ids.price(connection, line.price), self._ids.attribution(connection, line.attribution)
        row = (number, place, price, who, *line_row(line, line.profile.ends))
        connection.execute("INSERT INTO open_line VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)

    def _put(
        self, connection: sqlite3.Connection, number: int, key: Key, amounts: Amounts, *, is_correction: bool, at: int
    ) -> None:
        if any(abs(value) >= MOST for value in amounts if value is not None):
            raise OverflowError("a charge of more than the ledger has room for")
        price, who, day, basis = key
        connection.execute(PUT_CHARGE, (number, price, who, day, *amounts, basis, int(is_correction), at))

    def _sweep(self, connection: sqlite3.Connection) -> None:
        """Take out what no charge names any more."""
        for statement in SWEEP:
            connection.execute(statement)
        self._ids.forget()


WRITTEN = """
    SELECT price, attribution, day, basis, SUM(quantity), SUM(list_cost), SUM(contracted_cost)
    FROM charge WHERE resource = ? GROUP BY price, attribution, day, basis
"""
PUT_CHARGE = """
    INSERT INTO charge (resource, price, attribution, day, starts, ends, quantity, list_cost, contracted_cost, basis,
                        is_correction, written_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
CHARGED_UNTIL = """
    SELECT MAX(charge.ends) FROM charge JOIN price ON price.id = charge.price WHERE charge.resource = ? AND price.component = ?
"""
ADD_BUSY = """
    INSERT INTO busy VALUES (?, ?, ?, ?)
    ON CONFLICT (resource, day, attribution) DO UPDATE SET seconds = seconds + excluded.seconds
"""
PUT_AS_OF = """
    INSERT INTO ledger_state VALUES ('as_of', ?) ON CONFLICT (name) DO UPDATE SET value = MAX(value, excluded.value)
"""
"""Text of whole seconds in UTC sorts as its times do; a clock that goes back moves nothing."""
SWEEP = (
    "DELETE FROM resource WHERE id NOT IN (SELECT resource FROM charge) AND id NOT IN (SELECT resource FROM open_line)"
    " AND id NOT IN (SELECT resource FROM busy)",
    "DELETE FROM attribution WHERE id NOT IN (SELECT attribution FROM charge) AND id NOT IN (SELECT attribution FROM open_line)"
    " AND id NOT IN (SELECT attribution FROM busy)",
    "DELETE FROM price WHERE id NOT IN (SELECT price FROM charge) AND id NOT IN (SELECT price FROM open_line)",
)


def open_ledger(home: Path, server_id: str) -> ChargeStore:
    """Open a server's ledger to read; its file is not made, and nothing in it is changed."""
    return ChargeStore(Database(home / "servers" / server_id / "ledger.sqlite", is_read_only=True))


def read_as_of(connection: sqlite3.Connection) -> datetime | None:
    """Give the time by which everything is told."""
    return read_time(connection, "as_of")


def read_time(connection: sqlite3.Connection, name: str) -> datetime | None:
    row = connection.execute("SELECT value FROM ledger_state WHERE name = ?", (name,)).fetchone()
    return time_from_text(row[0]) if row else None


def goes_on(line: LedgerLine, seen: datetime | None, now: datetime) -> bool:
    """Tell whether something was used all the time since it was last seen; None: it was seen all the time.

    Where AWS does not say since when, a volume is there on and on, and all else no longer than a restart takes.
    """
    began = line.profile.since
    if seen is None:
        return True
    if began is not None:
        return began <= seen
    return line.price.pricing_unit == "GB-Mo" or now - seen <= RESTART


def micros_of(value: datetime) -> int:
    return seconds_of(value) * 1_000_000


def replace_end(line: LedgerLine, ends: datetime) -> LedgerLine:
    """End a line, but not before it began."""
    return replace(line, profile=replace(line.profile, ends=max(ends, line.profile.since or line.profile.starts)))


def amounts_of(amount: DayAmount) -> Amounts:
    starts, ends = seconds_of(amount.starts), seconds_of(amount.ends)
    return starts, max(starts, ends), amount.quantity, amount.list_cost, amount.contracted_cost


def joined(one: Amounts | None, other: Amounts) -> Amounts:
    """Add two lines of one price up."""
    if one is None:
        return other
    return min(one[0], other[0]), max(one[1], other[1]), one[2] + other[2], added(one[3], other[3]), added(one[4], other[4])


def added(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other


def differences(written: Mapping[Key, Written], targets: Mapping[Key, Amounts]) -> Iterator[tuple[Key, Amounts]]:
    """Give what has to be added to what is written so that the sums are the targets; of another basis they are nothing."""
    for key in sorted({*written, *targets}):
        quantity, list_cost, contracted_cost = written.get(key, (0, 0, 0))
        midnight = key[2] * DAY_SECONDS
        nothing = (midnight, midnight + DAY_SECONDS, 0, zero_like(list_cost), zero_like(contracted_cost))
        target = targets.get(key, nothing)
        change = (target[2] - quantity, less(target[3], list_cost), less(target[4], contracted_cost))
        if any(change):
            yield key, (target[0], target[1], *change)


def zero_like(amount: int | None) -> int | None:
    return None if amount is None else 0


def less(target: int | None, written: int | None) -> int | None:
    return None if target is None else target - (written or 0)
