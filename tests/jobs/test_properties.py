"""What holds of every kind, whatever AWS answers."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlcost_ext.core.job import Job
from mlcost_ext.core.standing import Standing
from mlcost_ext.core.usage import Accrual, UsageLine
from mlcost_ext.jobs import KINDS, STANDING_KINDS, standing_of_warm_pool
from tests.fakes import NOW, has_local_disk

from .figures import FACTS, cost_at, job_figures, standing_figures, unpriced
from .odd import DESCRIPTIONS, JOB_STATUSES, STANDING_STATUSES, junk

JOB_KINDS = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
STANDS = pytest.mark.parametrize("kind", STANDING_KINDS, ids=lambda kind: kind.name)
SLOW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
moments = st.integers(-50_000, 100_000).map(lambda seconds: NOW + timedelta(seconds=seconds))


def are_sound(lines: tuple[UsageLine, ...]) -> bool:
    """Tell whether each line has a quantity of more than nothing."""
    return all(line.quantity > 0 and line.quantity.is_finite() for line in lines)


@JOB_KINDS
@SLOW
@given(data=st.data())
def test_any_job_is_read(kind: Any, data: st.DataObject) -> None:
    """Reading does not fail, is the same each time, counts no second below zero, and what is unknown has its problem."""
    description = data.draw(DESCRIPTIONS[kind.name])
    job: Job = kind.read(description, has_local_disk)
    assert job == kind.read(description, has_local_disk)
    assert job.kind == kind.name
    for accrual in (job.accrual, job.storage_accrual, job.warm_pool.accrual if job.warm_pool else None):
        assert accrual is None or accrual.settled_seconds >= 0
    assert are_sound((*job.compute, *(job.storage or ()), *(line for way in job.choices for line in way)))
    assert not (job.compute and job.choices)
    assert not job.is_sum or (job.compute, job.storage, job.accrual) == ((), (), None)
    figures = job_figures(job, NOW)
    assert figures["cost"] is not None or job.is_sum or job.problems or unpriced(job.compute)
    assert figures["storage_cost"] is not None or job.problems or unpriced(job.storage or ())


@JOB_KINDS
@SLOW
@given(data=st.data(), early=moments, late=moments)
def test_a_jobs_cost_never_goes_down_as_time_passes(kind: Any, data: st.DataObject, early: Any, late: Any) -> None:
    """The same description gives the same or a higher cost later on, of instances, volumes and what is kept after it."""
    job: Job = kind.read(data.draw(DESCRIPTIONS[kind.name]), has_local_disk)
    pool = job.warm_pool
    tracks: list[tuple[Any, Accrual | None]] = [(job.compute, job.accrual), (job.storage, job.storage_accrual or job.accrual)]
    tracks += [(pool.compute, pool.accrual), (pool.storage, pool.accrual)] if pool else []
    for lines, accrual in tracks:
        before, after = (cost_at(lines, accrual, at) for at in sorted((early, late)))
        assert (before is None) == (after is None)
        assert before is None or after is None or Decimal(0) <= before <= after


@STANDS
@SLOW
@given(data=st.data(), now=moments)
def test_anything_that_stands_is_read(kind: Any, data: st.DataObject, now: Any) -> None:
    """Reading does not fail, and what is unknown is shown as costing, with its problem."""
    description = data.draw(DESCRIPTIONS[kind.name])
    standing: Standing = kind.read(description, FACTS)
    assert standing == kind.read(description, FACTS)
    assert standing.kind == kind.name
    assert standing.is_costing == (standing.compute != ())
    assert are_sound((*(standing.compute or ()), *(standing.kept or ())))
    assert (standing.compute is not None and standing.kept is not None) or standing.problems
    assert standing.since is None or standing.compute
    assert standing.last_use != "seen" or standing.last_used_at is not None
    figures = standing_figures(standing, now)
    assert all(figures[key] is None or Decimal(figures[key]) >= 0 for key in ("cost", "cost_per_day", "storage_cost_per_day"))
    assert all(part.share is None or 0 <= part.share <= 1 for part in standing.parts)


@SLOW
@given(DESCRIPTIONS["training"])
def test_any_warm_pool_stands_only_while_it_is_kept(description: dict[str, Any]) -> None:
    """What is kept for the next job is there only while AWS calls it available."""
    told = description.get("WarmPoolStatus")
    standing = standing_of_warm_pool(KINDS[0].read(description, has_local_disk))
    is_available = isinstance(told, dict) and told.get("Status") == "Available"
    if standing is not None:
        assert is_available
        assert standing.until is None or standing.since is None or standing.until >= standing.since
    assert standing is not None or not is_available or description.get("IsServerless")


@given(st.dictionaries(st.text(max_size=10), junk, max_size=5))
def test_anything_at_all_is_read_by_every_kind(description: dict[str, Any]) -> None:
    """JSON of no kind at all is of unknown status and cost, and has no name."""
    for kind in KINDS:
        job = kind.read(description, has_local_disk)
        assert (job.name, job.status, job.accrual) == ("", "Unknown", None)
    for stands in STANDING_KINDS:
        assert stands.read(description, FACTS).name == ""


@JOB_KINDS
@SLOW
@given(data=st.data(), status=st.sampled_from(JOB_STATUSES))
def test_a_launch_is_read_whatever_was_asked_for(kind: Any, data: st.DataObject, status: str) -> None:
    """A request that AWS has accepted waits, whatever it says of itself; nothing has been billed."""
    request = data.draw(DESCRIPTIONS[kind.name])
    job = kind.launched("eu-west-1", "mine", {**request, "Status": status})
    assert (job.kind, job.region_id, job.name, job.status) == (kind.name, "eu-west-1", "mine", "InProgress")
    assert job.accrual is None or job.accrual.seconds_at(NOW) == 0
    assert job.storage == ()


@pytest.mark.parametrize("status", [*STANDING_STATUSES, *JOB_STATUSES, "", None, 7, ["InService"]])
def test_a_status_nobody_knows_is_never_free(status: Any) -> None:
    """Where it is not known whether something is billed, it is not called free."""
    known = {"InService", "Creating", "Failed", "Deleting", "Deleted", "Pending", "Stopped", "Stopping", "Updating"}
    described = {
        "endpoint": {"EndpointStatus": status, "ProductionVariants": [{"VariantName": "a"}]},
        "app": {"Status": status, "AppType": "JupyterLab", "ResourceSpec": {"InstanceType": "ml.t3.medium"}},
        "notebook": {"NotebookInstanceStatus": status, "InstanceType": "ml.t3.medium"},
    }
    for kind in STANDING_KINDS:
        if kind.name in described and (not isinstance(status, str) or status not in known):
            standing = kind.read(described[kind.name], FACTS)
            assert standing.compute is None
            assert standing.is_costing
            assert standing.problems
