"""The shipped notebooks run, cell by cell, against a practice account, and need nothing but boto3 and us."""

import ast
import os
import re
import sys
from pathlib import Path

import nbformat
import pytest
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient

from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.demo_home import NOTEBOOKS, shipped
from mlcost_ext.sandbox.environment import practice_environment
from mlcost_ext.sandbox.seed import seed_opening
from mlcost_ext.sandbox.server import make_practice_server

ROOT = Path(__file__).parents[2]
LOAD = "get_ipython().run_line_magic('load_ext', 'mlcost_ext')\n"
MAGICS = {"cost", "cost_fix", "cost_override", "cost_policy", "cost_tags", "estimate_cost", "load_ext", "unload_ext"}
FIRST, SECOND, THIRD = NOTEBOOKS
IMPORTED = {FIRST: {"boto3"}, SECOND: {"boto3", "mlcost_ext", "sagemaker"}, THIRD: {"boto3"}}


@pytest.fixture
def account():
    account = Account()
    seed_opening(account)
    server = make_practice_server(account)
    server.start()
    yield account, server.url
    server.stop()


@pytest.fixture(params=NOTEBOOKS)
def name(request):
    return request.param


@pytest.fixture
def notebook(name):
    return read(name)


def read(name):
    return nbformat.reads(shipped(name).decode(), as_version=4)


def sources(notebook, cell_type):
    return [cell.source for cell in notebook.cells if cell.cell_type == cell_type]


def test_it_is_clean(notebook):
    """The notebook is valid and was saved without outputs."""
    nbformat.validate(notebook)
    assert [cell.outputs for cell in notebook.cells if cell.cell_type == "code" and cell.outputs] == []
    assert [cell.id for cell in notebook.cells] == [f"step-{number:02}" for number in range(len(notebook.cells))]


def test_what_it_needs(name, notebook):
    """Every import of the cells is boto3 or Python's own; the second one has us, and an SDK where there is one."""
    imported = set()
    for source in sources(notebook, "code"):
        for node in ast.walk(ast.parse(re.sub(r"(?m)^%.*$", "", source))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add(node.module.partition(".")[0])
    assert imported - set(sys.stdlib_module_names) == IMPORTED[name]


def test_it_speaks_of_magics_that_exist(notebook):
    """In its cells and in its words."""
    everything = "\n".join([*sources(notebook, "code"), *sources(notebook, "markdown")])
    assert set(re.findall(r"(?m)(?:^|`)%+(\w+)", everything)) <= MAGICS


@pytest.fixture
def execute(account, tmp_path, monkeypatch):
    """Run a notebook with no server behind its kernel, which knows the practice account and nothing of this machine's user."""
    startup = tmp_path / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    # An installed package is loaded by its own startup file; a checkout by this one.
    (startup / "00-load.py").write_text(LOAD)
    environment = practice_environment(os.environ, account[1], tmp_path / "aws")
    own = {"IPYTHONDIR": str(tmp_path / "ipython"), "MLCOST_HOME": str(tmp_path / "mlcost"), "PYTHONPATH": str(ROOT)}
    for name in set(os.environ) - set(environment):
        monkeypatch.delenv(name)
    for name, value in {**environment, **own}.items():
        monkeypatch.setenv(name, value)

    def run(notebook):
        NotebookClient(notebook, timeout=60, km=KernelManager(kernel_name="python3")).execute()

    return run


def test_every_cell_of_the_first_runs(account, execute):
    """From top to bottom: two jobs are launched, and the forgotten one is stopped."""
    execute(read(FIRST))
    kept, _ = account
    jobs = {snapshot.job.name: snapshot for snapshot in kept.jobs("us-east-1").all(kept.clock())}
    forgotten, first = sorted(name for name in jobs if name.startswith("first-"))
    assert (forgotten[:20], first[:19]) == ("first-forgotten-job-", "first-training-job-")
    assert jobs[forgotten].description["TrainingJobStatus"] in {"Stopping", "Stopped"}
    assert jobs[first].description["TrainingJobStatus"] == "InProgress"


def test_every_cell_of_the_second_runs(account, execute):
    """From top to bottom: nothing is launched, and where nothing is known of earlier runs the most is counted."""
    kept, _ = account
    before = {snapshot.job.name for snapshot in kept.jobs("us-east-1").all(kept.clock())}
    notebook = read(SECOND)
    execute(notebook)
    texts = {cell.source: told(cell) for cell in notebook.cells if cell.cell_type == "code"}
    assert texts["%estimate_cost request"].startswith("Up to USD ")
    assert "nothing was sent." in str(texts)
    after = {snapshot.job.name for snapshot in kept.jobs("us-east-1").all(kept.clock())}
    assert [name for name in after - before if not name.startswith("credit-hpo")] == []


def told(cell):
    """Give what stands below a cell, as text."""
    return "".join(output.get("text") or output.data["text/plain"] for output in cell.outputs)
