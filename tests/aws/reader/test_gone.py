"""What AWS does not know, or knows no more, and what it will not describe."""

from datetime import timedelta

import pytest

from mlcost_ext.aws.reader.names import ABSENT_SECONDS, GONE_WAIT_SECONDS, MAX_LOST
from tests.aws.reader.fakes import REGION, START, Reader, deny, fault, make, make_job, put


def test_a_launch_aws_does_not_know_is_said_to_be_gone_once():
    """Only after half a minute of tries, since AWS may not know a launch of just now; it is no problem of the region."""
    reader = Reader()
    reader.turn()
    reader.watch(names=["never-there"])
    reader.turns(int(ABSENT_SECONDS) - 1)
    assert reader.sink.gone == []
    reader.turns(120)
    assert {"push": "gone", "kind": "training", "region_id": REGION, "names": ["never-there"]} in reader.sink.documents
    assert reader.sink.gone == ["never-there"]
    assert reader.sink.status["problem"] is None
    assert reader.described() == ["never-there"] * 5
    assert "DescribeTrainingJob" not in reader.run(300)


def test_an_old_launch_that_no_listing_shows_is_looked_for_once():
    """After a restart the first watch may have two hundred of them, endpoints that were deleted long ago."""
    names = [("endpoint", f"old-{number}") for number in range(5)]
    reader = Reader(names=names)
    reader.turn()
    assert reader.aws.operations().count("DescribeEndpoint") == 5
    assert sorted(reader.sink.gone) == [name for _, name in names]
    assert reader.run(900, kind="endpoint").count("DescribeEndpoint") == 0


def test_what_comes_back_is_handed_on_again():
    """The credentials were of another account, and are changed half an hour later."""
    reader = Reader(names=["a"])
    reader.turns(40)
    reader.aws.search = lambda params: {"Results": []}
    put(reader, make_job("a"))
    reader.turn(GONE_WAIT_SECONDS)
    assert reader.sink.take_jobs() == ["a"]
    del reader.aws.jobs["a"]
    reader.run(100)
    assert reader.sink.gone == ["a", "a"]


def test_a_launch_that_aws_knows_late_is_not_gone():
    """Describe may say not found in the first seconds, and again after a first success."""
    reader = Reader()
    reader.turn()
    reader.aws.search = lambda params: {"Results": []}
    reader.watch("viewed", names=["a"])
    reader.turns(10)
    put(reader, make_job("a"))
    reader.turns(15)
    assert reader.sink.take_jobs() == ["a"]
    del reader.aws.jobs["a"]
    reader.turns(20)
    put(reader, make_job("a"))
    reader.turns(60)
    assert reader.sink.gone == []


@pytest.mark.parametrize("names", [[], ["a"]])
def test_a_running_job_that_search_shows_no_more_and_describe_does_not_know_is_gone(names):
    """One confirming answer is enough; it is not asked for with each round after that."""
    reader = Reader(names=names)
    put(reader, make_job("a"), make_job("b"))
    reader.turn()
    del reader.aws.jobs["a"]
    assert reader.run(1900).count("DescribeTrainingJob") == 1
    assert reader.sink.gone == ["a"]
    assert reader.run(300).count("DescribeTrainingJob") == 0
    reader.run(1800)
    assert reader.sink.gone == ["a"]


def test_an_index_that_shows_nothing_at_all_is_doubted():
    """Ten thousand jobs are not described one by one because Search has had a bad moment; none of them is gone."""
    reader = Reader()
    put(reader, *(make_job(f"job-{number:03d}") for number in range(100)))
    reader.turn()
    reader.aws.search = lambda params: {"Results": []}
    reader.run(1900)
    assert reader.run(900).count("DescribeTrainingJob") <= MAX_LOST
    assert reader.sink.gone == []
    assert reader.aws.most_in(600, since=reader.clock() - 2000) <= 120


def test_a_running_job_that_a_listing_shows_no_more_is_gone():
    """Where Search is denied, the whole listing of every half hour tells."""
    reader = Reader()
    deny(reader, "Search")
    put(reader, make_job("a"))
    reader.turn()
    del reader.aws.jobs["a"]
    reader.run(1900)
    assert reader.sink.gone == ["a"]


