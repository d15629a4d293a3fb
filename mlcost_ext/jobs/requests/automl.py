"""AutoML jobs: what CreateAutoMLJob and CreateAutoMLJobV2 ask for; the instances of their jobs are of AWS's choice."""

from __future__ import annotations

from mlcost_ext.core.job import Problem
from mlcost_ext.core.planned import Planned, PlannedRun
from mlcost_ext.jobs.kind import Facts

from .asked import Asked
from .kind import RequestKind

MOST_CANDIDATES = 750
"""https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AutoMLJobCompletionCriteria.html."""
PROBLEM_TYPES = (
    *("TabularJobConfig", "ImageClassificationJobConfig", "TextClassificationJobConfig"),
    *("TimeSeriesForecastingJobConfig", "TextGenerationJobConfig"),
)
WHOLE_LIMIT = "The runtime is that of the whole job, all its candidates together: {} ends it after {} s."
NO_WHOLE_LIMIT = "{} is missing: limits of its candidates alone do not end what AWS does to prepare their data."
LEFT_STANDING = Problem(
    code="endpoint_left_standing",
    message="The best model is deployed to an endpoint, which costs until somebody deletes it: that is not in the figure.",
    hint="Leave out ModelDeployConfig, or estimate the endpoint's configuration on its own.",
)


def read(request: Asked, region_id: str, _facts: Facts) -> Planned:
    """Turn a request into planned usage: the run is the whole job, and nothing is known of it but what bounds it.

    Candidates, each of so many seconds, do not bound it: AWS also analyses and prepares the data, in jobs of their own.

    Raises:
        UsageError: It is wrong.
    """
    criteria = _criteria_of(request)
    most = criteria.whole("MaxCandidates", most=MOST_CANDIDATES)
    seconds = criteria.whole("MaxRuntimePerTrainingJobInSeconds")
    whole_seconds = criteria.whole("MaxAutoMLJobRuntimeInSeconds")
    deployed = request.inner("ModelDeployConfig")
    is_deployed = deployed.flag("AutoGenerateEndpointName") or deployed.text("EndpointName") is not None
    run = PlannedRun(ways=((),), max_runtime_in_seconds=whole_seconds)
    place = criteria.place("MaxAutoMLJobRuntimeInSeconds")
    why = WHOLE_LIMIT.format(place, whole_seconds) if whole_seconds else NO_WHOLE_LIMIT.format(place)
    return Planned(
        kind="automl",
        region_id=region_id,
        runs=(run,),
        assumptions=(why,),
        unpriced=(_unknown(most, seconds, whole_seconds, criteria.place("MaxCandidates")),),
        notes=(LEFT_STANDING,) if is_deployed else (),
    )


def _criteria_of(request: Asked) -> Asked:
    """Give the completion criteria, where the first version has them or where the second has them for each type of problem."""
    problem = request.inner("AutoMLProblemTypeConfig")
    told = next((problem.inner(key) for key in PROBLEM_TYPES if problem.has(key)), None)
    return (told or request.inner("AutoMLJobConfig")).inner("CompletionCriteria")


def _unknown(most: int | None, seconds: int | None, whole_seconds: int | None, place: str) -> Problem:
    """Say that it cannot be counted, and what bounds it."""
    bounds = [
        *([f"at most {most} candidates"] if most else []),
        *([f"at most {seconds} s for each"] if seconds else []),
        *([f"at most {whole_seconds} s in all"] if whole_seconds else []),
    ]
    told = f" Its bounds: {', '.join(bounds)}." if bounds else ""
    return Problem(
        code="automl_unknown",
        message=f"What an AutoML job costs cannot be counted: AWS chooses the instances of the jobs it starts.{told}",
        hint=f"Watch the cost itself, and bound it with {place} and MaxAutoMLJobRuntimeInSeconds.",
    )


KIND = RequestKind(
    name="automl",
    title="AutoML",
    operations=("CreateAutoMLJob", "CreateAutoMLJobV2"),
    marks=("AutoMLJobName", "AutoMLJobInputDataConfig", "AutoMLProblemTypeConfig", "AutoMLJobConfig"),
    read=read,
)
