"""Create, describe, list and stop processing jobs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.fault import Fault, validation
from mlcost_ext.sandbox.operations.listing import Listing, list_page
from mlcost_ext.sandbox.thing import Snapshot
from mlcost_ext.sandbox.things.asked import asked, cut, launched_tags
from mlcost_ext.sandbox.things.processing_job import ProcessingJob, plan_for

Params = Mapping[str, Any]

_LISTING = Listing(
    kind="processing",
    answers="ProcessingJobSummaries",
    summary="ProcessingJobSummary",
    name="ProcessingJobName",
    status="ProcessingJobStatus",
)


def create_processing_job(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Start a job, tagged as Studio tags what is launched from a space."""
    now = account.clock()
    check_cluster(params["ProcessingResources"]["ClusterConfig"])
    known = account.table("processing", region_id).get(params["ProcessingJobName"], now)
    if known is not None:
        raise name_is_taken(known)
    request = asked("CreateProcessingJob", params)
    job = ProcessingJob(
        request=request,
        region_id=region_id,
        tags=launched_tags(params),
        plan=plan_for(request).at_speed(account.speed),
        created_at=now,
    )
    account.put(job)
    return {"ProcessingJobArn": job.arn}


def describe_processing_job(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Describe a job as it is now."""
    return cut("DescribeProcessingJobResponse", _find(account, params, region_id).description)


def list_processing_jobs(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Answer one page of summaries."""
    return list_page(_LISTING, account, params, region_id)


def stop_processing_job(account: Account, params: Params, region_id: str) -> None:
    """Ask a job to stop; it takes a few seconds."""
    snapshot = _find(account, params, region_id)
    if snapshot.is_ended:
        raise validation(
            f"The request was rejected because the processing job is in status {snapshot.description['ProcessingJobStatus']}."
        )
    if snapshot.thing.stopped_at is None:
        account.put(replace(snapshot.thing, stopped_at=account.clock()))


def name_is_taken(known: Snapshot) -> Fault:
    """Refuse a name that a job of this kind has already."""
    message = (
        f"Job name must be unique within an AWS account and region, and a job with this name already exists ({known.thing.arn})"
    )
    return Fault("ResourceInUse", message)


def no_such_job(name: str) -> Fault:
    """Refuse a name no job has, in the words of processing and transform jobs."""
    return validation(f"Could not find requested job with name: {name}")


def check_cluster(cluster: Params) -> None:
    """Refuse a cluster without instances, or described in two ways.

    Raises:
        Fault: ``ValidationException``.
    """
    ways = [key for key in ("InstanceType", "InstancePreferences") if key in cluster]
    if len(ways) != 1:
        raise validation("ClusterConfig must have exactly one of InstanceType and InstancePreferences.")
    if ways == ["InstanceType"] and "InstanceCount" not in cluster:
        raise validation("ClusterConfig.InstanceCount is required with InstanceType.")


def _find(account: Account, params: Params, region_id: str) -> Snapshot:
    snapshot = account.table("processing", region_id).get(params["ProcessingJobName"], account.clock())
    if snapshot is None:
        raise no_such_job(params["ProcessingJobName"])
    return snapshot
