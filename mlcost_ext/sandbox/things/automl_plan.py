"""What an AutoML job is going to do: its stages, and the processing, training and transform jobs of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from heapq import heapify, heappop, heappush
from typing import Any

from mlcost_ext.sandbox.plans import Plan, plan_for, run_plan
from mlcost_ext.sandbox.things.automl_job import AutoMLJob, AutoMLStage, Child, cut
from mlcost_ext.sandbox.things.processing_job import ProcessingJob
from mlcost_ext.sandbox.things.run import end_of
from mlcost_ext.sandbox.things.transform_job import TransformJob
from mlcost_ext.sandbox.timeline import seconds
from mlcost_ext.sandbox.training_job import TrainingJob

DEFAULT_CANDIDATES = 4

_STARTING, _BETWEEN = 6.0, 2.0
_PARALLEL = 2
_ANALYSIS, _FEATURES, _CANDIDATE, _REPORT = 60.0, 45.0, 180.0, 40.0
_IMAGE = "382416733822.dkr.ecr.us-east-1.amazonaws.com/autopilot:practice"
_TYPES = {"processing": "ml.m5.2xlarge", "training": "ml.m5.4xlarge", "transform": "ml.m5.4xlarge"}

_Make = Callable[[AutoMLJob, str, float, datetime], Child]


@dataclass(slots=True, kw_only=True)
class _Course:
    """The stages and jobs planned so far, and when the next stage begins."""

    job: AutoMLJob
    at: datetime
    stages: list[AutoMLStage] = field(default_factory=list)
    children: list[Child] = field(default_factory=list)

    def stage(self, status: str, makes: Sequence[tuple[_Make, float]] = (), *, parallel: int = 1) -> None:
        """Add a stage: its jobs run so many at a time, and it ends with the last."""
        self.stages.append(AutoMLStage(status=status, at=self.at))
        free = [self.at] * parallel
        heapify(free)
        for make, wanted in makes:
            child = make(self.job, f"{len(self.children) + 1}-{_digest(self.job, len(self.children))}", wanted, heappop(free))
            self.children.append(child)
            heappush(free, _end(child) + seconds(_BETWEEN / self.job.speed))
        self.at = max(free)


def begun(job: AutoMLJob) -> AutoMLJob:
    """Give a new AutoML job with all it is going to start."""
    course = _Course(job=job, at=job.created_at)
    course.stage("Starting")
    course.at += seconds(_STARTING / job.speed)
    criteria = criteria_of(job.request)
    kind, config = problem_of(job.request)
    outcome = "Completed"
    if kind == "TabularJobConfig" and config.get("GenerateCandidateDefinitionsOnly"):
        course.stage("AnalyzingData", [(_processing, _ANALYSIS)])
        outcome = "CandidateDefinitionsGenerated"
    elif kind == "TabularJobConfig" and config.get("Mode") != "ENSEMBLING":
        course.stage("AnalyzingData", [(_processing, _ANALYSIS)])
        course.stage("FeatureEngineering", [(_training, _FEATURES), (_transform, _FEATURES)])
        course.stage("ModelTuning", _candidates(criteria), parallel=_PARALLEL)
        course.stage("GeneratingExplainabilityReport", [(_processing, _REPORT)])
    else:
        course.stage("PreTraining", [(_processing, _ANALYSIS)])
        course.stage("TrainingModels", _candidates(criteria), parallel=_PARALLEL)
    planned = replace(job, stages=tuple(course.stages), children=tuple(course.children), outcome=outcome, ends_at=course.at)
    return _limited(planned, criteria.get("MaxAutoMLJobRuntimeInSeconds"))


def problem_of(request: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """Give the kind of problem and its settings, by CreateAutoMLJobV2's members."""
    config: Mapping[str, Mapping[str, Any]] = request["AutoMLProblemTypeConfig"]
    return next(iter(config.items()))


