"""Notebook jobs of Jupyter's own scheduler (jupyter-scheduler 2) that run now: its database is read, and never written."""

from __future__ import annotations

import contextlib
import sqlite3
import stat
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import parse_qs

from mlcost_ext.core.activity import ScheduledJob, Unmeasured
from mlcost_ext.core.times import UTC
from mlcost_ext.core.words import clean

from .cpu_meter import TICKS
from .machine_clock import booted_seconds
from .proc_table import Process, Table

SIGNAL = "scheduled_job"
FILE_NAME = "scheduler.sqlite"
MOST_JOBS = 100
BUSY_SECONDS = 0.2
SETTLED_NS = 2_000_000_000
"""How old a file's time has to be for a later change to show in it."""
WITHOUT_PROCESS_SECONDS = 60.0
"""For which a job counts whose process is not told yet: it says that it runs before its process is written down."""
TOLERANCE_SECONDS = 300.0
"""By which a process may seem younger than its job, since clocks are set."""
ELSEWHERE = "Jupyter's scheduler keeps its jobs elsewhere than in a SQLite file of this machine: whether one runs is not known."
IN_MEMORY = ("", ":memory:")
QUERY = "SELECT job_id, name, input_filename, start_time, pid FROM jobs WHERE status = 'IN_PROGRESS' LIMIT ?"

Signature: TypeAlias = tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A job that the database says is in progress; one whose server was ended says so for ever."""

    job_id: str
    name: str
    started_at: datetime | None
    pid: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SchedulerLook:
    """What one look at the scheduler has found."""

    jobs: tuple[ScheduledJob, ...] = ()
    unmeasured: tuple[Unmeasured, ...] = ()


def default_database() -> Path:
    """Give where the scheduler keeps its jobs unless it is told otherwise."""
    from jupyter_core.paths import jupyter_data_dir

    return Path(jupyter_data_dir()) / FILE_NAME


def database_of(url: str) -> Path | None:
    """Give the file of a database's URL, as SQLAlchemy reads it; None: it is no SQLite file."""
    scheme, _, rest = url.partition("://")
    host, slash, name = rest.partition("/")
    place, _, options = name.partition("?")
    is_file = scheme.partition("+")[0] == "sqlite" and not host and bool(slash)
    is_uri = place.startswith("file:") and parse_qs(options).get("uri") == ["true"]
    return Path(place).absolute() if is_file and not is_uri and place not in IN_MEMORY else None


class SchedulerJobs:
    """Reads the database when it has changed, and looks at each look whether the jobs' processes live."""

    def __init__(
        self,
        database: Path | Callable[[], Path | None],
        clock: Callable[[], int] = time.time_ns,
        booted: Callable[[], float] = booted_seconds,
    ) -> None:
        """Take the database's place, or what gives it at each look, and the clocks; no place: it is no file of this machine."""
        self._place = database if callable(database) else lambda: database
        self._database: Path | None = None
        self._clock = clock
        self._booted = booted
        self._read: Signature | None = None
        self._rows: tuple[Row, ...] = ()

    @property
    def has_jobs(self) -> bool:
        """Whether the database tells of jobs in progress."""
        self._refresh()
        return bool(self._rows)

    def look(self, table: Table | None, below_server: Collection[int], now: datetime) -> SchedulerLook:
        """Give the jobs that run now; a broken or locked database is told as such, and what it said last holds on.

        Args:
            table: All processes; None: this machine does not tell them.
            below_server: Those below this server, which starts the jobs.
            now: The time of this look.
        """
        trouble = self._refresh()
        if table is None and self._rows:
            trouble = trouble or "This machine does not tell whether the processes of its scheduler's jobs live."
        running = [row for row in self._rows if table is not None and self._runs(row, table, below_server, now)]
        return SchedulerLook(
            jobs=tuple(ScheduledJob(job_id=row.job_id, name=row.name, started_at=past(row.started_at, now)) for row in running),
            unmeasured=(Unmeasured(signal=SIGNAL, reason=trouble),) if trouble else (),
        )

    def _refresh(self) -> str | None:
        """Read the rows anew where the files have changed; give what is wrong, in one sentence."""
        looked_at, database = self._clock(), self._place()
        if database != self._database:
            self._database, self._read, self._rows = database, None, ()
        if database is None:
            return ELSEWHERE
        try:
            signature = signature_of(database)
            if signature == self._read:
                return None
            self._rows = rows(database) if signature else ()
        except (OSError, sqlite3.Error) as error:
            self._read = None
            return f"The database of Jupyter's scheduler cannot be read: {clean(str(error))}."
        is_settled = all(changed_at + SETTLED_NS < looked_at for changed_at, _, _ in signature)
        self._read = signature if is_settled else None
        return None

    def _runs(self, row: Row, table: Table, below_server: Collection[int], now: datetime) -> bool:
        age = None if row.started_at is None else (now - row.started_at).total_seconds()
        if row.pid is None:
            return age is not None and age < WITHOUT_PROCESS_SECONDS
        process = table.get(row.pid)
        if process is None or process.state == "Z":
            return False
        return process.pid in below_server or age is None or self._age(process) >= age - TOLERANCE_SECONDS

    def _age(self, process: Process) -> float:
        """Give for how long a process has been there; one much younger than its job has only got its id."""
        return self._booted() - process.started_ticks / TICKS


def past(time: datetime | None, now: datetime) -> datetime | None:
    return time if time is not None and time <= now else None


def signature_of(database: Path) -> Signature:
    """Give what changes with the database's files; empty: there is none.

    Raises:
        OSError: It is no plain file, or may not be looked at.
    """
    found: list[tuple[int, int, int]] = []
    for path in (database, database.with_name(f"{database.name}-wal")):
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            status = path.stat()
            if not stat.S_ISREG(status.st_mode):
                raise OSError("it is no plain file")
            found.append((status.st_mtime_ns, status.st_size, status.st_ino))
    return tuple(found)


def rows(database: Path) -> tuple[Row, ...]:
    """Read the jobs in progress, without a change to the file and without waiting for whoever writes it.

    Raises:
        sqlite3.Error: It is no such database, or locked.
    """
    uri = f"{database.absolute().as_uri()}?mode=ro"
    with contextlib.closing(sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS)) as connection:
        return tuple(row_of(*each) for each in connection.execute(QUERY, (MOST_JOBS,)))


def row_of(job_id: Any, name: Any, input_filename: Any, started: Any, pid: Any) -> Row:
    """Take a row as it comes: SQLite keeps whatever was put into a column."""
    return Row(
        job_id=clean(str(job_id)),
        name=clean(str(name or input_filename or job_id)),
        started_at=time_of_milliseconds(started),
        pid=pid if isinstance(pid, int) and pid > 0 else None,
    )


def time_of_milliseconds(value: Any) -> datetime | None:
    """Read milliseconds since 1970; None: it is no such number."""
    if not isinstance(value, (int, float)):
        return None
    try:
        return datetime.fromtimestamp(value / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
