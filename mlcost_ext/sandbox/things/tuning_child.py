"""A training job that a tuning job starts: its name, its hyperparameters, how well it did."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Protocol

from mlcost_ext.sandbox.plans import RUN_SECONDS, number, plan_for, wishes
from mlcost_ext.sandbox.things.run import Run
from mlcost_ext.sandbox.training_job import TrainingJob

DEFAULT_RUN_SECONDS = 10 * 60.0

_KEPT = (
    "AlgorithmSpecification",
    "RoleArn",
    "InputDataConfig",
    "VpcConfig",
    "OutputDataConfig",
    "StoppingCondition",
    "EnableNetworkIsolation",
    "EnableInterContainerTrafficEncryption",
    "EnableManagedSpotTraining",
    "CheckpointConfig",
    "RetryStrategy",
    "Environment",
)
_RESOURCES = ("InstanceType", "InstanceCount", "VolumeSizeInGB", "VolumeKmsKeyId")


class Parent(Protocol):
    """What a child takes over from its tuning job."""

    @property
    def name(self) -> str:
        """Give the name."""

    @property
    def arn(self) -> str:
        """Give the ARN."""

    @property
    def region_id(self) -> str:
        """Give the region."""

    @property
    def tags(self) -> Mapping[str, str]:
        """Give the tags: they are added to all jobs it launches."""

    @property
    def created_at(self) -> datetime:
        """Give the time of its creation."""

    @property
    def speed(self) -> float:
        """Give how much shorter plans are."""


def child_of(request: Mapping[str, Any], parent: Parent, index: int, created_at: datetime) -> TrainingJob:
    """Make the training job with this index, from 0."""
    definition = definition_of(request, index)
    asked = {
        **{key: definition[key] for key in _KEPT if key in definition},
        "TrainingJobName": child_name(parent, index),
        "ResourceConfig": _resources(definition),
        "HyperParameters": {**definition.get("StaticHyperParameters", {}), **tuned(request, index)},
    }
    wanted = number(wishes(asked), RUN_SECONDS, DEFAULT_RUN_SECONDS) * (0.75 + 0.5 * _fraction(parent.name, index))
    planned = {**asked, "HyperParameters": {**asked["HyperParameters"], RUN_SECONDS: str(wanted)}}
    return TrainingJob(
        request=asked,
        region_id=parent.region_id,
        tags=parent.tags,
        plan=plan_for(planned).at_speed(parent.speed),
        created_at=created_at,
        origin={"TuningJobArn": parent.arn},
    )


def child_name(parent: Parent, index: int) -> str:
    """Name a child as AWS does: a number and eight digits, others for a later job of the same name."""
    digest = sha256(f"{parent.name}/{parent.created_at.isoformat()}/{index}".encode()).hexdigest()
    return f"{parent.name}-{index + 1:03d}-{digest[:8]}"


def definition_of(request: Mapping[str, Any], index: int) -> Mapping[str, Any]:
    """Give the definition a child is made by: they take turns."""
    definitions: Sequence[Mapping[str, Any]] = request.get("TrainingJobDefinitions") or [request["TrainingJobDefinition"]]
    return definitions[index % len(definitions)]


def tuned(request: Mapping[str, Any], index: int) -> dict[str, str]:
    """Choose the hyperparameters of a child within their ranges."""
    definition = definition_of(request, index)
    ranges = definition.get("HyperParameterRanges") or request["HyperParameterTuningJobConfig"].get("ParameterRanges") or {}
    chosen: dict[str, str] = {}
    for entry in ranges.get("IntegerParameterRanges", []):
        chosen[entry["Name"]] = str(round(_between(entry, index)))
    for entry in ranges.get("ContinuousParameterRanges", []):
        chosen[entry["Name"]] = f"{_between(entry, index):.6g}"
    for entry in ranges.get("CategoricalParameterRanges", []):
        chosen[entry["Name"]] = str(entry["Values"][index % len(entry["Values"])])
    return chosen


def objective_of(request: Mapping[str, Any], index: int) -> dict[str, Any] | None:
    """Give the objective's final value of a child that has completed; ``None`` where no objective was asked for."""
    definition = definition_of(request, index)
    objective = definition.get("TuningObjective") or request["HyperParameterTuningJobConfig"].get(
        "HyperParameterTuningJobObjective"
    )
    if objective is None:
        return None
    value = round(0.5 + 0.49 * _fraction(request["HyperParameterTuningJobName"], index, "objective"), 6)
    return {"Type": objective["Type"], "MetricName": objective["MetricName"], "Value": value}


def summary(request: Mapping[str, Any], child: TrainingJob, index: int, run: Run) -> dict[str, Any]:
    """Give a child in the form of HyperParameterTrainingJobSummary."""
    told: dict[str, Any] = {
        "TrainingJobName": child.name,
        "TrainingJobArn": child.arn,
        "CreationTime": child.created_at,
        "TrainingJobStatus": run.status,
        "TunedHyperParameters": tuned(request, index),
        "ObjectiveStatus": {"Completed": "Succeeded", "Failed": "Failed", "Stopped": "Failed"}.get(run.status, "Pending"),
    }
    definition = definition_of(request, index)
    if "DefinitionName" in definition:
        told["TrainingJobDefinitionName"] = definition["DefinitionName"]
    if run.started_at is not None:
        told["TrainingStartTime"] = run.started_at
    if run.ended_at is not None:
        told["TrainingEndTime"] = run.ended_at
    if run.status == "Failed":
        told["FailureReason"] = child.plan.failure_reason
    objective = objective_of(request, index)
    if run.status == "Completed" and objective is not None:
        told["FinalHyperParameterTuningJobObjectiveMetric"] = objective
    return told


def best(request: Mapping[str, Any], children: Iterable[TrainingJob], runs: Iterable[Run]) -> dict[str, Any] | None:
    """Give the child that did best so far."""
    found: tuple[float, int, TrainingJob, Run] | None = None
    for index, (child, run) in enumerate(zip(children, runs, strict=True)):
        objective = objective_of(request, index)
        if run.status != "Completed" or objective is None:
            continue
        merit = objective["Value"] if objective["Type"] == "Maximize" else -objective["Value"]
        if found is None or merit > found[0]:
            found = merit, index, child, run
    return None if found is None else summary(request, found[2], found[1], found[3])


def _resources(definition: Mapping[str, Any]) -> dict[str, Any]:
    own = definition.get("ResourceConfig")
    if own is not None:
        return dict(own)
    cluster = definition["HyperParameterTuningResourceConfig"]
    first: Mapping[str, Any] = next(iter(cluster.get("InstanceConfigs", [])), {})
    return {key: value for key, value in {**cluster, **first}.items() if key in _RESOURCES}


def _between(entry: Mapping[str, Any], index: int) -> float:
    low, high = (_float(entry[key]) for key in ("MinValue", "MaxValue"))
    return low + (high - low) * _fraction(entry["Name"], index)


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _fraction(*parts: object) -> float:
    """Give a number from 0 to 1 that is always the same for the same parts."""
    return int.from_bytes(sha256(repr(parts).encode()).digest()[:4], "big") / 0xFFFFFFFF
