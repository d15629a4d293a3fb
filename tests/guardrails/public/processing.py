"""Processing jobs: scikit-learn, Spark, frameworks, own containers, checks of data and models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .building import (
    BUCKET,
    DAY,
    HOUR,
    OWN,
    PYTORCH,
    ROLE,
    SCIKIT,
    SPARK,
    TAGS,
    PublicRequest,
    ecr,
    tag_list,
)  # fmt: skip

CLARIFY = ecr("205585389593", "sagemaker-clarify-processing", "1.0")
MONITOR = ecr("156813124566", "sagemaker-model-monitor-analyzer", "")[:-1]
WRANGLER = ecr("663277389841", "sagemaker-data-wrangler-container", "2.x")


def read(uri: str = f"s3://{BUCKET}/raw", **source: Any) -> dict[str, Any]:
    """Make an input."""
    told = {"S3Uri": uri, "LocalPath": "/opt/ml/processing/input", "S3DataType": "S3Prefix", "S3InputMode": "File", **source}
    return {"InputName": "input-1", "S3Input": told}


def processing(
    name: str,
    image: str,
    machine: tuple[str, int, int],
    limit: int | None,
    built_in: str,
    company: str,
    team: str,
    tags: Mapping[str, str] | None = TAGS,
    **changes: Any,
) -> PublicRequest:
    instance_type, count, volume_gb = machine
    output = {"OutputName": "train", "S3Output": {
        "S3Uri": f"s3://{BUCKET}/prepared", "LocalPath": "/opt/ml/processing/train", "S3UploadMode": "EndOfJob"}}  # fmt: skip
    request = {
        "ProcessingJobName": "prepare-2026-11-30-08-00-00",
        "RoleArn": ROLE,
        "AppSpecification": {"ImageUri": image, "ContainerEntrypoint": ["python3", "/opt/ml/processing/input/code/prepare.py"]},
        "ProcessingInputs": [read()],
        "ProcessingOutputConfig": {"Outputs": [output]},
        "ProcessingResources": {
            "ClusterConfig": {"InstanceType": instance_type, "InstanceCount": count, "VolumeSizeInGB": volume_gb}
        },
        "StoppingCondition": None if limit is None else {"MaxRuntimeInSeconds": limit},
        "Tags": None if tags is None else tag_list(tags),
        **changes,
    }
    left = {key: value for key, value in request.items() if value is not None}
    return PublicRequest(name=name, kind="processing", request=left, built_in=built_in, company=company, team=team)


ONE = ("ml.m5.xlarge", 1, 30)

PROCESSING: tuple[PublicRequest, ...] = (
    processing("scikit-learn for half an hour", SCIKIT, ONE, 1800, "allow", "allow", "allow"),
    processing(
        "scikit-learn without a stopping condition, as the SDK sends it", SCIKIT, ONE, None,
        "warn MC103 MC108", "warn MC108", "warn MC103",
    ),
    processing(
        "scikit-learn on two machines that do the same", SCIKIT, ("ml.m5.xlarge", 2, 30), HOUR,
        "warn MC105", "warn MC105", "warn MC105",
    ),
    processing(
        "scikit-learn on two machines, each with its part", SCIKIT, ("ml.m5.xlarge", 2, 30), HOUR, "allow", "allow", "allow",
        ProcessingInputs=[read(S3DataDistributionType="ShardedByS3Key")],
    ),
    processing("scikit-learn on a GPU", SCIKIT, ("ml.g4dn.xlarge", 1, 30), HOUR, "warn MC105", "warn MC105", "warn MC105"),
    processing("Spark on two machines", SPARK, ("ml.m5.xlarge", 2, 30), 1200, "allow", "allow", "allow"),
    processing(
        "Spark on ten large machines for five hours", SPARK, ("ml.r5.4xlarge", 10, 200), 5 * HOUR,
        "warn MC108", "ask MC101 MC108", "ask MC101 MC108",
    ),
    processing(
        "features from a hundred gigabytes by Spark for two hours", SPARK, ("ml.m5.4xlarge", 3, 100), 2 * HOUR,
        "warn MC108", "warn MC108", "allow",
    ),
    processing(
        "embeddings on a GPU by a framework's container", PYTORCH, ("ml.g5.xlarge", 1, 100), 2 * HOUR, "allow", "allow", "allow",
    ),
    processing("bias and explanations by Clarify", CLARIFY, ("ml.c5.xlarge", 1, 20), HOUR, "allow", "allow", "allow"),
    processing(
        "a baseline for a model monitor", MONITOR, ("ml.m5.xlarge", 1, 20), HOUR, "allow", "allow", "allow",
        AppSpecification={"ImageUri": MONITOR}, Environment={"dataset_format": '{"csv": {"header": true}}'},
    ),
    processing(
        "a flow of Data Wrangler on two m5.4xlarge", WRANGLER, ("ml.m5.4xlarge", 2, 50), DAY,
        "warn MC108", "warn MC108", "ask MC101 MC103 MC108",
    ),
    processing("an own container for nine days", OWN, ONE, 777_600,
        "warn MC108", "block MC101 MC103 MC108", "ask MC101 MC103 MC108"),
    processing("evaluation without tags", SCIKIT, ONE, 1800, "allow", "ask MC301", "warn MC301", None),
    processing(
        "inputs in another region", SCIKIT, ONE, 1800, "warn MC113", "warn MC113", "warn MC113",
        ProcessingInputs=[read("s3://cards-in-ireland/raw")],
    ),
    processing(
        "a project's name with capitals", SCIKIT, ONE, 1800, "allow", "allow", "warn MC301", {**TAGS, "project": "Churn 2026"},
    ),
)  # fmt: skip
