"""Launches as rules are given them: real prices and facts, evidence as it was remembered, and fixes held against AWS's model."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import botocore.session
from botocore.validate import ParamValidator

from mlcost_ext.core.estimate import DurationRange
from mlcost_ext.core.evidence import EarlierRun, Utilisation
from mlcost_ext.core.merge_patch import merged
from mlcost_ext.core.planned import RunKey
from mlcost_ext.core.price import price_key
from mlcost_ext.core.rule import Objection, OptionValue, Proposal, Rule, Unsure
from mlcost_ext.kernel_wiring import estimator
from mlcost_ext.usecases.alternatives import fitting
from mlcost_ext.usecases.estimating import Estimator

NOW = datetime(2026, 11, 30, 12, tzinfo=timezone.utc)
REGION = "us-east-1"
OPERATIONS = {
    "training": "CreateTrainingJob",
    "tuning": "CreateHyperParameterTuningJob",
    "processing": "CreateProcessingJob",
    "transform": "CreateTransformJob",
    "endpoint-config": "CreateEndpointConfig",
}
SCIKIT = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"
PYTORCH = "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:2.5.1-gpu-py311-cu124-ubuntu22.04-sagemaker"
OWN = "111122223333.dkr.ecr.us-east-1.amazonaws.com/train:7"
SCRIPT = {"sagemaker_program": '"train.py"', "sagemaker_submit_directory": '"s3://bucket/a/source/sourcedir.tar.gz"'}


@lru_cache
def shared() -> Estimator:
    """Give an estimator by the prices that are shipped."""
    return estimator(Path(tempfile.mkdtemp()))


def training(
    instance_type: str = "ml.g5.xlarge", count: int = 1, image: str = OWN, hours: int = 24, **changes: Any
) -> dict[str, Any]:
    """Make a request that AWS accepts."""
    return {
        "TrainingJobName": "a",
        "RoleArn": "arn:aws:iam::111122223333:role/SageMakerExecution",
        "AlgorithmSpecification": {"TrainingImage": image, "TrainingInputMode": "File"},
        "ResourceConfig": {"InstanceType": instance_type, "InstanceCount": count, "VolumeSizeInGB": 30},
        "StoppingCondition": {"MaxRuntimeInSeconds": hours * 3600},
        "InputDataConfig": [channel()],
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/out"},
        **changes,
    }


def channel(uri: str = "s3://bucket/data", **source: Any) -> dict[str, Any]:
    """Make a channel."""
    return {"ChannelName": "train", "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": uri, **source}}}


def processing(
    instance_type: str = "ml.m5.xlarge", count: int = 1, image: str = SCIKIT, volume_gb: int = 30, **s3: Any
) -> dict[str, Any]:
    """Make a request that AWS accepts."""
    cluster = {"InstanceType": instance_type, "InstanceCount": count, "VolumeSizeInGB": volume_gb}
    source = {"S3Uri": "s3://bucket/in", "S3DataType": "S3Prefix", "S3InputMode": "File", "LocalPath": "/opt/ml/in", **s3}
    return {
        "ProcessingJobName": "a",
        "RoleArn": "arn:aws:iam::111122223333:role/SageMakerExecution",
        "AppSpecification": {"ImageUri": image},
        "ProcessingResources": {"ClusterConfig": cluster},
        "StoppingCondition": {"MaxRuntimeInSeconds": 86_400},
        "ProcessingInputs": [{"InputName": "in", "S3Input": source}],
    }


def transform(instance_type: str = "ml.m5.xlarge", count: int = 1) -> dict[str, Any]:
    """Make a request that AWS accepts."""
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/in"}}
    return {
        "TransformJobName": "a",
        "ModelName": "model",
        "TransformInput": {"DataSource": source},
        "TransformOutput": {"S3OutputPath": "s3://bucket/out"},
        "TransformResources": {"InstanceType": instance_type, "InstanceCount": count},
    }


def tuning(*definitions: Mapping[str, Any]) -> dict[str, Any]:
    """Make a tuning job of one definition or several."""
    own = [
        {key: value for key, value in each.items() if key not in ("TrainingJobName", "HyperParameters")}
        | ({"StaticHyperParameters": each["HyperParameters"]} if "HyperParameters" in each else {})
        | ({"DefinitionName": f"d{number}"} if len(definitions) > 1 else {})
        for number, each in enumerate(definitions)
    ]
    told = {"TrainingJobDefinitions": own} if len(own) > 1 else {"TrainingJobDefinition": own[0]}
    limits = {"MaxNumberOfTrainingJobs": 10, "MaxParallelTrainingJobs": 2}
    return {
        "HyperParameterTuningJobName": "a",
        "HyperParameterTuningJobConfig": {"Strategy": "Bayesian", "ResourceLimits": limits},
        **told,
    }


def endpoint_config(*variants: Mapping[str, Any], tags: Mapping[str, str] | None = None, **changes: Any) -> dict[str, Any]:
    """Make a request that AWS accepts."""
    pairs = [{"Key": key, "Value": value} for key, value in (tags or {}).items()]
    return {"EndpointConfigName": "a", "ProductionVariants": [dict(each) for each in variants], "Tags": pairs, **changes}


def variant(instance_type: str = "ml.m5.large", count: int = 1, **changes: Any) -> dict[str, Any]:
    """Make a variant of an endpoint."""
    told = {"VariantName": "all", "ModelName": "model", "InstanceType": instance_type, "InitialInstanceCount": count, **changes}
    return {key: value for key, value in told.items() if value is not None}


def used(**percents: str) -> Utilisation:
    """Make what a run has used, in percent, such as ``cpu="12"``; what is not said was not measured."""
    names = ("cpu", "gpu", "memory", "gpu_memory", "disk")
    return Utilisation(**{f"{name}_percent": Decimal(percents[name]) if name in percents else None for name in names})


def run(**changes: Any) -> EarlierRun:
    """Make an earlier run of the same code, with the same data and parameters, that ended an hour ago."""
    told = EarlierRun(
        name="earlier",
        status="Completed",
        ended_at=NOW - timedelta(hours=1),
        instance_type="ml.g5.xlarge",
        instance_count=1,
        run_seconds=3600,
        list_cost=Decimal("1.408"),
        volume_gb=Decimal(30),
        utilisation=None,
        has_same_code=True,
        has_same_data=True,
        has_same_parameters=True,
    )
    return replace(told, **changes)


@dataclass
class Remembered:
    """Evidence as it is; an `Unsure` in place of a value is raised."""

    runs: Sequence[EarlierRun] | Unsure = ()
    regions: Mapping[str, str | Unsure | None] = field(default_factory=dict)
    types: frozenset[str] | Unsure = frozenset()
    asked: list[tuple[str, RunKey, Mapping[str, Any]]] = field(default_factory=list)

    def earlier_runs(self, kind: str, key: RunKey, request: Mapping[str, Any]) -> Sequence[EarlierRun]:
        self.asked.append((kind, key, request))
        return given(self.runs)

    def bucket_region(self, bucket: str) -> str | None:
        return given(self.regions.get(bucket))

    def training_types(self) -> frozenset[str]:
        return given(self.types)


def given(value: Any) -> Any:
    """Give a value, or raise it."""
    if isinstance(value, Unsure):
        raise value
    return value


def proposal(kind: str, request: Mapping[str, Any], evidence: Any = None, region_id: str = REGION, **changes: Any) -> Proposal:
    """Make a launch as it is about to be sent."""
    told = shared()
    costed = told.cost(kind, request, region_id, None)

    def fit(component: str, name: str) -> tuple[str, ...]:
        return tuple(fitting(component, name, region_id, prices=told.prices, facts=told.facts))

    def cheaper(component: str, name: str) -> tuple[str, ...]:
        prices = {
            each: price.unit_price
            for each in told.prices.instance_types(region_id, component)
            if (price := told.prices.unit_price(price_key(region_id, component, each)))
        }
        return tuple(sorted((each for each in prices if prices[each] < prices.get(name, 0)), key=lambda each: prices[each]))

    made = Proposal(
        kind=kind,
        region_id=region_id,
        request=request,
        tags={each["Key"]: each["Value"] for each in request.get("Tags", ())},
        planned=costed.planned,
        estimate=told.document(costed),
        required_tags=(),
        facts=told.facts,
        fitting=fit,
        evidence=evidence or Remembered(),
        now=NOW,
        cheaper=cheaper,
    )
    return replace(made, **changes)


def learnt(made: Proposal, expected: str, runs: int) -> Proposal:
    """Let earlier runs tell how long it takes, and so what is expected."""
    time = DurationRange(low=1, expected=2, high=86_400, basis="history", sample_size=runs)
    cost = replace(made.estimate.list_cost, expected=Decimal(expected))
    return replace(made, estimate=replace(made.estimate, duration_seconds=time, list_cost=cost))


def options_of(rule: Rule, **changes: OptionValue) -> dict[str, OptionValue]:
    """Give a rule's options as they are by default, but for these."""
    return {**{option.name: option.default for option in rule.options}, **changes}


