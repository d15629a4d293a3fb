"""A practice account in this process, and a Jupyter server with its AWS reader as children that know no other account.

SOAK_PYTHON names another environment's interpreter to run the server with, such as one that has the wheel.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psutil

from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.bad_days import BadDay, BadDays
from mlcost_ext.sandbox.environment import practice_environment
from mlcost_ext.sandbox.seed import seed_opening
from mlcost_ext.sandbox.server import make_practice_server
from tools.free_port import free_port

from .look import Look, moment
from .truth import truth_of

HOST, TOKEN = "127.0.0.1", "soak"
READER = "mlcost_ext.aws.reader"
START_SECONDS = 60.0
PAGE = 200
WINDOW_SECONDS = 600.0
MEGABYTE = 1024.0
LISTINGS = {
    "training": ("Search", "ListTrainingJobs"),
    "tuning": ("Search", "ListHyperParameterTuningJobs"),
    "endpoint": ("Search", "ListEndpoints"),
    "processing": ("ListProcessingJobs",),
    "transform": ("ListTransformJobs",),
    "automl": ("ListAutoMLJobs",),
    "notebook": ("ListNotebookInstances",),
    "schedule": ("ListMonitoringSchedules",),
    "app": ("ListApps",),
    "space": ("ListSpaces",),
}
"""By kind, the operations of which one tells everything of it."""
LOG_LINE = re.compile(r"\[[DIW] ")
_TAKEN_AWAY = ("JUPYTER", "JPY_", "MLCOST_", "IPYTHON", "PYTHON", "COV_", "COVERAGE")


class NotingBadDays(BadDays):
    """Bad days that note which calls came through unharmed."""

    def __init__(self, account: Account) -> None:
        super().__init__()
        self._account = account
        self.answered: dict[str, datetime] = {}
        self.calls: list[float] = []

    def befall(self, service: str, operation: str, now: datetime) -> list[BadDay]:
        """Let happen what is in force, and note the call."""
        self.calls.append(time.time())
        harm = super().befall(service, operation, now)
        if all(is_slight(day, operation) for day in harm):
            self.answered[operation] = self._account.wall_clock()
        return harm


def is_slight(day: BadDay, operation: str) -> bool:
    """Tell whether an answer can be read all the same: a member is of a wrong type, and not the list that is all of it."""
    return day.spoil == "wrong_type" and not (operation == "Search" and day.path == "Results")


class World:
    """Everything that runs."""

    def __init__(self, folder: Path, *, offset: timedelta = timedelta(0), seed: Callable[[Account], None] = seed_opening) -> None:
        self.account = Account()
        if offset:
            self.account.set_clock_offset(offset)
        seed(self.account)
        self.days = NotingBadDays(self.account)
        self._practice = make_practice_server(self.account)
        object.__setattr__(self._practice.front, "bad_days", self.days)
        self.account.denial_of = self.days.denial_of
        self._practice.start()
        self._folder = folder
        self.log = folder / "server.log"
        self._port = free_port()  # kept: a server on another one would be another server, with a ledger of its own
        self._start_server()
        self._lag, self._lag_until = timedelta(0), None
        self._doubted_from: datetime | None = None
        self._doubted_until: datetime | None = None

    def recent_calls(self) -> int:
        """Give the calls of the last ten minutes."""
        since = time.time() - WINDOW_SECONDS
        return sum(at >= since for at in self.days.calls)

    # -- what happens -----------------------------------------------------------------------

    def set_days(self, *wishes: Mapping[str, Any]) -> None:
        """Let these bad days be in force and no others."""
        with self.days.lock:
            self.days.days[:] = [BadDay(**wish) for wish in wishes]

    def set_lag(self, lag: timedelta) -> None:
        """Let AWS's index be late; what was read meanwhile stays late until it is read again."""
        with self.account.lock:
            self.account.set_lag(lag)
        if lag:
            self._lag, self._lag_until = lag, None
        elif self._lag:
            self._lag_until = self.account.clock()

    def set_doubt(self, *, is_doubtful: bool) -> None:
        """Note that AWS's answers lack things from now on, or do so no more."""
        if is_doubtful:
            self._doubted_from, self._doubted_until = self._doubted_from or self.account.clock(), None
        elif self._doubted_from is not None:
            self._doubted_until = self.account.clock()

    def set_clock_offset(self, offset: timedelta) -> None:
        """Set AWS's clock on."""
        with self.account.lock:
            assert offset >= self.account.clock_offset, "AWS's clock does not go back"
            self.account.set_clock_offset(offset)

    def kill_reader(self) -> None:
        """End the reader: the server starts another, which reads everything anew."""
        for process in self._children():
            if READER in " ".join(process.cmdline()):
                process.kill()

    # -- what is seen -----------------------------------------------------------------------

    def look(self) -> Look:
        """Ask the server for everything, and the account for the truth."""
        overview = self.ask("overview")
        jobs, endpoints = self._all_jobs(), self.ask("standing")["endpoints"]
        until = moment(self.ask("overview")["as_of"])
        look = Look(
            overview=overview,
            jobs=jobs,
            endpoints=endpoints,
            until=until,
            truth=truth_of(self.account, self.account.clock()),
            lag=self._lag,
            doubted_from=self._doubted_from,
            answered=self._answered(),
        )
        self._believe_again(look)
        return look

    def _answered(self) -> dict[str, datetime]:
        """Give when each kind was last answered: an answer is noted when it is asked for."""
        told = dict(self.days.answered)
        times = {kind: [told[each] for each in operations if each in told] for kind, operations in LISTINGS.items()}
        return {kind: max(found) for kind, found in times.items() if found}

    def _believe_again(self, look: Look) -> None:
        """Forget a late index, and doubts, once everything was read after they were over."""
        if self._lag_until is not None and is_read_since(look, self._lag_until, ("training", "tuning", "endpoint")):
            self._lag, self._lag_until = timedelta(0), None
        if self._doubted_until is not None and is_read_since(look, self._doubted_until, LISTINGS):
            self._doubted_from = self._doubted_until = None

    def _all_jobs(self) -> list[dict[str, Any]]:
        found, cursor = [], ""
        while True:
            page = self.ask(f"jobs?limit={PAGE}&cursor={cursor}" if cursor else f"jobs?limit={PAGE}")
            found += page["jobs"]
            cursor = page["next_cursor"]
            if not cursor:
                return found

    def ask(self, path: str) -> dict[str, Any]:
        """Ask the server."""
        connection = http.client.HTTPConnection(HOST, self._port, timeout=30)
        try:
            connection.request("GET", f"/mlcost-ext/{path}", headers={"Authorization": f"token {TOKEN}"})
            answer = connection.getresponse()
            body = answer.read()
            assert answer.status == 200, f"{path} answers {answer.status}: {body[:300]!r}"
            return dict(json.loads(body))
        finally:
            connection.close()

    def memory_mb(self) -> dict[str, float]:
        """Give the proportional set size of the server and of its reader."""
        found = {"server": pss_mb(self._process.pid)}
        for process in self._children():
            if READER in " ".join(process.cmdline()):
                found["reader"] = pss_mb(process.pid)
        return found

    def log_complaints(self) -> list[str]:
        """Give what the log has beyond one line a warning: tracebacks, errors, lines that are none of the server's."""
        lines = self.log.read_text(errors="replace").splitlines()
        begins = [number for number, line in enumerate(lines) if "Skipped non-installed" in line or "Serving at" in line]
        rest = lines[begins[0] if begins else 0 :]
        return [f"log: {line[:300]}" for line in rest if is_bad(line)]

    def warnings(self) -> list[str]:
        """Give the warnings in the log that are ours."""
        lines = self.log.read_text(errors="replace").splitlines()
        return [line for line in lines if line.startswith("[W") and ("AWS reader" in line or "mlcost" in line)]

    def restart_server(self) -> None:
        """End the server and start another one that has the same home."""
        self._end_server()
        self._start_server()

    def close(self) -> None:
        """End everything."""
        self._end_server()
        self._practice.stop()

    def _start_server(self) -> None:
        self._process = start_server(self._folder, self._port, self.log, self._practice.url)
        ends = time.monotonic() + START_SECONDS
        while time.monotonic() < ends and self._process.poll() is None:
            try:
                with socket.create_connection((HOST, self._port), timeout=1):
                    return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError(f"the server did not start:\n{self.log.read_text(errors='replace')[-1500:]}")

    def _end_server(self) -> None:
        processes = [psutil.Process(self._process.pid), *self._children()] if self._process.poll() is None else []
        self._process.terminate()
        _, alive = psutil.wait_procs(processes, timeout=10)
        for process in alive:
            process.kill()
        self._process.wait()

    def _children(self) -> list[psutil.Process]:
        found = []
        for process in psutil.Process(self._process.pid).children(recursive=True):
            try:
                process.cmdline()
            except psutil.Error:
                continue
            found.append(process)
        return found


