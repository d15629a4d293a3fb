"""A GPU that computes. One that only holds memory does not, however much it is: a finished notebook keeps its model there."""

from __future__ import annotations

from collections.abc import Iterator

from mlcost_ext.core.activity import GpuFacts, Measurements
from mlcost_ext.core.idle import ActivitySignal, IdleOptions, Reading


def judge(measured: Measurements, _: IdleOptions) -> Iterator[Reading]:
    """Read each GPU: it holds the machine up while anybody uses it but the users of other servers that share the machine."""
    for gpu in measured.gpus:
        is_used = gpu.utilisation_fraction > 0 and gpu.owner != "others"
        yield Reading(
            subject=str(gpu.index),
            label=f"GPU {gpu.index}",
            active_at=measured.taken_at if is_used else None,
            goes_on=is_used,
            detail=words(gpu),
        )


def words(gpu: GpuFacts) -> str:
    """Tell use, memory and whose it is."""
    held = f", {gpu.memory_used_bytes / 2**30:.1f} GiB of memory held" if gpu.memory_used_bytes else ""
    whose = {
        "ours": "",
        "another_user": ", by another user",
        "others": ", by other users of this machine",
        "unknown": ", by processes that cannot be told",
        "nobody": ", by no process",
    }
    return f"is used at {gpu.utilisation_fraction * 100:.0f} %{held}{whose[gpu.owner]}"


SIGNAL = ActivitySignal(name="gpu", title="A GPU computes", is_protected=True, judge=judge)
