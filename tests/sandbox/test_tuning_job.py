"""Hyperparameter tuning jobs and the training jobs they start, as a client sees them."""

import pytest

from mlcost_ext.sandbox.names import STUDIO_TAGS

from .asks import definition, tuning_request, wish
from .conftest import START


def described(call, name="sweep"):
    return call("DescribeHyperParameterTuningJob", HyperParameterTuningJobName=name)[1]


def children(call, **params):
    return call("ListTrainingJobsForHyperParameterTuningJob", HyperParameterTuningJobName="sweep", **params)[1][
        "TrainingJobSummaries"
    ]


def counters(call):
    return {key: count for key, count in described(call)["TrainingJobStatusCounters"].items() if count}


def running(call):
    return [job["TrainingJobName"] for job in children(call) if job["TrainingJobStatus"] == "InProgress"]


def test_as_many_as_may_run_at_once(call, clock):
    """At any time no more run than MaxParallelTrainingJobs, and all of them come in the end."""
    call("CreateHyperParameterTuningJob", **tuning_request(count=5))
    assert children(call) == []
    seen = set()
    for _ in range(60):
        clock.forward(7)
        assert len(running(call)) <= 2
        assert counters(call).get("InProgress", 0) == len(running(call))
        seen |= set(running(call))
    assert len(seen) == 5
    job = described(call)
    assert (job["HyperParameterTuningJobStatus"], counters(call)) == ("Completed", {"Completed": 5})
    ends = [child["TrainingEndTime"] for child in children(call)]
    assert job["HyperParameterTuningEndTime"] == max(ends)
    assert job["ConsumedResources"]["RuntimeInSeconds"] == round(max(ends) - START.timestamp())


def test_children_are_training_jobs(call, clock):
    """Each is a training job as any other, knows who started it, and bears the tuning job's tags."""
    _, answer = call("CreateHyperParameterTuningJob", **tuning_request())
    clock.forward(12)
    first, second = children(call)
    assert first["TrainingJobName"].startswith("sweep-001-")
    _, job = call("DescribeTrainingJob", TrainingJobName=first["TrainingJobName"])
    assert job["TuningJobArn"] == answer["HyperParameterTuningJobArn"]
    assert job["HyperParameters"] == {"epochs": "3", **first["TunedHyperParameters"]}
    assert set(first["TunedHyperParameters"]) == {"depth", "eta", "booster"}
    _, listed = call("ListTrainingJobs")
    assert {one["TrainingJobName"] for one in listed["TrainingJobSummaries"]} == {
        first["TrainingJobName"],
        second["TrainingJobName"],
    }
    _, found = call("ListTags", ResourceArn=first["TrainingJobArn"])
    tags = {tag["Key"]: tag["Value"] for tag in found["Tags"]}
    assert tags == {**STUDIO_TAGS, "team": "credit"}


def test_always_the_same(call, clock, account):
    """The same request at the same time leads to the same jobs, with the same names."""
    call("CreateHyperParameterTuningJob", **tuning_request())
    call("CreateHyperParameterTuningJob", "eu-west-1", **tuning_request())
    clock.forward(1000)
    here, there = (account.jobs(region).all(clock()) for region in ("us-east-1", "eu-west-1"))
    assert sorted(one.name for one in here) == sorted(one.name for one in there)


def test_modified_with_its_status_only(call, clock):
    """LastModifiedTime tells of the status, as AWS says; counters change without it."""
    call("CreateHyperParameterTuningJob", **tuning_request())
    clock.forward(150)
    assert counters(call)["Completed"] >= 1
    assert described(call)["LastModifiedTime"] == START.timestamp()


