"""What a test starts: practice accounts, JupyterLab servers and the demo, each a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from free_port import free_port

from mlcost_ext.sandbox import names
from mlcost_ext.sandbox.demo import CONTROL_TOKEN
from mlcost_ext.sandbox.demo_home import lab_environment, notebook_folder
from mlcost_ext.sandbox.environment import without_aws

HOST = "127.0.0.1"
CONTROL = "practice-control"
PATIENCE_SECONDS = 60.0
QUIET = "?no_track_activity=1"

_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A practice account, and the way to spoil its days."""

    url: str

    def order(self, **wish: Any) -> None:
        """Order a bad day, or a job whose description is a mess."""
        request = urllib.request.Request(
            f"{self.url}/__practice__/faults", json.dumps(wish).encode(), {"X-Practice-Token": CONTROL}, method="POST"
        )
        _OPENER.open(request, timeout=10).close()

    def sagemaker(self) -> Any:
        """Give a client of our own, to hear from AWS itself what a job is like."""
        return boto3.client(
            "sagemaker",
            endpoint_url=self.url,
            region_name=names.REGION_ID,
            aws_access_key_id=names.ACCESS_KEY_ID,
            aws_secret_access_key=names.SECRET_ACCESS_KEY,
        )

    def describe(self, name: str) -> dict[str, Any]:
        return self.sagemaker().describe_training_job(TrainingJobName=name)

    def launch(self, name: str, **more: Any) -> None:
        """Launch a job as somebody else's program in this space would: with Studio's tags."""
        request = {
            "TrainingJobName": name,
            "RoleArn": names.ROLE_ARN,
            "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
            "OutputDataConfig": {"S3OutputPath": f"s3://{names.BUCKET}/models"},
            "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30},
            "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
            "Tags": [{"Key": key, "Value": value} for key, value in names.STUDIO_TAGS.items()],
        }
        self.sagemaker().create_training_job(**{**request, **more})


@dataclass(frozen=True, slots=True, kw_only=True)
class LabServer:
    """A running JupyterLab."""

    url: str  # ends with a slash, base_url included
    token: str
    account: Account
    process: subprocess.Popen[str]

    @property
    def page(self) -> str:
        """Give the address a user would open."""
        return f"{self.url}lab" + (f"?token={self.token}" if self.token else "")

    def get(self, path: str) -> Any:
        return self.ask("GET", path)

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """Ask the server, past any browser."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"token {self.token}"} if self.token else {}
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        with _OPENER.open(request, timeout=10) as answer:
            return json.loads(answer.read() or b"null")

    def overview(self) -> dict[str, Any]:
        return self.get(f"mlcost-ext/overview{QUIET}")

    def job(self, name: str) -> dict[str, Any]:
        """Give the overview's row of a job."""
        return next(job for job in self.overview()["jobs"] if job["name"] == name)


_LAUNCH = """
import boto3, json, time
answer = boto3.client("sagemaker").create_training_job(
    TrainingJobName={name!r},
    RoleArn={role!r},
    AlgorithmSpecification={{"TrainingImage": "image", "TrainingInputMode": "File"}},
    OutputDataConfig={{"S3OutputPath": "s3://{bucket}/models"}},
    ResourceConfig={{"InstanceType": "ml.m5.xlarge", "InstanceCount": {count}, "VolumeSizeInGB": 30}},
    StoppingCondition={{"MaxRuntimeInSeconds": 3600}},
    Tags=[
        {{"Key": "team", "Value": "fraud-platform"}},
        {{"Key": "model", "Value": "browser"}},
        {{"Key": "cost-centre", "Value": "4711"}},
    ],
)
print(json.dumps(dict(at=time.time(), arn=answer["TrainingJobArn"])))
"""


def launch_code(name: str, count: int = 1) -> str:
    """Write a cell that launches a job by raw boto3, and prints when the call returned."""
    return _LAUNCH.format(name=name, count=count, role=names.ROLE_ARN, bucket=names.BUCKET).strip()


def refused(url: str, **request: Any) -> int:
    """Give the status a request is refused with."""
    try:
        _OPENER.open(urllib.request.Request(url, **request), timeout=10).close()
    except urllib.error.HTTPError as error:
        return error.code
    raise AssertionError(f"{url} did not refuse")


@contextmanager
def process(command: Sequence[str], env: Mapping[str, str], folder: Path, title: str) -> Iterator[subprocess.Popen[str]]:
    """Run a process away from the checkout, so that only what is installed can be imported; end it in the end."""
    with (folder / f"{title}.log").open("w", encoding="utf-8") as log:
        child = subprocess.Popen(
            list(command), env=dict(env), cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True
        )
        try:
            yield child
        finally:
            end(child)


