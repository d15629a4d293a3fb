"""Instances kept for the next training job, as something that stands."""

from __future__ import annotations

from typing import Any

import pytest

from mlcost_ext.core.times import time_to_text
from mlcost_ext.jobs import standing_of_warm_pool
from tests.fakes import NOW, ago, ended, read_job

from .figures import standing_figures

CONFIG = {"InstanceType": "ml.m5.xlarge", "InstanceCount": 2, "VolumeSizeInGB": 30, "KeepAlivePeriodInSeconds": 3600}


def kept(status: Any = "Available", **changes: Any) -> dict[str, Any]:
    """Describe a job that ended half an hour ago and whose instances are kept for an hour."""
    return ended(before=1800, ResourceConfig=CONFIG, WarmPoolStatus={"Status": status}, **changes)


def test_an_available_pool_stands_until_it_is_released() -> None:
    """Two instances for half an hour at 0.23 are 0.23; a day of them is 24 × 2 × 0.23, with 60 GB of volumes."""
    job = read_job(kept(Tags={"team": "fraud"}))
    standing = standing_of_warm_pool(job)
    assert standing is not None
    figures = standing_figures(standing, NOW)
    assert (
        figures
        | {
            "kind": "warm-pool",
            "name": "churn-1",
            "parent": "churn-1",
            "status": "Available",
            "is_costing": True,
            "can_end": True,
            "since": ago(1800),
            "until": ago(-1800),
            "cost": "0.23",
            "cost_per_day": "11.04",
            "storage_cost_per_day": "0.28",  # 86400 s × 2 × 30 × 0.14 ÷ 2592000
            "instance_type": "ml.m5.xlarge",
            "instance_count": 2,
            "tags": {"team": "fraud"},
            "components": ["WarmPool", "Storage-WarmPool"],
        }
        == figures
    )


@pytest.mark.parametrize("status", ["InUse", "Reused", "Terminated", "Resting", None])
def test_no_other_pool_stands(status: Any) -> None:
    """What is not there to be taken or released is no thing of its own."""
    assert standing_of_warm_pool(read_job(kept(status))) is None


@pytest.mark.parametrize(
    ("status", "billed", "expected"),
    [
        ("InUse", None, (None, None)),
        ("Available", None, (None, None)),
        ("Available", 60, (None, None)),
        ("Resting", 60, (None, None)),
        ("Reused", 60, (True, 60)),
        ("Reused", None, (True, None)),
        ("Terminated", 0, (False, 0)),
        ("Terminated", None, (False, None)),
    ],
)
def test_what_became_of_a_pool(status: str, billed: int | None, expected: tuple[bool | None, int | None]) -> None:
    """Known once it is over; the time only where AWS has told it, never the period that was asked for."""
    told = {} if billed is None else {"ResourceRetainedBillableTimeInSeconds": billed}
    pool = read_job({**kept(), "WarmPoolStatus": {"Status": status, **told}}).warm_pool
    assert pool is not None
    assert (pool.is_reused, pool.retained_seconds) == expected


def test_a_job_without_a_pool_leaves_nothing() -> None:
    """Most jobs keep nothing."""
    assert standing_of_warm_pool(read_job(ended())) is None


def test_a_pool_of_unknown_instances_is_unknown() -> None:
    """Its instances cannot be read: it is there, and nobody knows what it costs."""
    standing = standing_of_warm_pool(read_job({**kept(), "ResourceConfig": {"KeepAlivePeriodInSeconds": 60}}))
    assert standing is not None
    assert (standing.compute, standing.kept) == (None, None)
    assert standing.problems


def test_a_pool_without_its_jobs_end_has_a_rate_only() -> None:
    """Since when it is kept is not known."""
    standing = standing_of_warm_pool(read_job(kept(TrainingEndTime=None)))
    assert standing is not None
    assert (standing.since, standing.until) == (None, None)
    assert standing_figures(standing, NOW)["cost_per_day"] == "11.04"
    assert "warm_pool_unknown" in [problem.code for problem in standing.problems]


def test_a_last_change_before_the_end_of_the_period_moves_nothing() -> None:
    """AWS changes a job's description as it ends; the period counts from the end."""
    job = read_job(kept(LastModifiedTime=ago(1790)))
    assert job.warm_pool is not None
    assert job.warm_pool.until is not None
    assert time_to_text(job.warm_pool.until) == ago(-1800)
