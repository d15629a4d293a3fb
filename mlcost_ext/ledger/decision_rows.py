"""Decisions as rows: what a guard has said of launches, and what the fixes that were taken avoid, each once."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from mlcost_ext.core.decision import DecidedFinding, DecidedLaunch
from mlcost_ext.core.times import UTC, time_from_text

from .charge_reader import NANO
from .spool_schema import Event

DECISION = """
    INSERT INTO decision (id, at, kind, region_id, kernel_id, notebook, cell_id, user_name, decision, outcome, reason, findings,
                          fixed, avoided_low, avoided_expected, billing_currency, basis)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING
"""
SAVED = """
    INSERT INTO saving (id, at, origin, kind, region_id, name, rules, low, expected, billing_currency, basis, user_name)
    SELECT 'launch/' || decision.id, launch.at, 'launch', launch.kind, launch.region_id, launch.name, decision.fixed,
           decision.avoided_low, decision.avoided_expected, decision.billing_currency, decision.basis, launch.user_name
    FROM launch JOIN decision ON decision.id = launch.decision
    WHERE launch.result = 'accepted' AND decision.outcome = 'fixed' AND decision.avoided_expected > 0 AND {} = ?
    ON CONFLICT (id) DO NOTHING
"""
SAVED_OF_LAUNCH, SAVED_OF_DECISION = SAVED.format("launch.id"), SAVED.format("decision.id")
"""A fix counts once AWS has accepted its launch; which of the two lines is read first does not matter."""


def decision_row(event: Event, at: str) -> tuple[str | int | None, ...]:
    """Write a decision as a row."""
    avoided: Mapping[str, Any] = event.get("avoided") or {}
    texts = [event.get(key) for key in ("kernel_id", "notebook", "cell_id", "user", "decision", "outcome", "reason")]
    findings = [finding_kept(each) for each in event.get("findings") or ()]
    low, expected = nano_of(avoided.get("low")), nano_of(avoided.get("expected"))
    return (
        event["id"],
        at,
        event["kind"],
        event["region_id"],
        *texts,
        json.dumps(findings, separators=(",", ":")),
        json.dumps(event.get("fixed") or [], separators=(",", ":")),
        low,
        expected,
        avoided.get("billing_currency"),
        avoided.get("basis"),
    )


def finding_kept(told: Mapping[str, Any]) -> dict[str, Any]:
    """Give what is kept of a finding: the keys that were checked."""
    kept = {key: told.get(key) for key in ("rule", "verdict", "subject", "message", "title", "hint")}
    saving = told.get("saving") or {}
    kept["is_mendable"] = told.get("is_mendable") is True
    return {**kept, "saving": saving.get("expected"), "billing_currency": saving.get("billing_currency")}


def nano_of(amount: str | None) -> int | None:
    """Turn an amount that was checked into whole 10⁻⁹."""
    return None if amount is None else int((Decimal(amount) / NANO).to_integral_value(rounding=ROUND_HALF_EVEN))


def amount_of(nano: int | None) -> Decimal | None:
    return None if nano is None else nano * NANO


def note_savings(connection: sqlite3.Connection, events: Iterable[Event]) -> None:
    """Write what fixes avoid whose launches, as these events tell, AWS has accepted."""
    told = list(events)
    accepted = [(event["id"],) for event in told if event["type"] == "outcome" and event["result"] == "accepted"]
    fixed = [(event["id"],) for event in told if event["type"] == "decision" and event.get("avoided")]
    connection.executemany(SAVED_OF_LAUNCH, accepted)
    connection.executemany(SAVED_OF_DECISION, fixed)


def forget_before(connection: sqlite3.Connection, day: str) -> int:
    """Delete decisions, savings and what was said of findings before a day; give how many rows."""
    gone = connection.execute("DELETE FROM decision WHERE at < ?", (day,)).rowcount
    gone += connection.execute("DELETE FROM saving WHERE at < ?", (day,)).rowcount
    finding = "DELETE FROM finding WHERE told_at < ?1 AND COALESCE(accepted_at, '') < ?1 AND COALESCE(until, '') < ?1"
    return gone + connection.execute(finding, (day,)).rowcount


def forget_user(connection: sqlite3.Connection, name: str) -> int:
    """Delete a user's decisions and savings, those of the launches included; to be done before these go. Give how many rows."""
    theirs = "SELECT decision FROM launch WHERE user_name = ?1 AND decision IS NOT NULL"
    savings = f"DELETE FROM saving WHERE user_name = ?1 OR id IN (SELECT 'launch/' || decision FROM ({theirs}))"  # noqa: S608
    gone = connection.execute(savings, (name,)).rowcount
    decisions = f"DELETE FROM decision WHERE user_name = ?1 OR id IN ({theirs})"  # noqa: S608
    return gone + connection.execute(decisions, (name,)).rowcount


LAUNCHED = """
    SELECT launch.id, launch.at, launch.kind, launch.region_id, launch.name, launch.notebook, launch.cell_id,
           decision.findings, decision.fixed
    FROM launch LEFT JOIN decision ON decision.id = launch.decision
    WHERE launch.at >= ? AND launch.result = 'accepted' ORDER BY launch.at DESC, launch.id LIMIT ?
"""


def decided_launch(row: Sequence[str | None]) -> DecidedLaunch | None:
    """Read a launch with what was said of it; None: its time cannot be read."""
    id_, at, kind, region_id, name, notebook, cell_id, findings, fixed = row
    when = time_from_text(at)
    if when is None:
        return None
    return DecidedLaunch(
        id=str(id_),
        at=when.astimezone(UTC),
        kind=str(kind),
        region_id=str(region_id),
        name=str(name),
        notebook=notebook,
        cell_id=cell_id,
        findings=tuple(decided_finding(each) for each in json.loads(findings or "[]")),
        fixed=tuple(json.loads(fixed or "[]")),
    )


def decided_finding(kept: Mapping[str, Any]) -> DecidedFinding:
    return DecidedFinding(**{**kept, "saving": None if kept["saving"] is None else Decimal(kept["saving"])})
