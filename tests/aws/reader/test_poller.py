"""Polling, with AWS, clock and budget in hand."""

from datetime import timedelta

import pytest

from mlcost_ext.aws.reader.budget import BURST_CALLS, CALLS_PER_MINUTE
from mlcost_ext.aws.reader.operations import ALLOWED_OPERATIONS
from tests.aws.reader.fakes import REGION, START, Reader, denied, fault, make_job

OTHER = ("sagemaker:space-arn", "arn:aws:sagemaker:us-east-1:111122223333:space/d-test/somebody-elses")


def put(reader, *jobs):
    for job in jobs:
        reader.aws.jobs[job["TrainingJobName"]] = job


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


def test_a_name_aws_does_not_know_is_tolerated():
    """It is asked for less and less, and is no problem of the region."""
    reader = Reader(names=["gone"])
    calls = [call for _ in range(120) for call in reader.turn(1)]
    assert reader.sink.status["problem"] is None
    assert calls.count("DescribeTrainingJob") == 6


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


def test_where_search_is_denied_jobs_are_listed_and_described():
    """The permission is named, whose a job is is asked once, and others' jobs are not described."""
    reader = Reader()
    reader.aws.faults["Search"] = denied("sagemaker:Search")
    put(reader, make_job("ours"), make_job("theirs", tags=[OTHER]))
    calls = reader.turn()
    assert calls[:4] == ["Search", "ListTrainingJobs", "ListTrainingJobs", "ListTrainingJobs"]
    assert sorted(calls[4:]) == ["DescribeTrainingJob", "ListTags", "ListTags"]
    assert reader.sink.take_jobs() == ["ours"]
    assert reader.sink.status["mode"] == "list"
    assert reader.sink.status["first_picture"] is True
    assert "sagemaker:Search" in reader.sink.status["problem"]["message"]
    assert reader.turn(10) == ["ListTrainingJobs"]
    put(reader, make_job("ours", status="Stopping", modified=START + timedelta(seconds=15)))
    assert reader.turn(10) == ["ListTrainingJobs", "DescribeTrainingJob"]
    assert reader.sink.take_jobs() == ["ours"]


def test_a_denied_search_is_tried_again_and_the_problem_goes_when_it_is_granted():
    """About every five minutes."""
    reader = Reader()
    reader.aws.faults["Search"] = denied("sagemaker:Search")
    calls = [call for _ in range(29) for call in reader.turn(10)]
    assert calls.count("Search") == 1
    del reader.aws.faults["Search"]
    assert "Search" in reader.turn(20)
    assert reader.sink.status["problem"] is None
    assert reader.sink.status["mode"] == "search"


def test_where_only_describe_is_allowed_the_known_names_are_read():
    """Each missing permission is named once."""
    reader = Reader(names=["a"])
    reader.aws.faults = {"Search": denied("sagemaker:Search"), "ListTrainingJobs": denied("sagemaker:ListTrainingJobs")}
    put(reader, make_job("a"))
    assert reader.turn() == ["Search", "ListTrainingJobs", "DescribeTrainingJob"]
    assert reader.sink.take_jobs() == ["a"]
    message = reader.sink.status["problem"]["message"]
    assert message.count("sagemaker:Search") == message.count("sagemaker:ListTrainingJobs") == 1


def test_where_tags_are_denied_only_the_known_names_are_ours():
    """Whose the others are cannot be told, so they are not shown."""
    reader = Reader(names=["a"])
    reader.aws.faults = {"Search": denied("sagemaker:Search"), "ListTags": denied("sagemaker:ListTags")}
    put(reader, make_job("a"), make_job("b"))
    reader.turn()
    assert set(reader.sink.take_jobs()) == {"a"}
    assert "sagemaker:ListTags" in reader.sink.status["problem"]["message"]


def test_where_describe_is_denied_it_is_said():
    """And tried again after five minutes."""
    reader = Reader(names=["a"])
    reader.aws.search = lambda params: {"Results": []}
    reader.aws.faults["DescribeTrainingJob"] = denied("sagemaker:DescribeTrainingJob")
    reader.turn()
    assert "sagemaker:DescribeTrainingJob" in reader.sink.status["problem"]["message"]
    calls = [call for _ in range(31) for call in reader.turn(10)]
    assert calls.count("DescribeTrainingJob") == 1


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


def test_a_running_job_that_search_has_lost_is_described():
    """The whole picture is taken every half hour, and compared."""
    reader = Reader()
    put(reader, make_job("a"))
    reader.turn()
    reader.aws.search = lambda params: {"Results": []}
    put(reader, make_job("a", status="Failed", modified=START + timedelta(minutes=20)))
    reader.turn(1800)
    assert "a" in reader.sink.take_jobs()


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


def test_regions_are_read_one_by_one_and_one_that_fails_leaves_the_other():
    """Each has a status of its own."""
    reader = Reader(region_ids=(REGION, "eu-west-1"))
    call = reader.aws.call

    def failing(region_id, operation, params):
        if region_id == REGION:
            raise fault("network_unreachable")
        return call(region_id, operation, params)

    reader.aws.call = failing
    reader.turn()
    states = {doc["region_id"]: doc["problem"] for doc in reader.sink.documents if doc["push"] == "status"}
    assert states[REGION]["code"] == "network_unreachable"
    assert states["eu-west-1"] is None


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
