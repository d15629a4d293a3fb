"""What is seen of kernels from outside, of whatever class their manager is; and looks, also where a clock is set."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from mlcost_ext.core.activity import KernelFacts, TerminalFacts
from mlcost_ext.probes.machine import MachineFacts
from mlcost_ext.server import idle_watch
from mlcost_ext.server.idle_look import UNOBSERVED, UNREADABLE, IdleLook, terminals_in
from mlcost_ext.server.idle_watch import KernelWatch
from mlcost_ext.server.kernel_messages import KernelMessages
from mlcost_ext.server.saves import Saves
from mlcost_ext.server.steady_clock import SteadyClock, since_boot
from tests.fakes import NOW

from .test_kernel_messages import Clock, from_kernel, message, status

KERNEL = "a"


@dataclass
class Kernel:
    execution_state: Any = "idle"
    kernel_name: str = "python3"
    provisioner: Any = None


@dataclass
class Manager:
    _kernels: Any = field(default_factory=dict)
    _kernel_connections: Any = field(default_factory=dict)
    _kernel_buffers: Any = field(default_factory=dict)


@dataclass
class Sessions:
    listed: Any = field(default_factory=list)
    asked: int = 0

    async def list_sessions(self) -> Any:
        self.asked += 1
        if isinstance(self.listed, Exception):
            raise self.listed
        return self.listed


class Watched:
    """A watch over one kernel, by a clock of its own; waiting lets that clock go on, and `meanwhile` happens then."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, state: Any = "idle", **manager: Any) -> None:
        self.clock, self.kernel = Clock(), Kernel(state)
        self.manager = Manager(**{"_kernels": {KERNEL: self.kernel}, "_kernel_connections": {KERNEL: 1}, **manager})
        self.messages = KernelMessages(self.clock, logging.getLogger("test"))
        self.sessions = Sessions()
        self.watch = KernelWatch(self.manager, self.sessions, self.messages, self.clock)
        self.meanwhile: list[Any] = []
        self.waited = 0.0
        monkeypatch.setattr(idle_watch.asyncio, "sleep", self.sleep)

    async def sleep(self, seconds: float) -> None:
        self.waited += seconds
        self.clock.time += timedelta(seconds=seconds)
        for happen in self.meanwhile:
            happen()

    def look(self, after: float = 0.0, cpu: float | None = 0.0, jobs: tuple[str, ...] = ()) -> KernelFacts:
        """Take a look some seconds later; give the kernel's facts."""
        self.clock.time += timedelta(seconds=after)
        run(self.watch.look())
        (facts,) = self.watch.facts({KERNEL: cpu}, lambda _: jobs, "USD 7.09")
        return facts

    def be(self, state: str) -> None:
        self.kernel.execution_state = state


def run(work: Coroutine[Any, Any, Any]) -> Any:
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(work)
    finally:
        loop.close()


def test_a_kernel_that_only_answers_is_not_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a second later it has answered."""
    watched = Watched(monkeypatch, "busy")
    watched.meanwhile = [lambda: watched.be("idle")]
    facts = watched.look()
    assert (facts.execution_state, facts.busy_since, watched.waited) == ("idle", None, 0.5)


def test_a_kernel_that_is_busy_still_is_busy_since_the_look_that_saw_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """From then on it is not waited for; once idle, it begins anew."""
    watched = Watched(monkeypatch, "busy")
    facts = watched.look()
    assert (facts.execution_state, facts.busy_since) == ("busy", NOW + timedelta(seconds=0.5))
    assert watched.look(30).busy_since == NOW + timedelta(seconds=0.5)
    assert watched.waited == 0.5
    watched.be("idle")
    assert watched.look(30).busy_since is None
    watched.be("busy")
    assert watched.look(30).busy_since == watched.clock.time
    assert watched.waited == 1.0


def test_a_cell_that_was_seen_to_begin_is_busy_since_then_whatever_jupyter_says(monkeypatch: pytest.MonkeyPatch) -> None:
    watched = Watched(monkeypatch)
    watched.messages.note_kernel(KERNEL, "iopub", status("busy"))
    facts = watched.look(20)
    assert (facts.execution_state, facts.busy_since, watched.waited) == ("busy", NOW, 0.0)
    watched.messages.note_kernel(KERNEL, "iopub", status("idle"))
    assert watched.look(20).execution_state == "idle"


def test_a_silent_poll_in_the_moment_of_a_look_is_no_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even where the next one runs in the moment of the second look."""
    watched = Watched(monkeypatch)
    watched.messages.note_kernel(KERNEL, "iopub", status("busy", "poll-1"))

    def meanwhile() -> None:
        watched.messages.note_kernel(KERNEL, "iopub", status("idle", "poll-1"))
        watched.clock.time += timedelta(seconds=0.3)
        watched.messages.note_kernel(KERNEL, "iopub", status("busy", "poll-2"))

    watched.meanwhile = [meanwhile]
    assert watched.look().execution_state == "idle"


