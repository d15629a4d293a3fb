"""What public requests are made of, and how it is written down what is to be said of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

HOUR, DAY = 3600, 86_400
ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/service-role/AmazonSageMaker-ExecutionRole"
BUCKET = f"sagemaker-us-east-1-{ACCOUNT}"
TAGS = {
    "team": "fraud-platform",
    "environment": "production",
    "model": "churn-v2",
    "cost-centre": "4711",
    "project": "churn",
}
"""All that both policies want."""
IN_DEVELOPMENT = {**TAGS, "environment": "dev"}


def ecr(account: str, repository: str, tag: str = "1", region_id: str = "us-east-1") -> str:
    """Write a container's address."""
    return f"{account}.dkr.ecr.{region_id}.amazonaws.com/{repository}:{tag}"


XGBOOST = ecr("683313688378", "sagemaker-xgboost", "1.7-1")
SCIKIT = ecr("683313688378", "sagemaker-scikit-learn", "1.2-1-cpu-py3")
SPARK = ecr("173754725891", "sagemaker-spark-processing", "3.3-cpu-py39-v1")
PYTORCH = ecr("763104351884", "pytorch-training", "2.5.1-gpu-py311-cu124-ubuntu22.04-sagemaker")
PYTORCH_CPU = ecr("763104351884", "pytorch-training", "2.5.1-cpu-py311-ubuntu22.04-sagemaker")
TENSORFLOW = ecr("763104351884", "tensorflow-training", "2.16.2-gpu-py310-cu123-ubuntu20.04-sagemaker")
TENSORFLOW_CPU = ecr("763104351884", "tensorflow-training", "2.16.2-cpu-py310-ubuntu20.04-sagemaker")
HUGGING_FACE = ecr(
    "763104351884", "huggingface-pytorch-training", "2.1.0-transformers4.36.0-gpu-py310-cu121-ubuntu20.04"
)  # fmt: skip
NEURON = ecr(
    "763104351884", "huggingface-pytorch-training-neuronx", "2.1.2-transformers4.43.2-neuronx-py310-sdk2.20.0-ubuntu20.04"
)  # fmt: skip
OWN = f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/train-cards:7"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicRequest:
    """A request, and what a careful engineer would have said of it, as a decision and the rules that speak; others are silent."""

    name: str
    kind: str
    request: Mapping[str, Any]
    built_in: str
    """Without any policy's file, such as ``warn MC106 MC108``."""
    company: str
    """By the policy of a company that asks from USD 50 on, wants tags, and allows no p4d and p5."""
    team: str
    """By ``docs/policies/small-team.yaml``."""
    region_id: str = "us-east-1"


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Write tags as AWS takes them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def channel(name: str = "train", uri: str = f"s3://{BUCKET}/cards/train", **source: Any) -> dict[str, Any]:
    """Make an input of a training job."""
    told = {"S3DataType": "S3Prefix", "S3Uri": uri, "S3DataDistributionType": "FullyReplicated", **source}
    return {"ChannelName": name, "DataSource": {"S3DataSource": told}}


def cluster(instance_type: str, count: int = 1, volume_gb: int = 30, **changes: Any) -> dict[str, Any]:
    """Make a training job's instances."""
    return {"InstanceType": instance_type, "InstanceCount": count, "VolumeSizeInGB": volume_gb, **changes}


def job(image: str, resources: Mapping[str, Any], limit: int | None = DAY, **changes: Any) -> dict[str, Any]:
    """Make a training job; a change to None leaves a member out."""
    told = {
        "TrainingJobName": "cards-2026-11-30-09-30-00-000",
        "RoleArn": ROLE,
        "AlgorithmSpecification": {"TrainingImage": image, "TrainingInputMode": "File"},
        "InputDataConfig": [channel()],
        "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/models"},
        "ResourceConfig": dict(resources),
        "StoppingCondition": None if limit is None else {"MaxRuntimeInSeconds": limit},
        "Tags": tag_list(TAGS),
        **changes,
    }
    return {key: value for key, value in told.items() if value is not None}


def spot(limit: int, wait: int, checkpoints: bool = True) -> dict[str, Any]:
    """Give what managed Spot adds to a training job."""
    told: dict[str, Any] = {
        "EnableManagedSpotTraining": True,
        "StoppingCondition": {"MaxRuntimeInSeconds": limit, "MaxWaitTimeInSeconds": wait},
    }
    return told | ({"CheckpointConfig": {"S3Uri": f"s3://{BUCKET}/checkpoints/cards"}} if checkpoints else {})


def script(**parameters: str) -> dict[str, str]:
    """Give the hyperparameters by which the SDK's second generation starts a script."""
    return {
        "sagemaker_program": '"train.py"',
        "sagemaker_submit_directory": f'"s3://{BUCKET}/cards/source/sourcedir.tar.gz"',
        "sagemaker_container_log_level": "20",
        "sagemaker_region": '"us-east-1"',
        **parameters,
    }


DATA_PARALLEL = {"sagemaker_distributed_dataparallel_enabled": "true", "sagemaker_instance_type": '"ml.p4d.24xlarge"'}
TORCHRUN = {"sagemaker_torch_distributed_enabled": "true"}
