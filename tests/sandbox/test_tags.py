"""Tags of whatever the account keeps."""

import pytest

from mlcost_ext.sandbox import names
from mlcost_ext.sandbox.names import STUDIO_TAGS

from . import asks
from .conftest import request_for

ARN = "arn:aws:sagemaker:us-east-1:111122223333:training-job/job-a"


def tags_of(call):
    return {tag["Key"]: tag["Value"] for tag in call("ListTags", ResourceArn=ARN)[1]["Tags"]}


def test_studio_tags_every_job(call):
    """A job carries its space, profile and domain beside its own tags."""
    call("CreateTrainingJob", **request_for(Tags=[{"Key": "team", "Value": "x"}]))
    assert tags_of(call) == {**STUDIO_TAGS, "team": "x"}


def test_add_and_delete(call, clock):
    """Tags can be changed and taken off; the job's state is untouched."""
    call("CreateTrainingJob", **request_for())
    clock.forward(20)
    status, answer = call("AddTags", ResourceArn=ARN, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    assert (status, {"Key": "b", "Value": "2"} in answer["Tags"]) == (200, True)
    call("DeleteTags", ResourceArn=ARN, TagKeys=["a", "nobody"])
    assert tags_of(call) == {**STUDIO_TAGS, "b": "2"}
    assert call("DescribeTrainingJob", TrainingJobName="job-a")[1]["SecondaryStatus"] == "Training"


def test_too_many(call):
    """A resource has at most fifty tags."""
    call("CreateTrainingJob", **request_for())
    many = [{"Key": str(number), "Value": ""} for number in range(50)]
    assert call("AddTags", ResourceArn=ARN, Tags=many)[0] == 400


def test_unknown_and_others(call):
    """Unknown things are refused, resources the account does not keep go to moto."""
    assert call("ListTags", ResourceArn=ARN)[0] == 400
    assert call("ListTags", "eu-west-1", ResourceArn=ARN)[0] == 400
    assert call("ListTags", ResourceArn=arn("endpoint/e"))[0] == 400
    for other in ("feature-group/f", "endpoint/", "cluster/c"):
        assert call("ListTags", ResourceArn=arn(other))[1] == {"from": "moto"}


def arn(resource):
    return f"arn:aws:sagemaker:us-east-1:111122223333:{resource}"


@pytest.mark.parametrize("found", [names.DOMAIN_ARN, names.USER_PROFILE_ARN, names.SPACE_ARN, names.APP_ARN])
def test_the_demos_own(call, found):
    """The demo's domain, profile, space and app are there from the beginning, and have tags."""
    assert call("AddTags", ResourceArn=found, Tags=[{"Key": "cost-center", "Value": "7"}])[0] == 200
    _, answer = call("ListTags", ResourceArn=found)
    assert {"Key": "cost-center", "Value": "7"} in answer["Tags"]


MAKERS = {
    "hyper-parameter-tuning-job/sweep": ("CreateHyperParameterTuningJob", asks.tuning_request()),
    "processing-job/prepare": ("CreateProcessingJob", asks.processing_request()),
    "transform-job/score": ("CreateTransformJob", asks.transform_request()),
    "automl-job/auto": ("CreateAutoMLJob", asks.automl_request()),
    "endpoint-config/config": ("CreateEndpointConfig", asks.config_request()),
    "endpoint/endpoint": ("CreateEndpoint", asks.endpoint_request()),
    "monitoring-schedule/watch": ("CreateMonitoringSchedule", asks.schedule_request()),
    "notebook-instance/desk": ("CreateNotebookInstance", asks.notebook_request()),
}


@pytest.mark.parametrize("resource", MAKERS)
def test_every_kind(call, resource):
    """Whatever can be started is tagged by Studio and by its request, and can be tagged anew by its ARN, letter case aside."""
    if resource.startswith("endpoint/"):
        call("CreateEndpointConfig", **asks.config_request())
    operation, request = MAKERS[resource]
    status, answer = call(operation, **request | {"Tags": [{"Key": "team", "Value": "x"}]})
    assert (status, next(iter(answer.values()))) == (200, arn(resource))
    tags = {tag["Key"]: tag["Value"] for tag in call("ListTags", ResourceArn=arn(resource))[1]["Tags"]}
    assert tags == {**STUDIO_TAGS, "team": "x"}
    call("AddTags", ResourceArn=arn(resource), Tags=[{"Key": "stage", "Value": "dev"}])
    call("DeleteTags", ResourceArn=arn(resource), TagKeys=["team"])
    small = arn(resource.replace("desk", "DESK"))
    tags = {tag["Key"]: tag["Value"] for tag in call("ListTags", ResourceArn=small)[1]["Tags"]}
    assert tags == {**STUDIO_TAGS, "stage": "dev"}
