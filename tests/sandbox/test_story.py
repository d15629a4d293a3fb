"""The notebook's story in a demo of its own: each cell is run where a user runs it, and each claim of its text is looked at."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest
from jupyter_client.blocking import BlockingKernelClient

from mlcost_ext.sandbox.demo_home import NOTEBOOK, shipped
from tests.kernel.conftest import Kernel

ROOT = Path(__file__).parents[2]
START = "import sys; from mlcost_ext.sandbox.demo import run_demo; sys.exit(run_demo(0, open_browser=False))"
LOAD = "get_ipython().run_line_magic('load_ext', 'mlcost_ext')"
PATIENCE_SECONDS = 60


class Demo:
    """A running demo: what its REST interface says, as the panel asks it, and a kernel of its notebook."""

    def __init__(self, address, folder):
        self.base, _, self.token = address.partition("/lab?token=")
        self.folder = folder

    def ask(self, path, body=None):
        headers = {"Authorization": f"token {self.token}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(f"{self.base}/{path}", data, headers), timeout=30) as answer:
            return json.load(answer)

    def overview(self):
        return self.ask("mlcost-ext/overview")

    def start_kernel(self, notebook=NOTEBOOK):
        """Open a notebook as JupyterLab does, and give a client of its kernel."""
        session = {"path": notebook, "name": notebook, "type": "notebook", "kernel": {"name": "python3"}}
        kernel_id = self.ask("api/sessions", session)["kernel"]["id"]
        (file,) = self.folder.glob(f"mlcost-demo-*/runtime/kernel-{kernel_id}.json")
        client = BlockingKernelClient(connection_file=str(file))
        client.load_connection_file()
        client.start_channels()
        client.wait_for_ready(timeout=60)
        return Kernel(client, kernel_id, self.folder)


def eventually(look):
    """Look until there is something to see, and give it."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.3)
    raise AssertionError("nothing came")


def named(rows, name):
    return next((row for row in rows if name in (row["name"], row.get("title"))), None)


@contextmanager
def running_demo(folder, **more):
    """Run a demo whose folder is in another, with more in its environment."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(folder), **more}
    with subprocess.Popen(
        [sys.executable, "-c", START], text=True, env=environment, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        try:
            yield Demo(process.stdout.readline().strip(), folder)
        finally:
            process.send_signal(signal.SIGINT)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    with running_demo(tmp_path_factory.mktemp("story")) as running:
        yield running


class Story:
    """A notebook's code cells, each run once, in their order."""

    def __init__(self, kernel, notebook=NOTEBOOK):
        cells = nbformat.reads(shipped(notebook).decode(), as_version=4).cells
        self.cells = [cell for cell in cells if cell.cell_type == "code"]
        self.kernel = kernel

    def next(self):
        """Run the next cell and give what stands below it."""
        cell = self.cells.pop(0)
        return self.again(cell)

    def again(self, cell):
        answer = self.kernel.run(cell.source, cell_id=cell.id)
        assert answer.error is None, answer.error
        return answer.stdout + answer.result.get("text/plain", "")

    def cost(self, *expected):
        """Run a `%cost` cell until it shows what the server knows by now."""
        cell = self.cells.pop(0)
        assert cell.source == "%cost"

        def look():
            text = self.again(cell)
            return text if all(re.search(each, text, re.MULTILINE) for each in expected) else None

        return eventually(look)


@pytest.fixture(scope="module")
def story(demo):
    kernel = demo.start_kernel()
    kernel.run(LOAD)  # an installed package is loaded by its own startup file; loading twice is harmless
    yield Story(kernel)
    kernel.client.stop_channels()


def test_launch_a_job(demo, story):
    """The panel shows the job within seconds, from this notebook; before it has its machine it costs nothing."""
    eventually(lambda: demo.overview()["aws"]["status"] == "ok")
    assert "AmazonSageMaker-ExecutionRole" in story.next()
    name = story.next().strip("'")
    assert name.startswith("first-training-job-")
    row = eventually(lambda: named(demo.overview()["jobs"], name))
    assert (row["notebook"], row["kind"]) == (NOTEBOOK, "training")
    if row["secondary_status"] == "Starting":
        assert float(row["cost"] or 0) == 0
    story.cost(rf"^{name}  +training  +InProgress  +ml\.m5\.xlarge", rf"^This notebook .*{NOTEBOOK}: 1 job\)")


