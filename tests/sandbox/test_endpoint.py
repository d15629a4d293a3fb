"""Endpoints, as a client sees them."""

import pytest

from mlcost_ext.sandbox.names import STUDIO_TAGS

from .asks import FAILS, config_request, endpoint_request, variant, without_instances
from .conftest import START

ARN = "arn:aws:sagemaker:us-east-1:111122223333:endpoint/endpoint"
SERVERLESS = {"MemorySizeInMB": 2048, "MaxConcurrency": 5}


@pytest.fixture
def create(call, clock):
    """Create an endpoint of a configuration, and wait until it is in service."""

    def make(config=None, **more):
        call("CreateEndpointConfig", **(config or config_request()))
        status, answer = call("CreateEndpoint", **endpoint_request(**more))
        assert (status, answer) == (200, {"EndpointArn": ARN})
        clock.forward(25)

    return make


def described(call):
    return call("DescribeEndpoint", EndpointName="endpoint")[1]


def counts(variants):
    return [(one["VariantName"], one["CurrentInstanceCount"], one["DesiredInstanceCount"]) for one in variants]


def change(call, **desired):
    return call("UpdateEndpointWeightsAndCapacities", EndpointName="endpoint", DesiredWeightsAndCapacities=[desired])


def test_life(call, clock):
    """Creating, in service, deleting, gone."""
    call("CreateEndpointConfig", **config_request())
    call("CreateEndpoint", **endpoint_request())
    endpoint = described(call)
    assert (endpoint["EndpointStatus"], "ProductionVariants" in endpoint) == ("Creating", False)
    pending = endpoint["PendingDeploymentSummary"]
    assert counts(pending["ProductionVariants"]) == [("AllTraffic", 0, 2)]
    assert pending["ProductionVariants"][0]["InstanceType"] == "ml.g5.xlarge"
    clock.forward(25)
    endpoint = described(call)
    assert (endpoint["EndpointStatus"], counts(endpoint["ProductionVariants"])) == ("InService", [("AllTraffic", 2, 2)])
    assert (endpoint["CreationTime"], endpoint["LastModifiedTime"]) == (START.timestamp(), START.timestamp() + 25)
    assert "PendingDeploymentSummary" not in endpoint
    clock.forward(86_400)
    assert call("DeleteEndpoint", EndpointName="endpoint") == (200, {})
    assert described(call)["EndpointStatus"] == "Deleting"
    clock.forward(6)
    status, answer = call("DescribeEndpoint", EndpointName="endpoint")
    assert (status, answer) == (400, {"__type": "ValidationException", "message": f'Could not find endpoint "{ARN}".'})
    assert call("ListEndpoints")[1] == {"Endpoints": []}
    assert call("CreateEndpoint", **endpoint_request())[0] == 200


def test_failed_creation(call, create):
    """One that could not be created has no instance, says why, and can only be deleted."""
    create(Tags=FAILS)
    endpoint = described(call)
    assert (endpoint["EndpointStatus"], endpoint["FailureReason"]) == ("Failed", "It was not to be")
    assert counts(endpoint["ProductionVariants"]) == [("AllTraffic", 0, 2)]
    status, answer = call("UpdateEndpoint", EndpointName="endpoint", EndpointConfigName="config")
    assert (status, answer["message"]) == (400, f'Cannot update failed endpoint "{ARN}".')
    assert call("DeleteEndpoint", EndpointName="endpoint")[0] == 200


def test_update(call, create, clock):
    """Until another configuration is deployed the old one serves, and what is coming is told."""
    create()
    call("CreateEndpointConfig", **config_request("bigger", [variant(InstanceType="ml.g5.2xlarge", InitialInstanceCount=3)]))
    assert call("UpdateEndpoint", EndpointName="endpoint", EndpointConfigName="bigger") == (200, {"EndpointArn": ARN})
    endpoint = described(call)
    assert (endpoint["EndpointStatus"], endpoint["EndpointConfigName"]) == ("Updating", "config")
    assert counts(endpoint["ProductionVariants"]) == [("AllTraffic", 2, 2)]
    assert endpoint["PendingDeploymentSummary"]["EndpointConfigName"] == "bigger"
    clock.forward(20)
    endpoint = described(call)
    assert (endpoint["EndpointStatus"], endpoint["EndpointConfigName"]) == ("InService", "bigger")
    assert counts(endpoint["ProductionVariants"]) == [("AllTraffic", 3, 3)]


