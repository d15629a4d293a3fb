"""Search over training jobs."""

import pytest

from mlcost_ext.sandbox.names import SPACE_ARN

from .asks import config_request, tuning_request
from .conftest import request_for, spot_request


@pytest.fixture
def five(call, clock):
    """Make five jobs ten seconds apart: a short one, three plain ones, a spot one."""
    short = {"Environment": {"PRACTICE_RUN_SECONDS": "20"}, "HyperParameters": {"rate": "0.5", "PRACTICE_X": "1"}}
    team = {"Tags": [{"Key": "team", "Value": "fraud"}]}
    call("CreateTrainingJob", **request_for("job-0", **short))
    for number in (1, 2, 3):
        clock.forward(10)
        call("CreateTrainingJob", **request_for(f"job-{number}", **(team if number == 2 else {})))
    clock.forward(10)
    call("CreateTrainingJob", **spot_request("job-4"))
    return call


def found(answer):
    return "".join(result["TrainingJob"]["TrainingJobName"][-1] for result in answer["Results"])


def one(name, operator=None, value=None):
    given = {"Name": name, "Operator": operator, "Value": value}
    return {"Filters": [{key: item for key, item in given.items() if item is not None}]}


CASES = [
    ({}, "43210"),
    (one("TrainingJobStatus", "Equals", "InProgress"), "4321"),
    (one("TrainingJobStatus", value="Completed"), "0"),
    (one("TrainingJobStatus", "NotEquals", "Completed"), "4321"),
    (one("TrainingJobName", "Contains", "OB-3"), "3"),
    (one("TrainingJobName", "In", "job-1, job-3"), "31"),
    (one("SecondaryStatus", "Equals", "Starting"), "4"),
    (one("LastModifiedTime", "GreaterThanOrEqualTo", "2026-11-23T14:00:40Z"), "4"),
    (one("LastModifiedTime", "LessThan", "2026-11-23T14:00:40"), "3210"),
    (one("CreationTime", "GreaterThan", "2026-11-23T14:00:20"), "43"),
    (one("CreationTime", "LessThanOrEqualTo", "2026-11-23T14:00:10"), "10"),
    (one("CreationTime", "Equals", "2026-11-23T14:00:10"), "1"),
    (one("TrainingEndTime", "Exists"), "0"),
    (one("TrainingEndTime", "NotExists"), "4321"),
    (one("TrainingEndTime", "GreaterThan", "2026-01-01T00:00:00"), "0"),
    (one("Tags.team", "Equals", "fraud"), "2"),
    (one("Tags.team", "NotEquals", "fraud"), "4310"),
    (one("Tags.team", "Exists"), "2"),
    (one("Tags.sagemaker:space-arn", "Equals", SPACE_ARN), "43210"),
    (one("EnableManagedSpotTraining", "Equals", "True"), "4"),
    (one("ResourceConfig.InstanceType", "Equals", "ml.m5.xlarge"), "43210"),
    (one("ResourceConfig.InstanceCount", "Equals", "1"), "43210"),
    (one("BillableTimeInSeconds", "GreaterThan", "19.5"), "0"),
    (one("HyperParameters.rate", "LessThan", "0.6"), "0"),
    (one("Metrics.accuracy", "GreaterThan", "0.9"), ""),
    (
        {
            "Operator": "Or",
            "Filters": [*one("TrainingJobName", value="job-1")["Filters"], *one("Tags.team", "Exists")["Filters"]],
        },
        "21",
    ),
    ({"SubExpressions": [one("Tags.team", "NotExists"), one("TrainingJobStatus", value="InProgress")]}, "431"),
    (
        {
            "NestedFilters": [
                {
                    "NestedPropertyName": "SecondaryStatusTransitions",
                    "Filters": [{"Name": "SecondaryStatusTransitions.Status", "Value": "Completed"}],
                }
            ]
        },
        "0",
    ),
]


@pytest.mark.parametrize(("expression", "jobs"), CASES)
def test_expressions(five, expression, jobs):
    """Each operator finds what it should, the last changed first."""
    status, answer = five("Search", Resource="TrainingJob", SearchExpression=expression, SortBy="CreationTime")
    assert (status, found(answer)) == (200, jobs)
    assert answer["TotalHits"] == {"Value": len(jobs), "Relation": "EqualTo"}


def test_default_order_is_last_modified(five, clock):
    """Without SortBy the last changed job comes first."""
    clock.forward(2500)
    _, answer = five("Search", Resource="TrainingJob")
    times = [result["TrainingJob"]["LastModifiedTime"] for result in answer["Results"]]
    assert times == sorted(times, reverse=True)


def test_pages(five):
    """Pages join without a gap, in both directions, by any property."""
    for order, jobs in (("Ascending", "01234"), ("Descending", "43210")):
        for sort_by in ("CreationTime", "TrainingJobName"):
            seen, token = "", {}
            while True:
                _, answer = five("Search", Resource="TrainingJob", MaxResults=2, SortBy=sort_by, SortOrder=order, **token)
                seen += found(answer)
                if "NextToken" not in answer:
                    break
                token = {"NextToken": answer["NextToken"]}
            assert seen == jobs


