"""What processes read and write, and whether the disks answer that they wait for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mlcost_ext.probes.process_io import ProcessIo, total_of
from tests.probes.live import process, running, table_of

COPY = process(7)
CANDIDATE = {7: 0.016}


class Machine:
    """One process's counters and a clock."""

    def __init__(self, proc: Path) -> None:
        self.proc, self.now, self.reads = proc, 0.0, 0
        (proc / "7").mkdir()
        self.io = ProcessIo(proc, lambda: self.now)

    def most(self, after: float, read: int, wrote: int, use: dict[int, float] | None = None) -> float | None:
        self.now += after
        self.write(read, wrote)
        return self.io.most([COPY], CANDIDATE if use is None else use)

    def write(self, read: int, wrote: int) -> None:
        (self.proc / "7" / "io").write_text(f"rchar: {read}\nwchar: {wrote}\nsyscr: 9\nread_bytes: 0\nwrite_bytes: 0\n")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_what_was_read_and_written_since_the_look_before(machine: Machine) -> None:
    """At the first look there is none before; of a moment ago nothing new is told."""
    assert machine.most(0, 5000, 0) is None
    assert machine.most(30, 305_000, 300_000) == 20_000
    assert machine.most(1, 400_000, 300_000) == 20_000
    assert machine.most(29, 305_000, 300_000) == 0.0


def test_what_was_moved_while_nobody_asked_is_no_rate_of_now(machine: Machine) -> None:
    """As what a kernel has read while it was busy."""
    living = table_of(COPY)
    for after, read, cpu, expected in (
        (0, 0, 0.01, None),
        (30, 10**9, 0.9, None),
        (30, 10**9, 0.01, None),
        (30, 10**9, 0.01, 0.0),
    ):
        machine.io.keep(living)
        assert machine.most(after, read, 0, {7: cpu}) == expected


@pytest.mark.parametrize("cpu", [0.0, 0.0049, 0.05, 1.0])
def test_others_are_not_asked(machine: Machine, cpu: float) -> None:
    """Those that do nothing, and those whose CPU tells enough."""
    assert machine.most(0, 0, 0, {7: cpu}) is None
    assert machine.most(30, 10**9, 0, {7: cpu}) is None


def test_another_users_cannot_be_told(machine: Machine) -> None:
    """Nor those of a process that has ended, nor of a file that says nothing."""
    machine.most(0, 0, 0)
    (machine.proc / "7" / "io").write_text("rchar:\n")
    assert machine.io.most([COPY], CANDIDATE) is None
    machine.now = 30.0
    assert machine.io.most([COPY], CANDIDATE) is None
    assert total_of(8, machine.proc) is None


def progress_by_bytes(machine: Machine) -> bool:
    machine.write(1, 0)
    return machine.io.is_answered(process(7, state="D"))


def progress_by_cpu(machine: Machine) -> bool:
    return machine.io.is_answered(process(7, state="D", cpu_ticks=1))


def progress_by_a_pause(machine: Machine) -> bool:
    machine.io.keep(table_of(process(7, state="S")))
    return machine.io.is_answered(process(7, state="D"))


@pytest.mark.parametrize("progress", [progress_by_bytes, progress_by_cpu, progress_by_a_pause])
def test_a_disk_that_does_not_answer(machine: Machine, progress: Callable[[Machine], bool]) -> None:
    """Without any progress in ten minutes; with some it does again."""
    waiting = process(7, state="D")
    machine.write(0, 0)
    answers = []
    for at in (0.0, 599.0, 600.0, 90_000.0):
        machine.now = at
        machine.io.keep(table_of(waiting))
        answers.append(machine.io.is_answered(waiting))
    assert answers == [True, True, False, False]
    assert progress(machine)


def test_what_has_ended_is_forgotten(machine: Machine) -> None:
    """Its number may be another's next."""
    machine.most(0, 0, 0)
    machine.io.keep({})
    assert machine.most(30, 10**9, 0) is None


def test_a_real_process() -> None:
    """It has read itself in."""
    with running("input()") as mine:
        assert (total_of(mine.pid) or 0) > 0
