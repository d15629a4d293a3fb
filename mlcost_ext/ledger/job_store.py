"""Our ended jobs and their final cost, in the server's SQLite file: one writer, each job once whatever is told twice."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from mlcost_ext.core.money import EXACT
from mlcost_ext.core.runs import RunDigests
from mlcost_ext.core.times import time_to_text

from .database import Database

NANO = Decimal("0.000000001")
UNIT = 1_000_000_000
"""So many of them are one of the currency; it stands in `SUM` too."""
TOO_MUCH = 2**63
"""What SQLite's INTEGER has no room for."""
MAX_TAGS_TEXT = 8192


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedJob:
    """A job that will not change any more."""

    kind: str
    region_id: str
    name: str
    created_at: datetime
    ended_at: datetime
    status: str
    instance_type: str | None
    instance_count: int | None
    is_spot: bool
    list_cost: Decimal | None
    """Of its instances; None: unknown."""
    storage_list_cost: Decimal | None
    contracted_cost: Decimal | None
    """By the user's own rates; None: none was in force, or it is unknown."""
    storage_contracted_cost: Decimal | None
    billing_currency: str | None
    notebook: str | None
    tags: Mapping[str, str]
    run_seconds: int | None = None
    """How long it ran; None: not told."""
    billable_seconds: int | None = None
    digests: RunDigests | None = None
    """What runs like it have in common with it; None: not told."""
    retained_seconds: int | None = None
    """How long a warm pool kept its instances after its end, billed; None: not told, or not yet."""
    is_pool_reused: bool | None = None
    """Whether another job took them over; None: likewise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedSum:
    """What jobs that ended within a time have cost."""

    jobs: int
    cost: Decimal
    """As contracted where a rate was in force, else at list price."""
    unpriced: int
    """Jobs whose cost is unknown and in no sum."""


class JobStore:
    """Ended jobs in the server's file. Every method blocks and may be called from any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, jobs: Iterable[EndedJob], cursor: tuple[str, str] | None = None) -> None:
        """Keep jobs, and with them in the same transaction how far a region has been read.

        Args:
            jobs: They replace what was kept of the same jobs.
            cursor: Region and the reader's word for how far its ended jobs were read; None: it stays.

        Raises:
            OSError: The file cannot be written.
        """
        rows = [row_of(job) for job in jobs]
        with self._database.transaction() as connection:
            connection.executemany(PUT, rows)
            carry_inputs(connection, (row[:3] for row in rows))
            if cursor is not None:
                connection.execute("INSERT OR REPLACE INTO history_cursor VALUES (?, ?)", cursor)

    def cursors(self) -> dict[str, str]:
        """Give how far each region's ended jobs were read, in the reader's words.

        Raises:
            OSError: The file cannot be read.
        """
        with self._database.transaction() as connection:
            return dict(connection.execute("SELECT region_id, cursor FROM history_cursor"))

    def sum_since(self, since: datetime, kind: str, billing_currency: str = "USD") -> EndedSum:
        """Add up what ended since then of one kind; what is billed in another currency counts as unpriced, never into the sum.

        Raises:
            OSError: The file cannot be read.
        """
        with self._database.transaction() as connection:
            row = connection.execute(SUM, (*[billing_currency] * 3, kind, time_to_text(since))).fetchone()
        jobs, units, rest, priced = row
        cost = Decimal((units or 0) * UNIT + (rest or 0))
        return EndedSum(jobs=jobs, cost=cost * NANO, unpriced=jobs - priced)

    def read_unpriced_again(self) -> list[str]:
        """Forget how far regions were read in which a job has no cost, so that they are read again; give these regions.

        Raises:
            OSError: The file cannot be written.
        """
        with self._database.transaction() as connection:
            regions = [region_id for (region_id,) in connection.execute(UNPRICED)]
            connection.executemany("DELETE FROM history_cursor WHERE region_id = ?", [(region_id,) for region_id in regions])
            return regions


