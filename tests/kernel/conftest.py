"""A practice account over loopback, and real kernels that have the extension as a user would have it."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.manager import KernelManager

from mlcost_ext.sandbox import names

ROOT = Path(__file__).parents[2]
STARTUP_FILE = ROOT / "kernel-startup" / "50-mlcost.py"
SERVER_ID = "server-1"
CELL_SECONDS = 60
IMAGE = "111122223333.dkr.ecr.us-east-1.amazonaws.com/image:1"


@dataclass(kw_only=True)
class Answer:
    """What a cell gave back."""

    stdout: str = ""
    stderr: str = ""
    error: str | None = None
    traceback: str = ""
    result: dict[str, Any] = field(default_factory=dict)
    shown: list[dict[str, Any]] = field(default_factory=list)
    """Each display, in their order."""
    asked: list[str] = field(default_factory=list)
    """The prompts."""


class Kernel:
    """A running kernel: `run` types a cell and waits for its end."""

    def __init__(self, client: BlockingKernelClient, kernel_id: str, home: Path) -> None:
        self.client, self.kernel_id, self.home = client, kernel_id, home

    def run(self, code: str, *, cell_id: str | None = None, says: list[str] | None = None) -> Answer:
        """Run a cell; where there is something to say, input is allowed and prompts are answered with it in turn."""
        message = self.client.session.msg("execute_request", _execute(code, allow_stdin=says is not None))
        message["metadata"] = {"cellId": cell_id} if cell_id else {}
        self.client.shell_channel.send(message)
        answer = Answer()
        ends = time.monotonic() + CELL_SECONDS
        while True:
            if says is not None:
                self._answer(says, answer)
            try:
                reply = self.client.get_iopub_msg(timeout=0.05 if says is not None else CELL_SECONDS)
            except Empty:
                if says is None or time.monotonic() > ends:
                    raise
                continue
            if reply["parent_header"].get("msg_id") != message["header"]["msg_id"]:
                continue
            if reply["msg_type"] == "status" and reply["content"]["execution_state"] == "idle":
                return answer
            _take(answer, reply)

    def _answer(self, says: list[str], answer: Answer) -> None:
        """Answer a prompt if there is one; where nothing is left to say, with an empty line."""
        with contextlib.suppress(Empty):
            asked = self.client.get_stdin_msg(timeout=0.01)
            answer.asked.append(asked["content"]["prompt"])
            self.client.input(says.pop(0) if says else "")

    def value(self, expression: str) -> Any:
        """Evaluate an expression whose value can be written as JSON."""
        answer = self.run(f"import json as _json; print(_json.dumps({expression}))")
        assert answer.error is None, answer.error
        return json.loads(answer.stdout)

    def early_stderr(self) -> str:
        """Give what the kernel said before its first cell."""
        text = ""
        with contextlib.suppress(Empty):
            while True:
                message = self.client.get_iopub_msg(timeout=0.2)
                if message["msg_type"] == "stream":
                    text += message["content"]["text"]
        return text

    def define_request(self) -> None:
        """Define `request(name)` in the kernel, and import boto3."""
        assert self.run(LAUNCH).error is None

    def launch(self, name: str, client: str = "boto3.client('sagemaker')", **more: Any) -> Answer:
        """Launch a training job, as a user would in a cell."""
        return self.run(f"answer = {client}.create_training_job(**request({name!r}))", **more)

    def lines(self) -> list[dict[str, Any]]:
        """Give the spool's lines without what the guard has to say."""
        return [line for line in spool_lines(self.home) if line["type"] != "decision"]

    def decisions(self) -> list[dict[str, Any]]:
        """Give what the guard has noted."""
        return [line for line in spool_lines(self.home) if line["type"] == "decision"]


def _execute(code: str, *, allow_stdin: bool = False) -> dict[str, Any]:
    return {
        "code": code,
        "silent": False,
        "store_history": True,
        "user_expressions": {},
        "allow_stdin": allow_stdin,
    }


def _take(answer: Answer, message: dict[str, Any]) -> None:
    content = message["content"]
    if message["msg_type"] == "stream":
        setattr(answer, content["name"], getattr(answer, content["name"]) + content["text"])
    elif message["msg_type"] == "error":
        answer.error = f"{content['ename']}: {content['evalue']}"
        answer.traceback = "\n".join(content["traceback"])
    elif message["msg_type"] in ("execute_result", "display_data"):
        answer.result = content["data"]
        answer.shown.append(content["data"])


