"""The story of the notebook on estimates, in a demo of its own: each cell is run, each claim of its text is looked at."""

import json
import re
import urllib.request
from decimal import Decimal
from importlib.util import find_spec

import pytest

from mlcost_ext.sandbox.demo import CONTROL_TOKEN
from mlcost_ext.sandbox.demo_home import NOTEBOOKS

from .test_story import LOAD, Story, eventually, running_demo

NOTEBOOK = NOTEBOOKS[1]
TOKEN = "practice-control"
READS = ("BatchGet", "Describe", "Get", "HEAD", "List", "Search", "Simulate")
LOOKS = ["ListTrainingJobs", "ListEndpointConfigs", "ListEndpoints"]
HEADLINE = re.compile(r"About USD ([\d.]+) \((?:([\d.]+) to )?at most ([\d.]+)\) for training")


class EstimateStory(Story):
    """The notebook's code cells, and what the practice account was asked since they began."""

    def __init__(self, demo, kernel, notebook=NOTEBOOK):
        super().__init__(kernel, notebook)
        self.demo, self.account = demo, kernel.value("__import__('os').environ['AWS_ENDPOINT_URL']")
        self.since = self.report(0)["now"]
        self.figures = {}

    def report(self, since):
        message = json.dumps({"report": "calls", "since": since}).encode()
        request = urllib.request.Request(f"{self.account}/__practice__/faults", message, {"X-Practice-Token": TOKEN})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def asked(self):
        return [each["operation"] for each in self.report(self.since)["calls"]]

    def magic(self, line):
        """Run the next cell, which must be that line."""
        assert self.cells[0].source == line
        return unfolded(self.next())

    def estimate(self, target, hours=None):
        return self.kernel.value(f"mlcost.estimate({target}, hours={hours}).to_dict()")

    def changes(self):
        """Give the operations since the beginning that may have changed something."""
        return [operation for operation in self.asked() if not operation.startswith(READS)]


def unfolded(text):
    """Put lines of 80 columns together again."""
    return re.sub(r"\n +(?=\S)", " ", text)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    with running_demo(tmp_path_factory.mktemp("estimates"), **{CONTROL_TOKEN: TOKEN}) as running:
        yield running


@pytest.fixture(scope="module")
def story(demo):
    kernel = demo.start_kernel(NOTEBOOK)
    kernel.run(LOAD)  # an installed package is loaded by its own startup file; loading twice is harmless
    yield EstimateStory(demo, kernel)
    kernel.client.stop_channels()


def test_what_there_is_before(story):
    """Of the names that the notebook uses, AWS has nothing, and neither has the panel."""
    assert story.next() == "0"
    assert [operation for operation in story.asked() if operation in LOOKS][-3:] == LOOKS


def test_a_request(demo, story):
    """With earlier runs there are three figures, what they rest on, and where each price comes from; without, the most."""
    assert story.next() == ""
    cell = story.cells.pop(0)
    assert cell.source == "%estimate_cost request"
    first = unfolded(story.again(cell))
    assert re.match(r"Up to USD|About USD", first)
    if first.startswith("Up to"):
        assert "its limit; no earlier runs are known" in first

    def look():
        demo.overview()  # as the panel does, beside the notebook
        text = unfolded(story.again(cell))
        return text if text.startswith("About") else None

    text = eventually(look)
    middle, low, most = (Decimal(figure) for figure in HEADLINE.match(text.replace("\n", " ")).groups())
    assert 0 < low < middle < most
    unit = Decimal(re.search(r"(?m)^ml\.g5\.xlarge training +[\d.]+ h +([\d.]+)", text)[1])
    assert abs(most - 4 * unit) < Decimal("0.01")
    count = re.search(r"(?m)^Runtime .* in 8 of 10 cases; at most 4 h\), from (\d+) ", text)[1]
    assert int(count) >= 3
    assert re.search(rf"(?s)Taken for granted:.* is the 10th to 90th percentile of {count} runs of the same image", text)
    assert re.search(r"(?m)^\[1\] [\w-]+, as of \d{4}-\d\d-\d\d, \w+ \(± [\d.]+ %\): ", text)
    story.figures["most"], story.figures["unit"] = most, unit


def test_what_one_knows_better(story):
    """The hours that are given count; the most stays what it was, with Spot too, whose saving says where it is from."""
    most, unit = story.figures["most"], story.figures["unit"]
    given = story.magic("%estimate_cost request --hours 2")
    middle, _, same = HEADLINE.match(given.replace("\n", " ")).groups()
    assert (abs(Decimal(middle) - 2 * unit) < Decimal("0.01"), Decimal(same)) == (True, most)
    assert re.search(r"(?m)^Runtime +2 h \(at most 4 h\), as given$", given)
    spot = story.magic("%estimate_cost request --hours 2 --spot")
    less, _, same = HEADLINE.match(spot.replace("\n", " ")).groups()
    assert (Decimal(less) < Decimal(middle), Decimal(same)) == (True, most)
    assert re.search(r"Spot: \d+ % less billed time, as it did on \d+ runs of ", spot)
    assert re.search(r"(?s)\nInstead:\n- managed Spot: ", given)


