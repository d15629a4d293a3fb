"""Launches in the server's SQLite file, taken out of the spool exactly once: rows and how far files were read in one step."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Literal

from mlcost_ext.core.ledger import UserBasis
from mlcost_ext.core.times import UTC, time_from_text

from .database import Database
from .decision_rows import DECISION, SAVED_OF_LAUNCH, decision_row, forget_before, note_savings
from .spool_batch import Batch, Position
from .spool_schema import Event

KEPT = timedelta(days=400)
"""As long as `launches.STANDING_FOLLOWED`; what was launched before is of no use any more."""
WRITTEN = "____-__-__T__:__:__.______Z"
"""The form of times in the table, which can be ordered as text; the kernels write it too."""
MANY = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a server finds when it starts."""

    positions: dict[str, Position]
    """How far each spool file was taken."""
    events: list[Event]
    """Intents and outcomes of all launches that are kept, oldest first."""


class LaunchStore:
    """Launches in the server's file. Every method blocks and may be called from any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self, since: datetime, with_requests_since: datetime) -> Kept:
        """Give what was taken, and how far, as of one moment.

        Args:
            since: Launches before are left out.
            with_requests_since: Of launches that were answered before, request and tags are left out, which are large.

        Raises:
            OSError: The file cannot be read.
        """
        with self._database.transaction() as connection:
            connection.execute("BEGIN")
            positions = positions_in(connection)
            found = connection.execute(LAUNCHES, (time_text(with_requests_since), time_text(since)))
            return Kept(positions=positions, events=events_of(found))

    def positions(self) -> dict[str, Position]:
        """Give how far each spool file was taken.

        Raises:
            OSError: The file cannot be read.
        """
        with self._database.transaction() as connection:
            return positions_in(connection)

    def take(self, batches: Sequence[Batch]) -> set[str]:
        """Take batches in, all of them or none; what was taken before is passed over.

        Args:
            batches: Those of one file in their order.

        Returns:
            Files of which something is missing between what was taken and a batch; of these nothing more was taken.

        Raises:
            OSError: The file cannot be written.
        """
        with self._database.transaction() as connection:
            connection.execute("BEGIN IMMEDIATE")
            events, reached, lacking = news(batches, positions_in(connection))
            put_events(connection, events)
            connection.executemany(
                "INSERT OR REPLACE INTO spool_file VALUES (?, ?, ?)",
                [(name, at.offset, int(at.is_inside_long_line)) for name, at in sorted(reached.items())],
            )
            return lacking

    def settle(self, launch_id: str, result: Literal["accepted", "refused"], resource_id: str | None) -> bool:
        """Note what AWS's own list tells of a launch whose outcome nobody wrote, or did not know; tell whether there was one.

        Raises:
            OSError: The file cannot be written.
        """
        with self._database.transaction() as connection:
            is_there = connection.execute(SETTLE, (result, resource_id, launch_id)).rowcount == 1
            connection.execute(SAVED_OF_LAUNCH, (launch_id,))
            return is_there

    def name_user(self, launch_id: str, user_name: str, basis: UserBasis) -> bool:
        """Note whose a launch is, where its kernel has not told that; tell whether there was one.

        Raises:
            OSError: The file cannot be written.
        """
        with self._database.transaction() as connection:
            return connection.execute(NAME_USER, (user_name, basis, launch_id)).rowcount == 1

    def forget(self, before: date) -> None:
        """Delete the launches of the days before, with what was said of them and what their fixes avoid.

        Raises:
            OSError: The file cannot be written.
        """
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM launch WHERE at < ?", (before.isoformat(),))
            forget_before(connection, before.isoformat())

    def forget_files(self, names: Iterable[str]) -> None:
        """Drop how far files were taken that are gone.

        Raises:
            OSError: The file cannot be written.
        """
        with self._database.transaction() as connection:
            connection.executemany("DELETE FROM spool_file WHERE name = ?", [(name,) for name in names])


LAUNCHES = """
    SELECT id, at, answered_at, kind, region_id, name, result, resource_id, error_code, kernel_id, notebook, cell_id, user_name,
           user_basis, git_commit, project, CASE WHEN is_wanted THEN request END, CASE WHEN is_wanted THEN tags END
    FROM (SELECT *, result IS NULL OR answered_at >= ? AS is_wanted FROM launch WHERE at >= ?)
"""
INTENT = """
    INSERT INTO launch (id, at, kind, region_id, name, kernel_id, notebook, cell_id, user_name, user_basis, git_commit, project,
                        decision, request, tags)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING
"""
OUTCOME = """
    UPDATE launch SET result = CASE WHEN ?1 = 'unknown' THEN COALESCE(result, ?1) ELSE ?1 END,
                      resource_id = COALESCE(?2, resource_id), error_code = ?3, answered_at = ?4
    WHERE id = ?5 AND answered_at IS NULL