def test_of_a_closed_page_jupyter_keeps_the_cells_end(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[Any] = []
    watched = Watched(monkeypatch, _kernel_connections={KERNEL: 0}, _kernel_buffers={KERNEL: {"buffer": kept}})
    watched.messages.note_kernel(KERNEL, "iopub", status("busy"))
    assert watched.look(60).execution_state == "busy"
    kept += [("iopub", from_kernel(message("stream"))), ("stdin", from_kernel(message("input_request")))]
    asked_at = watched.clock.time + timedelta(seconds=60)
    assert watched.look(60).input_since == asked_at
    assert watched.look(60).input_since == asked_at
    kept.append(("iopub", status("idle")))
    facts = watched.look(60)
    assert (facts.execution_state, facts.input_since) == ("idle", None)


def test_a_long_list_of_kept_messages_is_looked_through_bit_by_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[Any] = [("iopub", from_kernel(message("stream")))] * (idle_watch.MOST_SCANNED + 10)
    watched = Watched(monkeypatch, _kernel_connections={KERNEL: 0}, _kernel_buffers={KERNEL: {"buffer": kept}})
    watched.messages.note_kernel(KERNEL, "iopub", status("busy"))
    kept.append(("iopub", status("idle")))
    assert [watched.look(60).execution_state for _ in range(2)] == ["busy", "idle"]


def test_of_a_page_that_nothing_is_kept_for_only_jupyters_word_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    watched = Watched(monkeypatch, _kernel_connections={KERNEL: 0})
    watched.messages.note_kernel(KERNEL, "iopub", status("busy"))
    assert watched.look(60).execution_state == "idle"


def test_a_prompt_is_over_when_its_kernel_is_not_busy_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """But not before its state can have been told."""
    watched = Watched(monkeypatch)
    watched.messages.note_kernel(KERNEL, "stdin", from_kernel(message("input_request")))
    watched.look(0.1)
    watched.be("busy")
    assert watched.look(0.1).input_since == NOW
    watched.be("idle")
    watched.look(10)
    watched.be("busy")
    assert watched.look(10).input_since is None


def popen() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])


