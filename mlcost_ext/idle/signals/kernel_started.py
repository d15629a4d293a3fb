"""A kernel that starts: for so long as that may take, and no longer, since some never come up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from mlcost_ext.core.activity import Measurements
from mlcost_ext.core.idle import ActivitySignal, IdleOptions, Reading

LONGEST = timedelta(minutes=10)


def judge(measured: Measurements, options: IdleOptions) -> Iterator[Reading]:
    """Read the kernels' starts: a fresh kernel has the whole timeout before it; one stuck in its start counts from there."""
    longest = min(LONGEST, options.timeout / 6)
    for kernel in measured.kernels:
        is_starting = kernel.execution_state in ("starting", "restarting")
        goes_on = is_starting and measured.taken_at - kernel.started_at < longest
        yield Reading(
            subject=kernel.kernel_id,
            label=kernel.label,
            active_at=measured.taken_at if goes_on else kernel.started_at,
            goes_on=goes_on,
            since=kernel.started_at,
            detail=f"is {kernel.execution_state}" if is_starting else "was started",
        )


SIGNAL = ActivitySignal(name="kernel_started", title="A kernel was started", is_protected=False, judge=judge)