"""
"""The first outcome that a kernel writes counts. What AWS's list has settled before yields to it, unless it knows nothing."""
SETTLE = """
    UPDATE launch SET result = ?, resource_id = COALESCE(?, resource_id)
    WHERE id = ? AND (result IS NULL OR result = 'unknown')
"""
NAME_USER = "UPDATE launch SET user_name = ?, user_basis = ? WHERE id = ? AND user_name IS NULL"


def positions_in(connection: sqlite3.Connection) -> dict[str, Position]:
    found = connection.execute("SELECT name, position, is_inside_long_line FROM spool_file")
    return {name: Position(position, bool(is_inside)) for name, position, is_inside in found}


def news(batches: Iterable[Batch], taken: dict[str, Position]) -> tuple[list[Event], dict[str, Position], set[str]]:
    """Give the events that were not taken yet, how far each file is taken with them, and the files that have a gap before."""
    events: list[Event] = []
    reached: dict[str, Position] = {}
    lacking: set[str] = set()
    for batch in batches:
        at = reached.get(batch.name) or taken.get(batch.name) or Position()
        if batch.start > at.offset:
            lacking.add(batch.name)
        elif batch.end > at.offset:
            events += batch.after(at.offset)
            reached[batch.name] = batch.position
    return events, reached, lacking


def put_events(connection: sqlite3.Connection, events: Iterable[Event]) -> None:
    """Write intents and decisions, then outcomes: those of a launch stand in two files where a process forked between them."""
    by_id = sorted(events, key=lambda event: str(event.get("id")))  # the order of the table, in which it is quick
    connection.executemany(INTENT, [row_of(event) for event in by_id if event["type"] == "intent"])
    decisions = [decision_row(event, ordered(event["at"])) for event in by_id if event["type"] == "decision"]
    connection.executemany(DECISION, decisions)
    connection.executemany(OUTCOME, [outcome_of(event) for event in by_id if event["type"] == "outcome"])
    note_savings(connection, by_id)


def row_of(event: Event) -> tuple[str | None, ...]:
    """Write an intent as a row."""
    where = ("kernel_id", "notebook", "cell_id", "user", "user_basis", "git_commit", "project", "decision")
    keys = ("kind", "region_id", "name", *where)
    request, tags = event.get("request"), event.get("tags")
    return (event["id"], ordered(event["at"]), *(event.get(key) for key in keys), json_text(request), json_text(tags))


def outcome_of(event: Event) -> tuple[str | None, ...]:
    """Write an outcome as the parameters of its statement."""
    return event["result"], event.get("resource_id"), event.get("error_code"), ordered(event["at"]), event["id"]


def json_text(value: object) -> str:
    """Write a request or tags; what is nested too deep to be written is left out."""
    try:
        return json.dumps(value or {}, separators=(",", ":"))
    except RecursionError:
        return "{}"


def ordered(at: str) -> str:
    """Give a time that was checked, in the form of the table."""
    if len(at) == len(WRITTEN) and (at[10], at[19], at[-1]) == ("T", ".", "Z"):
        return at
    return time_text(time_from_text(at) or datetime.min.replace(tzinfo=UTC))


def time_text(at: datetime) -> str:
    """Write a time in the form of the table."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def events_of(rows: sqlite3.Cursor) -> list[Event]:
    """Give launches as the events that they came from, in the order in which these were written."""
    timed: list[tuple[str, int, Event]] = []
    while many := list(islice(rows, MANY)):
        for row in many:
            intent, outcome = events_of_row(row)
            timed.append((intent["at"], 0, intent))
            if outcome is not None:
                timed.append((max(intent["at"], outcome["at"]), 1, outcome))
    timed.sort(key=lambda each: each[:2])
    return [event for _, _, event in timed]


def events_of_row(row: tuple[str | None, ...]) -> tuple[Event, Event | None]:
    """Give the intent of a launch, and its outcome where one is known."""
    id_, at, answered_at, kind, region_id, name, result, resource_id, error_code, *where, request, tags = row
    names = ("kernel_id", "notebook", "cell_id", "user", "user_basis", "git_commit", "project")
    intent: Event = {"type": "intent", "id": id_, "at": at, "kind": kind, "region_id": region_id, "name": name}
    intent |= dict(zip(names, where, strict=True))
    intent |= {"request": json.loads(request or "{}"), "tags": json.loads(tags or "{}")}
    if result is None:
        return intent, None
    told = {"result": result, "resource_id": resource_id, "error_code": error_code}
    return intent, {"type": "outcome", "id": id_, "at": answered_at or at, **told}
