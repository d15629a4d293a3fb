"""The shipped notebook runs, cell by cell, against a practice account."""

import os
from importlib.resources import files
from pathlib import Path

import nbformat
import pytest
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient

from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.environment import practice_environment
from mlcost_ext.sandbox.seed import seed_opening
from mlcost_ext.sandbox.server import make_practice_server

ROOT = Path(__file__).parents[2]
LOAD = "get_ipython().run_line_magic('load_ext', 'mlcost_ext')\n"


@pytest.fixture
def account():
    account = Account()
    seed_opening(account)
    server = make_practice_server(account)
    server.start()
    yield account, server.url
    server.stop()


@pytest.fixture
def shipped():
    text = (files("mlcost_ext.sandbox") / "notebooks" / "first-training-job.ipynb").read_text(encoding="utf-8")
    return nbformat.reads(text, as_version=4)


def test_it_is_clean(shipped):
    """The notebook is valid and was saved without outputs."""
    nbformat.validate(shipped)
    assert [cell.outputs for cell in shipped.cells if cell.cell_type == "code" and cell.outputs] == []


def test_every_cell_runs(account, shipped, tmp_path, monkeypatch):
    """Two jobs are launched and one is stopped, with `%cost` between them."""
    kept, url = account
    startup = tmp_path / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    # An installed package is loaded by its own startup file; a checkout by this one.
    (startup / "00-load.py").write_text(LOAD)
    environment = practice_environment(os.environ, url, tmp_path / "aws")
    own = {"IPYTHONDIR": str(tmp_path / "ipython"), "MLCOST_HOME": str(tmp_path / "mlcost"), "PYTHONPATH": str(ROOT)}
    for name in set(os.environ) - set(environment):
        monkeypatch.delenv(name)
    for name, value in {**environment, **own}.items():
        monkeypatch.setenv(name, value)

    NotebookClient(shipped, timeout=60, km=KernelManager(kernel_name="python3")).execute()

    jobs = {snapshot.job.name: snapshot for snapshot in kept.jobs("us-east-1").all(kept.clock())}
    launched = sorted(name for name in jobs if name.startswith("first-"))
    assert [name[:14] for name in launched] == ["first-spot-job", "first-training"]
    assert jobs[launched[1]].description["TrainingJobStatus"] in {"Stopping", "Stopped"}
