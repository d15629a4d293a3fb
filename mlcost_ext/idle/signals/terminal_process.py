"""A program that runs in a terminal, by what it uses, reads and writes, and never by what it prints."""

from __future__ import annotations

from collections.abc import Iterator

from mlcost_ext.core.activity import Measurements, RunningProcess
from mlcost_ext.core.idle import ActivitySignal, IdleOptions, Reading

from .words import CORE_FRACTION, FOREGROUND_FRACTION, io_words, moves_data, percent_words


def judge(measured: Measurements, _: IdleOptions) -> Iterator[Reading]:
    """Read each terminal: what its user has in the foreground counts from less CPU on than what was sent to the background.

    A shell alone, a program that sleeps, and one that only shows something do not count.
    """
    for terminal in measured.terminals:
        working = sorted(filter(works, terminal.processes), key=lambda process: -process.cpu_fraction)
        if working:
            first = working[0]
            where = "" if first.is_foreground else " in the background"
            detail = f"runs {first.command}{where}, which {how(first)}"
        else:
            detail = quiet_words(terminal.processes)
        yield Reading(
            subject=terminal.name,
            label=f"Terminal {terminal.name}",
            active_at=measured.taken_at if working else None,
            goes_on=bool(working),
            detail=detail,
        )


def works(process: RunningProcess) -> bool:
    """Tell whether a program does something."""
    if process.is_viewer:
        return False
    return process.waits_for_disk or is_computing(process) or moves_data(process.io_bytes_per_second)


def is_computing(process: RunningProcess) -> bool:
    """Tell whether its CPU alone says so."""
    return process.cpu_fraction >= (FOREGROUND_FRACTION if process.is_foreground else CORE_FRACTION)


def how(process: RunningProcess) -> str:
    if process.waits_for_disk and process.cpu_fraction < FOREGROUND_FRACTION:
        return "waits for a disk"
    if process.io_bytes_per_second is not None and not is_computing(process) and moves_data(process.io_bytes_per_second):
        return io_words(process.io_bytes_per_second)
    return f"uses {percent_words(process.cpu_fraction)}"


def quiet_words(processes: tuple[RunningProcess, ...]) -> str:
    """Say what a terminal has that does not count."""
    if not processes:
        return "only has its shell"
    shown = next((process for process in processes if process.is_foreground), processes[0])
    if shown.is_viewer:
        return f"runs {shown.command}, which only shows something"
    return f"runs {shown.command}, which {'waits for a disk that does not answer' if shown.is_unanswered else 'does nothing'}"


SIGNAL = ActivitySignal(name="terminal_process", title="A program works in a terminal", is_protected=True, judge=judge)
