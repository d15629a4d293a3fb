"""What somebody waits for: sent at once, once more where that is harmless, and counted."""

import queue

import pytest

from mlcost_ext.aws.reader.clients import Clients
from mlcost_ext.aws.reader.operations import check
from mlcost_ext.aws.reader.protocol import Request
from mlcost_ext.aws.reader.requests import Requests
from tests.aws.reader.fakes import REGION, STUDIO, Reader, deny, fault, make, make_app, make_job, make_space, put


class Asked:
    """A reader whose user asks."""

    def __init__(self, **fields):
        self.reader = Reader(**fields)
        self.waits = []
        self.requests = Requests(self.reader.aws, self.reader.budget, self.reader.poller, self.reader.sink, sleep=self.sleep)

    def sleep(self, seconds):
        self.waits.append(seconds)
        self.reader.clock.forward(seconds)

    def ask(self, op, **fields):
        request = Request(id=7, op=op, fields={"region_id": REGION, **fields})
        answer = self.requests.answer(request)
        assert answer.pop("id") == 7
        for operation, params in self.reader.aws.calls:
            check(operation, params)
        return answer

    def last_call(self):
        return self.reader.aws.calls[-1]


@pytest.fixture
def asked():
    return Asked(studio=STUDIO)


@pytest.mark.parametrize(
    ("kind", "operation", "key"),
    [
        ("training", "StopTrainingJob", "TrainingJobName"),
        ("tuning", "StopHyperParameterTuningJob", "HyperParameterTuningJobName"),
        ("processing", "StopProcessingJob", "ProcessingJobName"),
        ("transform", "StopTransformJob", "TransformJobName"),
        ("automl", "StopAutoMLJob", "AutoMLJobName"),
        ("notebook", "StopNotebookInstance", "NotebookInstanceName"),
        ("schedule", "StopMonitoringSchedule", "MonitoringScheduleName"),
    ],
)
def test_each_kind_is_stopped_by_its_own_operation(asked, kind, operation, key):
    """And followed closely afterwards."""
    put(asked.reader, make(kind, "a"))
    asked.reader.turn()
    assert asked.ask("stop", kind=kind, name="a") == {"ok": {}}
    assert asked.last_call() == (operation, {key: "a"})
    assert asked.reader.turn(0.1, kind=kind) == []
    assert len(asked.reader.turn(2, kind=kind)) == 1


def test_an_endpoint_is_deleted(asked):
    """By its name."""
    assert asked.ask("delete", kind="endpoint", name="e") == {"ok": {}}
    assert asked.last_call() == ("DeleteEndpoint", {"EndpointName": "e"})


@pytest.mark.parametrize(
    ("name", "owner"),
    [
        ("d-test/work/JupyterLab/default", {"SpaceName": "work"}),
        ("d-test/work/CodeEditor/default", {"SpaceName": "work"}),
        ("d-test/alex/KernelGateway/kernel", {"UserProfileName": "alex"}),
        ("d-test/shared/JupyterServer/default", {"SpaceName": "shared"}),
    ],
)
def test_an_app_is_deleted_as_its_owners(asked, name, owner):
    """As it was listed, or else as its type tells."""
    put(asked.reader, make_space("shared"), make_app("shared", app_type="JupyterServer"))
    asked.reader.turn()
    assert asked.ask("delete", kind="app", name=name) == {"ok": {}}
    _, _, app_type, app_name = name.split("/")
    assert asked.last_call() == ("DeleteApp", {"DomainId": "d-test", **owner, "AppType": app_type, "AppName": app_name})