def test_a_job_that_nobody_stops(demo, story):
    """Its row says what it will have cost by its stopping condition; then it is stopped."""
    name = story.next().strip("'")
    row = eventually(lambda: named(demo.overview()["jobs"], name))
    assert (row["can_stop"], row["max_runtime_in_seconds"]) == (True, 86_400)
    assert float(row["high"]) > 30
    assert story.next() in ("'Stopping'", "'Stopped'")
    eventually(lambda: (named(demo.overview()["jobs"], name) or {"status": "gone"})["status"] != "InProgress")


def test_an_endpoint_that_nobody_calls(demo, story):
    """Two are worth a look; the one of the demonstration is priced, has no calls in thirty days, and is deleted after asking."""
    rows = eventually(lambda: demo.overview()["endpoints"])
    assert {row["name"] for row in rows if row["is_forgotten"]} == {"fraud-poc-demo", "credit-scorecard-staging"}
    assert named(rows, "marketing-ranker") is None
    demonstration, staging = named(rows, "fraud-poc-demo"), named(rows, "credit-scorecard-staging")
    assert float(demonstration["cost_per_day"]) > 10
    assert (demonstration["last_use"], staging["last_use"]) == ("none_seen", "seen")
    calls = dict(re.findall(r"(?m)^(\S+) +([\d,]+) calls in 30 days$", story.next()))
    assert calls["fraud-poc-demo"] == "0"
    assert {name for name, count in calls.items() if count != "0"} == {
        "card-fraud-v3-live", "credit-scorecard-staging", "marketing-ranker",
    }  # fmt: skip

    with pytest.raises(urllib.error.HTTPError):  # without the confirmation
        demo.ask("mlcost-ext/endpoints/fraud-poc-demo/delete", {})
    token = demo.ask("mlcost-ext/endpoints/fraud-poc-demo")["confirmation_token"]
    demo.ask("mlcost-ext/endpoints/fraud-poc-demo/delete", {"confirmation_token": token})
    left = json.loads(story.next().replace("'", '"'))
    assert left.get("fraud-poc-demo", "Deleting") == "Deleting"
    assert left["credit-scorecard-staging"] == "InService"
    eventually(lambda: named(demo.overview()["endpoints"], "fraud-poc-demo") is None)
    kept = story.kernel.value(
        "sagemaker.describe_endpoint_config(EndpointConfigName='fraud-poc-demo-config')['EndpointConfigName']"
    )
    assert kept == "fraud-poc-demo-config"


def test_a_machine_that_is_kept(demo, story):
    """The pool has its row with its end; released, it is gone."""
    row = named(demo.overview()["warm_pools"], "fraud-transformer-warmup-003")
    assert row["until"]
    assert float(row["cost"]) > 0
    assert "'Status': 'Available'" in story.next()
    demo.ask("mlcost-ext/warm-pools/fraud-transformer-warmup-003/release", {})
    eventually(lambda: named(demo.overview()["warm_pools"], "fraud-transformer-warmup-003") is None)


def test_what_goes_on_costing(demo, story):
    """The app that was left on is stopped, its files stay and cost; `%cost` has all that stands."""
    app = eventually(lambda: named(demo.overview()["apps"], "alex-experiments"))
    assert (app["kind"], app["instance_type"], app["is_costing"], app["can_stop"]) == ("app", "ml.g5.xlarge", True, True)
    assert float(named(demo.overview()["apps"], "alex-old-project")["storage_cost_per_day"]) > 0
    text = story.cost(r"^What stands +(at least )?USD [\d.]+ a day, besides this machine$")
    assert re.search(r"(?m)^credit-scorecard-staging +endpoint, forgotten", text)
    assert re.search(r"(?m)^alex-experiments +Studio app +InService +ml\.g5\.xlarge", text)
    assert story.cells == []

    token = demo.ask(f"mlcost-ext/apps/{app['name']}")["confirmation_token"]
    demo.ask(f"mlcost-ext/apps/{app['name']}/stop", {"confirmation_token": token})
    space = eventually(
        lambda: [row for row in demo.overview()["apps"] if row["title"] == "alex-experiments" and not row["is_costing"]]
    )
    assert float(space[0]["storage_cost_per_day"]) > 0


def test_it_is_taken_out_and_brought_back(story):
    """The magics of the last lines."""
    kernel = story.kernel
    assert kernel.run("%unload_ext mlcost_ext").error is None
    assert "not found" in kernel.run("%cost").stderr
    assert kernel.run("%load_ext mlcost_ext").error is None
    assert "This session" in kernel.run("%cost").result["text/plain"]
