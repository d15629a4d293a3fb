"""What a kernel or a terminal has left behind, such as a run of ``nohup`` or of a closed terminal."""

from __future__ import annotations

from collections.abc import Iterator

from mlcost_ext.core.activity import Measurements
from mlcost_ext.core.idle import ActivitySignal, IdleOptions, Reading

from .words import CORE_FRACTION, io_words, moves_data, percent_words


def judge(measured: Measurements, _: IdleOptions) -> Iterator[Reading]:
    """Read the processes that no kernel and no terminal has any more."""
    for process in measured.background:
        uses = f"uses {percent_words(process.cpu_fraction)}"
        works = process.cpu_fraction >= CORE_FRACTION
        if not works and process.io_bytes_per_second is not None and moves_data(process.io_bytes_per_second):
            works, uses = True, io_words(process.io_bytes_per_second)
        yield Reading(
            subject=str(process.pid),
            label=process.command,
            active_at=measured.taken_at if works else None,
            goes_on=works,
            detail=f"was left running by a kernel or a terminal, and {uses}",
        )


SIGNAL = ActivitySignal(name="background_process", title="A program was left running", is_protected=True, judge=judge)