def is_read_since(look: Look, moment: datetime, kinds: Any) -> bool:
    """Tell whether all these kinds were confirmed after a moment."""
    confirmed = [look.confirmed(kind) for kind in kinds]
    return all(each is not None and each > moment for each in confirmed)


REAPED = "Unknown child process pid"
"""Of asyncio, where closing the pipes of a killed reader has asked for its status before asyncio's own watcher has."""


def is_bad(line: str) -> bool:
    """Tell whether a line is a traceback's, an error's or nobody's."""
    if line.startswith(REAPED):
        return False
    if not line.strip() or LOG_LINE.match(line):
        return "Traceback" in line
    return True


def start_server(folder: Path, port: int, log: Path, endpoint_url: str) -> subprocess.Popen[bytes]:
    """Start a Jupyter server with our extension and no other."""
    config = folder / "config"
    (config / "jupyter_server_config.d").mkdir(parents=True, exist_ok=True)
    extensions = {"mlcost_ext": True, "jupyterlab": False, "notebook": False, "nbclassic": False, "notebook_shim": False}
    wish = {"ServerApp": {"jpserver_extensions": extensions}}
    (config / "jupyter_server_config.d" / "soak.json").write_text(json.dumps(wish))
    clean = {key: value for key, value in os.environ.items() if not key.upper().startswith(_TAKEN_AWAY)}
    environment = {
        **practice_environment(clean, endpoint_url, folder / "aws"),
        "JUPYTER_CONFIG_DIR": str(config),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "MLCOST_HOME": str(folder / "mlcost"),
        "JUPYTER_TOKEN": TOKEN,
    }
    python = os.environ.get("SOAK_PYTHON", sys.executable)
    command = [python, "-m", "jupyter_server", "--no-browser", f"--ServerApp.ip={HOST}", f"--ServerApp.port={port}"]
    command += ["--ServerApp.port_retries=0", f"--ServerApp.root_dir={folder}", "--allow-root"]
    with log.open("ab") as out:
        return subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
        )


def pss_mb(pid: int) -> float:
    """Read a process's proportional set size."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / MEGABYTE
    raise RuntimeError("no proportional set size")
