"""All processes of this machine, by one pass over ``/proc``; psutil does not tell a terminal's foreground group."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple, TypeAlias

PROC = Path("/proc")
MAX_BYTES = 4096
Identity: TypeAlias = tuple[int, int]
"""A process's id and when it was started: ids are used again."""


class Process(NamedTuple):
    """One process, as its ``stat`` tells (proc(5)); a tuple, since hundreds are made at each look."""

    pid: int
    command: str
    """Its name of 15 bytes at most, as it calls itself: not to be trusted."""
    state: str
    """One letter, such as ``R``; ``D``: uninterruptible sleep, ``Z``: it has ended."""
    ppid: int
    group: int
    session: int
    tty: int
    """The number of its terminal's device; 0: it has none."""
    foreground_group: int
    """Of its terminal; -1: it has none."""
    cpu_ticks: int
    children_ticks: int
    """Of children that have ended and been waited for, with theirs."""
    started_ticks: int
    """After the boot."""

    @property
    def identity(self) -> Identity:
        """Give what no other process has had."""
        return self.pid, self.started_ticks


Table: TypeAlias = dict[int, Process]


def read_table(proc: Path = PROC) -> Table:
    """Read all processes that this user may see, by their ids.

    Raises:
        OSError: This machine has no such folder, as a Mac has none.
    """
    with os.scandir(proc) as entries:
        names = [entry.name for entry in entries if entry.name.isdigit()]
    found = (read_process(proc, name) for name in names)
    table = {process.pid: process for process in found if process is not None}
    if not table:
        raise OSError(f"{proc} tells no process")
    return table


def read_process(proc: Path, pid: str) -> Process | None:
    """Read one process; None: it has ended meanwhile."""
    try:
        descriptor = os.open(f"{proc}/{pid}/stat", os.O_RDONLY)
        try:
            return parsed(os.read(descriptor, MAX_BYTES))
        finally:
            os.close(descriptor)
    except (OSError, ValueError, IndexError):
        return None


def parsed(stat: bytes) -> Process:
    """Take a ``stat`` apart; the name stands in brackets and may hold some.

    Raises:
        ValueError: It is no such line.
        IndexError: It is too short.
    """
    before, _, rest = stat.rpartition(b")")
    pid, _, name = before.partition(b"(")
    field = rest.split()
    return Process(
        pid=int(pid),
        command=name.decode("utf-8", "replace"),
        state=chr(field[0][0]),
        ppid=int(field[1]),
        group=int(field[2]),
        session=int(field[3]),
        tty=int(field[4]),
        foreground_group=int(field[5]),
        cpu_ticks=int(field[11]) + int(field[12]),
        children_ticks=int(field[13]) + int(field[14]),
        started_ticks=int(field[19]),
    )


def user_of(pid: int, proc: Path = PROC) -> int | None:
    """Give the id of the user whose process it is; None: it has ended."""
    try:
        return os.stat(f"{proc}/{pid}").st_uid  # noqa: PTH116 - a Path is made for nothing else
    except OSError:
        return None
