"""Each observed operation, its request made of AWS's own model: what is kept, what is sent, and that both are right."""

from __future__ import annotations

import inspect
import io
import json
from collections.abc import Iterator
from typing import Any

import boto3
import botocore
import botocore.session
import pytest
from botocore import xform_name
from botocore.awsrequest import AWSResponse
from botocore.config import Config

from mlcost_ext.kernel.attach import Attachment
from mlcost_ext.kernel.hook import LaunchHook
from mlcost_ext.ledger.observed import OBSERVED, Operation
from mlcost_ext.ledger.redact import MAX_REQUEST_BYTES, redact

MODEL = botocore.session.Session().get_service_model("sagemaker")
SECRET = "hunter2"
SECRETIVE = (
    "Argument",
    "AutoParameters",
    "CodeRepositor",
    "Dataset",
    "Entrypoint",
    "Environment",
    "HyperParameters",
    "KmsKey",
    "LifecycleConfig",
    "MetricDefinitions",
    "ParameterRanges",
    "RoleArn",
    "RoleARN",
    "Vpc",
)
"""Parts of members' names where people keep what is nobody else's business."""

KEPT = {
    "CreateTrainingJob": [
        "ResourceConfig.InstanceType",
        "ResourceConfig.InstanceGroups.InstanceCount",
        "ResourceConfig.InstancePreferences.InstanceType",
        "ResourceConfig.TrainingPlanArn",
        "ResourceConfig.KeepAlivePeriodInSeconds",
        "StoppingCondition.MaxWaitTimeInSeconds",
        "EnableManagedSpotTraining",
        "AlgorithmSpecification.TrainingImage",
        "ServerlessJobConfig.BaseModelArn",
    ],
    "CreateHyperParameterTuningJob": [
        "HyperParameterTuningJobConfig.ResourceLimits.MaxNumberOfTrainingJobs",
        "HyperParameterTuningJobConfig.ResourceLimits.MaxParallelTrainingJobs",
        "HyperParameterTuningJobConfig.ResourceLimits.MaxRuntimeInSeconds",
        "TrainingJobDefinition.ResourceConfig.InstanceType",
        "TrainingJobDefinition.EnableManagedSpotTraining",
        "TrainingJobDefinitions.HyperParameterTuningResourceConfig.InstanceConfigs.InstanceType",
        "TrainingJobDefinitions.StoppingCondition.MaxRuntimeInSeconds",
    ],
    "CreateProcessingJob": [
        "ProcessingResources.ClusterConfig.InstanceType",
        "ProcessingResources.ClusterConfig.InstancePreferences.InstanceCount",
        "ProcessingResources.ClusterConfig.VolumeSizeInGB",
        "StoppingCondition.MaxRuntimeInSeconds",
        "AppSpecification.ImageUri",
        "ProcessingInputs.S3Input.S3Uri",
    ],
    "CreateTransformJob": [
        "TransformResources.InstanceType",
        "TransformResources.InstanceCount",
        "ModelName",
        "TransformInput.DataSource.S3DataSource.S3Uri",
    ],
    "CreateAutoMLJob": ["AutoMLJobConfig.CompletionCriteria.MaxCandidates", "ModelDeployConfig.EndpointName"],
    "CreateAutoMLJobV2": [
        "AutoMLProblemTypeConfig.TabularJobConfig.CompletionCriteria.MaxAutoMLJobRuntimeInSeconds",
        "AutoMLProblemTypeConfig.TextGenerationJobConfig.BaseModelName",
        "AutoMLJobInputDataConfig.DataSource.S3DataSource.S3Uri",
    ],
    "CreateEndpoint": ["EndpointConfigName"],
    "CreateMonitoringSchedule": [
        "MonitoringScheduleConfig.ScheduleConfig.ScheduleExpression",
        "MonitoringScheduleConfig.MonitoringJobDefinitionName",
        "MonitoringScheduleConfig.MonitoringJobDefinition.MonitoringResources.ClusterConfig.InstanceType",
        "MonitoringScheduleConfig.MonitoringJobDefinition.MonitoringInputs.EndpointInput.EndpointName",
    ],
    "CreateNotebookInstance": ["InstanceType", "VolumeSizeInGB"],
    "StartNotebookInstance": ["NotebookInstanceName"],
}
"""What cost follows from, by operation."""

every = pytest.mark.parametrize("operation", OBSERVED, ids=lambda operation: operation.name)


def full(shape: Any, at: str = "", depth: int = 12) -> Any:
    """Make a value with every member that the model knows; each text is its own path and a secret."""
    if shape.type_name == "structure":
        return {key: full(member, f"{at}.{key}", depth - 1) for key, member in shape.members.items()} if depth else {}
    if shape.type_name == "list":
        return [full(shape.member, at, depth - 1)]
    if shape.type_name == "map":
        return {SECRET: full(shape.value, at, depth - 1)}
    return f"{SECRET} {at}" if shape.type_name == "string" else shape.type_name == "boolean" or 1


