"""Tuning jobs: of one definition and of several, with a warm start, as a grid, by Hyperband."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .building import (
    DAY,
    HOUR,
    PYTORCH,
    TAGS,
    TENSORFLOW,
    XGBOOST,
    PublicRequest,
    cluster,
    ecr,
    job,
    script,
    spot,
    tag_list,
)  # fmt: skip

OBJECTIVE = {"Type": "Maximize", "MetricName": "validation:auc"}
RANGES = {"ContinuousParameterRanges": [{"Name": "eta", "MinValue": "0", "MaxValue": "1"}]}
GRID = {"CategoricalParameterRanges": [{"Name": "depth", "Values": ["3", "5", "7"]}, {"Name": "eta", "Values": ["0.1", "0.3"]}]}
OWN_METRIC = [{"Name": "validation:auc", "Regex": "auc=([0-9\\.]+)"}]


def definition(image: str, resources: Mapping[str, Any], limit: int | None = HOUR, **changes: Any) -> dict[str, Any]:
    """Make what a tuning job's training jobs have in common."""
    told = job(image, resources, limit, **{"StaticHyperParameters": {"num_round": "100"}, **changes})
    return {key: value for key, value in told.items() if key not in ("TrainingJobName", "Tags", "HyperParameters")}


def bounds(jobs: int | None, together: int, whole: int | None = None) -> dict[str, int]:
    """Give a tuning job's limits."""
    told = {"MaxNumberOfTrainingJobs": jobs, "MaxParallelTrainingJobs": together, "MaxRuntimeInSeconds": whole}
    return {key: value for key, value in told.items() if value is not None}


def config(limits: Mapping[str, int], early: str = "Off", strategy: str = "Bayesian", **changes: Any) -> dict[str, Any]:
    """Give how a tuning job searches."""
    told = {
        "Strategy": strategy,
        "HyperParameterTuningJobObjective": OBJECTIVE,
        "ResourceLimits": dict(limits),
        "ParameterRanges": RANGES,
        "TrainingJobEarlyStoppingType": early,
        **changes,
    }
    return {key: value for key, value in told.items() if value is not None}


def tuning(
    name: str, search: Mapping[str, Any], own: Mapping[str, Any], built_in: str, company: str, team: str, **changes: Any
) -> PublicRequest:
    request = {
        "HyperParameterTuningJobName": "cards-2026-11-30-10",
        "HyperParameterTuningJobConfig": dict(search),
        "TrainingJobDefinition": dict(own),
        "Tags": tag_list(TAGS),
        **changes,
    }
    left = {key: value for key, value in request.items() if value is not None}
    return PublicRequest(name=name, kind="tuning", request=left, built_in=built_in, company=company, team=team)


SMALL = definition(XGBOOST, cluster("ml.m5.large"), 900)
LEARNER = definition(ecr("382416733822", "linear-learner"), cluster("ml.m5.large"), 900)
AN_HOUR = bounds(10, 2, 2 * HOUR)
PARENT = {
    "ParentHyperParameterTuningJobs": [{"HyperParameterTuningJobName": "cards-2026-11-28-16"}],
    "WarmStartType": "IdenticalDataAndAlgorithm",
}
BOTH = [
    {**SMALL, "DefinitionName": "trees", "TuningObjective": OBJECTIVE, "HyperParameterRanges": RANGES},
    {**LEARNER, "DefinitionName": "lines", "TuningObjective": OBJECTIVE, "HyperParameterRanges": RANGES},
]

TUNING: tuple[PublicRequest, ...] = (
    tuning(
        "trees, twenty jobs three at a time, as the first notebooks have it",
        config(bounds(20, 3)), definition(XGBOOST, cluster("ml.m4.xlarge"), DAY),
        "warn MC106 MC108 MC110", "ask MC101 MC106 MC108 MC110", "ask MC101 MC103 MC106 MC108 MC110",
    ),
    tuning("all bounds", config(AN_HOUR, "Auto"), SMALL, "allow", "allow", "allow"),
    tuning("no early stopping", config(AN_HOUR), SMALL, "warn MC110", "warn MC110", "warn MC110"),
    tuning("no end of the whole", config(bounds(10, 2), "Auto"), SMALL, "warn MC110", "warn MC110", "warn MC110"),
    tuning(
        "Hyperband with its own stopping",
        config(bounds(30, 3, 3 * HOUR), strategy="Hyperband", StrategyConfig={
            "HyperbandStrategyConfig": {"MinResource": 1, "MaxResource": 20}}), SMALL, "allow", "allow", "allow",
    ),
    tuning(
        "a grid without a number",
        config(bounds(None, 2, HOUR), "Auto", "Grid", ParameterRanges=GRID), SMALL, "allow", "allow", "allow",
    ),
    tuning(
        "a random search of three hundred jobs",
        config(bounds(300, 10, DAY), "Auto", "Random"), SMALL, "warn MC108 MC110", "warn MC108 MC110", "warn MC110",
    ),
    tuning(
        "two algorithms against each other",
        config(AN_HOUR, "Auto", HyperParameterTuningJobObjective=None, ParameterRanges=None), {},
        "allow", "allow", "allow", TrainingJobDefinition=None, TrainingJobDefinitions=BOTH,
    ),
    tuning(
        "two algorithms, without a whole limit",
        config(bounds(20, 2), "Auto", HyperParameterTuningJobObjective=None, ParameterRanges=None), {},
        "warn MC110", "warn MC110", "warn MC110", TrainingJobDefinition=None, TrainingJobDefinitions=BOTH,
    ),
    tuning("a warm start", config(AN_HOUR, "Auto"), SMALL, "allow", "allow", "allow", WarmStartConfig=PARENT),
    tuning(
        "a network's learning rate on nine GPUs",
        config(bounds(9, 3), "Auto", HyperParameterTuningJobObjective=OBJECTIVE),
        definition(PYTORCH, cluster("ml.g5.xlarge"), 2 * HOUR, StaticHyperParameters=script(), AlgorithmSpecification={
            "TrainingImage": PYTORCH, "TrainingInputMode": "File", "MetricDefinitions": OWN_METRIC}),
        "warn MC106 MC108 MC110", "warn MC106 MC108 MC110", "ask MC101 MC106 MC108 MC110",
    ),
    tuning(
        "the same on Spot",
        config(bounds(9, 3, 6 * HOUR), "Auto"),
        definition(PYTORCH, cluster("ml.g5.xlarge"), StaticHyperParameters=script(), **spot(2 * HOUR, 4 * HOUR)),
        "warn MC108", "warn MC108", "ask MC101 MC108",
    ),
    tuning(
        "images on large GPUs for a day each",
        config(bounds(6, 2)), definition(TENSORFLOW, cluster("ml.p3.2xlarge"), DAY, StaticHyperParameters=script()),
        "warn MC106 MC108 MC110", "ask MC101 MC106 MC108 MC110", "ask MC101 MC103 MC106 MC108 MC110",
    ),
    tuning(
        "without tags", config(AN_HOUR, "Auto"), SMALL, "allow", "ask MC301", "warn MC301", Tags=None,
    ),
    tuning(
        "two machines for each job that do the same",
        config(bounds(4, 2, 2 * HOUR), "Auto"),
        definition(PYTORCH, cluster("ml.g4dn.xlarge", 2), 900, StaticHyperParameters=script()),
        "warn MC105", "warn MC105", "warn MC105",
    ),
)  # fmt: skip
