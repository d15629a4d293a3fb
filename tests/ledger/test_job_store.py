"""Ended jobs on disk: each once, money exact, unknown never zero."""

from __future__ import annotations

import sqlite3
import stat
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from mlcost_ext.core.times import UTC
from mlcost_ext.ledger.database import Database
from mlcost_ext.ledger.job_store import EndedJob, EndedSum, JobStore
from mlcost_ext.ledger.migrations import MIGRATIONS

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
JOB = EndedJob(
    kind="training",
    region_id="us-east-1",
    name="churn-1",
    created_at=NOW - timedelta(hours=3),
    ended_at=NOW - timedelta(hours=1),
    status="Completed",
    instance_type="ml.m5.xlarge",
    instance_count=1,
    is_spot=False,
    list_cost=Decimal("0.123456789"),
    storage_list_cost=None,
    contracted_cost=None,
    storage_contracted_cost=None,
    billing_currency="USD",
    notebook="a.ipynb",
    tags={"team": "fraud"},
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "servers" / "one" / "ledger.sqlite"


@pytest.fixture
def store(path: Path) -> JobStore:
    return JobStore(Database(path))


def month(store: JobStore) -> EndedSum:
    return store.sum_since(NOW - timedelta(days=30), "training")


def test_an_empty_store_knows_that_nothing_ended(store: JobStore) -> None:
    """Nothing kept is zero jobs; it asks no other question."""
    assert (month(store), store.cursors()) == (EndedSum(jobs=0, cost=Decimal(0), unpriced=0), {})


def test_a_job_told_twice_counts_once(store: JobStore) -> None:
    """Also after the file was closed and opened again; the later word rules."""
    store.put([JOB])
    store._database.close()
    store.put([JOB, replace(JOB, list_cost=Decimal("0.2"))])
    assert month(store) == EndedSum(jobs=1, cost=Decimal("0.200000000"), unpriced=0)


def test_a_fraction_of_a_second_makes_no_second_job(store: JobStore) -> None:
    """One of AWS's operations tells it, another one does not."""
    store.put([JOB, replace(JOB, created_at=JOB.created_at + timedelta(milliseconds=417))])
    assert store.sum_since(NOW - timedelta(days=1), "training").jobs == 1


def test_where_a_job_was_launched_from_stays_known(store: JobStore, path: Path) -> None:
    """Who reads of it later does not know; all else is as it was told last."""
    store.put([JOB])
    store.put([replace(JOB, notebook=None, list_cost=Decimal(2), status="Stopped")])
    store._database.close()
    with sqlite3.connect(path) as connection:
        found = connection.execute("SELECT notebook, list_cost, status FROM ended_job").fetchall()
    assert found == [("a.ipynb", 2_000_000_000, "Stopped")]


def test_what_became_of_a_warm_pool_stays_known(store: JobStore, path: Path) -> None:
    """A description from before its end, told late, takes nothing back; one from after it adds what was not known."""
    for pool in ({}, {"retained_seconds": 90, "is_pool_reused": True}, {}):
        store.put([replace(JOB, **pool)])
    store.put([replace(JOB, name="untold", is_pool_reused=False)])
    store.put([replace(JOB, name="untold", is_pool_reused=False, retained_seconds=0)])
    store._database.close()
    with sqlite3.connect(path) as connection:
        found = connection.execute("SELECT name, retained_seconds, is_pool_reused FROM ended_job ORDER BY name").fetchall()
    assert found == [("churn-1", 90, 1), ("untold", 0, 0)]


def test_sums_are_exact_and_leave_out_what_is_unknown(store: JobStore) -> None:
    """Ten times a tenth is one; a job without a price, or in another currency, is counted and not added."""
    tenths = [replace(JOB, name=f"t-{n}", list_cost=Decimal("0.1")) for n in range(10)]
    yuan = replace(JOB, name="yuan", billing_currency="CNY", list_cost=Decimal(5))
    store.put([*tenths, replace(JOB, name="unknown", list_cost=None, billing_currency=None), yuan])
    assert month(store) == EndedSum(jobs=12, cost=Decimal("1.000000000"), unpriced=2)


def test_what_is_contracted_is_summed_beside_what_is_not(store: JobStore, path: Path) -> None:
    """The list cost stays what it is; where no list has a price the contract's counts alone."""
    agreed = replace(JOB, name="agreed", list_cost=Decimal(10), contracted_cost=Decimal("8.8"))
    alone = replace(JOB, name="alone", list_cost=None, contracted_cost=Decimal(1))
    store.put([agreed, alone, replace(JOB, list_cost=Decimal(2))])
    assert month(store) == EndedSum(jobs=3, cost=Decimal("11.800000000"), unpriced=0)
    store._database.close()
    with sqlite3.connect(path) as connection:
        found = connection.execute("SELECT list_cost, contracted_cost FROM ended_job WHERE name = 'agreed'").fetchall()
    assert found == [(10_000_000_000, 8_800_000_000)]


def test_a_file_of_before_contracts_is_brought_up_to_date(path: Path) -> None:
    """What was kept is kept, and counts at its list cost."""
    path.parent.mkdir(parents=True, mode=0o700)
    with sqlite3.connect(path) as connection:
        connection.executescript(f"BEGIN; {MIGRATIONS[0]}; PRAGMA user_version=1; COMMIT;")
        row = ("training", "us-east-1", "old", "2026-11-23T00:00:00Z", "2026-11-24T01:00:00Z", "Completed")
        more = ("ml.m5.xlarge", 1, 0, 5_000_000_000, None, "USD", None, "{}")
        connection.execute(f"INSERT INTO ended_job VALUES ({', '.join('?' * 14)})", (*row, *more))
    store = JobStore(Database(path))
    store.put([JOB])
    assert month(store) == EndedSum(jobs=2, cost=Decimal("5.123456789"), unpriced=0)


def test_regions_with_a_job_without_a_cost_are_read_again(store: JobStore) -> None:
    """Its price may be known by now; other regions stay as far as they were read."""
    store.put([JOB], ("us-east-1", "until-may"))
    store.put([replace(JOB, region_id="eu-west-1", list_cost=None)], ("eu-west-1", "until-june"))
    assert store.read_unpriced_again() == ["eu-west-1"]
    assert store.cursors() == {"us-east-1": "until-may"}


def test_what_ended_earlier_is_not_in_the_sum(store: JobStore) -> None:
    """The end decides, to the second; another kind is another sum."""
    earlier = NOW - timedelta(days=30, seconds=1)
    store.put([replace(JOB, name="old", ended_at=earlier), replace(JOB, kind="processing"), JOB])
    assert month(store).jobs == 1


def test_the_cursor_is_kept_with_what_it_stands_for(store: JobStore, path: Path) -> None:
    """Both in one transaction: a job that cannot be written leaves the cursor where it was."""
    store.put([JOB], ("us-east-1", "until-may"))
    with pytest.raises(OSError, match="SQLite"):
        store.put([replace(JOB, name=None)], ("us-east-1", "until-april"))  # type: ignore[arg-type]
    assert JobStore(Database(path)).cursors() == {"us-east-1": "until-may"}


def test_the_file_is_for_its_user_alone(store: JobStore, path: Path) -> None:
    """Folder 0700, file 0600; a symbolic link in its place is not followed."""
    store.put([JOB])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    store._database.close()
    path.unlink()
    elsewhere = path.parent.parent / "elsewhere"
    path.symlink_to(elsewhere)
    with pytest.raises(OSError):
        JobStore(Database(path)).put([JOB])
    assert not elsewhere.exists()


def test_a_file_of_a_later_version_is_left_alone(store: JobStore, path: Path) -> None:
    """It is not read wrongly, nor written."""
    store.put([JOB])
    store._database.close()
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version={len(MIGRATIONS) + 1}")
    with pytest.raises(OSError, match="later version"):
        JobStore(Database(path)).put([JOB])


def test_a_file_that_is_none_of_sqlite_is_an_error_in_words(path: Path) -> None:
    """And no traceback of SQLite's own."""
    path.parent.mkdir(parents=True, mode=0o700)
    path.write_bytes(b"not a database, but long enough to be looked at" * 100)
    with pytest.raises(OSError, match="SQLite"):
        JobStore(Database(path)).cursors()


def test_tags_that_are_too_long_are_still_json(store: JobStore, path: Path) -> None:
    """A cut text would be none; all or as many as fit."""
    import json

    store.put([replace(JOB, tags={f"key-{n}": "x" * 256 for n in range(60)})])
    store._database.close()
    with sqlite3.connect(path) as connection:
        (text,) = connection.execute("SELECT tags FROM ended_job").fetchone()
    assert isinstance(json.loads(text), dict)


def test_what_the_file_has_no_room_for_is_unknown(store: JobStore) -> None:
    """2⁶³ nano-dollars: the job stays, without a price; the largest that fits is exact, however often it comes."""
    most = Decimal("9223372036.854775807")
    store.put([replace(JOB, name=f"dear-{n}", list_cost=most, storage_list_cost=most) for n in range(3)])
    store.put([replace(JOB, name="dearest", list_cost=most + Decimal("0.000000001"), storage_list_cost=Decimal("1e40"))])
    assert month(store) == EndedSum(jobs=4, cost=3 * most, unpriced=1)
