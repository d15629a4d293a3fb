"""A user's surroundings made up from nothing, with a practice account to call."""

import json
import os
import subprocess
import sys
import urllib.request
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from jupyter_core import paths

from mlcost_ext._version import __version__
from mlcost_ext.cli.doctor.check import Surroundings
from mlcost_ext.cli.doctor.door import Identity
from mlcost_ext.cli.main import main
from mlcost_ext.core.host import Host, StudioApp
from mlcost_ext.core.job import Problem
from mlcost_ext.core.times import time_to_text
from mlcost_ext.sandbox.environment import practice_environment, without_aws
from tests.fakes import NOW, ROOT

TOKEN = "a-token-of-the-tests"
TAKEN_AWAY = ("AWS_", "MLCOST_", "JUPYTER", "JPY_", "IPYTHON", "SAGEMAKER_", "RESOURCE_METADATA", "NO_COLOR")
EXTENSION = "mlcost-ext-labextension"


@dataclass
class Practice:
    """A practice account in a process of its own."""

    url: str

    def order(self, **wish):
        """Order a bad day."""
        headers = {"X-Practice-Token": TOKEN, "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}/__practice__/faults", json.dumps(wish).encode(), headers)
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request).close()


@dataclass
class Ran:
    """What a command line gave back."""

    status: int
    out: str
    err: str

    @property
    def document(self):
        """Standard output, which is one JSON document and nothing else."""
        return json.loads(self.out)

    @property
    def checks(self):
        """The doctor's findings by name; of several of one name the last."""
        return {check["name"]: check for check in self.document["checks"]}


@pytest.fixture(scope="session")
def practice_process():
    """Keep a practice account running."""
    env = {**without_aws(os.environ), "PRACTICE_CONTROL_TOKEN": TOKEN}
    command = [sys.executable, "-m", "mlcost_ext.sandbox", "--port", "0"]
    with subprocess.Popen(command, env=env, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        yield Practice(process.stdout.readline().strip())
        process.terminate()


@pytest.fixture
def practice(practice_process):
    """Give the practice account on a good day."""
    practice_process.order(clear=True)
    return practice_process


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Give a user's folder with nothing in it: no AWS, no Jupyter, no configuration of this machine's."""
    for variable in [name for name in os.environ if name.upper().startswith(TAKEN_AWAY)]:
        monkeypatch.delenv(variable)
    folders = {
        "HOME": "",
        "MLCOST_HOME": "mlcost",
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "IPYTHONDIR": "ipython",
        "AWS_CONFIG_FILE": "aws-config",
        "AWS_SHARED_CREDENTIALS_FILE": "aws-credentials",
    }
    for variable, name in folders.items():
        monkeypatch.setenv(variable, str(tmp_path / name))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("RESOURCE_METADATA_FILE", str(tmp_path / "no-metadata.json"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def installed(home, monkeypatch):
    """Put everything in its place, as an installation does."""
    prefix = home / "prefix"
    write(prefix / "etc/ipython/startup/50-mlcost.py", "")
    write(home / "config/jupyter_server_config.d/mlcost_ext.json", {"ServerApp": {"jpserver_extensions": {"mlcost_ext": True}}})
    package = {"name": EXTENSION, "version": __version__, "jupyterlab": {"_build": {"load": "static/remoteEntry.js"}}}
    write(home / "data/labextensions" / EXTENSION / "package.json", package)
    monkeypatch.setattr(sys, "prefix", str(prefix))
    # jupyter_core notes these at its import: the environment the tests run in has the real installation.
    monkeypatch.setattr(paths, "ENV_CONFIG_PATH", [str(prefix / "etc/jupyter")])
    monkeypatch.setattr(paths, "ENV_JUPYTER_PATH", [str(prefix / "share/jupyter")])
    return home


@pytest.fixture
def in_studio(home, practice, monkeypatch):
    """Pose as a Studio space of the practice account."""
    for variable, value in practice_environment(os.environ, practice.url, home / "studio").items():
        monkeypatch.setenv(variable, value)
    monkeypatch.delenv("AWS_CA_BUNDLE", raising=False)
    return home / "studio"


@pytest.fixture
def mlcost(home, capsys):
    """Give a function that runs a command line in this process."""

    def run(*words):
        capsys.readouterr()
        status = main(words)
        return Ran(status, *capsys.readouterr())

    return run


@dataclass
class FakeDoor:
    """An AWS that answers what it was told to; other calls are denied."""

    answers: dict = field(default_factory=dict)
    identity: object = field(default_factory=lambda: Identity(account_id="111122223333", method="env"))
    asked: list = field(default_factory=list)

    def call(self, action, **params):
        """Answer one call."""
        self.asked.append((action, params))
        return self.answers.get(action, Problem(code="permission_missing", message=f"No {action}.", hint="-"))


@pytest.fixture
def door():
    """Give the making of an AWS that answers what it is told to."""
    return FakeDoor


@pytest.fixture
def around(home):
    """Give a function that makes surroundings for one check: a laptop in us-east-1, unless changed."""

    def make(**changes):
        fields = {
            "env": dict(os.environ),
            "prefix": home / "prefix",
            "python": "/prefix/bin/python",
            "home": home / "mlcost",
            "host": Host(kind="local", region_id="us-east-1"),
            "config_fault": None,
            "now": NOW,
            "aws": FakeDoor(),
        }
        return Surroundings(**{**fields, **changes})

    return make


@pytest.fixture
def studio_host():
    """Give a Studio space's host."""
    app = StudioApp(domain_id="d-1", space_name="notes", app_type="JupyterLab", app_name="default")
    return Host(kind="studio", region_id="us-east-1", studio_app=app)


@pytest.fixture
def left_behind(home):
    """Give a function that writes a server's overview as it lies on the disk."""

    def make(as_of, server_id="a1", **changes):
        aws = {"status": "ok", "as_of": time_to_text(as_of)}
        document = {
            "as_of": time_to_text(as_of),
            "billing_currency": "USD",
            "aws": aws,
            "jobs": [],
            "data_quality": [],
            **changes,
        }
        write(home / "mlcost/servers" / server_id / "overview.json", document)

    return make


@pytest.fixture
def recently():
    """Give a time some seconds ago."""
    return datetime.now(timezone.utc).replace(microsecond=0) - timedelta(seconds=5)


def write(path: Path, content):
    """Write a file with the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
