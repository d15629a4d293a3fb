"""A server's life: started and never opened, started again, its scheduler's jobs, and what only it itself does."""

from __future__ import annotations

import sqlite3
import subprocess
import time
from contextlib import closing
from datetime import datetime, timedelta

from .case import ROUNDING, Case, Checked
from .lab import Lab, View, now_utc, time_of
from .stage import Stage

JOBS = """
CREATE TABLE jobs (
    job_id VARCHAR(36) NOT NULL PRIMARY KEY, name VARCHAR(256), input_filename VARCHAR(256) NOT NULL, status VARCHAR(64),
    status_message VARCHAR(1024), runtime_environment_name VARCHAR(256) NOT NULL, runtime_environment_parameters VARCHAR(1024),
    compute_type VARCHAR(256), output_formats VARCHAR(1024), parameters VARCHAR(1024), tags VARCHAR(1024),
    output_filename_template VARCHAR(256), url VARCHAR(256), create_time INTEGER, update_time INTEGER, start_time INTEGER,
    end_time INTEGER, pid INTEGER, job_definition_id VARCHAR(36), idempotency_token VARCHAR(256), package_input_folder BOOLEAN,
    packaged_files VARCHAR
)
"""
"""As Jupyter's scheduler 2 makes it."""
INSERT = (
    "INSERT INTO jobs (job_id, name, input_filename, status, runtime_environment_name, start_time, pid) VALUES (?,?,?,?,?,?,?)"
)


def never_opened(stage: Stage) -> None:
    """Hold each look against the server's start, up to a moment after a whole timeout."""
    lab = stage.lab
    views = lab.views_until(lambda view: view.is_overdue, "a whole timeout has passed")
    assert lab.started_at - ROUNDING <= started_in(views[0]) <= views[0].answered_at
    for view in views:
        if view.asked_at < lab.started_at + lab.timeout:
            assert not view.is_overdue, view
        assert view.state == "active" or view.stops_at == started_in(view) + lab.timeout, view
        assert view.state in ("active", "idle"), view
    assert {view.state for view in views if view.asked_at > lab.answered_at + lab.hold + timedelta(seconds=8)} == {"idle"}


def started_again(stage: Stage) -> None:
    """Start a server anew that was overdue: it has a whole timeout before it."""
    lab = stage.lab
    lab.stop()
    lab.start()
    view = lab.idle()
    assert not view.is_overdue
    assert started_in(view) >= lab.started_at - ROUNDING
    assert view.stops_at is None or view.stops_at >= lab.started_at + lab.timeout - ROUNDING


def started_in(view: View) -> datetime:
    """Read the start of the server out of its evidence."""
    row = view.row("server_started", "")
    assert row is not None
    found = time_of(row["last_active_at"])
    assert found is not None
    return found


def scheduled(stage: Stage) -> None:
    """Let a job be run by a process that lives, until it dies without a word."""
    lab = stage.lab
    process = stage.sleeper()
    ended = subprocess.Popen(["true"])
    ended.wait()
    moment = int(now_utc().timestamp() * 1000)
    with closing(sqlite3.connect(lab.data / "scheduler.sqlite")) as connection, connection:
        connection.execute(JOBS)
        rows = [("live", "IN_PROGRESS", process.pid), ("dead", "IN_PROGRESS", ended.pid), ("planned", "CREATED", None)]
        rows += [("over", "COMPLETED", process.pid)]
        for name, status, pid in rows:
            connection.execute(INSERT, (f"id-{name}", name, "a.ipynb", status, "conda", moment, pid))
    view = lab.views_until(lambda view: "scheduled_job" in view.held_by, "a scheduled job is seen")[-1]
    assert [row["subject"] for row in view.holders if row["name"] == "scheduled_job"] == ["live"]
    assert all(row["is_protected"] for row in view.holders if row["name"] == "scheduled_job")
    assert view.stops_at is None
    process.kill()
    process.wait()
    after = lab.wait_until_idle()
    assert "scheduled_job" not in after.held_by


def scheduler_broken(stage: Stage) -> None:
    """Put something else in the place of the scheduler's database: that is said, and all else is judged as before."""
    lab = stage.lab
    for file in lab.data.glob("scheduler.sqlite*"):
        file.unlink()
    (lab.data / "scheduler.sqlite").write_bytes(b"no database at all, but long enough to be taken for one\n" * 100)
    view = lab.views_until(lambda view: bool(view.document["unmeasured"]), "it is said to be unmeasured")[-1]
    assert len(view.document["unmeasured"]) == 1
    assert lab.wait_until_idle().state == "idle"
    (lab.data / "scheduler.sqlite").unlink()


def looked_at_after_a_pause(stage: Stage) -> None:
    """Let the server stand still for a while: a busy kernel is as busy afterwards, and no idleness is made up."""
    lab = stage.lab
    stage.kernel().begin("import time; time.sleep(600)")
    lab.views_until(lambda view: "kernel_busy" in view.held_by, "the cell is seen")
    with lab.paused():
        time.sleep(3)
    for view in lab.watch(3):
        assert (view.state, view.is_overdue) == ("active", False), view
        assert "kernel_busy" in view.held_by


def own_stamp(stage: Stage) -> None:
    """See the shared file stamped while work went on, and nobody taken for a remote editor, in this life and the next."""
    lab = stage.lab
    assert lab.stamp_file.exists(), "the file was never stamped, so that this shows nothing"
    assert editors(lab) == []
    lab.stop()
    lab.start()
    assert editors(lab) == []


def editors(lab: Lab) -> list[object]:
    """Give when remote editors were seen."""
    return [row["last_active_at"] for row in lab.idle().rows if row["name"] == "remote_editor" and row["last_active_at"]]


CASES = (
    Case(name="a server that nobody ever opens", source="demands A13, A14", expect=Checked(check=never_opened)),
    Case(name="a server that is started again", source="demands A16", expect=Checked(check=started_again)),
    Case(name="a scheduled job, until its process dies", source="facts §6", expect=Checked(check=scheduled)),
    Case(name="a scheduler whose database is broken", source="facts §6", expect=Checked(check=scheduler_broken)),
    Case(
        name="a server that stood still for a while",
        source="facts §6, demands A16",
        expect=Checked(check=looked_at_after_a_pause),
    ),
)
AFTER_WORK = (Case(name="our own stamp in the shared file", source="demands A9, A11", expect=Checked(check=own_stamp)),)
