"""Carry over what was shown: only AWS's word for the end, the step to `final`, may lower a figure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from mlcost_ext.core.charge import Charge
from mlcost_ext.core.job import Job
from mlcost_ext.core.usage import Accrual

from .meter import MeteredJob

SAME_CREATION = timedelta(minutes=1)
"""Two descriptions of one job agree on its creation to the second; a name used again belongs to another job."""


def never_less(metered: MeteredJob, before: MeteredJob | None, now: datetime) -> MeteredJob:
    """Give the job with no fewer seconds than were counted for it at `now`.

    AWS tells of an interruption or an end some time after it; what was counted meanwhile stays until it tells the
    billable seconds, so the figure is an upper bound then. An unknown figure replaces a known one, and whatever
    is known after it begins anew.

    Args:
        metered: The job as AWS describes it now.
        before: What was known of it; None: nothing.
        now: AWS's time.
    """
    job = metered.job
    if before is None or job.cost_basis == "final" or not is_same(job, before.job):
        return metered
    accrual = at_least(job.accrual, before.job.accrual, now)
    held = at_least(held_time(job), held_time(before.job), now)
    if (accrual, held) == (job.accrual, held_time(job)):
        return metered
    carried = replace(job, accrual=accrual, storage_accrual=held if held != accrual else None, cost_basis="at_most")
    volumes = metered.storage
    return replace(
        metered,
        job=carried,
        compute=recounted(metered.compute, accrual),
        storage=None if volumes is None else recounted(volumes, held),
    )


def is_same(job: Job, before: Job) -> bool:
    """Tell whether two descriptions may be of one job, as far as their creation tells."""
    if job.created_at is None or before.created_at is None:
        return True
    return abs(job.created_at - before.created_at) <= SAME_CREATION


def held_time(job: Job) -> Accrual | None:
    return job.storage_accrual or job.accrual


def at_least(accrual: Accrual | None, before: Accrual | None, now: datetime) -> Accrual | None:
    """Add what an accrual lacks at `now` of the one before; None stays None."""
    if accrual is None or before is None:
        return accrual
    lacking = before.seconds_at(now) - accrual.seconds_at(now)
    return replace(accrual, settled_seconds=accrual.settled_seconds + lacking) if lacking > 0 else accrual


def recounted(charges: tuple[Charge, ...], accrual: Accrual | None) -> tuple[Charge, ...]:
    return tuple(replace(charge, accrual=accrual) for charge in charges)
