"""A kernel that only waits for a job it has launched elsewhere: protected, and worth a word on what the waiting costs."""

from __future__ import annotations

from collections.abc import Iterator

from mlcost_ext.core.activity import Measurements
from mlcost_ext.core.idle import ActivitySignal, IdleOptions, Reading


def judge(measured: Measurements, _: IdleOptions) -> Iterator[Reading]:
    """Read the kernels that are busy while a job launched from them runs and they themselves do next to nothing."""
    for kernel in measured.kernels:
        if kernel.execution_state != "busy" or kernel.input_since is not None or not kernel.waits_for:
            continue
        jobs = ", ".join(kernel.waits_for[:2]) + (" and others" if len(kernel.waits_for) > 2 else "")
        yield Reading(
            subject=kernel.kernel_id,
            label=kernel.label,
            active_at=measured.taken_at,
            goes_on=True,
            since=kernel.busy_since,
            detail=f"waits for {jobs}, which runs elsewhere",
        )


SIGNAL = ActivitySignal(
    name="waiting_for_job", title="A kernel waits for a job that runs elsewhere", is_protected=True, judge=judge
)
