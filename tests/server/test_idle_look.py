"""Looks bring everything together, also where a clock is set or the policy switches them off meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from mlcost_ext.core.activity import TerminalFacts
from mlcost_ext.probes.machine import MachineFacts
from mlcost_ext.server.idle_look import UNOBSERVED, UNREADABLE, IdleLook, terminals_in
from mlcost_ext.server.kernel_messages import observed
from mlcost_ext.server.saves import Saves
from mlcost_ext.server.steady_clock import SteadyClock
from tests.fakes import NOW

from .test_idle_watch import KERNEL, Watched, run
from .test_kernel_messages import Connection, status


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
    saves = Saves(Events(), None, clock.now)
    return IdleLook(watched.watch, watched.messages, saves, probe, settings, clock), watched, probe, saves, elapsed


def taken(look: IdleLook) -> Any:
    return run(look.take(lambda _: ()))


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


def test_a_cell_that_ends_while_it_is_switched_off_is_not_busy_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    look, watched, _, _, elapsed = looking(monkeypatch, MachineFacts(kernel_cpu={}))
    watched.be("busy")
    connection = observed(Connection, watched.messages)(KERNEL)
    connection.handle_outgoing_message("iopub", status("busy"))
    elapsed.seconds = 10.0
    assert taken(look).measured.kernels[0].execution_state == "busy"
    look.switch(is_on=False)
    connection.handle_outgoing_message("iopub", status("idle"))
    watched.be("idle")
    look.switch(is_on=True)
    elapsed.seconds = 60.0
    assert taken(look).measured.kernels[0].execution_state == "idle"
    watched.be("busy")
    assert taken(look).measured.kernels[0].busy_since == NOW + timedelta(seconds=60)


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
