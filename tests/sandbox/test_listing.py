"""Every list filters first and cuts the page afterwards, whatever the kind."""

from dataclasses import dataclass

import pytest

from . import asks
from .conftest import START


@dataclass(frozen=True, kw_only=True)
class Kind:
    """How a kind is made and listed: seven things, ten seconds apart, the first two of which have come to their end."""

    create: str
    request: object
    lists: str
    answers: str
    name: str
    order: str  # of a list that asks for none
    status: tuple[str, str] | None  # one that the first two have, and one that the others have
    modified: bool = True


def named(make, prefix="Thing"):
    return lambda number: make(f"{prefix}-{number}")


def short(make):
    """Let the first two end soon."""
    return lambda number: make(f"Thing-{number}", seconds=20 if number < 2 else 3000)


def failing(make):
    """Let the first two fail."""
    return lambda number: make(f"Thing-{number}", Tags=asks.FAILS if number < 2 else [])


def tuning(number):
    return asks.tuning_request(
        f"Thing-{number}", count=1, parallel=1, TrainingJobDefinition=asks.definition(20 if number < 2 else 3000)
    )


def automl(number):
    table = {"TargetAttributeName": "label", "GenerateCandidateDefinitionsOnly": number < 2}
    return asks.automl_v2_request(f"Thing-{number}", problem={"TabularJobConfig": table})


KINDS = {
    "processing": Kind(
        create="CreateProcessingJob",
        request=short(asks.processing_request),
        lists="ListProcessingJobs",
        answers="ProcessingJobSummaries",
        name="ProcessingJobName",
        order="0123456",
        status=("Completed", "InProgress"),
    ),
    "transform": Kind(
        create="CreateTransformJob",
        request=short(asks.transform_request),
        lists="ListTransformJobs",
        answers="TransformJobSummaries",
        name="TransformJobName",
        order="6543210",
        status=("Completed", "InProgress"),
    ),
    "tuning": Kind(
        create="CreateHyperParameterTuningJob",
        request=tuning,
        lists="ListHyperParameterTuningJobs",
        answers="HyperParameterTuningJobSummaries",
        name="HyperParameterTuningJobName",
        order="0123456",
        status=("Completed", "InProgress"),
    ),
    "automl": Kind(
        create="CreateAutoMLJobV2",
        request=automl,
        lists="ListAutoMLJobs",
        answers="AutoMLJobSummaries",
        name="AutoMLJobName",
        order="6543210",
        status=("Completed", "InProgress"),
    ),
    "endpoint": Kind(
        create="CreateEndpoint",
        request=failing(asks.endpoint_request),
        lists="ListEndpoints",
        answers="Endpoints",
        name="EndpointName",
        order="6543210",
        status=("Failed", "InService"),
    ),
    "endpoint-config": Kind(
        create="CreateEndpointConfig",
        request=named(asks.config_request),
        lists="ListEndpointConfigs",
        answers="EndpointConfigs",
        name="EndpointConfigName",
        order="6543210",
        status=None,
        modified=False,
    ),
    "inference-component": Kind(
        create="CreateInferenceComponent",
        request=failing(asks.component_request),
        lists="ListInferenceComponents",
        answers="InferenceComponents",
        name="InferenceComponentName",
        order="6543210",
        status=("Failed", "InService"),
    ),
    "schedule": Kind(
        create="CreateMonitoringSchedule",
        request=named(asks.schedule_request),
        lists="ListMonitoringSchedules",
        answers="MonitoringScheduleSummaries",
        name="MonitoringScheduleName",
        order="6543210",
        status=("Stopped", "Scheduled"),
    ),
    "notebook": Kind(
        create="CreateNotebookInstance",
        request=failing(asks.notebook_request),
        lists="ListNotebookInstances",
        answers="NotebookInstances",
        name="NotebookInstanceName",
        order="0123456",
        status=("Failed", "InService"),
    ),
}
WITH_STATUS = [name for name, kind in KINDS.items() if kind.status]
MODIFIED = [name for name, kind in KINDS.items() if kind.modified]


@pytest.fixture
def lists(call, clock, request):
    """Make seven things of a kind, and give what lists them."""
    name = request.param
    kind = KINDS[name]
    if name == "endpoint":
        call("CreateEndpointConfig", **asks.config_request())
    if name == "inference-component":
        call("CreateEndpointConfig", **asks.components_config())
        call("CreateEndpoint", **asks.endpoint_request(config="components"))
        clock.forward(100)
    start = clock().timestamp()
    for number in range(7):
        assert call(kind.create, **kind.request(number))[0] == 200
        if name == "schedule" and number == 3:
            for stopped in (0, 1):
                call("StopMonitoringSchedule", MonitoringScheduleName=f"Thing-{stopped}")
        clock.forward(10)
    clock.forward(60)

    def ask(**params):
        times = {key: start + value if key.endswith(("After", "Before")) else value for key, value in params.items()}
        status, answer = call(kind.lists, **times)
        assert status == 200, answer
        return "".join(one[kind.name][-1] for one in answer[kind.answers] if one[kind.name].startswith("Thing")), answer

    ask.kind = kind
    return ask


