"""Requests as boto3 takes them."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timezone
from enum import Enum
from types import MappingProxyType
from typing import Any

import pytest

from mlcost_ext.core.errors import UsageError
from mlcost_ext.jobs.requests import REQUEST_KINDS, kind_of_request
from mlcost_ext.kernel.targets import KINDS
from mlcost_ext.usecases.estimating import checked_kind

from .standins import parameter, read, shape

TRAINING = {
    "TrainingJobName": "t",
    "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File", "ContainerArguments": ["hunter2"]},
    "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30},
    "StoppingCondition": {"MaxRuntimeInSeconds": 60},
    "HyperParameters": {"password": "hunter2", "sagemaker_program": '"train.py"'},
    "Environment": {"TOKEN": "hunter2"},
    "VpcConfig": {"Subnets": ["subnet-1"]},
}
CASES: list[tuple[str, dict[str, Any]]] = [
    ("training", TRAINING),
    ("training", {"ResourceConfig": {}}),
    ("training", {"ServerlessJobConfig": {"BaseModelArn": "arn"}}),
    ("processing", {"ProcessingResources": {"ClusterConfig": {}}, "AppSpecification": {}}),
    ("processing", {"ProcessingJobName": "p"}),
    ("transform", {"TransformResources": {}, "ModelName": "m"}),
    ("tuning", {"HyperParameterTuningJobConfig": {}, "TrainingJobDefinition": {"ResourceConfig": {}}}),
    ("endpoint-config", {"EndpointConfigName": "c", "ProductionVariants": []}),
    ("endpoint", {"EndpointName": "e", "EndpointConfigName": "c"}),
    ("notebook", {"NotebookInstanceName": "n", "InstanceType": "ml.t3.medium"}),
    ("app", {"AppType": "JupyterLab", "SpaceName": "s", "ResourceSpec": {}}),
    ("space", {"SpaceName": "s", "SpaceSettings": {}}),
    ("automl", {"AutoMLJobName": "a", "AutoMLJobConfig": {}}),
    ("automl", {"AutoMLJobName": "a", "AutoMLJobInputDataConfig": [], "AutoMLProblemTypeConfig": {}}),
]


@pytest.mark.parametrize(("kind", "request_"), CASES, ids=[f"{index}-{kind}" for index, (kind, _) in enumerate(CASES)])
def test_kind_is_found_from_the_shape(kind: str, request_: dict[str, Any]) -> None:
    """As the server finds it, which may be given it in turn."""
    found = read(request_)
    assert (found.kind, found.region_id) == (kind, None)
    assert kind_of_request(found.request) == kind


def test_part_of_a_request_tells_the_kind_too() -> None:
    """To the server as well, since one function decides."""
    parts = {
        "processing": {"AppSpecification": {"ImageUri": "image"}},
        "transform": {"TransformInput": {}},
        "tuning": {"TrainingJobDefinition": {"ResourceConfig": {}}},
        "automl": {"AutoMLJobConfig": {}},
        "endpoint-config": {"EndpointConfigName": "c"},
        "app": {"ResourceSpec": {"InstanceType": "ml.t3.medium"}},
    }
    assert [read(part).kind for part in parts.values()] == [kind_of_request(part) for part in parts.values()] == [*parts]


@pytest.mark.parametrize(
    ("kind", "request_"),
    [
        ("endpoint", {"EndpointName": "e", "ProductionVariants": [{"InstanceType": "ml.m5.large", "InitialInstanceCount": 1}]}),
        ("endpoint", {"EndpointName": "e", "EndpointConfigName": "c", "ProductionVariants": []}),
        ("tuning", {"TrainingJobDefinition": {"ResourceConfig": {}}, "HyperParameterTuningJobConfig": {}, "Tags": []}),
        ("app", {"AppType": "JupyterLab", "SpaceSettings": {}}),
    ],
)
def test_of_marks_of_two_kinds_one_decides(kind: str, request_: dict[str, Any]) -> None:
    """The same one in a notebook and behind the server."""
    assert read(request_).kind == kind_of_request(request_) == checked_kind(None, request_) == kind


def test_kinds_are_the_servers() -> None:
    """No more, no less."""
    assert set(KINDS) == {kind.name for kind in REQUEST_KINDS}


def test_what_is_known_and_not_estimated_says_why() -> None:
    """Here as behind the server."""
    for ask in (read, lambda request: checked_kind(None, request)):
        with pytest.raises(UsageError, match=r"This is a request of CreateMonitoringSchedule\. Each of its runs is"):
            ask({"MonitoringScheduleName": "m"})


def test_request_is_copied_without_secrets() -> None:
    """At any depth; what else stands in it is left as it is."""
    found = read(TRAINING)
    assert found.request == {
        "TrainingJobName": "t",
        "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
        "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30},
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
        "HyperParameters": {"sagemaker_program": '"train.py"'},
        "VpcConfig": {"Subnets": ["subnet-1"]},
    }
    assert found.notes == ()
    changed = read(TRAINING, instance_count=5)
    assert changed.request["ResourceConfig"]["InstanceCount"] == 5
    assert TRAINING["ResourceConfig"]["InstanceCount"] == 1  # type: ignore[index]


def test_secrets_of_a_tuning_jobs_definitions() -> None:
    """They are not kept either."""
    definition = {"StaticHyperParameters": {"password": "hunter2"}, "Environment": {"A": "hunter2"}, "ResourceConfig": {}}
    request = read({"HyperParameterTuningJobConfig": {}, "TrainingJobDefinitions": [definition]}).request
    assert request["TrainingJobDefinitions"] == [{"ResourceConfig": {}}]


@pytest.mark.parametrize("make", [OrderedDict, MappingProxyType])
def test_any_mapping(make: Any) -> None:
    """Not a dict alone."""
    assert read(make(TRAINING)).kind == "training"


def test_only_what_json_has_is_kept() -> None:
    """Times, bytes, sets and numbers that are none are left out, and keys that are no texts; a tuple becomes a list."""
    odd = {
        "TrainingJobName": "t",
        "CreationTime": datetime(2026, 11, 30, tzinfo=timezone.utc),
        "Blob": b"x",
        "Nan": float("nan"),
        "Sum": 1.5,
        1: "one",
        "Nothing": None,
        "InputDataConfig": ({"ChannelName": "a", "Extra": {1, 2}},),
    }
    assert read(odd).request == {"TrainingJobName": "t", "Sum": 1.5, "InputDataConfig": [{"ChannelName": "a"}]}


def test_objects_of_the_sdks_inside() -> None:
    """A pipeline's variables become their defaults, shapes become structures."""
    config = shape("ResourceConfig", instance_type=parameter("Type", "ml.m5.large"), instance_count=parameter("Count", None))
    found = read({"ResourceConfig": config})
    assert found.request == {"ResourceConfig": {"InstanceType": "ml.m5.large"}}
    assert found.notes == (
        "The pipeline parameter Type counts with its default value, ml.m5.large.",
        "The pipeline parameter Count has no default value, so it is left out.",
    )


