"""What this process may send to AWS: reads, and the few actions a user asks for, each by a request of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

METRICS = "GetMetricData"
LIST_OBJECTS = "ListObjectsV2"
"""Keys and sizes of what lies below a prefix of S3; no object is ever read."""

READS = (
    "DescribeApp",
    "DescribeAutoMLJobV2",
    "DescribeEndpoint",
    "DescribeEndpointConfig",
    "DescribeHyperParameterTuningJob",
    "DescribeInferenceComponent",
    "DescribeMonitoringSchedule",
    "DescribeNotebookInstance",
    "DescribeProcessingJob",
    "DescribeSpace",
    "DescribeTrainingJob",
    "DescribeTransformJob",
    METRICS,
    "ListApps",
    "ListAutoMLJobs",
    "ListEndpoints",
    "ListHyperParameterTuningJobs",
    "ListInferenceComponents",
    "ListMonitoringSchedules",
    "ListNotebookInstances",
    LIST_OBJECTS,
    "ListProcessingJobs",
    "ListSpaces",
    "ListTags",
    "ListTrainingJobs",
    "ListTransformJobs",
    "Search",
)
ACTIONS = (
    "DeleteApp",
    "DeleteEndpoint",
    "StopAutoMLJob",
    "StopHyperParameterTuningJob",
    "StopMonitoringSchedule",
    "StopNotebookInstance",
    "StopProcessingJob",
    "StopTrainingJob",
    "StopTransformJob",
    "UpdateTrainingJob",
)
"""Only ever sent for a request; never by the poller."""
ALLOWED_OPERATIONS = (*READS, *ACTIONS)
OPTIONAL = (LIST_OBJECTS,)
"""Reads whose refusal nobody is told: without them nothing is missing that is shown."""
SERVICES = {METRICS: "cloudwatch", LIST_OBJECTS: "s3"}
"""Of operations that are not SageMaker's."""
ACTION_NAMES = {LIST_OBJECTS: "ListBucket"}
"""Of operations that IAM calls otherwise."""

WARM_POOL_RELEASE = {"KeepAlivePeriodInSeconds": 0}
"""All that UpdateTrainingJob is used for."""


def service_of(operation: str) -> str:
    """Give the service an operation belongs to, by botocore's name."""
    return SERVICES.get(operation, "sagemaker")


def action_of(operation: str) -> str:
    """Give the IAM action of an operation."""
    return f"{service_of(operation)}:{ACTION_NAMES.get(operation, operation)}"


def check(operation: str, params: Mapping[str, Any]) -> None:
    """Make sure that a call is one of those above.

    Raises:
        ValueError: Where it is not; nothing is sent then.
    """
    if operation not in ALLOWED_OPERATIONS:
        raise ValueError(f"{operation} is not among the operations of this process")
    if operation == "UpdateTrainingJob":
        others = {key: value for key, value in params.items() if key != "TrainingJobName"}
        if others != {"ResourceConfig": WARM_POOL_RELEASE}:
            raise ValueError("UpdateTrainingJob is allowed for the release of a warm pool only")
