"""A kernel of an SDK under a policy that a test writes."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from tests.kernel.conftest import Answer

from .conftest import Sdk

TRY = """
try:
{}
    caught = None
except BaseException as error:
    caught, raised = f"{{type(error).__module__}}.{{type(error).__name__}}: {{error}}", error
"""
"""Some errors of the third generation are shown by `rich`, so that the kernel does not tell of them."""
BLOCKS = "inherit: none\nrules: {MC104: {verdict: block, denied: ['ml.m5.*']}}"
WARNS = BLOCKS.replace("block", "warn")
STOPPED = "mlcost_ext.kernel.stopped.LaunchStopped: Not launched: "


class GuardedSdk:
    """The kernel, and the policy's file."""

    def __init__(self, kernel: Sdk, file: Path) -> None:
        self.kernel, self._file = kernel, file

    def policy(self, text: str) -> None:
        """Lay something down."""
        self._file.write_text(f"version: 1\n{text}\n")
        time.sleep(1.2)  # the files are looked at once a second

    def call(self, code: str, says: list[str] | None = None) -> tuple[Answer, str | None]:
        """Run lines, and give what they have raised."""
        answer = self.kernel.run(TRY.format("\n".join(f"    {line}" for line in code.strip().splitlines())), says=says)
        assert answer.error is None, answer.error
        return answer, self.kernel.value("caught")

    def outcomes(self) -> list[str]:
        """Give what became of each decision."""
        return [each["outcome"] for each in self.kernel.decisions()]

    def tags(self, sagemaker: Any, arn: str) -> dict[str, str]:
        """Give the tags of something, without Studio's own."""
        found = sagemaker.list_tags(ResourceArn=arn)["Tags"]
        return {tag["Key"]: tag["Value"] for tag in found if not tag["Key"].startswith("sagemaker:")}


def names_of(sagemaker: Any) -> set[str]:
    """Give the names of all that costs: jobs, configurations, endpoints."""
    asked = (
        (sagemaker.list_training_jobs, "TrainingJobSummaries", "TrainingJobName"),
        (sagemaker.list_processing_jobs, "ProcessingJobSummaries", "ProcessingJobName"),
        (sagemaker.list_transform_jobs, "TransformJobSummaries", "TransformJobName"),
        (sagemaker.list_hyper_parameter_tuning_jobs, "HyperParameterTuningJobSummaries", "HyperParameterTuningJobName"),
        (sagemaker.list_endpoint_configs, "EndpointConfigs", "EndpointConfigName"),
        (sagemaker.list_endpoints, "Endpoints", "EndpointName"),
    )
    return {each[name] for ask, members, name in asked for each in ask(MaxResults=100)[members]}
