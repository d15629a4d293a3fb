"""Small builders of measurements, and days made of looks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from mlcost_ext.core.activity import BackgroundProcess, GpuFacts, KernelFacts, Measurements, RunningProcess, TerminalFacts
from mlcost_ext.core.idle import IdleOptions, Reading, Verdict
from mlcost_ext.idle.signals import SIGNALS
from mlcost_ext.idle.tracking import Tracked, track
from mlcost_ext.idle.verdict import verdict
from tests.fakes import NOW

START = NOW
"""When the server was started."""
KERNEL = "0b5c6a52-7d0d-4c8e-9a35-6d2d5fb6a001"


def minutes(count: float) -> timedelta:
    """Give a span."""
    return timedelta(minutes=count)


def at(count: float) -> datetime:
    """Give the time so many minutes after the start."""
    return START + minutes(count)


def options(**changes: Any) -> IdleOptions:
    """Give an hour's patience."""
    fields: dict[str, Any] = {"mode": "shadow", "timeout": minutes(60), "timeout_origin": "built-in", "warn": minutes(5)}
    return IdleOptions(**{**fields, **changes})


def kernel(state: str = "idle", **changes: Any) -> KernelFacts:
    """Make a notebook's kernel that has been there since the start and does nothing."""
    fields: dict[str, Any] = {
        "kernel_id": KERNEL,
        "label": "train.ipynb",
        "has_session": True,
        "execution_state": state,
        "started_at": START,
        "cpu_fraction": 0.0,
    }
    return KernelFacts(**{**fields, **changes})


def program(command: str = "python3", cpu: float = 0.0, **changes: Any) -> RunningProcess:
    """Make what runs in the foreground of a terminal."""
    fields: dict[str, Any] = {"command": command, "cpu_fraction": cpu, "is_foreground": True, "is_viewer": False}
    return RunningProcess(**{**fields, **changes})


def terminal(*programs: RunningProcess, typed: datetime | None = None) -> TerminalFacts:
    """Make a terminal."""
    return TerminalFacts(name="1", last_input_at=typed, processes=programs)


def gpu(use: float = 0.0, **changes: Any) -> GpuFacts:
    """Make a GPU of ours."""
    fields: dict[str, Any] = {"index": 0, "utilisation_fraction": use, "memory_used_bytes": 0, "owner": "ours"}
    return GpuFacts(**{**fields, **changes})


def left_running(cpu: float) -> BackgroundProcess:
    """Make what a terminal has left behind."""
    return BackgroundProcess(pid=4711, command="python3", cpu_fraction=cpu)


def look(count: float, *kernels: KernelFacts, **changes: Any) -> Measurements:
    """Make a look so many minutes after the start."""
    fields: dict[str, Any] = {"taken_at": at(count), "server_started_at": START, "kernels": kernels}
    return Measurements(**{**fields, **changes})


def readings(measured: Measurements, by: IdleOptions | None = None) -> dict[str, list[Reading]]:
    """Let each signal judge one look; what says nothing is left out."""
    found = {kind.name: list(kind.judge(measured, by or options())) for kind in SIGNALS}
    return {name: told for name, told in found.items() if told}


def tracked(looks: Iterable[Measurements], by: IdleOptions | None = None) -> Tracked:
    """Take looks in, one after the other."""
    known = Tracked()
    for each in looks:
        known = track(known, each, by or options())
    return known


def judged(*looks: Measurements, now: datetime | None = None, by: IdleOptions | None = None) -> Verdict:
    """Judge after some looks, at the last one where no other time is given."""
    known = tracked(looks, by)
    assert known.as_of is not None
    return verdict(known, by or options(), now or known.as_of)
