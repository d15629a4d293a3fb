"""Decisions in the ledger: each once, linked to its launch, and what a fix avoids only once AWS has accepted that."""

from __future__ import annotations

import itertools
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from mlcost_ext.core.decision import AvoidedCost
from mlcost_ext.ledger.charge_store import ChargeStore
from mlcost_ext.ledger.database import Database
from mlcost_ext.ledger.finding_store import AvoidedSum, FindingStore
from mlcost_ext.ledger.launch_store import LaunchStore
from mlcost_ext.ledger.saving_view import avoided_in, savings
from mlcost_ext.ledger.spool_batch import Batch, Position, cut
from mlcost_ext.ledger.spool_reader import SpoolReader

from .spool_files import AT, OURS, json_line, line, outcome

START, END = date(2026, 11, 1), date(2026, 12, 1)
NOW = datetime(2026, 11, 30, 12, tzinfo=timezone.utc)
LONG_AGO = NOW - timedelta(days=3000)
SPOT = {"rule": "MC106", "verdict": "warn", "subject": None, "message": "Managed Spot is off.", "title": "Spot off"}
AVOIDED = {"low": "0.6", "expected": "0.9", "billing_currency": "USD", "basis": "history"}


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path / "servers" / OURS / "ledger.sqlite")


@pytest.fixture
def store(database: Database) -> LaunchStore:
    return LaunchStore(database)


@pytest.fixture
def findings(database: Database) -> FindingStore:
    return FindingStore(database)


def decision(id_: str = "d1", **fields: Any) -> bytes:
    """Write a decision that fixed one finding, as a kernel does."""
    told = {"kind": "training", "region_id": "us-east-1", "decision": "warn", "outcome": "fixed", "reason": None}
    found = {"findings": [SPOT], "fixed": ["MC106"], "avoided": AVOIDED}
    return json_line("decision", **{"id": id_, **told, **found, **fields})


def batch(*lines: bytes, name: str = "a.jsonl") -> Batch:
    found = cut(name, b"".join(lines), Position(0))
    assert found is not None
    assert found.broken == 0
    return found


def avoided(findings: FindingStore) -> list[AvoidedSum]:
    return findings.avoided(START, END)


def one(expected: int = 900_000_000, low: int | None = 600_000_000, launches: int = 1, endpoints: int = 0) -> list[AvoidedSum]:
    return [AvoidedSum(billing_currency="USD", low=low, expected=expected, launches=launches, endpoints=endpoints)]


def count(database: Database, table: str) -> int:
    with database.transaction() as connection:
        return int(connection.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0])


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_a_fix_counts_once_aws_has_accepted_its_launch(
    store: LaunchStore, findings: FindingStore, order: tuple[int, ...]
) -> None:
    """In whatever order the files with decision, intent and outcome are read; an outcome before its intent waits for nobody."""
    lines = [decision(), line(1, decision="d1"), outcome(1)]
    store.take([batch(*(lines[place] for place in order))])
    assert avoided(findings) == one()


def test_lines_of_three_files_are_put_together(store: LaunchStore, findings: FindingStore) -> None:
    """Read one by one, as where a process has forked."""
    store.take([batch(line(1, decision="d1"), name="a.jsonl")])
    store.take([batch(outcome(1), name="b.jsonl")])
    assert avoided(findings) == []
    store.take([batch(decision(), name="c.jsonl")])
    assert avoided(findings) == one()


def test_nothing_is_counted_twice(store: LaunchStore, findings: FindingStore, database: Database) -> None:
    """The same lines again, a second decision of that id, and a second launch that names it."""
    told = batch(decision(), line(1, decision="d1"), outcome(1))
    store.take([told])
    store.take([told])
    other = decision(avoided={**AVOIDED, "expected": "5000"})
    store.take([batch(other, line(2, decision="d1"), outcome(2), name="b.jsonl")])
    assert avoided(findings) == one()
    assert (count(database, "decision"), count(database, "saving")) == (1, 1)