def test_numbers_and_words_of_other_types() -> None:
    """Numpy's whole numbers, and members of an enumeration, become plain ones."""

    class Number:
        def __index__(self) -> int:
            return 3

    class Strategy(Enum):
        GRID = "Grid"

    config = {"InstanceCount": Number(), "Strategy": Strategy.GRID}
    assert read({"ResourceConfig": config}).request["ResourceConfig"] == {"InstanceCount": 3, "Strategy": "Grid"}


def test_kind_that_is_said() -> None:
    """Where the shape tells none, it counts; where the shape tells another, it is wrong; a configuration is an endpoint's."""
    assert read({"InstanceType": "ml.t3.medium"}, kind="notebook").kind == "notebook"
    assert read({"ProductionVariants": [{}]}, kind="endpoint").kind == "endpoint-config"
    with pytest.raises(UsageError, match="The request is one of kind training, not of kind processing"):
        read(TRAINING, kind="processing")


def test_nothing_fits() -> None:
    """Then the kinds are named."""
    for request in ({}, {"InstanceType": "ml.t3.medium"}, {"EndpointArn": "m"}, {1: 2}):
        with pytest.raises(UsageError) as told:
            read(request)
        assert told.value.message == "The request fits none of the kinds that can be estimated."
        assert told.value.hint == f"Say with --kind or kind= which it is: {', '.join(KINDS)}."


def test_endpoint_that_names_its_configuration_only() -> None:
    """That is told; with options it has variants, as with its configuration beside it."""
    names = {"EndpointName": "e", "EndpointConfigName": "c"}
    assert read(names).notes == ("The request only names its endpoint configuration; that one says what it costs.",)
    found = read(names, instance_type="ml.m5.large")
    assert found.request["ProductionVariants"] == [
        {"VariantName": "AllTraffic", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    ]
    assert found.notes == ("One instance is taken, since their number is not said.",)
    config = {"ProductionVariants": [{"VariantName": "a", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}]}
    beside = read({**names, "EndpointConfig": config}, instance_count=4)
    assert beside.notes == ()
    assert beside.request["EndpointConfig"]["ProductionVariants"][0]["InitialInstanceCount"] == 4


@pytest.mark.parametrize(
    "request_",
    [
        {"ResourceConfig": "ml.m5.xlarge"},
        {"TrainingJobName": "t", "StoppingCondition": 60},
        {"ProductionVariants": {"InstanceType": "ml.m5.xlarge"}},
        {"ProductionVariants": ["ml.m5.xlarge"]},
        {"EndpointName": "e", "EndpointConfig": {"ProductionVariants": 1}},
        {"EndpointName": "e", "EndpointConfig": "c"},
        {"TrainingJobDefinitions": [[]]},
        {"HyperParameterTuningJobConfig": []},
        {"AppType": "JupyterLab", "ResourceSpec": 1},
    ],
)
def test_member_of_the_wrong_form(request_: dict[str, Any]) -> None:
    """It is named."""
    with pytest.raises(UsageError, match=r"^\w+ of the request is no (list of mappings|mapping)\.$"):
        read(request_)


@pytest.mark.parametrize("inner", ["ClusterConfig", "DefaultResourceSpec"])
def test_inner_member_of_the_wrong_form(inner: str) -> None:
    """Where an option is to be put into it."""
    request: dict[str, Any] = {"ProcessingResources": {inner: 1}}
    if inner == "DefaultResourceSpec":
        request = {"SpaceSettings": {"AppType": ["JupyterLab"], "JupyterLabAppSettings": {inner: 1}}}
    with pytest.raises(UsageError, match=f"{inner} of the request is no mapping"):
        read(request, instance_type="ml.m5.large")


def test_nested_in_itself() -> None:
    """It ends."""
    request: dict[str, Any] = {"TrainingJobName": "t"}
    request["ResourceConfig"] = request
    with pytest.raises(UsageError, match="nested deeper than 20 levels"):
        read(request)