def end(child: subprocess.Popen[str]) -> None:
    if child.poll() is None:
        child.send_signal(signal.SIGTERM)
    try:
        child.wait(20)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    if child.stdout is not None:
        child.stdout.close()


def first_line(child: subprocess.Popen[str], log: Path) -> str:
    assert child.stdout is not None
    line = child.stdout.readline().strip()
    assert line, log.read_text(encoding="utf-8")
    return line


def clean_environment() -> dict[str, str]:
    """Give this process's environment without AWS, Jupyter and the checkout."""
    gone = ("PYTHONPATH", "PYTEST", "COV_", "JUPYTER", "MLCOST_")
    return {key: value for key, value in without_aws(os.environ).items() if not key.startswith(gone)}


@contextmanager
def practice_account(folder: Path, *options: str) -> Iterator[Account]:
    """Start an account of its own."""
    env = {**clean_environment(), CONTROL_TOKEN: CONTROL}
    command = [sys.executable, "-m", "mlcost_ext.sandbox", "--port", "0", *options]
    with process(command, env, folder, "account") as child:
        yield Account(url=first_line(child, folder / "account.log"))


@contextmanager
def demo(folder: Path) -> Iterator[LabServer]:
    """Start what a user starts: ``mlcost demo``."""
    env = {**clean_environment(), CONTROL_TOKEN: CONTROL, "TMPDIR": str(folder)}
    command = [str(Path(sys.executable).with_name("mlcost")), "demo", "--port", str(free_port()), "--no-browser"]
    with process(command, env, folder, "demo") as child:
        address = first_line(child, folder / "demo.log")
        url, _, token = address.partition("lab?token=")
        assert url.startswith(f"http://{HOST}:"), address
        assert token, address
        yield LabServer(url=url, token=token, account=Account(url=_endpoint(folder / "demo.log")), process=child)


def _endpoint(log: Path) -> str:
    """Read where the demo's account answers from what the demo tells its user."""
    deadline = time.monotonic() + 5
    while "practice account at " not in (said := log.read_text(encoding="utf-8")):
        assert time.monotonic() < deadline, said
        time.sleep(0.05)
    return said.split("practice account at ")[1].split(": ")[0]


def studio(account: Account, folder: Path, *, token: str = "a-token") -> dict[str, str]:
    """Give the environment of a JupyterLab app of a Studio space, with the demo's folders in ``folder``."""
    return {**lab_environment(clean_environment(), folder, endpoint_url=account.url, token=token)}


def laptop(account: Account, folder: Path) -> dict[str, str]:
    """Give the environment of a machine that does not say what it is."""
    studio_only = ("RESOURCE_METADATA_FILE", "SAGEMAKER_APP_TYPE", "SAGEMAKER_APP_TYPE_LOWERCASE")
    return {key: value for key, value in studio(account, folder).items() if key not in studio_only}


def machine(
    account: Account,
    folder: Path,
    variables: Mapping[str, str],
    metadata: Mapping[str, Any] | None = None,
    internal: Mapping[str, Any] | None = None,
    token: str = "a-token",
) -> dict[str, str]:
    """Give the environment of a machine whose files and variables were recorded; None: it has no such file."""
    env = {**laptop(account, folder), "JUPYTER_TOKEN": token, **variables}
    files = {"RESOURCE_METADATA_FILE": metadata, "MLCOST_INTERNAL_METADATA_FILE": internal}
    for variable, content in files.items():
        path = folder / f"{variable.lower()}.json"
        env[variable] = str(path)
        if content is not None:
            path.write_text(json.dumps(content), encoding="utf-8")
    return env


@contextmanager
def lab(
    account: Account,
    folder: Path,
    env: Mapping[str, str],
    *options: str,
    base_url: str = "/",
    python: str = sys.executable,
) -> Iterator[LabServer]:
    """Start JupyterLab in an environment, with more options if need be."""
    port = free_port()
    command = [
        python,
        "-m",
        "jupyterlab",
        "--no-browser",
        f"--ServerApp.ip={HOST}",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.base_url={base_url}",
        f"--ServerApp.root_dir={notebook_folder(folder)}",
        "--LabApp.extension_manager=readonly",
        *options,
    ]
    if os.geteuid() == 0:
        command.append("--allow-root")
    with process(command, env, folder, "lab") as child:
        url = f"http://{HOST}:{port}{base_url}"
        server = LabServer(url=url, token=env.get("JUPYTER_TOKEN", ""), account=account, process=child)
        _wait_until_ready(server, folder / "lab.log")
        yield server


def _wait_until_ready(server: LabServer, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            server.get(f"api/status{QUIET}")
        except (urllib.error.URLError, OSError):
            assert server.process.poll() is None, log.read_text(encoding="utf-8")
            assert time.monotonic() < deadline, log.read_text(encoding="utf-8")
            time.sleep(0.1)
        else:
            return
