"""Training jobs as the opening scene and its crowds need them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.names import BUCKET, REGION_ID, ROLE_ARN, STUDIO_TAGS
from mlcost_ext.sandbox.plans import FAILURE_REASON, RUN_SECONDS, plan_for
from mlcost_ext.sandbox.training_job import TrainingJob

HOUR = 3600.0
TYPES = ("ml.m5.xlarge", "ml.g5.xlarge", "ml.c5.4xlarge", "ml.g4dn.xlarge", "ml.m5.4xlarge")
TEAMS = ("fraud-platform", "credit-risk")
IMAGE = "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:2.5.1-gpu-py311"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """One training job. Its plan is real hours, whatever the account's speed."""

    name: str
    instance_type: str
    age_seconds: float
    run_seconds: float
    instance_count: int = 1
    volume_gb: int = 30
    is_spot: bool = False
    failure_reason: str | None = None
    stopped_after_seconds: float | None = None  # None: nobody stops it
    keep_alive_seconds: int | None = None  # its instances stay as a warm pool
    tags: Mapping[str, str] = field(default_factory=dict)


def job_of(seed: Seed, now: datetime) -> TrainingJob:
    """Make the job of a seed, as old as it says at ``now``."""
    request = request_of(seed)
    created_at = now - timedelta(seconds=seed.age_seconds)
    stopped = seed.stopped_after_seconds
    return TrainingJob(
        request=request,
        region_id=REGION_ID,
        tags={**STUDIO_TAGS, **seed.tags},
        plan=plan_for(request),
        created_at=created_at,
        stopped_at=None if stopped is None else created_at + timedelta(seconds=stopped),
    )


def raw_job(account: Account, overlay: Mapping[str, Any], region_id: str) -> TrainingJob:
    """Make a running job whose description is whatever a bad day wants it to be."""
    seed = Seed(
        name=str(overlay.get("TrainingJobName") or "a-job-nobody-understands"),
        instance_type=TYPES[0],
        age_seconds=600,
        run_seconds=8 * HOUR,
    )
    return replace(job_of(seed, account.clock()), overlay=overlay, region_id=region_id)


def request_of(seed: Seed) -> dict[str, Any]:
    """Write the CreateTrainingJob request of a seed, without its tags."""
    limit = 86_400 * 4 if seed.run_seconds > 24 * HOUR else 86_400
    wait = {"MaxWaitTimeInSeconds": 2 * limit} if seed.is_spot else {}
    wish = {RUN_SECONDS: str(seed.run_seconds)}
    if seed.failure_reason:
        wish[FAILURE_REASON] = seed.failure_reason
    kept = {} if seed.keep_alive_seconds is None else {"KeepAlivePeriodInSeconds": seed.keep_alive_seconds}
    return {
        "TrainingJobName": seed.name,
        "RoleArn": ROLE_ARN,
        "AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File"},
        "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/models"},
        "ResourceConfig": {
            "InstanceType": seed.instance_type,
            "InstanceCount": seed.instance_count,
            "VolumeSizeInGB": seed.volume_gb,
            **kept,
        },
        "StoppingCondition": {"MaxRuntimeInSeconds": limit, **wait},
        "EnableManagedSpotTraining": seed.is_spot,
        "Environment": wish,
    }