def criteria_of(request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give the completion criteria."""
    found: Mapping[str, Any] = problem_of(request)[1].get("CompletionCriteria", {})
    return found


def _limited(job: AutoMLJob, limit: int | None) -> AutoMLJob:
    """End it when its own runtime is over: it is completed all the same."""
    if limit is None or job.ends_at is None:
        return job
    until = job.created_at + seconds(limit / job.speed)
    if until >= job.ends_at:
        return job
    children = [cut(child, until) for child in job.children if child.created_at < until]
    ends_at = max([until, *(_end(child) for child in children)])
    stages = tuple(stage for stage in job.stages if stage.at < until)
    return replace(job, stages=stages, children=tuple(children), ends_at=ends_at, outcome="MaxAutoMLJobRuntimeReached")


def _candidates(criteria: Mapping[str, Any]) -> list[tuple[_Make, float]]:
    count = criteria.get("MaxCandidates", DEFAULT_CANDIDATES)
    longest = float(criteria.get("MaxRuntimePerTrainingJobInSeconds", _CANDIDATE * 2))
    return [(_training, min(longest, _CANDIDATE * (0.8 + 0.1 * (number % 5)))) for number in range(count)]


def _processing(job: AutoMLJob, suffix: str, wanted: float, at: datetime) -> ProcessingJob:
    cluster = {"InstanceType": _TYPES["processing"], "InstanceCount": 1, "VolumeSizeInGB": 250}
    return ProcessingJob(
        request={
            "ProcessingJobName": f"{job.name}-pr-{suffix}",
            "ProcessingResources": {"ClusterConfig": cluster},
            "AppSpecification": {"ImageUri": _IMAGE},
            "RoleArn": job.request["RoleArn"],
            "StoppingCondition": {"MaxRuntimeInSeconds": 86_400},
        },
        plan=_run(job, wanted),
        **_common(job, at),
    )


def _training(job: AutoMLJob, suffix: str, wanted: float, at: datetime) -> TrainingJob:
    request = {
        "TrainingJobName": f"{job.name}-tr-{suffix}",
        "AlgorithmSpecification": {"TrainingImage": _IMAGE, "TrainingInputMode": "File"},
        "RoleArn": job.request["RoleArn"],
        "OutputDataConfig": {"S3OutputPath": job.request["OutputDataConfig"]["S3OutputPath"]},
        "ResourceConfig": {"InstanceType": _TYPES["training"], "InstanceCount": 1, "VolumeSizeInGB": 50},
        "StoppingCondition": {"MaxRuntimeInSeconds": max(1, round(wanted))},
    }
    return TrainingJob(request=request, plan=plan_for(request).at_speed(job.speed), **_common(job, at))


def _transform(job: AutoMLJob, suffix: str, wanted: float, at: datetime) -> TransformJob:
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": job.request["OutputDataConfig"]["S3OutputPath"]}}
    return TransformJob(
        request={
            "TransformJobName": f"{job.name}-tf-{suffix}",
            "ModelName": f"{job.name}-model",
            "TransformInput": {"DataSource": source},
            "TransformOutput": {"S3OutputPath": job.request["OutputDataConfig"]["S3OutputPath"]},
            "TransformResources": {"InstanceType": _TYPES["transform"], "InstanceCount": 1},
        },
        plan=_run(job, wanted),
        **_common(job, at),
    )


def _common(job: AutoMLJob, at: datetime) -> dict[str, Any]:
    return {"region_id": job.region_id, "tags": job.tags, "created_at": at, "origin": {"AutoMLJobArn": job.arn}}


def _run(job: AutoMLJob, wanted: float) -> Plan:
    return run_plan({}, None, wanted).at_speed(job.speed)


def _end(child: Child) -> datetime:
    return end_of(child.plan, child.created_at, child.stopped_at)


def _digest(job: AutoMLJob, number: int) -> str:
    return sha256(f"{job.arn}/{number}".encode()).hexdigest()[:12]
