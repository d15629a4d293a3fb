"""Activity in the server's SQLite file: when the machine was looked at, and what each signal has shown meanwhile."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import groupby
from typing import Any

from mlcost_ext.core.recorded import ActivityRun, ActivitySource, ActivitySpan, Observation
from mlcost_ext.core.times import UTC

from .charge_reader import NANO
from .database import Database

MILLISECOND = timedelta(milliseconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOST_NANO = 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """A source, to be written."""

    number: int
    """Within the server's process, as all numbers here."""
    signal: str
    label: str
    is_protected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanRow:
    """A span, to be written in the place of what was written of it while it was shorter."""

    number: int
    source: int
    starts: datetime
    ends: datetime
    goes_on: bool
    lead: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedRow:
    """A time of observation, to be written in the same way."""

    number: int
    starts: datetime
    ends: datetime
    cost_per_hour: Decimal | None
    billing_currency: str
    list_cost_per_hour: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRows:
    """What there is to be written of one run."""

    run: int
    user_name: str | None
    """Whose machine it is; None: several people's, or not known."""
    observed: Sequence[ObservedRow]
    sources: Sequence[SourceRow]
    """All that `spans` name."""
    spans: Sequence[SpanRow]


class ActivityStore:
    """Activity in the server's file. Every method blocks and may be called from any thread.

    All of them raise OSError where the file cannot be read or written.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._bases: tuple[int, ...] | None = None

    def write(self, runs: Iterable[RunRows]) -> None:
        """Write what is new, and what has grown; writing it twice changes nothing."""
        with self._database.transaction() as connection:
            bases = self._bases or tuple(connection.execute(FREE.format(table)).fetchone()[0] for table in TABLES)
            for rows in runs:
                write_run(connection, rows, bases)
        self._bases = bases

    def recorded_since(self) -> datetime | None:
        """Give when the oldest observation that is kept began; None: there is none."""
        with self._database.transaction() as connection:
            first = connection.execute("SELECT MIN(starts) FROM observed").fetchone()[0]
        return None if first is None else moment(first)

    def runs(self, start: datetime, end: datetime) -> list[ActivityRun]:
        """Give what was recorded of a time, in the order of its observations, with the last activity before it."""
        period = milliseconds(start), milliseconds(end)
        with self._database.transaction() as connection:
            observed = connection.execute(OBSERVED, period).fetchall()
            sources = connection.execute(SOURCES, period).fetchall()
            spans = connection.execute(SPANS, period).fetchall()
            before = connection.execute(BEFORE, period).fetchall()
        return list(runs_of(observed, {row[0]: row for row in sources}, [*before, *spans]))


TABLES = ("activity_run", "observed", "activity_source", "activity")
FREE = "SELECT COALESCE(MAX(id), 0) + 1 FROM {}"
PUT_RUN = "INSERT OR IGNORE INTO activity_run VALUES (?, ?)"
PUT_OBSERVED = "INSERT INTO observed VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET ends = excluded.ends"
PUT_SOURCE = "INSERT OR IGNORE INTO activity_source VALUES (?, ?, ?, ?, ?)"
PUT_SPAN = """
    INSERT INTO activity VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET length = excluded.length, goes_on = excluded.goes_on
"""
OBSERVED = """
    SELECT run, starts, ends, cost_per_hour, billing_currency, list_cost_per_hour FROM observed
    WHERE ends > ?1 AND starts < ?2 ORDER BY id
"""
RUNS = "SELECT run FROM observed WHERE ends > ?1 AND starts < ?2"
SOURCES = f"SELECT id, run, signal, label, is_protected FROM activity_source WHERE run IN ({RUNS})"  # noqa: S608
SPAN = "activity_source.run, activity.source, activity.starts, activity.length, activity.goes_on, activity.lead"
JOINED = "FROM activity JOIN activity_source ON activity_source.id = activity.source"
SPANS = f"""
    SELECT {SPAN} {JOINED}
    WHERE activity.starts + activity.length >= ?1 AND activity.starts < ?2 AND activity_source.run IN ({RUNS})
"""
BEFORE = f"""
    SELECT {SPAN}, MAX(activity.starts + activity.length) {JOINED}
    WHERE activity.starts + activity.length < ?1 AND activity_source.run IN ({RUNS}) GROUP BY activity_source.run