def test_a_running_job_that_search_has_lost_is_described():
    """All are looked over every half hour, and compared."""
    reader = Reader()
    put(reader, make_job("a"))
    reader.turn()
    reader.aws.search = lambda params: {"Results": []}
    put(reader, make_job("a", status="Failed", modified=START + timedelta(minutes=20)))
    reader.run(1900)
    assert "a" in reader.sink.take_jobs()


def test_a_change_that_the_listing_of_changes_has_lost_is_found():
    """With the next round over all that runs."""
    reader = Reader()
    put(reader, make_job("a"), make_job("b"))
    reader.turn()
    reader.sink.take_jobs()
    search = reader.aws.search

    def forgetful(params):
        found = search(params)["Results"]
        is_changes = params["SortBy"] == "LastModifiedTime"
        return {
            "Results": [each for each in found if not is_changes or each.get("TrainingJob", {}).get("TrainingJobName") != "a"]
        }

    reader.aws.search = forgetful
    put(reader, make_job("a", status="Stopping", modified=START + timedelta(seconds=30)))
    reader.run(1700)
    assert reader.sink.take_jobs() == []
    reader.run(200)
    assert reader.sink.take_jobs() == ["a"]


@pytest.mark.parametrize("count", [1, 90])
def test_an_endpoint_that_was_deleted_elsewhere_is_missed_within_half_a_minute(count):
    """While they fit into a page, each reading shows all of them."""
    reader = Reader()
    put(reader, *(make("endpoint", f"endpoint-{number}") for number in range(count)))
    reader.run(30)
    del reader.aws.things["endpoint"]["endpoint-0"]
    reader.run(30)
    assert reader.sink.gone == ["endpoint-0"]


def test_of_many_endpoints_a_deleted_one_is_missed_within_the_hour():
    """By the rounds over all of them; changes are still read within half a minute."""
    reader = Reader()
    put(reader, *(make("endpoint", f"endpoint-{number:03d}") for number in range(150)))
    reader.run(30)
    reader.sink.take("endpoint")
    del reader.aws.things["endpoint"]["endpoint-000"]
    put(reader, make("endpoint", "endpoint-001", status="Updating", modified=reader.clock.wall()))
    reader.run(30)
    assert reader.sink.take_names("endpoint") == ["endpoint-001"]
    reader.run(3600)
    assert reader.sink.gone == ["endpoint-000"]


def test_a_deleted_endpoint_is_gone_as_soon_as_aws_says_so():
    """A user who has asked for it watches."""
    reader = Reader()
    put(reader, make("endpoint", "e"))
    reader.run(30)
    put(reader, make("endpoint", "e", status="Deleting", modified=reader.clock.wall()))
    reader.poller.touch(REGION, reader.region().followings["endpoint"].kind, "e", is_leaving=True)
    reader.turns(3)
    assert reader.sink.take("endpoint")[-1]["EndpointStatus"] == "Deleting"
    del reader.aws.things["endpoint"]["e"]
    reader.turns(6)
    assert reader.sink.gone == ["e"]


@pytest.mark.parametrize("kind", ["notebook", "schedule"])
def test_other_things_that_were_deleted_are_missed_within_five_minutes(kind):
    """Each listing shows all of them."""
    reader = Reader()
    put(reader, make(kind, "a"), make(kind, "b"))
    reader.run(30)
    del reader.aws.things[kind]["a"]
    reader.run(300)
    assert reader.sink.gone == ["a"]


def test_a_job_that_aws_fails_to_describe_keeps_no_other_waiting():
    """It is asked for less and less; the region's figures stay fresh, and the other names are read."""
    reader = Reader(names=["a-broken", "b", "c"])
    put(reader, make_job("b"), make_job("c"))
    reader.aws.search = lambda params: {"Results": []}
    describe = reader.aws.describe_training_job

    def failing(params):
        if params["TrainingJobName"] == "a-broken":
            raise fault("aws_error", aws_code="InternalFailure")
        return describe(params)

    reader.aws.describe_training_job = failing
    reader.turn()
    assert sorted(reader.sink.take_jobs()) == ["b", "c"]
    reader.run(300)
    assert reader.sink.status["problem"] is None
    assert reader.sink.status["as_of"] >= "2026-11-23T14:04:30Z"
    assert reader.described().count("a-broken") < 10
    assert reader.sink.gone == []


