"""Batch transform jobs, as a client sees them."""

from .asks import transform_request, wish
from .conftest import START


def described(call):
    return call("DescribeTransformJob", TransformJobName="score")[1]


def test_life(call, clock):
    """It starts for some seconds, runs, and ends; when it was last modified is told by lists only."""
    status, answer = call("CreateTransformJob", **transform_request())
    assert (status, answer["TransformJobArn"]) == (200, "arn:aws:sagemaker:us-east-1:111122223333:transform-job/score")
    assert "TransformStartTime" not in described(call)
    clock.forward(6)
    assert (described(call)["TransformJobStatus"], described(call)["TransformStartTime"]) == ("InProgress", START.timestamp() + 6)
    clock.forward(60)
    job = described(call)
    assert (job["TransformJobStatus"], job["TransformEndTime"]) == ("Completed", START.timestamp() + 66)
    assert "LastModifiedTime" not in job
    _, listed = call("ListTransformJobs")
    assert listed["TransformJobSummaries"][0]["LastModifiedTime"] == job["TransformEndTime"]


def test_failed(call, clock):
    """A failed job says why."""
    call("CreateTransformJob", **transform_request(Environment=wish(10, PRACTICE_FAILURE_REASON="ClientError: no")))
    clock.forward(16)
    assert (described(call)["TransformJobStatus"], described(call)["FailureReason"]) == ("Failed", "ClientError: no")


def test_stop(call, clock):
    """Stopping takes a few seconds, may be asked twice, and is refused afterwards."""
    call("CreateTransformJob", **transform_request())
    clock.forward(20)
    assert call("StopTransformJob", TransformJobName="score") == (200, {})
    clock.forward(1)
    assert call("StopTransformJob", TransformJobName="score") == (200, {})
    assert described(call)["TransformJobStatus"] == "Stopping"
    clock.forward(2)
    assert described(call)["TransformJobStatus"] == "Stopped"
    status, answer = call("StopTransformJob", TransformJobName="score")
    assert (status, "in status Stopped" in answer["message"]) == (400, True)


def test_refusals(call):
    """A taken name, an unknown one, and a request AWS would refuse."""
    call("CreateTransformJob", **transform_request())
    assert call("CreateTransformJob", **transform_request())[1]["__type"] == "ResourceInUse"
    for operation in ("DescribeTransformJob", "StopTransformJob"):
        status, answer = call(operation, TransformJobName="nobody")
        assert (status, answer["message"]) == (400, "Could not find requested job with name: nobody")
    resources = {"InstanceType": "ml.m5.large", "InstanceCount": 0}
    status, answer = call("CreateTransformJob", **transform_request("zero", TransformResources=resources))
    assert (status, "instanceCount" in answer["message"]) == (400, True)
