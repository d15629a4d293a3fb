"""Endpoint configurations, as a client sees them."""

import pytest

from .asks import ROLE, components_config, config_request, endpoint_request, variant, without_instances

SERVERLESS = without_instances(ServerlessConfig={"MemorySizeInMB": 2048, "MaxConcurrency": 5})
ASYNC = {"OutputConfig": {"S3OutputPath": "s3://bucket/out"}}
POOLS = [{"InstanceType": "ml.g5.xlarge", "Priority": 1}, {"InstanceType": "ml.g6.xlarge", "Priority": 2}]


def test_it_stays_as_it_is(call, clock):
    """It is described as it was asked for, at any time."""
    status, answer = call("CreateEndpointConfig", **config_request(variants=[variant(VolumeSizeInGB=40)]))
    assert (status, answer["EndpointConfigArn"]) == (200, "arn:aws:sagemaker:us-east-1:111122223333:endpoint-config/config")
    clock.forward(86_400)
    _, config = call("DescribeEndpointConfig", EndpointConfigName="config")
    assert config["ProductionVariants"] == [variant(VolumeSizeInGB=40, InitialVariantWeight=1.0)]
    assert "Tags" not in config


def test_delete(call, clock):
    """It can be deleted although an endpoint uses it: the endpoint goes on, and nobody can tell its type any more."""
    call("CreateEndpointConfig", **config_request())
    call("CreateEndpoint", **endpoint_request())
    clock.forward(30)
    assert call("DeleteEndpointConfig", EndpointConfigName="config") == (200, {})
    assert call("DescribeEndpointConfig", EndpointConfigName="config")[0] == 400
    assert call("DescribeEndpoint", EndpointName="endpoint")[1]["ProductionVariants"][0]["CurrentInstanceCount"] == 2


@pytest.mark.parametrize("operation", ["DescribeEndpointConfig", "DeleteEndpointConfig"])
def test_unknown(call, operation):
    """An unknown one is refused in AWS's words."""
    status, answer = call(operation, EndpointConfigName="nobody")
    arn = "arn:aws:sagemaker:us-east-1:111122223333:endpoint-config/nobody"
    assert (status, answer["__type"]) == (400, "ValidationException")
    assert answer["message"] == f'Could not find endpoint configuration "{arn}".'


def test_name_is_taken(call):
    """A name can be used once, and again after a deletion."""
    call("CreateEndpointConfig", **config_request())
    status, answer = call("CreateEndpointConfig", **config_request())
    assert (status, answer["message"][:52]) == (400, "Cannot create already existing endpoint configuratio")
    call("DeleteEndpointConfig", EndpointConfigName="config")
    assert call("CreateEndpointConfig", **config_request())[0] == 200


@pytest.mark.parametrize(
    "request_",
    [
        config_request(variants=[SERVERLESS]),
        config_request(variants=[variant("a"), variant("b")]),
        config_request(ShadowProductionVariants=[variant("shadow")]),
        config_request(AsyncInferenceConfig=ASYNC),
        config_request(variants=[without_instances(InstancePools=POOLS, InitialInstanceCount=2)]),
        components_config(least=0),
    ],
)
def test_kinds(call, request_):
    """Real-time, serverless, shadow, asynchronous, pools of instances, inference components."""
    assert call("CreateEndpointConfig", **request_)[0] == 200


@pytest.mark.parametrize(
    ("request_", "part"),
    [
        (config_request("-a-"), "endpointConfigName"),
        (config_request(variants=[variant(InstanceType="ml.zz9.large")]), "instanceType"),
        (config_request(variants=[variant(InitialInstanceCount=0)]), "initialInstanceCount"),
        (config_request(variants=[variant(), variant()]), "unique"),
        (config_request(variants=[variant("a"), variant("b")], ShadowProductionVariants=[variant("s")]), "Shadow"),
        (config_request(variants=[without_instances()]), "exactly one"),
        (config_request(variants=[variant(ServerlessConfig=SERVERLESS["ServerlessConfig"])]), "exactly one"),
        (config_request(variants=[SERVERLESS | {"InitialInstanceCount": 1}]), "InitialInstanceCount"),
        (config_request(variants=[without_instances(InstanceType="ml.m5.large")]), "InitialInstanceCount"),
        (config_request(variants=[{"VariantName": "a", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}]), "ModelName"),
        (
            config_request(
                variants=[{"VariantName": "a", "ServerlessConfig": SERVERLESS["ServerlessConfig"]}], ExecutionRoleArn=ROLE
            ),
            "ModelName",
        ),
        (config_request(variants=[SERVERLESS], AsyncInferenceConfig=ASYNC), "AsyncInferenceConfig"),
        (config_request(variants=[variant("a"), variant("b")], AsyncInferenceConfig=ASYNC), "AsyncInferenceConfig"),
        (components_config(least=5, most=2), "MinInstanceCount"),
        (
            config_request(variants=[variant(ManagedInstanceScaling={"Status": "ENABLED", "MinInstanceCount": 0})]),
            "MinInstanceCount",
        ),
    ],
)
def test_wrong_requests(call, request_, part):
    """A request AWS would refuse is refused, and says why."""
    status, answer = call("CreateEndpointConfig", **request_)
    assert (status, answer["__type"]) == (400, "ValidationException")
    assert part in answer["message"]
