"""Which process is below which, and what a terminal runs: each group of processes once, by its leader's name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from mlcost_ext.core.activity import RunningProcess
from mlcost_ext.core.words import clean

from .proc_table import Process, Table

NAMES_OF_VIEWERS = (
    "top htop btop atop iotop nvtop nvitop glances nvidia-smi gpustat watch less more most man tail"
    " vim vim.basic vim.tiny vi view nvim nano emacs emacs-nox ne mc ranger tmux screen"
)
VIEWERS = frozenset((*NAMES_OF_VIEWERS.split(), "tmux: client"))
"""Programs that only show something; what a multiplexer shows is judged in the pane that runs it."""
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


def programs(shell: Process, members: Mapping[int, Process], use: Mapping[int, float]) -> tuple[RunningProcess, ...]:
    """Give what a terminal runs besides its shell: what is in the foreground first, then by what each uses.

    The shell is one of them where it works itself: in a loop, or by commands that came and went since the look before.

    Args:
        shell: The terminal's first process.
        members: All of the terminal, with its shell.
        use: Fractions of a core by process.
    """
    groups: dict[int, list[Process]] = defaultdict(list)
    for process in members.values():
        if process.pid != shell.pid and process.state != "Z":
            groups[process.group].append(process)
    found = [program(group, each, shell, use) for group, each in groups.items()]
    if use.get(shell.pid, 0.0) >= SHELL_FRACTION:
        found.append(shown(shell, [shell], use, is_foreground=True))
    return tuple(sorted(found, key=lambda each: (not each.is_foreground, -each.cpu_fraction))[:MOST_PROCESSES])


def program(group: int, members: list[Process], shell: Process, use: Mapping[int, float]) -> RunningProcess:
    """Describe one group of processes."""
    leader = next((each for each in members if each.pid == group), None) or oldest(members)
    is_foreground = group != shell.group and any(each.foreground_group == group for each in members)
    return shown(leader, members, use, is_foreground=is_foreground)


def shown(leader: Process, members: Iterable[Process], use: Mapping[int, float], *, is_foreground: bool) -> RunningProcess:
    everyone = list(members)
    return RunningProcess(
        command=name_of(leader),
        cpu_fraction=total(everyone, use),
        is_foreground=is_foreground,
        is_viewer=leader.command in VIEWERS,
        waits_for_disk=any(each.state == "D" for each in everyone),
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
