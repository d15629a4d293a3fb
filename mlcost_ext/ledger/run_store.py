"""Runs that have ended, as forecasts want them: those of one kind that completed, in the order of their end."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timezone

from mlcost_ext.core.runs import EndedRun, MeasuredInput, RunDigests
from mlcost_ext.core.times import time_from_text, time_to_text

from .database import Database
from .migrations import SIZES_SINCE

MOST = 20_000
"""Of a kind: those before tell little of the next one, and a kernel has to read them all at first."""
RUNS_SINCE = 5
"""The oldest version of the file that tells of runs."""


class RunStore:
    """Ended runs in a server's file. Blocks, and may be called from any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ended_since(self, kind: str, since: datetime | None) -> list[tuple[str, EndedRun]]:
        """Give the latest runs that completed, at most 20,000, with what tells each from every other, oldest first.

        Args:
            kind: Such as ``training``.
            since: Those that ended before are left out; None: all.

        Raises:
            OSError: The file cannot be read.
        """
        after = "" if since is None else time_to_text(since.astimezone(timezone.utc))
        with self._database.transaction() as connection:
            runs = RUNS.format(input_bytes="input_bytes" if has_sizes(connection) else "NULL")
            rows = connection.execute(runs, (kind, after, MOST)).fetchall()
        return [found for row in reversed(rows) if (found := run_of(row)) is not None]

    def input_of(self, prefix: str) -> MeasuredInput | None:
        """Give how large the data below a prefix was when it was last listed; None: it was not, or could not be.

        Args:
            prefix: The digest of it.

        Raises:
            OSError: The file cannot be read.
        """
        with self._database.transaction() as connection:
            row = connection.execute(INPUT, (prefix,)).fetchone() if has_sizes(connection) else None
        size, at = row or (None, None)
        measured_at = time_from_text(at)
        return MeasuredInput(input_bytes=size, measured_at=measured_at) if size and measured_at else None


RUNS = """
    SELECT region_id || '/' || name || '/' || created_at, ended_at, image, script, data, instance_type, instance_count,
           run_seconds, billable_seconds, is_spot, {input_bytes}
    FROM ended_job
    WHERE kind = ? AND ended_at >= ? AND status = 'Completed' AND run_seconds IS NOT NULL
    ORDER BY ended_at DESC LIMIT ?
"""
INPUT = "SELECT input_bytes, measured_at FROM input_size WHERE prefix = ?"


def has_sizes(connection: sqlite3.Connection) -> bool:
    """Tell whether a file has sizes of inputs: one that an earlier version has written has none."""
    return bool(connection.execute("PRAGMA user_version").fetchone()[0] >= SIZES_SINCE)


def run_of(row: tuple[object, ...]) -> tuple[str, EndedRun] | None:
    """Read a row; None: it has no time that can be read."""
    key, ended_at, image, script, data, instance_type, count, seconds, billable, is_spot, input_bytes = row
    ended = time_from_text(ended_at)
    if ended is None:
        return None
    run = EndedRun(
        digests=RunDigests(image=image, script=script, data=data),  # type: ignore[arg-type]
        instance_type=instance_type,  # type: ignore[arg-type]
        instance_count=count,  # type: ignore[arg-type]
        seconds=seconds,  # type: ignore[arg-type]
        billable_seconds=billable,  # type: ignore[arg-type]
        is_spot=bool(is_spot),
        ended_at=ended.timestamp(),
        input_bytes=input_bytes or None,  # type: ignore[arg-type]
    )
    return str(key), run
