"""Reading training jobs, with AWS, clock and budget in hand."""

from datetime import timedelta

import pytest

from mlcost_ext.aws.reader.operations import READS
from tests.aws.reader.fakes import OTHER, REGION, SPACE, START, Reader, deny, fault, make, make_job, put


def test_the_first_picture_is_what_runs_and_what_ended_today():
    """Ours only, whatever page it is on; the status says that it is complete."""
    reader = Reader()
    put(reader, *(make_job(f"job-{number:03d}") for number in range(250)))
    put(reader, make_job("ended", status="Completed", modified=START - timedelta(hours=3)))
    put(reader, make_job("long-ago", status="Completed", modified=START - timedelta(hours=30)))
    put(reader, make_job("not-ours", tags=[OTHER]))
    assert reader.turn()[:4] == ["Search"] * 4
    assert sorted(reader.sink.take_jobs()) == ["ended", *(f"job-{number:03d}" for number in range(250))]
    status = reader.sink.status
    assert status["calls_total"] == len(reader.aws.calls)
    assert sum(status["budget"].values()) == status["calls_total"]
    expected = {
        "push": "status",
        "region_id": REGION,
        "as_of": "2026-11-23T14:00:00Z",
        "first_picture": True,
        "mode": "search",
        "calls_total": status["calls_total"],
        "budget": status["budget"],
        "clock_offset_seconds": None,
        "problem": None,
        "kinds": dict.fromkeys(
            ("tuning", "endpoint", "training", "automl", "processing", "transform", "notebook", "schedule"),
            "2026-11-23T14:00:00Z",
        ),
        "poll_seconds": status["poll_seconds"],
        "seconds_between_calls": None,
        "kind_problems": {},
        "history": {"through": "2026-11-22T14:00:00Z", "is_done": True} | status["history"],
    }
    assert status == expected


def test_afterwards_only_what_changed_is_read_and_pushed():
    """An unchanged description of the overlap is not pushed again."""
    reader = Reader()
    put(reader, make_job("a"), make_job("b"))
    reader.turn()
    reader.sink.take_jobs()
    put(reader, make_job("b", status="Stopping", modified=START + timedelta(seconds=5)))
    assert reader.run(30) == ["Search"]
    assert reader.sink.take_jobs() == ["b"]
    assert reader.run(30) == ["Search"]
    assert reader.sink.take_jobs() == []


def test_an_index_that_lags_never_turns_a_job_back():
    """Search may still show the state before the one that Describe gave."""
    reader = Reader(names=["a"])
    late = make_job("a", status="InProgress")
    put(reader, make_job("a", status="Stopped", modified=START + timedelta(seconds=9)))
    reader.turn()
    assert reader.sink.take_jobs() == ["a"]
    put(reader, late)
    reader.run(60)
    assert reader.sink.take_jobs() == []


@pytest.mark.parametrize(("pace", "polls"), [("viewed", (20, 45)), ("background", (9, 10))])
def test_the_pace_sets_how_often_aws_is_asked(pace, polls):
    """At least every 27 seconds while somebody looks, else every minute."""
    reader = Reader(pace=pace)
    reader.turn()
    assert polls[0] <= len(reader.run(600)) <= polls[1]


def test_asleep_nothing_is_called_and_a_viewer_wakes_it_at_once():
    """No AWS call at all; then the picture comes with the next turn."""
    reader = Reader(pace="asleep", names=["a"])
    assert reader.turn(1000, kind=None) == []
    assert reader.poller.seconds_to_next() is None
    reader.watch("viewed")
    assert reader.turn()[:2] == ["Search", "Search"]


def test_a_reading_that_was_under_way_begins_anew_after_sleep():
    """A page's token may be worth nothing by then; pages of the first picture that were read are not read again."""
    reader = Reader()
    put(reader, *(make_job(f"job-{number:03d}", modified=START + timedelta(seconds=number)) for number in range(250)))
    search, asked = reader.aws.search, []

    def falling_asleep(params):
        asked.append(params.get("NextToken"))
        if params["Resource"] == "TrainingJob" and len(asked) == 5:
            reader.watch("asleep")
        return search(params)

    reader.aws.search = falling_asleep
    reader.turn()
    assert reader.sink.documents
    assert len(reader.sink.take_jobs()) == 200
    reader.watch("viewed")
    reader.turn(3600)
    assert len(reader.sink.take_jobs()) == 50


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
    assert "Search" in reader.run(30)
    assert reader.sink.take_jobs() == ["a"]
    assert set(reader.run(120)) == {"Search"}