def spool_lines(home: Path) -> list[dict[str, Any]]:
    """Give all spool lines below `home`, file by file."""
    return [json.loads(line) for file in sorted(home.glob("spool/*.jsonl")) for line in file.read_text().splitlines()]


@pytest.fixture(scope="session")
def practice() -> Iterator[str]:
    """Run a practice account of its own and give its address."""
    with subprocess.Popen(
        [sys.executable, "-m", "mlcost_ext.sandbox", "--port", "0", "--empty"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        try:
            assert url, "the practice account did not start"  # without it, kernels would look for AWS itself
            yield url
        finally:
            process.terminate()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Give a place for MLCOST_HOME that does not exist yet."""
    return tmp_path / "mlcost-home"


@pytest.fixture
def environment(tmp_path: Path, home: Path) -> dict[str, str]:
    """Give the whole environment of a process that knows nothing of this machine's user."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "IPYTHONDIR": str(tmp_path / "ipython"),
        "PYTHONPATH": str(ROOT),
        "MLCOST_HOME": str(home),
        "MLCOST_SERVER_ID": SERVER_ID,
        "MLCOST_SERVER_ROOT": "/srv/notebooks",
        "JPY_SESSION_NAME": "/srv/notebooks/fraud/train.ipynb",
        "RESOURCE_METADATA_FILE": str(tmp_path / "no-metadata.json"),
        "AWS_ACCESS_KEY_ID": names.ACCESS_KEY_ID,
        "AWS_SECRET_ACCESS_KEY": names.SECRET_ACCESS_KEY,
        "AWS_DEFAULT_REGION": names.REGION_ID,
        "AWS_CONFIG_FILE": str(tmp_path / "no-config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "no-credentials"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "1",
    }


def put(file: Path, text: str) -> None:
    """Write a file and the folders above it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


StartKernel = Callable[..., Kernel]


@pytest.fixture
def start_kernel(environment: dict[str, str], home: Path, tmp_path: Path) -> Iterator[StartKernel]:
    """Start kernels of an environment that holds the startup file; `startup=False` leaves it out."""
    with contextlib.ExitStack() as stack:

        def start(*, startup: bool = True, before: str = "", **variables: str) -> Kernel:
            if startup:
                put(tmp_path / "prefix/etc/ipython/startup/50-mlcost.py", STARTUP_FILE.read_text())
            if before:
                put(tmp_path / "ipython/profile_default/startup/00-before.py", before)
            manager = KernelManager(kernel_name="python3")
            manager.kernel_spec.argv = [sys.executable, "-c", START_KERNEL, str(tmp_path / "prefix"), "-f", "{connection_file}"]
            manager.connection_file = str(tmp_path / "kernel-0b5c6a52-7d0d-4c8e-9a35-6d2d5fb6a001.json")
            manager.start_kernel(env={**environment, **variables}, cwd=str(tmp_path))
            stack.callback(manager.shutdown_kernel, now=True)
            client = manager.blocking_client()
            client.start_channels()
            stack.callback(client.stop_channels)
            client.wait_for_ready(timeout=60)
            return Kernel(client, "0b5c6a52-7d0d-4c8e-9a35-6d2d5fb6a001", home)

        yield start


START_KERNEL = """
import sys
sys.prefix = sys.argv.pop(1)  # an environment of the test's own, whatever is installed in this one
from ipykernel.kernelapp import launch_new_instance
launch_new_instance()
"""

LAUNCH = f'''
import boto3
def request(name, **more):
    return dict(
        TrainingJobName=name,
        RoleArn="{names.ROLE_ARN}",
        AlgorithmSpecification=dict(TrainingImage="{IMAGE}", TrainingInputMode="File"),
        OutputDataConfig=dict(S3OutputPath="s3://bucket/out"),
        ResourceConfig=dict(InstanceType="ml.g5.xlarge", InstanceCount=1, VolumeSizeInGB=30),
        StoppingCondition=dict(MaxRuntimeInSeconds=3600),
        HyperParameters=dict(password="hunter2"),
        Environment=dict(TOKEN="hunter3"),
        Tags=[dict(Key="team", Value="fraud")],
    ) | more
'''
"""Defines `request(name)` in a kernel."""
