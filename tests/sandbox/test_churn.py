"""Things that come and go at a steady rate, and the report of what has changed."""

from collections import Counter
from datetime import datetime, timedelta

import pytest

from mlcost_ext.sandbox.churn import churn_of
from mlcost_ext.sandbox.seed import seed_running
from mlcost_ext.sandbox.traffic import Traffic

from .conftest import START, request_for

PATH = "/__practice__/faults"
KINDS = {"training": 15, "tuning": 2, "endpoint": 2, "processing": 1}


@pytest.fixture
def order(call):
    def send(**wish):
        answer = call.client.post(PATH, json=wish, headers={"X-Practice-Token": "token"})
        return answer.status_code, answer.get_json()

    return send


def report(order, since=START):
    status, told = order(report="changes", since=since.timestamp())
    assert status == 200
    return told["changes"]


def begun_and_ended(changes):
    """Count what comes and what goes: not what AWS does of itself in between, nor a tuning job's children."""
    told = [change for change in changes if change["name"].startswith(f"churn-{change['kind']}-")]
    comes = {"InProgress", "Creating"}
    goes = {"Completed", "Stopping", "Deleting"}
    return Counter(change["kind"] for change in told if change["status"] in comes | goes)


def test_steady(order, clock):
    """In ten minutes there are ten times as many changes as a minute is to have, by kind, whoever asks and however often."""
    assert order(churn={"per_minute": 20, "kinds": KINDS})[0] == 200
    clock.forward(600)
    assert begun_and_ended(report(order)) == {kind: 10 * rate for kind, rate in KINDS.items()}


def test_deterministic(order, clock, account, call):
    """It makes no difference whether anybody looked meanwhile."""
    order(churn={"per_minute": 20, "kinds": KINDS})
    for _ in range(60):
        clock.forward(5)
        call("Search", Resource="TrainingJob")
        call("Search", Resource="Endpoint")
    often = report(order)
    account.tables.clear()
    account.doings = [churn_of({"kinds": KINDS}, START, "us-east-1")]
    assert report(order) == often
    clock.forward(-3600)  # the clock set back harms nobody
    assert report(order, START - timedelta(days=1)) == []


def test_what_comes_goes(order, clock, call):
    """Every thing lives for minutes and then is over; what was started can be searched for."""
    order(churn={"kinds": KINDS})
    clock.forward(1200)
    changes = report(order)
    first = {
        kind: [c["status"] for c in changes if (c["kind"], c["name"]) == (kind, f"churn-{kind}-140000-00000")] for kind in KINDS
    }
    assert first == {
        "training": ["InProgress", "Completed"],
        "processing": ["InProgress", "Completed"],
        "tuning": ["InProgress", "Stopping", "Stopped"],
        "endpoint": ["Creating", "InService", "Deleting", "Gone"],
    }
    _, answer = call("Search", Resource="Endpoint")
    assert {result["Endpoint"]["EndpointStatus"] for result in answer["Results"]} <= {"Creating", "InService", "Deleting"}
    lives = [c for c in changes if c["kind"] == "training" and c["name"].endswith("00050")]
    assert timedelta(minutes=2) < time_of(lives[-1]) - time_of(lives[0]) < timedelta(minutes=10)


def time_of(change):
    return datetime.fromisoformat(change["at"].replace("Z", "+00:00"))


def test_ends(order, clock):
    """Without a wish nothing comes and goes any more; bad days that are cleared do not end it."""
    order(churn={"kinds": {"training": 60}})
    clock.forward(60)
    order(clear=True)
    clock.forward(60)
    order(churn=None)
    clock.forward(600)
    assert [c for c in report(order) if c["status"] == "InProgress" and time_of(c) == START + timedelta(minutes=2)]
    assert not [c for c in report(order) if c["status"] == "InProgress" and time_of(c) > START + timedelta(minutes=2)]


def test_name_taken(order, clock, call):
    """A name that somebody else took, and a job somebody else stopped, stop nothing else."""
    call("CreateTrainingJob", **request_for("churn-training-140000-00000"))
    order(churn={"kinds": {"training": 2, "tuning": 1}})
    clock.forward(200)
    call("StopHyperParameterTuningJob", HyperParameterTuningJobName="churn-tuning-140000-00000")
    clock.forward(600)
    assert call("ListTrainingJobs")[0] == 200
    assert begun_and_ended(report(order))["training"] >= 20


@pytest.mark.parametrize("wish", [{"kinds": {"domain": 1}}, {"kinds": {"training": 0}}, {"kinds": {"training": -1}}])
def test_wrong_wishes(order, wish):
    """A kind that does not come and go, and no rate, are refused."""
    assert order(churn=wish)[0] == 400


def test_report(order, clock, account, call):
    """The report tells each status with its time, since a moment in either form, and says nothing of crowds."""
    seed_running(account, 50)
    call("CreateTrainingJob", **request_for())
    clock.forward(120)
    call("StopTrainingJob", TrainingJobName="job-a")
    clock.forward(60)
    told = {"kind": "training", "region_id": "us-east-1", "name": "job-a"}
    assert report(order) == [
        {**told, "status": "InProgress", "at": "2026-11-23T14:00:00.000Z"},
        {**told, "status": "Stopping", "at": "2026-11-23T14:02:00.000Z"},
        {**told, "status": "Stopped", "at": "2026-11-23T14:02:07.000Z"},
    ]
    _, later = order(report="changes", since="2026-11-23T14:02:01Z")
    assert [change["status"] for change in later["changes"]] == ["Stopped"]


def test_traffic_is_a_pure_function():
    """Calls of a span are those of its parts, the same every time, and fewer at night and on weekends."""
    traffic = Traffic(seed="x", per_day=1000.0, since=START - timedelta(days=100))
    day = timedelta(days=1)
    whole = traffic.calls(START - 14 * day, START)
    assert whole == sum(traffic.calls(START - (n + 1) * day / 8, START - n * day / 8) for n in range(14 * 8))
    assert 6_000 < whole < 14_000
    sunday = START.replace(hour=0) - day
    assert traffic.calls(sunday, sunday + day) < 0.5 * traffic.calls(sunday - 2 * day, sunday - day)
    night = sunday - 2 * day
    assert traffic.calls(night, night + day / 6) < traffic.calls(night + day / 3, night + day / 2)


def test_last_call():
    """The last call is within the minute before the end, or not within a month."""
    ended = Traffic(seed="x", per_day=100_000.0, since=START - timedelta(days=9), until=START - timedelta(days=3))
    assert ended.last_call(START) == START - timedelta(days=3, minutes=1)
    assert ended.calls(START - timedelta(days=3), START) == 0
    assert Traffic(seed="x", per_day=0.0, since=START - timedelta(days=90)).last_call(START) is None
