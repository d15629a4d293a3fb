"""Sizes of inputs in the ledger: with launch and job, whichever is known last; ledgers of before have none."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from mlcost_ext import kernel_wiring
from mlcost_ext.core.planned import RunKey
from mlcost_ext.core.runs import RunDigests
from mlcost_ext.core.times import time_to_text
from mlcost_ext.jobs.run_key import digest, digests_of
from mlcost_ext.ledger.database import Database
from mlcost_ext.ledger.input_store import InputStore
from mlcost_ext.ledger.job_store import JobStore
from mlcost_ext.ledger.migrations import MIGRATIONS, SIZES_SINCE
from mlcost_ext.ledger.run_store import RUNS_SINCE, RunStore

from .test_job_store import JOB, NOW
from .test_run_store import launch

GB = 10**9
PREFIX = "s3://bucket/train"
KEY = RunKey(image="image", script="script", data=PREFIX, prefix=PREFIX, instance_type="ml.m5.xlarge", instance_count=1)
DIGEST = digest(PREFIX) or ""
TOLD = replace(JOB, run_seconds=3600, digests=digests_of(KEY))


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path / "servers" / "one" / "ledger.sqlite")


def sizes(database: Database) -> list[int | None]:
    return [run.input_bytes for _, run in RunStore(database).ended_since("training", None)]


def test_a_size_is_the_jobs_whichever_is_known_first(database: Database) -> None:
    """A job that ends before its input was listed has it as one that ends after."""
    store = InputStore(database)
    for name in ("early", "late", "other"):
        launch(database, name, name, time_to_text(JOB.created_at - timedelta(seconds=2)))
    JobStore(database).put([replace(TOLD, name="early"), replace(TOLD, name="other")])
    store.note(["early", "late", "gone"], DIGEST, 40 * GB, NOW)
    JobStore(database).put([replace(TOLD, name="late")])
    found = {name.split("/")[1]: run.input_bytes for name, run in RunStore(database).ended_since("training", None)}
    assert found == {"early": 40 * GB, "late": 40 * GB, "other": None}
    JobStore(database).put([replace(TOLD, name="early", run_seconds=1)])
    assert sorted(filter(None, sizes(database))) == [40 * GB] * 2


def test_of_several_jobs_of_a_name_each_has_its_own(database: Database) -> None:
    """The one of the launch nearest to it, and none of one that is days away."""
    store = InputStore(database)
    for number, hours in enumerate((0.0, 5.0)):
        launch(database, f"l{number}", "churn-1", time_to_text(JOB.created_at + timedelta(hours=hours)))
        store.note([f"l{number}"], f"p{number}", (number + 1) * GB, NOW)
    after = (0.0, 5.1, 60.0)
    JobStore(database).put(
        replace(TOLD, created_at=JOB.created_at + timedelta(hours=hours), ended_at=NOW + timedelta(hours=hours))
        for hours in after
    )
    assert sizes(database) == [GB, 2 * GB, None]


def test_what_was_listed_is_found_by_its_prefix(database: Database) -> None:
    """To the letter; what cannot be known stands in the place of what was known before, and is remembered as such."""
    store, runs = InputStore(database), RunStore(database)
    store.note([], DIGEST, 40 * GB, NOW)
    found = runs.input_of(DIGEST)
    assert found is not None
    assert (found.input_bytes, found.measured_at) == (40 * GB, NOW)
    assert runs.input_of(digest("s3://bucket/trai") or "") is None
    assert store.unknown_since(NOW - timedelta(days=1)) == {}
    store.note([], DIGEST, None, NOW + timedelta(hours=1))
    assert runs.input_of(DIGEST) is None
    assert store.unknown_since(NOW) == {DIGEST: NOW + timedelta(hours=1)}
    assert store.unknown_since(NOW + timedelta(hours=2)) == {}


def test_what_is_too_old_is_forgotten(database: Database) -> None:
    """By whole days."""
    store = InputStore(database)
    store.note([], "old", GB, NOW - timedelta(days=40))
    store.note([], "new", GB, NOW)
    store.forget((NOW - timedelta(days=31)).date())
    assert (RunStore(database).input_of("old"), RunStore(database).input_of("new") is not None) == (None, True)


def of_before(path: Path, version: int) -> None:
    """Write a ledger as an earlier version of ours has: ten runs that took an hour."""
    path.parent.mkdir(parents=True)
    connection = sqlite3.connect(path)
    for step in MIGRATIONS[:version]:
        connection.executescript(step)
    digests = digests_of(KEY)
    for number in range(10):
        ended = time_to_text(NOW - timedelta(hours=number))
        connection.execute(
            "INSERT INTO ended_job (kind, region_id, name, created_at, ended_at, status, instance_type, instance_count, is_spot,"
            " tags, run_seconds, image, script, data)"
            " VALUES ('training', 'us-east-1', ?, ?, ?, 'Completed', 'ml.m5.xlarge', 1, 0, '{}', 3600, ?, ?, ?)",
            (f"job-{number}", ended, ended, digests.image, digests.script, digests.data),
        )
    connection.execute(f"PRAGMA user_version={version}")
    connection.commit()
    connection.close()


def test_a_ledger_of_before_is_brought_up_to_date(tmp_path: Path) -> None:
    """By the server; its runs have no size."""
    path = tmp_path / "servers" / "one" / "ledger.sqlite"
    of_before(path, SIZES_SINCE - 1)
    database = Database(path)
    assert sizes(database) == [None] * 10
    InputStore(database).note([], DIGEST, GB, NOW)
    database.close()
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
    connection.close()


def test_a_kernel_reads_a_ledger_of_before_as_it_is(tmp_path: Path) -> None:
    """Where the server has not been started again since the update: runs as ever, and no sizes."""
    path = tmp_path / "servers" / "one" / "ledger.sqlite"
    of_before(path, SIZES_SINCE - 1)
    before = path.read_bytes()
    history = kernel_wiring.history_of(tmp_path, "one")
    assert history is not None
    found = history.forecast("training", KEY)
    assert found is not None
    assert (found.expected_seconds, found.size_remarks) == (3600, ())
    assert path.read_bytes() == before


def test_a_ledger_that_tells_of_no_runs_is_not_read(tmp_path: Path) -> None:
    """Nothing is foreseen then."""
    of = tmp_path / "servers" / "one" / "ledger.sqlite"
    of_before(of, SIZES_SINCE - 1)
    connection = sqlite3.connect(of)
    connection.execute(f"PRAGMA user_version={RUNS_SINCE - 1}")
    connection.commit()
    connection.close()
    history = kernel_wiring.history_of(tmp_path, "one")
    assert history is not None
    assert history.forecast("training", KEY) is None


def test_a_kernel_scales_by_what_the_server_has_kept(tmp_path: Path, database: Database) -> None:
    """Runs whose length followed their size, and an exact prefix that was listed: the whole way through the file."""
    jobs, store = JobStore(database), InputStore(database)
    for number in range(24):
        size, created = (1 + number % 8) * GB, NOW - timedelta(days=2, hours=24 - number)
        launch(database, f"l{number}", f"job-{number}", time_to_text(created))
        jobs.put([replace(TOLD, name=f"job-{number}", created_at=created, ended_at=created, run_seconds=600 * size // GB)])
        store.note([f"l{number}"], f"p{number}", size, NOW)
    store.note([], DIGEST, 8 * GB, NOW)
    history = kernel_wiring.history_of(tmp_path, "one")
    assert history is not None
    history._wall = lambda: NOW
    found = history.forecast("training", KEY)
    assert found is not None
    assert found.low_seconds <= 4800 <= found.high_seconds
    assert abs(found.expected_seconds - 4800) < 300
    assert found.size_remarks[-1] == f"input: 8 GB, measured at S3 on {NOW.date()}"


def test_digests_without_data_do_no_harm(database: Database) -> None:
    """A run is kept whatever is known of it."""
    JobStore(database).put([replace(TOLD, digests=RunDigests(image="a" * 16, script=None, data=None))])
    assert sizes(database) == [None]
