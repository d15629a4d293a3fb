"""Runs that have ended, as forecasts want them: those of one kind that completed, in the order of their end."""

from __future__ import annotations

from datetime import datetime, timezone

from mlcost_ext.core.runs import EndedRun, RunDigests
from mlcost_ext.core.times import time_from_text, time_to_text

from .database import Database

MOST = 20_000
"""Of a kind: those before tell little of the next one, and a kernel has to read them all at first."""
Row = tuple[str, str | None, str | None, str | None, str | None, int | None, int, int | None, int]


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
            rows = connection.execute(RUNS, (kind, after, MOST)).fetchall()
        return [found for row in reversed(rows) if (found := run_of(row)) is not None]


RUNS = """
    SELECT region_id || '/' || name || '/' || created_at, ended_at, image, script, data, instance_type, instance_count,
           run_seconds, billable_seconds, is_spot
    FROM ended_job
    WHERE kind = ? AND ended_at >= ? AND status = 'Completed' AND run_seconds IS NOT NULL
    ORDER BY ended_at DESC LIMIT ?
"""


def run_of(row: tuple[object, ...]) -> tuple[str, EndedRun] | None:
    """Read a row; None: it has no time that can be read."""
    key, ended_at, image, script, data, instance_type, count, seconds, billable, is_spot = row
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
    )
    return str(key), run
