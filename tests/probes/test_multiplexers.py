"""tmux and screen."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlcost_ext.core.activity import RunningProcess
from mlcost_ext.probes import multiplexers
from mlcost_ext.probes.machine import MachineFacts, MachineProbe
from mlcost_ext.probes.multiplexers import Panes
from mlcost_ext.probes.proc_table import Table
from mlcost_ext.probes.process_trees import Trees
from tests.probes.live import Terminal, eventually, process, table_of, terminal
from tests.probes.looking import look, run_in

URL = "http://localhost:8888/"
needs_tmux = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")


def machine(command: str = "tmux: server") -> Table:
    """Make one with a server of two panes, a client and a child that is no pane."""
    return table_of(
        process(20, 1, command=command),
        process(31, 20, command="bash", tty=5, started_ticks=900),
        process(32, 20, command="bash", tty=6, started_ticks=800),
        process(33, 20, command="sh", session=20),
        process(40, 39, command="tmux: client", tty=7),
    )


@pytest.mark.parametrize(
    ("command", "kind"), [("tmux: server", "tmux"), ("tmux", "tmux"), ("screen", "screen"), ("SCREEN", "screen")]
)
def test_each_pane_is_a_terminal_of_its_own(command: str, kind: str) -> None:
    """Numbered as they were opened, whatever the server calls itself."""
    trees = Trees(machine(command))
    found = multiplexers.servers(trees)
    assert [server.pid for server in found] == [20]
    panes = Panes().look(trees, found, lambda _: True)
    assert {name: shell.pid for name, shell in panes.items()} == {f"{kind} 1": 32, f"{kind} 2": 31}


def test_a_pane_keeps_its_number() -> None:
    """Also when one before it is closed, and no other gets it."""
    panes, table = Panes(), machine()

    def names() -> dict[str, int]:
        trees = Trees(table)
        return {name: shell.pid for name, shell in panes.look(trees, multiplexers.servers(trees), lambda _: True).items()}

    assert names() == {"tmux 1": 32, "tmux 2": 31}
    del table[32]
    assert names() == {"tmux 2": 31}
    table[34] = process(34, 20, tty=6)
    assert names() == {"tmux 2": 31, "tmux 3": 34}


def test_another_users_server_has_no_panes_of_ours() -> None:
    """It is known as a server, so that nothing of it counts."""
    trees = Trees(machine())
    assert Panes().look(trees, multiplexers.servers(trees), lambda _: False) == {}


def test_a_pane_whose_server_cannot_be_told_is_known_by_itself() -> None:
    """As of screen, whose server hides its environment."""
    trees = Trees(machine())
    panes = Panes().look(trees, multiplexers.servers(trees), lambda each: each.pid == 31)
    assert {name: shell.pid for name, shell in panes.items()} == {"tmux 1": 31}


def test_a_program_of_that_name_without_panes_is_none() -> None:
    """As a client."""
    assert multiplexers.servers(Trees(table_of(process(20, 1, command="screen"), process(21, 20)))) == []


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Give a place for tmux's socket; what runs there ends."""
    yield tmp_path
    subprocess.run(["tmux", "kill-server"], env={**os.environ, "TMUX_TMPDIR": str(tmp_path)}, check=False, capture_output=True)


@pytest.fixture
def opened(folder: Path) -> Iterator[Terminal]:
    with terminal(environment(folder)) as found:
        yield found


def environment(folder: Path) -> dict[str, str]:
    """Give what a terminal of a Jupyter server has."""
    return {"TMUX_TMPDIR": str(folder), "TMUX": "", "JUPYTER_SERVER_URL": URL, "JUPYTER_SERVER_ROOT": str(folder)}


@needs_tmux
def test_what_runs_in_a_real_pane(opened: Terminal, folder: Path) -> None:
    """It works though its client is detached; it is no background process, and no program of the terminal's."""
    busy = folder / "busy"
    busy.symlink_to(shutil.which("bash") or "bash")
    probe = MachineProbe(own_environment={}, server=(URL, str(folder)))

    def now() -> MachineFacts:
        return look(probe, terminals={"1": opened.pid})

    def in_pane() -> list[RunningProcess]:
        panes = [each for each in now().terminals if each.name == "tmux 1"]
        return [each for pane in panes for each in pane.processes if each.cpu_fraction > 0.1]

    now()
    opened.run(f"tmux -f /dev/null new-session -d 'bash --norc' && tmux send-keys '{busy} -c \"while :; do :; done\"' Enter")
    found = eventually(in_pane)
    assert [(each.command, each.is_foreground, each.is_viewer) for each in found] == [("busy", True, False)]
    facts = now()
    assert {"busy", "tmux: server"} & {each.command for each in facts.background} == set()
    assert run_in(facts) == ()
    assert [each.last_input_at is not None for each in facts.terminals] == [True, True]
    opened.run("tmux kill-server")
    eventually(lambda: [each.name for each in now().terminals] == ["1"])


@needs_tmux
def test_a_pane_outlives_its_terminal(folder: Path) -> None:
    """By the environment, also for a server that was started after it."""
    with terminal(environment(folder)) as opened:
        opened.run("tmux -f /dev/null new-session -d 'bash --norc'; echo start''ed")
        eventually(lambda: b"started" in opened.printed)
    ours = MachineProbe(server=(URL, str(folder)), own_environment={})
    assert [each.name for each in look(ours).terminals] == ["tmux 1"]
    assert look(MachineProbe(server=("http://localhost:9999/", str(folder)), own_environment={})).terminals == ()


@needs_tmux
def test_a_client_that_is_attached_only_shows(opened: Terminal) -> None:
    """What its pane prints is judged there."""
    probe = MachineProbe()
    opened.run("tmux -f /dev/null new-session 'bash --norc'")

    def client() -> list[tuple[bool, bool]]:
        first = look(probe, terminals={"1": opened.pid}).terminals[0]
        return [(each.is_foreground, each.is_viewer) for each in first.processes if each.command.startswith("tmux")]

    eventually(lambda: client() == [(True, True)])
