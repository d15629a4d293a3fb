"""Each fault in turn and all of them at random: nothing wrong is handed on, nothing is lost, and it is said."""

import random
from datetime import datetime, timedelta

import pytest

from mlcost_ext.aws.reader.faults import Fault
from tests.aws.reader.fakes import START, Reader, denied, fault, make, make_job, put

CODES = ("throttled", "network_unreachable", "credentials_expired", "clock_differs", "aws_error", "permission_missing")


def truth(reader):
    """Give what the account holds, by kind and name: when each was last changed."""
    return {
        (kind, name): thing["LastModifiedTime"]
        for kind, things in reader.aws.things.items()
        if kind in ("training", "tuning", "endpoint", "processing", "notebook")
        for name, thing in things.items()
    }


def told(reader, seen):
    """Take in what was handed on, and check that nothing of it is made up."""
    for document in reader.sink.documents:
        for item in document.get("items", ()) if document["push"] == "items" else ():
            name = next(value for key, value in item.items() if key.endswith("Name"))
            thing = reader.aws.versions[document["kind"], name]
            modified = datetime.fromisoformat(item["LastModifiedTime"].replace("Z", "+00:00"))
            assert modified in thing
            seen[document["kind"], name] = max(modified, seen.get((document["kind"], name), modified))
        assert document["push"] != "gone"
    reader.sink.documents = reader.sink.documents[-1:]
    return seen


class Bad(Reader):
    """A reader on whose account things change, and of whom AWS makes a fool."""

    def __init__(self, seed):
        super().__init__()
        self.random = random.Random(seed)
        self.aws.versions = {}
        self.weather = lambda operation: None
        call = self.aws.call

        def stormy(region_id, operation, params):
            error = self.weather(operation)
            if isinstance(error, float):
                self.clock.forward(error)
                error = fault("network_unreachable")
            if isinstance(error, Fault):
                self.aws.calls.append((operation, params))
                self.aws.times.append(self.clock())
                self.aws.calls_total += 1
                raise error
            return error if isinstance(error, dict) else call(region_id, operation, params)

        self.aws.call = stormy
        for kind in ("training", "tuning", "endpoint", "processing", "notebook"):
            for number in range(6):
                self.change(kind, f"{kind}-{number}")

    def change(self, kind, name):
        at = self.clock.wall()
        thing = make_job(name, modified=at) if kind == "training" else make(kind, name, modified=at, created=START)
        self.aws.versions.setdefault((kind, name), set()).add(at)
        put(self, thing)

    def live(self, minutes):
        seen = {}
        for _ in range(minutes * 6):
            if self.random.random() < 0.5:
                kind = self.random.choice(("training", "training", "tuning", "endpoint", "processing", "notebook"))
                self.change(kind, f"{kind}-{self.random.randrange(9)}")
            self.run(10)
            seen = told(self, seen)
        return seen


@pytest.mark.parametrize("code", [*CODES, "hang", "nothing", "garbage"])
def test_ten_minutes_of_one_fault(code):
    """The time stands still, the problem is said, and afterwards all is there."""
    reader = Bad(1)
    seen = reader.live(1)
    before = reader.sink.status["as_of"]
    errors = {"hang": 10.0, "nothing": {"Results": 7}, "garbage": {"Results": "x", "NotebookInstances": 7}}
    is_denied = code == "permission_missing"
    error = errors.get(code) or (denied("sagemaker:Everything") if is_denied else fault(code))
    reader.weather = lambda operation: error
    began = len(reader.aws.calls)
    seen |= reader.live(10)
    assert len(reader.aws.calls) - began <= 120
    status = reader.sink.status
    assert status["problem"] is not None
    assert status["as_of"] <= (START + timedelta(seconds=75)).isoformat()
    assert status["as_of"] >= before
    if code == "throttled":
        assert 30 <= status["seconds_between_calls"] <= 60
        assert len(reader.aws.calls) - began <= 16
    reader.weather = lambda operation: None
    seen |= reader.live(8)
    reader.run(60)
    seen |= told(reader, seen)
    assert seen.items() >= {k: v for k, v in truth(reader).items() if k[0] in ("training", "tuning", "endpoint")}.items()
    assert reader.sink.status["problem"] is None
    assert reader.aws.most_in(600) <= 150


@pytest.mark.parametrize("seed", range(4))
def test_ten_minutes_of_all_of_them_at_random(seed):
    """Half of the calls fail, each in its own way."""
    reader = Bad(seed)
    seen = reader.live(1)

    def weather(operation):
        if reader.random.random() < 0.5:
            return None
        code = reader.random.choice((*CODES, "hang", "not_found", "garbage"))
        if code == "hang":
            return 10.0
        return {"Results": [None, 7, {"TrainingJob": "x"}]} if code == "garbage" and operation == "Search" else fault(code)

    reader.weather = weather
    seen |= reader.live(10)
    reader.weather = lambda operation: None
    for number in range(9):
        reader.change("training", f"training-{number}")
    seen |= reader.live(10)
    reader.run(60)
    seen |= told(reader, seen)
    assert seen.items() >= {k: v for k, v in truth(reader).items() if k[0] in ("training", "tuning", "endpoint")}.items()
    assert reader.sink.status["problem"] is None
    assert reader.aws.most_in(600) <= 150


