"""The shipped notebook runs, cell by cell, against a practice account, and needs nothing but boto3."""

import ast
import os
import re
import sys
from importlib.resources import files
from pathlib import Path

import nbformat
import pytest
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient

from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.demo_home import NOTEBOOK
from mlcost_ext.sandbox.environment import practice_environment
from mlcost_ext.sandbox.seed import seed_opening
from mlcost_ext.sandbox.server import make_practice_server

ROOT = Path(__file__).parents[2]
LOAD = "get_ipython().run_line_magic('load_ext', 'mlcost_ext')\n"
MAGICS = {"cost", "load_ext", "unload_ext"}


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
    text = (files("mlcost_ext.sandbox") / "notebooks" / NOTEBOOK).read_text(encoding="utf-8")
    return nbformat.reads(text, as_version=4)


def sources(notebook, cell_type):
    return [cell.source for cell in notebook.cells if cell.cell_type == cell_type]


def test_it_is_clean(shipped):
    """The notebook is valid and was saved without outputs."""
    nbformat.validate(shipped)
    assert [cell.outputs for cell in shipped.cells if cell.cell_type == "code" and cell.outputs] == []


def test_it_needs_boto3_and_nothing_else(shipped):
    """Every import of its cells is boto3 or Python's own."""
    imported = set()
    for source in sources(shipped, "code"):
        for node in ast.walk(ast.parse(re.sub(r"(?m)^%.*$", "", source))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add(node.module.partition(".")[0])
    assert imported - set(sys.stdlib_module_names) == {"boto3"}


def test_it_speaks_of_magics_that_exist(shipped):
    """In its cells and in its words."""
    everything = "\n".join([*sources(shipped, "code"), *sources(shipped, "markdown")])
    assert set(re.findall(r"(?m)(?:^|`)%+(\w+)", everything)) <= MAGICS


def test_every_cell_runs(account, shipped, tmp_path, monkeypatch):
    """From top to bottom with no server behind the kernel: two jobs are launched, and the forgotten one is stopped."""
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
    forgotten, first = sorted(name for name in jobs if name.startswith("first-"))
    assert (forgotten[:20], first[:19]) == ("first-forgotten-job-", "first-training-job-")
    assert jobs[forgotten].description["TrainingJobStatus"] in {"Stopping", "Stopped"}
    assert jobs[first].description["TrainingJobStatus"] == "InProgress"
