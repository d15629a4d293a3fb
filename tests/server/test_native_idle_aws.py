"""AWS's own activity monitor beside ours, on a Jupyter server that is started as Studio starts it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import websocket

from mlcost_ext.core.times import time_from_text
from mlcost_ext.probes.shared_timestamp import SHARED_TIMESTAMP
from mlcost_ext.sandbox.environment import without_aws
from tests.fakes import ROOT

AWS_EXTENSION = "jupyter-activity-monitor-extension==0.3.2"
BASE = "/jupyterlab/default"
STUDIO = {
    "AppType": "JupyterLab",
    "DomainId": "d-test",
    "SpaceName": "work",
    "UserProfileName": "ana",
    "ResourceArn": "arn:aws:sagemaker:us-east-1:111122223333:app/d-test/work/JupyterLab/default",
    "ResourceName": "default",
}
LAUNCH = """
import sys
from mlcost_ext.server import native_idle
native_idle.FIRST_ASK_SECONDS = native_idle.ASK_SECONDS = native_idle.STAMP_SECONDS = 1.0  # a test has no minute
from jupyter_activity_monitor_extension.idle_status_detector import LocalFileActiveTimestampChecker as Checker
Checker.read_last_active_timestamp.__defaults__ = (sys.argv.pop(1),)  # another server of this machine may have the real file
from jupyter_server.serverapp import main
main()
"""
PATH_OF_AWS = """
import inspect
from jupyter_activity_monitor_extension.idle_status_detector import LocalFileActiveTimestampChecker as Checker
print(inspect.signature(Checker.read_last_active_timestamp).parameters["path"].default)
"""
PATIENCE_SECONDS = 60.0
SILENT_SECONDS = 6


@pytest.fixture(scope="module")
def aws_extension(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with AWS's extension in it."""
    folder = tmp_path_factory.mktemp("aws-extension")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--retries", "1", "--target", str(folder)]
    ran = subprocess.run([*command, AWS_EXTENSION], capture_output=True, text=True, timeout=300, check=False)
    if ran.returncode:
        pytest.skip(f"{AWS_EXTENSION} could not be installed, such as without a package index: {ran.stderr.strip()[-200:]}")
    return folder


@dataclass
class Studio:
    """A Jupyter server that takes itself for a Studio app."""

    port: int
    stamp_file: Path
    env: dict[str, str]

    def get(self, path: str) -> Any:
        return self._ask(path, None)

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """Post as a page does, with the cookie that keeps others' pages out."""
        return self._ask(path, json.dumps(body).encode())

    def _ask(self, path: str, body: bytes | None) -> Any:
        headers = {} if body is None else {"Cookie": "_xsrf=x", "X-XSRFToken": "x", "Content-Type": "application/json"}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{BASE}/{path}", body, headers)
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
            return json.loads(answer.read())

    @property
    def stamped_at(self) -> datetime | None:
        return time_from_text(self.stamp_file.read_text()) if self.stamp_file.exists() else None

    @property
    def told_at(self) -> datetime:
        """What AWS's endpoint says."""
        told = time_from_text(self.get("api/idle")["lastActiveTimestamp"].upper())
        assert told is not None
        return told

    def kernel_state(self, kernel_id: str) -> str:
        return str(self.get(f"api/kernels/{kernel_id}?no_track_activity=1")["execution_state"])

    def sleep_in_a_cell(self, seconds: int) -> str:
        """Run a cell that prints nothing for some seconds, in a notebook's kernel; give the kernel's id."""
        notebook = {"path": "a.ipynb", "name": "a.ipynb", "type": "notebook", "kernel": {"name": "python3"}}
        kernel_id = str(self.post("api/sessions", notebook)["kernel"]["id"])
        channels = websocket.create_connection(f"ws://127.0.0.1:{self.port}{BASE}/api/kernels/{kernel_id}/channels", timeout=60)
        header = {"msg_id": uuid.uuid4().hex, "msg_type": "execute_request", "username": "ana", "session": "s", "version": "5.3"}
        content = {"code": f"import time; time.sleep({seconds})", "silent": False, "store_history": True, "allow_stdin": False}
        channels.send(json.dumps({"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell"}))
        wait_for(lambda: self.kernel_state(kernel_id) == "busy")
        channels.close()
        return kernel_id


