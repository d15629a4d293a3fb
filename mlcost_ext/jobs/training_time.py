"""How long a training job was used, as far as its description tells.

Billed is the time from TrainingStartTime to TrainingEndTime, on each instance
(https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeTrainingJob.html);
waiting for instances is free, so `Starting` and `Interrupted` do not accrue. Once the job
has ended BillableTimeInSeconds rules; for Managed Spot Training it is already reduced
(the saving is 1 - billable / training time), and until then the figure is an upper bound.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from operator import itemgetter
from typing import Any

from mlcost_ext.core.job import CostBasis, Job, Problem
from mlcost_ext.core.times import exact_seconds
from mlcost_ext.core.usage import Accrual

from . import reading
from .described import ENDED, settled
from .problem import unreadable

NOT_BEGUN = frozenset({"Pending", "Starting", "LaunchingMLInstances", "PreparingTrainingStack"})
"""Secondary statuses before the first instance is billed."""
WAITING = NOT_BEGUN | {"Interrupted"}
"""Secondary statuses in which no instance is billed."""
GIVEN_UP = frozenset({"Stopping", "Stopped", "Failed", "MaxWaitTimeExceeded"})
"""What may follow upon waiting when no instance ever came."""
WHAT = "a training job"


def with_time_used(job: Job, description: Mapping[str, Any]) -> Job:
    """Fill in how long the job was used, on which basis, and what its description lacks."""
    if not job.is_running and job.status not in ENDED:
        problem = unreadable(job.name, f"its status {job.status!r} is not one we know", WHAT)
        return replace(job, cost_basis="at_most", choices=(), storage=None if job.choices else job.storage, problems=(problem,))
    if job.choices:
        return with_choice_open(job, description)
    if not job.compute:
        problem = unreadable(job.name, "AWS's answer lacks its instance type or count", WHAT)
        return replace(job, cost_basis=basis(job), problems=(problem,))
    if job.billable_time_in_seconds is not None and not job.is_running:
        held = reading.whole(description, "TrainingTimeInSeconds")
        return replace(
            job,
            cost_basis="final",
            accrual=settled(job.billable_time_in_seconds),
            storage_accrual=None if held is None else settled(held),
        )
    return with_running_time(job, description) if job.is_running else with_unconfirmed_end(job, description)


def with_choice_open(job: Job, description: Mapping[str, Any]) -> Job:
    """Tell a job whose instances AWS has not selected: it costs nothing while it waits, and nothing if it gave up waiting."""
    has_not_run = job.started_at is None and never_ran(job, description)
    if has_not_run or (job.billable_time_in_seconds == 0 and not job.is_running):
        return replace(job, cost_basis="accruing" if job.is_running else "final", accrual=settled(0))
    problem = unreadable(job.name, "AWS has not told which of its instance preferences it selected", WHAT)
    return replace(job, cost_basis=basis(job), choices=(), storage=None, problems=(problem,))


def basis(job: Job) -> CostBasis:
    """Say what an unconfirmed figure is: exact so far, or an upper bound."""
    return "accruing" if job.is_running and not job.spot else "at_most"


def with_running_time(job: Job, description: Mapping[str, Any]) -> Job:
    """Tell a job that runs, or say what AWS has not told of it."""
    accrual = running_time(job, description)
    if accrual is not None:
        return replace(job, cost_basis=basis(job), accrual=accrual)
    return replace(job, cost_basis=basis(job), problems=(unreadable(job.name, why_unknown(job, description), WHAT),))


def why_unknown(job: Job, description: Mapping[str, Any]) -> str:
    """Say what a running job's description lacks."""
    if job.started_at is None:
        return "AWS has not told when its billing began"
    if not are_readable(transitions_of(description)):
        return "AWS's list of its states cannot be read"
    return "AWS has not told since when it waits"