def test_names_that_ended_and_are_settled_are_left_alone():
    """A laptop has no owner's tags; its jobs are searched for by name, however long ago they ended."""
    reader = Reader(owner_tags=(), names=["a"])
    long_ago = START - timedelta(days=9)
    put(reader, make_job("a", tags=(), status="Completed", modified=long_ago, BillableTimeInSeconds=7))
    assert reader.turn() == ["Search"] * 3
    assert reader.sink.take_jobs() == ["a"]
    assert set(reader.run(120)) == {"Search"}


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
    assert reader.turn()[:4] == ["Search", "Search", "Search", "DescribeTrainingJob"]
    assert reader.sink.take_jobs() == ["a"]
    assert reader.sink.status["problem"] is None


def test_with_nothing_to_look_for_no_call_is_made_but_credentials_are_looked_at():
    """A laptop before its first launch still says that nobody is signed in."""
    reader = Reader(owner_tags=())
    assert reader.turn(kind=None) == []
    assert reader.sink.status["problem"] is None
    assert reader.sink.status["first_picture"] is True
    reader.aws.has_credentials = False
    reader.run(30)
    assert reader.sink.status["problem"]["code"] == "credentials_missing"
    reader.aws.has_credentials = True
    reader.run(30)
    assert reader.sink.status["problem"] is None
    assert reader.aws.calls == []


@pytest.mark.parametrize("code", ["network_unreachable", "credentials_expired", "aws_error", "clock_differs"])
def test_a_fault_is_said_and_the_next_good_poll_takes_it_back(code):
    """As of stays at the last good poll; nothing is lost."""
    reader = Reader()
    put(reader, make_job("a"))
    reader.turn()
    reader.aws.faults["Search"] = fault(code)
    before = len(reader.aws.calls)
    reader.run(300)
    assert len(reader.aws.calls) - before <= 60
    assert reader.sink.status["problem"]["code"] == code
    assert reader.sink.status["as_of"] == "2026-11-23T14:00:00Z"
    put(reader, make_job("b", modified=START + timedelta(seconds=12)))
    del reader.aws.faults["Search"]
    reader.run(30)
    assert reader.sink.status["problem"] is None
    assert "b" in reader.sink.take_jobs()


def test_a_first_picture_that_breaks_off_goes_on_where_it_was():
    """A hundred pages are not read anew because one answer did not come."""
    reader = Reader()
    put(reader, *(make_job(f"job-{number:03d}", modified=START + timedelta(seconds=number)) for number in range(250)))
    search, pages = reader.aws.search, []

    def failing(params):
        if params["Resource"] == "TrainingJob":
            pages.append(params)
            if len(pages) == 2:
                raise fault("network_unreachable")
        return search(params)

    reader.aws.search = failing
    reader.run(60)
    assert sorted(reader.sink.take_jobs()) == [f"job-{number:03d}" for number in range(250)]
    tokens = [page.get("NextToken", "") for page in pages[:3]]
    assert [token.partition("/")[0] for token in tokens] == ["", "job-150", "job-150"]
    assert reader.sink.status["first_picture"] is True


def test_a_garbled_answer_ends_no_thread():
    """Whatever it raises is a problem like others."""
    reader = Reader()
    reader.aws.search = lambda params: 1 / 0
    reader.run(30)
    assert reader.sink.status["problem"]["code"] == "aws_error"


@pytest.mark.parametrize("garbled", [7, {"TrainingJob": "x"}, {"TrainingJob": {"TrainingJobName": 3}}, {"Other": {}}])
def test_a_record_that_cannot_be_read_at_all_is_a_problem(garbled):
    """Whatever it was, it would be missing, and what is missing would be said not to be there."""
    reader = Reader()
    put(reader, make_job("a"))
    search = reader.aws.search
    reader.aws.search = lambda params: {"Results": [*search(params)["Results"], garbled]}
    reader.run(30)
    status = reader.sink.status
    assert (status["problem"]["code"], status["as_of"], status["first_picture"]) == ("aws_error", None, False)
    reader.aws.search = search
    reader.run(30)
    assert reader.sink.status["problem"] is None
    assert "a" in reader.sink.take_jobs()


def test_a_page_whose_next_one_cannot_be_asked_for_is_a_problem():
    """All that is on the next ones would be missing."""
    reader = Reader()
    reader.aws.search = lambda params: {"Results": [], "NextToken": {"not": "a text"}}
    reader.run(30)
    assert (reader.sink.status["problem"]["code"], reader.sink.status["as_of"]) == ("aws_error", None)


def test_an_answer_that_never_ends_is_ended():
    """A token that comes back is not followed."""
    reader = Reader()
    reader.aws.search = lambda params: {"Results": [], "NextToken": "again"}
    assert reader.turn() == ["Search"] * 6


