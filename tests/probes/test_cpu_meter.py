"""CPU use by the difference of two looks."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcost_ext.probes.cpu_meter import CpuMeter, of_ended
from mlcost_ext.probes.proc_table import Process, Table, read_table
from mlcost_ext.probes.process_trees import Trees, total
from tests.probes.live import BUSY, eventually, process, running, table_of

BOOTED = 10_000.0


class Clock:
    """A machine's time, in hundredths of a second."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def meter(self) -> CpuMeter:
        return CpuMeter(monotonic=lambda: self.seconds, booted=lambda: BOOTED + self.seconds, ticks=100)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def looks(clock: Clock, *tables: Table, seconds: float = 10.0) -> dict[int, float]:
    """Look at each in turn and give what the last look says."""
    meter, said = clock.meter(), {}
    for table in tables:
        said = meter.look(table)
        clock.seconds += seconds
    return said


def test_use_is_the_difference_of_two_looks(clock: Clock) -> None:
    """Five seconds of CPU time in ten, of its own and of a child that came and went."""
    before, after = process(1, cpu_ticks=700, children_ticks=90), process(1, cpu_ticks=1100, children_ticks=190)
    assert looks(clock, table_of(before), table_of(after)) == {1: pytest.approx(0.5)}


def test_a_process_seen_for_the_first_time_counts_its_whole_life(clock: Clock) -> None:
    """Twenty seconds old, five of them at work; a moment is not taken for a core that is used up."""
    young = process(2, cpu_ticks=400, children_ticks=100, started_ticks=int(BOOTED - 20) * 100)
    assert looks(clock, table_of(young)) == {2: pytest.approx(0.25)}
    born = process(3, cpu_ticks=1, started_ticks=int(BOOTED) * 100)
    assert looks(Clock(), table_of(born)) == {3: pytest.approx(0.01)}


def test_an_id_that_is_used_again_is_another_process(clock: Clock) -> None:
    """What the first one used is nothing to the second."""
    first = process(4, cpu_ticks=500, started_ticks=10)
    second = process(4, cpu_ticks=100, started_ticks=int(BOOTED) * 100)
    assert looks(clock, table_of(first), table_of(second)) == {4: pytest.approx(0.1)}


def test_a_child_that_ended_is_not_counted_again(clock: Clock) -> None:
    """Its parent takes over all that it has ever used; only what came after the look before is new."""
    before = table_of(process(1), process(2, 1, cpu_ticks=5000), process(3, 2, cpu_ticks=300))
    after = table_of(process(1, children_ticks=5400))
    assert looks(clock, before, after) == {1: pytest.approx(0.1)}
    assert of_ended(before, after) == {1: 5300}


def test_nothing_is_ever_negative(clock: Clock) -> None:
    """As where a child ended that its parent never waited for."""
    before = table_of(process(1, cpu_ticks=10), process(2, 1, cpu_ticks=5000))
    assert looks(clock, before, table_of(process(1, cpu_ticks=10))) == {1: 0.0}


def test_looks_that_follow_each_other_closely_compare_with_an_older_one(clock: Clock) -> None:
    """One hundredth of a second in one second would be a whole percent."""
    tables = [table_of(process(1, cpu_ticks=ticks)) for ticks in (0, 0, 0, 1)]
    assert looks(clock, *tables, seconds=1.0) == {1: pytest.approx(0.005)}
    tables = [table_of(process(1, cpu_ticks=ticks)) for ticks in (0, 300, 300, 300, 300)]
    assert looks(clock, *tables, seconds=1.0) == {1: 0.0}


class Simulated:
    """Processes that fork, work, end and are waited for, as a kernel accounts for them."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.table = table_of(process(1, 0))
        self.next = 2
        self.worked = 0

    def step(self) -> None:
        self.random.choice([self.fork, self.work, self.work, self.end])()

    def fork(self) -> None:
        parent = self.random.choice(sorted(self.table))
        self.table[self.next] = process(self.next, parent, started_ticks=int(BOOTED) * 100 + self.next)
        self.next += 1

    def work(self) -> None:
        pid, ticks = self.random.choice(sorted(self.table)), self.random.randrange(500)
        self.worked += ticks
        self.table[pid] = self.table[pid]._replace(cpu_ticks=self.table[pid].cpu_ticks + ticks)

    def end(self) -> None:
        parents = {each.ppid for each in self.table.values()}
        leaves = [pid for pid in sorted(self.table) if pid not in parents and pid != 1]
        if leaves:
            gone: Process = self.table.pop(self.random.choice(leaves))
            parent = self.table[gone.ppid]
            spent = gone.cpu_ticks + gone.children_ticks
            self.table[parent.pid] = parent._replace(children_ticks=parent.children_ticks + spent)


@given(st.integers(0, 2**32), st.lists(st.integers(0, 30), min_size=1, max_size=8))
def test_all_that_a_tree_has_used_is_counted_once(seed: int, steps: list[int]) -> None:
    """Whoever forks, ends and is waited for between the looks: the sum is what was worked, to the tick."""
    clock, world = Clock(), Simulated(Random(seed))
    meter = clock.meter()
    meter.look(dict(world.table))
    for count in steps:
        clock.seconds += 1000.0
        worked, first = world.worked, world.next
        for _ in range(count):
            world.step()
        said = meter.look(dict(world.table))
        age = {
            pid: 1000.0 if pid < first else BOOTED + clock.seconds - each.started_ticks / 100 for pid, each in world.table.items()
        }
        counted = sum(said[pid] * age[pid] * 100 for pid in world.table)
        assert counted == pytest.approx(world.worked - worked)


@pytest.fixture
def used_below() -> Callable[[int], float]:
    """Give what a real process and all below it use, look by look."""
    meter = CpuMeter()

    def look(pid: int) -> float:
        table = read_table()
        use = meter.look(table)
        return total(Trees(table).below(pid).values(), use)

    return look


def test_a_busy_process_and_one_that_sleeps() -> None:
    """By this machine's own clock."""
    with running(BUSY) as busy, running("input()") as asleep:
        meter = CpuMeter()

        def use() -> dict[int, float]:
            return meter.look(read_table())

        use()
        eventually(lambda: use().get(busy.pid, 0) > 0.1)
        assert use()[asleep.pid] < 0.1


def test_children_that_come_and_go_between_the_looks(used_below: Callable[[int], float]) -> None:
    """A shell's loop of short commands, none of which lives long, is a tree that works."""
    short = f"{sys.executable} -S -c 'sum(range(10**6))'"
    with running(f"import os; os.execvp('sh', ['sh', '-c', {f'while :; do {short}; done'!r}])") as loop:
        used_below(loop.pid)
        eventually(lambda: used_below(loop.pid) > 0.1)
        assert os.getpgid(loop.pid) == os.getpgrp()
