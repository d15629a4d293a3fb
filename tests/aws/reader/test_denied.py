"""What is not allowed is named, gone round where that is possible, and never taken for an account without jobs."""

from datetime import timedelta

import pytest

from mlcost_ext.aws.reader.permissions import RETRY_SECONDS
from tests.aws.reader.fakes import OTHER, START, Reader, deny, fault, make, make_job, put


def test_where_search_is_denied_jobs_are_listed_and_described():
    """The permission is named, whose a job is is asked once, and others' jobs are not described."""
    reader = Reader()
    deny(reader, "Search")
    put(reader, make_job("ours"), make_job("theirs", tags=[OTHER]))
    calls = reader.turn()
    assert calls[:3] == ["Search", "ListTrainingJobs", "ListTrainingJobs"]
    assert sorted(calls[3:]) == ["DescribeTrainingJob", "ListTags", "ListTags"]
    assert reader.sink.take_jobs() == ["ours"]
    assert reader.sink.status["mode"] == "list"
    assert reader.sink.status["first_picture"] is True
    assert "sagemaker:Search" in reader.sink.status["problem"]["message"]
    assert reader.run(30) == ["ListTrainingJobs"]
    put(reader, make_job("ours", status="Stopping", modified=reader.clock.wall()))
    assert [call for call in reader.run(30) if call != "Search"] == ["ListTrainingJobs", "DescribeTrainingJob"]
    assert reader.sink.take_jobs() == ["ours"]


@pytest.mark.parametrize("kind", ["tuning", "endpoint"])
def test_where_search_is_denied_tuning_jobs_and_endpoints_are_listed_too(kind):
    """Found, described and missed once they are gone."""
    reader = Reader()
    deny(reader, "Search")
    put(reader, make(kind, "ours"), make(kind, "theirs", tags=[OTHER]))
    reader.turn()
    assert set(reader.sink.take_names(kind)) == {"ours"}
    assert reader.sink.status["first_picture"] is True
    del reader.aws.things["endpoint" if kind == "endpoint" else "tuning"]["ours"]
    reader.run(30 if kind == "endpoint" else 1900)
    assert reader.sink.gone == ["ours"]


def test_a_denied_search_is_tried_again_and_the_problem_goes_when_it_is_granted():
    """At first after less than a minute, in the end every five."""
    reader = Reader()
    deny(reader, "Search")
    assert reader.run(290).count("Search") == 3
    assert reader.run(3600).count("Search") == 12
    reader.aws.faults = {}
    assert "Search" in reader.run(320)
    assert reader.sink.status["problem"] is None
    assert reader.sink.status["mode"] == "search"


def test_where_only_describe_is_allowed_the_known_names_are_read():
    """Each missing permission is named once."""
    reader = Reader(names=["a"])
    deny(reader, "Search", "ListTrainingJobs")
    put(reader, make_job("a"))
    assert reader.turn() == ["Search", "ListTrainingJobs", "DescribeTrainingJob"]
    assert reader.sink.take_jobs() == ["a"]
    message = reader.sink.status["problem"]["message"]
    assert message.count("sagemaker:Search") == message.count("sagemaker:ListTrainingJobs") == 1


def test_where_tags_are_denied_only_the_known_names_are_ours():
    """Whose the others are cannot be told, so they are not shown."""
    reader = Reader(names=["a"])
    deny(reader, "Search", "ListTags")
    put(reader, make_job("a"), make_job("b"))
    reader.turn()
    assert set(reader.sink.take_jobs()) == {"a"}
    reader.run(30)
    assert "sagemaker:ListTags" in reader.sink.status["problem"]["message"]


def test_where_describe_is_denied_it_is_said():
    """And tried again after five minutes."""
    reader = Reader(names=["a"])
    deny(reader, "DescribeTrainingJob")
    reader.aws.search = lambda params: {"Results": []}
    reader.turn()
    assert "sagemaker:DescribeTrainingJob" in reader.sink.status["problem"]["message"]
    assert reader.run(310).count("DescribeTrainingJob") == 1


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
    reader.run(80)
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
    reader.run(60)
    assert reader.sink.take_jobs() == []
    deny(reader, "Search")
    reader.run(400)
    assert reader.sink.take_jobs() == ["a"]
    assert reader.sink.status["first_picture"] is True
    assert operation not in reader.sink.status["problem"]["message"]