def test_stop(call, clock):
    """Stopping stops all that run, and nothing begins any more."""
    call("CreateHyperParameterTuningJob", **tuning_request())
    clock.forward(150)
    before = counters(call)
    assert call("StopHyperParameterTuningJob", HyperParameterTuningJobName="sweep") == (200, {})
    clock.forward(1)
    assert described(call)["HyperParameterTuningJobStatus"] == "Stopping"
    assert call("StopHyperParameterTuningJob", HyperParameterTuningJobName="sweep") == (200, {})
    clock.forward(10)
    job = described(call)
    assert job["HyperParameterTuningJobStatus"] == "Stopped"
    assert counters(call) == {"Completed": before["Completed"], "Stopped": before["InProgress"]}
    assert job["LastModifiedTime"] == job["HyperParameterTuningEndTime"]
    clock.forward(5000)
    assert len(children(call)) == sum(before.values())
    status, answer = call("StopHyperParameterTuningJob", HyperParameterTuningJobName="sweep")
    assert (status, "in status Stopped" in answer["message"]) == (400, True)


def test_stopped_before_anything_began(call, clock):
    """Stopped at once, it has started nothing."""
    call("CreateHyperParameterTuningJob", **tuning_request())
    clock.forward(1)
    call("StopHyperParameterTuningJob", HyperParameterTuningJobName="sweep")
    clock.forward(1)
    assert described(call)["HyperParameterTuningJobStatus"] == "Stopping"
    clock.forward(5)
    assert (described(call)["HyperParameterTuningJobStatus"], children(call)) == ("Stopped", [])


def test_a_stopped_child_makes_room(call, clock):
    """When one of its jobs is stopped by hand, the next begins as soon as that has ended."""
    call("CreateHyperParameterTuningJob", **tuning_request(count=3))
    clock.forward(30)
    first, _ = running(call)
    call("StopTrainingJob", TrainingJobName=first)
    clock.forward(10)
    assert len(running(call)) == 2
    assert first not in running(call)
    assert counters(call) == {"InProgress": 2, "Stopped": 1}
    clock.forward(500)
    assert counters(call) == {"Completed": 2, "Stopped": 1}
    assert described(call)["HyperParameterTuningJobStatus"] == "Completed"


def test_tags_of_a_child_last(call, clock):
    """Tags given to one of its jobs stay when the others are planned anew."""
    call("CreateHyperParameterTuningJob", **tuning_request())
    clock.forward(30)
    first, second = children(call)
    call("AddTags", ResourceArn=second["TrainingJobArn"], Tags=[{"Key": "mine", "Value": "1"}])
    call("StopTrainingJob", TrainingJobName=first["TrainingJobName"])
    _, found = call("ListTags", ResourceArn=second["TrainingJobArn"])
    assert {"Key": "mine", "Value": "1"} in found["Tags"]


def test_all_failed(call, clock):
    """When every job fails, so does the tuning job."""
    request = tuning_request(TrainingJobDefinition=definition(Environment=wish(20, PRACTICE_FAILURE_REASON="AlgorithmError: no")))
    call("CreateHyperParameterTuningJob", **request)
    clock.forward(500)
    job = described(call)
    assert job["HyperParameterTuningJobStatus"] == "Failed"
    assert "All training jobs failed" in job["FailureReason"]
    assert counters(call) == {"NonRetryableError": 4}
    assert "BestTrainingJob" not in job
    assert {child["FailureReason"] for child in children(call)} == {"AlgorithmError: no"}


def test_runtime_limit(call, clock):
    """A tuning job that runs into its own limit is stopped, with what runs."""
    call("CreateHyperParameterTuningJob", **tuning_request(count=20, limits={"MaxRuntimeInSeconds": 150}))
    clock.forward(149)
    assert described(call)["HyperParameterTuningJobStatus"] == "InProgress"
    clock.forward(1)
    assert described(call)["HyperParameterTuningJobStatus"] == "Stopping"
    clock.forward(10)
    assert described(call)["HyperParameterTuningJobStatus"] == "Stopped"
    assert len(children(call, MaxResults=100)) < 6


