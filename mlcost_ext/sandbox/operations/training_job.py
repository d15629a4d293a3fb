"""Create, describe, change and stop training jobs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.fault import Fault, not_found, validation
from mlcost_ext.sandbox.operations.tuning_job import make_room
from mlcost_ext.sandbox.operations.warm_pool import reuse_pool
from mlcost_ext.sandbox.plans import max_runtime_in_seconds, plan_for
from mlcost_ext.sandbox.thing import Snapshot
from mlcost_ext.sandbox.things.asked import asked, launched_tags
from mlcost_ext.sandbox.training_job import TrainingJob

Params = Mapping[str, Any]

_ENDED = ("Completed", "Failed", "Stopped")


def create_training_job(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Start a job, tagged as Studio tags what is launched from a space."""
    _check(params)
    now = account.clock()
    name = params["TrainingJobName"]
    known = account.jobs(region_id).get(name, now)
    if known is not None:
        raise Fault(
            "ResourceInUse",
            "Job name must be unique within an AWS account and region, and a training job "
            f"with this name already exists ({known.job.arn})",
        )
    request = asked("CreateTrainingJob", params)
    is_warm = reuse_pool(account, request, region_id)
    plan = plan_for(request)
    job = TrainingJob(
        request=request,
        region_id=region_id,
        tags=launched_tags(params),
        plan=(plan.on_warm_pool() if is_warm else plan).at_speed(account.speed),
        created_at=now,
        is_on_warm_pool=is_warm,
    )
    account.add(job)
    return {"TrainingJobArn": job.arn}


def describe_training_job(account: Account, params: Params, region_id: str) -> Mapping[str, Any]:
    """Describe a job as it is now. Tags are not part of it, as in AWS."""
    return _find(account, params, region_id).description


def stop_training_job(account: Account, params: Params, region_id: str) -> None:
    """Ask a job to stop; it takes a few seconds."""
    snapshot = _find(account, params, region_id)
    status = snapshot.description["TrainingJobStatus"]
    if status in _ENDED:
        raise validation(f"The request was rejected because the training job is in status {status}.")
    if snapshot.thing.stopped_at is None:
        job = replace(snapshot.thing, stopped_at=account.clock())
        account.add(job)
        make_room(account, job)


def _find(account: Account, params: Params, region_id: str) -> Snapshot:
    snapshot = account.jobs(region_id).get(params["TrainingJobName"], account.clock())
    if snapshot is None:
        raise not_found()
    return snapshot


def _check(params: Params) -> None:
    """Refuse what AWS refuses although each member by itself is well formed."""
    _check_members(params)
    resource = params["ResourceConfig"]
    ways = [key for key in ("InstanceType", "InstanceGroups", "InstancePreferences") if key in resource]
    if len(ways) != 1:
        raise validation("ResourceConfig must have exactly one of InstanceType and InstanceGroups.")
    if ways == ["InstanceType"] and resource.get("InstanceCount", 0) < 1:
        raise validation("ResourceConfig.InstanceCount must be at least 1.")
    if params.get("EnableManagedSpotTraining"):
        _check_spot(resource, ways)
    _check_wait(params)


def _check_spot(resource: Params, ways: list[str]) -> None:
    if resource.get("KeepAlivePeriodInSeconds"):
        raise validation("KeepAlivePeriodInSeconds is not supported with EnableManagedSpotTraining.")
    if ways == ["InstancePreferences"]:
        raise validation("InstancePreferences is not supported with EnableManagedSpotTraining.")


def _check_members(params: Params) -> None:
    algorithm = params.get("AlgorithmSpecification") or {}
    if not algorithm.get("TrainingImage") and not algorithm.get("AlgorithmName"):
        raise validation("You must specify either a TrainingImage or an AlgorithmName.")
    if not params.get("ResourceConfig"):
        raise validation("ResourceConfig is required for this training job.")


def _check_wait(params: Params) -> None:
    wait = params.get("StoppingCondition", {}).get("MaxWaitTimeInSeconds")
    if not params.get("EnableManagedSpotTraining"):
        if wait is not None:
            raise validation("MaxWaitTimeInSeconds needs EnableManagedSpotTraining.")
    elif wait is None:
        raise validation("MaxWaitTimeInSeconds must be present with EnableManagedSpotTraining.")
    elif wait < max_runtime_in_seconds(params):
        raise validation("Invalid MaxWaitTimeInSeconds. It must be equal to or greater than MaxRuntimeInSeconds.")
