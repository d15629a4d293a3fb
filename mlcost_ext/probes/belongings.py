"""Which processes kernels and terminals of this server have left behind: by what was below them, or by their environment."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from mlcost_ext.core.activity import BackgroundProcess

from .proc_table import PROC, Identity, Process, Table
from .process_io import ProcessIo
from .process_trees import Trees, name_of, total

PARENT_PID = "JPY_PARENT_PID"
"""The server that started a kernel; jupyter_client sets it."""
SERVER_URL = "JUPYTER_SERVER_URL"
SERVER_ROOT = "JUPYTER_SERVER_ROOT"
"""The server that started a terminal; jupyter_server_terminals sets them."""
NAMES = frozenset(name.encode("ascii") for name in (PARENT_PID, SERVER_URL, SERVER_ROOT))
MAX_BYTES = 1024 * 1024
MOST_BACKGROUND = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """The only parts of a process's environment that are kept."""

    parent_pid: str | None = None
    server: tuple[str, str] | None = None
    """Its URL and its root; None: one of them is missing."""


def marks_of(environment: Mapping[str, str]) -> Marks:
    """Take what tells a server out of an environment."""
    url, root = environment.get(SERVER_URL), environment.get(SERVER_ROOT)
    return Marks(parent_pid=environment.get(PARENT_PID), server=(url, root) if url and root else None)


class Belongings:
    """Remembers what was below a kernel or a terminal, and reads the environment of each other process once.

    What this server's own environment holds proves nothing: all its children have it, such as language servers.
    """

    def __init__(self, server_pid: int, own: Mapping[str, str], server: tuple[str, str] | None, proc: Path = PROC) -> None:
        """Take what is known of this server.

        Args:
            server_pid: Its process.
            own: Its environment.
            server: Its URL and root, as its terminals have them; None: not known.
            proc: Where processes are told.
        """
        self._server_pid = server_pid
        self._own = marks_of(own)
        self._server = server
        self._proc = proc
        self._members: set[Identity] = set()
        self._marks: dict[Identity, Marks] = {}

    @property
    def has_any(self) -> bool:
        """Whether anything of our kernels or terminals lived at the last look."""
        return bool(self._members)

    def remember(self, processes: Iterable[Process]) -> None:
        """Keep in mind that some processes are of our kernels or terminals, whatever becomes of these."""
        self._members.update(process.identity for process in processes)

    def forget_ended(self, table: Table) -> None:
        """Keep nothing of processes that have ended."""
        living = {process.identity for process in table.values()}
        self._members &= living
        self._marks = {identity: marks for identity, marks in self._marks.items() if identity in living}

    def are_ours(self, process: Process, table: Table) -> bool:
        """Tell whether a process was below a kernel or a terminal of this server, or of one before it."""
        return process.identity in self._members or self._is_marked(process, table)

    def are_remembered(self, process: Process) -> bool:
        """Tell whether a process is known already to be of our kernels or terminals, or left behind by one."""
        return process.identity in self._members

    def left_behind(
        self, trees: Trees, use: Mapping[int, float], taken: Collection[int], io: ProcessIo | None = None
    ) -> tuple[BackgroundProcess, ...]:
        """Give what has lost its kernel or terminal, each with all that is below it, by what it uses.

        Args:
            trees: All processes.
            use: Fractions of a core by process.
            taken: Those that have a kernel, a terminal or a multiplexer.
            io: Tells what is read and written; None: it is not asked.
        """
        roots = self._roots(trees, {*taken, self._server_pid, *trees.above(self._server_pid)})
        found = [
            BackgroundProcess(
                pid=root.pid,
                command=name_of(root),
                cpu_fraction=total(below.values(), use),
                io_bytes_per_second=io.most(below.values(), use) if io is not None else None,
            )
            for root, below in roots.items()
        ]
        return tuple(sorted(found, key=lambda each: (-each.cpu_fraction, each.pid))[:MOST_BACKGROUND])

    def _roots(self, trees: Trees, taken: Collection[int]) -> dict[Process, dict[int, Process]]:
        """Give the uppermost of ours that nothing has, with what is below each.

        What is known only by its environment has to be an orphan: adopted by the first process, or by one above this server
        that adopts orphans, or by this server itself where it is the first one.
        """
        adopters = {0, 1, self._server_pid, *trees.above(self._server_pid)}
        ours = {
            process.pid: process
            for process in trees.table.values()
            if process.pid not in taken
            and process.state != "Z"
            and (process.identity in self._members or (process.ppid in adopters and self._is_marked(process, trees.table)))
        }
        uppermost = [process for process in ours.values() if not trees.above(process.pid) & ours.keys()]
        roots = {process: trees.below(process.pid, taken) for process in uppermost}
        self.remember(process for below in roots.values() for process in below.values())
        return roots

    def _is_marked(self, process: Process, table: Table) -> bool:
        if process.identity not in self._marks:
            self._marks[process.identity] = marks_of(environment_of(process.pid, self._proc))
        marks = self._marks[process.identity]
        if marks.server is not None and marks.server == self._server != self._own.server:
            return True
        parent = marks.parent_pid
        if parent is None or parent == self._own.parent_pid or not parent.isdigit():
            return False
        return int(parent) == self._server_pid or int(parent) not in table


def environment_of(pid: int, proc: Path = PROC) -> dict[str, str]:
    """Read the variables that tell a server, and none besides; empty: it has none, or may not be read."""
    try:
        with (proc / str(pid) / "environ").open("rb") as file:
            parts = file.read(MAX_BYTES).split(b"\0")
    except OSError:
        return {}
    found = (part.partition(b"=") for part in parts)
    return {name.decode("ascii", "replace"): value.decode("utf-8", "replace") for name, _, value in found if name in NAMES}
