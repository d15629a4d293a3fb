"""Jupyter's own scheduler, by its database."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from jupyter_core.paths import jupyter_data_dir

from mlcost_ext.core.activity import ScheduledJob
from mlcost_ext.core.times import UTC
from mlcost_ext.probes.proc_table import read_table
from mlcost_ext.probes.scheduler_jobs import ELSEWHERE, SchedulerJobs, SchedulerLook, database_of, default_database
from tests.probes.live import eventually, process, running, table_of

SCHEMA = """
CREATE TABLE jobs (
  runtime_environment_name VARCHAR(256) NOT NULL, runtime_environment_parameters VARCHAR(1024), compute_type VARCHAR(256),
  input_filename VARCHAR(256) NOT NULL, output_formats VARCHAR(512), name VARCHAR(256), tags VARCHAR(1024),
  parameters VARCHAR(1024), email_notifications VARCHAR(1024), timeout_seconds INTEGER, retry_on_timeout BOOLEAN,
  max_retries INTEGER, min_retry_interval_millis INTEGER, output_filename_template VARCHAR(256), update_time INTEGER,
  create_time INTEGER, job_id VARCHAR(36) NOT NULL PRIMARY KEY, job_definition_id VARCHAR(36), status VARCHAR(64),
  status_message VARCHAR(1024), start_time INTEGER, end_time INTEGER, url VARCHAR(256), pid INTEGER,
  idempotency_token VARCHAR(256)
)
"""
"""As jupyter-scheduler 2 makes it."""
INSERT = (
    "INSERT INTO jobs (runtime_environment_name, input_filename, job_id, name, status, start_time, pid)"
    " VALUES ('python', 'in.ipynb', ?, ?, ?, ?, ?)"
)
STARTED = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
NOW = STARTED + timedelta(minutes=1)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "a folder?#%" / "scheduler.sqlite"
    path.parent.mkdir()
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(SCHEMA)
    return path


@pytest.fixture
def worker() -> Iterator[int]:
    """Give a process that lives."""
    with running("input()") as found:
        yield found.pid


def add(
    database: Path, job_id: str, pid: object, status: str = "IN_PROGRESS", name: object = "nightly", start: object = STARTED
) -> None:
    milliseconds = int(start.timestamp() * 1000) if isinstance(start, datetime) else start
    with contextlib.closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(INSERT, (job_id, name, status, milliseconds, pid))


def look(jobs: SchedulerJobs, now: datetime = NOW) -> SchedulerLook:
    return jobs.look(read_table(), (), now)


def ids(found: SchedulerLook) -> list[str]:
    assert found.unmeasured == ()
    return [job.job_id for job in found.jobs]


def test_a_job_runs_while_its_process_lives(database: Path) -> None:
    """One whose server was ended is in progress for ever, by its database; a zombie has ended."""
    with running("input()") as worker:
        add(database, "job-1", worker.pid, start=datetime.now(UTC))
        jobs = SchedulerJobs(database)
        found = look(jobs, datetime.now(UTC))
        assert [(job.job_id, job.name) for job in found.jobs] == [("job-1", "nightly")]
        assert found.jobs[0].started_at is not None
        worker.kill()
        eventually(lambda: read_table()[worker.pid].state == "Z")
        assert ids(look(jobs, datetime.now(UTC))) == []
        worker.wait()
        assert ids(look(jobs, datetime.now(UTC))) == []


@pytest.mark.parametrize("status", ["CREATED", "QUEUED", "COMPLETED", "FAILED", "STOPPING", "STOPPED"])
def test_only_what_is_in_progress_runs(database: Path, worker: int, status: str) -> None:
    """A job that is only planned does not."""
    add(database, "job-1", worker, status)
    assert ids(look(SchedulerJobs(database))) == []


def test_an_id_that_another_process_has_by_now(database: Path, worker: int) -> None:
    """It is much younger than the job, and no child of this server's."""
    add(database, "job-1", worker, start=datetime.now(UTC) - timedelta(days=3))
    jobs, now = SchedulerJobs(database), datetime.now(UTC)
    assert ids(look(jobs, now)) == []
    assert ids(jobs.look(read_table(), {worker}, now)) == ["job-1"]


def test_a_job_whose_process_is_not_written_down_yet(database: Path) -> None:
    """It counts for a minute."""
    add(database, "job-1", None)
    jobs = SchedulerJobs(database)
    assert ids(look(jobs, STARTED + timedelta(seconds=59))) == ["job-1"]
    assert ids(look(jobs, STARTED + timedelta(seconds=60))) == []


def test_what_changes_is_seen_and_what_does_not_is_not_read_again(database: Path, worker: int) -> None:
    """By the time, size and identity of the file and of its log."""
    add(database, "job-1", worker, start=None)
    before = time.time() - 100
    os.utime(database, (before, before))
    jobs = SchedulerJobs(database)
    assert ids(look(jobs)) == ["job-1"]
    with contextlib.closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE jobs SET status = 'STOPPED'")
    os.utime(database, (before, before))
    assert ids(look(jobs)) == ["job-1"]
    os.utime(database)
    assert ids(look(jobs)) == []


def test_a_change_within_the_same_moment_is_seen(database: Path, worker: int) -> None:
    """A file that was changed just now is read again."""
    jobs = SchedulerJobs(database)
    at = time.time()
    os.utime(database, (at, at))
    assert ids(look(jobs)) == []
    add(database, "job-1", worker, start=None)
    os.utime(database, (at, at))
    assert ids(look(jobs)) == ["job-1"]


