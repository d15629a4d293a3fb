"""A real JupyterLab with our extension from this checkout, a policy of its own, and its verdict as anybody may ask for it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from mlcost_ext.sandbox.demo_home import lab_environment, notebook_folder
from mlcost_ext.sandbox.environment import without_aws
from tools.free_port import free_port

HOST = "127.0.0.1"
TOKEN = "scenarios"
QUIET = "?no_track_activity=1"
PATIENCE_SECONDS = 60.0
"""For anything that a server, a kernel or a program has to do; nothing waits for so long unless the machine is very busy."""
STUDIO_ONLY = ("RESOURCE_METADATA_FILE", "SAGEMAKER_APP_TYPE", "SAGEMAKER_APP_TYPE_LOWERCASE")

_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def now_utc() -> datetime:
    return datetime.now(timezone.utc)


def time_of(text: str | None) -> datetime | None:
    """Read a time of a document."""
    return None if text is None else datetime.fromisoformat(text.replace("Z", "+00:00"))


def wait_until(holds: Callable[[], Any], what: str, seconds: float = PATIENCE_SECONDS) -> Any:
    """Wait until something is so, and give it."""
    ends = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < ends, f"it never came about that {what}"
        time.sleep(0.2)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One answer of GET idle."""

    document: dict[str, Any]
    asked_at: datetime
    answered_at: datetime

    @property
    def verdict(self) -> dict[str, Any]:
        found: dict[str, Any] = self.document["verdict"]
        return found

    @property
    def state(self) -> str:
        return str(self.verdict["state"])

    @property
    def held_by(self) -> list[str]:
        return list(self.verdict["held_by"])

    @property
    def since(self) -> datetime | None:
        return time_of(self.verdict["since"])

    @property
    def stops_at(self) -> datetime | None:
        return time_of(self.verdict["stops_at"])

    @property
    def is_overdue(self) -> bool:
        return bool(self.verdict["is_overdue"])

    @property
    def rows(self) -> list[dict[str, Any]]:
        return list(self.document["signals"])

    @property
    def holders(self) -> list[dict[str, Any]]:
        """Give what holds the machine up."""
        return [row for row in self.rows if row["state"] == "active"]

    def row(self, name: str, subject: str) -> dict[str, Any] | None:
        """Give one piece of evidence; None: there is none."""
        return next((row for row in self.rows if (row["name"], row["subject"]) == (name, subject)), None)

    def __str__(self) -> str:
        held = "; ".join(f"{row['name']} of {row['subject'] or 'all'}: {row['detail']}" for row in self.holders)
        return f"{self.state} since {self.verdict['since']} at {self.document['as_of']}, kept on by {held or 'nothing'}"


