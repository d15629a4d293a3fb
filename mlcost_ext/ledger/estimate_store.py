"""What launches were estimated at, beside what they have cost once they ended."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from mlcost_ext.core.calibration import EndedCost, ForeseenCost
from mlcost_ext.core.times import time_from_text
from mlcost_ext.core.wire import to_document

from .database import Database
from .job_store import NANO

Pair = tuple[ForeseenCost, EndedCost]
MOST = 400
"""Launches that are looked at, the latest; those that have not ended yet are among them."""


class EstimateStore:
    """Estimates in the server's file. Every method blocks and may be called from any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, launch_id: str, foreseen: ForeseenCost) -> bool:
        """Keep what a launch was estimated at, once; tell whether the launch is there.

        Raises:
            OSError: The file cannot be written.
        """
        text = json.dumps(to_document(foreseen), separators=(",", ":"))
        with self._database.transaction() as connection:
            return connection.execute(NOTE, (text, launch_id)).rowcount == 1

    def ended(self) -> list[Pair]:
        """Give what the latest launches were estimated at whose jobs have completed, each beside what it has cost.

        What failed or was stopped does not tell how long such a job takes, and what AWS refused has no job of its own.

        Raises:
            OSError: The file cannot be read.
        """
        with self._database.transaction() as connection:
            rows = connection.execute(ESTIMATED, (MOST,)).fetchall()
        own = {launch_id: (status, row) for launch_id, status, *row in rows}
        pairs = [pair_of(row) for status, row in own.values() if status == "Completed"]
        by_job = {(pair[1].kind, pair[1].region_id, pair[1].name, pair[1].ended_at): pair for pair in pairs if pair is not None}
        return list(by_job.values())  # of several calls with one name, the last that AWS did not refuse has started it


NOTE = "UPDATE launch SET estimate = COALESCE(estimate, ?) WHERE id = ?"
ESTIMATED = """
    SELECT launch.id, job.status, launch.estimate, job.kind, job.name, job.region_id, job.ended_at, job.billing_currency,
           job.list_cost, job.storage_list_cost, job.run_seconds, job.billable_seconds
    FROM (SELECT * FROM launch WHERE estimate IS NOT NULL AND result IS NOT 'refused' ORDER BY at DESC LIMIT ?) AS launch
    JOIN ended_job AS job ON job.kind = launch.kind AND job.region_id = launch.region_id AND job.name = launch.name
    WHERE ABS(julianday(job.created_at) - julianday(launch.at)) <= 1
    ORDER BY launch.at, launch.id, ABS(julianday(job.created_at) - julianday(launch.at)) DESC
"""
"""A name may be used again: the launch's own job is the last of its rows, created the nearest to it (clocks may differ)."""


def pair_of(row: Sequence[Any]) -> Pair | None:
    """Read one launch and its job; None: one of them cannot be read."""
    estimate, kind, name, region_id, ended_at, currency, cost, storage, run_seconds, billable = row
    told, ended = foreseen_of(estimate), time_from_text(ended_at)
    if told is None or ended is None:
        return None
    return told, EndedCost(
        kind=kind,
        name=name,
        region_id=region_id,
        ended_at=ended,
        billing_currency=currency,
        compute=None if cost is None else cost * NANO,
        storage=None if storage is None else storage * NANO,
        run_seconds=run_seconds,
        billed_seconds=billable,
    )


def foreseen_of(text: str) -> ForeseenCost | None:
    """Read what was kept; None: it cannot be read."""
    try:
        told = json.loads(text)
        return ForeseenCost(
            billing_currency=str(told["billing_currency"]),
            basis=str(told["basis"]),
            low_seconds=told["low_seconds"],
            expected_seconds=told["expected_seconds"],
            percentile_90=told["percentile_90"],
            **{key: amount(told, key) for key in ("compute", "compute_per_hour", "storage", "high")},
        )
    except (ValueError, TypeError, KeyError, InvalidOperation):
        return None


def amount(told: Mapping[str, Any], key: str) -> Decimal | None:
    return None if told[key] is None else Decimal(told[key])
