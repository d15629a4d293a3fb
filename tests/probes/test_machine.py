"""The whole machine, with real kernels, terminals and processes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from jupyter_client.manager import KernelManager

from mlcost_ext.core.activity import KernelFacts, RunningProcess, TerminalFacts, Unmeasured
from mlcost_ext.core.times import UTC
from mlcost_ext.probes import other_processes, process_trees
from mlcost_ext.probes.belongings import SERVER_ROOT, SERVER_URL
from mlcost_ext.probes.gpus import Gpus
from mlcost_ext.probes.machine import HUB_VARIABLES, NO_PROCESSES, NOT_HERE, MachineFacts, MachineProbe
from mlcost_ext.probes.machine_clock import MachineClock
from mlcost_ext.probes.scheduler_jobs import SchedulerJobs
from mlcost_ext.probes.shared_timestamp import SharedTimestamp
from tests.fakes import NOW
from tests.probes.live import BUSY, Terminal, ended, eventually, running, starter, terminal
from tests.probes.looking import look, run_in

CORE = 0.05
MARKS = {SERVER_URL: f"http://localhost:{os.getpid()}/", SERVER_ROOT: "/home/ann"}
"""What a Jupyter server gives its terminals."""
PYTHON = f"{sys.executable} -S"
FORKS = f"import subprocess, sys; subprocess.run([sys.executable, '-S', '-c', {BUSY!r}])"


@pytest.fixture
def opened() -> Iterator[Terminal]:
    with terminal(MARKS) as found:
        yield found


@pytest.fixture
def probe() -> MachineProbe:
    return MachineProbe(own_environment={}, server=(MARKS[SERVER_URL], MARKS[SERVER_ROOT]))


def of(probe: MachineProbe, opened: Terminal) -> tuple[RunningProcess, ...]:
    return run_in(look(probe, terminals={"1": opened.pid}))


def working(probe: MachineProbe, opened: Terminal) -> tuple[RunningProcess, ...]:
    """Give what works in a terminal, once it does."""

    def found() -> tuple[RunningProcess, ...]:
        return tuple(each for each in of(probe, opened) if each.cpu_fraction > CORE)

    return eventually(found)


def settled(ask: Callable[[], float | None], below: float) -> None:
    """Wait until what a process used in its start is past."""
    eventually(lambda: (use := ask()) is not None and use < below)


def test_a_shell_at_its_prompt(probe: MachineProbe, opened: Terminal) -> None:
    """It runs nothing, and somebody typed in it."""
    eventually(lambda: of(probe, opened) == ())
    (found,) = look(probe, terminals={"1": opened.pid}).terminals
    assert found.name == "1"
    assert found.last_input_at is not None


def test_a_program_in_the_foreground(probe: MachineProbe, opened: Terminal) -> None:
    """By its CPU time, though it prints nothing."""
    opened.run(f"{PYTHON} -c '{BUSY}'")
    (found,) = working(probe, opened)
    assert (found.command, found.is_foreground, found.is_viewer) == (Path(sys.executable).name, True, False)


def test_one_that_was_sent_to_the_background(probe: MachineProbe, opened: Terminal) -> None:
    """It is the terminal's still, and the shell is back."""
    opened.run(f"{PYTHON} -c '{BUSY}' &")
    (found,) = working(probe, opened)
    assert not found.is_foreground


def test_one_that_sleeps(probe: MachineProbe, opened: Terminal) -> None:
    """It is there and does nothing."""
    opened.run("sleep 1000")
    eventually(lambda: [(each.command, each.is_foreground) for each in of(probe, opened)] == [("sleep", True)])
    settled(lambda: max((each.cpu_fraction for each in of(probe, opened)), default=None), 0.01)


def test_a_program_whose_workers_compute(probe: MachineProbe, opened: Terminal) -> None:
    """All of its group count."""
    opened.run(f'{PYTHON} -c "{FORKS}"')
    (found,) = working(probe, opened)
    assert found.is_foreground


