"""Tags of training jobs."""

from mlcost_ext.sandbox.names import SPACE_ARN, STUDIO_TAGS

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
    """Unknown jobs are refused, other resources go to moto."""
    assert call("ListTags", ResourceArn=ARN)[0] == 400
    assert call("ListTags", "eu-west-1", ResourceArn=ARN)[0] == 400
    assert call("ListTags", ResourceArn="arn:aws:sagemaker:us-east-1:111122223333:endpoint/e")[1] == {"from": "moto"}
    assert call("ListTags", ResourceArn=SPACE_ARN)[0] == 200