def test_runtime_limit_out_of_reach(call, clock):
    """A limit it does not run into changes nothing; one of its jobs can still be stopped by hand."""
    call("CreateHyperParameterTuningJob", **tuning_request(count=2, limits={"MaxRuntimeInSeconds": 4000}))
    clock.forward(20)
    assert call("StopTrainingJob", TrainingJobName=running(call)[0])[0] == 200
    clock.forward(400)
    assert (described(call)["HyperParameterTuningJobStatus"], counters(call)) == ("Completed", {"Completed": 1, "Stopped": 1})


@pytest.mark.parametrize(("kind", "pick"), [("Maximize", max), ("Minimize", min)])
def test_best(call, clock, kind, pick):
    """The best is the one with the best objective of those that have completed."""
    request = tuning_request()
    request["HyperParameterTuningJobConfig"]["HyperParameterTuningJobObjective"]["Type"] = kind
    call("CreateHyperParameterTuningJob", **request)
    clock.forward(1000)
    metrics = {one["TrainingJobName"]: one["FinalHyperParameterTuningJobObjectiveMetric"]["Value"] for one in children(call)}
    winner = described(call)["BestTrainingJob"]["TrainingJobName"]
    assert metrics[winner] == pick(metrics.values())
    ordered = children(call, SortBy="FinalObjectiveMetricValue", SortOrder="Descending")
    assert [one["TrainingJobName"] for one in ordered] == sorted(metrics, key=metrics.get, reverse=True)


def test_children_without_a_metric(call, clock):
    """Sorted by the objective, those without one are left out."""
    request = tuning_request()
    del request["HyperParameterTuningJobConfig"]["HyperParameterTuningJobObjective"]
    call("CreateHyperParameterTuningJob", **request)
    clock.forward(1000)
    assert len(children(call)) == 4
    assert children(call, SortBy="FinalObjectiveMetricValue") == []
    assert "BestTrainingJob" not in described(call)


def test_children_filters_and_pages(call, clock):
    """They are filtered by status and come page by page."""
    call("CreateHyperParameterTuningJob", **tuning_request())
    clock.forward(150)
    done, going = (children(call, StatusEquals=status) for status in ("Completed", "InProgress"))
    assert len(done) + len(going) == len(children(call))
    _, page = call("ListTrainingJobsForHyperParameterTuningJob", HyperParameterTuningJobName="sweep", MaxResults=1)
    assert children(call, MaxResults=100, NextToken=page["NextToken"]) == children(call)[1:]


def test_several_definitions(call, clock):
    """Definitions take turns; a tuning job's own cluster becomes the jobs' resources."""
    cluster = {"InstanceConfigs": [{"InstanceType": "ml.c5.xlarge", "InstanceCount": 2, "VolumeSizeInGB": 10}]}
    one = definition(DefinitionName="one", TuningObjective={"Type": "Minimize", "MetricName": "loss"})
    two = definition(DefinitionName="two", HyperParameterTuningResourceConfig=cluster)
    del two["ResourceConfig"]
    request = tuning_request(TrainingJobDefinitions=[one, two])
    del request["TrainingJobDefinition"]
    assert call("CreateHyperParameterTuningJob", **request)[0] == 200
    clock.forward(12)
    first, second = children(call)
    assert [first["TrainingJobDefinitionName"], second["TrainingJobDefinitionName"]] == ["one", "two"]
    _, job = call("DescribeTrainingJob", TrainingJobName=second["TrainingJobName"])
    assert job["ResourceConfig"] == {"InstanceType": "ml.c5.xlarge", "InstanceCount": 2, "VolumeSizeInGB": 10}


