"""The AWS command line from PyPI against the practice account, unchanged: it starts, lists, describes, waits and ends things."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from typing import Any

import pytest
from botocore import xform_name

from mlcost_ext.sandbox import names

from .conftest import IMAGE, program, same_version

Aws = Callable[..., Any]
RUN_SECONDS = "20"


@pytest.fixture
def aws(surroundings: dict[str, str]) -> Aws:
    """Give `aws` with its words as arguments; the answer is what it prints, as data."""

    def run(*words: str) -> Any:
        command = [program("awscli", "aws"), "--output", "json", *words]
        done = subprocess.run(command, env=surroundings, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout or "null")

    return run


def create(aws: Aws, name: str, *more: str) -> Any:
    """Create a training job, each argument in a shorthand of its own as people type them."""
    return aws(
        "sagemaker", "create-training-job", "--training-job-name", name, "--role-arn", names.ROLE_ARN,
        "--algorithm-specification", f"TrainingImage={IMAGE},TrainingInputMode=File",
        "--output-data-config", "S3OutputPath=s3://bucket/out",
        "--resource-config", "InstanceType=ml.m5.xlarge,InstanceCount=1,VolumeSizeInGB=30",
        "--stopping-condition", "MaxRuntimeInSeconds=3600",
        "--tags", "Key=team,Value=fraud", *more,
    )  # fmt: skip


def test_version_is_the_pinned_one() -> None:
    """What is tested here is what `versions.txt` says."""
    assert same_version("awscli", program("awscli", "python"))


def test_a_training_job_from_start_to_end(aws: Aws, sagemaker: Any) -> None:
    """Created, waited for, described; its billable seconds are there."""
    made = create(aws, "cli-whole", "--hyper-parameters", f"PRACTICE_RUN_SECONDS={RUN_SECONDS}")
    assert made["TrainingJobArn"].endswith(":training-job/cli-whole")
    waiter = sagemaker.get_waiter("training_job_completed_or_stopped")
    waiter.wait(TrainingJobName="cli-whole", WaiterConfig={"Delay": 1})  # that of the command line looks each two minutes
    aws("sagemaker", "wait", "training-job-completed-or-stopped", "--training-job-name", "cli-whole")
    described = aws("sagemaker", "describe-training-job", "--training-job-name", "cli-whole")
    assert described["TrainingJobStatus"] == "Completed"
    assert described["BillableTimeInSeconds"] > 0


def test_a_training_job_that_is_stopped(aws: Aws) -> None:
    """Its tags and those of the space are on it."""
    made = create(aws, "cli-stopped")
    aws("sagemaker", "stop-training-job", "--training-job-name", "cli-stopped")
    status = aws("sagemaker", "describe-training-job", "--training-job-name", "cli-stopped", "--query", "TrainingJobStatus")
    assert status in ("Stopping", "Stopped")
    tags = {tag["Key"]: tag["Value"] for tag in aws("sagemaker", "list-tags", "--resource-arn", made["TrainingJobArn"])["Tags"]}
    assert tags["team"] == "fraud"
    assert tags["sagemaker:space-arn"] == names.SPACE_ARN


LISTS = {
    "training-jobs": ("TrainingJobSummaries", "training-job", "TrainingJobName"),
    "hyper-parameter-tuning-jobs": (
        "HyperParameterTuningJobSummaries", "hyper-parameter-tuning-job", "HyperParameterTuningJobName"),
    "processing-jobs": ("ProcessingJobSummaries", "processing-job", "ProcessingJobName"),
    "transform-jobs": ("TransformJobSummaries", "transform-job", "TransformJobName"),
    "auto-ml-jobs": ("AutoMLJobSummaries", "auto-ml-job-v2", "AutoMLJobName"),
    "endpoints": ("Endpoints", "endpoint", "EndpointName"),
    "endpoint-configs": ("EndpointConfigs", "endpoint-config", "EndpointConfigName"),
    "notebook-instances": ("NotebookInstances", "notebook-instance", "NotebookInstanceName"),
    "monitoring-schedules": ("MonitoringScheduleSummaries", "monitoring-schedule", "MonitoringScheduleName"),
    "domains": ("Domains", "domain", "DomainId"),
    "spaces": ("Spaces", "space", "SpaceName"),
    "apps": ("Apps", "app", "AppName"),
}  # fmt: skip
"""Of each list command: the answer's member, the describe command, and the name's member."""


@pytest.mark.parametrize("what", LISTS)
def test_what_there_is_is_listed_and_described(aws: Aws, what: str) -> None:
    """The account opens with some of nearly everything; the first of each list can be described."""
    member, command, name = LISTS[what]
    found = aws("sagemaker", f"list-{what}", "--max-items", "3")[member]
    for first in found[:1]:
        described = aws("sagemaker", f"describe-{command}", *identity(first, command, name))
        assert described[name] == first[name]


def identity(first: dict[str, str], command: str, name: str) -> list[str]:
    """Give the arguments that name one thing of a list."""
    keys = {"app": ["DomainId", "SpaceName", "AppType", "AppName"], "space": ["DomainId", "SpaceName"]}.get(command, [name])
    return [word for key in keys for word in (f"--{xform_name(key, '-')}", first[key])]


def test_search(aws: Aws) -> None:
    """Whole descriptions by a tag, as our own reader asks."""
    expression = {"Filters": [{"Name": "Tags.sagemaker:space-arn", "Operator": "Equals", "Value": names.SPACE_ARN}]}
    words = ("--resource", "TrainingJob", "--search-expression", json.dumps(expression), "--max-items", "2")
    found = aws("sagemaker", "search", *words)["Results"]
    assert found
    assert found[0]["TrainingJob"]["TrainingJobStatus"]


def test_an_endpoint_is_made_and_deleted(aws: Aws, sagemaker: Any) -> None:
    """Model, configuration, endpoint; CloudWatch's number of calls is asked; `delete-endpoint` ends it."""
    variant = "VariantName=all,ModelName=cli-model,InitialInstanceCount=1,InstanceType=ml.m5.xlarge"
    image = f"Image={IMAGE},ModelDataUrl=s3://bucket/model.tar.gz"
    role = ("--execution-role-arn", names.ROLE_ARN)
    aws("sagemaker", "create-model", "--model-name", "cli-model", *role, "--primary-container", image)
    aws("sagemaker", "create-endpoint-config", "--endpoint-config-name", "cli-config", "--production-variants", variant)
    aws("sagemaker", "create-endpoint", "--endpoint-name", "cli-endpoint", "--endpoint-config-name", "cli-config")
    sagemaker.get_waiter("endpoint_in_service").wait(EndpointName="cli-endpoint", WaiterConfig={"Delay": 1})
    described = aws("sagemaker", "describe-endpoint", "--endpoint-name", "cli-endpoint")
    assert described["EndpointStatus"] == "InService"
    window = ("--start-time", "2026-11-01T00:00:00Z", "--end-time", "2026-11-02T00:00:00Z", "--period", "3600")
    dimensions = ("--dimensions", "Name=EndpointName,Value=cli-endpoint", "Name=VariantName,Value=all")
    metric = ("--namespace", "AWS/SageMaker", "--metric-name", "Invocations", "--statistics", "Sum")
    assert aws("cloudwatch", "get-metric-statistics", *metric, *dimensions, *window)["Datapoints"] == []
    aws("sagemaker", "delete-endpoint", "--endpoint-name", "cli-endpoint")


def test_the_caller_is_the_spaces_role(aws: Aws) -> None:
    """`aws sts get-caller-identity`, the first thing anybody types."""
    assert aws("sts", "get-caller-identity")["Arn"] == names.CALLER_ARN
