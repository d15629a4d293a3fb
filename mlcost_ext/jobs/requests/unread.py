"""What a request asks for that nobody here reads, told by the member that names it, so that the reason can be given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from .uncovered import FREE, UNCOVERED
from .wrong import MOST_NAMES, shown

MARKS: tuple[tuple[str, str], ...] = (
    ("MonitoringScheduleName", "CreateMonitoringSchedule"),
    ("ClusterName", "CreateCluster"),
    ("CompilationJobName", "CreateCompilationJob"),
    ("OptimizationJobName", "CreateOptimizationJob"),
    ("LabelingJobName", "CreateLabelingJob"),
    ("FeatureGroupName", "CreateFeatureGroup"),
    ("TrackingServerName", "CreateMlflowTrackingServer"),
    ("InferenceComponentName", "CreateInferenceComponent"),
    ("TrainingPlanName", "CreateTrainingPlan"),
    ("PipelineDisplayName", "CreatePipeline"),
    ("PipelineDefinition", "CreatePipeline"),
    ("PipelineName", "StartPipelineExecution"),
    ("DomainName", "CreateDomain"),
    ("PrimaryContainer", "CreateModel"),
    ("Containers", "CreateModel"),
)
"""Members, and the operation that they tell; the first that is there counts."""


def spelt_otherwise(request: Mapping[str, Any], marks: Iterable[str]) -> str | None:
    """Say so where a member is one of these marks but for its spelling, such as ``training_job_name``; None: none is."""
    wanted = {mark.lower(): mark for mark in marks}
    for name in islice(request, MOST_NAMES):
        mark = wanted.get(name.replace("_", "").replace("-", "").lower()) if isinstance(name, str) else None
        if mark is not None:
            return f"The request has {shown(name)}, which boto3 writes {mark}, as it writes all members."
    return None


def named_operation(request: Mapping[str, Any]) -> str | None:
    """Say which operation a request is for, and why it is not estimated; None: nobody here knows it."""
    operation = next((operation for mark, operation in MARKS if mark in request), None)
    if operation is None:
        return None
    return f"This is a request of {operation}. {UNCOVERED.get(operation) or FREE[operation]}"
