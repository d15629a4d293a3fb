"""Where nothing runs, processes are hardly looked at; where something was left behind, or works beside, they are."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from mlcost_ext.probes import cpu_meter, machine, other_processes
from mlcost_ext.probes.machine import RARELY, MachineProbe
from mlcost_ext.probes.proc_table import Table, read_table
from tests.fakes import NOW
from tests.probes.live import process, table_of


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count how often all processes are read, of which those are told that are this test's."""
    found: list[int] = []
    own = os.getpid()

    def read(proc: Path) -> Table:
        table = {pid: process for pid, process in read_table(proc).items() if own in (pid, process.ppid)}
        found.append(len(table))
        return table

    monkeypatch.setattr(machine, "read_table", read)
    return found


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    """Give a process in a kernel's place."""
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as process:
        yield process
        process.kill()


def test_nothing_there_is_looked_at_once_in_five_minutes(readings: list[int]) -> None:
    """The first look may find what an earlier server has left."""
    probe = MachineProbe()
    for seconds in range(0, 299, 30):
        facts = probe.look({}, {}, NOW + timedelta(seconds=seconds))
        assert (facts.background, facts.terminals, facts.unmeasured) == ((), (), ())
    assert len(readings) == 1
    probe.look({}, {}, NOW + RARELY)
    assert len(readings) == 2
    probe.look({}, {}, NOW - timedelta(days=1))  # by a clock that was set back
    assert len(readings) == 3


def test_what_a_kernel_has_left_is_looked_at_until_it_has_ended(readings: list[int], child: subprocess.Popen[bytes]) -> None:
    """Its own process too, while it goes on after the kernel was forgotten."""
    probe = MachineProbe()
    assert probe.look({"k": child.pid}, {}, NOW).kernel_cpu["k"] is not None
    for seconds in (1, 2):
        probe.look({}, {}, NOW + timedelta(seconds=seconds))
    assert len(readings) == 3
    child.kill()
    child.wait()
    for seconds in (3, 4, 5):
        probe.look({}, {}, NOW + timedelta(seconds=seconds))
    assert len(readings) == 4


def test_what_works_beside_is_measured_from_look_to_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """And not over its whole life, though processes were not looked at in between; from then on they are."""
    clock = [1000.0]
    monkeypatch.setattr(cpu_meter.CpuMeter.__init__, "__defaults__", (lambda: clock[0], lambda: clock[0], 100))
    found: list[int] = []

    def read(_: Path) -> Table:
        found.append(int(clock[0]))
        return table_of(
            process(1, 0), process(5, 1), process(9, 5, cpu_ticks=30 * max(int(clock[0]) - 1100, 0), started_ticks=10)
        )

    monkeypatch.setattr(machine, "read_table", read)
    monkeypatch.setattr(other_processes, "user_of", lambda pid, proc: os.getuid())
    probe = MachineProbe(server_pid=5)

    def others(after: float) -> list[float]:
        clock[0] = 1000.0 + after
        return [round(each.cpu_fraction, 3) for each in probe.look({}, {}, NOW + timedelta(seconds=after)).others]

    assert [others(after) for after in (0, 60, 240)] == [[], [], []]
    assert others(300) == [0.2]
    assert [others(after) for after in (330, 360)] == [[0.3], [0.3]]
    assert found == [1000, 1300, 1330, 1360]
