"""The story of the notebook on guardrails, in a demo of its own: somebody answers each cell, each claim is looked at."""

import json
import re
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from mlcost_ext.sandbox.demo import CONTROL_TOKEN
from mlcost_ext.sandbox.demo_home import NOTEBOOKS, POLICY, shipped
from tests.kernel.conftest import spool_lines

from .test_estimate_story import TOKEN, EstimateStory
from .test_story import LOAD, eventually, running_demo

NOTEBOOK = NOTEBOOKS[2]
LAUNCH = "CreateTrainingJob"
ANSWERS = ["1", "fraud-platform", "first-steps", "4711"]
TAGS = {"team": "fraud-platform", "model": "first-steps", "cost-centre": "4711", "environment": "dev"}
DENIED = "ml.p5."


class GuardStory(EstimateStory):
    """The notebook's code cells, and somebody who answers."""

    def run(self, cell, *says):
        """Run a cell; prompts are answered in turn."""
        return self.kernel.run(cell.source, cell_id=cell.id, says=list(says))

    def described(self, name):
        return self.kernel.value(f"sagemaker.describe_training_job(TrainingJobName={name!r})['ResourceConfig']")

    def home(self):
        (found,) = self.demo.folder.glob("mlcost-demo-*/mlcost")
        return found

    def decisions(self):
        return [line for line in spool_lines(self.home()) if line["type"] == "decision"]

    def environment(self):
        """Give the environment that the demo's kernels and terminals have."""
        return self.kernel.value("dict(__import__('os').environ)")


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    with running_demo(tmp_path_factory.mktemp("guard"), **{CONTROL_TOKEN: TOKEN}) as running:
        yield running


@pytest.fixture(scope="module")
def story(demo):
    kernel = demo.start_kernel(NOTEBOOK)
    kernel.run(LOAD)  # an installed package is loaded by its own startup file; loading twice is harmless
    yield GuardStory(demo, kernel, NOTEBOOK)
    kernel.client.stop_channels()


def card_of(answer):
    return answer.shown[0]["text/plain"]


def changes_in(card):
    """Give the lines of a card's choices."""
    return re.findall(r"(?m)^  +\d  .*$", card)


def test_what_is_in_force(story):
    """The policy that stands beside the notebook."""
    text = story.next()
    assert f"/notebooks/{POLICY}" in text
    assert re.search(r"(?m)^rules\.MC101\.limit_list_cost +50 ", text)


def test_a_machine_that_is_far_too_large(story):
    """The card has cost, faults and changes; Enter stops it; change 1 asks for the three tags and launches."""
    assert story.next() == ""
    request = story.kernel.value("request")
    cell = story.cells.pop(0)
    stopped = story.run(cell, "")
    card = card_of(stopped)
    assert card.startswith("Not launched: ml.p4d.24xlarge needs a decision\nAt most USD ")
    assert re.search(r"(?m)^- .*above the limit of USD 50\.00", card)
    assert re.search(r"(?m)^- .*team.*", card)
    assert len(changes_in(card)) >= 2
    assert stopped.error.startswith("LaunchStopped: Stopped by you")
    assert story.changes() == []

    answer = story.run(cell, *ANSWERS)
    assert answer.error is None
    assert [prompt.partition(" (")[0] for prompt in answer.asked[1:]] == ["Tag team", "Tag model", "Tag cost-centre: "]
    assert story.changes() == [LAUNCH]
    assert story.kernel.value("request") == request


def test_what_was_launched(story):
    """On Spot, with its tags and the policy's default; the ledger has what was changed, by which rule."""
    shown = story.next()
    found = story.kernel.value("job['EnableManagedSpotTraining']")
    tags = {tag["Key"]: tag["Value"] for tag in story.kernel.value("tags") if not tag["Key"].startswith("sagemaker:")}
    assert (found, tags) == (True, TAGS)
    assert "'on Spot': True" in shown
    assert "'team': 'fraud-platform'" in shown

    def noted():
        for file in story.home().glob("servers/*/ledger.sqlite"):
            with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as ledger:
                rows = ledger.execute("SELECT outcome, fixed FROM decision ORDER BY at").fetchall()
            if len(rows) == 2:
                return rows
        return None

    rows = eventually(noted)
    assert [outcome for outcome, _ in rows] == ["stopped", "fixed"]
    assert {"MC101", "MC301"} <= set(json.loads(rows[1][1]))