PUT = """
    INSERT INTO ended_job VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, ?, ?)
    ON CONFLICT (kind, region_id, name, created_at) DO UPDATE SET
        ended_at = excluded.ended_at, status = excluded.status, instance_type = excluded.instance_type,
        instance_count = excluded.instance_count, is_spot = excluded.is_spot, list_cost = excluded.list_cost,
        storage_list_cost = excluded.storage_list_cost, billing_currency = excluded.billing_currency, tags = excluded.tags,
        contracted_cost = excluded.contracted_cost, storage_contracted_cost = excluded.storage_contracted_cost,
        notebook = COALESCE(excluded.notebook, notebook), run_seconds = excluded.run_seconds,
        billable_seconds = excluded.billable_seconds, image = COALESCE(excluded.image, image),
        script = COALESCE(excluded.script, script), data = COALESCE(excluded.data, data),
        retained_seconds = COALESCE(excluded.retained_seconds, retained_seconds),
        is_pool_reused = COALESCE(excluded.is_pool_reused, is_pool_reused)
"""
"""Where a job was launched from is known to who saw the launch, and not to who reads of it later; what has become of its warm
pool is told once and stays so."""
MEASURED = """
    SELECT launch.input_bytes, job.kind, job.region_id, job.name, job.created_at
    FROM ended_job AS job
    JOIN launch ON launch.kind = job.kind AND launch.region_id = job.region_id AND launch.name = job.name
    WHERE job.kind = ? AND job.region_id = ? AND job.name = ? AND job.input_bytes IS NULL AND launch.input_bytes IS NOT NULL
          AND ABS(julianday(job.created_at) - julianday(launch.at)) <= 1
    ORDER BY ABS(julianday(job.created_at) - julianday(launch.at)) DESC
"""
"""A name may be used again: a job's own launch is the last of its rows, the nearest to its creation."""
PUT_INPUT = "UPDATE ended_job SET input_bytes = ? WHERE kind = ? AND region_id = ? AND name = ? AND created_at = ?"
SUM = """
    SELECT COUNT(*),
           SUM(CASE WHEN billing_currency = ? THEN COALESCE(contracted_cost, list_cost) / 1000000000 END),
           SUM(CASE WHEN billing_currency = ? THEN COALESCE(contracted_cost, list_cost) % 1000000000 END),
           COUNT(CASE WHEN billing_currency = ? THEN COALESCE(contracted_cost, list_cost) END)
    FROM ended_job WHERE kind = ? AND ended_at >= ?
"""
"""The sum in two parts, which no number of jobs makes too large for SQLite."""


UNPRICED = "SELECT DISTINCT region_id FROM ended_job WHERE COALESCE(contracted_cost, list_cost) IS NULL"


def carry_inputs(connection: sqlite3.Connection, names: Iterable[tuple[object, ...]]) -> None:
    """Give ended jobs the size of their launches' inputs: called whichever of the two is known last.

    Args:
        connection: In a transaction.
        names: Kind, region and name of each.
    """
    for name in names:
        connection.executemany(PUT_INPUT, connection.execute(MEASURED, name).fetchall())


def row_of(job: EndedJob) -> tuple[object, ...]:
    """Write a job as a row: money as whole 10⁻⁹, times as text."""
    return (
        job.kind,
        job.region_id,
        job.name,
        time_to_text(job.created_at.replace(microsecond=0)),  # AWS's operations tell it with or without a fraction
        time_to_text(job.ended_at),
        job.status,
        job.instance_type,
        job.instance_count,
        int(job.is_spot),
        nano(job.list_cost),
        nano(job.storage_list_cost),
        job.billing_currency,
        job.notebook,
        tags_text(job.tags),
        nano(job.contracted_cost),
        nano(job.storage_contracted_cost),
        job.run_seconds,
        job.billable_seconds,
        *((job.digests.image, job.digests.script, job.digests.data) if job.digests else (None, None, None)),
        job.retained_seconds,
        None if job.is_pool_reused is None else int(job.is_pool_reused),
    )


def tags_text(tags: Mapping[str, str]) -> str:
    """Write tags as JSON, as many as fit."""
    kept = dict(tags)
    while len(text := json.dumps(kept)) > MAX_TAGS_TEXT:
        kept.popitem()
    return text


def nano(amount: Decimal | None) -> int | None:
    """Give an amount in whole 10⁻⁹ of its currency; None stays unknown, and so is what the file has no room for."""
    whole = TOO_MUCH if amount is None else int(EXACT.divide(amount, NANO).to_integral_value())
    return whole if whole < TOO_MUCH else None