def judged(
    rule: Rule, kind: str, request: Mapping[str, Any], evidence: Any = None, **options: OptionValue
) -> tuple[Objection, ...]:
    """Judge a launch; each fix is held against AWS's model, and has to clear what it is for without causing anything else."""
    told = options_of(rule, **options)
    found = rule.judge(proposal(kind, request, evidence), told)
    for each in found:
        assert each.message.endswith(".")
        assert each.hint.endswith(".")
        if each.fix is not None:
            fixed = merged(request, each.fix)
            assert faults(kind, fixed) == []
            again = rule.judge(proposal(kind, fixed, evidence), told)
            assert {other.subject for other in again} < {other.subject for other in found}
    return found


def faults(kind: str, request: Mapping[str, Any]) -> list[str]:
    """Give what AWS's own model says against a request."""
    model = service_model()
    shape = model.operation_model(OPERATIONS[kind]).input_shape
    report = ParamValidator().validate(request, shape).generate_report()
    return [*([report] if report else []), *outside(request, shape)]


@lru_cache
def service_model() -> Any:
    """Give AWS's description of SageMaker."""
    return botocore.session.get_session().get_service_model("sagemaker")


def outside(value: Any, shape: Any) -> list[str]:
    """Give what is none of the values that AWS lists, or out of a range: botocore sends those."""
    if shape.type_name == "structure":
        return [text for key, item in value.items() for text in outside(item, shape.members[key])]
    if shape.type_name == "list":
        return [text for item in value for text in outside(item, shape.member)]
    if shape.metadata.get("enum"):
        return [] if value in shape.metadata["enum"] else [f"{value} is no {shape.name}"]
    most = shape.metadata.get("max")
    is_over = shape.type_name == "integer" and most is not None and value > most
    return [f"{value} is above {most}"] if is_over else []