@pytest.mark.parametrize(
    ("changes", "result"),
    [
        ({}, "refused"),
        ({}, "unknown"),
        ({"outcome": "as_is"}, "accepted"),
        ({"outcome": "sent"}, "accepted"),
        ({"avoided": None}, "accepted"),
        ({"avoided": {**AVOIDED, "expected": "0"}}, "accepted"),
    ],
)
def test_what_was_not_taken_or_not_launched_avoids_nothing(
    store: LaunchStore, findings: FindingStore, changes: dict[str, Any], result: str
) -> None:
    """Refused by AWS, sent as it was, or by an unknown amount."""
    store.take([batch(decision(**changes), line(1, decision="d1"), outcome(1, result=result))])
    assert avoided(findings) == []


def test_a_launch_that_awss_list_settles_counts_too(store: LaunchStore, findings: FindingStore) -> None:
    """Its outcome was never written."""
    store.take([batch(decision(), line(1, decision="d1"))])
    assert avoided(findings) == []
    store.settle("1", "accepted", "arn:1")
    store.settle("1", "accepted", "arn:1")
    assert avoided(findings) == one()


def test_all_of_a_taking_is_there_or_nothing(store: LaunchStore, database: Database) -> None:
    """A decision is written in the transaction of its file's position."""
    with database.transaction() as connection:
        connection.execute("CREATE TRIGGER full BEFORE INSERT ON spool_file BEGIN SELECT RAISE(ABORT, 'disk is full'); END")
    with pytest.raises(OSError, match="full"):
        store.take([batch(decision(), line(1, decision="d1"), outcome(1))])
    assert [count(database, table) for table in ("decision", "launch", "saving")] == [0, 0, 0]


def test_launches_come_back_with_what_was_said_of_them(store: LaunchStore, findings: FindingStore) -> None:
    """The latest first; without a decision nothing was said; what AWS has not accepted is none."""
    with_saving = {**SPOT, "subject": "All", "hint": "Switch it on.", "saving": {"expected": "0.9", "billing_currency": "USD"}}
    told = decision(outcome="sent", fixed=[], avoided=None, findings=[with_saving])
    later = "2026-11-30T05:00:00.000000Z"
    where = {"notebook": "n.ipynb", "cell_id": "c"}
    store.take([batch(told, line(1, decision="d1", **where), outcome(1), line(2, at=later), outcome(2), line(3))])
    second, first = findings.launched(LONG_AGO)
    assert (second.name, second.findings, first.name, first.notebook, first.cell_id) == ("job-2", (), "job-1", "n.ipynb", "c")
    (found,) = first.findings
    assert (found.rule, found.subject, found.title, found.hint) == ("MC106", "All", "Spot off", "Switch it on.")
    assert (found.saving, found.billing_currency) == (Decimal("0.9"), "USD")
    assert findings.launched(NOW) == []


def test_an_older_kernels_user_is_the_files(tmp_path: Path) -> None:
    """As of intents: what its own line does not tell, the first line does."""
    (tmp_path / "spool").mkdir()
    header = json_line("kernel", server_id=OURS, kernel_id="k1", user="ana")
    (tmp_path / "spool" / "a.jsonl").write_bytes(header + decision() + decision("d2", user=None))
    (found,) = SpoolReader(tmp_path, OURS).read_new()
    told = {event["id"]: (event["user"], event["kernel_id"]) for event in found.events if event["type"] == "decision"}
    assert told == {"d1": ("ana", "k1"), "d2": (None, "k1")}


def test_old_decisions_are_forgotten_by_either_way(store: LaunchStore, findings: FindingStore, database: Database) -> None:
    """With the launches of their days, and with the charges; an acceptance stays until its day is past."""
    old = "2026-11-28T23:00:00.000000Z"
    lines = [decision(at=old), line(1, decision="d1", at=old), outcome(1), decision("d2"), line(2, decision="d2"), outcome(2)]
    store.take([batch(*lines)])
    findings.note_told(["f1"], NOW - timedelta(days=9))
    findings.accept("f2", date(2026, 12, 24), "stands by", NOW - timedelta(days=9))
    store.forget(date(2026, 11, 29))
    assert [count(database, table) for table in ("decision", "saving", "finding")] == [1, 1, 1]
    assert ChargeStore(database).forget_before(date(2026, 12, 25)) == 3
    assert [count(database, table) for table in ("decision", "saving", "finding")] == [0, 0, 0]


