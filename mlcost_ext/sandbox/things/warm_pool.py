"""The warm pool a training job leaves behind: its instances, kept for the next job that fits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mlcost_ext.sandbox.timeline import Step, seconds

LONGEST_SECONDS = 21_600  # KeepAlivePeriodInSeconds's own bound

# docs.aws.amazon.com/sagemaker/latest/dg/train-warm-pools.html, "Matching training jobs"
_SAME = ("RoleArn", "VpcConfig")
_SAME_SWITCHES = ("EnableNetworkIsolation", "EnableInterContainerTrafficEncryption")
_SAME_RESOURCES = ("InstanceType", "InstanceCount", "VolumeSizeInGB", "VolumeKmsKeyId")


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolEnd:
    """How a pool ended before its time: released by its owner, or taken over by another job."""

    at: datetime
    reused_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """A pool at a moment."""

    status: Mapping[str, Any]  # AWS's WarmPoolStatus
    since: datetime
    until: datetime | None  # None: it stays so


def pool_at(steps: Sequence[Step], keep_alive_seconds: float, ended: PoolEnd | None, now: datetime) -> Pool:
    """Tell what has become of a job's pool.

    Args:
        steps: The life of the job.
        keep_alive_seconds: How long the instances are kept after the job.
        ended: Whether somebody ended it earlier.
        now: As of when.
    """
    begin = steps[-1].start
    if now < begin:
        return Pool(status={"Status": "InUse"}, since=steps[0].start, until=begin)
    has_instances = any(step.is_billed for step in steps)
    end = begin + seconds(keep_alive_seconds if has_instances else 0)
    if ended is not None:
        end = min(end, max(ended.at, begin))
    if now < end:
        return Pool(status={"Status": "Available"}, since=begin, until=end)
    status: dict[str, Any] = {
        "Status": "Terminated",
        "ResourceRetainedBillableTimeInSeconds": round((end - begin).total_seconds()),
    }
    if ended is not None and ended.reused_by is not None:
        status |= {"Status": "Reused", "ReusedByJob": ended.reused_by}
    return Pool(status=status, since=end, until=None)


def fits(kept: Mapping[str, Any], request: Mapping[str, Any]) -> bool:
    """Say whether a job may run on the instances another one has left."""
    resources, kept_resources = request["ResourceConfig"], kept["ResourceConfig"]
    return (
        "InstanceType" in resources
        and all(resources.get(member) == kept_resources.get(member) for member in _SAME_RESOURCES)
        and all(request.get(member) == kept.get(member) for member in _SAME)
        and all(bool(request.get(member)) == bool(kept.get(member)) for member in _SAME_SWITCHES)
    )