def test_a_kernel_whose_process_has_ended_is_dead_and_its_next_process_starts_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever state its manager last heard of: nobody takes that word back."""
    watched, first, second = Watched(monkeypatch, "busy"), popen(), popen()
    try:
        watched.kernel.provisioner = SimpleNamespace(process=first)
        assert watched.look().execution_state == "busy"
        assert watched.watch.pids() == {KERNEL: first.pid}
        first.kill()
        first.wait()
        assert watched.look(30).execution_state == "dead"
        watched.kernel.provisioner = SimpleNamespace(process=second)
        facts = watched.look(30)
        assert (facts.execution_state, facts.busy_since, facts.started_at) == ("unknown", None, watched.clock.time)
        watched.be("idle")
        assert watched.look(30).execution_state == "idle"
        watched.be("busy")
        assert watched.look(30).execution_state == "busy"
    finally:
        for process in (first, second):
            process.kill()
            process.wait()


@pytest.mark.parametrize(("state", "told"), [(None, "unknown"), ("autorestarting", "unknown"), ("starting", "starting")])
def test_states_that_nobody_knows_are_unknown(monkeypatch: pytest.MonkeyPatch, state: Any, told: str) -> None:
    watched = Watched(monkeypatch, state, _kernel_connections=None, _kernel_buffers=None)
    facts = watched.look()
    assert (facts.execution_state, watched.watch.pids()) == (told, {KERNEL: None})


def test_a_manager_that_keeps_its_kernels_elsewhere_is_no_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    watched = Watched(monkeypatch)
    del watched.manager._kernels
    run(watched.watch.look())
    assert watched.watch.facts({}, lambda _: (), None) == ()
    assert not watched.watch.is_readable


def test_kernels_are_called_by_their_notebooks_and_sessions_are_read_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    watched = Watched(monkeypatch)
    facts = watched.look()
    assert (facts.label, facts.has_session) == ("python3", False)
    watched.sessions.listed = [{"type": "notebook", "path": "w/a.ipynb", "name": "a.ipynb", "kernel": {"id": KERNEL}}, {}]
    watched.watch._sessions._read_at = float("-inf")
    facts = watched.look()
    assert (facts.label, facts.has_session) == ("w/a.ipynb", True)
    watched.look()
    assert watched.sessions.asked == 2
    watched.sessions.listed = RuntimeError("a gateway that is out of reach")
    watched.watch._sessions._read_at = float("-inf")
    assert watched.look().label == "w/a.ipynb"


@pytest.mark.parametrize(
    ("cpu", "waits"), [(None, ("training churn",)), (0.0, ("training churn",)), (0.049, ("training churn",)), (0.05, ())]
)
def test_a_busy_kernel_that_does_nothing_waits_for_its_jobs(
    monkeypatch: pytest.MonkeyPatch, cpu: float | None, waits: tuple[str, ...]
) -> None:
    facts = Watched(monkeypatch, "busy").look(cpu=cpu, jobs=("training churn",))
    assert (facts.waits_for, facts.waits_cost_per_hour) == (waits, "USD 7.09" if waits else None)


def test_an_idle_kernel_waits_for_nothing_and_neither_does_one_at_a_prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Watched(monkeypatch).look(jobs=("training churn",)).waits_for == ()
    watched = Watched(monkeypatch, "busy")
    watched.messages.note_kernel(KERNEL, "stdin", from_kernel(message("input_request")))
    assert watched.look(jobs=("training churn",)).waits_for == ()


# -- looks ----------------------------------------------------------------------------------


class Events:
    def __init__(self) -> None:
        self.listeners: list[Any] = []

    def add_listener(self, *, schema_id: str, listener: Any) -> None:
        self.listeners.append(listener)

    def remove_listener(self, *, schema_id: str, listener: Any) -> None:
        raise KeyError(schema_id)


@dataclass
class Probe:
    facts: MachineFacts
    asked: list[Any] = field(default_factory=list)

    def look(self, kernels: Any, terminals: Any, now: datetime) -> MachineFacts:
        self.asked.append((dict(kernels), dict(terminals)))
        return self.facts


class Elapsed:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def looking(
    monkeypatch: pytest.MonkeyPatch, facts: MachineFacts, **settings: Any
) -> tuple[IdleLook, Watched, Probe, Saves, Elapsed]:
    watched, probe, elapsed = Watched(monkeypatch), Probe(facts), Elapsed()
    clock = SteadyClock(lambda: NOW, elapsed)
    watched.messages._clock = watched.watch._clock = clock.now
    saves = Saves(Events(), clock.now)
    return IdleLook(watched.watch, watched.messages, saves, probe, settings, clock), watched, probe, saves, elapsed


def taken(look: IdleLook) -> Any:
    return run(look.take(lambda _: (), None))


def test_a_look_brings_everything_together(monkeypatch: pytest.MonkeyPatch) -> None:
    facts = MachineFacts(kernel_cpu={KERNEL: 0.5}, terminals=(TerminalFacts(name="1", last_input_at=NOW),), editor_at=NOW)
    terminals = {"1": SimpleNamespace(ptyproc=SimpleNamespace(pid=4711)), "2": SimpleNamespace()}
    look, _, probe, saves, elapsed = looking(monkeypatch, facts, terminal_manager=SimpleNamespace(terminals=terminals))
    elapsed.seconds = 5.0
    run(saves._told(None, "", {"action": "save", "path": "/w/a.py"}))
    run(saves._told(None, "", {"action": "get", "path": "b.py"}))
    elapsed.seconds = 30.0
    measured = taken(look).measured
    assert probe.asked == [({KERNEL: None}, {"1": 4711})]
    assert (measured.taken_at, measured.server_started_at) == (NOW + timedelta(seconds=30), NOW)
    assert (measured.last_saved_path, measured.last_saved_at) == ("w/a.py", NOW + timedelta(seconds=5))
    assert (measured.kernels[0].cpu_fraction, measured.terminals[0].name, measured.editor_at) == (0.5, "1", NOW)
    assert measured.unmeasured == (UNOBSERVED,)
    assert look.subjects() == (frozenset({KERNEL}), frozenset({"1"}))
    assert look.spending.seconds > 0


@pytest.mark.parametrize("hours", [-8, 8])
def test_a_clock_that_was_set_leaves_all_as_long_ago_as_it_was(monkeypatch: pytest.MonkeyPatch, hours: int) -> None:
    """What was noted between the step and the look too, and what comes after."""
    step = timedelta(hours=hours)
    look, watched, probe, saves, elapsed = looking(monkeypatch, MachineFacts(kernel_cpu={}))
    taken(look)
    elapsed.seconds = 10.0
    watched.messages.note_kernel(KERNEL, "iopub", status("busy"))
    watched.messages.of(KERNEL).used_at = look.clock.now()
    run(saves._told(None, "", {"action": "save", "path": "a.py"}))
    elapsed.seconds = 60.0
    probe.facts = MachineFacts(kernel_cpu={}, clock_step=step)
    looked = taken(look)
    kernel, now = looked.measured.kernels[0], looked.measured.taken_at
    assert (looked.clock_step, now) == (step, NOW + step + timedelta(seconds=60))
    ago = timedelta(seconds=50)
    assert (now - kernel.busy_since, now - kernel.last_user_message_at, now - looked.measured.last_saved_at) == (ago, ago, ago)
    assert (now - kernel.started_at, now - looked.measured.server_started_at) == (timedelta(seconds=60), timedelta(seconds=60))


def test_switched_on_again_it_begins_as_a_server_that_was_just_started(monkeypatch: pytest.MonkeyPatch) -> None:
    look, _, _, _, elapsed = looking(monkeypatch, MachineFacts(kernel_cpu={}))
    for is_on, at in ((True, 10.0), (False, 20.0), (False, 30.0), (True, 40.0), (True, 50.0)):
        elapsed.seconds = at
        look.switch(is_on=is_on)
    assert taken(look).measured.server_started_at == NOW + timedelta(seconds=40)


def test_what_cannot_be_observed_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    look, watched, _, _, _ = looking(monkeypatch, MachineFacts(kernel_cpu={}))
    del watched.manager._kernels
    assert taken(look).measured.unmeasured == (UNOBSERVED, UNREADABLE)
    look.end()  # nobody has listened yet, which is no trouble


@pytest.mark.parametrize("settings", [{}, {"terminal_manager": None}, {"terminal_manager": object()}])
def test_without_terminals_there_are_none(settings: dict[str, Any]) -> None:
    assert terminals_in(settings) == {}


def test_the_steady_clock_goes_on_and_is_only_moved_by_whoever_says_so() -> None:
    elapsed = Elapsed()
    clock = SteadyClock(lambda: NOW, elapsed)
    elapsed.seconds = 1.5
    assert clock.now() == NOW + timedelta(seconds=1.5)
    clock.shift(timedelta(hours=1))
    assert clock.now() == NOW + timedelta(hours=1, seconds=1.5)
    before = since_boot()
    assert since_boot() >= before > 0
