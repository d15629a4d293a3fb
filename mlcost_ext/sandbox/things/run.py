"""A job that only starts and runs, as processing and transform jobs do: the moments of its life."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mlcost_ext.sandbox.plans import Plan
from mlcost_ext.sandbox.timeline import timeline


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Where such a job stands at a moment."""

    status: str  # InProgress, Completed, Failed, Stopping or Stopped
    outcome: str  # as its plan has it, such as MaxRuntimeExceeded; as `status` before the end
    modified_at: datetime
    started_at: datetime | None  # None: its instances are not there yet
    ended_at: datetime | None
    valid_until: datetime | None


def run_at(plan: Plan, created_at: datetime, stopped_at: datetime | None, now: datetime) -> Run:
    """Tell where a job stands at ``now``."""
    steps = timeline(plan, created_at, stopped_at)
    past = [step for step in steps if step.start <= now] or [steps[0]]
    current = past[-1]
    return Run(
        status=current.job_status,
        outcome=current.status if current.is_final else current.job_status,
        modified_at=current.start,
        started_at=next((step.start for step in past if step.is_billed), None),
        ended_at=current.start if current.is_final else None,
        valid_until=None if current.is_final else current.end,
    )


def end_of(plan: Plan, created_at: datetime, stopped_at: datetime | None) -> datetime:
    """Tell when a job will have ended."""
    return timeline(plan, created_at, stopped_at)[-1].start
