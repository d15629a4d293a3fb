"""Create, describe, list and stop batch transform jobs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.fault import validation
from mlcost_ext.sandbox.operations.listing import Listing, list_page
from mlcost_ext.sandbox.operations.processing_job import name_is_taken, no_such_job
from mlcost_ext.sandbox.thing import Snapshot
from mlcost_ext.sandbox.things.asked import asked, cut, launched_tags
from mlcost_ext.sandbox.things.transform_job import TransformJob, plan_for

Params = Mapping[str, Any]

_LISTING = Listing(
    kind="transform",
    answers="TransformJobSummaries",
    summary="TransformJobSummary",
    name="TransformJobName",
    status="TransformJobStatus",
    sort_order="Descending",
)


def create_transform_job(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Start a job, tagged as Studio tags what is launched from a space."""
    now = account.clock()
    known = account.table("transform", region_id).get(params["TransformJobName"], now)
    if known is not None:
        raise name_is_taken(known)
    request = asked("CreateTransformJob", params)
    job = TransformJob(
        request=request,
        region_id=region_id,
        tags=launched_tags(params),
        plan=plan_for(request).at_speed(account.speed),
        created_at=now,
    )
    account.put(job)
    return {"TransformJobArn": job.arn}


def describe_transform_job(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Describe a job as it is now."""
    return cut("DescribeTransformJobResponse", _find(account, params, region_id).description)


def list_transform_jobs(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Answer one page of summaries."""
    return list_page(_LISTING, account, params, region_id)


def stop_transform_job(account: Account, params: Params, region_id: str) -> None:
    """Ask a job to stop; it takes a few seconds."""
    snapshot = _find(account, params, region_id)
    if snapshot.is_ended:
        raise validation(
            f"The request was rejected because the transform job is in status {snapshot.description['TransformJobStatus']}."
        )
    if snapshot.thing.stopped_at is None:
        account.put(replace(snapshot.thing, stopped_at=account.clock()))


def _find(account: Account, params: Params, region_id: str) -> Snapshot:
    snapshot = account.table("transform", region_id).get(params["TransformJobName"], account.clock())
    if snapshot is None:
        raise no_such_job(params["TransformJobName"])
    return snapshot