def test_a_users_decisions_go_with_the_user(store: LaunchStore, database: Database) -> None:
    """Also where only the launch has the name, which came later; the others' stay."""
    mine = [decision(user="ana", outcome="blocked"), decision("d2"), line(2, decision="d2", user="ana"), outcome(2)]
    theirs = [decision("d3", user="ben"), line(3, decision="d3", user="ben"), outcome(3)]
    store.take([batch(*mine, *theirs)])
    ChargeStore(database).forget_user("ana")
    with database.transaction() as connection:
        left = [connection.execute(f"SELECT id FROM {table}").fetchall() for table in ("decision", "launch", "saving")]
    assert left == [[("d3",)], [("3",)], [("launch/d3",)]]


def saved(id_: str = "endpoint/f1", **changes: Any) -> AvoidedCost:
    told = {"at": NOW, "origin": "endpoint", "kind": "endpoint", "region_id": "us-east-1", "name": "e", "rules": ("MC201",)}
    amounts = {"low": Decimal("33.8"), "expected": Decimal("338.016"), "billing_currency": "USD", "basis": "days_unused"}
    return AvoidedCost(**{"id": id_, **told, **amounts, **changes})


def test_savings_are_told_one_by_one_with_what_they_rest_on(store: LaunchStore, findings: FindingStore) -> None:
    """The latest first; sums by currency; a low that is not known of one is not known of all."""
    store.take([batch(decision(), line(1, decision="d1"), outcome(1))])
    findings.save(saved())
    findings.save(saved(expected=Decimal(9999)))
    findings.save(saved("endpoint/f2", billing_currency="CNY", low=None))
    found = savings(findings, START, END)
    assert [(row.id, row.expected, row.low) for row in found.rows[1:]] == [
        ("endpoint/f2", Decimal("338.016"), None),
        ("launch/d1", Decimal("0.9"), Decimal("0.6")),
    ]
    assert found.rows[2].basis == "estimates with and without the change, at the runtime of earlier runs"
    assert "as many more days" in found.rows[0].basis
    totals = {total.billing_currency: (total.expected, total.low, total.launches, total.endpoints) for total in found.totals}
    assert totals == {"USD": (Decimal("338.916"), Decimal("34.4"), 1, 1), "CNY": (Decimal("338.016"), None, 0, 1)}
    total = avoided_in(findings, START, END, "USD")
    assert total is not None
    assert total.expected == Decimal("338.916")
    assert avoided_in(findings, START, END, "EUR") is None
    assert avoided_in(findings, date(2026, 10, 1), START, "USD") is None


def test_sums_have_no_end(store: LaunchStore, findings: FindingStore) -> None:
    """However much kernels claim, the sum is exact, and what else is read is not kept from being read."""
    most = {**AVOIDED, "expected": "999999999.999999999", "low": None}
    lines = [(decision(f"d{n}", avoided=most), line(n, decision=f"d{n}"), outcome(n)) for n in range(20)]
    store.take([batch(*(each for told in lines for each in told))])
    assert avoided(findings) == one(20 * (10**18 - 1), None, launches=20)


def test_a_later_word_on_a_finding_counts(findings: FindingStore) -> None:
    """Told of, accepted, accepted anew; to be told of once more does not undo it."""
    findings.note_told(["f1", "f2"], NOW)
    findings.accept("f1", date(2026, 12, 1), "one", NOW)
    findings.accept("f1", date(2026, 12, 9), "two", NOW)
    findings.note_told(["f1"], NOW)
    assert {id_: kept.until for id_, kept in findings.kept().items()} == {"f1": date(2026, 12, 9), "f2": None}


def test_times_are_those_of_the_launch(store: LaunchStore, findings: FindingStore) -> None:
    """Of the month it was sent in."""
    store.take([batch(decision(at="2026-12-01T00:00:00.000000Z"), line(1, decision="d1", at=AT), outcome(1))])
    assert [row.at for row in findings.savings(START, END)] == [datetime(2026, 11, 30, 4, tzinfo=timezone.utc)]