"""


def write_run(connection: sqlite3.Connection, rows: RunRows, bases: Sequence[int]) -> None:
    """Write the rows of one run; its numbers are counted from the first ones that were free."""
    run, observed, source, span = bases
    number = run + rows.run
    connection.execute(PUT_RUN, (number, rows.user_name))
    connection.executemany(PUT_OBSERVED, ((observed + row.number, number, *observed_row(row)) for row in rows.observed))
    told = ((source + row.number, number, row.signal, row.label, int(row.is_protected)) for row in rows.sources)
    connection.executemany(PUT_SOURCE, told)
    connection.executemany(PUT_SPAN, ((span + row.number, source + row.source, *span_row(row)) for row in rows.spans))


def observed_row(row: ObservedRow) -> tuple[int, int, int | None, str, int | None]:
    cost, list_cost = nano_of(row.cost_per_hour), nano_of(row.list_cost_per_hour)
    return milliseconds(row.starts), milliseconds(row.ends), cost, row.billing_currency, list_cost


def span_row(row: SpanRow) -> tuple[int, int, int, int]:
    starts = milliseconds(row.starts)
    return starts, max(milliseconds(row.ends) - starts, 0), int(row.goes_on), max(row.lead // MILLISECOND, 0)


def runs_of(observed: Sequence[Any], sources: dict[int, Any], spans: Sequence[Any]) -> Iterator[ActivityRun]:
    """Read the runs of a time from their rows."""
    known = {
        number: ActivitySource(number=number, signal=signal, label=label, is_protected=bool(is_protected))
        for number, _, signal, label, is_protected in sources.values()
    }
    found: dict[int, list[ActivitySpan]] = {}
    for run, source, *times in spans:
        found.setdefault(run, []).append(span_of(known[source], times))
    for run, rows in groupby(observed, key=lambda row: row[0]):
        yield ActivityRun(
            observed=tuple(observation_of(row) for row in rows),
            spans=tuple(sorted(found.get(run, ()), key=lambda span: span.starts)),
        )


def span_of(source: ActivitySource, times: Sequence[int]) -> ActivitySpan:
    starts, length, goes_on, lead = times[:4]
    return ActivitySpan(
        source=source,
        starts=moment(starts),
        ends=moment(starts + length),
        goes_on=bool(goes_on),
        lead=lead * MILLISECOND,
    )


def observation_of(row: Sequence[Any]) -> Observation:
    _, starts, ends, cost_per_hour, currency, list_cost_per_hour = row
    return Observation(
        starts=moment(starts),
        ends=moment(ends),
        cost_per_hour=amount_of(cost_per_hour),
        billing_currency=currency,
        list_cost_per_hour=amount_of(list_cost_per_hour),
    )


def forget_activity_before(connection: sqlite3.Connection, day: date) -> int:
    """Delete what was recorded before a day; give how many rows."""
    first = milliseconds(datetime(day.year, day.month, day.day, tzinfo=UTC))
    gone = connection.execute("DELETE FROM activity WHERE starts + length < ?", (first,)).rowcount
    gone += connection.execute("DELETE FROM observed WHERE ends < ?", (first,)).rowcount
    sweep(connection)
    return gone


def forget_activity_of(connection: sqlite3.Connection, user_name: str) -> int:
    """Delete what was recorded of a user's own machine; give how many rows."""
    theirs = "SELECT id FROM activity_run WHERE user_name = ?"
    sources = f"SELECT id FROM activity_source WHERE run IN ({theirs})"  # noqa: S608
    gone = connection.execute(f"DELETE FROM activity WHERE source IN ({sources})", (user_name,)).rowcount  # noqa: S608
    gone += connection.execute(f"DELETE FROM observed WHERE run IN ({theirs})", (user_name,)).rowcount  # noqa: S608
    sweep(connection)
    return gone


def sweep(connection: sqlite3.Connection) -> None:
    """Take out sources and runs that nothing names any more; a server that goes on with one writes it again."""
    connection.execute("DELETE FROM activity_source WHERE id NOT IN (SELECT source FROM activity)")
    unused = "id NOT IN (SELECT run FROM observed) AND id NOT IN (SELECT run FROM activity_source)"
    connection.execute(f"DELETE FROM activity_run WHERE {unused}")  # noqa: S608


def nano_of(amount: Decimal | None) -> int | None:
    """Turn an amount into whole 10⁻⁹; None: not known, or more than there is room for."""
    if amount is None:
        return None
    nano = int((amount / NANO).to_integral_value(rounding=ROUND_HALF_EVEN))
    return nano if abs(nano) < MOST_NANO else None


def amount_of(nano: int | None) -> Decimal | None:
    return None if nano is None else nano * NANO


def milliseconds(at: datetime) -> int:
    return (at - EPOCH) // MILLISECOND


def moment(number: int) -> datetime:
    return EPOCH + number * MILLISECOND
