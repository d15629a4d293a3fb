"""Stretches for which our stamp was the last that Studio's own idle shutdown saw, in the server's SQLite file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from mlcost_ext.core.money import plain_text
from mlcost_ext.core.prolonged import Stretch
from mlcost_ext.core.times import UTC

from .database import Database

KEPT = timedelta(days=31)
"""A day longer than they are shown, and no longer than anything else of the ledger."""
MOST_READ = 1000
MILLISECOND = timedelta(milliseconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class ProlongedStore:
    """Stretches in the server's file. Every method blocks and may be called from any thread.

    Both raise OSError where the file cannot be read or written.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, stretch: Stretch) -> None:
        """Keep a stretch in the place of what was kept of it while it was shorter; what is too old goes."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM prolonged WHERE ended_at < ?", (milliseconds(stretch.end - KEPT),))
            connection.execute(PUT, row_of(stretch))

    def since(self, at: datetime) -> list[Stretch]:
        """Give the stretches that ended after a moment, the latest first."""
        with self._database.transaction() as connection:
            rows = connection.execute(SINCE, (milliseconds(at), MOST_READ)).fetchall()
        return [stretch for row in rows if (stretch := stretch_of(row)) is not None]


PUT = "INSERT OR REPLACE INTO prolonged VALUES (?, ?, ?, ?, ?, ?)"
SINCE = "SELECT * FROM prolonged WHERE ended_at > ? ORDER BY started_at DESC LIMIT ?"


def row_of(stretch: Stretch) -> tuple[int | str | None, ...]:
    rate = stretch.cost_per_hour
    return (
        milliseconds(stretch.start),
        milliseconds(stretch.end),
        json.dumps(list(stretch.signals)),
        None if rate is None else plain_text(rate),
        stretch.billing_currency,
        stretch.timeout_minutes,
    )


def stretch_of(row: Sequence[Any]) -> Stretch | None:
    """Read one; None: it cannot be read."""
    started_at, ended_at, signals, rate, currency, timeout = row
    try:
        return Stretch(
            start=moment(started_at),
            end=moment(ended_at),
            signals=tuple(str(name) for name in json.loads(signals)),
            cost_per_hour=None if rate is None else Decimal(rate),
            billing_currency=currency,
            timeout_minutes=timeout,
        )
    except (ValueError, TypeError, OverflowError, InvalidOperation):
        return None


def milliseconds(at: datetime) -> int:
    return (at - EPOCH) // MILLISECOND


def moment(number: int) -> datetime:
    return EPOCH + number * MILLISECOND
