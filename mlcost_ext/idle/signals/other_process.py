"""What this server's user runs besides kernels and terminals, such as a program of cron, over SSH, or in another editor."""

from __future__ import annotations

from collections.abc import Iterator

from mlcost_ext.core.activity import Measurements
from mlcost_ext.core.idle import ActivitySignal, IdleOptions, Reading

from .words import percent_words

OTHER_FRACTION = 0.2
"""Of one core, from which on it works: servers of editors and of languages stay below it while nobody uses them."""


def judge(measured: Measurements, _: IdleOptions) -> Iterator[Reading]:
    """Read the trees of processes that belong to no kernel and no terminal."""
    for process in measured.others:
        works = process.cpu_fraction >= OTHER_FRACTION
        yield Reading(
            subject=str(process.pid),
            label=process.command,
            active_at=measured.taken_at if works else None,
            goes_on=works,
            detail=f"runs in no kernel and no terminal, and uses {percent_words(process.cpu_fraction)}",
        )


SIGNAL = ActivitySignal(name="other_process", title="Another program works", is_protected=True, judge=judge)
