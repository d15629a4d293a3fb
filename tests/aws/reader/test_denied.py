"""What is not allowed is named, gone round where that is possible, and never taken for an account without jobs."""

from datetime import timedelta

import pytest

from mlcost_ext.aws.reader.permissions import RETRY_SECONDS
from tests.aws.reader.fakes import START, Reader, denied, fault, make_job, put

OTHER = ("sagemaker:space-arn", "arn:aws:sagemaker:us-east-1:111122223333:space/d-test/somebody-elses")


def deny(reader, *operations):
    reader.aws.faults = {operation: denied(f"sagemaker:{operation}") for operation in operations}


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


@pytest.mark.parametrize(
    ("operations", "named"),
    [
        (("Search", "ListTrainingJobs"), "sagemaker:ListTrainingJobs"),
        (("Search", "DescribeTrainingJob"), "sagemaker:DescribeTrainingJob"),
        (("Search", "ListTags"), "sagemaker:ListTags"),
    ],
)
def test_without_the_permission_to_tell_what_is_ours_nothing_is_called_complete(operations, named):
    """No time and no first picture, so that nobody reads it as zero jobs; the action is named."""
    reader = Reader()
    put(reader, make_job("a"))
    deny(reader, *operations)
    reader.turns(8, 10)
    status = reader.sink.status
    assert (status["as_of"], status["first_picture"]) == (None, False)
    assert status["problem"]["code"] == "permission_missing"
    assert named in status["problem"]["message"]


@pytest.mark.parametrize("operation", ["ListTrainingJobs", "ListTags", "DescribeTrainingJob"])
def test_once_it_is_granted_the_picture_becomes_complete(operation):
    """Within a few minutes, without a new start, with the jobs that could not be told before."""
    reader = Reader()
    put(reader, make_job("a", modified=START - timedelta(minutes=20)))
    deny(reader, "Search", operation)
    reader.turns(6, 10)
    assert reader.sink.take_jobs() == []
    deny(reader, "Search")
    reader.turns(40, 10)
    assert reader.sink.take_jobs() == ["a"]
    assert reader.sink.status["first_picture"] is True
    assert operation not in reader.sink.status["problem"]["message"]


def test_a_permission_that_is_taken_away_stops_the_time():
    """It stays at the last poll that could tell."""
    reader = Reader()
    reader.turn()
    deny(reader, "Search", "ListTrainingJobs")
    reader.turns(6, 10)
    assert reader.sink.status["as_of"] == "2026-11-23T14:00:00Z"
    assert reader.sink.status["problem"]["code"] == "permission_missing"


def test_where_names_alone_decide_describing_them_all_is_enough():
    """A laptop has no owner's tags: what it launched is all there is to know."""
    reader = Reader(owner_tags=(), names=["a"])
    put(reader, make_job("a"))
    deny(reader, "Search", "ListTrainingJobs")
    reader.turn()
    assert (reader.sink.status["as_of"], reader.sink.status["first_picture"]) == ("2026-11-23T14:00:00Z", True)
    deny(reader, "Search", "ListTrainingJobs", "DescribeTrainingJob")
    reader.turns(6, 10)
    assert reader.sink.status["as_of"] == "2026-11-23T14:00:00Z"


def test_denied_descriptions_of_a_listing_cost_few_calls():
    """After three denials it is tried once in five minutes."""
    reader = Reader()
    put(reader, *(make_job(f"job-{number}") for number in range(20)))
    deny(reader, "Search", "DescribeTrainingJob")
    assert reader.turns(29, 10).count("DescribeTrainingJob") == 3
    assert reader.turns(2, RETRY_SECONDS / 2).count("DescribeTrainingJob") == 1


def test_tags_that_aws_fails_to_give_are_asked_for_again():
    """One job of which AWS says nothing but 500 keeps no other from being read."""
    reader = Reader()
    put(reader, make_job("a"), make_job("b", modified=START - timedelta(minutes=1)))
    deny(reader, "Search")
    list_tags = reader.aws.list_tags

    def failing(params):
        if params["ResourceArn"].endswith("/a"):
            raise fault("aws_error")
        return list_tags(params)

    reader.aws.list_tags = failing
    assert reader.turns(20, 10).count("ListTags") == 2
    assert reader.sink.take_jobs() == ["b"]
    reader.aws.list_tags = list_tags
    reader.turns(31, 10)
    assert reader.sink.take_jobs() == ["a"]


def test_what_was_put_off_is_read_as_soon_as_the_action_is_tried_again():
    """Not five minutes later once more, because the two waits do not end together."""
    reader = Reader()
    deny(reader, "Search", "ListTags")
    reader.turns(10, 10)
    put(reader, *(make_job(f"job-{number}", modified=START + timedelta(seconds=100)) for number in range(3)))
    reader.turns(10, 10)
    deny(reader, "Search")
    reader.turns(22, 10)
    assert sorted(reader.sink.take_jobs()) == ["job-0", "job-1", "job-2"]


def test_names_that_can_neither_be_searched_for_nor_described_are_no_empty_account():
    """Should AWS refuse to search for names, describing them is the only way."""
    reader = Reader(owner_tags=(), names=["a"])
    reader.aws.faults = {
        "Search": fault("aws_error", aws_code="ValidationException"),
        "DescribeTrainingJob": denied("sagemaker:DescribeTrainingJob"),
    }
    reader.turns(3, 10)
    assert reader.sink.status["as_of"] is None
    assert "sagemaker:DescribeTrainingJob" in reader.sink.status["problem"]["message"]


def test_the_first_picture_of_many_names_is_complete_once_each_was_tried():
    """The budget does not allow all of them at once."""
    names = [f"job-{number:02d}" for number in range(80)]
    reader = Reader(owner_tags=(), names=names)
    put(reader, *(make_job(name, tags=(), status="Completed", BillableTimeInSeconds=7) for name in names))
    deny(reader, "Search", "ListTrainingJobs")
    reader.turn()
    assert reader.sink.status["first_picture"] is False
    reader.turns(300)
    assert reader.sink.status["first_picture"] is True
    assert set(reader.sink.take_jobs()) == set(names)
