"""Processing jobs, as a client sees them."""

import pytest

from .asks import processing_request, wish
from .conftest import START

PREFERENCES = [{"InstanceType": "ml.m5.large", "InstanceCount": 3}, {"InstanceType": "ml.m6i.large", "InstanceCount": 2}]


def described(call, name="prepare"):
    return call("DescribeProcessingJob", ProcessingJobName=name)[1]


def test_life(call, clock):
    """It starts for some seconds, runs, and ends with the times AWS bills by."""
    status, answer = call("CreateProcessingJob", **processing_request())
    assert (status, answer["ProcessingJobArn"]) == (200, "arn:aws:sagemaker:us-east-1:111122223333:processing-job/prepare")
    job = described(call)
    assert job["ProcessingJobStatus"] == "InProgress"
    assert "ProcessingStartTime" not in job
    clock.forward(6)
    job = described(call)
    assert (job["ProcessingStartTime"], "ProcessingEndTime" in job) == (START.timestamp() + 6, False)
    clock.forward(60)
    job = described(call)
    assert (job["ProcessingJobStatus"], job["ProcessingEndTime"]) == ("Completed", START.timestamp() + 66)
    assert job["LastModifiedTime"] == job["ProcessingEndTime"]
    assert "Tags" not in job


def test_failed(call, clock):
    """A failed job says why."""
    call("CreateProcessingJob", **processing_request(Environment=wish(10, PRACTICE_FAILURE_REASON="AlgorithmError: no")))
    clock.forward(16)
    job = described(call)
    assert (job["ProcessingJobStatus"], job["FailureReason"]) == ("Failed", "AlgorithmError: no")
    assert job["ExitMessage"]


def test_too_long(call, clock):
    """A job that runs into its limit is stopped by AWS."""
    call("CreateProcessingJob", **processing_request(seconds=500, StoppingCondition={"MaxRuntimeInSeconds": 100}))
    clock.forward(106)
    job = described(call)
    assert (job["ProcessingJobStatus"], job["ProcessingEndTime"] - job["ProcessingStartTime"]) == ("Stopped", 100)


def test_stop(call, clock):
    """Stopping takes a few seconds, may be asked twice, and is refused afterwards."""
    call("CreateProcessingJob", **processing_request())
    clock.forward(20)
    assert call("StopProcessingJob", ProcessingJobName="prepare") == (200, {})
    clock.forward(1)
    assert call("StopProcessingJob", ProcessingJobName="prepare") == (200, {})
    assert described(call)["ProcessingJobStatus"] == "Stopping"
    clock.forward(2)
    job = described(call)
    assert (job["ProcessingJobStatus"], job["ProcessingEndTime"] - job["ProcessingStartTime"]) == ("Stopped", 17)
    status, answer = call("StopProcessingJob", ProcessingJobName="prepare")
    assert (status, "in status Stopped" in answer["message"]) == (400, True)


def test_stopped_before_it_ran(call, clock):
    """A job stopped before its instances were there was never on any."""
    call("CreateProcessingJob", **processing_request())
    clock.forward(1)
    call("StopProcessingJob", ProcessingJobName="prepare")
    clock.forward(10)
    job = described(call)
    assert (job["ProcessingJobStatus"], "ProcessingStartTime" in job) == ("Stopped", False)


def test_preferences(call, clock):
    """Which of the preferred types it got is known when the instances are there."""
    cluster = {"InstancePreferences": PREFERENCES, "VolumeSizeInGB": 20}
    request = processing_request(
        ProcessingResources={"ClusterConfig": cluster}, Environment=wish(60, PRACTICE_SELECT_PREFERENCE="1")
    )
    assert call("CreateProcessingJob", **request)[0] == 200
    assert "SelectedInstanceType" not in described(call)["ProcessingResources"]["ClusterConfig"]
    clock.forward(6)
    chosen = described(call)["ProcessingResources"]["ClusterConfig"]
    assert (chosen["SelectedInstanceType"], chosen["SelectedInstanceCount"]) == ("ml.m6i.large", 2)


def test_tags(call):
    """It bears Studio's tags and its own."""
    _, answer = call("CreateProcessingJob", **processing_request(Tags=[{"Key": "team", "Value": "credit"}]))
    _, found = call("ListTags", ResourceArn=answer["ProcessingJobArn"])
    tags = {tag["Key"]: tag["Value"] for tag in found["Tags"]}
    assert tags["team"] == "credit"
    assert "sagemaker:space-arn" in tags


@pytest.mark.parametrize(
    ("more", "part"),
    [
        ({"ProcessingJobName": "-a-"}, "processingJobName"),
        ({"ProcessingResources": {"ClusterConfig": {"VolumeSizeInGB": 1}}}, "exactly one"),
        ({"ProcessingResources": {"ClusterConfig": {"VolumeSizeInGB": 1, "InstanceType": "ml.m5.large"}}}, "InstanceCount"),
        ({"ProcessingResources": {"ClusterConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1}}}, "volumeSizeInGB"),
        (
            {"ProcessingResources": {"ClusterConfig": {"VolumeSizeInGB": 0, "InstanceType": "ml.m5.large", "InstanceCount": 1}}},
            "1",
        ),
        ({"RoleArn": None}, "roleArn"),
    ],
)
def test_wrong_requests(call, more, part):
    """A request AWS would refuse is refused, and says which member is wrong."""
    status, answer = call("CreateProcessingJob", **processing_request(**more))
    assert (status, answer["__type"]) == (400, "ValidationException")
    assert part in answer["message"]


def test_names(call):
    """A name can be used once in a region; an unknown one is refused in AWS's words."""
    call("CreateProcessingJob", **processing_request())
    status, answer = call("CreateProcessingJob", **processing_request())
    assert (status, answer["__type"], "already exists (arn:" in answer["message"]) == (400, "ResourceInUse", True)
    assert call("CreateProcessingJob", "eu-west-1", **processing_request())[0] == 200
    for operation in ("DescribeProcessingJob", "StopProcessingJob"):
        status, answer = call(operation, ProcessingJobName="nobody")
        expected = {"__type": "ValidationException", "message": "Could not find requested job with name: nobody"}
        assert (status, answer) == (400, expected)


def test_unknown_members(call):
    """A member the service does not know is left out silently, at any depth."""
    request = processing_request()
    request["ProcessingResources"]["ClusterConfig"]["Colour"] = "red"
    assert call("CreateProcessingJob", **request)[0] == 200
    assert "Colour" not in described(call)["ProcessingResources"]["ClusterConfig"]


def test_speed(call, clock, account):
    """At speed 60 a minute takes a second."""
    account.speed = 60
    call("CreateProcessingJob", **processing_request())
    clock.forward(1.2)
    assert described(call)["ProcessingJobStatus"] == "Completed"
