"""Polling, with AWS, clock and budget in hand."""

from datetime import timedelta

import pytest

from mlcost_ext.aws.reader.budget import BURST_CALLS, CALLS_PER_MINUTE
from mlcost_ext.aws.reader.operations import ALLOWED_OPERATIONS
from tests.aws.reader.fakes import REGION, START, Reader, denied, fault, make_job, put

OTHER = ("sagemaker:space-arn", "arn:aws:sagemaker:us-east-1:111122223333:space/d-test/somebody-elses")


def test_the_first_picture_is_what_runs_and_what_ended_today():
    """Ours only, whatever page it is on; the status says that it is complete."""
    reader = Reader()
    put(reader, *(make_job(f"job-{number}") for number in range(250)))
    put(reader, make_job("ended", status="Completed", modified=START - timedelta(hours=3)))
    put(reader, make_job("long-ago", status="Completed", modified=START - timedelta(hours=30)))
    put(reader, make_job("not-ours", tags=[OTHER]))
    assert reader.turn() == ["Search"] * 4
    assert reader.sink.take_jobs() == [*(f"job-{number}" for number in range(250)), "ended"]
    expected = {
        "push": "status",
        "region_id": REGION,
        "as_of": "2026-11-23T14:00:00Z",
        "first_picture": True,
        "mode": "search",
        "calls_total": 4,
        "clock_offset_seconds": None,
        "problem": None,
    }
    assert reader.sink.status == expected


def test_afterwards_only_what_changed_is_read_and_pushed():
    """An unchanged description of the overlap is not pushed again."""
    reader = Reader()
    put(reader, make_job("a"), make_job("b"))
    reader.turn()
    reader.sink.take_jobs()
    put(reader, make_job("b", status="Stopping", modified=START + timedelta(seconds=5)))
    assert reader.turn(10) == ["Search"]
    assert reader.sink.take_jobs() == ["b"]
    assert reader.turn(10) == ["Search"]
    assert reader.sink.take_jobs() == []


def test_an_index_that_lags_never_turns_a_job_back():
    """Search may still show the state before the one that Describe gave."""
    reader = Reader(names=["a"])
    late = make_job("a", status="InProgress")
    put(reader, make_job("a", status="Stopped", modified=START + timedelta(seconds=9)))
    reader.turn()
    assert reader.sink.take_jobs() == ["a"]
    put(reader, late)
    reader.turn(10)
    assert reader.sink.take_jobs() == []


@pytest.mark.parametrize(("pace", "polls"), [("viewed", 6), ("background", 1)])
def test_the_pace_sets_how_often_aws_is_asked(pace, polls):
    """Every ten seconds while somebody looks, else every minute."""
    reader = Reader(pace=pace)
    reader.turn()
    assert sum(len(reader.turn(1)) for _ in range(60)) == polls


def test_asleep_nothing_is_called_and_a_viewer_wakes_it_at_once():
    """No AWS call at all; then the picture comes with the next turn."""
    reader = Reader(pace="asleep", names=["a"])
    assert reader.turn(1000) == []
    assert reader.poller.seconds_to_next() is None
    reader.watch("viewed")
    assert reader.turn()[:2] == ["Search", "Search"]


def test_a_viewer_does_not_wait_for_the_background_poll():
    """A change of pace polls at once."""
    reader = Reader(pace="background")
    reader.turn()
    reader.watch("viewed")
    assert reader.turn(1) == ["Search"]


def test_a_new_name_is_described_at_once_until_search_shows_it():
    """A launch is on screen before the index knows it."""
    reader = Reader()
    reader.turn()
    reader.aws.search = lambda params: {"Results": []}
    put(reader, make_job("a", tags=()))
    reader.watch("viewed", names=["a"])
    assert reader.turn(0.5) == ["DescribeTrainingJob"]
    assert reader.sink.take_jobs() == ["a"]
    assert reader.turn(3) == ["DescribeTrainingJob"]
    assert reader.turn(5) == ["DescribeTrainingJob"]
    del reader.aws.search
    put(reader, make_job("a", modified=START + timedelta(seconds=5)))
    assert reader.turn(2) == ["Search"]
    assert reader.sink.take_jobs() == ["a"]
    assert [reader.turn(10) for _ in range(3)] == [["Search"]] * 3


def test_names_that_ended_and_are_settled_are_left_alone():
    """A laptop has no owner's tags; its jobs are searched for by name."""
    reader = Reader(owner_tags=(), names=["a"])
    put(reader, make_job("a", tags=(), status="Completed", BillableTimeInSeconds=7))
    assert reader.turn() == ["Search", "Search"]
    assert reader.sink.take_jobs() == ["a"]
    assert reader.turn(60) == ["Search"]


def test_names_are_described_where_search_takes_no_names():
    """Should AWS refuse the In operator, nothing is lost but some calls."""
    reader = Reader(names=["a"])
    put(reader, make_job("a", tags=()))
    search = reader.aws.search

    def refusing(params):
        if "TrainingJobName" in str(params):
            raise fault("aws_error", aws_code="ValidationException")
        return search(params)

    reader.aws.search = refusing
    assert reader.turn() == ["Search", "Search", "Search", "DescribeTrainingJob"]
    assert reader.sink.take_jobs() == ["a"]
    assert reader.sink.status["problem"] is None


def test_with_nothing_to_look_for_no_call_is_made_but_credentials_are_looked_at():
    """A laptop before its first launch still says that nobody is signed in."""
    reader = Reader(owner_tags=())
    assert reader.turn() == []
    assert reader.sink.status["problem"] is None
    reader.aws.has_credentials = False
    reader.turn(10)
    assert reader.sink.status["problem"]["code"] == "credentials_missing"
    reader.aws.has_credentials = True
    reader.turn(10)
    assert reader.sink.status["problem"] is None


