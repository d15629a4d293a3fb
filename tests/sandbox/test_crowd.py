"""Crowds: thousands of jobs that are not made before somebody asks for them."""

from datetime import timedelta

import pytest

from mlcost_ext.sandbox import seed_crowd
from mlcost_ext.sandbox.crowd import CrowdRow
from mlcost_ext.sandbox.operations import query
from mlcost_ext.sandbox.operations.search_filter import compile_expression
from mlcost_ext.sandbox.seed import seed_ended, seed_running
from mlcost_ext.sandbox.training_job import TrainingJob

from .conftest import START, request_for
from .test_search import CASES, one

RUNNING, ENDED = 40, 110


@pytest.fixture
def crowded(account, call):
    """Fill an account with a crowd that runs, one that has ended, and a few jobs by hand."""
    seed_running(account, RUNNING)
    seed_ended(account, ENDED)
    call("CreateTrainingJob", **request_for("by-hand", Tags=[{"Key": "team", "Value": "fraud-platform"}]))
    return call


@pytest.fixture
def walking(monkeypatch):
    """Let even small tables be walked through instead of looked at as a whole."""
    monkeypatch.setattr(query, "LOOKED_AT", 0)


def pages(call, size=37, **params):
    token = {}
    while True:
        status, answer = call("Search", Resource="TrainingJob", MaxResults=size, **params, **token)
        assert status == 200
        yield answer
        if "NextToken" not in answer:
            return
        token = {"NextToken": answer["NextToken"]}


def searched(call, **params):
    return [result["TrainingJob"] for answer in pages(call, **params) for result in answer["Results"]]


@pytest.mark.parametrize("which", ["sweep-", "nightly-"])
def test_what_is_known_beforehand_is_true(account, crowded, which):
    """What a crowd says of a job without making it is what its description says."""
    now = account.clock()
    for crowd in account.jobs("us-east-1").crowds():
        for number in range(len(crowd.created)):
            row = CrowdRow(crowd, number)
            snapshot, then = row.snapshot(), crowd.make(number).describe(now)
            assert (row.name, row.tags) == (snapshot.name, snapshot.tags)
            for member in ("TrainingJobName", "TrainingJobStatus", "CreationTime", "LastModifiedTime", "WarmPoolStatus"):
                assert row.peek(member) == snapshot.peek(member) == then.peek(member)
            assert crowd.possible("Tags.team") >= {row.tags["team"]}
            assert row.peek("TrainingJobStatus") in crowd.possible("TrainingJobStatus")
            until = float("inf") if then.valid_until is None else then.valid_until.timestamp()
            assert crowd.until[number] == until
            assert crowd.number(row.name) == number
    assert [crowd.number(f"{which}x") for crowd in account.jobs("us-east-1").crowds()] == [None, None]
    assert [crowd.number(f"{which}999999") for crowd in account.jobs("us-east-1").crowds()] == [None, None]


def test_shape_of_the_crowds(crowded):
    """Those that run all train; those that ended did so within ninety days, evenly, a few failed or were stopped."""
    running = searched(crowded, SearchExpression=one("TrainingJobStatus", "Equals", "InProgress"), SortBy="CreationTime")
    assert len(running) == RUNNING + 1
    assert {job["SecondaryStatus"] for job in running[1:]} == {"Training"}
    ended = searched(crowded, SearchExpression=one("TrainingJobStatus", "In", "Completed,Failed,Stopped"))
    assert len(ended) == ENDED
    ages = [(START.timestamp() - job["TrainingEndTime"]) / 86_400 for job in ended]
    assert 0 < min(ages) < 1
    assert 88 < max(ages) < 90
    assert {"Completed", "Failed", "Stopped"} == {job["TrainingJobStatus"] for job in ended}
    assert any(job["EnableManagedSpotTraining"] for job in ended)


