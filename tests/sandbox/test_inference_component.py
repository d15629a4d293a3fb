"""Inference components and the instances that follow them, as a client sees them."""

import pytest

from .asks import FAILS, component_request, components_config, config_request, endpoint_request, variant

ARN = "arn:aws:sagemaker:us-east-1:111122223333:inference-component/component"
NEEDS = component_request()["Specification"]


@pytest.fixture
def host(call, clock):
    """Create an endpoint that takes components, and wait until it is in service."""

    def make(config=None):
        call("CreateEndpointConfig", **(config or components_config()))
        call("CreateEndpoint", **endpoint_request(config=(config or components_config())["EndpointConfigName"]))
        clock.forward(25)

    return make


def described(call, name="component"):
    return call("DescribeInferenceComponent", InferenceComponentName=name)[1]


def instances(call):
    (one,) = call("DescribeEndpoint", EndpointName="endpoint")[1]["ProductionVariants"]
    return one["CurrentInstanceCount"], one["DesiredInstanceCount"]


def copies(call, count):
    config = {"CopyCount": count}
    return call("UpdateInferenceComponentRuntimeConfig", InferenceComponentName="component", DesiredRuntimeConfig=config)


def test_life(call, host, clock):
    """Creating, in service, updating, deleting, gone; the copies follow at the end of each."""
    host()
    assert call("CreateInferenceComponent", **component_request()) == (200, {"InferenceComponentArn": ARN})
    component = described(call)
    assert component["InferenceComponentStatus"] == "Creating"
    assert component["RuntimeConfig"] == {"DesiredCopyCount": 1, "CurrentCopyCount": 0}
    assert (component["VariantName"], component["EndpointArn"][-17:]) == ("main", "endpoint/endpoint")
    clock.forward(20)
    component = described(call)
    assert (component["InferenceComponentStatus"], component["RuntimeConfig"]["CurrentCopyCount"]) == ("InService", 1)
    assert component["Specification"]["Container"]["DeployedImage"]["SpecifiedImage"] == "image"
    assert component["Specification"]["ComputeResourceRequirements"] == NEEDS["ComputeResourceRequirements"]
    assert copies(call, 3) == (200, {"InferenceComponentArn": ARN})
    component = described(call)
    assert component["InferenceComponentStatus"] == "Updating"
    assert component["RuntimeConfig"] == {"DesiredCopyCount": 3, "CurrentCopyCount": 1}
    clock.forward(12)
    assert described(call)["RuntimeConfig"] == {"DesiredCopyCount": 3, "CurrentCopyCount": 3}
    assert call("DeleteInferenceComponent", InferenceComponentName="component") == (200, {})
    assert described(call)["RuntimeConfig"] == {"DesiredCopyCount": 0, "CurrentCopyCount": 3}
    clock.forward(6)
    status, answer = call("DescribeInferenceComponent", InferenceComponentName="component")
    assert (status, answer["message"]) == (400, f'Could not find inference component "{ARN}".')


def test_failed(call, host, clock):
    """One that could not be created has no copy, says why, and can be deleted."""
    host()
    call("CreateInferenceComponent", **component_request(Tags=FAILS))
    clock.forward(20)
    component = described(call)
    assert (component["InferenceComponentStatus"], component["FailureReason"]) == ("Failed", "It was not to be")
    assert component["RuntimeConfig"]["CurrentCopyCount"] == 0
    assert copies(call, 2)[0] == 400
    assert call("DeleteInferenceComponent", InferenceComponentName="component")[0] == 200


def test_instances_follow(call, host, clock):
    """Four copies fill an instance; more of them need more, up to the most there may be."""
    host()
    call("CreateInferenceComponent", **component_request(copies=6))
    assert instances(call) == (1, 2)
    assert call("DescribeEndpoint", EndpointName="endpoint")[1]["EndpointStatus"] == "InService"
    clock.forward(20)
    assert instances(call) == (2, 2)
    call("CreateInferenceComponent", **component_request("another", copies=99))
    clock.forward(20)
    assert instances(call) == (4, 4)


def test_instances_are_given_back(call, host, clock):
    """What nothing needs is given back after ten minutes, and not below the least there shall be."""
    host()
    call("CreateInferenceComponent", **component_request(copies=8))
    clock.forward(20)
    copies(call, 0)
    clock.forward(599)
    assert instances(call) == (2, 2)
    clock.forward(1)
    assert instances(call) == (2, 1)
    clock.forward(15)
    assert instances(call) == (1, 1)


def test_down_to_zero(call, host, clock):
    """With a least of none the last instance goes too, at first as well as later, and comes back when needed."""
    host(components_config(least=0))
    assert instances(call) == (1, 1)
    clock.forward(615)
    assert instances(call) == (0, 0)
    call("CreateInferenceComponent", **component_request())
    clock.forward(20)
    assert instances(call) == (1, 1)
    call("DeleteInferenceComponent", InferenceComponentName="component")
    clock.forward(615)
    assert instances(call) == (0, 0)


