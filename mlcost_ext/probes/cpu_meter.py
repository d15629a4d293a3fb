"""What each process has used of a core since an earlier look, with what its children used that have ended since."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from .machine_clock import booted_seconds
from .proc_table import Process, Table

SHORTEST_SECONDS = 2.0
"""Over which use is measured at least, however often is looked: CPU time is told in hundredths of a second."""
SHORTEST_LIFE_SECONDS = 1.0
"""As which the life of a process counts that is younger, lest each short command seems to use a whole core."""
TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


@dataclass(frozen=True, slots=True)
class Look:
    """All processes at one moment, by the monotonic clock."""

    at: float
    table: Table


class CpuMeter:
    """Remembers as many looks as it needs to compare with one that is old enough."""

    def __init__(
        self,
        monotonic: Callable[[], float] = time.monotonic,
        booted: Callable[[], float] = booted_seconds,
        ticks: int = TICKS,
    ) -> None:
        """Take the clocks and how many ticks a second has."""
        self._monotonic = monotonic
        self._booted = booted
        self._ticks = ticks
        self._looks: deque[Look] = deque()

    def look(self, table: Table) -> dict[int, float]:
        """Give each process's fraction of a core by its id; of one seen for the first time that of its whole life."""
        now = Look(self._monotonic(), table)
        while len(self._looks) > 1 and now.at - self._looks[1].at >= SHORTEST_SECONDS:
            self._looks.popleft()
        before = self._looks[0] if self._looks else Look(now.at, {})
        self._looks.append(now)
        return self._fractions(before, now)

    def _fractions(self, before: Look, now: Look) -> dict[int, float]:
        per_second = 1 / (self._ticks * max(now.at - before.at, SHORTEST_LIFE_SECONDS))
        told = of_ended(before.table, now.table)
        born = self._booted() * self._ticks
        fractions: dict[int, float] = {}
        for pid, process in now.table.items():
            old = before.table.get(pid)
            if old is not None and old.started_ticks == process.started_ticks:
                fractions[pid] = used(old, process, told.get(pid, 0)) * per_second
            else:
                life = max(born - process.started_ticks, SHORTEST_LIFE_SECONDS * self._ticks)
                fractions[pid] = (process.cpu_ticks + process.children_ticks) / life
        return fractions


def used(old: Process, new: Process, told: int) -> int:
    """Give the ticks that a process and its ended children have used; those of `told` were counted as the children's own."""
    return max(new.cpu_ticks - old.cpu_ticks, 0) + max(new.children_ticks - old.children_ticks - told, 0)


def of_ended(before: Mapping[int, Process], now: Mapping[int, Process]) -> dict[int, int]:
    """Give the ticks that were counted already of processes that have ended, by the nearest parent that lives.

    Whoever waits for a child takes over all that it has ever used: only what is more than that was used since.
    """
    ended = {pid: old for pid, old in before.items() if pid not in now or now[pid].started_ticks != old.started_ticks}
    told: dict[int, int] = {}
    for old in ended.values():
        parent, steps = old.ppid, 0
        while parent in ended and steps < len(ended):
            parent, steps = ended[parent].ppid, steps + 1
        told[parent] = told.get(parent, 0) + old.cpu_ticks + old.children_ticks
    return told