def test_spot_children(call, clock):
    """Spot is spot in its jobs."""
    condition = {"MaxRuntimeInSeconds": 3600, "MaxWaitTimeInSeconds": 7200}
    spot = definition(EnableManagedSpotTraining=True, StoppingCondition=condition)
    call("CreateHyperParameterTuningJob", **tuning_request(TrainingJobDefinition=spot))
    clock.forward(1000)
    _, job = call("DescribeTrainingJob", TrainingJobName=children(call)[0]["TrainingJobName"])
    assert job["BillableTimeInSeconds"] < job["TrainingTimeInSeconds"]


def test_default_number(call, clock):
    """Without a number of jobs there are ten."""
    request = tuning_request()
    del request["HyperParameterTuningJobConfig"]["ResourceLimits"]["MaxNumberOfTrainingJobs"]
    call("CreateHyperParameterTuningJob", **request)
    clock.forward(5000)
    assert counters(call) == {"Completed": 10}


def test_odd_ranges(call, clock):
    """Bounds that are no numbers do no harm."""
    request = tuning_request()
    ranges = {"ContinuousParameterRanges": [{"Name": "eta", "MinValue": "low", "MaxValue": "high"}]}
    request["HyperParameterTuningJobConfig"]["ParameterRanges"] = ranges
    call("CreateHyperParameterTuningJob", **request)
    clock.forward(12)
    assert children(call)[0]["TunedHyperParameters"] == {"eta": "0"}


def test_summary(call):
    """A summary has the strategy and the limits."""
    call("CreateHyperParameterTuningJob", **tuning_request())
    _, answer = call("ListHyperParameterTuningJobs")
    (summary,) = answer["HyperParameterTuningJobSummaries"]
    assert (summary["Strategy"], summary["ResourceLimits"]["MaxNumberOfTrainingJobs"]) == ("Bayesian", 4)


def test_speed(call, clock, account):
    """At speed 60 an hour takes a minute."""
    account.speed = 60
    call("CreateHyperParameterTuningJob", **tuning_request())
    clock.forward(10)
    assert described(call)["HyperParameterTuningJobStatus"] == "Completed"


def without(request, key):
    return {name: value for name, value in request.items() if name != key}


@pytest.mark.parametrize(
    ("request_", "code", "part"),
    [
        (tuning_request("x" * 33), "ValidationException", "hyperParameterTuningJobName"),
        (without(tuning_request(), "TrainingJobDefinition"), "ValidationException", "either TrainingJobDefinition or"),
        (tuning_request(TrainingJobDefinitions=[definition()]), "ValidationException", "either TrainingJobDefinition or"),
        (tuning_request(TrainingJobDefinition=without(definition(), "ResourceConfig")), "ValidationException", "exactly one"),
        (tuning_request(TrainingJobDefinition=definition(EnableManagedSpotTraining=True)), "ValidationException", "MaxWait"),
        (tuning_request(count=1, parallel=2), "ValidationException", "must not be greater"),
        (tuning_request(count=751), "ResourceLimitExceeded", "750"),
        (tuning_request(count=200, parallel=101), "ResourceLimitExceeded", "100"),
    ],
)
def test_wrong_requests(call, request_, code, part):
    """A request AWS would refuse is refused, in its words."""
    status, answer = call("CreateHyperParameterTuningJob", **request_)
    assert (status, answer["__type"]) == (400, code)
    assert part in answer["message"]


def test_names(call):
    """A taken name and an unknown one, in AWS's words."""
    call("CreateHyperParameterTuningJob", **tuning_request())
    status, answer = call("CreateHyperParameterTuningJob", **tuning_request())
    assert (status, answer["__type"]) == (400, "ResourceInUse")
    assert answer["message"] == "A hyperparameter tuning job with the name, sweep, already exists. Choose a different name."
    for operation in ("Describe", "Stop", "ListTrainingJobsFor"):
        status, answer = call(f"{operation}HyperParameterTuningJob", HyperParameterTuningJobName="nobody")
        assert (status, answer["__type"]) == (400, "ResourceNotFound")
        assert answer["message"] == "Amazon SageMaker can't find a tuning job called nobody. Type another name."
