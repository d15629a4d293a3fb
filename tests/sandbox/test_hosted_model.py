"""Models: kept as they were asked for, and told in AWS's form."""

import pytest

MODEL = {
    "ModelName": "model",
    "ExecutionRoleArn": "arn:aws:iam::111122223333:role/practice",
    "PrimaryContainer": {"Image": "111122223333.dkr.ecr.us-east-1.amazonaws.com/image:1", "ModelDataUrl": "s3://bucket/m.tar.gz"},
}
ARN = "arn:aws:sagemaker:us-east-1:111122223333:model/model"


def test_a_model_is_made_told_listed_and_deleted(call):
    """What was not asked for is absent: SageMaker's SDK refuses an empty VpcConfig."""
    assert call("CreateModel", **MODEL) == (200, {"ModelArn": ARN})
    _, told = call("DescribeModel", ModelName="model")
    assert set(told) == {*MODEL, "EnableNetworkIsolation", "ModelArn", "CreationTime"}
    assert told["PrimaryContainer"] == MODEL["PrimaryContainer"]
    _, listed = call("ListModels", NameContains="mod")
    assert [model["ModelArn"] for model in listed["Models"]] == [ARN]
    assert call("DeleteModel", ModelName="model")[0] == 200
    assert call("DescribeModel", ModelName="model")[0] == 400


@pytest.mark.parametrize("change", [{"PrimaryContainer": None}, {"Containers": [{"Image": "image"}]}])
def test_one_way_to_name_the_image(call, change):
    """A primary container or a list of them."""
    request = {key: value for key, value in {**MODEL, **change}.items() if value is not None}
    assert call("CreateModel", **request)[0] == 400


def test_a_name_is_taken_once(call):
    """As of endpoints."""
    call("CreateModel", **MODEL)
    status, answer = call("CreateModel", **MODEL)
    assert (status, answer["__type"]) == (400, "ValidationException")