def test_an_app_whose_name_a_space_and_a_user_profile_share_is_left_alone(asked):
    """AWS tells the two apart by a parameter, and a guess would end the wrong one."""
    theirs = make_app(app_type="JupyterServer", UserProfileName="alex")
    both = [make_app("alex", app_type="JupyterServer"), theirs]
    asked.reader.aws.list_apps = lambda params: {"Apps": both}
    asked.reader.turn()
    before = len(asked.reader.aws.calls)
    answer = asked.ask("delete", kind="app", name="d-test/alex/JupyterServer/default")
    assert (answer["error"]["code"], len(asked.reader.aws.calls)) == ("ambiguous_name", before)
    both.remove(theirs)
    asked.reader.run(300)
    assert asked.ask("delete", kind="app", name="d-test/alex/JupyterServer/default") == {"ok": {}}
    assert asked.last_call()[1]["SpaceName"] == "alex"


def test_a_warm_pool_is_released(asked):
    """By a keep-alive of no seconds."""
    assert asked.ask("release_warm_pool", name="a") == {"ok": {}}
    expected = {"TrainingJobName": "a", "ResourceConfig": {"KeepAlivePeriodInSeconds": 0}}
    assert asked.last_call() == ("UpdateTrainingJob", expected)


@pytest.mark.parametrize(
    ("op", "fields"),
    [
        ("dance", {}),
        ("stop", {"kind": "endpoint", "name": "e"}),
        ("stop", {"kind": "space", "name": "d/s"}),
        ("delete", {"kind": "training", "name": "a"}),
        ("delete", {"kind": "space", "name": "d/s"}),
        ("delete", {"kind": "app", "name": "no-app"}),
        ("stop", {"kind": "stars", "name": "a"}),
        ("stop", {"kind": "training"}),
        ("describe", {"kind": "space", "name": "no-space"}),
        ("release_warm_pool", {}),
        ("describe_session", {}),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_sent(asked, op, fields):
    """With what is wrong about it."""
    answer = asked.ask(op, **fields)
    assert answer["error"]["code"] == "aws_error"
    assert "makes no sense" in answer["error"]["message"]
    assert asked.reader.aws.calls == []


@pytest.mark.parametrize("kind", ["training", "endpoint", "notebook", "processing"])
def test_a_description_is_cut_as_a_push_is(asked, kind):
    """With the tags that are known."""
    put(asked.reader, make(kind, "a", HyperParameters={"secret": "hunter2"}))
    asked.reader.turn()
    item = asked.ask("describe", kind=kind, name="a")["ok"]["item"]
    assert item["Tags"]["sagemaker:space-arn"].endswith("/work")
    assert "hunter2" not in str(item)
    assert asked.ask("describe", kind=kind, name="b") == {"ok": {"item": None}}


def test_a_described_app_says_whose_it_is(asked):
    """As a listed one does."""
    put(asked.reader, make_space("work"), make_app("work"))
    asked.reader.turn()
    item = asked.ask("describe", kind="app", name="d-test/work/JupyterLab/default")["ok"]["item"]
    assert (item["SpaceName"], item["IsOurs"]) == ("work", True)


def test_a_described_endpoint_comes_with_what_belongs_to_it(asked):
    """As a pushed one does."""
    put(asked.reader, make("endpoint", "e", EndpointConfigName="c", ProductionVariants=[{"VariantName": "a"}]))
    asked.reader.aws.configs = {
        "c": {"ProductionVariants": [{"VariantName": "a", "ModelName": "m", "InstanceType": "ml.m5.large"}]}
    }
    asked.reader.turn()
    pushed = asked.reader.sink.take("endpoint")[-1]
    assert asked.ask("describe", kind="endpoint", name="e")["ok"]["item"] == pushed


def test_the_session_of_a_notebook_instance(asked):
    """By its name; what is denied is named."""
    put(asked.reader, make("notebook", "n", VolumeSizeInGB=20, InstanceType="ml.t3.medium"))
    answer = asked.ask("describe_session", host_kind="notebook_instance", notebook_instance_name="n")["ok"]
    assert (answer["instance_type"], answer["created_at"]) == ("ml.t3.medium", "2026-11-23T14:00:00Z")
    deny(asked.reader, "DescribeNotebookInstance")
    answer = asked.ask("describe_session", host_kind="notebook_instance", notebook_instance_name="n")["ok"]
    assert "sagemaker:DescribeNotebookInstance" in answer["problems"][0]["message"]


def test_an_action_that_met_no_answer_is_tried_once_more(asked):
    """To end twice what has ended changes nothing; other refusals are final."""
    asked.reader.aws.faults["StopTrainingJob"] = fault("network_unreachable")
    assert asked.ask("stop", kind="training", name="a")["error"]["code"] == "network_unreachable"
    assert asked.reader.aws.operations() == ["StopTrainingJob"] * 2
    asked.reader.aws.faults["StopTrainingJob"] = fault("permission_missing")
    assert asked.ask("stop", kind="training", name="a")["error"]["code"] == "permission_missing"
    assert len(asked.reader.aws.calls) == 3


def test_a_program_error_is_an_answer_too(asked):
    """Whoever asked does not wait for ever."""
    asked.reader.aws.describe_training_job = lambda params: 1 / 0
    assert "ZeroDivisionError" in asked.ask("describe", kind="training", name="a")["error"]["message"]


def test_actions_and_looks_do_not_wait_for_each_other(asked):
    """A Stop never stands behind descriptions that hang."""
    for op in ("describe", "stop", "delete", "release_warm_pool", "describe_session"):
        asked.requests.put(Request(id=1, op=op, fields={}))

    def waiting(line):
        found = []
        while True:
            try:
                found.append(line.get_nowait().op)
            except queue.Empty:
                return found

    assert waiting(asked.requests._actions) == ["stop", "delete", "release_warm_pool"]
    assert waiting(asked.requests._looks) == ["describe", "describe_session"]


def test_a_stop_and_what_becomes_of_it_fit_into_the_budget_at_any_time():
    """The reserve is there for it: no poll is late, and no ten minutes hold more."""
    asked = Asked()
    reader = asked.reader
    put(reader, *(make_job(f"job-{number}") for number in range(20)), *(make("processing", f"p-{n}") for n in range(100)))
    reader.run(900)
    for number in range(4):
        asked.ask("stop", kind="training", name=f"job-{number}")
        for pause in (0.5, 1.5, 3.0, 5.0, 10.0):
            reader.run(pause)
            assert "ok" in asked.ask("describe", kind="training", name=f"job-{number}")
        reader.run(600)
    assert reader.aws.most_in(600, since=1060) <= 120


def test_many_stops_are_all_sent_and_paid_back():
    """Looks are refused in plain words where there is no call left; polls go on as soon as there is."""
    asked = Asked()
    reader = asked.reader
    put(reader, *(make_job(f"job-{number:03d}") for number in range(150)))
    reader.run(900)
    for number in range(130):
        assert asked.ask("stop", kind="training", name=f"job-{number:03d}") == {"ok": {}}
    answer = asked.ask("describe", kind="training", name="job-000")
    assert answer["error"]["code"] == "throttled"
    assert "as often as it allows itself" in answer["error"]["message"]
    before = len(reader.aws.calls)
    reader.run(300)
    assert len(reader.aws.calls) == before
    reader.run(400)
    assert len(reader.aws.calls) > before
    reader.run(700)
    assert reader.aws.most_in(600, since=reader.clock() - 640) <= 120


def test_a_look_waits_a_little_for_its_turn():
    """Where the oldest call leaves the window in a moment."""
    asked = Asked()
    asked.reader.budget.end_first_picture()
    asked.reader.budget.begin_with([592.0] * 120)
    put(asked.reader, make_job("a"))
    assert asked.ask("describe", kind="training", name="a")["ok"]["item"]["TrainingJobName"] == "a"
    assert [round(wait) for wait in asked.waits] == [10]


def test_the_real_clients_have_the_same_shape():
    """What the fake stands for."""
    assert hasattr(Clients(), "calls_total")
