"""Launches that AWS has accepted and not described yet, of each kind."""

from __future__ import annotations

from typing import Any

import pytest

from mlcost_ext.jobs import KINDS, kind_named
from tests.fakes import NOW, REGION

from .figures import job_figures

PREFERENCES = [{"InstanceType": "ml.g5.xlarge", "InstanceCount": 1}, {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1}]
CLUSTER = {"InstanceType": "ml.m5.xlarge", "InstanceCount": 2, "VolumeSizeInGB": 30}
TUNED = {"ResourceConfig": CLUSTER, "StoppingCondition": {"MaxRuntimeInSeconds": 3600}}
REQUESTS: list[tuple[str, dict[str, Any], str | None]] = [
    # 7200 s × 2 × 0.23 ÷ 3600
    ("training", {"ResourceConfig": CLUSTER, "StoppingCondition": {"MaxRuntimeInSeconds": 7200}}, "0.92"),
    # 86400 s × 1.408 ÷ 3600, of the dearer preference
    ("training", {"ResourceConfig": {"InstancePreferences": PREFERENCES}}, "33.792"),
    # a day, where there is no stopping condition: 86400 s × 2 × 0.23 ÷ 3600
    ("processing", {"ProcessingResources": {"ClusterConfig": CLUSTER}}, "11.04"),
    ("transform", {"TransformResources": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 2}}, None),
    # 10 × 3600 s × 2 × 0.23 ÷ 3600
    (
        "tuning",
        {
            "HyperParameterTuningJobConfig": {"ResourceLimits": {"MaxNumberOfTrainingJobs": 10}},
            "TrainingJobDefinition": TUNED,
        },
        "4.6",
    ),
    ("automl", {"AutoMLJobObjective": {"MetricName": "MSE"}}, None),
]


@pytest.mark.parametrize(("kind_name", "request_", "high"), REQUESTS, ids=[f"{x[0]}-{at}" for at, x in enumerate(REQUESTS)])
def test_a_launch_waits(kind_name: str, request_: dict[str, Any], high: str | None) -> None:
    """It has cost nothing, holds no volume, and has the request's tags, and where it says so the most that it can cost.

    Whether a type has a volume or a disk of its own AWS's description tells; until then that leaves volumes out.
    """
    kind = kind_named(kind_name)
    assert kind is not None
    job = kind.launched(REGION, "churn-1", {**request_, "Tags": [{"Key": "team", "Value": "fraud"}]})
    figures = job_figures(job, NOW)
    assert (job.kind, job.name, job.status, job.tags) == (kind_name, "churn-1", "InProgress", {"team": "fraud"})
    assert (figures["cost"], figures["storage_cost"]) == (None if job.is_sum else "0", "0")
    assert (figures["high"], figures["high_leaves_out_storage"]) == (high, high is not None)
    assert (high is None) == ([problem.code for problem in job.problems] == ["no_upper_bound"])


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_launch_that_says_nothing_is_unknown(kind: Any) -> None:
    """A request that tells neither instances nor limits gives no figure, and says so."""
    figures = job_figures(kind.launched(REGION, "churn-1", {}), NOW)
    assert (figures["cost"], figures["high"]) == (None, None)
    assert kind.launched(REGION, "churn-1", {}).problems


def test_a_serverless_launch_is_unknown() -> None:
    """A customization job without instances is billed by tokens."""
    job = KINDS[0].launched(REGION, "tune", {"ServerlessJobConfig": {"JobType": "FineTuning"}})
    assert [problem.code for problem in job.problems] == ["serverless_tokens"]
