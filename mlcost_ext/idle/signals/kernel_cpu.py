"""What a kernel's processes do while the kernel itself is idle: threads and children that go on after a cell."""

from __future__ import annotations

from collections.abc import Iterator

from mlcost_ext.core.activity import KernelFacts, Measurements
from mlcost_ext.core.idle import ActivitySignal, IdleOptions, Reading

from .words import CORE_FRACTION, FOREGROUND_FRACTION, io_words, moves_data, percent_words


def judge(measured: Measurements, _: IdleOptions) -> Iterator[Reading]:
    """Read what each kernel's tree of processes has used since the look before."""
    for kernel in measured.kernels:
        if kernel.cpu_fraction is None:
            continue
        computes = is_computing(kernel, kernel.cpu_fraction)
        works = computes or moves_data(kernel.io_bytes_per_second)
        yield Reading(
            subject=kernel.kernel_id,
            label=kernel.label,
            active_at=measured.taken_at if works else None,
            goes_on=works,
            detail=words(kernel.cpu_fraction, None if computes else kernel.io_bytes_per_second),
        )


def is_computing(kernel: KernelFacts, cpu_fraction: float) -> bool:
    """Tell whether all together use enough, and one of them more than workers do that only wait."""
    busiest = kernel.busiest_fraction
    return cpu_fraction >= CORE_FRACTION and (busiest is None or busiest >= FOREGROUND_FRACTION)


def words(cpu_fraction: float, io: float | None) -> str:
    """Tell what all of them use, and what one of them reads and writes where that is why it counts."""
    uses = f"uses {percent_words(cpu_fraction)} with all that it has started"
    return f"{uses}, and {io_words(io)}" if io is not None and moves_data(io) else uses


SIGNAL = ActivitySignal(name="kernel_cpu", title="A kernel's processes compute", is_protected=True, judge=judge)