def test_sort_by_what_only_some_have(five):
    """Jobs without the property come last when the dearest are asked for first."""
    _, answer = five("Search", Resource="TrainingJob", SortBy="BillableTimeInSeconds", MaxResults=2)
    assert found(answer)[0] == "0"
    _, rest = five("Search", Resource="TrainingJob", SortBy="BillableTimeInSeconds", NextToken=answer["NextToken"])
    assert len(found(rest)) == 3


def test_whole_description_with_tags(five):
    """A result is the whole job, tags included, which Describe does not give."""
    _, answer = five("Search", Resource="TrainingJob", SearchExpression=one("Tags.team", "Exists"))
    job = answer["Results"][0]["TrainingJob"]
    assert {"Key": "team", "Value": "fraud"} in job["Tags"]
    assert {"Key": "sagemaker:space-arn", "Value": SPACE_ARN} in job["Tags"]
    assert job["ResourceConfig"]["VolumeSizeInGB"] == 30


@pytest.mark.parametrize(
    "params",
    [
        {"SearchExpression": one("Colour", "Equals", "red")},
        {"SearchExpression": one("TrainingJobName", "Resembles", "x")},
        {"SearchExpression": one("TrainingJobName", "Equals")},
        {"SearchExpression": one("TrainingJobName", "Exists", "x")},
        {"SearchExpression": one("TrainingJobName", "GreaterThan", "x")},
        {"SearchExpression": one("CreationTime", "GreaterThan", "2026-11-23T14:00:20.123456Z")},
        {"SearchExpression": one("CreationTime", "GreaterThan", "1763900000")},
        {"SearchExpression": one("CreationTime", "GreaterThan", "2026-13-23T14:00:20")},
        {"SearchExpression": {"Filters": one("TrainingJobName", "Contains", "a")["Filters"] * 2}},
        {"MaxResults": 101},
        {"SortBy": "Colour"},
        {"NextToken": "bm9uc2Vuc2U="},
    ],
)
def test_wrong_requests(five, params):
    """What AWS would refuse is refused."""
    status, answer = five("Search", Resource="TrainingJob", **params)
    assert (status, answer["__type"]) == (400, "ValidationException")


def test_other_resources_are_motos(five):
    """Search over anything but what runs goes on to moto."""
    assert five("Search", Resource="ModelPackage") == (200, {"from": "moto"})


def test_tuning_jobs(call, clock):
    """Tuning jobs are found with their tags, by members of their own."""
    call("CreateHyperParameterTuningJob", **tuning_request("tune-a"))
    clock.forward(60)
    call("CreateHyperParameterTuningJob", **tuning_request("tune-b"))
    call("StopHyperParameterTuningJob", HyperParameterTuningJobName="tune-b")
    running = one("HyperParameterTuningJobStatus", "Equals", "InProgress")
    _, answer = call("Search", Resource="HyperParameterTuningJob", SearchExpression=running)
    (job,) = (result["HyperParameterTuningJob"] for result in answer["Results"])
    assert (job["HyperParameterTuningJobName"], job["TrainingJobStatusCounters"]["InProgress"]) == ("tune-a", 2)
    assert {"Key": "team", "Value": "credit"} in job["Tags"]
    _, answer = call("Search", Resource="HyperParameterTuningJob", SortBy="CreationTime", MaxResults=1)
    assert answer["Results"][0]["HyperParameterTuningJob"]["HyperParameterTuningJobName"] == "tune-b"
    assert answer["TotalHits"] == {"Value": 2, "Relation": "EqualTo"}
    children = one("TuningJobArn", "Equals", job["HyperParameterTuningJobArn"])
    assert call("Search", Resource="TrainingJob", SearchExpression=children)[1]["TotalHits"]["Value"] == 2
    assert call("Search", Resource="HyperParameterTuningJob", SearchExpression=one("TrainingJobName", "Exists"))[0] == 400


def test_endpoints(call, clock):
    """Endpoints are found with their variants and tags, and no longer once they are gone."""
    call("CreateEndpointConfig", **config_request("config"))
    call("CreateEndpoint", EndpointName="live", EndpointConfigName="config", Tags=[{"Key": "team", "Value": "fraud"}])
    clock.forward(60)
    expression = one("Tags.team", "Equals", "fraud")
    _, answer = call("Search", Resource="Endpoint", SearchExpression=expression)
    endpoint = answer["Results"][0]["Endpoint"]
    assert (endpoint["EndpointStatus"], endpoint["ProductionVariants"][0]["CurrentInstanceCount"] > 0) == ("InService", True)
    assert (
        call("Search", Resource="Endpoint", SearchExpression=one("EndpointName", "In", "live,dead"))[1]["TotalHits"]["Value"] == 1
    )
    call("DeleteEndpoint", EndpointName="live")
    assert call("Search", Resource="Endpoint")[1]["Results"][0]["Endpoint"]["EndpointStatus"] == "Deleting"
    clock.forward(60)
    assert call("Search", Resource="Endpoint")[1]["Results"] == []


def test_regions_are_apart(five):
    """Each region has its own jobs."""
    assert found(five("Search", "eu-west-1", Resource="TrainingJob")[1]) == ""