@pytest.mark.parametrize("command", ["top", "watch"])
def test_a_program_that_only_shows_something(probe: MachineProbe, opened: Terminal, command: str) -> None:
    """With whatever it runs."""
    if shutil.which(command) is None:
        pytest.skip(f"{command} is not installed")
    opened.run({"top": "top -d 0.1", "watch": f"watch -n 0.1 \"{PYTHON} -c 'sum(range(10**6))'\""}[command])
    eventually(lambda: [(each.command, each.is_viewer) for each in of(probe, opened)] == [(command, True)])


@pytest.mark.parametrize("line", ["tail -f /dev/null | {}", "watch -n 600 {}"])
def test_what_works_beside_or_below_a_program_that_only_shows_something(
    probe: MachineProbe, opened: Terminal, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told by its own name; below `watch` once it has lasted."""
    viewer = line.partition(" ")[0]
    if shutil.which(viewer) is None:
        pytest.skip(f"{viewer} is not installed")
    monkeypatch.setattr(process_trees, "SETTLED_SECONDS", 0.5)
    busy = f"{PYTHON} -c '{BUSY}'"
    opened.run(line.format(f'"{busy}"' if viewer == "watch" else busy))
    (found,) = eventually(lambda: [each for each in working(probe, opened) if not each.is_viewer])
    assert (found.command, found.is_foreground) == (Path(sys.executable).name, True)


def test_a_slow_copy_in_the_background(probe: MachineProbe, opened: Terminal) -> None:
    """It uses 1 to 4 % of a core, and is told by what it reads and writes."""
    chunk = "import time; f = open('/dev/zero', 'rb', 0); o = open('/dev/null', 'wb', 0)"
    code = f"{chunk}\nwhile True:\n end = time.thread_time() + 0.002\n while time.thread_time() < end: o.write(f.read(65536))"
    opened.run(f'{PYTHON} -c "{code}\n time.sleep(0.1)" &')
    found = eventually(lambda: [each for each in of(probe, opened) if (each.io_bytes_per_second or 0) > 100_000])
    assert [each.is_foreground for each in found] == [False]


def test_a_program_below_the_server_that_no_kernel_and_no_terminal_has(
    probe: MachineProbe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told once it has lasted, and not while it is a kernel's."""
    monkeypatch.setattr(other_processes, "SETTLED_SECONDS", 0.5)
    with running(BUSY) as process:

        def use(kernels: dict[str, int | None]) -> float:
            others = look(probe, kernels).others
            return next((each.cpu_fraction for each in others if each.pid == process.pid), 0.0)

        eventually(lambda: use({"elsewhere": None}) > CORE)
        assert use({"k": process.pid}) == 0.0


def test_what_is_known_of_single_processes_is_added_to_the_kernels(probe: MachineProbe) -> None:
    """A kernel of which nothing is known stays as it is."""
    kernel = KernelFacts(kernel_id="k", label="k", has_session=False, execution_state="idle", started_at=NOW)
    with running(BUSY) as process:
        eventually(lambda: (look(probe, {"k": process.pid}).kernel_cpu["k"] or 0) > CORE)
        (found,) = look(probe, {"k": process.pid}).completed([kernel])
    assert found.busiest_fraction is not None
    assert found.busiest_fraction > CORE
    assert look(probe).completed([kernel]) == (kernel,)


@pytest.mark.parametrize("name", HUB_VARIABLES)
def test_a_hubs_server_shares_its_machine(name: str) -> None:
    """Whatever of the variables it has."""
    assert MachineProbe(own_environment={name: "x"})._gpus._is_shared
    assert not MachineProbe(own_environment={})._gpus._is_shared


def test_a_shell_that_loops(probe: MachineProbe, opened: Terminal) -> None:
    """It has no child at all."""
    opened.run("while :; do :; done")
    (found,) = working(probe, opened)
    assert (found.command, found.is_foreground) == ("bash", True)


def test_a_shell_in_a_terminal_of_its_own_inside(probe: MachineProbe, opened: Terminal) -> None:
    """As of `script`: what its terminal has in the foreground is in the foreground."""
    if shutil.which("script") is None:
        pytest.skip("script is not installed")
    opened.run(f'script -qc "bash --norc -ic \'{PYTHON} -c \\"{BUSY}\\"\'" /dev/null')
    assert [each.is_foreground for each in working(probe, opened)] == [True]


@pytest.mark.parametrize("how", ["nohup {} > /dev/null 2>&1 &", "setsid {} &", "(setsid {} &)", "({} & disown)"])
def test_what_outlives_its_terminal(probe: MachineProbe, tmp_path: Path, how: str) -> None:
    """While the terminal is open it is the terminal's or was left behind; then it was left behind."""
    stubborn = tmp_path / "stubborn"
    stubborn.symlink_to(shutil.which("bash") or "bash")
    with terminal(MARKS) as opened:
        opened.run(how.format(f"{stubborn} -c 'trap \"\" HUP; while ((SECONDS < 300)); do :; done'"))
        eventually(lambda: works(look(probe, terminals={"1": opened.pid})) == ["stubborn"])
    found = eventually(lambda: [each for each in look(probe).background if each.command == "stubborn"])
    try:
        assert len(found) == 1
        eventually(lambda: works(look(probe)) == ["stubborn"])
    finally:
        ended(found[0].pid)
    eventually(lambda: "stubborn" not in [each.command for each in look(probe).background])


def works(facts: MachineFacts) -> list[str]:
    """Give which stubborn programs work, in terminals and in the background."""
    both = [*(each for one in facts.terminals for each in one.processes), *facts.background]
    return [each.command for each in both if each.cpu_fraction > CORE and each.command == "stubborn"]


def test_what_a_kernel_leaves_behind(probe: MachineProbe) -> None:
    """It is the kernel's as long as that lives, though it has a session of its own."""
    with starter(BUSY) as (kernel, pid):
        eventually(lambda: (look(probe, {"k": kernel.pid}).kernel_cpu["k"] or 0) > CORE)
        assert pid not in left(look(probe, {"k": kernel.pid}))
        kernel.communicate()
        found = look(probe, {"k": kernel.pid})
        assert found.kernel_cpu == {"k": None}
        assert pid in left(found)
        eventually(lambda: left(look(probe))[pid] > CORE)


def left(facts: MachineFacts) -> dict[int, float]:
    return {each.pid: each.cpu_fraction for each in facts.background}


def test_a_kernel_that_is_not_on_this_machine(probe: MachineProbe) -> None:
    """Its use is not known, which is not none; so is that of one that has ended."""
    with running("input()") as process:
        process.kill()
        process.wait()
        facts = look(probe, {"gateway": None, "ended": process.pid})
        assert facts.kernel_cpu == {"gateway": None, "ended": None}
        assert facts.unmeasured == (Unmeasured(signal="kernel_cpu", reason=NOT_HERE),)
        assert look(probe, {"ended": process.pid}).unmeasured == ()


def test_a_real_kernel(probe: MachineProbe) -> None:
    """Idle it uses next to nothing; a thread that goes on after its cell is seen, though the kernel is idle."""
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel()
    client = manager.blocking_client()
    try:
        client.start_channels()
        client.wait_for_ready(timeout=120)
        pid = manager.provisioner.pid

        def use() -> float:
            return look(probe, {"k": pid}).kernel_cpu["k"] or 0.0

        settled(use, 0.02)
        client.execute_interactive(f"import threading; threading.Thread(target=exec, args=({BUSY!r}, {{}})).start()", timeout=60)
        eventually(lambda: use() > CORE)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_nothing_more_of_a_process_than_its_name_is_kept(probe: MachineProbe, opened: Terminal) -> None:
    """Its arguments and its environment may hold secrets."""
    opened.run("export TOKEN=s3cr3t; sleep 1000 & python3 -c 'input()' --password=s3cr3t")
    eventually(lambda: len(of(probe, opened)) == 2)
    facts = look(probe, terminals={"1": opened.pid})
    assert "s3cr3t" not in repr(facts)
    assert "s3cr3t" not in repr(vars(probe))


def test_a_terminal_whose_shell_has_ended(probe: MachineProbe, opened: Terminal) -> None:
    """Nothing is known of it."""
    opened.run("exit")
    opened.shell.wait(60)
    assert look(probe, terminals={"1": opened.pid}).terminals == (TerminalFacts(name="1", last_input_at=None),)


def test_a_machine_without_proc(tmp_path: Path) -> None:
    """As a Mac: each thing that lacks is told once, and the rest is measured."""
    path = tmp_path / "stamp"
    path.write_text("2026-11-23T13:00:00.000Z")
    probe = MachineProbe(proc=tmp_path / "proc", timestamp=SharedTimestamp(path), scheduler=SchedulerJobs(tmp_path / "none"))
    facts = probe.look({"k": 1, "remote": None}, {"1": 2}, NOW)
    assert facts.kernel_cpu == {"k": None, "remote": None}
    assert facts.terminals == (TerminalFacts(name="1", last_input_at=None),)
    assert facts.background == ()
    assert facts.editor_at == NOW - timedelta(hours=1)
    assert sorted(each.signal for each in facts.unmeasured) == [
        "background_process",
        "kernel_cpu",
        "other_process",
        "terminal_input",
        "terminal_process",
    ]
    assert {each.reason for each in facts.unmeasured} == {NO_PROCESSES}
    assert [each.signal for each in probe.look({"remote": None}, {}, NOW).unmeasured] == ["background_process", "other_process"]


def test_a_clock_that_is_set_moves_all_that_was_measured_by_it(tmp_path: Path, opened: Terminal) -> None:
    """Each time stays as long ago as it was."""
    path = tmp_path / "stamp"
    path.write_text("2026-11-23T13:00:00.000Z")
    wall = [0.0]
    clock = MachineClock(wall=lambda: wall[0], booted=lambda: 0.0, awake=lambda: 0.0)
    probe = MachineProbe(timestamp=SharedTimestamp(path), clock=clock, own_environment={})
    now, hour = datetime.now(UTC), timedelta(hours=1)
    before = probe.look({}, {"1": opened.pid}, now)
    wall[0] = -3600.0
    after = probe.look({}, {"1": opened.pid}, now - hour)
    assert after.clock_step == -hour
    assert before.editor_at is not None
    assert after.editor_at == before.editor_at - hour
    typed = before.terminals[0].last_input_at
    assert typed is not None
    assert after.terminals[0].last_input_at == typed - hour


def test_gpus_and_jobs_are_told_where_they_are(tmp_path: Path) -> None:
    """With what could not be looked at."""
    device, database = tmp_path / "neuron0", tmp_path / "scheduler.sqlite"
    device.write_text("")
    database.write_text("none")
    gpus = Gpus(None, [tmp_path / "nvidiactl"], device)
    facts = look(MachineProbe(gpus=gpus, scheduler=SchedulerJobs(database)))
    assert (facts.gpus, facts.scheduled) == ((), ())
    assert [each.signal for each in facts.unmeasured] == ["gpu", "scheduled_job"]


def test_looks_at_the_same_time_wait_for_each_other(probe: MachineProbe) -> None:
    """As of a timer and of somebody who asks."""
    found: list[MachineFacts] = []
    threads = [threading.Thread(target=lambda: found.append(look(probe, {"me": os.getpid()}))) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert [facts.kernel_cpu["me"] is not None for facts in found] == [True] * 8


def test_a_probe_in_its_own_process_sees_its_own_server() -> None:
    """Without being told which process it is."""
    code = (
        "from datetime import datetime, timezone\n"
        "from mlcost_ext.probes.machine import MachineProbe\n"
        "facts = MachineProbe().look({}, {}, datetime.now(timezone.utc))\n"
        "print(facts.kernel_cpu, facts.terminals, facts.clock_step)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "{} () 0:00:00"
    assert done.stderr == ""
