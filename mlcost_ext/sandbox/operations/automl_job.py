"""Create, describe, list and stop AutoML jobs, by either version of AWS's calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.fault import Fault, validation
from mlcost_ext.sandbox.operations.listing import Listing, list_page
from mlcost_ext.sandbox.thing import Snapshot
from mlcost_ext.sandbox.things.asked import asked, cut, launched_tags
from mlcost_ext.sandbox.things.automl_job import AutoMLJob, Child, stopped
from mlcost_ext.sandbox.things.automl_plan import begun, problem_of

Params = Mapping[str, Any]

_LISTING = Listing(
    kind="automl",
    answers="AutoMLJobSummaries",
    summary="AutoMLJobSummary",
    name="AutoMLJobName",
    status="AutoMLJobStatus",
    sort_by="Name",
    sort_order="Descending",
)
_ENDED = ("Completed", "Failed", "Stopped")
_NAMES = {
    "ImageClassificationJobConfig": "ImageClassification",
    "TextClassificationJobConfig": "TextClassification",
    "TimeSeriesForecastingJobConfig": "TimeSeriesForecasting",
    "TabularJobConfig": "Tabular",
    "TextGenerationJobConfig": "TextGeneration",
}
_CHANNEL = ("DataSource", "CompressionType", "ContentType", "ChannelType")
_BOTH = ("AutoMLJobName", "OutputDataConfig", "RoleArn", "AutoMLJobObjective", "ModelDeployConfig")


def create_automl_job(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Start an AutoML job of the first version, which is about tables only."""
    request = asked("CreateAutoMLJob", params)
    return _create(account, params, region_id, _as_v2(request), request)


def create_automl_job_v2(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Start an AutoML job of any kind of problem."""
    request = asked("CreateAutoMLJobV2", params)
    if len(request["AutoMLProblemTypeConfig"]) != 1:
        raise validation("AutoMLProblemTypeConfig must have exactly one of its members.")
    return _create(account, params, region_id, request, None)


def describe_automl_job(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Describe a job of the first version; the second one's cannot be described by it."""
    snapshot = _find(account, params, region_id)
    request: Params | None = getattr(snapshot.thing, "request_v1", None)
    if request is None:
        raise validation("AutoML jobs created by calling CreateAutoMLJobV2 cannot be described by DescribeAutoMLJob.")
    return cut("DescribeAutoMLJobResponse", {**snapshot.description, **request})


def describe_automl_job_v2(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Describe a job of either version."""
    snapshot = _find(account, params, region_id)
    told = cut("DescribeAutoMLJobV2Response", snapshot.description)
    if isinstance(snapshot.thing, AutoMLJob):
        told["AutoMLProblemTypeConfigName"] = _NAMES[problem_of(snapshot.thing.request)[0]]
    return told


def list_automl_jobs(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Answer one page of summaries."""
    return list_page(_LISTING, account, params, region_id)


def stop_automl_job(account: Account, params: Params, region_id: str) -> None:
    """Ask a job to stop, with all it has started."""
    now = account.clock()
    snapshot = _find(account, params, region_id)
    status = snapshot.description["AutoMLJobStatus"]
    if status in _ENDED:
        raise validation(f"The request was rejected because the AutoML job is in status {status}.")
    if status == "InProgress":
        job: AutoMLJob = snapshot.thing
        _put(account, stopped(job, _born(account, job), now), before=job)


def _create(account: Account, params: Params, region_id: str, request: Params, request_v1: Params | None) -> dict[str, Any]:
    now = account.clock()
    name = params["AutoMLJobName"]
    known = account.table("automl", region_id).get(name, now)
    if known is not None:
        message = f"Resource Already Exists: Auto ML Job with name {name} already exists. Choose a different name."
        raise Fault("ResourceInUse", message)
    job = begun(
        AutoMLJob(
            request=request,
            request_v1=request_v1,
            region_id=region_id,
            tags=launched_tags(params),
            created_at=now,
            speed=account.speed,
        )
    )
    _put(account, job)
    return {"AutoMLJobArn": job.arn}


def _find(account: Account, params: Params, region_id: str) -> Snapshot:
    snapshot = account.table("automl", region_id).get(params["AutoMLJobName"], account.clock())
    if snapshot is None:
        raise Fault("ResourceNotFound", f"Could not find AutoML job with name: {params['AutoMLJobName']}")
    return snapshot


def _born(account: Account, job: AutoMLJob) -> list[Child]:
    """Give its jobs that have begun, as they are now."""
    now = account.clock()
    found = [account.table(child.kind, job.region_id).get(child.name, now) for child in job.children if child.created_at <= now]
    return [snapshot.thing for snapshot in found if snapshot is not None]


def _put(account: Account, job: AutoMLJob, before: AutoMLJob | None = None) -> None:
    """Put a job and what it starts in place of what was planned before."""
    for child in () if before is None else before.children:
        if child.created_at > account.clock():
            account.table(child.kind, job.region_id).remove(child.name)
    for child in job.children:
        account.put(child)
    account.put(job)


def _as_v2(request: Params) -> dict[str, Any]:
    """Say in the second version's words what a request of the first one asks."""
    channels = request["InputDataConfig"]
    config = request.get("AutoMLJobConfig", {})
    tabular = {
        **{key: config[key] for key in ("CompletionCriteria", "Mode") if key in config},
        **{key: request[key] for key in ("ProblemType", "GenerateCandidateDefinitionsOnly") if key in request},
        "TargetAttributeName": channels[0]["TargetAttributeName"],
    }
    return {
        **{key: request[key] for key in _BOTH if key in request},
        **{key: config[key] for key in ("SecurityConfig", "DataSplitConfig") if key in config},
        "AutoMLJobInputDataConfig": [{key: channel[key] for key in _CHANNEL if key in channel} for channel in channels],
        "AutoMLProblemTypeConfig": {"TabularJobConfig": tabular},
    }
