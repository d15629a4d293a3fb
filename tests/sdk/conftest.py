"""A practice account, the environments of the SDKs, kernels in them, and a witness of every call that goes elsewhere."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3
import pytest
from jupyter_client.manager import KernelManager

from mlcost_ext.sandbox import names
from mlcost_ext.sandbox.environment import practice_environment
from tests.kernel.conftest import STARTUP_FILE, Answer, Kernel, put

ROOT = Path(__file__).parents[2]
KERNEL_ID = "0b5c6a52-7d0d-4c8e-9a35-6d2d5fb6a002"
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"
SPEED = "10"
"""Ten times AWS's pace, so that a job can be waited for."""


def versions() -> dict[str, str]:
    """Give what each environment is made of, by the environment's name."""
    lines = (ROOT / "tests" / "sdk" / "versions.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split(": ", 1) for line in lines if line and not line.startswith("#"))


def program(environment: str, name: str) -> str:
    """Give a program of an environment that `make test-sdk` has made."""
    path = ROOT / f".venv-{environment}" / "bin" / name
    if not path.exists():
        pytest.skip(f"there is no .venv-{environment}; `make test-sdk` makes it")
    return str(path)


@pytest.fixture(scope="session")
def account_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give where the practice account writes what went wrong in it."""
    return tmp_path_factory.mktemp("account") / "log"


@pytest.fixture(scope="session")
def practice(account_log: Path) -> Iterator[str]:
    """Run a practice account as the demo opens with, and give its address."""
    command = [sys.executable, "-m", "mlcost_ext.sandbox", "--port", "0", "--speed", SPEED]
    with (
        account_log.open("w") as log,
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True) as process,
    ):
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        try:
            assert url.startswith("http://127.0.0.1:"), account_log.read_text()
            yield url
        finally:
            process.terminate()


@pytest.fixture(scope="session")
def elsewhere() -> Iterator[tuple[str, list[str]]]:
    """Give a proxy that lets nothing through, and the list of what was asked of it: calls past the practice account."""
    asked: list[str] = []

    class Refusal(BaseHTTPRequestHandler):
        def refuse(self) -> None:
            asked.append(f"{self.command} {self.path}")
            self.send_error(403)

        def __getattr__(self, name: str) -> Any:
            if name.startswith("do_"):
                return self.refuse
            raise AttributeError(name)

        def log_message(self, *_: Any) -> None:
            """Keep silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Refusal) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


@pytest.fixture(scope="session")
def surroundings(practice: str, elsewhere: tuple[str, list[str]], tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Give the environment of a process of the demo: it knows the practice account and nothing of this machine's user."""
    folder = tmp_path_factory.mktemp("sdk")
    put(folder / "ipython/profile_default/startup/50-mlcost.py", STARTUP_FILE.read_text())
    proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), elsewhere[0])
    return {
        **practice_environment({"PATH": os.environ["PATH"], "HOME": str(folder)}, practice, folder / "aws"),
        **proxies,
        "IPYTHONDIR": str(folder / "ipython"),
        "MLCOST_HOME": str(folder / "mlcost"),
        "MLCOST_SERVER_ID": "server-1",
        "PYTHONPATH": str(ROOT),
    }


@pytest.fixture(autouse=True)
def everything_is_answered(practice: str, account_log: Path, elsewhere: tuple[str, list[str]]) -> Iterator[None]:
    """Fail a test whose calls went elsewhere than to the practice account, or to an operation that it lacks."""
    _, asked = elsewhere
    asked.clear()
    told = len(account_log.read_text())
    yield
    assert account_log.read_text()[told:] == ""
    assert asked == []


class Sdk(Kernel):
    """A kernel of an SDK's environment, with our extension loaded as in every kernel."""

    def do(self, code: str) -> Answer:
        """Run a cell that must not fail."""
        answer = self.run(code)
        assert answer.error is None, f"{answer.error}\n{answer.stdout}\n{answer.stderr}"
        return answer

    def launches(self) -> list[dict[str, Any]]:
        """Give what the spool has of each launch: kind, name, result, and what was kept of the request."""
        lines = self.lines()
        results = {line["id"]: line["result"] for line in lines if line["type"] == "outcome"}
        return [{**line, "result": results.get(line["id"])} for line in lines if line["type"] == "intent"]


StartSdk = Callable[..., Sdk]


def last_launch(kernel: Sdk) -> tuple[str, str, str]:
    """Give kind, name and result of what was launched last, having looked that no secret of it is kept."""
    launch = kernel.launches()[-1]
    assert "hunter2" not in str(launch)
    return launch["kind"], launch["name"], launch["result"]


@pytest.fixture(scope="module")
def start_sdk(surroundings: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartSdk]:
    """Start a kernel of an environment; it runs until the module's last test."""
    with contextlib.ExitStack() as stack:

        def start(environment: str, **variables: str) -> Sdk:
            python, folder = program(environment, "python"), tmp_path_factory.mktemp(environment)
            manager = KernelManager(kernel_name="python3")
            manager.kernel_spec.argv = [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
            manager.connection_file = str(folder / f"kernel-{KERNEL_ID}.json")
            home = folder / "mlcost"
            manager.start_kernel(env={**surroundings, "MLCOST_HOME": str(home), **variables}, cwd=str(folder))
            stack.callback(manager.shutdown_kernel, now=True)
            client = manager.blocking_client()
            client.start_channels()
            stack.callback(client.stop_channels)
            client.wait_for_ready(timeout=60)
            return Sdk(client, KERNEL_ID, home)

        yield start


@pytest.fixture(scope="session")
def sagemaker(practice: str) -> Any:
    """Give a plain client, to see what the account has of it."""
    keys = {"aws_access_key_id": names.ACCESS_KEY_ID, "aws_secret_access_key": names.SECRET_ACCESS_KEY}
    return boto3.session.Session(region_name=names.REGION_ID, **keys).client("sagemaker", endpoint_url=practice)


def same_version(environment: str, python: str) -> bool:
    """Tell whether the environment has the version that is pinned for it."""
    name, _, wanted = versions()[environment].split()[0].partition("==")
    code = f"import importlib.metadata, json; print(json.dumps(importlib.metadata.version({name!r})))"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
    return bool(json.loads(done.stdout) == wanted)
