"""Delete jobs that have ended: their metadata is gone, and their names can be used again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.fault import Fault, not_found
from mlcost_ext.sandbox.operations.processing_job import no_such_job
from mlcost_ext.sandbox.thing import Snapshot

Params = Mapping[str, Any]

_ENDED = ("Completed", "Failed", "Stopped")


def delete_training_job(account: Account, params: Params, region_id: str) -> None:
    """Delete a training job that has ended and keeps no instances."""
    snapshot = account.jobs(region_id).get(params["TrainingJobName"], account.clock())
    if snapshot is None:
        raise not_found()
    pool = snapshot.description.get("WarmPoolStatus", {})
    if pool.get("Status") == "Available":
        raise Fault("ResourceInUse", "The training job retains an Available warm pool.")
    _delete(account, snapshot, "TrainingJobStatus")


def delete_processing_job(account: Account, params: Params, region_id: str) -> None:
    """Delete a processing job that has ended."""
    snapshot = account.table("processing", region_id).get(params["ProcessingJobName"], account.clock())
    if snapshot is None:
        raise no_such_job(params["ProcessingJobName"])
    _delete(account, snapshot, "ProcessingJobStatus")


def delete_tuning_job(account: Account, params: Params, region_id: str) -> None:
    """Delete a tuning job that has ended; its training jobs stay. One that is not there is no matter."""
    snapshot = account.table("tuning", region_id).get(params["HyperParameterTuningJobName"], account.clock())
    if snapshot is not None:
        _delete(account, snapshot, "HyperParameterTuningJobStatus")


def _delete(account: Account, snapshot: Snapshot, status_member: str) -> None:
    status = snapshot.description.get(status_member)
    if status not in _ENDED:
        raise Fault("ResourceInUse", f"The job is in status {status}; only a job that has ended can be deleted.")
    account.table(snapshot.thing.kind, snapshot.thing.region_id).remove(snapshot.name)
