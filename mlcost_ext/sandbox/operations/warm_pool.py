"""Warm pools: taken over by the next job that fits, kept longer, or released."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.crowd import Window
from mlcost_ext.sandbox.fault import not_found, validation
from mlcost_ext.sandbox.thing import Snapshot
from mlcost_ext.sandbox.things.warm_pool import LONGEST_SECONDS, PoolEnd, fits
from mlcost_ext.sandbox.training_job import TrainingJob

Params = Mapping[str, Any]

_ALIVE = ("Available", "InUse")


def reuse_pool(account: Account, request: Params, region_id: str) -> bool:
    """Give a new job the instances of a pool that fits, and say whether there was one."""
    if request.get("EnableManagedSpotTraining"):
        return False
    kept = _fitting(account, request, region_id)
    if kept is None:
        return False
    end = PoolEnd(at=account.clock(), reused_by=request["TrainingJobName"])
    account.add(replace(kept, pool_end=end))
    return True


def update_training_job(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Keep a job's warm pool longer or shorter; 0 seconds release it. Profiling is taken note of and changes nothing."""
    snapshot = account.jobs(region_id).get(params["TrainingJobName"], account.clock())
    if snapshot is None:
        raise not_found()
    status = snapshot.description["TrainingJobStatus"]
    if "ResourceConfig" in params:
        account.add(_kept_for(account, snapshot, params["ResourceConfig"]["KeepAlivePeriodInSeconds"]))
    elif status != "InProgress":
        raise validation(f"The request was rejected because the training job is in status {status}.")
    return {"TrainingJobArn": snapshot.thing.arn}


def _fitting(account: Account, request: Params, region_id: str) -> TrainingJob | None:
    """Find the pool that fits and is the oldest; all that can be available changed within the longest keeping."""
    now, table = account.clock(), account.jobs(region_id)
    recent = Window(modified=(now.timestamp() - LONGEST_SECONDS, float("inf")))
    rows = table.rows(now, recent, without=table.crowds())
    jobs = [row.snapshot().thing for row in rows if _is_available(row.peek("WarmPoolStatus"))]
    found = [job for job in jobs if isinstance(job, TrainingJob) and fits(job.request, request)]
    return min(found, key=lambda job: (job.created_at, job.name), default=None)


def _is_available(pool: object) -> bool:
    return isinstance(pool, Mapping) and pool.get("Status") == "Available"


def _kept_for(account: Account, snapshot: Snapshot, seconds: int) -> TrainingJob:
    """Give the job with another keep-alive period, counted from its end."""
    job: TrainingJob = snapshot.thing
    pool = snapshot.description.get("WarmPoolStatus")
    if pool is None:
        raise validation("Invalid KeepAlivePeriodInSeconds. The training job has no warm pool.")
    if pool["Status"] not in _ALIVE:
        raise validation(f"Invalid KeepAlivePeriodInSeconds. The warm pool is in status {pool['Status']}.")
    request = {**job.request, "ResourceConfig": {**job.request["ResourceConfig"], "KeepAlivePeriodInSeconds": seconds}}
    plan = replace(job.plan, keep_alive_seconds=seconds / account.speed)
    if pool["Status"] == "InUse":
        return replace(job, request=request, plan=plan)
    now = account.clock()
    kept = (now - snapshot.description["LastModifiedTime"]).total_seconds()
    if seconds / account.speed <= kept:
        return replace(job, request=request, pool_end=PoolEnd(at=now))
    return replace(job, request=request, plan=plan)
