"""Create, describe and stop, as a client sees them."""

import pytest

from .conftest import request_for, spot_request


def test_create_describe(call):
    """A created job is there at once."""
    status, answer = call("CreateTrainingJob", **request_for())
    assert (status, answer["TrainingJobArn"]) == (200, "arn:aws:sagemaker:us-east-1:111122223333:training-job/job-a")
    _, job = call("DescribeTrainingJob", TrainingJobName="job-a")
    assert job["SecondaryStatus"] == "Starting"
    assert "Tags" not in job


def test_name_is_taken(call):
    """A name can be used once in a region, and again in another."""
    call("CreateTrainingJob", **request_for())
    status, answer = call("CreateTrainingJob", **request_for())
    assert (status, answer["__type"]) == (400, "ResourceInUse")
    assert call("CreateTrainingJob", "eu-west-1", **request_for())[0] == 200
    assert call("DescribeTrainingJob", "eu-central-1", TrainingJobName="job-a")[0] == 400


def test_unknown_job(call):
    """An unknown name is refused in SageMaker's own words."""
    for operation in ("DescribeTrainingJob", "StopTrainingJob"):
        status, answer = call(operation, TrainingJobName="nobody")
        assert (status, answer) == (400, {"__type": "ValidationException", "message": "Requested resource not found."})


def test_stop(call, clock):
    """Stopping takes a few seconds, may be asked twice, and is refused afterwards."""
    call("CreateTrainingJob", **request_for())
    clock.forward(30)
    assert call("StopTrainingJob", TrainingJobName="job-a") == (200, {})
    clock.forward(1)
    assert call("StopTrainingJob", TrainingJobName="job-a") == (200, {})
    assert call("DescribeTrainingJob", TrainingJobName="job-a")[1]["TrainingJobStatus"] == "Stopping"
    clock.forward(10)
    _, job = call("DescribeTrainingJob", TrainingJobName="job-a")
    assert (job["TrainingJobStatus"], job["BillableTimeInSeconds"]) == ("Stopped", 31)
    status, answer = call("StopTrainingJob", TrainingJobName="job-a")
    assert (status, answer["__type"]) == (400, "ValidationException")


def test_speed_shortens_plans_not_stamps(call, account, clock):
    """At speed 60 a job of forty minutes takes forty seconds, billed as such."""
    account.speed = 60
    call("CreateTrainingJob", **request_for())
    clock.forward(60)
    _, job = call("DescribeTrainingJob", TrainingJobName="job-a")
    assert (job["TrainingJobStatus"], job["BillableTimeInSeconds"]) == ("Completed", 40)


WRONG = {
    "name": ({"TrainingJobName": "-a-"}, "trainingJobName"),
    "long name": ({"TrainingJobName": "a" * 64}, "less than or equal to 63"),
    "no role": ({"RoleArn": None}, "Value null at 'roleArn'"),
    "role": ({"RoleArn": "arn:aws:iam::1:user/somebody-or-other"}, "roleArn"),
    "image": ({"AlgorithmSpecification": {"TrainingInputMode": "File"}}, "TrainingImage"),
    "mode": ({"AlgorithmSpecification": {"TrainingImage": "i", "TrainingInputMode": "Disk"}}, "enum value set"),
    "type": ({"ResourceConfig": {"InstanceType": "ml.zz9.large", "InstanceCount": 1}}, "resourceConfig.instanceType"),
    "count": ({"ResourceConfig": {"InstanceType": "ml.m5.large"}}, "InstanceCount"),
    "no resource": ({"ResourceConfig": None}, "ResourceConfig is required"),
    "nothing to run on": ({"ResourceConfig": {"VolumeSizeInGB": 1}}, "exactly one"),
    "runtime": ({"StoppingCondition": {"MaxRuntimeInSeconds": 0}}, "greater than or equal to 1"),
    "wait without spot": ({"StoppingCondition": {"MaxWaitTimeInSeconds": 10}}, "EnableManagedSpotTraining"),
    "spot without wait": ({"EnableManagedSpotTraining": True}, "MaxWaitTimeInSeconds"),
    "tag": ({"Tags": [{"Key": "", "Value": "x"}]}, "tags.1.member.key"),
    "many tags": ({"Tags": [{"Key": str(n), "Value": ""} for n in range(51)]}, "less than or equal to 50"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_requests(call, case):
    """A request AWS would refuse is refused, and says which member is wrong."""
    more, part = WRONG[case]
    status, answer = call("CreateTrainingJob", **request_for(**more))
    assert (status, answer["__type"]) == (400, "ValidationException")
    assert part in answer["message"]


def test_spot_wait_shorter_than_run(call):
    """The waiting time includes the run."""
    condition = {"MaxRuntimeInSeconds": 100, "MaxWaitTimeInSeconds": 99}
    status, answer = call("CreateTrainingJob", **spot_request(StoppingCondition=condition))
    assert (status, "MaxWaitTimeInSeconds" in answer["message"]) == (400, True)


def test_all_faults_at_once(call):
    """Every fault is told at once, as AWS does."""
    _, answer = call("CreateTrainingJob", **request_for(TrainingJobName="-", RoleArn=None))
    assert answer["message"].startswith("2 validation errors detected: ")


@pytest.mark.parametrize("more", [{"TrainingJobName": 7}, {"ResourceConfig": []}, {"EnableManagedSpotTraining": "yes"}])
def test_wrong_types(call, more):
    """A value of another type cannot be read at all."""
    status, answer = call("CreateTrainingJob", **request_for(**more))
    assert (status, answer["__type"]) == (400, "SerializationException")


@pytest.mark.parametrize("body", ["{", "[]", '"text"'])
def test_no_json_object(call, body):
    """What is no JSON object is refused, not a crash."""
    answer = call.raw("CreateTrainingJob", body)
    assert (answer.status_code, answer.get_json(force=True)["__type"]) == (400, "SerializationException")
