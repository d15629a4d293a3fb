"""What this server's user runs besides kernels and terminals: below the server, and beside it where the machine is its own."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path

from mlcost_ext.core.activity import OtherProcess

from .cpu_meter import TICKS
from .machine_clock import booted_seconds
from .proc_table import PROC, Identity, Process, user_of
from .process_trees import Trees, name_of

AWS_MACHINE = Path("/opt/ml/metadata/resource-metadata.json")
"""There on the machines that SageMaker gives one user: Studio's apps and notebook instances."""
LEAST_FRACTION = 0.01
"""Of a core, that one process has to use to be looked at any further."""
LEAST_OF_TREE = 0.05
"""The same of all that are below one, to be told."""
SETTLED_SECONDS = 30.0
"""The age from which on it is: what pages ask for again and again, as git's state, ends sooner; so does a kernel's start."""
MOST_OTHERS = 20
MAX_BYTES = 4096
OUR_HELPERS = b"mlcost_ext"
LANGUAGE_SERVERS = (b"pylsp", b"langserver", b"language-server", b"language_server", b"languageserver")
"""What the command of a server of ours has in it that only helps somebody to write."""
KERNEL_THREADS = 2


def is_aws_machine() -> bool:
    """Tell whether SageMaker has given this machine to one user."""
    return AWS_MACHINE.exists()


class OtherProcesses:
    """Looks at what belongs to no kernel and no terminal; what is remembered is only which of it are services."""

    def __init__(
        self,
        server_pid: int,
        is_own_machine: Callable[[], bool] = is_aws_machine,
        user: int | None = None,
        proc: Path = PROC,
        booted: Callable[[], float] = booted_seconds,
    ) -> None:
        """Take what is known of this server.

        Args:
            server_pid: Its process.
            is_own_machine: Whether all that its user runs on this machine would end with it; else only what is below the server.
            user: Whose processes count; None: this process's user.
            proc: Where processes are told.
            booted: The clock since boot.
        """
        self._server_pid = server_pid
        self.is_own_machine = is_own_machine
        self._user = user if user is not None or not hasattr(os, "getuid") else os.getuid()
        self._proc = proc
        self._booted = booted
        self._services: dict[Identity, bool] = {}

    def look(self, trees: Trees, use: Mapping[int, float], known: Collection[int]) -> tuple[OtherProcess, ...]:
        """Give the trees that use something, those that use most first.

        Args:
            trees: All processes.
            use: Fractions of a core by process.
            known: Those of kernels and terminals, and what these have left behind.
        """
        apart = {*known, 0, self._server_pid, *trees.above(self._server_pid)}
        by_root: dict[int, list[Process]] = defaultdict(list)
        asked: dict[Identity, bool] = {}
        for process in self._working(trees, use, apart):
            asked[process.identity] = is_service = self._is_service(process, trees)
            if not is_service:
                by_root[self._root(process, trees, apart)].append(process)
        self._services = asked
        found = [other_of(root, members, use) for root, members in by_root.items()]
        told = [each for each in found if each.cpu_fraction >= LEAST_OF_TREE]
        return tuple(sorted(told, key=lambda each: (-each.cpu_fraction, each.pid))[:MOST_OTHERS])

    def _working(self, trees: Trees, use: Mapping[int, float], apart: Collection[int]) -> Iterator[Process]:
        """Give the processes of this user that use something and have done so for more than a moment."""
        everywhere = self.is_own_machine()
        youngest = (self._booted() - SETTLED_SECONDS) * TICKS
        for process in trees.table.values():
            if use.get(process.pid, 0.0) < LEAST_FRACTION or process.pid in apart or process.started_ticks > youngest:
                continue
            if process.state == "Z" or process.ppid == KERNEL_THREADS or not self._is_own(process.pid):
                continue
            if everywhere or self._server_pid in trees.above(process.pid):
                yield process

    def _root(self, process: Process, trees: Trees, apart: Collection[int]) -> int:
        """Give the uppermost of this user's that a process is below."""
        seen = {process.pid}
        while (parent := trees.table.get(process.ppid)) is not None and parent.pid not in seen:
            if parent.pid in apart or not self._is_own(parent.pid):
                break
            seen.add(parent.pid)
            process = parent
        return process.pid

    def _is_own(self, pid: int) -> bool:
        return user_of(pid, self._proc) == self._user

    def _is_service(self, process: Process, trees: Trees) -> bool:
        """Tell whether it is a helper of ours or a server of a language, by its command, of which nothing is kept."""
        known = self._services.get(process.identity)
        if known is not None:
            return known
        if self._server_pid not in trees.above(process.pid):
            return False
        command = command_of(process.pid, self._proc)
        is_helper = process.ppid == self._server_pid and OUR_HELPERS in command
        return is_helper or any(word in command for word in LANGUAGE_SERVERS)


def other_of(root: int, members: list[Process], use: Mapping[int, float]) -> OtherProcess:
    """Describe a tree by what works in it."""
    busiest = max(members, key=lambda each: (use.get(each.pid, 0.0), -each.pid))
    return OtherProcess(pid=root, command=name_of(busiest), cpu_fraction=sum(use.get(each.pid, 0.0) for each in members))


def command_of(pid: int, proc: Path = PROC) -> bytes:
    """Read the beginning of a process's command; empty: it has ended."""
    try:
        with (proc / str(pid) / "cmdline").open("rb") as file:
            return file.read(MAX_BYTES)
    except OSError:
        return b""
