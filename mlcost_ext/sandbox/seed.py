"""The jobs an account opens with. Their plans are real hours, whatever the speed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.names import BUCKET, REGION_ID, ROLE_ARN, STUDIO_TAGS
from mlcost_ext.sandbox.plans import FAILURE_REASON, RUN_SECONDS, plan_for
from mlcost_ext.sandbox.training_job import TrainingJob

_HOUR = 3600.0
_IMAGE = "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:2.5.1-gpu-py311"
_TYPES = ("ml.m5.xlarge", "ml.g5.xlarge", "ml.c5.4xlarge", "ml.g4dn.xlarge", "ml.m5.4xlarge")
_TEAMS = ("fraud-platform", "credit-risk")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """One job of the opening scene."""

    name: str
    instance_type: str
    age_seconds: float
    run_seconds: float
    instance_count: int = 1
    volume_gb: int = 30
    is_spot: bool = False
    failure_reason: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


_FRAUD = {"team": "fraud-platform", "project": "card-fraud-v3"}
_CREDIT = {"team": "credit-risk", "project": "scorecard-refresh"}

OPENING = (
    Seed(
        name="fraud-transformer-finetune-014",
        instance_type="ml.g5.xlarge",
        age_seconds=17 * 60,
        run_seconds=8 * _HOUR,
        volume_gb=100,
        tags=_FRAUD,
    ),
    Seed(
        name="fraud-transformer-finetune-013",
        instance_type="ml.g5.xlarge",
        age_seconds=3.4 * _HOUR,
        run_seconds=47 * 60,
        volume_gb=100,
        is_spot=True,
        tags=_FRAUD,
    ),
    Seed(
        name="fraud-transformer-finetune-012",
        instance_type="ml.g5.xlarge",
        age_seconds=4.1 * _HOUR,
        run_seconds=3.5 * 60,
        volume_gb=100,
        failure_reason=(
            'AlgorithmError: ExecuteUserScriptError:\nExitCode 1\nErrorMessage "torch.cuda.'
            'OutOfMemoryError: CUDA out of memory. Tried to allocate 2.50 GiB"'
        ),
        tags=_FRAUD,
    ),
    Seed(
        name="credit-scorecard-xgboost-031",
        instance_type="ml.m5.xlarge",
        age_seconds=6.2 * _HOUR,
        run_seconds=22 * 60,
        tags=_CREDIT,
    ),
    Seed(
        name="credit-scorecard-xgboost-030",
        instance_type="ml.m5.4xlarge",
        age_seconds=27 * _HOUR,
        run_seconds=72 * 60,
        instance_count=2,
        tags=_CREDIT,
    ),
)


def seed_opening(account: Account) -> None:
    """Open the account with one running job and a few that ended today and yesterday."""
    for seed in OPENING:
        account.add(_job(account, seed))


def seed_running(account: Account, count: int) -> None:
    """Add jobs that run for days, of varied types and ages."""
    for seed in _crowd(count):
        account.add(_job(account, seed))


def raw_job(account: Account, overlay: Mapping[str, Any], region_id: str) -> TrainingJob:
    """Make a running job whose description is whatever a bad day wants it to be."""
    seed = Seed(
        name=str(overlay.get("TrainingJobName") or "a-job-nobody-understands"),
        instance_type=_TYPES[0],
        age_seconds=600,
        run_seconds=8 * _HOUR,
    )
    return replace(_job(account, seed), overlay=overlay, region_id=region_id)


def _crowd(count: int) -> Iterator[Seed]:
    for number in range(count):
        yield Seed(
            name=f"sweep-{number:05d}",
            instance_type=_TYPES[number % len(_TYPES)],
            instance_count=1 + number % 3,
            age_seconds=300 + 7 * number % (20 * _HOUR),
            run_seconds=72 * _HOUR,
            volume_gb=30 + number % 5 * 50,
            tags={"team": _TEAMS[number % len(_TEAMS)], "sweep": str(number // 100)},
        )


def _job(account: Account, seed: Seed) -> TrainingJob:
    request = _request(seed)
    return TrainingJob(
        request=request,
        region_id=REGION_ID,
        tags={**STUDIO_TAGS, **seed.tags},
        plan=plan_for(request),
        created_at=account.clock() - timedelta(seconds=seed.age_seconds),
    )


def _request(seed: Seed) -> dict[str, Any]:
    limit = 86_400 * 4 if seed.run_seconds > 24 * _HOUR else 86_400
    wait = {"MaxWaitTimeInSeconds": 2 * limit} if seed.is_spot else {}
    wish = {RUN_SECONDS: str(seed.run_seconds)}
    if seed.failure_reason:
        wish[FAILURE_REASON] = seed.failure_reason
    return {
        "TrainingJobName": seed.name,
        "RoleArn": ROLE_ARN,
        "AlgorithmSpecification": {"TrainingImage": _IMAGE, "TrainingInputMode": "File"},
        "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/models"},
        "ResourceConfig": {
            "InstanceType": seed.instance_type,
            "InstanceCount": seed.instance_count,
            "VolumeSizeInGB": seed.volume_gb,
        },
        "StoppingCondition": {"MaxRuntimeInSeconds": limit, **wait},
        "EnableManagedSpotTraining": seed.is_spot,
        "Environment": wish,
    }