def test_what_else_would_do(story):
    """The first alternative is the cheapest; its change of the request costs what it said, and leaves the rest as it was."""
    before = story.kernel.value("request")
    assert "'title'" in story.next()
    estimate = story.kernel.value("estimate.to_dict()")
    alternatives = estimate["alternatives"]
    costs = [Decimal(each["list_cost"]["expected"]) for each in alternatives]
    assert len(costs) >= 2
    assert [*costs, Decimal(estimate["list_cost"]["expected"])] == sorted([*costs, Decimal(estimate["list_cost"]["expected"])])
    assert story.kernel.value("alternative") == alternatives[0]

    story.next()
    change, cheaper = alternatives[0]["change"], story.kernel.value("cheaper")
    assert story.kernel.value("request") == before
    assert {key: value for key, value in cheaper.items() if key not in change} == {
        key: value for key, value in before.items() if key not in change
    }
    assert cheaper != before
    text = story.magic("%estimate_cost cheaper --hours 2")
    assert Decimal(HEADLINE.match(text.replace("\n", " "))[1]) == costs[0].quantize(Decimal("0.0001" if costs[0] < 1 else "0.01"))
    assert story.estimate("cheaper", 2)["list_cost"] == alternatives[0]["list_cost"]
    by_type = next(each for each in alternatives if "ResourceConfig" in each["change"])
    patched = story.kernel.value(f"merged(request, {by_type['change']!r})")
    assert patched["ResourceConfig"] == {**before["ResourceConfig"], **by_type["change"]["ResourceConfig"]}
    assert "RoleArn" not in story.kernel.value("merged(request, {'RoleArn': None})")


def test_nothing_but_an_idea(story):
    """The options alone are enough, and what they leave open is said."""
    text = story.magic("%estimate_cost --instance ml.g5.2xlarge --count 2 --hours 3")
    assert re.match(r"About USD [\d.]+ \(at most [\d.]+\) for training on ml\.g5\.2xlarge in us-east-1", text)
    assert re.search(r"(?m)^ml\.g5\.2xlarge training +6 h ", text)
    granted = text.partition("Taken for granted:")[2]
    assert "MaxRuntimeInSeconds is missing" in granted.replace("\n", " ")
    assert "ml.g5.2xlarge has disks of its own, so that AWS attaches no volume" in granted.replace("\n", " ")


def test_what_has_no_end(story):
    """An endpoint's cost an hour, a day and a month, and no most."""
    assert story.next() == ""
    text = story.magic("%estimate_cost configuration").replace("\n", " ")
    rates = r"USD ([\d.]+) an hour · ([\d.,]+) a day · ([\d.,]+) a month of 730 h for an endpoint on ml\.g5\.xlarge"
    found = re.match(rates, text)
    hour = Decimal(story.estimate("configuration")["cost_per_hour"])
    shown = [Decimal(figure.replace(",", "")) for figure in found.groups()]
    assert shown == [(hour * hours).quantize(Decimal("0.01")) for hours in (1, 24, 730)]
    assert "until somebody deletes it" in text
    assert "t most" not in text
    assert story.estimate("configuration")["list_cost"]["high"] is None


def test_the_sdk(story):
    """Where none is installed it says how to get one, and the two cells do nothing; tests/sdk has them where there is one."""
    text = story.next()
    shown = [story.next(), story.next()]
    if find_spec("sagemaker") is None:
        assert 'pip install "sagemaker<3" or pip install "sagemaker>=3"' in text
        assert shown == ["", ""]
    else:
        assert re.match(r"Generation \d+ is installed\.", text)


def test_nothing_was_sent(demo, story):
    """The notebook counts it, the account's own log says it, and no kernel has noted a launch."""
    assert story.next() == "0 before, 0 after: nothing was sent.\n"
    assert story.cells == []
    asked = story.asked()
    assert [operation for operation in LOOKS if asked.count(operation) < 2] == []
    assert story.changes() == []
    assert [row["name"] for row in demo.overview()["jobs"] if row["name"].startswith("estimated-")] == []


def test_where_it_goes_on(demo, story):
    """The last lines: a form, a dict, and the panel's own estimate, which is the same."""
    form = story.kernel.run("%estimate_cost request --widget")
    said = form.result.get("text/plain", "") + form.stderr + (form.error or "")
    assert "pip install ipywidgets" in said if find_spec("ipywidgets") is None else "VBox" in said
    story.kernel.run("found = %estimate_cost request --json")
    assert isinstance(story.kernel.value("found"), dict)
    panel = demo.ask("mlcost-ext/estimates", {"request": story.kernel.value("request"), "hours": "2"})
    assert panel["list_cost"] == story.estimate("request", 2)["list_cost"]
    assert story.changes() == []


def test_the_changed_request_could_be_sent(story):
    """As the text says: AWS takes it with the policy's tags, and then the log has what none of the cells has put there."""
    story.kernel.run("%cost_tags team=fraud-platform model=first-steps cost-centre=4711")
    assert story.kernel.run("answer = sagemaker.create_training_job(**cheaper)").error is None
    assert story.changes() == ["CreateTrainingJob"]
    assert story.kernel.run("sagemaker.stop_training_job(TrainingJobName=cheaper['TrainingJobName'])").error is None
