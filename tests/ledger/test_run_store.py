"""Ended runs and estimates in the ledger."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from mlcost_ext.core.calibration import ForeseenCost
from mlcost_ext.core.runs import RunDigests
from mlcost_ext.core.times import time_to_text
from mlcost_ext.ledger.database import Database
from mlcost_ext.ledger.estimate_store import EstimateStore, foreseen_of
from mlcost_ext.ledger.job_store import JobStore
from mlcost_ext.ledger.run_store import RunStore

from .test_job_store import JOB, NOW

DIGESTS = RunDigests(image="a" * 16, script=None, data="b" * 16)
FORESEEN = ForeseenCost(
    billing_currency="USD",
    basis="history",
    low_seconds=10,
    expected_seconds=20,
    percentile_90=30,
    compute=Decimal("0.1"),
    storage=None,
    high=None,
)


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path / "servers" / "one" / "ledger.sqlite")


def launch(database: Database, launch_id: str, name: str, at: str) -> None:
    with database.transaction() as connection:
        connection.execute(
            "INSERT INTO launch (id, at, name, kind, region_id, request, tags) VALUES (?, ?, ?, 'training', ?, '{}', '{}')",
            (launch_id, at, name, JOB.region_id),
        )


def test_runs_that_completed_are_given_oldest_first(database: Database) -> None:
    """With how long they ran and what they are like; what failed, or does not tell, is left out."""
    told = replace(JOB, run_seconds=3600, billable_seconds=900, digests=DIGESTS, is_spot=True)
    JobStore(database).put([
        replace(told, name="late", ended_at=NOW),
        replace(told, name="early", ended_at=NOW - timedelta(days=2)),
        replace(told, name="failed", status="Failed"),
        replace(told, name="untold", run_seconds=None),
        replace(told, name="other", kind="processing"),
    ])  # fmt: skip
    found = RunStore(database).ended_since("training", None)
    assert [name.split("/")[1] for name, _ in found] == ["early", "late"]
    run = found[1][1]
    assert (run.digests, run.seconds, run.billable_seconds, run.is_spot) == (DIGESTS, 3600, 900, True)
    assert (run.instance_type, run.instance_count, run.ended_at) == ("ml.m5.xlarge", 1, NOW.timestamp())
    assert [name.split("/")[1] for name, _ in RunStore(database).ended_since("training", NOW - timedelta(hours=1))] == ["late"]


def test_what_a_run_is_like_stays_where_a_later_description_does_not_tell_it(database: Database) -> None:
    """As its notebook does."""
    JobStore(database).put([replace(JOB, run_seconds=1, digests=DIGESTS)])
    JobStore(database).put([replace(JOB, run_seconds=2)])
    ((_, run),) = RunStore(database).ended_since("training", None)
    assert (run.digests, run.seconds) == (DIGESTS, 2)


def test_an_estimate_is_kept_once_and_found_with_its_job(database: Database) -> None:
    """The first job that was created with the launch's name since it was sent."""
    store = EstimateStore(database)
    assert store.note("x", FORESEEN) is False
    launch(database, "x", "churn-1", time_to_text(JOB.created_at - timedelta(seconds=2)))
    assert store.note("x", FORESEEN) is True
    store.note("x", replace(FORESEEN, basis="given"))
    assert store.ended() == []
    earlier = replace(JOB, created_at=JOB.created_at - timedelta(days=30), list_cost=Decimal(9))
    later = replace(JOB, created_at=JOB.created_at + timedelta(days=3), list_cost=Decimal(8))
    JobStore(database).put([earlier, replace(JOB, run_seconds=60, billable_seconds=30), later])
    ((told, ended),) = store.ended()
    assert told == FORESEEN
    assert (ended.name, ended.compute, ended.storage, ended.run_seconds, ended.billed_seconds) == (
        *("churn-1", Decimal("0.123456789"), None, 60, 30),
    )


def test_of_several_jobs_of_a_name_each_launch_has_its_own(database: Database) -> None:
    """The one created the nearest to it; what AWS refused has none, and of two calls for one job the last counts."""
    store = EstimateStore(database)
    hours = {"first": 0.0, "again": 5.0, "second": 5.1, "refused": 5.2, "long_after": 40.0}
    for name, after in hours.items():
        launch(database, name, "churn-1", time_to_text(JOB.created_at + timedelta(hours=after)))
        store.note(name, replace(FORESEEN, expected_seconds=int(after * 10)))
    with database.transaction() as connection:
        connection.execute("UPDATE launch SET result = id WHERE id = 'refused'")
    later = replace(JOB, created_at=JOB.created_at + timedelta(hours=5.1), ended_at=NOW + timedelta(hours=6))
    JobStore(database).put([JOB, later])
    assert [(told.expected_seconds, job.ended_at) for told, job in store.ended()] == [(0, JOB.ended_at), (51, later.ended_at)]


@pytest.mark.parametrize("status", ["Failed", "Stopped"])
def test_a_job_that_did_not_complete_says_nothing_about_its_estimate(database: Database, status: str) -> None:
    """It tells how long it was let run, not how long it takes."""
    store = EstimateStore(database)
    launch(database, "x", "churn-1", time_to_text(JOB.created_at))
    store.note("x", FORESEEN)
    JobStore(database).put([replace(JOB, status=status)])
    assert store.ended() == []


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"billing_currency": 1}', "null"])
def test_an_estimate_that_cannot_be_read_is_none(text: str) -> None:
    """Whatever wrote it."""
    assert foreseen_of(text) is None
