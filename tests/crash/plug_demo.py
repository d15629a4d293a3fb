"""The demo's JupyterLab on one home, that can be killed and started again; a page that looks; a kernel that launches."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import Any

import psutil

from mlcost_ext.sandbox import demo
from mlcost_ext.sandbox.child import Child
from mlcost_ext.sandbox.demo_home import lab_environment, notebook_folder
from tests.fakes import ROOT
from tools.free_port import free_port

TOKEN = "plug"
READER = "mlcost_ext.aws.reader"
POLL_SECONDS = 0.5
QUIET_SECONDS = 0.05
BAD = re.compile(r"Traceback|mlcost-ext could not")
NOTEBOOK = "plugged.ipynb"

LAUNCH = """
import sys
from IPython.core.interactiveshell import InteractiveShell
InteractiveShell.instance().extension_manager.load_extension("mlcost_ext")
import boto3
from mlcost_ext.sandbox import requests
from mlcost_ext.sandbox.names import STUDIO_TAGS
for name, seconds in (word.split("=") for word in sys.argv[1:]):
    boto3.client("sagemaker").create_training_job(**requests.training(name, "ml.m5.xlarge", float(seconds), STUDIO_TAGS))
"""


class Lab:
    """JupyterLab as `mlcost demo` starts it, against a practice account that is there already."""

    def __init__(self, home: Path, endpoint_url: str) -> None:
        home.mkdir()
        self.folder, self.home = home, home / "mlcost"
        self.environment = lab_environment(os.environ, home, endpoint_url=endpoint_url, token=TOKEN)
        before = os.environ.get("PYTHONPATH")
        self.environment["PYTHONPATH"] = os.pathsep.join([str(ROOT), *([before] if before else [])])
        self._port = free_port()  # kept: on another one it would be another server, with a ledger of its own
        self._stack, self._child = ExitStack(), None
        self.complaints: list[str] = []
        self.orphans: list[psutil.Process] = []

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._child = self._stack.enter_context(demo._lab(self.folder, self._port, self.environment))
        demo._wait_until_ready(self._child, self._port, TOKEN)

    @property
    def child(self) -> Child:
        """Give the process."""
        assert self._child is not None
        return self._child

    def kill(self, *, with_reader: bool) -> None:
        """Kill it as a power cut does, and its reader with it or not."""
        self.child.process.send_signal(signal.SIGSTOP)  # at this moment, and not once its children are known
        readers = self._readers()
        self.child.process.kill()
        for process in readers:
            if with_reader:
                process.kill()
            else:
                self.orphans.append(process)
        self.child.process.wait()
        self.close()

    def close(self) -> None:
        """End it, and look at its log."""
        if self._child is None:
            return
        log, self._child = self._child.log, None
        self._stack.close()
        text = log.read_text(encoding="utf-8", errors="replace")
        self.complaints += [f"log: {line[:300]}" for line in text.splitlines() if BAD.search(line)]

    def _readers(self) -> list[psutil.Process]:
        found = []
        for process in psutil.Process(self.child.process.pid).children(recursive=True):
            try:
                if READER in " ".join(process.cmdline()):
                    found.append(process)
            except psutil.Error:
                continue
        return found

    def ask(self, path: str) -> dict[str, Any]:
        """Ask as a page does."""
        connection = http.client.HTTPConnection(demo.HOST, self._port, timeout=30)
        try:
            connection.request("GET", f"/mlcost-ext/{path}", headers={"Authorization": f"token {TOKEN}"})
            answer = connection.getresponse()
            body = answer.read()
            assert answer.status == 200, f"{path} answers {answer.status}: {body[:300]!r}"
            return dict(json.loads(body))
        finally:
            connection.close()

    def look(self, seconds: float) -> dict[str, Any]:
        """Look for a while, as a page does, and give the last overview."""
        ends = time.monotonic() + seconds
        while True:
            document = self.ask("overview")
            if time.monotonic() >= ends:
                return document
            time.sleep(min(POLL_SECONDS, max(0.0, ends - time.monotonic())))

    def look_until_history(self, seconds: float = 30.0) -> None:
        """Look until what ended long ago is kept, or is said to be read: its charges are only being written then."""
        ends, count, seen_at = time.monotonic() + seconds, 0, time.monotonic()
        self.ask("overview")
        while time.monotonic() < ends:
            found, is_read = history_of(self.home)
            if found != count:
                count, seen_at = found, time.monotonic()
            if is_read or (count and time.monotonic() - seen_at > QUIET_SECONDS):
                return
            time.sleep(0.005)

    def wait_for(self, condition: Callable[[dict[str, Any]], Any], seconds: float = 60.0) -> dict[str, Any]:
        """Look until something is so."""
        ends = time.monotonic() + seconds
        while not condition(document := self.ask("overview")):
            assert time.monotonic() < ends, f"not so within {seconds} s: {document['aws']}, {document['charged']}"
            time.sleep(POLL_SECONDS)
        return document

    @property
    def server_id(self) -> str:
        """Give the id of the one server of this home."""
        (path,) = self.home.glob("servers/*/ledger.sqlite")
        return path.parent.name

    def launch(self, **jobs: float) -> None:
        """Launch training jobs by name and seconds, from a kernel of a notebook that has the hook; the server need not live."""
        environment = {
            **{key: value for key, value in self.environment.items() if key != "MLCOST_POLICY"},  # these jobs have no tags
            "MLCOST_SERVER_ID": self.server_id,
            "MLCOST_SERVER_ROOT": str(notebook_folder(self.folder)),
            "JPY_SESSION_NAME": str(notebook_folder(self.folder) / NOTEBOOK),
        }
        words = [f"{name}={seconds}" for name, seconds in jobs.items()]
        command = [sys.executable, "-c", LAUNCH, *words]
        subprocess.run(command, cwd=self.folder, env=environment, check=True, capture_output=True, timeout=60)

    def cli(self, *words: str) -> dict[str, Any]:
        """Run `mlcost --json` and give its document."""
        command = [sys.executable, "-m", "mlcost_ext.cli", "--json", *words]
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, check=False, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr
        return dict(json.loads(done.stdout))


def history_of(home: Path) -> tuple[int, bool]:
    """Give how many jobs are kept that ended longer than a day ago, and whether the next server reads on after them."""
    for path in home.glob("servers/*/ledger.sqlite"):
        with suppress(sqlite3.Error), closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
            (count,) = connection.execute("SELECT COUNT(*) FROM ended_job WHERE ended_at < datetime('now', '-2 days')").fetchone()
            cursors = [json.loads(text) for (text,) in connection.execute("SELECT cursor FROM history_cursor")]
            return count, any(cursor["spans"] for cursor in cursors)
    return 0, False