def transitions_of(description: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return reading.structures(description, "SecondaryStatusTransitions")


def are_readable(transitions: list[Mapping[str, Any]]) -> bool:
    """Tell whether each change of state has its state and its time: one that is skipped may be a wait, or the end of one."""
    return all(reading.text(t, "Status") and reading.time(t, "StartTime") for t in transitions)


def running_time(job: Job, description: Mapping[str, Any]) -> Accrual | None:
    """Give the billed stretches so far; nothing accrues before TrainingStartTime or while it waits. None: it cannot be told."""
    if job.started_at is None:
        return settled(0) if never_ran(job, description) else None
    transitions = transitions_of(description)
    if not are_readable(transitions):
        return None
    stretches = billed_stretches(job.started_at, transitions)
    over = sum((exact_seconds(end - start) for start, end in stretches if end is not None), Decimal(0))
    if job.secondary_status not in WAITING:
        since = stretches[-1][0] if stretches and stretches[-1][1] is None else None
        return Accrual(settled_seconds=over, accruing_since=since)
    is_told = bool(transitions) and reading.text(transitions[-1], "Status") in WAITING
    return Accrual(settled_seconds=over, accruing_since=None) if is_told else None


def billed_stretches(started_at: datetime, transitions: list[Mapping[str, Any]]) -> list[tuple[datetime, datetime | None]]:
    """Give (start, end) of each stretch outside a wait, from TrainingStartTime on; end None: it lasts.

    A description without transitions is one stretch since TrainingStartTime, the most it can be.
    """
    changes = [(when, reading.text(t, "Status") in WAITING) for t in transitions if (when := reading.time(t, "StartTime"))]
    later = sorted((c for c in changes if c[0] > started_at), key=itemgetter(0))  # of one moment, AWS's last one counts
    changes = [(started_at, False), *later]
    ends = [*(b for _, (b, _) in pairwise(changes)), None]
    return merged([(start, end) for (start, waits), end in zip(changes, ends, strict=True) if not waits])


def merged(stretches: list[tuple[datetime, datetime | None]]) -> list[tuple[datetime, datetime | None]]:
    """Join stretches that touch."""
    joined: list[tuple[datetime, datetime | None]] = []
    for start, end in stretches:
        if joined and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def with_unconfirmed_end(job: Job, description: Mapping[str, Any]) -> Job:
    """Tell a job that has ended without BillableTimeInSeconds."""
    if job.started_at is None and never_ran(job, description):
        return replace(job, cost_basis="final", accrual=settled(0))
    problem = Problem(
        code="billable_time_missing",
        message=f"AWS has not told how many seconds of {job.name} it bills.",
        hint="The figure is the time the job ran, an upper bound; it is settled when AWS tells the billable seconds.",
        subject=job.name,
    )
    if job.started_at is None or job.ended_at is None or job.ended_at < job.started_at:
        return replace(job, cost_basis="at_most", problems=(problem,))
    ran = time_until(job.ended_at, job.started_at, transitions_of(description))
    return replace(job, cost_basis="at_most", accrual=ran, problems=(problem,))


def time_until(ended_at: datetime, started_at: datetime, transitions: list[Mapping[str, Any]]) -> Accrual:
    """Give the billed stretches of a job that is over; the whole time, the most it can be, where its list is not readable."""
    stretches = billed_stretches(started_at, transitions if are_readable(transitions) else [])
    closed = [(start, min(end or ended_at, ended_at)) for start, end in stretches if start < ended_at]
    return Accrual(settled_seconds=sum((exact_seconds(end - start) for start, end in closed), Decimal(0)), accruing_since=None)


def never_ran(job: Job, description: Mapping[str, Any]) -> bool:
    """Tell whether AWS's own states show that no instance was billed: it waited, and at most gave up."""
    states = {reading.text(t, "Status") for t in transitions_of(description)}
    states |= {job.secondary_status} if job.secondary_status else set()
    return job.status != "Completed" and bool(states & NOT_BEGUN) and states <= WAITING | GIVEN_UP
