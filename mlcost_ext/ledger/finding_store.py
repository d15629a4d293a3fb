"""Findings in the server's SQLite file: what was said of launches, which findings were accepted, and what fixes avoid."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from mlcost_ext.core.decision import AvoidedCost, DecidedLaunch, SavingOrigin
from mlcost_ext.core.times import time_from_text, time_to_text

from .database import Database
from .decision_rows import LAUNCHED, amount_of, decided_launch, nano_of

MOST_LAUNCHES = 2000
"""The latest of them; more are not looked at."""
MOST_SAVINGS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFinding:
    """What is kept of a finding by itself."""

    until: date | None
    """It is accepted until this day, included; None: it is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AvoidedSum:
    """What fixes avoid together, in one currency."""

    billing_currency: str
    low: int | None
    """10⁻⁹; None: of some of it not known."""
    expected: int
    launches: int
    endpoints: int


class FindingStore:
    """Findings in the server's file. Every method blocks and may be called from any thread.

    All of them raise OSError where the file cannot be read or written.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def launched(self, since: datetime) -> list[DecidedLaunch]:
        """Give the launches that AWS has accepted, the latest first, with what was said of them."""
        with self._database.transaction() as connection:
            rows = connection.execute(LAUNCHED, (since.date().isoformat(), MOST_LAUNCHES)).fetchall()
        return [launch for row in rows if (launch := decided_launch(row)) is not None and launch.at >= since]

    def kept(self) -> dict[str, KeptFinding]:
        """Give what is kept of findings, by their ids."""
        with self._database.transaction() as connection:
            return {id_: KeptFinding(until=day_of(until)) for id_, until in connection.execute("SELECT id, until FROM finding")}

    def note_told(self, ids: Iterable[str], now: datetime) -> None:
        """Note that somebody was told of findings, once each."""
        with self._database.transaction() as connection:
            connection.executemany(TOLD, [(id_, time_to_text(now)) for id_ in ids])

    def accept(self, id_: str, until: date, reason: str, now: datetime) -> None:
        """Note that a finding is accepted until a day, included; the last word counts."""
        with self._database.transaction() as connection:
            connection.execute(ACCEPT, (id_, time_to_text(now), until.isoformat(), reason))

    def save(self, saving: AvoidedCost) -> None:
        """Note what a fix avoids; one that is there already stays as it is."""
        with self._database.transaction() as connection:
            connection.execute(SAVE, row_of(saving))

    def savings(self, start: date, end: date) -> list[AvoidedCost]:
        """Give the fixes of the days from `start` to the one before `end`, the latest first."""
        with self._database.transaction() as connection:
            found = connection.execute(SAVINGS, (start.isoformat(), end.isoformat(), MOST_SAVINGS)).fetchall()
        return [saving for row in found if (saving := saving_of(row)) is not None]

    def avoided(self, start: date, end: date) -> list[AvoidedSum]:
        """Add up what all fixes of the same days avoid, by their currencies."""
        with self._database.transaction() as connection:
            found = connection.execute(AVOIDED, (start.isoformat(), end.isoformat())).fetchall()
        currencies = sorted({row[0] for row in found})
        return [sum_of(currency, [row for row in found if row[0] == currency]) for currency in currencies]


TOLD = "INSERT INTO finding (id, told_at) VALUES (?, ?) ON CONFLICT (id) DO NOTHING"
ACCEPT = """
    INSERT INTO finding (id, told_at, until, reason, accepted_at) VALUES (?1, ?2, ?3, ?4, ?2)
    ON CONFLICT (id) DO UPDATE SET until = ?3, reason = ?4, accepted_at = ?2
"""
SAVE = """
    INSERT INTO saving (id, at, origin, kind, region_id, name, rules, low, expected, billing_currency, basis)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING
"""
SAVINGS = """
    SELECT id, at, origin, kind, region_id, name, rules, low, expected, billing_currency, basis FROM saving
    WHERE at >= ? AND at < ? ORDER BY at DESC, id LIMIT ?
"""
AVOIDED = "SELECT billing_currency, origin, low, expected FROM saving WHERE at >= ? AND at < ?"
"""Added up here: SQLite's own sums fail beyond 64 bits, which a kernel's lines could bring about."""


def sum_of(currency: str, rows: Sequence[Sequence[Any]]) -> AvoidedSum:
    """Add up the rows of one currency."""
    origins, lows = [row[1] for row in rows], [row[2] for row in rows]
    return AvoidedSum(
        billing_currency=currency,
        low=None if None in lows else sum(lows),
        expected=sum(row[3] for row in rows),
        launches=origins.count("launch"),
        endpoints=origins.count("endpoint"),
    )


def row_of(saving: AvoidedCost) -> tuple[str | int | None, ...]:
    low = None if saving.low is None else nano_of(str(saving.low))
    return (
        saving.id,
        time_to_text(saving.at),
        saving.origin,
        saving.kind,
        saving.region_id,
        saving.name,
        json.dumps(list(saving.rules)),
        low,
        nano_of(str(saving.expected)),
        saving.billing_currency,
        saving.basis,
    )


def saving_of(row: Sequence[Any]) -> AvoidedCost | None:
    """Read what a fix avoids; None: its time cannot be read."""
    id_, at, origin, kind, region_id, name, rules, low, expected, currency, basis = row
    when, amount = time_from_text(at), amount_of(expected)
    if when is None or amount is None:
        return None
    return AvoidedCost(
        id=id_,
        at=when,
        origin=cast("SavingOrigin", origin),
        kind=kind,
        region_id=region_id,
        name=name,
        rules=tuple(json.loads(rules)),
        low=amount_of(low),
        expected=amount,
        billing_currency=currency,
        basis=basis,
    )


def day_of(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
