"""How late changes are, how many calls ten minutes hold, and what a large account's first picture must have."""

import time

import pytest

from bench.benchmarks.first_picture import ENDED, ENDED_DAYS, RUNNING, ended_today, is_complete
from bench.benchmarks.steady import CHURN, days_an_hour, growth
from bench.changes import GONE, Change, Waiting, is_followed, moment, most_in
from bench.counted_account import operation_of


def change(status, at, name="churn-training-1", kind="training"):
    return Change(kind=kind, name=name, status=status, shown_by_aws_at=at)


def test_a_later_status_shows_all_that_were_before_it():
    """And is late by its own time; one that was not shown counts with the time it has waited."""
    waiting = Waiting()
    waiting.add([change("InProgress", 10.0), change("Stopping", 20.0), change("Stopped", 25.0)])
    waiting.note(("training", "churn-training-1"), "Unknown", 21.0)
    waiting.note(("training", "churn-training-1"), "Stopping", 22.0)
    assert waiting.delays(["training"], now=40.0) == [12.0, 2.0, 15.0]
    waiting.note(("training", "churn-training-1"), "Stopped", 41.0)
    assert (waiting.changes, waiting.delays(["training"], now=60.0)) == ({}, [12.0, 2.0, 16.0])
    assert waiting.delays(["endpoint"], now=60.0) == []


def test_what_is_unknown_is_gone_only_where_it_was_there():
    """Before it is there it is unknown as well."""
    waiting, key = Waiting(), ("endpoint", "churn-endpoint-1")
    waiting.add([change("Creating", 10.0, *reversed(key))])
    waiting.note(key, GONE, 11.0)
    assert waiting.left(["endpoint"])
    waiting.add([change(GONE, 20.0, *reversed(key))])
    waiting.note(key, GONE, 25.0)
    assert [shown.seconds for shown in waiting.shown] == [15.0, 5.0]


def test_a_description_may_be_ahead_of_a_late_index():
    """That is no delay below nothing."""
    waiting = Waiting()
    waiting.add([change("InProgress", 30.0)])
    waiting.note(("training", "churn-training-1"), "InProgress", 12.0)
    assert waiting.delays(["training"], now=60.0) == [0.0]


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        ("training", "churn-tuning-1-001-abcd", True),
        ("processing", "churn-processing-1", True),
        ("training", "sweep-00001", False),
        ("app", "churn-app", False),
    ],
)
def test_what_is_followed(kind, name, expected):
    """What comes and goes, and what that has started."""
    assert is_followed(change("InProgress", 1.0, name, kind)) is expected


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ([], 0),
        ([5.0], 1),
        ([0.0, 599.9, 600.0, 1199.0], 3),
        ([0.0, 600.0, 1200.0], 1),
        ([1.0] * 7, 7),
        ([900.0, 0.0, 300.0, 599.0], 3),
    ],
)
def test_the_most_calls_of_any_ten_minutes(times, expected):
    """Ten minutes begin with any call, and end before the one ten minutes later."""
    assert most_in(times, 600.0) == expected


def test_ended_today():
    """An even share of ninety days, and fewer as the day goes on."""
    assert ended_today(0.0) == round(ENDED / ENDED_DAYS) - 1
    assert ended_today(3600.0) < ended_today(0.0)


def picture(**totals):
    told = {"by_kind": {"training": RUNNING + 2}, "by_status": {"Completed": 2000, "Failed": 300, "InProgress": RUNNING + 2}}
    return {"aws": {"status": "ok"}, "totals": {**told, **totals}, "data_quality": []}


def test_a_first_picture_has_all_of_it():
    """All that runs and all that ended within a day, and it is said to be all."""
    now = time.time()
    assert is_complete(picture(), now)
    assert not is_complete({}, now)
    assert not is_complete(picture(by_kind={"training": RUNNING}), now)
    assert not is_complete(picture(by_status={"Completed": 1000}), now)
    assert not is_complete({**picture(), "aws": {"status": "loading"}}, now)


def test_growth_is_that_of_the_last_twenty_minutes():
    """What was before does not count."""
    memory = [(at, {"server": mb}) for at, mb in ((0.0, 10.0), (600.0, 50.0), (1200.0, 52.0), (1800.0, 53.0))]
    assert growth(memory, "server") == 3.0


def test_days_of_the_past_that_are_read_in_an_hour():
    """None where nothing was read."""
    day = 86_400.0
    assert days_an_hour([]) == days_an_hour([(0.0, day)]) == 0.0
    assert days_an_hour([(0.0, 10 * day), (1800.0, 9 * day)]) == 2.0


def test_twenty_changes_a_minute_of_which_nineteen_are_prompt():
    """As the limit has it."""
    assert CHURN["per_minute"] == sum(CHURN["kinds"].values()) == 20
    assert CHURN["kinds"]["processing"] == 1


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"HTTP_X_AMZ_TARGET": "SageMaker.Search"}, "Search"),
        ({"PATH_INFO": "/service/GraniteServiceVersion20100801/operation/GetMetricData"}, "GetMetricData"),
        ({}, ""),
    ],
)
def test_the_operation_of_a_call(environ, expected):
    """As its header or its path names it."""
    assert operation_of(environ) == expected


def test_a_time_of_the_accounts():
    """In seconds since 1970."""
    assert moment("1970-01-01T00:00:01.500Z") == 1.5
