"""Which rules have found something in which launches, as guards have noted it, whatever became of these."""

from __future__ import annotations

import json
from datetime import datetime

from mlcost_ext.core.times import UTC, time_to_text

from .database import Database

DECIDED = "SELECT findings FROM decision WHERE at >= ? AND at < ?"


def decided_rules(database: Database, start: datetime, end: datetime) -> list[frozenset[str]]:
    """Give the rules that found something, of each launch of a time that a guard has judged.

    Raises:
        OSError: The file cannot be read.
    """
    times = (time_to_text(at.astimezone(UTC).replace(microsecond=0)) for at in (start, end))
    with database.transaction() as connection:
        rows = connection.execute(DECIDED, tuple(times)).fetchall()
    return [frozenset(str(each["rule"]) for each in json.loads(findings)) for (findings,) in rows]
