"""The crash test in its short form; ``python -m tests.crash`` takes longer."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from mlcost_ext.ledger.migrations import MIGRATIONS

from .campaign import Campaign
from .truth import Truth, complaints, count_takings


def test_each_launch_is_in_the_ledger_once_whatever_is_killed(tmp_path: Path) -> None:
    """Writers and the taker are killed at any moment; nothing that was written is lost, torn or there twice."""
    outcome = Campaign(tmp_path, seed=5).run(kills=15)
    assert outcome.complaints == []
    assert outcome.kills.total() == 15
    assert len(outcome.true.told) > 500


def test_what_is_wrong_is_found() -> None:
    """The comparison itself: one missing, one that nobody wrote, one taken twice."""
    connection = sqlite3.connect(":memory:")
    for step in MIGRATIONS:
        connection.executescript(step)
    count_takings(connection)
    for name in ("strange", "twice", "twice"):
        connection.execute(
            "INSERT INTO launch (id, at, kind, region_id, name, request, tags) VALUES (?, '', '', '', '', '{}', '{}') "
            "ON CONFLICT (id) DO NOTHING",
            (name,),
        )
    true = Truth(told={"missing": None, "twice": None}, intents={"missing": b"", "twice": b""}, ends={"a.jsonl": 7})
    found = "\n".join(complaints(connection, true))
    for part in (
        "written are missing: missing",
        "wrote are there: strange",
        "more than once: twice",
        "as they were written: twice",
    ):
        assert part in found
