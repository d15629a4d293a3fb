"""tmux and screen: their servers run outside of the terminal that started them, and each pane is a terminal of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from .proc_table import Identity, Process
from .process_trees import Trees

SERVERS = {"tmux: server": "tmux", "tmux": "tmux", "screen": "screen", "SCREEN": "screen"}
"""What they call themselves, and what their panes are called."""


def servers(trees: Trees) -> list[Process]:
    """Give the servers of this machine, whoever started them: the clients have no panes."""
    return [process for process in trees.table.values() if process.command in SERVERS and shells(trees, process)]


def shells(trees: Trees, server: Process) -> list[Process]:
    """Give the first process of each pane."""
    return [child for child in trees.children(server.pid) if child.session == child.pid and child.tty]


class Panes:
    """Numbers panes as they are first seen, so that each keeps its name."""

    def __init__(self) -> None:
        """Begin with none."""
        self._names: dict[Identity, str] = {}
        self._counts: dict[str, int] = {}

    def look(self, trees: Trees, found: Iterable[Process], is_ours: Callable[[Process], bool]) -> dict[str, Process]:
        """Give the first process of each pane of our own servers, by the pane's name, such as ``tmux 1``.

        A server that runs with a group's rights, as screen does, hides its environment; its panes have the same.
        """
        every = [(server, shell) for server in found for shell in shells(trees, server)]
        panes = [(server, shell) for server, shell in every if is_ours(server) or is_ours(shell)]
        panes.sort(key=lambda pane: (pane[1].started_ticks, pane[1].pid))
        self._names = {shell.identity: self._name(SERVERS[server.command], shell) for server, shell in panes}
        return {self._names[shell.identity]: shell for _, shell in panes}

    def _name(self, kind: str, shell: Process) -> str:
        known = self._names.get(shell.identity)
        if known is not None:
            return known
        self._counts[kind] = self._counts.get(kind, 0) + 1
        return f"{kind} {self._counts[kind]}"