def request_of(operation: Operation) -> dict[str, Any]:
    made = full(MODEL.operation_model(operation.name).input_shape)
    tags = {"Tags": [{"Key": "team", "Value": "fraud"}]} if "Tags" in made else {}
    return {**made, operation.name_key: "a", **tags}


def leaves(value: Any, at: str = "") -> Iterator[tuple[str, Any]]:
    """Give each leaf of a request with its path; lists are looked through."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, f"{at}.{key}" if at else key)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item, at)
    else:
        yield at, value


@every
def test_nothing_of_a_secret_kind_is_kept(operation: Operation) -> None:
    """Of a request with every member there is, no text under a name that may hide a secret stays readable."""
    kept, _ = redact(request_of(operation), operation.keep)
    readable = [path for path, value in leaves(kept) if SECRET in str(value)]
    assert [path for path in readable if any(word in path for word in SECRETIVE)] == []
    assert [path for path, _ in leaves(kept) if SECRET in path] == []


@every
def test_what_cost_follows_from_is_kept(operation: Operation) -> None:
    """As it was given, under AWS's own keys; the tags beside it."""
    request = request_of(operation)
    kept, tags = redact(request, operation.keep)
    given, found = dict(leaves(request)), dict(leaves(kept))
    paths = [operation.name_key, *KEPT[operation.name]]
    assert {path: found.get(path) for path in paths} == {path: given[path] for path in paths}
    assert tags == ({"team": "fraud"} if "Tags" in request else {})
    assert len(json.dumps(kept)) <= MAX_REQUEST_BYTES


def test_every_word_of_the_tables_is_awss() -> None:
    """A key that no observed request has would be a typing error."""
    known, used = set(), set()
    for operation in OBSERVED:
        _compare(operation.keep, MODEL.operation_model(operation.name).input_shape, known, used)
    assert known - used == set()


def _compare(reducer: Any, shape: Any, known: set[Any], used: set[Any]) -> None:
    held = inspect.getclosurevars(reducer).nonlocals
    if "reducer" in held:
        _compare(held["reducer"], shape.member, known, used)
    for key, inner in held.get("kept", {}).items():
        known.add((id(reducer), key))
        if key in shape.members:
            used.add((id(reducer), key))
            _compare(inner, shape.members[key], known, used)


def exchange(operation: Operation, params: dict[str, Any]) -> tuple[Any, Any]:
    """Call the operation on a client whose transport answers at once; give what was sent and what came back."""
    config = Config(parameter_validation=False)  # members of a union are all there
    sagemaker, sent = boto3.session.Session().client("sagemaker", region_name="us-east-1", config=config), []
    raw = json.dumps({operation.arn_key: "arn:aws:a"} if operation.arn_key else {}).encode()

    def answer(request: Any, **_: Any) -> AWSResponse:
        sent.append((request.url, request.body))
        body = io.BytesIO(raw)
        body.stream = lambda: iter([raw])  # type: ignore[attr-defined]
        return AWSResponse(request.url, 200, {}, body)

    sagemaker.meta.events.register("before-send.sagemaker", answer)
    return sent, getattr(sagemaker, xform_name(operation.name))(**params)


@every
def test_each_is_noted_and_sent_unchanged(operation: Operation, monkeypatch: pytest.MonkeyPatch) -> None:
    """An intent of its kind and name, an outcome with the ARN if there is one, and not a byte of the request differs."""
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(key, "none")
    events: list[dict[str, Any]] = []
    hook = LaunchHook(lambda type_, **event: events.append({"type": type_, **event}), lambda: {"notebook": "n.ipynb"})
    attachment = Attachment(botocore, hook)
    params = request_of(operation)
    without = exchange(operation, params)
    attachment.attach()
    try:
        assert exchange(operation, params) == without
    finally:
        attachment.detach()
    assert params == request_of(operation)
    intent, outcome = events
    assert (intent["kind"], intent["name"], intent["region_id"]) == (operation.kind, "a", "us-east-1")
    assert intent["request"][operation.name_key] == "a"
    expected = "arn:aws:a" if operation.arn_key else None
    assert (outcome["result"], outcome["resource_id"]) == ("accepted", expected)


def test_kinds_are_those_of_the_jobs_room() -> None:
    """The server knows what to do with each, or will once it has that kind."""
    kinds = {"training", "tuning", "processing", "transform", "automl", "endpoint", "schedule", "notebook"}
    assert {operation.kind for operation in OBSERVED} == kinds
