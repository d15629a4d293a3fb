"""Write one job as it goes over the wire."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from mlcost_ext.core.documents import JobRow
from mlcost_ext.core.job import CostBasis, Problem
from mlcost_ext.core.money import EXACT

from .families import Family, is_waiting
from .meter import MeteredJob, one_price, price_problems
from .price_row import price_id, price_row

MAX_TEXT_SHOWN = 160
CHILDREN_UNTOLD = Problem(
    code="children_unread",
    message="AWS does not tell how many jobs some AutoML or tuning jobs have started: they cost at least what is shown.",
    hint="Nothing needs to be done; AWS's bill has all of them.",
)


def job_row(
    metered: MeteredJob, now: datetime, shown_tags: int | None = None, *, family: Family | None = None, is_mine: bool = True
) -> JobRow:
    """Write one job at `now`, whole, or with so many tags and its texts cut for the overview's 64 KB.

    Args:
        metered: The job.
        now: AWS's time.
        shown_tags: How many tags are shown; None: all of them, and everything in full.
        family: The jobs it has started, which its cost is the sum of where it is a sum.
        is_mine: Whether it is ours.
    """
    job = metered.job
    price = one_price(metered)
    pool = job.warm_pool
    kin = family if job.is_sum else None
    cost = kin.cost_at(job, now) if kin else metered.cost_at(now)
    storage_cost = kin.storage_cost_at(job, now) if kin else metered.storage_cost_at(now)
    cost_per_hour = kin.cost_per_hour(job) if kin else metered.cost_per_hour()
    return JobRow(
        kind=job.kind,
        name=job.name,
        region_id=job.region_id,
        status=job.status,
        secondary_status=job.secondary_status,
        instance_type=job.instance_type,
        instance_count=job.instance_count,
        spot=job.spot,
        created_at=job.created_at,
        started_at=job.started_at,
        ended_at=job.ended_at,
        list_unit_price=price.list_unit_price if price else None,
        cost=cost,
        cost_per_hour=cost_per_hour,
        storage_cost=storage_cost,
        storage_cost_per_hour=kin.storage_cost_per_hour(job) if kin else metered.storage_cost_per_hour(),
        cost_basis=sum_basis(metered, kin) if kin else job.cost_basis,
        accrued_seconds=float(job.accrual.seconds_at(now)) if job.accrual else None,
        is_running=job.is_running,
        is_accruing=bool(job.accrual and job.accrual.accruing_since) or bool(kin and cost_per_hour),
        max_runtime_in_seconds=job.max_runtime_in_seconds,
        billable_time_in_seconds=job.billable_time_in_seconds,
        high=no_less(metered.high, cost, storage_cost),
        high_leaves_out_storage=metered.high_leaves_out_storage,
        tags=job.tags if shown_tags is None else brief_tags(job.tags, shown_tags),
        notebook=metered.notebook,
        failure_reason=job.failure_reason if shown_tags is None else brief(job.failure_reason),
        can_stop=job.can_stop,
        is_mine=is_mine,
        is_sum=job.is_sum,
        parent="/".join(job.parent) if job.parent else None,
        children_started=job.children_started,
        children_known=kin.known if kin else None,
        low=metered.low,
        warm_pool_status=pool.status if pool else None,
        warm_pool_cost=metered.warm_pool_cost_at(min(now, pool.until) if pool and pool.until else now),
        warm_pool_basis=pool.cost_basis if pool else None,
        price_id=price_id(price),
        price=price_row(price) if shown_tags is None else None,
    )


def sum_basis(metered: MeteredJob, family: Family) -> CostBasis:
    """Say what a sum is: it is final once its job has ended, all it has started is known, and each of those is final."""
    if metered.job.is_running:
        return "at_most" if family.basis == "at_most" else "accruing"
    return family.basis if family.is_whole(metered.job) else "accruing"


def no_less(high: Decimal | None, cost: Decimal | None, storage_cost: Decimal | None) -> Decimal | None:
    """Give the most a job can cost, and no less than it has cost: AWS may end one somewhat after its time is over."""
    return None if high is None else max(high, EXACT.add(cost or Decimal(0), storage_cost or Decimal(0)))


def brief(reason: str | None) -> str | None:
    return reason[:MAX_TEXT_SHOWN] if reason else reason


def brief_tags(tags: dict[str, str], limit: int) -> dict[str, str]:
    """Leave out AWS's own tags, and what is long."""
    own = [(key[:48], value[:48]) for key, value in tags.items() if not key.startswith(("sagemaker:", "aws:"))]
    return dict(own[:limit])


def job_problems(metered: MeteredJob, family: Family) -> list[Problem]:
    """Say what a job's figures lack."""
    found = [*metered.job.problems, *price_problems(metered)]
    return [*found, *family_problems(metered, family)] if metered.job.is_sum else found


def family_problems(metered: MeteredJob, family: Family) -> list[Problem]:
    """Say where the cost of a sum lacks jobs that it has started, or may lack some."""
    job, known = metered.job, family.known
    expected = max(job.children_started or 0, len(family.children))
    untold = [CHILDREN_UNTOLD] if job.children_started is None and not is_waiting(job) else []
    if known >= expected:
        return untold
    lacking = f"The cost of {job.name} leaves out {expected - known} of the {expected} jobs it has started: it is at least that."
    nothing = f"The cost of {job.name} is unknown: that of none of the {expected} jobs it has started is known."
    problem = Problem(
        code="children_unread",
        message=lacking if known else nothing,
        hint="They are read by and by; a job without a price stays left out.",
        subject=job.name,
    )
    return [problem, *untold]