def test_a_database_with_a_log_beside_it(database: Path, worker: int) -> None:
    """What stands only in the log is read."""
    with contextlib.closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        jobs = SchedulerJobs(database)
        assert ids(look(jobs)) == []
        with connection:
            connection.execute(INSERT, ("job-1", "nightly", "IN_PROGRESS", None, worker))
        assert ids(look(jobs)) == ["job-1"]


def test_no_database_is_no_trouble(tmp_path: Path) -> None:
    """Most machines have no scheduler."""
    assert look(SchedulerJobs(tmp_path / "nowhere" / "scheduler.sqlite")) == SchedulerLook()


@pytest.mark.parametrize("kind", ["garbage", "empty", "folder", "pipe"])
def test_a_broken_database_is_told(tmp_path: Path, kind: str) -> None:
    """Each look again, in one sentence, and nothing is waited for."""
    path = tmp_path / "scheduler.sqlite"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.write_bytes(b"no database" * 1000 if kind == "garbage" else b"")
    jobs = SchedulerJobs(path)
    for _ in range(2):
        found = look(jobs)
        assert found.jobs == ()
        assert [each.signal for each in found.unmeasured] == ["scheduled_job"]
        assert found.unmeasured[0].reason.startswith("The database of Jupyter's scheduler cannot be read: ")


def test_a_locked_database_is_told_and_what_it_said_holds_on(database: Path, worker: int) -> None:
    """A writer may hold it for long."""
    add(database, "job-1", worker, start=None)
    jobs = SchedulerJobs(database)
    assert ids(look(jobs)) == ["job-1"]
    with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        os.utime(database)
        found = look(jobs)
        assert [job.job_id for job in found.jobs] == ["job-1"]
        assert [each.reason for each in found.unmeasured] == [
            "The database of Jupyter's scheduler cannot be read: database is locked."
        ]
        connection.execute("ROLLBACK")
    assert ids(look(jobs)) == ["job-1"]


def test_nothing_is_written(database: Path, worker: int) -> None:
    """Neither the file nor one beside it; a read-only folder is enough."""
    add(database, "job-1", worker, start=None)
    before = (database.read_bytes(), sorted(database.parent.iterdir()))
    assert ids(look(SchedulerJobs(database))) == ["job-1"]
    assert (database.read_bytes(), sorted(database.parent.iterdir())) == before


@pytest.mark.parametrize(
    ("name", "start", "pid", "expected"),
    [
        ("\x1b[31mred" + "x" * 200, 10**18, 1, ("\ufffd[31mred" + "x" * 71 + "…", None)),
        (None, "yesterday", 1, ("in.ipynb", None)),
        (7, -1e300, 1, ("7", None)),
        ("later", NOW + timedelta(hours=1), 1, ("later", None)),
        ("early", STARTED, 1, ("early", STARTED)),
    ],
)
def test_whatever_a_column_holds(
    database: Path, name: object, start: object, pid: object, expected: tuple[str, datetime | None]
) -> None:
    """SQLite keeps what was put into it; a start that is still to come is not known."""
    add(database, "job-1", pid, name=name, start=start)
    found = SchedulerJobs(database).look(table_of(process(1, 0)), {1}, NOW)
    assert found.jobs == (ScheduledJob(job_id="job-1", name=expected[0], started_at=expected[1]),)


@pytest.mark.parametrize("pid", ["many", 0, -5, 1.5, 2**40, b"\0"])
def test_a_process_that_is_none(database: Path, pid: object) -> None:
    """It does not live."""
    add(database, "job-1", pid, start=STARTED - timedelta(hours=1))
    assert ids(SchedulerJobs(database).look(table_of(process(1, 0)), (), NOW)) == []


def test_a_machine_that_does_not_tell_its_processes(database: Path) -> None:
    """That is said where there is such a job, and only there."""
    jobs = SchedulerJobs(database)
    assert jobs.look(None, (), NOW) == SchedulerLook()
    add(database, "job-1", 17)
    found = jobs.look(None, (), NOW)
    assert found.jobs == ()
    assert [each.reason for each in found.unmeasured] == [
        "This machine does not tell whether the processes of its scheduler's jobs live."
    ]


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:////home/ana/jobs.sqlite", Path("/home/ana/jobs.sqlite")),
        ("sqlite:////a folder?#%/jobs", Path("/a folder")),
        ("sqlite+pysqlite:////efs/jobs.db?timeout=5", Path("/efs/jobs.db")),
        ("sqlite:///jobs.db", Path.cwd() / "jobs.db"),
        ("sqlite://", None),
        ("sqlite:///", None),
        ("sqlite:///:memory:", None),
        ("sqlite:///file:/efs/jobs.db?mode=ro&uri=true", None),
        ("postgresql://db.example/jobs", None),
        ("mysql+pymysql://u:p@db.example:3306/jobs", None),
        ("jobs.sqlite", None),
        ("", None),
    ],
)
def test_the_file_of_a_databases_url(url: str, path: Path | None) -> None:
    """As SQLAlchemy reads it."""
    assert database_of(url) == path


def test_a_database_that_is_no_file_is_told_and_one_that_comes_later_is_read(database: Path, worker: int) -> None:
    """The scheduler may be set up after us; what was read elsewhere does not hold on."""
    add(database, "job-1", worker, start=None)
    places: list[Path | None] = [database, None, database]
    jobs = SchedulerJobs(lambda: places[0])
    assert ids(look(jobs)) == ["job-1"]
    del places[0]
    found = look(jobs)
    assert (found.jobs, [each.reason for each in found.unmeasured]) == ((), [ELSEWHERE])
    assert not jobs.has_jobs
    del places[0]
    assert ids(look(jobs)) == ["job-1"]


def test_where_it_is() -> None:
    """As the scheduler has it unless it is told otherwise."""
    assert default_database() == Path(jupyter_data_dir()) / "scheduler.sqlite"
