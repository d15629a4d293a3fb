"""ListTrainingJobs filters first and cuts the page afterwards."""

import pytest

from .asks import warm_request
from .conftest import START, request_for


@pytest.fixture
def seven(call, clock):
    """Make seven jobs, ten seconds apart, of which the first two end soon."""
    for number in range(7):
        wish = {"PRACTICE_RUN_SECONDS": "20" if number < 2 else "3000"}
        call("CreateTrainingJob", **request_for(f"Job-{number}", Environment=wish))
        clock.forward(10)
    return call


def names_of(answer):
    return [summary["TrainingJobName"][-1] for summary in answer["TrainingJobSummaries"]]


@pytest.mark.parametrize(
    ("params", "names"),
    [
        ({}, "0123456"),
        ({"SortOrder": "Descending"}, "6543210"),
        ({"SortBy": "Name", "SortOrder": "Descending", "MaxResults": 2}, "65"),
        ({"SortBy": "Status"}, "0123456"),
        ({"StatusEquals": "Completed", "MaxResults": 1, "SortOrder": "Descending"}, "1"),
        ({"StatusEquals": "Failed"}, ""),
        ({"NameContains": "job-3"}, "3"),
        ({"CreationTimeAfter": START.timestamp() + 50}, "56"),
        ({"CreationTimeBefore": START.timestamp() + 10}, "01"),
        ({"LastModifiedTimeAfter": START.timestamp() + 66}, "6"),
        ({"LastModifiedTimeBefore": START.timestamp() + 36}, "012"),
        ({"WarmPoolStatusEquals": "InUse"}, ""),
    ],
)
def test_filters(seven, params, names):
    """Each filter and each order finds what it should."""
    status, answer = seven("ListTrainingJobs", **params)
    assert (status, "".join(names_of(answer))) == (200, names)


def test_default_page(seven, call):
    """Ten at a time, unless asked otherwise."""
    for number in range(5):
        call("CreateTrainingJob", **request_for(f"More-{number}"))
    _, answer = call("ListTrainingJobs")
    assert len(answer["TrainingJobSummaries"]) == 10
    assert "NextToken" in answer


def test_pages_survive_changes(seven, call):
    """A page goes on where the last one ended, whatever came in meanwhile."""
    _, first = call("ListTrainingJobs", SortOrder="Descending", MaxResults=3)
    call("CreateTrainingJob", **request_for("Job-7"))
    _, second = call("ListTrainingJobs", SortOrder="Descending", MaxResults=4, NextToken=first["NextToken"])
    assert names_of(first) + names_of(second) == list("6543210")
    assert "NextToken" not in second


def test_summary(seven):
    """A summary has the end of an ended job, and only of an ended one."""
    _, answer = seven("ListTrainingJobs", MaxResults=100)
    first, *_, last = answer["TrainingJobSummaries"]
    assert first["TrainingEndTime"] == START.timestamp() + 26
    assert "TrainingEndTime" not in last


@pytest.mark.parametrize(
    "params",
    [
        {"MaxResults": 0},
        {"MaxResults": 101},
        {"SortBy": "Cost"},
        {"NextToken": "x"},
        {"NextToken": "W10="},
        {"NextToken": "WzEsICJhIiwgImEiXQ=="},
    ],
)
def test_wrong_requests(seven, params):
    """Bounds, enums and tokens are checked."""
    status, answer = seven("ListTrainingJobs", **params)
    assert (status, answer["__type"]) == (400, "ValidationException")


def test_warm_pools(call, clock):
    """Jobs are found by the state of their warm pool, which the summary tells."""
    call("CreateTrainingJob", **warm_request("kept"))
    call("CreateTrainingJob", **request_for("plain"))
    for seconds, status in ((20, "InUse"), (100, "Available"), (900, "Terminated")):
        clock.forward(seconds)
        _, answer = call("ListTrainingJobs", WarmPoolStatusEquals=status)
        assert [(job["TrainingJobName"], job["WarmPoolStatus"]["Status"]) for job in answer["TrainingJobSummaries"]] == [
            ("kept", status)
        ]
    assert call("ListTrainingJobs", WarmPoolStatusEquals="Reused")[1]["TrainingJobSummaries"] == []


def test_training_plans(call):
    """Jobs on a training plan are found by it, and tell it."""
    plan = "arn:aws:sagemaker:us-east-1:111122223333:training-plan/p"
    resources = {"InstanceType": "ml.p5.48xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30, "TrainingPlanArn": plan}
    call("CreateTrainingJob", **request_for("planned", ResourceConfig=resources))
    call("CreateTrainingJob", **request_for("plain"))
    (found,) = call("ListTrainingJobs", TrainingPlanArnEquals=plan)[1]["TrainingJobSummaries"]
    assert (found["TrainingJobName"], found["TrainingPlanArn"]) == ("planned", plan)


def test_no_time(seven):
    """A time that is none is refused."""
    assert seven("ListTrainingJobs", CreationTimeAfter="yesterday")[0] == 400
