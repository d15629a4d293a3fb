"""Jobs that AWS does not know, or knows no more, and jobs it will not describe."""

from datetime import timedelta

import pytest

from mlcost_ext.aws.reader.names import ABSENT_SECONDS, GONE_WAIT_SECONDS
from tests.aws.reader.fakes import REGION, START, Reader, fault, make_job, put


def test_a_name_aws_does_not_know_is_said_to_be_gone_once():
    """Only after half a minute of tries, since AWS may not know a launch of just now; it is no problem of the region."""
    reader = Reader(names=["never-there"])
    reader.turns(int(ABSENT_SECONDS) - 1)
    assert reader.sink.gone == []
    calls = reader.turns(120)
    assert {"push": "gone", "region_id": REGION, "names": ["never-there"]} in reader.sink.documents
    assert reader.sink.gone == ["never-there"]
    assert reader.sink.status["problem"] is None
    assert reader.described() == ["never-there"] * 5
    assert "DescribeTrainingJob" not in calls[2:]


def test_what_comes_back_is_handed_on_again():
    """The credentials were of another account, and are changed half an hour later."""
    reader = Reader(names=["a"])
    reader.turns(40)
    reader.aws.search = lambda params: {"Results": []}
    put(reader, make_job("a"))
    reader.turn(GONE_WAIT_SECONDS)
    assert reader.sink.take_jobs() == ["a"]
    del reader.aws.jobs["a"]
    reader.turns(60)
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
    """One confirming answer is enough; it is not asked for with each poll after that."""
    reader = Reader(names=names)
    put(reader, make_job("a"))
    reader.turn()
    del reader.aws.jobs["a"]
    assert reader.turn(1800).count("DescribeTrainingJob") == 1
    assert reader.sink.gone == ["a"]
    assert reader.turns(30, 10).count("DescribeTrainingJob") == 0
    reader.turn(1800)
    assert reader.sink.gone == ["a"]


def test_a_running_job_that_a_listing_shows_no_more_is_gone():
    """Where Search is denied, the whole listing of every half hour tells."""
    reader = Reader()
    reader.aws.faults["Search"] = fault("permission_missing")
    put(reader, make_job("a"))
    reader.turn()
    del reader.aws.jobs["a"]
    reader.turn(1800)
    assert reader.sink.gone == ["a"]


def test_a_running_job_that_search_has_lost_is_described():
    """The whole picture is taken every half hour, and compared."""
    reader = Reader()
    put(reader, make_job("a"))
    reader.turn()
    reader.aws.search = lambda params: {"Results": []}
    put(reader, make_job("a", status="Failed", modified=START + timedelta(minutes=20)))
    reader.turn(1800)
    assert "a" in reader.sink.take_jobs()


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
    reader.turns(30, 10)
    assert reader.sink.status["problem"] is None
    assert reader.sink.status["as_of"] == "2026-11-23T14:05:00Z"
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
