"""When a job enters and leaves each state: a pure function of its plan, its start and its stop."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from mlcost_ext.sandbox.plans import Plan

_FINAL_MESSAGES = {
    "Completed": "Training job completed",
    "Failed": "Training job failed",
    "Stopped": "Training job stopped",
    "MaxRuntimeExceeded": "Training job runtime exceeded MaxRuntimeInSeconds provided",
}
_FINAL_STATUS = {"MaxRuntimeExceeded": "Stopped"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A stage with its place in time; the last one has no length."""

    status: str  # AWS's SecondaryStatus
    job_status: str  # AWS's TrainingJobStatus meanwhile
    message: str
    start: datetime
    end: datetime
    is_billed: bool
    is_final: bool = False


def timeline(plan: Plan, created_at: datetime, stopped_at: datetime | None) -> tuple[Step, ...]:
    """Lay out the whole life of a job.

    Args:
        plan: Its course when nobody stops it.
        created_at: When it was created, aware UTC.
        stopped_at: When somebody asked to stop it; ``None`` for never.
    """
    steps = _planned(plan, created_at)
    if stopped_at is None or stopped_at >= steps[-1].start:
        return steps
    return _stopped(steps, plan, stopped_at)


def seconds(value: float) -> timedelta:
    """Round to the millisecond, which is as fine as AWS's time stamps are."""
    return timedelta(milliseconds=round(value * 1000))


def _planned(plan: Plan, created_at: datetime) -> tuple[Step, ...]:
    steps, at = [], created_at
    for stage in plan.stages:
        end = at + seconds(stage.seconds)
        is_ending = plan.outcome == "MaxRuntimeExceeded" and stage.status == "Uploading"
        steps.append(
            Step(
                status=stage.status,
                job_status="Stopping" if is_ending else "InProgress",
                message=stage.message,
                start=at,
                end=end,
                is_billed=stage.is_billed,
            )
        )
        at = end
    return (*steps, _final(plan.outcome, at))


def _stopped(steps: tuple[Step, ...], plan: Plan, stopped_at: datetime) -> tuple[Step, ...]:
    lived = [step for step in steps[:-1] if step.start < stopped_at] or [steps[0]]
    is_billed = lived[-1].is_billed
    lived[-1] = replace(lived[-1], end=max(stopped_at, lived[-1].start))
    # Stopping never takes longer than just letting the job end, so the stopping condition holds.
    latest = steps[-1].start
    stopping = min(lived[-1].end + seconds(plan.stopping_seconds), latest)
    uploaded = min(stopping + seconds(plan.uploading_seconds), latest) if is_billed else stopping
    lived.append(_ending("Stopping", "Stopping the training job", lived[-1].end, stopping, is_billed))
    if uploaded > stopping:
        message = "Uploading generated training model"
        lived.append(_ending("Uploading", message, stopping, uploaded, is_billed))
    return (*lived, _final("Stopped", uploaded))


def _ending(status: str, message: str, start: datetime, end: datetime, is_billed: bool) -> Step:
    return Step(
        status=status,
        job_status="Stopping",
        message=message,
        start=start,
        end=end,
        is_billed=is_billed,
    )


def _final(outcome: str, at: datetime) -> Step:
    return Step(
        status=outcome,
        job_status=_FINAL_STATUS.get(outcome, outcome),
        message=_FINAL_MESSAGES[outcome],
        start=at,
        end=at,
        is_billed=False,
        is_final=True,
    )