def test_once_aws_answers_again_everything_is_read_at_once():
    """What has failed for long has waited ever longer, up to a quarter of an hour; it need not wait on."""
    reader = Reader()
    put(reader, make_job("a"), make("processing", "b", modified=START, created=START))
    reader.run(30)
    call = reader.aws.call
    reader.aws.call = lambda *_: raised(fault("aws_error"))
    reader.run(1800)
    reader.aws.call = call
    reader.run(60)
    status = reader.sink.status
    assert (status["problem"], status["kind_problems"]) == (None, {})
    assert {kind for kind, at in status["kinds"].items() if at < (START + timedelta(seconds=1800)).isoformat()} == set()


def test_while_nothing_is_answered_only_the_prompt_kinds_find_out_when_it_is():
    """The others would use up the calls that are needed once it is."""
    reader = Reader()
    reader.run(30)
    asked, call = [], reader.aws.call
    reader.aws.call = lambda region_id, operation, params: asked.append(operation) or raised(fault("aws_error"))
    reader.run(240)
    others = [operation for operation in asked if operation != "Search"]
    assert max(others.count(operation) for operation in set(others)) <= 3
    reader.aws.call = call
    reader.run(30)
    assert reader.sink.status["kind_problems"] == {}


def test_a_bad_day_spends_few_calls():
    """They are needed once it is over."""
    reader = Reader()
    put(reader, *(make_job(f"job-{number}") for number in range(5)))
    reader.run(700)
    before = reader.budget.spent
    reader.aws.call = lambda *_: raised(fault("aws_error"))
    reader.run(120)
    assert reader.budget.spent - before <= 20


def test_one_kind_that_goes_on_failing_is_not_asked_for_each_time_another_is_told():
    """Its own back-off is kept while the others are well."""
    reader = Reader()
    reader.run(30)
    reader.aws.faults["ListProcessingJobs"] = fault("aws_error")
    reader.run(1200)
    before = len(reader.aws.calls)
    reader.run(600)
    assert 1 <= [operation for operation, _ in reader.aws.calls[before:]].count("ListProcessingJobs") <= 4


def raised(error):
    raise error


def test_throttling_goes_down_to_a_call_a_minute_and_says_so():
    """A viewer does not hurry it; afterwards it becomes faster by itself."""
    reader = Reader()
    put(reader, make_job("a"))
    reader.turn()
    reader.aws.faults["Search"] = fault("throttled")
    reader.run(300)
    assert reader.sink.status["problem"]["code"] == "throttled"
    assert reader.sink.status["seconds_between_calls"] == 60
    before = len(reader.aws.calls)
    for _ in range(10):
        reader.watch("background")
        reader.watch("viewed")
        reader.run(60)
    assert len(reader.aws.calls) - before <= 11
    reader.aws.faults = {}
    reader.run(240)
    assert reader.sink.status["seconds_between_calls"] is None
    assert reader.sink.status["problem"] is None
    assert len(reader.run(120)) >= 4


def test_a_launch_is_described_while_aws_is_asked_less():
    """It is the most urgent call there is."""
    reader = Reader()
    reader.turn()
    reader.aws.faults["Search"] = fault("throttled")
    reader.run(200)
    put(reader, make_job("a"))
    reader.watch(names=["a"])
    reader.run(61)
    assert "a" in reader.sink.take_jobs()


@pytest.mark.parametrize("count", [3, 60])
def test_members_of_a_wrong_type_are_asked_for_again(count):
    """A few jobs one by one, many by reading all of them anew: no figure is missing for long, and none is guessed."""
    reader = Reader()
    earlier = START - timedelta(hours=20)
    put(reader, *(make_job(f"job-{number:02d}", modified=earlier, TrainingStartTime=earlier) for number in range(count)))
    search = reader.aws.search
    reader.aws.search = lambda params: {"Results": [spoiled(record) for record in search(params)["Results"]]}
    reader.turn()
    first = reader.sink.take("training")
    assert all(item.get("TrainingStartTime") in (None, "2026-11-22T18:00:00Z") for item in first)
    reader.aws.search = search
    reader.run(120)
    known = {item["TrainingJobName"]: item for item in [*first, *reader.sink.take("training")]}
    assert len(known) == count
    assert all(item["TrainingStartTime"] == "2026-11-22T18:00:00Z" for item in known.values())
    assert reader.aws.operations().count("DescribeTrainingJob") <= 5


def spoiled(record):
    return {kind: {**thing, "TrainingStartTime": {"not": "a time"}} for kind, thing in record.items()}


def test_garbage_for_good_costs_few_calls():
    """AWS may have given a member another form."""
    reader = Reader()
    put(reader, *(make_job(f"job-{number:02d}", TrainingStartTime=START) for number in range(60)))
    search = reader.aws.search
    reader.aws.search = lambda params: {"Results": [spoiled(record) for record in search(params)["Results"]]}
    reader.run(3600)
    assert len(set(reader.sink.take_jobs())) == 60
    assert reader.sink.status["problem"] is None
    assert reader.aws.most_in(600, since=1060) <= 120
    assert reader.aws.operations().count("DescribeTrainingJob") < 100