def test_needed_in_time(call, host, clock):
    """A component that comes before the instances are given back keeps them."""
    host(components_config(least=0))
    clock.forward(300)
    call("CreateInferenceComponent", **component_request())
    clock.forward(1000)
    assert instances(call) == (1, 1)


def test_no_scaling_unless_asked_for(call, host, clock):
    """Without managed scaling the instances stay as they are."""
    config = components_config()
    del config["ProductionVariants"][0]["ManagedInstanceScaling"]
    host(config)
    call("CreateInferenceComponent", **component_request(copies=50))
    clock.forward(100)
    assert instances(call) == (1, 1)


def test_no_scaling_while_updating(call, host, clock):
    """While the endpoint is being updated its instances are not scaled."""
    host()
    call("CreateInferenceComponent", **component_request())
    clock.forward(20)
    call("CreateEndpointConfig", **components_config("other"))
    call("UpdateEndpoint", EndpointName="endpoint", EndpointConfigName="other")
    copies(call, 50)
    assert call("DescribeEndpoint", EndpointName="endpoint")[1]["EndpointStatus"] == "Updating"
    clock.forward(20)
    assert call("DescribeEndpoint", EndpointName="endpoint")[1]["EndpointConfigName"] == "other"


def test_update(call, host, clock):
    """Its specification can be changed, a list of them in place of one as well."""
    host()
    call("CreateInferenceComponent", **component_request())
    clock.forward(20)
    bigger = {"ModelName": "model", "ComputeResourceRequirements": {"MinMemoryRequiredInMb": 4096}}
    assert call("UpdateInferenceComponent", InferenceComponentName="component", Specification=bigger)[0] == 200
    assert described(call)["Specification"]["ComputeResourceRequirements"] == NEEDS["ComputeResourceRequirements"]
    clock.forward(12)
    assert described(call)["Specification"] == bigger


def test_several_specifications(call, host):
    """One for each type of instance."""
    host()
    many = [
        NEEDS | {"InstanceType": "ml.g5.xlarge"},
        NEEDS | {"InstanceType": "ml.g6.xlarge", "Container": {"ArtifactUrl": "s3://b/m"}},
    ]
    request = component_request(Specifications=many)
    del request["Specification"]
    assert call("CreateInferenceComponent", **request)[0] == 200
    first, second = described(call)["Specifications"]
    assert (first["Container"]["DeployedImage"]["SpecifiedImage"], second["Container"]) == ("image", {"ArtifactUrl": "s3://b/m"})


def test_hosts_cannot_be_deleted(call, host, clock):
    """An endpoint cannot be deleted before its components are."""
    host()
    call("CreateInferenceComponent", **component_request())
    clock.forward(20)
    status, answer = call("DeleteEndpoint", EndpointName="endpoint")
    assert (status, "inference components" in answer["message"]) == (400, True)
    call("DeleteInferenceComponent", InferenceComponentName="component")
    clock.forward(6)
    assert call("DeleteEndpoint", EndpointName="endpoint")[0] == 200


@pytest.mark.parametrize(
    ("more", "part"),
    [
        ({"EndpointName": "nobody"}, "Could not find endpoint"),
        ({"VariantName": "nobody"}, "no such variant"),
        ({"Specification": None}, "either Specification or Specifications"),
        ({"RuntimeConfig": {"CopyCount": -1}}, "copyCount"),
    ],
)
def test_wrong_requests(call, host, more, part):
    """A request AWS would refuse is refused, and says why."""
    host()
    status, answer = call("CreateInferenceComponent", **component_request(**more))
    assert (status, answer["__type"]) == (400, "ValidationException")
    assert part in answer["message"]


def test_refusals(call, host, clock):
    """A taken name, changes under way, and endpoints that take none."""
    host()
    call("CreateInferenceComponent", **component_request())
    assert "already existing" in call("CreateInferenceComponent", **component_request())[1]["message"]
    in_progress = f'Cannot update in-progress inference component "{ARN}".'
    assert call("DeleteInferenceComponent", InferenceComponentName="component")[1]["message"] == in_progress
    assert copies(call, 2)[1]["message"] == in_progress
    clock.forward(1000)
    call("DeleteInferenceComponent", InferenceComponentName="component")
    clock.forward(6)
    call("DeleteEndpoint", EndpointName="endpoint")
    assert "must be InService" in call("CreateInferenceComponent", **component_request())[1]["message"]
    clock.forward(6)
    host(config_request(variants=[variant()]))
    assert "no such variant" in call("CreateInferenceComponent", **component_request())[1]["message"]
