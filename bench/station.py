"""A JupyterLab server of one arm, with everything it keeps in a folder of its own."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlcost_ext.sandbox.environment import practice_environment
from tools.free_port import free_port

from .arms import Arm
from .processes import end_tree, process_cpu_seconds

HOST = "127.0.0.1"
TOKEN = "bench"
PATIENCE_SECONDS = 60.0
PROBE = "mlcost_bench_probe"
NOTEBOOK = "idle.ipynb"

_TAKEN_AWAY = ("JUPYTER", "JPY_", "MLCOST_", "IPYTHON", "PYTHON", "VIRTUAL_ENV")
_FOLDERS = {
    "JUPYTER_CONFIG_DIR": "config",
    "JUPYTER_DATA_DIR": "data",
    "JUPYTER_RUNTIME_DIR": "runtime",
    "JUPYTERLAB_SETTINGS_DIR": "settings",
    "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
    "IPYTHONDIR": "ipython",
}
_NO_NEWS = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}
_EMPTY_NOTEBOOK = {
    "cells": [{"cell_type": "code", "execution_count": None, "id": "only", "metadata": {}, "outputs": [], "source": ""}],
    "metadata": {"kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """Folders and environment of an arm; kept from one start to the next, as a user's are."""

    arm: Arm
    folder: Path
    environment: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """A server that answers."""

    arm: Arm
    pid: int
    port: int
    start_seconds: float
    """From the start of the process to the first answer."""
    start_cpu_seconds: float
    """Processor time until then."""

    def url(self, path: str) -> str:
        """Give an address to open in a browser."""
        return f"http://{HOST}:{self.port}/{path}?token={TOKEN}"

    def ask(self, path: str, method: str = "GET", headers: Mapping[str, str] | None = None) -> tuple[int, dict[str, str], bytes]:
        """Ask it, and give status, headers and body."""
        return ask(self.port, path, method, headers)

    def probe(self, what: str, method: str = "GET") -> Any:
        """Ask the probe inside it."""
        status, _, body = self.ask(f"{PROBE}/{what}", method)
        if status != 200:
            raise RuntimeError(f"the probe of {self.arm.name} answers {status}")
        return json.loads(body)


def make_home(arm: Arm, folder: Path, endpoint_url: str, *, is_probed: bool = False) -> Home:
    """Make the folders of a server that knows no account but the practice account.

    Args:
        arm: Whose environment it runs in.
        folder: Made if need be.
        endpoint_url: Where the practice account answers.
        is_probed: Whether a server extension counts requests and probes the event loop.
    """
    clean = {key: value for key, value in os.environ.items() if not key.upper().startswith(_TAKEN_AWAY)}
    folders = {variable: folder / name for variable, name in _FOLDERS.items()}
    for path in (*folders.values(), folder / "notebooks"):
        path.mkdir(parents=True, exist_ok=True)
    config = folders["JUPYTER_CONFIG_DIR"]
    _write(config / "labconfig" / "page_config.json", _NO_NEWS)
    _write(folder / "notebooks" / NOTEBOOK, _EMPTY_NOTEBOOK)
    if is_probed:
        extensions = {"ServerApp": {"jpserver_extensions": {PROBE: True}}}
        _write(config / "jupyter_server_config.d" / f"{PROBE}.json", extensions)
    environment = {
        **practice_environment(clean, endpoint_url, folder / "aws"),
        **{variable: str(path) for variable, path in folders.items()},
        **({"PYTHONPATH": str(Path(__file__).parent / "probe")} if is_probed else {}),
        "MLCOST_HOME": str(folder / "mlcost"),
        "JUPYTER_TOKEN": TOKEN,
        "PATH": os.pathsep.join([str(arm.folder / "bin"), clean["PATH"]]),
    }
    return Home(arm=arm, folder=folder, environment=environment)


@contextmanager
def serving(home: Home) -> Iterator[Station]:
    """Keep a server running."""
    port = free_port()
    with (home.folder / "server.log").open("a", encoding="utf-8") as log:
        began = time.perf_counter()
        process = subprocess.Popen(
            _command(home, port),
            cwd=home.folder,
            env=dict(home.environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        _wait(home, process, port)
        seconds = time.perf_counter() - began
        used = process_cpu_seconds(process.pid)
        yield Station(arm=home.arm, pid=process.pid, port=port, start_seconds=seconds, start_cpu_seconds=used)
    finally:
        end_tree(process.pid)
        process.wait()


def ask(port: int, path: str, method: str = "GET", headers: Mapping[str, str] | None = None) -> tuple[int, dict[str, str], bytes]:
    """Ask the server on a port."""
    connection = http.client.HTTPConnection(HOST, port, timeout=30)
    try:
        connection.request(method, f"/{path}", headers={"Authorization": f"token {TOKEN}", **(headers or {})})
        answer = connection.getresponse()
        return answer.status, {key.lower(): value for key, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def _wait(home: Home, process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if ask(port, "api/status")[0] == 200:
                return
        except OSError:
            time.sleep(0.01)
    tail = (home.folder / "server.log").read_text(errors="replace")[-1500:]
    raise RuntimeError(f"JupyterLab of {home.arm.name} did not start:\n{tail}")


def _command(home: Home, port: int) -> list[str]:
    command = [
        home.arm.python,
        "-m",
        "jupyterlab",
        "--no-browser",
        f"--ServerApp.ip={HOST}",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={home.folder / 'notebooks'}",
        "--LabApp.extension_manager=readonly",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.expose_app_in_browser=True",
    ]
    return [*command, "--allow-root"] if os.geteuid() == 0 else command


def _write(path: Path, document: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document), encoding="utf-8")