def test_failed_update(call, create, clock):
    """An update that fails is rolled back: the old configuration serves on."""
    create()
    call("AddTags", ResourceArn=ARN, Tags=FAILS)
    call("CreateEndpointConfig", **config_request("bigger", [variant(InitialInstanceCount=3)]))
    call("UpdateEndpoint", EndpointName="endpoint", EndpointConfigName="bigger")
    states = []
    for _ in range(8):
        endpoint = described(call)
        states.append((endpoint["EndpointStatus"], endpoint["EndpointConfigName"]))
        clock.forward(5)
    assert states == [("Updating", "config")] * 4 + [("RollingBack", "config")] * 2 + [("InService", "config")] * 2
    assert described(call)["FailureReason"] == "It was not to be"
    assert counts(described(call)["ProductionVariants"]) == [("AllTraffic", 2, 2)]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, (1, 1.0)),
        ({"RetainAllVariantProperties": True}, (5, 3.0)),
        (
            {
                "RetainAllVariantProperties": True,
                "ExcludeRetainedVariantProperties": [{"VariantPropertyType": "DesiredInstanceCount"}],
            },
            (1, 3.0),
        ),
    ],
)
def test_retained(call, create, clock, more, expected):
    """Counts and weights that were changed are kept on an update if that is asked for."""
    create()
    assert change(call, VariantName="AllTraffic", DesiredInstanceCount=5, DesiredWeight=3)[0] == 200
    clock.forward(20)
    call("CreateEndpointConfig", **config_request("other", [variant(InitialInstanceCount=1)]))
    call("UpdateEndpoint", EndpointName="endpoint", EndpointConfigName="other", **more)
    clock.forward(20)
    (one,) = described(call)["ProductionVariants"]
    assert (one["CurrentInstanceCount"], one["CurrentWeight"]) == expected


def test_nothing_to_retain(call, create, clock):
    """A variant that was not there before has nothing to keep."""
    create()
    call("CreateEndpointConfig", **config_request("other", [variant("new", InitialInstanceCount=1)]))
    call("UpdateEndpoint", EndpointName="endpoint", EndpointConfigName="other", RetainAllVariantProperties=True)
    clock.forward(20)
    assert counts(described(call)["ProductionVariants"]) == [("new", 1, 1)]


def test_capacities(call, create, clock):
    """While instances are added the endpoint is updating; the current count follows at the end."""
    create()
    assert change(call, VariantName="AllTraffic", DesiredInstanceCount=4) == (200, {"EndpointArn": ARN})
    endpoint = described(call)
    assert (endpoint["EndpointStatus"], counts(endpoint["ProductionVariants"])) == ("Updating", [("AllTraffic", 2, 4)])
    assert endpoint["ProductionVariants"][0]["VariantStatus"][0]["Status"] == "Updating"
    assert "PendingDeploymentSummary" not in endpoint
    clock.forward(20)
    endpoint = described(call)
    assert (endpoint["EndpointStatus"], counts(endpoint["ProductionVariants"])) == ("InService", [("AllTraffic", 4, 4)])


def test_in_progress(call, clock):
    """What is being created, updated or deleted cannot be changed, in AWS's words."""
    call("CreateEndpointConfig", **config_request())
    call("CreateEndpoint", **endpoint_request())
    expected = (400, f'Cannot update in-progress endpoint "{ARN}".')

    def refused():
        yield call("DeleteEndpoint", EndpointName="endpoint")
        yield call("UpdateEndpoint", EndpointName="endpoint", EndpointConfigName="config")
        yield change(call, VariantName="AllTraffic", DesiredInstanceCount=1)

    assert [(status, answer["message"]) for status, answer in refused()] == [expected] * 3
    clock.forward(25)
    change(call, VariantName="AllTraffic", DesiredInstanceCount=1)
    assert [(status, answer["message"]) for status, answer in refused()] == [expected] * 3
    clock.forward(20)
    call("DeleteEndpoint", EndpointName="endpoint")
    assert [(status, answer["message"]) for status, answer in refused()] == [expected] * 3


def test_serverless(call, create, clock):
    """A serverless variant has no instances; its concurrency can be changed."""
    create(config_request(variants=[without_instances(ServerlessConfig=SERVERLESS)]))
    (one,) = described(call)["ProductionVariants"]
    assert (one["CurrentInstanceCount"], one["CurrentServerlessConfig"]) == (0, SERVERLESS)
    assert "DesiredInstanceCount" not in one
    change(call, VariantName="AllTraffic", ServerlessUpdateConfig={"MaxConcurrency": 9, "ProvisionedConcurrency": 2})
    (one,) = described(call)["ProductionVariants"]
    wanted = SERVERLESS | {"MaxConcurrency": 9, "ProvisionedConcurrency": 2}
    assert (one["CurrentServerlessConfig"], one["DesiredServerlessConfig"]) == (SERVERLESS, wanted)
    clock.forward(20)
    assert described(call)["ProductionVariants"][0]["CurrentServerlessConfig"] == wanted
    status, answer = change(call, VariantName="AllTraffic", DesiredInstanceCount=1)
    assert (status, "serverless" in answer["message"]) == (400, True)


