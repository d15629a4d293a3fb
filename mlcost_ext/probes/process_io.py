"""What processes read and write (``/proc/<pid>/io``): asked only of those whose CPU alone does not tell whether they work."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from .cpu_meter import SHORTEST_SECONDS
from .proc_table import PROC, Identity, Process, Table

LEAST_FRACTION, MOST_FRACTION = 0.005, 0.05
"""Of a core: what uses less does nothing, and what uses more works whatever it reads."""
UNANSWERED_SECONDS = 600.0
"""From which on a disk does not answer for which a process has been waiting without any progress."""
MAX_BYTES = 1024
FIELDS = (b"rchar:", b"wchar:")
"""Network included, as far as it is read and written like a file."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What a process had read and written at a moment of the monotonic clock."""

    at: float
    total: int
    rate: float | None = None
    """Bytes a second since the moment before; None: there was none."""


@dataclass(frozen=True, slots=True)
class Wait:
    """A process in uninterruptible sleep."""

    progress: tuple[int, int | None]
    """CPU time, and what was read and written."""
    since: float
    """When that was first seen so, by the monotonic clock."""


class ProcessIo:
    """Remembers what was read and written at the look before, and since when those that wait for a disk have not got on."""

    def __init__(self, proc: os.PathLike[str] = PROC, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Take where processes are told, and the clock."""
        self._proc = proc
        self._monotonic = monotonic
        self._moved: dict[Identity, Moved] = {}
        self._asked: set[Identity] = set()
        """Those that this look has asked; of others what they moved before is no rate of now."""
        self._waits: dict[Identity, Wait] = {}

    def most(self, members: Iterable[Process], use: Mapping[int, float]) -> float | None:
        """Give the most that one of some processes reads and writes, in bytes a second; None: none needs asking, or can tell.

        Args:
            members: The processes.
            use: Fractions of a core by process.
        """
        asked = [each for each in members if LEAST_FRACTION <= use.get(each.pid, 0.0) < MOST_FRACTION]
        return max((rate for each in asked if (rate := self._rate(each)) is not None), default=None)

    def is_answered(self, process: Process) -> bool:
        """Tell whether a process in uninterruptible sleep has got on of late; one that is seen so for the first time has."""
        now, progress = self._monotonic(), (process.cpu_ticks + process.children_ticks, total_of(process.pid, self._proc))
        before = self._waits.get(process.identity)
        if before is None or before.progress != progress:
            before = self._waits[process.identity] = Wait(progress, now)
        return now - before.since < UNANSWERED_SECONDS

    def keep(self, table: Table) -> None:
        """Begin a look: forget what has ended or was not asked at the look before, and the waits of those that wait no more."""
        living = {process.identity: process.state for process in table.values()} if self._moved or self._waits else {}
        self._moved = {
            identity: moved for identity, moved in self._moved.items() if identity in living and identity in self._asked
        }
        self._asked = set()
        self._waits = {identity: wait for identity, wait in self._waits.items() if living.get(identity) == "D"}

    def _rate(self, process: Process) -> float | None:
        """Give the rate since the look before, or the last one where that was a moment ago."""
        now, before = self._monotonic(), self._moved.get(process.identity)
        self._asked.add(process.identity)
        if before is not None and now - before.at < SHORTEST_SECONDS:
            return before.rate
        total = total_of(process.pid, self._proc)
        if total is None:
            return None
        rate = None if before is None else max(total - before.total, 0) / (now - before.at)
        self._moved[process.identity] = Moved(now, total, rate)
        return rate


def total_of(pid: int, proc: os.PathLike[str] = PROC) -> int | None:
    """Give the bytes that a process has read and written in its life; None: it has ended, or is another user's."""
    try:
        descriptor = os.open(f"{os.fspath(proc)}/{pid}/io", os.O_RDONLY)
        try:
            words = os.read(descriptor, MAX_BYTES).split()
        finally:
            os.close(descriptor)
        return sum(int(words[words.index(field) + 1]) for field in FIELDS)
    except (OSError, ValueError, IndexError):
        return None