def test_say_it_once(story):
    """Then a small job goes through without a question; what is worth a look is said, and stops nothing."""
    assert "team=fraud-platform" in story.next()
    answer = story.run(story.cells.pop(0))
    assert (answer.asked, answer.error) == ([], None)
    assert "training-job/guarded-small-job" in answer.result["text/plain"]
    assert card_of(answer).startswith("Worth a look: ml.g5.xlarge\n")
    assert story.changes() == [LAUNCH] * 2


def test_what_is_not_allowed_at_all(story):
    """A block asks nothing, names what would do and whom to ask; the first change is made when the cell is run again."""
    cell = story.cells.pop(0)
    assert cell.metadata["tags"] == ["raises-exception"]
    blocked = story.run(cell, "1")
    card = card_of(blocked)
    assert blocked.asked == []
    assert card.startswith("Not launched: ml.p5.48xlarge is against the policy")
    assert "ml-platform@example.com" in card
    assert changes_in(card) != []
    assert [line for line in changes_in(card) if DENIED in line] == []
    assert re.search(r" on ml\.\w+\.\w+", changes_in(card)[0], re.IGNORECASE)
    assert "Traceback" not in blocked.traceback
    assert story.changes() == [LAUNCH] * 2

    assert "Run the cell again" in story.kernel.run("%cost_fix 1").stdout
    assert story.run(cell).error is None
    assert story.changes() == [LAUNCH] * 3
    assert not story.described("guarded-large-job")["InstanceType"].startswith(DENIED)
    assert story.cells == []


def test_where_it_goes_on(story, tmp_path):
    """The last lines: an override, the same in a terminal, another limit."""
    again = "sagemaker.create_training_job(**request | {'TrainingJobName': %r})"
    assert "needs a decision (MC101)" in story.kernel.run(again % "guarded-over").error
    assert story.kernel.run('%cost_override MC101 --reason "the benchmark"').stderr == ""
    assert story.kernel.run(again % "guarded-over").error is None
    assert story.kernel.run(again % "guarded-over-2").error is not None
    assert story.decisions()[-2]["reason"] == "the benchmark"

    file = tmp_path / "request.json"
    file.write_text(json.dumps(story.kernel.value("request")))
    command = [sys.executable, "-m", "mlcost_ext.cli", "policy", "explain", str(file)]
    told = subprocess.run(command, env=story.environment(), capture_output=True, text=True, check=False)
    assert told.returncode == 1, told.stderr
    assert re.search(r"(?m)^MC101 +ask .*limit_list_cost 50", told.stdout)

    before = story.changes()
    (policy,) = story.demo.folder.glob(f"mlcost-demo-*/notebooks/{POLICY}")
    policy.write_bytes(shipped(POLICY).replace(b"limit_list_cost: 50,", b"limit_list_cost: 5000,"))
    story.kernel.run("import time; time.sleep(1.2)")
    assert story.kernel.run(again % "guarded-over-2").error is None
    assert story.changes() == [*before, LAUNCH]
    policy.write_bytes(shipped(POLICY))


def test_a_scheduled_run(story, tmp_path):
    """Papermill ends with status 1 and the reason: which rules, that nobody can be asked, how to go on; nothing is sent."""
    before = story.changes()
    folder = tmp_path / "ipython" / "profile_default" / "startup"
    folder.mkdir(parents=True)
    (folder / "00-load.py").write_text(LOAD)  # an installed package is loaded by its own startup file
    (source,) = story.demo.folder.glob(f"mlcost-demo-*/notebooks/{NOTEBOOK}")
    output = tmp_path / "scheduled.ipynb"
    command = [sys.executable, "-m", "papermill", "--no-progress-bar", "-k", "python3", str(source), str(output)]
    environment = {**story.environment(), "IPYTHONDIR": str(tmp_path / "ipython")}
    ran = subprocess.run(command, env=environment, cwd=source.parent, capture_output=True, text=True, check=False, timeout=150)
    assert ran.returncode == 1
    reason = ran.stderr.strip().splitlines()[-1]
    assert reason.startswith("Not launched: ml.p4d.24xlarge needs a decision (MC101, MC301). Nobody can be asked here.")
    assert "`%cost_fix 1` makes change 1 on the next run." in reason
    assert reason.endswith("or ask ml-platform@example.com.")
    assert story.changes() == before
    kept = json.loads(output.read_text())
    assert "Nobody can be asked here." in json.dumps([cell.get("outputs") for cell in kept["cells"]])