@pytest.mark.parametrize(("expression", "jobs"), CASES)
def test_walking_finds_the_same(crowded, monkeypatch, expression, jobs):
    """Whatever is asked, a walk from page to page finds what a look at everything finds."""
    for sort_by in ("CreationTime", "LastModifiedTime", "TrainingJobName"):
        for order in ("Ascending", "Descending"):
            params = {"SearchExpression": expression, "SortBy": sort_by, "SortOrder": order}
            monkeypatch.setattr(query, "LOOKED_AT", 999_999)
            looked = [job["TrainingJobName"] for job in searched(crowded, **params)]
            monkeypatch.setattr(query, "LOOKED_AT", 0)
            assert [job["TrainingJobName"] for job in searched(crowded, **params)] == looked


WINDOWS = [
    (("LastModifiedTime", "GreaterThanOrEqualTo", "2026-11-20T00:00:00Z"),),
    (("LastModifiedTime", "GreaterThan", "2026-09-20T00:00:00Z"), ("TrainingJobStatus", "In", "Failed,Stopped")),
    (("CreationTime", "LessThanOrEqualTo", "2026-11-23T09:00:00Z"), ("CreationTime", "GreaterThan", "2026-11-01T00:00:00Z")),
    (("CreationTime", "LessThan", "2026-10-01T00:00:00Z"), ("Tags.team", "Equals", "credit-risk")),
    (("TrainingJobName", "In", "sweep-00007,nightly-000011,by-hand,nobody"),),
    (("TrainingJobName", "Equals", "sweep-00007"), ("TrainingJobName", "In", "nightly-000011")),
    (("TuningJobArn", "Equals", "arn"),),
    (("AutoMLJobArn", "Exists", None),),
    (("CreationTime", "Exists", None), ("LastModifiedTime", "Equals", "2026-11-23T13:59:00Z")),
    (("Tags.nobody", "Equals", "x"),),
    (("Tags.sweep", "Equals", "1"), ("EnableManagedSpotTraining", "Equals", "false")),
    (("WarmPoolStatus.Status", "Equals", "Available"),),
    (("TrainingJobStatus", "NotEquals", "Completed"),),
]


@pytest.mark.parametrize("filters", WINDOWS)
@pytest.mark.parametrize("operator", ["And", "Or"])
def test_windows_leave_out_nothing(account, crowded, monkeypatch, filters, operator):
    """What is looked up by time or name is what asking every single job finds."""
    given = [{key: value for key, value in zip(("Name", "Operator", "Value"), entry, strict=True) if value} for entry in filters]
    expression = {"Filters": given, "Operator": operator}
    matches = compile_expression(expression, "TrainingJob").matches
    wanted = {row.name for row in account.jobs("us-east-1").all(account.clock()) if matches(row)}
    for looked_at in (0, 999_999):
        monkeypatch.setattr(query, "LOOKED_AT", looked_at)
        assert {job["TrainingJobName"] for job in searched(crowded, SearchExpression=expression)} == wanted


def test_nothing_is_made_before_it_is_asked_for(account, call, monkeypatch):
    """A page of a hundred makes a hundred jobs, and one that finds nothing makes none."""
    made = []
    job_of = seed_crowd.job_of
    monkeypatch.setattr(seed_crowd, "job_of", lambda seed, now: made.append(seed.name) or job_of(seed, now))
    seed_running(account, 2000)
    seed_ended(account, 5000)
    made.clear()
    expression = one("TrainingJobStatus", "In", "InProgress,Stopping")
    _, answer = call("Search", Resource="TrainingJob", SearchExpression=expression, SortBy="CreationTime", MaxResults=100)
    assert len(made) == len(answer["Results"]) == 100
    assert answer["TotalHits"] == {"Value": 101, "Relation": "GreaterThanOrEqualTo"}
    made.clear()
    for nothing in (one("Tags.team", "Equals", "x"), one("TuningJobArn", "Equals", "x")):
        assert call("Search", Resource="TrainingJob", SearchExpression=nothing)[1]["Results"] == []
    assert made == []


