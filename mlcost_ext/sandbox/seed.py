"""The jobs an account opens with. Their plans are real hours, whatever the speed."""

from __future__ import annotations

from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.seed_crowd import seed_ended, seed_running
from mlcost_ext.sandbox.seed_history import CREDIT, FRAUD, training_history
from mlcost_ext.sandbox.seed_job import HOUR, Seed, job_of, raw_job
from mlcost_ext.sandbox.seed_scene import seed_scene

__all__ = ["OPENING", "raw_job", "seed_ended", "seed_opening", "seed_running"]

OPENING = (
    Seed(
        name="fraud-transformer-finetune-014",
        instance_type="ml.g5.xlarge",
        age_seconds=17 * 60,
        run_seconds=8 * HOUR,
        volume_gb=100,
        tags=FRAUD,
    ),
    Seed(
        name="fraud-embeddings-spot-007",
        instance_type="ml.g5.2xlarge",
        age_seconds=2.2 * HOUR,
        run_seconds=12 * HOUR,
        volume_gb=150,
        is_spot=True,
        tags=FRAUD,
    ),
    Seed(
        name="fraud-transformer-warmup-003",
        instance_type="ml.g5.xlarge",
        age_seconds=26 * 60,
        run_seconds=11 * 60,
        volume_gb=50,
        keep_alive_seconds=3600,
        tags=FRAUD,
    ),
    Seed(
        name="fraud-transformer-finetune-013",
        instance_type="ml.g5.xlarge",
        age_seconds=3.4 * HOUR,
        run_seconds=47 * 60,
        volume_gb=100,
        is_spot=True,
        tags=FRAUD,
    ),
    Seed(
        name="fraud-transformer-finetune-012",
        instance_type="ml.g5.xlarge",
        age_seconds=4.1 * HOUR,
        run_seconds=3.5 * 60,
        volume_gb=100,
        failure_reason=(
            'AlgorithmError: ExecuteUserScriptError:\nExitCode 1\nErrorMessage "torch.cuda.'
            'OutOfMemoryError: CUDA out of memory. Tried to allocate 2.50 GiB"'
        ),
        tags=FRAUD,
    ),
    Seed(
        name="credit-scorecard-xgboost-031",
        instance_type="ml.m5.xlarge",
        age_seconds=6.2 * HOUR,
        run_seconds=22 * 60,
        tags=CREDIT,
    ),
    Seed(
        name="credit-scorecard-xgboost-030",
        instance_type="ml.m5.4xlarge",
        age_seconds=27 * HOUR,
        run_seconds=72 * 60,
        instance_count=2,
        tags=CREDIT,
    ),
)


def seed_opening(account: Account) -> None:
    """Open the account with what runs, what was forgotten, and thirty days of what has been."""
    seed_scene(account)
    now = account.clock()
    for seed in (*training_history(now), *OPENING):
        account.add(job_of(seed, now))
