"""What runs besides kernels and terminals, by files as ``/proc`` has them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mlcost_ext.core.activity import OtherProcess
from mlcost_ext.probes import other_processes
from mlcost_ext.probes.cpu_meter import TICKS
from mlcost_ext.probes.other_processes import OtherProcesses, is_aws_machine
from mlcost_ext.probes.proc_table import Process
from mlcost_ext.probes.process_trees import Trees
from tests.probes.live import process, table_of

SERVER, ME, ROOT = 100, 1000, 0
NOW_SECONDS = 10_000.0


class Machine:
    """A server below the first process, with a kernel."""

    def __init__(self, proc: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.proc, self.is_own = proc, False
        self.users: dict[int, int] = {1: ROOT, 2: ROOT}
        monkeypatch.setattr(other_processes, "user_of", lambda pid, _: self.users.get(pid, ME))
        self.table = table_of(process(1, 0), process(2, 0), process(50, 1), process(SERVER, 50), process(110, SERVER))
        self.others = OtherProcesses(SERVER, lambda: self.is_own, ME, proc, lambda: NOW_SECONDS)

    def add(self, each: Process, command: str = "python3 work.py") -> None:
        self.table[each.pid] = each
        (self.proc / str(each.pid)).mkdir()
        (self.proc / str(each.pid) / "cmdline").write_text(command.replace(" ", "\0"))

    def told(self, use: dict[int, float]) -> list[tuple[int, str, float]]:
        """Give what is found, where the kernel is known."""
        found = self.others.look(Trees(self.table), use, {110})
        assert all(isinstance(each, OtherProcess) for each in found)
        return [(each.pid, each.command, round(each.cpu_fraction, 3)) for each in found]


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(tmp_path, monkeypatch)


def test_what_is_below_the_server_by_its_tree(machine: Machine) -> None:
    """As another editor's server behind jupyter-server-proxy: by the name of what works in it."""
    machine.add(process(200, SERVER, command="code-server"))
    machine.add(process(201, 200, command="bash"))
    machine.add(process(202, 201, command="train"))
    machine.add(process(210, SERVER, command="convert"))
    assert machine.told({200: 0.02, 201: 0.001, 202: 0.9, 210: 0.3}) == [(200, "train", 0.92), (210, "convert", 0.3)]


def test_the_server_its_kernels_and_what_is_above_it_are_none(machine: Machine) -> None:
    """However much they use."""
    machine.is_own = True
    assert machine.told({1: 1.0, 50: 1.0, SERVER: 1.0, 110: 1.0}) == []


@pytest.mark.parametrize("use", [{200: 0.049}, dict.fromkeys(range(200, 230), 0.009)])
def test_what_uses_next_to_nothing_is_not_told(machine: Machine, use: dict[int, float]) -> None:
    """Nor do many together that each wait."""
    for pid in use:
        machine.add(process(pid, SERVER))
    assert machine.told(use) == []


def test_what_is_beside_the_server_counts_on_a_machine_of_its_own(machine: Machine) -> None:
    """As over SSH, whose own process is root's: up to the uppermost of this user's; else only what is below the server."""
    machine.users[300] = ROOT
    machine.add(process(300, 1, command="sshd"))
    machine.add(process(301, 300, command="sshd"))
    machine.add(process(302, 301, command="train"))
    assert machine.told({302: 1.0}) == []
    machine.is_own = True
    assert machine.told({302: 1.0}) == [(301, "train", 1.0)]


def test_other_users_and_the_systems_threads_do_not_count(machine: Machine) -> None:
    """The server's own user may be root."""
    machine.is_own = True
    machine.add(process(300, 1))
    machine.add(process(301, 2, command="kswapd0"))
    machine.users[300] = 1001
    assert machine.told({300: 1.0, 301: 1.0}) == []


@pytest.mark.parametrize(("changes", "count"), [({"age": 29}, 0), ({"age": 30}, 1), ({"age": 99, "state": "Z"}, 0)])
def test_what_comes_and_goes_does_not_count(machine: Machine, changes: dict[str, object], count: int) -> None:
    """What a page asks for again and again, and a kernel that its manager does not know yet."""
    age = changes.pop("age")
    assert isinstance(age, int)
    machine.add(process(200, SERVER, **{"started_ticks": int((NOW_SECONDS - age) * TICKS), **changes}))
    assert len(machine.told({200: 1.0})) == count


@pytest.mark.parametrize(
    "command",
    [
        "python3 -c import_mlcost_ext.aws.reader",
        "node /opt/pyright-langserver --stdio",
        "python3 -m pylsp",
        "R --slave -e languageserver::run()",
    ],
)
def test_helpers_of_ours_and_servers_of_languages_do_not_count(machine: Machine, command: str) -> None:
    """Each command is read once; beside the server it is not read at all."""
    machine.add(process(200, SERVER), command)
    assert machine.told({200: 1.0}) == []
    (machine.proc / "200" / "cmdline").unlink()
    assert machine.told({200: 1.0}) == []
    machine.is_own = True
    machine.add(process(300, 1), command)
    assert [pid for pid, _, _ in machine.told({300: 1.0})] == [300]


def test_a_process_that_ends_while_it_is_looked_at(machine: Machine) -> None:
    """Its command is gone; it is told once more."""
    machine.table[200] = process(200, SERVER)
    assert machine.told({200: 1.0}) == [(200, "python", 1.0)]


def test_parents_that_are_a_ring_end_nevertheless(machine: Machine) -> None:
    """A table is not read at one moment."""
    machine.is_own = True
    machine.table |= table_of(process(200, 201), process(201, 200))
    assert len(machine.told({200: 1.0})) == 1


def test_a_machine_of_aws_is_told_by_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SageMaker lays it down on Studio's machines and on notebook instances."""
    monkeypatch.setattr(other_processes, "AWS_MACHINE", tmp_path / "metadata.json")
    assert not is_aws_machine()
    (tmp_path / "metadata.json").write_text("{}")
    assert is_aws_machine()


def test_whose_processes_count() -> None:
    """This process's user's where nobody says."""
    assert OtherProcesses(SERVER)._user == os.getuid()