@dataclass(slots=True, kw_only=True)
class Lab:
    """One server, its home, its port and its policy."""

    folder: Path
    account_url: str
    policy: Mapping[str, Any]
    """The idle part."""
    is_studio: bool = False
    base_url: str = "/"
    token: str = TOKEN
    options: Sequence[str] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    port: int = 0
    started_at: datetime = field(default_factory=now_utc)
    answered_at: datetime = field(default_factory=now_utc)
    """When it answered first."""

    @property
    def hold(self) -> timedelta:
        """Give for how long the policy lets a moment count."""
        return min(timedelta(minutes=5), self.timeout / 12)

    @property
    def timeout(self) -> timedelta:
        return timedelta(minutes=float(self.policy["timeout_minutes"]))

    @property
    def stamp_file(self) -> Path:
        """Give the file that stands for the one which remote editors stamp."""
        return self.folder / "last-active-timestamp"

    @property
    def notebooks(self) -> Path:
        return notebook_folder(self.folder)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def start(self) -> Lab:
        """Start it, and wait until it answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.write_policy(self.policy)
        environment = self._environment()
        self.port = self.port or free_port()
        self.started_at = now_utc()
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                self._command(),
                cwd=self.notebooks,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_until(self._answers, "the server answers")
        self.answered_at = now_utc()
        return self

    def stop(self) -> None:
        """End it with all its kernels and terminals."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Let the server stand still, though not what it has started."""
        os.kill(self.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.pid, signal.SIGCONT)

    def status(self, path: str) -> int:
        """Give the status that a request is answered with."""
        try:
            self.get(path)
        except urllib.error.HTTPError as error:
            return error.code
        return 200

    def write_policy(self, idle: Mapping[str, Any] | str) -> None:
        """Lay down another policy; a text is written as it is."""
        text = idle if isinstance(idle, str) else json.dumps({"version": 1, "idle": dict(idle)})
        if not isinstance(idle, str):
            self.policy = idle
        fresh = self.folder / "policy.new"
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(self.folder / "policy.yaml")

    def ask(self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> Any:
        """Ask the server as a page of it would; a path that begins with a slash is not below its base URL."""
        data = None if body is None else json.dumps(body).encode()
        sent = {**self.headers(), **(headers or {})}
        request = urllib.request.Request(urljoin(self.url, path), data, sent, method=method)
        with _OPENER.open(request, timeout=60) as answer:
            return json.loads(answer.read() or b"null")

    def get(self, path: str) -> Any:
        return self.ask("GET", path)

    def idle(self) -> View:
        """Ask for the verdict."""
        asked_at = now_utc()
        document = self.get(f"mlcost-ext/idle{QUIET}")
        return View(document=document, asked_at=asked_at, answered_at=now_utc())

    def views_until(self, holds: Callable[[View], bool], what: str, seconds: float = PATIENCE_SECONDS) -> list[View]:
        """Look until something is seen, and give all views up to the one that shows it."""
        views: list[View] = []

        def is_seen() -> bool:
            views.append(self.idle())
            return holds(views[-1])

        try:
            wait_until(is_seen, what, seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}: {views[-1]}") from None
        return views

    def wait_until_idle(self) -> View:
        """Give the first view that says idle."""
        return self.views_until(lambda view: view.state == "idle", "the machine is idle", 45)[-1]

    def watch(self, seconds: float) -> list[View]:
        """Look again and again for a while."""
        ends, views = time.monotonic() + seconds, [self.idle()]
        while time.monotonic() < ends:
            time.sleep(0.4)
            views.append(self.idle())
        return views

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}{self.base_url}"

    def headers(self) -> dict[str, str]:
        """Give what a program sends that is let in: the token, or, where there is none, as Studio, the cookie against forgery."""
        if self.token:
            return {"Authorization": f"token {self.token}"}
        return {"Cookie": "_xsrf=scenarios", "X-XSRFToken": "scenarios"}

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self._tail()
        try:
            self.get(f"api/status{QUIET}")
        except urllib.error.HTTPError as error:
            raise AssertionError(f"the server answers {error.code}: {self._tail()}") from None
        except OSError:
            return False
        return True

    def _tail(self) -> str:
        return (self.folder / "server.log").read_text(encoding="utf-8", errors="replace")[-2000:]

    def _environment(self) -> dict[str, str]:
        gone = ("PYTHONPATH", "PYTEST", "COV_", "JUPYTER", "MLCOST_")
        clean = {key: value for key, value in without_aws(os.environ).items() if not key.startswith(gone)}
        found = lab_environment(clean, self.folder, endpoint_url=self.account_url, token=self.token)
        if not self.is_studio:
            found = {key: value for key, value in found.items() if key not in STUDIO_ONLY}
        own = {
            "MLCOST_POLICY": str(self.folder / "policy.yaml"),
            "HOME": str(self.folder),
            "XDG_CONFIG_HOME": str(self.folder / ".config"),
            "SHELL": "/bin/bash",
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        }
        return {**found, **own, **self.variables}

    def _command(self) -> list[str]:
        command = [
            sys.executable,
            "-m",
            "jupyterlab",
            "--no-browser",
            f"--ServerApp.ip={HOST}",
            f"--ServerApp.port={self.port}",
            "--ServerApp.port_retries=0",
            f"--ServerApp.base_url={self.base_url}",
            f"--ServerApp.root_dir={self.notebooks}",
            "--LabApp.extension_manager=readonly",
            "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
            f"--MlcostExt.idle_timestamp_file={self.stamp_file}",
            *([] if self.token else ["--IdentityProvider.token="]),
            *self.options,
        ]
        return [*command, "--allow-root"] if os.geteuid() == 0 else command
