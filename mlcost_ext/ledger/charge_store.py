"""Every charge once: what a thing costs is brought to what is known of it, by rows that are added and never rewritten."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from mlcost_ext.core.ledger import Attribution, ChargeRecord, Resource
from mlcost_ext.core.profile import LedgerEntry, LedgerLine, UsePart

from .activity_store import forget_activity_before, forget_activity_of
from .charge_amounts import Amounts, Key, Written, amounts_of, differences, joined, kept_days
from .charge_checks import faults
from .charge_parts import drop, is_of, open_of, stop, together, use_part
from .charge_reader import ChargeSum, open_lines, records, split, sums, wholes
from .charge_rows import BASES, MOST, Ids, day_number, line_row, moment, seconds_of
from .database import Database
from .decision_rows import forget_before, forget_user
from .idle_cost import idle_by_day
from .ledger_state import (
    forget_days,
    forgotten_before,
    note_time,
    note_unseen,
    read_as_of,
    read_time,
    set_back_time,
    unseen,
)
from .open_time import FREEZE, RESTART, beginning, frozen, goes_on, unseen_since


class ChargeStore:
    """The charges in the server's file. Every method blocks and may be called from any thread.

    All of them raise OSError where the file cannot be read or written; nothing of a call is kept then.
    """

    def __init__(self, database: Database) -> None:
        self._database, self._ids = database, Ids()

    # -- writing ----------------------------------------------------------------------------

    def begin(self) -> datetime | None:
        """Let what was open count no further than was last seen, until AWS tells of it again; for when a server starts.

        Give when that was; None: nothing was ever kept.
        """
        with self._database.transaction() as connection:
            seen = read_as_of(connection)
            if seen is not None:
                connection.execute(FREEZE, (micros_of(seen),))
            return seen

    def set_back(self, now: datetime) -> None:
        """Move the time by which everything is told back to AWS's, where a wrong clock had moved it on."""
        now = now.replace(microsecond=0)
        with self._database.transaction() as connection:
            was = read_as_of(connection)
            if was is None or was <= now:
                return
            set_back_time(connection, was, now)
            for number, price, who, day, basis, *sums in connection.execute(TO_COME, (day_number(now.date()),)).fetchall():
                for key, amounts in differences({(price, who, day, basis): (sums[0], sums[1], sums[2])}, {}):
                    self._put(connection, number, key, amounts, is_correction=True, at=seconds_of(now))

    def close_unseen(self, is_gone: Callable[[Resource], bool], now: datetime) -> None:
        """Charge what stood when a server ended, up to then, and is gone, as far as anybody can tell now."""
        with self._transaction(now) as connection:
            for resource in frozen(connection):
                if is_gone(resource):
                    self._follow(connection, resource, [], now, (), None)

    def bring(self, entries: Iterable[LedgerEntry], now: datetime) -> None:
        """Bring what is kept of jobs to what is known of them now.

        An entry stands for all of its thing's life, so bringing it twice, or after an earlier or a later one, changes nothing:
        what is written are differences. Once a thing is metered, what is only estimated does not count any more, whether it
        was known before or is told later.

        Args:
            entries: Each with all lines of its thing.
            now: AWS's time, by which figures are told from here on.
        """
        with self._transaction(now) as connection:
            for entry in entries:
                self._bring(connection, entry, now)

    def follow(
        self,
        resource: Resource,
        lines: Iterable[LedgerLine],
        now: datetime,
        unknown: Collection[UsePart] = (),
        unchanged_since: datetime | None = None,
    ) -> None:
        """Go on counting something that has no end of its own, as it is now: what has changed is charged and begun anew.

        Args:
            resource: The thing.
            lines: What it uses; `since` of each is when that began, as far as AWS tells. Empty: nothing, or it is gone.
            now: AWS's time, cut to whole seconds.
            unknown: What of it is not known now: what was known of that stays, and lines of it stand where nothing was.
            unchanged_since: When AWS changed it last, where that says nothing of `since`; None: AWS does not tell.
        """
        now = now.replace(microsecond=0)
        with self._transaction(now) as connection:
            self._follow(connection, resource, list(lines), now, unknown, unchanged_since)

    def note_busy(self, resource: Resource, told: Iterable[tuple[date, Attribution, int]], now: datetime) -> None:
        """Add what a machine that is open was for, in microseconds, and note that it is seen at `now`; it is not rewritten."""
        with self._transaction(now) as connection:
            number = self._ids.resource(connection, resource)
            rows = [(number, day_number(day), self._ids.attribution(connection, who), length) for day, who, length in told]
            connection.executemany(ADD_BUSY, rows)

    def forget_before(self, day: date, today: date | None = None) -> int:
        """Delete the charges of the days before, what guards have said and what was recorded in them; give how many rows.

        What is told of these days later is not taken in again; `today` is the last one that has come, where that is known.
        """
        with self._database.transaction() as connection:
            gone = forget_days(connection, day, today)
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

    def is_unseen(self, start: date, end: date) -> bool:
        """Tell whether in some days there was time in which nobody saw how long something ran; it is in no sum."""
        with self._database.transaction() as connection:
            return any(begins.date() < end and ends.date() >= start for begins, ends in unseen(connection, RESTART))

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
                note_time(connection, now)
                yield connection
        except BaseException:
            self._ids.forget()
            raise

    def _bring(self, connection: sqlite3.Connection, entry: LedgerEntry, now: datetime) -> None:
        number = self._ids.resource(connection, entry.resource)
        written: dict[Key, Written] = {
            (price, who, day, basis): (quantity, list_cost, contracted_cost)
            for price, who, day, basis, quantity, list_cost, contracted_cost, component in connection.execute(WRITTEN, (number,))
            if is_of(component, entry.part)
        }
        standing = {key for key, sums in written.items() if any(sums)}
        basis = BASES.index(entry.basis)
        if any(key[3] > basis for key in standing):
            return  # AWS has told more of it
        still_open = open_of(connection, number, entry.part)
        if entry.is_unknown:
            own = {self._ids.price(connection, line.price) for line in entry.lines}
            if not {*still_open.values(), *(key[0] for key in standing)} <= own:
                if entry.is_closed:
                    stop(connection, number, still_open, now)
                return
        targets = self._targets(connection, entry.lines, basis, now) if entry.is_closed else {}
        for key, amounts in differences(written, targets):
            self._put(connection, number, key, amounts, is_correction=key in written, at=seconds_of(now))
        drop(connection, number, still_open)
        if not entry.is_closed:
            for line in entry.lines:
                self._open(connection, number, line)

    def _targets(
        self, connection: sqlite3.Connection, lines: Iterable[LedgerLine], basis: int, now: datetime
    ) -> dict[Key, Amounts]:
        targets: dict[Key, Amounts] = {}
        first = forgotten_before(connection)
        for line in lines:
            price, who = self._ids.price(connection, line.price), self._ids.attribution(connection, line.attribution)
            for amount in kept_days(line, now, first):
                key = (price, who, day_number(amount.day), basis)
                targets[key] = joined(targets.get(key), amounts_of(amount))
        return targets

    def _follow(
        self,
        connection: sqlite3.Connection,
        resource: Resource,
        lines: list[LedgerLine],
        now: datetime,
        unknown: Collection[UsePart],
        unchanged_since: datetime | None,
    ) -> None:
        number = self._ids.resource(connection, resource)
        wanted = self._wanted(connection, lines)
        kept, ended, begun = set(), list[LedgerLine](), list[LedgerLine]()
        for place, price, who, line in open_lines(connection, number):
            again, ends = wanted.get((price, who)), line.profile.ends
            if again is None and use_part(line) in unknown:
                kept.add(use_part(line))
                continue
            if again is not None and again.quantity == line.quantity and goes_on(again, ends, now, unchanged_since):
                del wanted[price, who]
                if ends is not None:  # it went on while no server looked
                    connection.execute("UPDATE open_line SET ends = NULL WHERE resource = ? AND line = ?", (number, place))
                continue
            ended.append(replace_end(line, ends or now))
            self._close(connection, number, place, (price, who), ended[-1])
        for line in wanted.values():
            if use_part(line) not in kept:
                until = self._charged_until(connection, number, line)
                begun.append(beginning(line, now, ended, until, unchanged_since, is_machine=resource.kind == "session"))
                self._open(connection, number, begun[-1])
        since = unseen_since(ended, begun, now)
        if since is not None and resource.kind != "session":
            note_unseen(connection, number, since, now)

    def _wanted(self, connection: sqlite3.Connection, lines: list[LedgerLine]) -> dict[tuple[int, int], LedgerLine]:
        """Give lines by the numbers of price and attribution, those that have both in common added up."""
        alike: dict[tuple[int, int], list[LedgerLine]] = {}
        for line in lines:
            key = self._ids.price(connection, line.price), self._ids.attribution(connection, line.attribution)
            alike.setdefault(key, []).append(line)
        return {key: together(of_one) for key, of_one in alike.items()}

    def _charged_until(self, connection: sqlite3.Connection, number: int, line: LedgerLine) -> datetime | None:
        row = connection.execute(CHARGED_UNTIL, (number, line.price.component)).fetchone()
        return None if row[0] is None else moment(row[0] * 1_000_000)

    def _close(self, connection: sqlite3.Connection, number: int, place: int, ids: tuple[int, int], line: LedgerLine) -> None:
        busy = connection.execute("SELECT day, attribution, seconds FROM busy WHERE resource = ?", (number,)).fetchall()
        at = seconds_of(line.profile.ends)
        for amount in kept_days(line, line.profile.ends or line.profile.starts, forgotten_before(connection)):
            parts = split(amount, line, ids[1], [row[1:] for row in busy if row[0] == day_number(amount.day)])
            for who, part in parts:
                key = (ids[0], who, day_number(amount.day), BASES.index("metered"))
                self._put(connection, number, key, amounts_of(part), is_correction=False, at=at)
        if line.price.pricing_unit == "Hours":
            connection.execute("DELETE FROM busy WHERE resource = ?", (number,))
        connection.execute("DELETE FROM open_line WHERE resource = ? AND line = ?", (number, place))

    def _open(self, connection: sqlite3.Connection, number: int, line: LedgerLine) -> None:
        price, who = self._ids.price(connection, line.price), self._ids.attribution(connection, line.attribution)
        place = connection.execute("SELECT IFNULL(MAX(line) + 1, 0) FROM open_line WHERE resource = ?", (number,)).fetchone()[0]
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
    SELECT price, attribution, day, basis, SUM(quantity), SUM(list_cost), SUM(contracted_cost), component
    FROM charge JOIN price ON price.id = charge.price WHERE resource = ? GROUP BY price, attribution, day, basis
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
TO_COME = """
    SELECT resource, price, attribution, day, basis, SUM(quantity), SUM(list_cost), SUM(contracted_cost)
    FROM charge WHERE day > ? GROUP BY resource, price, attribution, day, basis
"""
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


def micros_of(value: datetime) -> int:
    return seconds_of(value) * 1_000_000


def replace_end(line: LedgerLine, ends: datetime) -> LedgerLine:
    """End a line, but not before it began."""
    return replace(line, profile=replace(line.profile, ends=max(ends, line.profile.since or line.profile.starts)))