def test_a_permission_that_is_taken_away_stops_the_time():
    """It stays at the last poll that could tell."""
    reader = Reader()
    reader.turn()
    deny(reader, "Search", "ListTrainingJobs")
    reader.run(60)
    assert reader.sink.status["as_of"] == "2026-11-23T14:00:00Z"
    assert reader.sink.status["problem"]["code"] == "permission_missing"


def test_where_names_alone_decide_describing_them_all_is_enough():
    """A laptop has no owner's tags: what it launched is all there is to know."""
    reader = Reader(owner_tags=(), names=["a"])
    put(reader, make_job("a"))
    deny(reader, "Search", "ListTrainingJobs")
    reader.run(60)
    assert reader.sink.status["first_picture"] is True
    told = reader.sink.status["as_of"]
    assert told >= "2026-11-23T14:00:20Z"
    deny(reader, "Search", "ListTrainingJobs", "DescribeTrainingJob")
    reader.run(120)
    assert reader.sink.status["as_of"] <= "2026-11-23T14:01:30Z"


def test_denied_descriptions_of_a_listing_cost_few_calls():
    """After three denials it is tried once in five minutes."""
    reader = Reader()
    put(reader, *(make_job(f"job-{number}") for number in range(20)))
    deny(reader, "Search", "DescribeTrainingJob")
    assert reader.run(290).count("DescribeTrainingJob") == 3
    assert 1 <= reader.run(RETRY_SECONDS).count("DescribeTrainingJob") <= 2


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
    assert reader.run(200).count("ListTags") in (2, 3, 4, 5)  # of the other one, and of this one each minute
    assert reader.sink.take_jobs() == ["b"]
    reader.aws.list_tags = list_tags
    reader.run(310)
    assert reader.sink.take_jobs() == ["a"]


def test_names_that_can_neither_be_searched_for_nor_described_are_no_empty_account():
    """Should AWS refuse to search for names, describing them is the only way."""
    reader = Reader(owner_tags=(), names=["a"])
    deny(reader, "DescribeTrainingJob")
    reader.aws.faults["Search"] = fault("aws_error", aws_code="ValidationException")
    reader.run(60)
    assert reader.sink.status["as_of"] is None
    assert "sagemaker:DescribeTrainingJob" in reader.sink.status["problem"]["message"]


def test_the_first_picture_of_many_names_is_complete_once_each_was_tried():
    """The calls for a first picture are enough for a hundred of them; the rest has to wait."""
    names = [f"job-{number:03d}" for number in range(160)]
    reader = Reader(owner_tags=(), names=names)
    put(reader, *(make_job(name, tags=(), status="Completed", BillableTimeInSeconds=7) for name in names))
    deny(reader, "Search", "ListTrainingJobs")
    reader.turn()
    assert reader.sink.status["first_picture"] is False
    reader.run(1800)
    assert reader.sink.status["first_picture"] is True
    assert set(reader.sink.take_jobs()) == set(names)
    assert reader.aws.most_in(600, since=reader.clock() - 1700) <= 120


def test_a_long_list_is_worked_off_within_the_budget():
    """What does not fit is read later, the first picture is not called complete before, and no time is told."""
    reader = Reader()
    deny(reader, "Search")
    put(reader, *(make_job(f"job-{number:03d}") for number in range(150)))
    assert len(reader.turn(kind=None)) <= 150 + 80
    assert (reader.sink.status["first_picture"], reader.sink.status["as_of"]) == (False, None)
    reader.run(3600)
    assert reader.sink.status["first_picture"] is True
    assert len(set(reader.sink.take_jobs())) == 150
    assert reader.aws.most_in(600, since=reader.clock() - 3500) <= 120


def test_kinds_besides_the_prompt_ones_say_themselves_what_is_denied():
    """And the prompt ones are not called troubled for it."""
    reader = Reader()
    deny(reader, "ListNotebookInstances", "DescribeProcessingJob")
    put(reader, make("processing", "p"), make("notebook", "n"), make_job("a"))
    reader.run(30)
    status = reader.sink.status
    assert (status["problem"], status["first_picture"]) == (None, True)
    assert status["kinds"]["notebook"] is status["kinds"]["processing"] is None
    problems = status["kind_problems"]
    assert problems.keys() == {"notebook", "processing"}
    assert "sagemaker:ListNotebookInstances" in problems["notebook"]["message"]
    assert "sagemaker:DescribeProcessingJob" in problems["processing"]["message"]
