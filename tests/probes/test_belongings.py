"""What kernels and terminals have left behind."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from mlcost_ext.core.activity import BackgroundProcess
from mlcost_ext.probes.belongings import Belongings, Marks, environment_of, marks_of
from mlcost_ext.probes.proc_table import Process, read_table
from mlcost_ext.probes.process_trees import Trees
from tests.probes.live import eventually, orphan, process, running, table_of

SERVER = 100
SLEEP = "import time; time.sleep(1000)"
URL, ROOT = "http://localhost:8888/", "/home/ann"
HERE = {"JUPYTER_SERVER_URL": URL, "JUPYTER_SERVER_ROOT": ROOT}
KERNEL = {"JPY_PARENT_PID": str(SERVER)}


class Machine:
    """A server with one kernel, by files as ``/proc`` has them."""

    def __init__(self, proc: Path, own: Mapping[str, str] | None = None) -> None:
        self.proc = proc
        self.table = table_of(process(1, 0), process(50, 1), process(SERVER, 50), process(110, SERVER))
        self.belongings = Belongings(SERVER, own or {}, (URL, ROOT), proc)

    def add(self, each: Process, environment: Mapping[str, str] | None = None) -> Process:
        self.table[each.pid] = each
        (self.proc / str(each.pid)).mkdir()
        text = "".join(f"{name}={value}\0" for name, value in (environment or {}).items())
        (self.proc / str(each.pid) / "environ").write_text(text)
        return each

    def left_behind(self, taken: tuple[int, ...] = (110,), use: dict[int, float] | None = None) -> list[int]:
        return [each.pid for each in self.belongings.left_behind(Trees(self.table), use or {}, taken)]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.mark.parametrize("parent", [0, 1, 50, SERVER])
@pytest.mark.parametrize("environment", [KERNEL, HERE, {**HERE, "OTHER": "x"}, {"JPY_PARENT_PID": "99999"}])
def test_an_orphan_is_known_by_its_environment(machine: Machine, parent: int, environment: dict[str, str]) -> None:
    """Whoever adopted it: the first process, one above the server, or the server where it is the first one itself."""
    machine.add(process(200, parent), environment)
    assert machine.left_behind() == [200]


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"JPY_PARENT_PID": "50"},
        {"JPY_PARENT_PID": "many"},
        {"JPY_SESSION_NAME": "a.ipynb"},
        {"JUPYTER_SERVER_URL": URL},
        {"JUPYTER_SERVER_URL": URL, "JUPYTER_SERVER_ROOT": "/home/ben"},
        {"JUPYTER_SERVER_URL": "http://localhost:9999/", "JUPYTER_SERVER_ROOT": ROOT},
    ],
)
def test_others_are_none_of_ours(machine: Machine, environment: dict[str, str]) -> None:
    """Such as those of another server that lives, or this server's own services."""
    machine.add(process(200, 1), environment)
    machine.add(process(201, SERVER), environment)
    assert machine.left_behind() == []


def test_one_with_a_parent_of_its_own_is_no_orphan(machine: Machine) -> None:
    """It is of a server that was started from a terminal of ours, say."""
    machine.add(process(200, 1))
    machine.add(process(201, 200), KERNEL)
    assert machine.left_behind() == []


def test_what_the_server_itself_has_proves_nothing(tmp_path: Path) -> None:
    """A server that was started from a terminal or a kernel: all its services have the same."""
    machine = Machine(tmp_path, own={**HERE, "JPY_PARENT_PID": "99999"})
    machine.add(process(200, SERVER), {**HERE, "JPY_PARENT_PID": "99999"})
    assert machine.left_behind() == []
    machine.add(process(201, SERVER), {**HERE, **KERNEL})
    assert machine.left_behind() == [201]


def test_what_was_below_a_kernel_stays_ours(machine: Machine) -> None:
    """Whatever its environment says and wherever it went, until it ends."""
    member = machine.add(process(200, 110))
    machine.belongings.remember([member])
    machine.table[200] = member._replace(ppid=50)
    assert machine.left_behind() == [200]
    machine.table[200] = member._replace(ppid=50, started_ticks=9999)
    machine.belongings.forget_ended(machine.table)
    assert machine.left_behind() == []
    machine.table[200] = member._replace(ppid=50)
    assert machine.left_behind() == []


def test_each_tree_once_by_what_all_of_it_use(machine: Machine) -> None:
    """The uppermost stands for it; the busiest tree is first."""
    machine.add(process(200, 1, command="train"), KERNEL)
    machine.add(process(201, 200, command="worker"), KERNEL)
    machine.add(process(210, 1, command="\x1bbad"), KERNEL)
    machine.add(process(220, 1, state="Z"), KERNEL)
    found = machine.belongings.left_behind(Trees(machine.table), {200: 0.25, 201: 0.5, 210: 1.0}, (110,))
    assert found == (
        BackgroundProcess(pid=210, command="\ufffdbad", cpu_fraction=1.0),
        BackgroundProcess(pid=200, command="train", cpu_fraction=0.75),
    )


def test_what_is_below_one_is_ours_when_that_one_ends(machine: Machine) -> None:
    """A worker without any mark, whose parent had one."""
    machine.add(process(200, 1), KERNEL)
    worker = machine.add(process(201, 200))
    assert machine.left_behind() == [200]
    del machine.table[200]
    machine.table[201] = worker._replace(ppid=1)
    assert machine.left_behind() == [201]


def test_this_server_and_what_is_above_it_are_never_left_behind(machine: Machine) -> None:
    """Also where a terminal that was remembered started it."""
    machine.belongings.remember(machine.table.values())
    assert machine.left_behind() == []


def test_an_environment_is_read_once(machine: Machine) -> None:
    """It does not change, as far as others can see."""
    machine.add(process(200, 1), KERNEL)
    assert machine.left_behind() == [200]
    (machine.proc / "200" / "environ").write_text("")
    assert machine.left_behind() == [200]
    machine.table[200] = machine.table[200]._replace(started_ticks=9999)
    assert machine.left_behind() == []


def test_nothing_else_of_an_environment_is_kept(tmp_path: Path) -> None:
    """It may hold secrets."""
    (tmp_path / "7").mkdir()
    (tmp_path / "7" / "environ").write_bytes(b"AWS_SECRET_ACCESS_KEY=s\0JPY_PARENT_PID=5\0\0=\0JUPYTER_SERVER_URL=\xff\0X")
    assert environment_of(7, tmp_path) == {"JPY_PARENT_PID": "5", "JUPYTER_SERVER_URL": "\ufffd"}
    assert marks_of(environment_of(7, tmp_path)) == Marks(parent_pid="5")
    assert environment_of(8, tmp_path) == {}


def test_a_real_orphan() -> None:
    """A program whose parent has ended, by its environment; this process stands for the server."""
    belongings = Belongings(os.getpid(), {}, None)

    def found() -> list[int]:
        trees = Trees(read_table())
        return [each.pid for each in belongings.left_behind(trees, {}, ())]

    with orphan(SLEEP, {"JPY_PARENT_PID": str(os.getpid())}) as ours, orphan(SLEEP, {"JPY_PARENT_PID": "1"}) as other:
        eventually(lambda: ours in found())
        assert other not in found()


def test_a_real_service_of_the_server_is_none() -> None:
    """A child with the server's own environment."""
    belongings = Belongings(os.getpid(), os.environ, None)
    with running("input()") as service:
        table = read_table()
        assert not belongings.are_ours(table[service.pid], table)
