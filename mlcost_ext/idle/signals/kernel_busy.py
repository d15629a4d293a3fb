"""A kernel that runs code: protected, however silent it is and whoever asked it to."""

from __future__ import annotations

from collections.abc import Iterator

from mlcost_ext.core.activity import KernelFacts, Measurements
from mlcost_ext.core.idle import ActivitySignal, IdleOptions, Reading

from .words import span_words


def judge(measured: Measurements, options: IdleOptions) -> Iterator[Reading]:
    """Read each kernel's state.

    A kernel that waits at an input prompt does not work: it was active when it began to wait. One that is busy for longer than
    the policy's `stuck_busy_hours` counts up to then; what its processes use of CPU and GPU is a signal of its own.
    """
    for kernel in measured.kernels:
        if not kernel.waits_for:  # that is another signal
            yield reading(kernel, measured, options)


def reading(kernel: KernelFacts, measured: Measurements, options: IdleOptions) -> Reading:
    """Read one kernel's state."""
    whose = "" if kernel.has_session else ", and no notebook is open on it"
    if kernel.execution_state != "busy":
        return Reading(subject=kernel.kernel_id, label=kernel.label, active_at=None, detail=f"is {kernel.execution_state}{whose}")
    if kernel.input_since is not None:
        return Reading(
            subject=kernel.kernel_id,
            label=kernel.label,
            active_at=kernel.input_since,
            detail=f"waits for somebody to answer its input prompt{whose}",
        )
    since = kernel.busy_since or measured.taken_at
    if options.stuck_busy is not None and measured.taken_at - since >= options.stuck_busy:
        return Reading(
            subject=kernel.kernel_id,
            label=kernel.label,
            active_at=since + options.stuck_busy,
            since=since,
            is_stuck=True,
            detail=f"has been busy for more than {span_words(options.stuck_busy)}, which the policy takes for stuck{whose}",
        )
    return Reading(
        subject=kernel.kernel_id,
        label=kernel.label,
        active_at=measured.taken_at,
        goes_on=True,
        since=since,
        detail=f"is running code{whose}",
    )


SIGNAL = ActivitySignal(name="kernel_busy", title="A kernel runs code", is_protected=True, judge=judge)