def wait_for(is_there: Callable[[], Any]) -> Any:
    """Wait until something is there, and give it."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not (found := is_there()):
        assert time.monotonic() < until, "it never came"
        time.sleep(0.1)
    return found


@contextmanager
def studio(folder: Path, aws_extension: Path, mode: str = "shadow", **changes: Any) -> Iterator[Studio]:
    """Start a server with both extensions, on an empty token below Studio's base path."""
    (folder / "config").mkdir(parents=True)
    (folder / "notebooks").mkdir()
    (folder / "policy.yaml").write_text(f"version: 1\nidle: {{mode: {mode}, timeout_minutes: 1}}\n")
    (folder / "metadata.json").write_text(json.dumps(STUDIO))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    extensions = dict.fromkeys(("mlcost_ext", "jupyter_activity_monitor_extension", "jupyter_server_terminals"), True)
    server = {"jpserver_extensions": extensions, "ip": "127.0.0.1", "port": port, "port_retries": 0, "base_url": f"{BASE}/"}
    server |= {"open_browser": False, "allow_root": True, "root_dir": str(folder / "notebooks"), "allow_origin": "*", **changes}
    config = {"ServerApp": server, "IdentityProvider": {"token": ""}, "MlcostExt": {"idle_timestamp_file": str(folder / "stamp")}}
    (folder / "config/jupyter_server_config.json").write_text(json.dumps(config))
    env = {
        **without_aws(os.environ),
        "PYTHONPATH": os.pathsep.join((str(aws_extension), str(ROOT))),
        "HOME": str(folder),
        "MLCOST_HOME": str(folder / "mlcost"),
        "MLCOST_POLICY": str(folder / "policy.yaml"),
        "RESOURCE_METADATA_FILE": str(folder / "metadata.json"),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "IPYTHONDIR": str(folder / "ipython"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "TZ": "Asia/Kathmandu",
    }
    command = [sys.executable, "-c", LAUNCH, str(folder / "stamp")]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, env=env, cwd=folder, stdout=log, stderr=log) as process:
        try:
            found = Studio(port, folder / "stamp", env)
            wait_for(lambda: answers(found, process))
            yield found
        finally:
            process.terminate()
            process.wait(30)


def answers(server: Studio, process: subprocess.Popen[bytes]) -> bool:
    assert process.poll() is None, "the server has ended"
    try:
        return bool(server.get("api/status?no_track_activity=1"))
    except (OSError, urllib.error.URLError):
        return False


@pytest.fixture(scope="module")
def in_shadow(tmp_path_factory: pytest.TempPathFactory, aws_extension: Path) -> Iterator[Studio]:
    with studio(tmp_path_factory.mktemp("shadow") / "server", aws_extension) as found:
        yield found


def native(server: Studio) -> dict[str, Any]:
    return server.get("mlcost-ext/idle")["native"] or {}


def test_both_mean_the_same_file(aws_extension: Path) -> None:
    """The place is fixed in AWS's extension."""
    env = {**os.environ, "PYTHONPATH": str(aws_extension)}
    ran = subprocess.run([sys.executable, "-c", PATH_OF_AWS], env=env, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == str(SHARED_TIMESTAMP)


def test_a_silent_cell_reaches_studio_and_its_end_too(in_shadow: Studio) -> None:
    """Jupyter's own time stands still while the cell sleeps; ours goes on, AWS's endpoint follows it, and then it stops."""
    assert in_shadow.stamped_at is None
    kernel_id = in_shadow.sleep_in_a_cell(SILENT_SECONDS)
    frozen = time_from_text(in_shadow.get(f"api/kernels/{kernel_id}?no_track_activity=1")["last_activity"])
    assert frozen is not None
    stamped = wait_for(lambda: (at := in_shadow.stamped_at) and at > frozen + timedelta(seconds=2) and at)
    assert in_shadow.kernel_state(kernel_id) == "busy"
    assert in_shadow.told_at >= stamped
    view = wait_for(
        lambda: (told := native(in_shadow)) and (time_from_text(told["last_active_at"]) or frozen) >= stamped and told
    )
    assert (view["state"], view["hint"]) == ("follows", "")
    wait_for(lambda: in_shadow.kernel_state(kernel_id) == "idle")
    wait_for(lambda: not {"kernel_busy", "kernel_cpu"} & set(in_shadow.get("mlcost-ext/idle")["verdict"]["held_by"]))
    last = in_shadow.stamped_at
    for _ in range(4):  # looks, each a fresh one
        time.sleep(1.1)
        in_shadow.get("mlcost-ext/idle")
    assert in_shadow.stamped_at == last
    assert in_shadow.told_at < datetime.now(timezone.utc) - timedelta(seconds=2)


def test_in_mode_off_nothing_is_stamped(tmp_path: Path, aws_extension: Path) -> None:
    """A whole cell long; nothing is said of Studio either."""
    with studio(tmp_path / "server", aws_extension, "off") as server:
        kernel_id = server.sleep_in_a_cell(3)
        assert server.get("mlcost-ext/idle")["verdict"]["state"] == "off"
        wait_for(lambda: server.kernel_state(kernel_id) == "idle")
        assert server.stamped_at is None
        assert server.get("mlcost-ext/idle")["native"] is None


def test_without_terminals_the_panel_and_the_doctor_say_why_studio_is_blind(tmp_path: Path, aws_extension: Path) -> None:
    """AWS's endpoint answers with an error then; both name the setting that mends it."""
    with studio(tmp_path / "server", aws_extension, terminals_enabled=False) as server:
        with pytest.raises(urllib.error.HTTPError, match="500"):
            server.get("api/idle")
        told = wait_for(lambda: native(server))
        assert told["state"] == "failing"
        assert "terminals_enabled = True" in told["hint"]
        command = [sys.executable, "-m", "mlcost_ext.cli", "--json", "doctor"]
        ran = subprocess.run(command, env=server.env, cwd=tmp_path, capture_output=True, text=True, check=False)
        (check,) = (each for each in json.loads(ran.stdout)["checks"] if each["name"] == "native_idle")
    assert (check["status"], check["message"], check["hint"]) == ("warn", told["message"], told["hint"])
    assert "HTTP 500" in check["message"]
