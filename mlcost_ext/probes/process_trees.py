"""Which process is below which, and what a terminal runs: each group of processes once, by the name of its leader.

Where a group has some that only show something, it is told by those that do not, and by the name of the one that works.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from mlcost_ext.core.activity import RunningProcess
from mlcost_ext.core.words import clean

from .cpu_meter import TICKS
from .machine_clock import booted_seconds
from .proc_table import Process, Table
from .process_io import ProcessIo

NAMES_OF_VIEWERS = (
    "top htop btop atop iotop nvtop nvitop glances nvidia-smi gpustat watch less more most man tail"
    " vim vim.basic vim.tiny vi view nvim nano emacs emacs-nox ne mc ranger tmux screen"
)
VIEWERS = frozenset((*NAMES_OF_VIEWERS.split(), "tmux: client"))
"""Programs that only show something; what a multiplexer shows is judged in the pane that runs it."""
SHELLS = frozenset(("ash", "bash", "csh", "dash", "fish", "ksh", "sh", "tcsh", "zsh"))
WORKING_SHELL_FRACTION = 0.01
"""Of a core, from which on a shell counts beside a program that only shows something."""
SETTLED_SECONDS = 30.0
"""The age from which on counts what such a program runs: the commands of `watch` come and go."""
SHELL_FRACTION = 0.05
"""Of a core, from which on a shell itself works, as in a loop: its prompts take less."""
MOST_PROCESSES = 50
NAME_LENGTH = 32


class Trees:
    """All processes by their parents."""

    def __init__(self, table: Table) -> None:
        """Sort them once."""
        self.table = table
        self._children: dict[int, list[Process]] = defaultdict(list)
        self._sessions: dict[int, list[Process]] = defaultdict(list)
        for process in table.values():
            self._children[process.ppid].append(process)
            self._sessions[process.session].append(process)

    def children(self, pid: int) -> list[Process]:
        """Give the children of a process."""
        return self._children.get(pid, [])

    def below(self, pid: int, without: Collection[int] = ()) -> dict[int, Process]:
        """Give a process and all that is below it, by their ids; empty: it has ended.

        Args:
            pid: The uppermost one.
            without: Processes that are left out with all that is below them.
        """
        found: dict[int, Process] = {}
        waiting = [self.table[pid]] if pid in self.table else []
        while waiting:
            process = waiting.pop()
            if process.pid not in found and process.pid not in without:
                found[process.pid] = process
                waiting += self.children(process.pid)
        return found

    def of_terminal(self, shell: int, without: Collection[int] = ()) -> dict[int, Process]:
        """Give a terminal's shell, all that is below it, and what else is in its session though its parent has ended."""
        found = self.below(shell, without)
        if shell in found and found[shell].session == shell:
            for process in self._sessions[shell]:
                found.update(self.below(process.pid, {*without, *found}))
        return found

    def above(self, pid: int) -> set[int]:
        """Give the ids of all that a process is below."""
        found: set[int] = set()
        while (process := self.table.get(pid)) is not None and process.ppid not in found:
            pid = process.ppid
            found.add(pid)
        return found


def programs(
    shell: Process, members: Mapping[int, Process], use: Mapping[int, float], io: ProcessIo | None = None
) -> tuple[RunningProcess, ...]:
    """Give what a terminal runs besides its shell: what is in the foreground first, then by what each uses.

    The shell is one of them where it works itself: in a loop, or by commands that came and went since the look before.

    Args:
        shell: The terminal's first process.
        members: All of the terminal, with its shell.
        use: Fractions of a core by process.
        io: Tells what is read and written, and whether disks answer; None: neither is asked, and disks do.
    """
    groups: dict[int, list[Process]] = defaultdict(list)
    for process in members.values():
        if process.pid != shell.pid and process.state != "Z":
            groups[process.group].append(process)
    found = [program(group, each, shell, use, io) for group, each in groups.items()]
    if use.get(shell.pid, 0.0) >= SHELL_FRACTION:
        found.append(shown(shell, [shell], use, io, is_foreground=True))
    return tuple(sorted(found, key=lambda each: (not each.is_foreground, -each.cpu_fraction))[:MOST_PROCESSES])


def program(
    group: int, members: list[Process], shell: Process, use: Mapping[int, float], io: ProcessIo | None = None
) -> RunningProcess:
    """Describe one group of processes."""
    leader = next((each for each in members if each.pid == group), None) or oldest(members)
    is_foreground = group != shell.group and any(each.foreground_group == group for each in members)
    if not any(each.command in VIEWERS for each in members):
        return shown(leader, members, use, io, is_foreground=is_foreground)
    working = workers(leader, members, use)
    if not working:
        name, use_of_all = name_of(leader), total(members, use)
        return RunningProcess(command=name, cpu_fraction=use_of_all, is_foreground=is_foreground, is_viewer=True)
    first = max(working, key=lambda each: (use.get(each.pid, 0.0), each is leader))
    return shown(first, working, use, io, is_foreground=is_foreground)


def workers(leader: Process, members: Iterable[Process], use: Mapping[int, float]) -> list[Process]:
    """Give those of a group that do not only show something; no shell that only stands there.

    What a program that shows something runs by itself counts from some age on.
    """
    youngest = (booted_seconds() - SETTLED_SECONDS) * TICKS if leader.command in VIEWERS else math.inf
    return [
        each
        for each in members
        if each.command not in VIEWERS
        and each.started_ticks <= youngest
        and (each.command not in SHELLS or use.get(each.pid, 0.0) >= WORKING_SHELL_FRACTION)
    ]


def shown(
    first: Process, members: list[Process], use: Mapping[int, float], io: ProcessIo | None = None, *, is_foreground: bool
) -> RunningProcess:
    """Describe processes that do not only show something, by the name of one of them."""
    waits = [io is None or io.is_answered(each) for each in members if each.state == "D"]
    return RunningProcess(
        command=name_of(first),
        cpu_fraction=total(members, use),
        is_foreground=is_foreground,
        is_viewer=False,
        waits_for_disk=any(waits),
        is_unanswered=bool(waits) and not any(waits),
        io_bytes_per_second=io.most(members, use) if io is not None else None,
    )


def oldest(members: Iterable[Process]) -> Process:
    """Give the one that was started first."""
    return min(members, key=lambda each: (each.started_ticks, each.pid))


def total(members: Iterable[Process], use: Mapping[int, float]) -> float:
    """Sum what some processes use of a core."""
    return sum(use.get(each.pid, 0.0) for each in members)


def name_of(process: Process) -> str:
    """Give a process's name, fit to be shown."""
    return clean(process.command, NAME_LENGTH)
