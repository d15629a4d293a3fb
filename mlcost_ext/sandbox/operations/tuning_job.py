"""Create, describe, list and stop hyperparameter tuning jobs, and list the training jobs they have started."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.fault import Fault, validation
from mlcost_ext.sandbox.operations.listing import Listing, page_of, rows_of
from mlcost_ext.sandbox.thing import Snapshot
from mlcost_ext.sandbox.things.asked import asked, cut, launched_tags
from mlcost_ext.sandbox.things.run import run_at
from mlcost_ext.sandbox.things.tuning_child import summary
from mlcost_ext.sandbox.things.tuning_job import (
    DEFAULT_MAX_NUMBER_OF_TRAINING_JOBS,
    TuningJob,
    begun,
    rescheduled,
    stopped,
)
from mlcost_ext.sandbox.training_job import TrainingJob

Params = Mapping[str, Any]

# docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-limits.html
_MOST_JOBS, _MOST_PARALLEL = 750, 100
_ENDED = ("Completed", "Failed", "Stopped")
_LISTING = Listing(
    kind="tuning",
    answers="HyperParameterTuningJobSummaries",
    summary="HyperParameterTuningJobSummary",
    name="HyperParameterTuningJobName",
    status="HyperParameterTuningJobStatus",
    sort_by="Name",
)
_CHILDREN = Listing(
    kind="training",
    answers="TrainingJobSummaries",
    summary="HyperParameterTrainingJobSummary",
    name="TrainingJobName",
    status="TrainingJobStatus",
    sort_by="Name",
)


def create_tuning_job(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Start a tuning job and plan the training jobs it is going to start."""
    _check(params)
    now = account.clock()
    name = params["HyperParameterTuningJobName"]
    if account.table("tuning", region_id).get(name, now) is not None:
        message = f"A hyperparameter tuning job with the name, {name}, already exists. Choose a different name."
        raise Fault("ResourceInUse", message)
    job = begun(
        TuningJob(
            request=asked("CreateHyperParameterTuningJob", params),
            region_id=region_id,
            tags=launched_tags(params),
            created_at=now,
            speed=account.speed,
        )
    )
    _put(account, job)
    return {"HyperParameterTuningJobArn": job.arn}


def describe_tuning_job(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Describe a tuning job as it is now."""
    snapshot = _find(account, params, region_id)
    return cut("DescribeHyperParameterTuningJobResponse", snapshot.description)


def list_tuning_jobs(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Answer one page of summaries."""
    return page_of(_LISTING, rows_of(_LISTING, account, params, region_id), params, _summary)


def list_training_jobs_of_tuning_job(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Answer one page of the training jobs a tuning job has started."""
    now = account.clock()
    job: TuningJob = _find(account, params, region_id).thing
    told = []
    for index, child in enumerate(_born(account, job)):
        run = run_at(child.plan, child.created_at, child.stopped_at, now)
        described = summary(job.request, child, index, run)
        described["FinalObjectiveMetricValue"] = described.get("FinalHyperParameterTuningJobObjectiveMetric", {}).get("Value")
        told.append(Snapshot(thing=child, description=described, valid_until=None))
    if params.get("SortBy") == "FinalObjectiveMetricValue":
        told = [item for item in told if item.description["FinalObjectiveMetricValue"] is not None]
    return page_of(_CHILDREN, told, params, lambda item: cut(_CHILDREN.summary, item))


def stop_tuning_job(account: Account, params: Params, region_id: str) -> None:
    """Ask a tuning job to stop, with all training jobs it has started."""
    snapshot = _find(account, params, region_id)
    status = snapshot.description["HyperParameterTuningJobStatus"]
    if status in _ENDED:
        raise validation(f"The request was rejected because the hyperparameter tuning job is in status {status}.")
    if status == "InProgress":
        job: TuningJob = snapshot.thing
        _put(account, stopped(job, _born(account, job), account.clock()), before=job)


def make_room(account: Account, child: TrainingJob) -> None:
    """Let a tuning job go on when one of its training jobs was stopped: the next one begins earlier."""
    arn = child.origin.get("TuningJobArn", "")
    now = account.clock()
    snapshot = account.table("tuning", child.region_id).get(arn.rpartition("/")[2], now) if arn else None
    if snapshot is not None and snapshot.valid_until is not None:
        job: TuningJob = snapshot.thing
        _put(account, rescheduled(job, _born(account, job), now), before=job)


def _find(account: Account, params: Params, region_id: str) -> Snapshot:
    name = params["HyperParameterTuningJobName"]
    snapshot = account.table("tuning", region_id).get(name, account.clock())
    if snapshot is None:
        raise Fault("ResourceNotFound", f"Amazon SageMaker can't find a tuning job called {name}. Type another name.")
    return snapshot


def _born(account: Account, job: TuningJob) -> list[TrainingJob]:
    """Give its training jobs that have begun, as they are now."""
    now, table = account.clock(), account.jobs(job.region_id)
    found = [table.get(child.name, now) for child in job.children if child.created_at <= now]
    return [snapshot.thing for snapshot in found if snapshot is not None]


def _put(account: Account, job: TuningJob, before: TuningJob | None = None) -> None:
    """Put a tuning job and its training jobs in place of what was planned before."""
    now, table = account.clock(), account.jobs(job.region_id)
    for child in () if before is None else before.children:
        if child.created_at > now:
            table.remove(child.name)
    for child in job.children:
        account.add(child)
    account.put(job)


def _summary(description: Params) -> dict[str, Any]:
    told = cut(_LISTING.summary, description)
    config = description.get("HyperParameterTuningJobConfig", {})
    return {**told, **{key: config[key] for key in ("Strategy", "ResourceLimits") if key in config}}


def _check(params: Params) -> None:
    definitions = [params[key] for key in ("TrainingJobDefinition", "TrainingJobDefinitions") if key in params]
    if len(definitions) != 1:
        raise validation("You must specify either TrainingJobDefinition or TrainingJobDefinitions.")
    for definition in definitions[0] if isinstance(definitions[0], list) else definitions:
        _check_definition(definition)
    limits = params["HyperParameterTuningJobConfig"]["ResourceLimits"]
    count = limits.get("MaxNumberOfTrainingJobs", DEFAULT_MAX_NUMBER_OF_TRAINING_JOBS)
    if limits["MaxParallelTrainingJobs"] > count:
        raise validation("MaxParallelTrainingJobs must not be greater than MaxNumberOfTrainingJobs.")
    _check_limit("Maximum number of training jobs per hyperparameter tuning job", count, _MOST_JOBS)
    _check_limit(
        "Maximum number of parallel training jobs per hyperparameter tuning job",
        limits["MaxParallelTrainingJobs"],
        _MOST_PARALLEL,
    )


def _check_definition(definition: Params) -> None:
    ways = [key for key in ("ResourceConfig", "HyperParameterTuningResourceConfig") if key in definition]
    if len(ways) != 1:
        raise validation(
            "A training job definition must have exactly one of ResourceConfig and HyperParameterTuningResourceConfig."
        )
    if definition.get("EnableManagedSpotTraining") and "MaxWaitTimeInSeconds" not in definition["StoppingCondition"]:
        raise validation("MaxWaitTimeInSeconds must be present with EnableManagedSpotTraining.")


def _check_limit(what: str, wanted: int, most: int) -> None:
    if wanted > most:
        message = (
            f"The account-level service limit '{what}' is {most} Training Jobs, with current utilization of 0 Training Jobs "
            f"and a request delta of {wanted} Training Jobs."
        )
        raise Fault("ResourceLimitExceeded", message)