@pytest.mark.parametrize("lists", KINDS, indirect=True)
def test_default_order(lists):
    """AWS's own order, where none is asked for."""
    assert lists()[0] == lists.kind.order


@pytest.mark.parametrize("lists", KINDS, indirect=True)
@pytest.mark.parametrize(
    ("params", "names"),
    [
        ({"SortBy": "CreationTime", "SortOrder": "Ascending"}, "0123456"),
        ({"SortBy": "CreationTime", "SortOrder": "Descending"}, "6543210"),
        ({"SortBy": "Name", "SortOrder": "Ascending"}, "0123456"),
        ({"SortBy": "Name", "SortOrder": "Descending", "MaxResults": 2}, "65"),
        ({"NameContains": "thing-3"}, "3"),
        ({"NameContains": "nobody"}, ""),
        ({"CreationTimeAfter": 50, "SortBy": "Name", "SortOrder": "Ascending"}, "56"),
        ({"CreationTimeBefore": 10, "SortBy": "Name", "SortOrder": "Ascending"}, "01"),
        ({"CreationTimeAfter": 15, "CreationTimeBefore": 45, "SortBy": "Name", "SortOrder": "Ascending"}, "234"),
    ],
)
def test_filters(lists, params, names):
    """Each filter and each order finds what it should."""
    assert lists(**params)[0] == names


@pytest.mark.parametrize("lists", WITH_STATUS, indirect=True)
def test_status(lists):
    """A status is looked for before the page is cut, and can be sorted by."""
    ended, others = lists.kind.status
    order = {"SortBy": "Name", "SortOrder": "Ascending"}
    assert lists(StatusEquals=ended, **order)[0] == "01"
    assert lists(StatusEquals=others, **order)[0] == "23456"
    assert lists(StatusEquals=ended, MaxResults=1, SortBy="Name", SortOrder="Descending")[0] == "1"
    by_status = lists(SortBy="Status", SortOrder="Ascending")[0]
    assert by_status in {"0123456", "2345601"}


@pytest.mark.parametrize("lists", MODIFIED, indirect=True)
def test_modified(lists):
    """LastModifiedTime divides them; both bounds are included."""
    assert sorted(lists(LastModifiedTimeAfter=-1_000_000)[0]) == list("0123456")
    assert lists(LastModifiedTimeAfter=1_000_000)[0] == ""
    _, answer = lists()
    one = answer[lists.kind.answers][3]
    exactly = one["LastModifiedTime"]
    start = START.timestamp() + (100 if lists.kind.name == "InferenceComponentName" else 0)
    found, _ = lists(LastModifiedTimeAfter=exactly - start, LastModifiedTimeBefore=exactly - start)
    assert one[lists.kind.name][-1] in found


@pytest.mark.parametrize("lists", KINDS, indirect=True)
def test_pages(lists, call):
    """A page goes on where the last one ended, whatever came in meanwhile."""
    order = {"SortBy": "CreationTime", "SortOrder": "Descending"}
    first, answer = lists(MaxResults=3, **order)
    call(lists.kind.create, **lists.kind.request(7))
    second, last = lists(MaxResults=10, NextToken=answer["NextToken"], **order)
    assert first + second == "6543210"
    assert "NextToken" not in last


@pytest.mark.parametrize("lists", KINDS, indirect=True)
def test_ten_at_a_time(lists, call):
    """Ten at a time, unless asked otherwise."""
    for number in range(7, 15):
        assert call(lists.kind.create, **lists.kind.request(number))[0] == 200
    _, answer = lists()
    assert (len(answer[lists.kind.answers]), "NextToken" in answer) == (10, True)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"MaxResults": 0}, "ValidationException"),
        ({"MaxResults": 101}, "ValidationException"),
        ({"SortBy": "Cost"}, "ValidationException"),
        ({"NextToken": "x"}, "ValidationException"),
        ({"CreationTimeAfter": "yesterday"}, "SerializationException"),
    ],
)
def test_wrong_requests(call, kind, params, code):
    """Bounds, enums, tokens and times are checked."""
    status, answer = call(kind.lists, **params)
    assert (status, answer["__type"]) == (400, code)


@pytest.mark.parametrize("lists", ["inference-component"], indirect=True)
def test_components_of_an_endpoint(lists):
    """Components can be asked for by endpoint and variant."""
    assert sorted(lists(EndpointNameEquals="endpoint", VariantNameEquals="main")[0]) == list("0123456")
    assert lists(EndpointNameEquals="nobody")[0] == ""
    assert lists(VariantNameEquals="nobody")[0] == ""


@pytest.mark.parametrize("lists", ["schedule"], indirect=True)
def test_schedules_of_an_endpoint(lists):
    """Schedules can be asked for by endpoint and type."""
    assert sorted(lists(EndpointName="endpoint", MonitoringTypeEquals="DataQuality")[0]) == list("0123456")
    assert lists(EndpointName="nobody")[0] == ""
    assert lists(MonitoringTypeEquals="ModelBias")[0] == ""