def test_asynchronous(call, create, clock):
    """An asynchronous endpoint may go down to no instance, a real-time one may not."""
    create(config_request(AsyncInferenceConfig={"OutputConfig": {"S3OutputPath": "s3://bucket/out"}}))
    assert described(call)["AsyncInferenceConfig"]["OutputConfig"] == {"S3OutputPath": "s3://bucket/out"}
    assert change(call, VariantName="AllTraffic", DesiredInstanceCount=0)[0] == 200
    clock.forward(20)
    assert counts(described(call)["ProductionVariants"]) == [("AllTraffic", 0, 0)]


def test_real_time_needs_an_instance(call, create):
    """A real-time variant keeps at least one instance."""
    create()
    status, answer = change(call, VariantName="AllTraffic", DesiredInstanceCount=0)
    assert (status, "at least 1" in answer["message"]) == (400, True)


def test_shadow(call, create, clock):
    """Shadow variants are told apart, and can be resized as well."""
    create(config_request(ShadowProductionVariants=[variant("shadow", InitialInstanceCount=1)]))
    endpoint = described(call)
    assert counts(endpoint["ProductionVariants"]) == [("AllTraffic", 2, 2)]
    assert counts(endpoint["ShadowProductionVariants"]) == [("shadow", 1, 1)]
    change(call, VariantName="shadow", DesiredInstanceCount=2)
    clock.forward(20)
    assert counts(described(call)["ShadowProductionVariants"]) == [("shadow", 2, 2)]


def test_pools(call, create):
    """Of several pools the one that comes first has the instances."""
    pools = [{"InstanceType": "ml.g6.xlarge", "Priority": 2}, {"InstanceType": "ml.g5.xlarge", "Priority": 1}]
    create(config_request(variants=[without_instances(InstancePools=pools, InitialInstanceCount=3)]))
    (one,) = described(call)["ProductionVariants"]
    assert one["InstancePools"] == [
        {"InstanceType": "ml.g5.xlarge", "CurrentInstanceCount": 3},
        {"InstanceType": "ml.g6.xlarge", "CurrentInstanceCount": 0},
    ]


def test_tags(call, create):
    """It bears Studio's tags and its own."""
    create(Tags=[{"Key": "team", "Value": "fraud"}])
    _, found = call("ListTags", ResourceArn=ARN)
    assert {tag["Key"]: tag["Value"] for tag in found["Tags"]} == {**STUDIO_TAGS, "team": "fraud"}


@pytest.mark.parametrize(
    ("operation", "params", "part"),
    [
        ("CreateEndpoint", endpoint_request(), "Cannot create already existing endpoint"),
        ("CreateEndpoint", endpoint_request("other", "nobody"), "Could not find endpoint configuration"),
        ("UpdateEndpoint", {"EndpointName": "nobody", "EndpointConfigName": "config"}, "Could not find endpoint "),
        ("UpdateEndpoint", {"EndpointName": "endpoint", "EndpointConfigName": "nobody"}, "Could not find endpoint configuration"),
        ("DeleteEndpoint", {"EndpointName": "nobody"}, "Could not find endpoint "),
        ("CreateEndpoint", endpoint_request("-a-"), "endpointName"),
    ],
)
def test_refusals(call, create, operation, params, part):
    """Unknown and taken names, in AWS's words."""
    create()
    status, answer = call(operation, **params)
    assert (status, answer["__type"]) == (400, "ValidationException")
    assert part in answer["message"]


def test_wrong_variants(call, create):
    """A variant that is not there, or named twice."""
    create()
    status, answer = change(call, VariantName="nobody", DesiredInstanceCount=1)
    assert (status, '"nobody" is/are not present' in answer["message"]) == (400, True)
    twice = [{"VariantName": "AllTraffic", "DesiredWeight": 1}] * 2
    status, answer = call("UpdateEndpointWeightsAndCapacities", EndpointName="endpoint", DesiredWeightsAndCapacities=twice)
    assert (status, "non-unique" in answer["message"]) == (400, True)


def test_speed(call, clock, account):
    """At speed 60 it is in service within half a second."""
    account.speed = 60
    call("CreateEndpointConfig", **config_request())
    call("CreateEndpoint", **endpoint_request())
    clock.forward(0.5)
    assert described(call)["EndpointStatus"] == "InService"
