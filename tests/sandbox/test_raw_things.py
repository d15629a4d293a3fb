"""Things that nobody made, put in by a bad day: lists and descriptions give them as they are, others go on beside them."""

import pytest

from mlcost_ext.sandbox.raw_thing import RawThing

from . import asks
from .conftest import START

RAW = {
    "tuning": ("HyperParameterTuningJob", {"HyperParameterTuningJobName": "odd", "HyperParameterTuningJobStatus": "Melting"}),
    "processing": ("ProcessingJob", {"ProcessingJobName": "odd", "ProcessingJobStatus": "Melting"}),
    "transform": ("TransformJob", {"TransformJobName": "odd", "TransformJobStatus": "Melting"}),
    "automl": ("AutoMLJob", {"AutoMLJobName": "odd", "AutoMLJobStatus": "Melting"}),
    "endpoint": ("Endpoint", {"EndpointName": "odd", "EndpointStatus": "Melting"}),
    "inference-component": ("InferenceComponent", {"InferenceComponentName": "odd", "EndpointName": "endpoint"}),
    "schedule": ("MonitoringSchedule", {"MonitoringScheduleName": "odd", "MonitoringScheduleStatus": "Melting"}),
    "notebook": ("NotebookInstance", {"NotebookInstanceName": "odd", "NotebookInstanceStatus": "Melting"}),
    "app": ("App", {"AppName": "odd", "Status": "Melting"}),
    "space": ("Space", {"SpaceName": "odd", "Status": "Melting"}),
}


@pytest.fixture
def unsound(account):
    """Put in a strange thing of each kind."""
    account.is_sound = False
    for kind, (_, description) in RAW.items():
        raw = RawThing(kind=kind, name="odd", region_id="us-east-1", tags={}, created_at=START, description=description)
        account.put(raw)


@pytest.mark.parametrize("kind", RAW)
def test_listed(call, unsound, kind):
    """A list gives it with what it has."""
    status, answer = call(f"List{RAW[kind][0]}s", MaxResults=100)
    assert status == 200
    (found,) = [value for key, value in answer.items() if key != "NextToken"]
    assert any("odd" in one.values() for one in found)


@pytest.mark.parametrize("kind", [kind for kind in RAW if kind not in {"app", "space"}])
def test_described(call, unsound, kind):
    """A description is what was put in."""
    resource, description = RAW[kind]
    operation = f"Describe{resource}{'V2' if kind == 'automl' else ''}"
    name = next(key for key in description if key.endswith("Name"))
    assert call(operation, **{name: "odd"}) == (200, description)


def test_beside_it(call, clock, unsound):
    """Others are made, changed and deleted beside it."""
    for operation, params in (
        ("CreateEndpointConfig", asks.config_request()),
        ("CreateEndpoint", asks.endpoint_request()),
        ("CreateMonitoringSchedule", asks.schedule_request()),
        ("CreateTrainingJob", asks.warm_request()),
        ("CreateUserProfile", asks.PROFILE | {"UserProfileName": "kim"}),
        ("CreateSpace", asks.space_request()),
        ("CreateDomain", asks.domain_request()),
    ):
        assert call(operation, **params)[0] == 200, operation
    clock.forward(30)
    assert call("DeleteEndpoint", EndpointName="endpoint")[0] == 200
    assert call("DeleteUserProfile", **asks.PROFILE | {"UserProfileName": "kim"})[0] == 200
    assert call("DeleteSpace", DomainId="d-practice0001", SpaceName="sam-code")[0] == 200
