"""Small, valid requests for whatever can be started, as the opening scene and the churn make them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlcost_ext.sandbox.names import BUCKET, ROLE_ARN
from mlcost_ext.sandbox.plans import FAILURE_REASON, RUN_SECONDS

Request = dict[str, Any]
Tags = Mapping[str, str]

_REGISTRY = "763104351884.dkr.ecr.us-east-1.amazonaws.com"
IMAGE = f"{_REGISTRY}/pytorch-training:2.5.1-gpu-py311"
_PROCESSING_IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"
_ANALYZER = "156813124566.dkr.ecr.us-east-1.amazonaws.com/sagemaker-model-monitor-analyzer"
_DAY = 86_400

VARIANT = "AllTraffic"
ENDPOINT_VOLUME_GB = 30
OWN_DISK_FAMILIES = ("g4dn", "g5", "g6", "p4d", "p5")
"""Of those that are asked for here; AWS takes no size of a volume for them."""


def listed(tags: Tags) -> list[dict[str, str]]:
    """Write tags as requests do."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def wish(run_seconds: float, failure_reason: str | None = None) -> dict[str, str]:
    """Write how long a job shall run, and whether it shall fail."""
    wished = {RUN_SECONDS: f"{run_seconds:g}"}
    return wished if failure_reason is None else {**wished, FAILURE_REASON: failure_reason}


def training(name: str, instance_type: str, run_seconds: float, tags: Tags, **more: Any) -> Request:
    """Ask for a training job."""
    return {
        "TrainingJobName": name,
        "RoleArn": ROLE_ARN,
        "AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File"},
        "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/models"},
        "ResourceConfig": {"InstanceType": instance_type, "InstanceCount": 1, "VolumeSizeInGB": 30},
        "StoppingCondition": {"MaxRuntimeInSeconds": _DAY},
        "Environment": wish(run_seconds),
        "Tags": listed(tags),
    } | more


def tuning(name: str, instance_type: str, run_seconds: float, tags: Tags, *, jobs: int, parallel: int) -> Request:
    """Ask for a tuning job, each of whose training jobs runs for about as long."""
    definition = {
        "AlgorithmSpecification": {
            "TrainingImage": IMAGE,
            "TrainingInputMode": "File",
            "MetricDefinitions": [{"Name": "validation:auc", "Regex": "auc=([0-9.]+)"}],
        },
        "RoleArn": ROLE_ARN,
        "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/models"},
        "ResourceConfig": {"InstanceType": instance_type, "InstanceCount": 1, "VolumeSizeInGB": 30},
        "StoppingCondition": {"MaxRuntimeInSeconds": _DAY},
        "StaticHyperParameters": {"epochs": "8"},
        "Environment": wish(run_seconds),
    }
    return {
        "HyperParameterTuningJobName": name,
        "HyperParameterTuningJobConfig": {
            "Strategy": "Bayesian",
            "HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": "validation:auc"},
            "ResourceLimits": {"MaxNumberOfTrainingJobs": jobs, "MaxParallelTrainingJobs": parallel},
            "ParameterRanges": {
                "ContinuousParameterRanges": [{"Name": "learning-rate", "MinValue": "0.0001", "MaxValue": "0.1"}]
            },
        },
        "TrainingJobDefinition": definition,
        "Tags": listed(tags),
    }


def processing(name: str, instance_type: str, run_seconds: float, tags: Tags, failure_reason: str | None = None) -> Request:
    """Ask for a processing job."""
    return {
        "ProcessingJobName": name,
        "ProcessingResources": {"ClusterConfig": {"InstanceCount": 1, "InstanceType": instance_type, "VolumeSizeInGB": 30}},
        "StoppingCondition": {"MaxRuntimeInSeconds": _DAY},
        "AppSpecification": {"ImageUri": _PROCESSING_IMAGE, "ContainerEntrypoint": ["python3", "prepare.py"]},
        "Environment": wish(run_seconds, failure_reason),
        "RoleArn": ROLE_ARN,
        "Tags": listed(tags),
    }