def test_a_thousand_changes_at_once_are_read_again_only_once():
    """The overlap that an index's lag asks for is read whole a little later, and not with each poll."""
    reader = Reader()
    reader.turn()
    put(reader, *(make_job(f"job-{number:04d}", modified=START + timedelta(seconds=5)) for number in range(1000)))
    assert reader.run(30).count("Search") == 10
    assert len(set(reader.sink.take_jobs())) == 1000
    put(reader, make_job("late-in-the-index", modified=START + timedelta(seconds=4)))
    assert reader.run(130).count("Search") <= 10 + 10 + 6
    assert reader.sink.take_jobs() == ["late-in-the-index"]
    assert reader.run(600).count("Search") <= 45
    assert reader.aws.most_in(600, since=reader.clock() - 700) <= 120


def test_a_stop_is_followed_closely():
    """The state after it shows within seconds, although the listing shows the job."""
    reader = Reader()
    put(reader, make_job("a"))
    reader.turn()
    reader.poller.touch(REGION, reader.region().followings["training"].kind, "a")
    assert reader.turn(0.1) == []
    assert reader.turn(2) == ["DescribeTrainingJob"]
    assert reader.turn(3) == ["DescribeTrainingJob"]


def test_a_job_without_instances_is_described():
    """Search's record of a serverless job has no member that tells; once when new, and once when ended."""
    reader = Reader()
    serverless = {"ResourceConfig": {}, "ServerlessJobConfig": {"JobType": "FineTuning"}, "BillableTokenCount": 7}
    put(reader, make_job("a", **serverless))
    assert reader.turn().count("DescribeTrainingJob") == 1
    (job,) = reader.sink.take("training")
    assert (job["IsServerless"], job["BillableTokenCount"], job["Tags"]) == (True, 7, dict([SPACE]))
    assert "DescribeTrainingJob" not in reader.run(120)
    put(reader, make_job("a", status="Completed", modified=reader.clock.wall(), **serverless))
    assert reader.run(60).count("DescribeTrainingJob") == 1
    assert reader.sink.take("training")[-1]["TrainingJobStatus"] == "Completed"


def test_no_region_is_said():
    """There is nowhere to read."""
    reader = Reader(region_ids=())
    assert reader.turn(kind=None) == []
    assert reader.sink.status["problem"]["code"] == "region_missing"


@pytest.mark.parametrize("fields", [{"owner_tags": (OTHER,)}, {"scope": "account"}])
def test_other_owners_begin_a_new_picture(fields):
    """What is known of the former owner's jobs does not count."""
    reader = Reader()
    put(reader, make_job("a"))
    reader.turn()
    reader.watch("viewed", **fields)
    assert reader.turn()[:2] == ["Search", "Search"]


def test_a_cursor_that_moves_on_begins_nothing_anew():
    """The server gives it back with each watch."""
    reader = Reader()
    put(reader, make_job("a"))
    reader.turn()
    reader.watch("viewed", history={REGION: "whatever"})
    assert reader.turn(1, kind=None) == []


def test_in_the_scope_of_the_account_everything_is_read():
    """Without a filter for owners, whatever their tags."""
    reader = Reader(scope="account")
    put(reader, make_job("ours"), make_job("theirs", tags=[OTHER]), make("endpoint", "theirs-too", tags=[OTHER]))
    reader.turn()
    assert sorted(reader.sink.take_jobs()) == ["ours", "theirs"]
    assert set(reader.sink.take_names("endpoint")) == {"theirs-too"}
    assert "Tags" not in str([params["SearchExpression"] for op, params in reader.aws.calls if op == "Search"])


def test_only_reads_are_ever_called_by_the_poller():
    """Through every fallback."""
    reader = Reader(names=["a", "b", ("processing", "p")])
    put(reader, make_job("a"), make_job("c"), make("endpoint", "e"), make("notebook", "n"), make("processing", "p"))
    for action in ("", "Search", "ListTags", "ListTrainingJobs", "DescribeTrainingJob"):
        if action:
            deny(reader, *reader.aws.faults, action)
        reader.run(400)
    assert set(reader.aws.operations()) <= set(READS)


def test_the_poller_refuses_to_send_what_is_no_read():
    """Should a feed ever ask for it."""
    from mlcost_ext.aws.reader.ask import Ask, Rank

    reader = Reader()
    reader.turn()
    region = reader.region()
    with pytest.raises(ValueError, match="DeleteEndpoint"):
        reader.poller._ask(region, region.tasks[0], Ask("DeleteEndpoint", {}, Rank.NAMES))
    assert "DeleteEndpoint" not in reader.aws.operations()


def test_nobody_of_a_rank_waits_for_ever_while_another_always_has_something_to_ask():
    """Endpoints come faster than their configurations can be read; a processing job is described all the same."""
    reader = Reader()
    reader.run(900)
    for number in range(80):
        now = reader.clock.wall()
        put(reader, make("endpoint", f"e-{number}", modified=now, EndpointConfigName=f"c-{number}"))
        if number == 40:  # by now there are more of them than there are calls
            put(reader, make("processing", "p", modified=now))
        reader.run(10)
    assert "p" in reader.sink.take_names("processing")