def test_counts(crowded, walking):
    """How many there are is exact once a walk has come to its end from the beginning, and else at least so many."""
    few = one("TrainingJobName", "Contains", "sweep-0000")
    counted = [answer["TotalHits"] for answer in pages(crowded, size=100, SearchExpression=few)]
    assert counted == [{"Value": 10, "Relation": "EqualTo"}]
    first, *_ = pages(crowded, size=100)
    assert first["TotalHits"] == {"Value": 101, "Relation": "GreaterThanOrEqualTo"}


def test_one_of_a_crowd_is_a_job_like_any_other(account, crowded, clock):
    """It can be described, tagged and stopped, and from then on it goes its own way."""
    _, described = crowded("DescribeTrainingJob", TrainingJobName="sweep-00003")
    crowded("AddTags", ResourceArn=described["TrainingJobArn"], Tags=[{"Key": "mine", "Value": "yes"}])
    crowded("StopTrainingJob", TrainingJobName="sweep-00003")
    clock.forward(60)
    stopped = searched(crowded, SearchExpression=one("Tags.mine", "Exists"))
    assert [(job["TrainingJobName"], job["TrainingJobStatus"]) for job in stopped] == [("sweep-00003", "Stopped")]
    names = [job["TrainingJobName"] for job in searched(crowded)]
    assert len(names) == len(set(names)) == RUNNING + ENDED + 1
    assert crowded("StopTrainingJob", TrainingJobName="nightly-000001")[0] == 400
    assert crowded("CreateTrainingJob", **request_for("sweep-00003"))[1]["__type"] == "ResourceInUse"
    assert crowded("CreateTrainingJob", **request_for("nightly-000002"))[1]["__type"] == "ResourceInUse"


def test_a_crowd_ends(account, crowded, clock):
    """Jobs of a crowd end when their time has come, and are found among what changed."""
    clock.now += timedelta(hours=60)
    since = one("LastModifiedTime", "GreaterThan", "2026-11-23T15:00:00")
    ended = searched(crowded, SearchExpression=since, SortBy="LastModifiedTime", SortOrder="Ascending")
    assert ended == []
    clock.now += timedelta(hours=12)
    ended = searched(crowded, SearchExpression=since, SortBy="LastModifiedTime", SortOrder="Ascending")
    assert [job["TrainingJobStatus"] for job in ended] == ["Completed"] * RUNNING
    assert ended[0]["TrainingJobName"] == f"sweep-{RUNNING - 1:05d}"
    assert isinstance(account.jobs("us-east-1").get("sweep-00000", clock.now).thing, TrainingJob)


def test_clock_set_back(account, crowded, clock):
    """With the clock set back, what has ended since still runs."""
    latest = searched(crowded, SearchExpression=one("TrainingJobName", "Contains", "nightly"))[0]
    clock.now -= timedelta(days=2)
    _, before = crowded("DescribeTrainingJob", TrainingJobName=latest["TrainingJobName"])
    assert before["__type"] == "ValidationException"  # it was not created yet
    assert len(searched(crowded, SearchExpression=one("TrainingJobName", "Contains", "nightly"))) < ENDED
    clock.now += timedelta(days=2)
    assert len(searched(crowded, SearchExpression=one("TrainingJobName", "Contains", "nightly"))) == ENDED


def test_listing(crowded, walking):
    """ListTrainingJobs goes through a crowd as Search does."""
    names, token = [], {}
    while True:
        _, answer = crowded("ListTrainingJobs", MaxResults=50, StatusEquals="InProgress", **token)
        names += [job["TrainingJobName"] for job in answer["TrainingJobSummaries"]]
        if "NextToken" not in answer:
            break
        token = {"NextToken": answer["NextToken"]}
    assert len(names) == len(set(names)) == RUNNING + 1
    _, pools = crowded("ListTrainingJobs", WarmPoolStatusEquals="Available")
    assert pools["TrainingJobSummaries"] == []