def transform(name: str, instance_type: str, run_seconds: float, tags: Tags) -> Request:
    """Ask for a batch transform job."""
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/transactions"}}
    return {
        "TransformJobName": name,
        "ModelName": "card-fraud-v3",
        "TransformInput": {"DataSource": source, "ContentType": "text/csv", "SplitType": "Line"},
        "TransformOutput": {"S3OutputPath": f"s3://{BUCKET}/scores"},
        "TransformResources": {"InstanceType": instance_type, "InstanceCount": 1},
        "Environment": wish(run_seconds),
        "Tags": listed(tags),
    }


def endpoint_config(name: str, instance_type: str, tags: Tags, *, count: int = 1, variant: str = VARIANT) -> Request:
    """Ask for an endpoint configuration with one variant, and a volume where the instance has no disk of its own."""
    has_disk = instance_type.split(".")[1] in OWN_DISK_FAMILIES
    volume = {} if has_disk else {"VolumeSizeInGB": ENDPOINT_VOLUME_GB}
    production = {
        "VariantName": variant,
        "ModelName": "card-fraud-v3",
        "InstanceType": instance_type,
        "InitialInstanceCount": count,
        "InitialVariantWeight": 1.0,
        **volume,
    }
    return {"EndpointConfigName": name, "ProductionVariants": [production], "Tags": listed(tags)}


def endpoint(name: str, config_name: str, tags: Tags) -> Request:
    """Ask for an endpoint."""
    return {"EndpointName": name, "EndpointConfigName": config_name, "Tags": listed(tags)}


def automl(name: str, tags: Tags, *, candidates: int) -> Request:
    """Ask for an AutoML job over a table."""
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/applications"}}
    table = {"CompletionCriteria": {"MaxCandidates": candidates}, "TargetAttributeName": "defaulted", "Mode": "ENSEMBLING"}
    return {
        "AutoMLJobName": name,
        "AutoMLJobInputDataConfig": [{"ChannelType": "training", "ContentType": "text/csv;header=present", "DataSource": source}],
        "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/automl"},
        "AutoMLProblemTypeConfig": {"TabularJobConfig": table},
        "RoleArn": ROLE_ARN,
        "Tags": listed(tags),
    }


def notebook_instance(name: str, instance_type: str, tags: Tags, *, volume_gb: int) -> Request:
    """Ask for a notebook instance."""
    return {
        "NotebookInstanceName": name,
        "InstanceType": instance_type,
        "RoleArn": ROLE_ARN,
        "VolumeSizeInGB": volume_gb,
        "Tags": listed(tags),
    }


def monitoring_schedule(name: str, endpoint_name: str, instance_type: str, tags: Tags) -> Request:
    """Ask for a schedule that looks at an endpoint's data each morning."""
    watched = {"EndpointName": endpoint_name, "LocalPath": "/opt/ml/processing/input"}
    report = {"S3Uri": f"s3://{BUCKET}/monitoring", "LocalPath": "/opt/ml/processing/output"}
    cluster = {"InstanceCount": 1, "InstanceType": instance_type, "VolumeSizeInGB": 20}
    return {
        "MonitoringScheduleName": name,
        "MonitoringScheduleConfig": {
            "ScheduleConfig": {"ScheduleExpression": "cron(0 6 ? * * *)"},
            "MonitoringJobDefinition": {
                "MonitoringInputs": [{"EndpointInput": watched}],
                "MonitoringOutputConfig": {"MonitoringOutputs": [{"S3Output": report}]},
                "MonitoringResources": {"ClusterConfig": cluster},
                "MonitoringAppSpecification": {"ImageUri": _ANALYZER},
                "StoppingCondition": {"MaxRuntimeInSeconds": 1800},
                "RoleArn": ROLE_ARN,
            },
            "MonitoringType": "DataQuality",
        },
        "Tags": listed(tags),
    }