@pytest.mark.parametrize("code", ["network_unreachable", "credentials_expired", "aws_error"])
def test_a_fault_is_said_and_the_next_good_poll_takes_it_back(code):
    """As of stays at the last good poll; nothing is lost."""
    reader = Reader()
    put(reader, make_job("a"))
    reader.turn()
    reader.aws.faults["Search"] = fault(code)
    reader.turn(10)
    assert reader.sink.status["problem"]["code"] == code
    assert reader.sink.status["as_of"] == "2026-11-23T14:00:00Z"
    put(reader, make_job("b", modified=START + timedelta(seconds=12)))
    del reader.aws.faults["Search"]
    reader.turn(10)
    assert reader.sink.status["problem"] is None
    assert "b" in reader.sink.take_jobs()


def test_throttling_slows_down_to_a_call_a_minute_and_ends():
    """Twenty, forty, sixty seconds; a viewer does not hurry it."""
    reader = Reader()
    reader.aws.faults["Search"] = fault("throttled")
    reader.turn()
    assert reader.sink.status["problem"]["code"] == "throttled"
    waits = []
    for _ in range(4):
        waits.append(round(reader.poller.seconds_to_next()))
        reader.watch("background")
        reader.watch("viewed")
        assert reader.turn(waits[-1]) == ["Search"]
    assert waits == [20, 40, 60, 60]
    del reader.aws.faults["Search"]
    reader.turn(60)
    assert reader.sink.status["problem"] is None
    assert round(reader.poller.seconds_to_next()) == 10


def test_a_garbled_answer_ends_no_thread():
    """Whatever it raises is a problem like others."""
    reader = Reader()
    reader.aws.search = lambda params: {"Results": [None, 7, {"TrainingJob": "x"}, {"TrainingJob": {"TrainingJobName": 3}}]}
    reader.turn()
    assert reader.sink.status["problem"] is None
    reader.aws.search = lambda params: 1 / 0
    reader.turn(10)
    assert reader.sink.status["problem"]["code"] == "aws_error"


def test_an_answer_that_never_ends_is_ended():
    """A token that comes back is not followed."""
    reader = Reader()
    reader.aws.search = lambda params: {"Results": [], "NextToken": "again"}
    assert reader.turn() == ["Search"] * 4


def test_a_long_list_is_worked_off_within_the_budget():
    """What does not fit is read with the next polls, and the first picture is not called complete before."""
    reader = Reader()
    reader.aws.faults["Search"] = denied("sagemaker:Search")
    put(reader, *(make_job(f"job-{number:03d}") for number in range(60)))
    assert len(reader.turn()) <= BURST_CALLS
    assert reader.sink.status["first_picture"] is False
    minutes = 0
    while not reader.sink.status["first_picture"]:
        minutes += 1
        calls = [call for _ in range(6) for call in reader.turn(10)]
        assert len(calls) <= 14
    assert 5 <= minutes <= 20
    assert len(set(reader.sink.take_jobs())) == 60


def test_four_hundred_launches_do_not_break_the_budget():
    """The burst is used, the rest waits its turn, and polls are not starved."""
    names = [f"sweep-{number:03d}-{'x' * 40}" for number in range(400)]
    reader = Reader(owner_tags=(), names=names)
    put(reader, *(make_job(name, tags=()) for name in names))
    assert len(reader.turn()) <= BURST_CALLS
    began = reader.clock()
    calls = [call for _ in range(30) for call in reader.turn(reader.poller.seconds_to_next())]
    assert len(calls) <= (reader.clock() - began) / 60 * CALLS_PER_MINUTE + 3
    assert {"Search", "DescribeTrainingJob"} == set(calls)


def test_names_that_have_to_wait_keep_no_processor_busy():
    """The next turn is when the budget allows a call."""
    reader = Reader(names=[f"job-{number}" for number in range(300)])
    reader.turn()
    assert reader.poller.seconds_to_next() >= 60 / CALLS_PER_MINUTE / 2


def test_a_stop_is_followed_closely():
    """The state after it shows within seconds."""
    reader = Reader()
    put(reader, make_job("a"))
    reader.turn()
    reader.poller.touch(REGION, "a")
    assert reader.turn(0.1) == ["DescribeTrainingJob"]
    assert reader.turn(3) == ["DescribeTrainingJob"]


def test_no_region_is_said():
    """There is nowhere to read."""
    reader = Reader(region_ids=())
    assert reader.turn() == []
    assert reader.sink.status["problem"]["code"] == "region_missing"


def test_other_owners_begin_a_new_picture():
    """What is known of the former owner's jobs does not count."""
    reader = Reader()
    put(reader, make_job("a"))
    reader.turn()
    reader.fields["owner_tags"] = (OTHER,)
    reader.watch("viewed")
    assert reader.turn() == ["Search", "Search"]


def test_only_allowed_operations_are_ever_called():
    """Through every fallback."""
    reader = Reader(names=["a", "b"])
    put(reader, make_job("a"), make_job("c"))
    for action in ("", "Search", "ListTags", "ListTrainingJobs", "DescribeTrainingJob"):
        if action:
            reader.aws.faults[action] = denied(f"sagemaker:{action}")
        for _ in range(40):
            reader.turn(10)
    assert set(reader.aws.operations()) <= set(ALLOWED_OPERATIONS)
