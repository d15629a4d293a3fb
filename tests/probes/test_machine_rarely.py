"""Where nothing runs, processes are hardly looked at; where something was left behind they are, until it has ended."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from mlcost_ext.probes import machine
from mlcost_ext.probes.machine import RARELY, MachineProbe
from mlcost_ext.probes.proc_table import Table, read_table
from tests.fakes import NOW


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


def test_nothing_there_is_looked_at_once_in_half_an_hour(readings: list[int]) -> None:
    """The first look may find what an earlier server has left."""
    probe = MachineProbe()
    for minutes in range(29):
        facts = probe.look({}, {}, NOW + timedelta(minutes=minutes))
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