@pytest.mark.parametrize("code", ["credentials_expired", "network_unreachable", "throttled", "clock_differs"])
def test_what_concerns_every_job_is_said_at_once(code):
    """No further name is tried before the next poll."""
    reader = Reader(names=["a", "b"])
    reader.aws.search = lambda params: {"Results": []}
    reader.aws.faults["DescribeTrainingJob"] = fault(code)
    assert reader.turn().count("DescribeTrainingJob") == 1
    assert reader.sink.status["problem"]["code"] == code


def endpoints_confirmed(reader):
    return reader.sink.status["kinds"]["endpoint"]


def test_endpoints_are_not_confirmed_before_one_that_is_missing_was_asked_for():
    """Until then it is still shown, and what is shown must not be called newer than it is; a second listing says as much."""
    reader = Reader()
    put(reader, make("endpoint", "stays"), make("endpoint", "goes"))
    reader.run(20)
    del reader.aws.things["endpoint"]["goes"]
    before = endpoints_confirmed(reader)
    reader.aws.faults["DescribeEndpoint"] = fault("aws_error")
    while "DescribeEndpoint" not in reader.aws.operations():
        reader.run(1)
    assert (reader.sink.gone, endpoints_confirmed(reader)) == ([], before)
    reader.run(30)
    assert reader.sink.gone == ["goes"]
    assert endpoints_confirmed(reader) > (reader.clock.wall() - timedelta(seconds=30)).isoformat()


def test_what_could_not_be_asked_for_on_a_bad_day_is_asked_for_at_once_afterwards():
    """It has waited longer with each failure; until it is asked for it is still shown."""
    reader = Reader()
    put(reader, make("endpoint", "stays"), make("endpoint", "goes"))
    reader.run(20)
    del reader.aws.things["endpoint"]["goes"]
    reader.aws.faults["DescribeEndpoint"] = fault("aws_error")
    reader.run(17)
    call, reader.aws.call = reader.aws.call, lambda *_: raised(fault("aws_error"))
    reader.run(200)
    reader.aws.call, reader.aws.faults = call, {}
    reader.run(30)
    assert reader.sink.gone == ["goes"]


def raised(error):
    raise error


def test_what_may_not_be_asked_for_is_gone_once_a_second_listing_lacks_it_too():
    """Nobody will ever tell more; one listing may have been a bad one."""
    reader = Reader()
    put(reader, make("endpoint", "stays"), make("endpoint", "goes"))
    reader.run(20)
    del reader.aws.things["endpoint"]["goes"]
    deny(reader, "DescribeEndpoint")
    reader.run(17)
    assert reader.sink.gone == []
    reader.run(300)
    assert reader.sink.gone == ["goes"]
    assert endpoints_confirmed(reader) > (reader.clock.wall() - timedelta(seconds=30)).isoformat()


def test_many_that_are_gone_are_all_asked_for_soon():
    """After a bad day a dozen endpoints may be missing at once, on a busy day too."""
    reader = Reader()
    put(reader, *(make("endpoint", f"goes-{number:02d}") for number in range(15)), make("endpoint", "stays"))
    put(reader, *(make_job(f"job-{number}") for number in range(30)))
    reader.run(700)
    for number in range(15):
        del reader.aws.things["endpoint"][f"goes-{number:02d}"]
    reader.run(120)
    assert len(set(reader.sink.gone)) == 15
    assert endpoints_confirmed(reader) > (reader.clock.wall() - timedelta(seconds=60)).isoformat()


def test_what_aws_was_deleting_is_gone_once_no_listing_shows_it():
    """It need not be asked for by its name."""
    reader = Reader()
    put(reader, make("endpoint", "a"), make("endpoint", "b"))
    reader.run(60)
    put(reader, make("endpoint", "a", status="Deleting", modified=reader.clock.wall()))
    reader.run(31)
    del reader.aws.things["endpoint"]["a"]
    calls = reader.run(31)
    assert "DescribeEndpoint" not in calls
    assert reader.sink.gone == ["a"]
