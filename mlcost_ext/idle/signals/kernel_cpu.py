"""CPU time of a kernel's processes while the kernel itself is idle: threads and children that go on after a cell."""

from __future__ import annotations

from collections.abc import Iterator

from mlcost_ext.core.activity import Measurements
from mlcost_ext.core.idle import ActivitySignal, IdleOptions, Reading

from .words import CORE_FRACTION, percent_words


def judge(measured: Measurements, _: IdleOptions) -> Iterator[Reading]:
    """Read what each kernel's tree of processes has used since the look before."""
    for kernel in measured.kernels:
        if kernel.cpu_fraction is None:
            continue
        works = kernel.cpu_fraction >= CORE_FRACTION
        yield Reading(
            subject=kernel.kernel_id,
            label=kernel.label,
            active_at=measured.taken_at if works else None,
            goes_on=works,
            detail=f"uses {percent_words(kernel.cpu_fraction)} with all that it has started",
        )


SIGNAL = ActivitySignal(name="kernel_cpu", title="A kernel's processes compute", is_protected=True, judge=judge)
