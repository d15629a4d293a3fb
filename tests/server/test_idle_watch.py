"""What is seen of kernels from outside, of whatever class their manager is."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from mlcost_ext.core.activity import KernelFacts
from mlcost_ext.server import idle_watch
from mlcost_ext.server.idle_watch import KernelWatch
from mlcost_ext.server.kernel_messages import KernelMessages
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
        (facts,) = self.watch.facts({KERNEL: cpu}, lambda _: jobs)
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


def test_a_long_list_of_kept_messages_is_looked_through_in_one_look_bit_by_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loop turns in between; a chatty cell's end is not seen hours late."""
    kept: list[Any] = [("iopub", from_kernel(message("stream")))] * (3 * idle_watch.MOST_SCANNED + 10)
    watched = Watched(monkeypatch, _kernel_connections={KERNEL: 0}, _kernel_buffers={KERNEL: {"buffer": kept}})
    watched.messages.note_kernel(KERNEL, "iopub", status("busy"))
    read: list[int] = []
    note = watched.messages.kept
    monkeypatch.setattr(watched.messages, "kept", lambda *told: (read.append(1), note(*told)))
    turns: list[int] = []
    watched.meanwhile = [lambda: turns.append(len(read))]
    kept.append(("iopub", status("idle")))
    assert watched.look(60).execution_state == "idle"
    assert turns == [idle_watch.MOST_SCANNED * turn for turn in (1, 2, 3)]
    assert (watched.look(60).execution_state, len(read)) == ("idle", len(kept))


def test_a_kernel_that_goes_while_its_kept_messages_are_looked_through(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[Any] = [("iopub", from_kernel(message("stream")))] * (idle_watch.MOST_SCANNED + 10)
    watched = Watched(monkeypatch, _kernel_connections={KERNEL: 0}, _kernel_buffers={KERNEL: {"buffer": kept}})
    watched.meanwhile = [watched.manager._kernels.clear, watched.manager._kernel_buffers.clear]
    run(watched.watch.look())
    run(watched.watch.look())
    assert watched.watch.facts({}, lambda _: ()) == ()


def test_what_is_kept_anew_is_read_from_its_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page was there in between, seen or not; Python may give the new list the place of the old one."""
    kept: list[Any] = [("iopub", from_kernel(message("stream"))) for _ in range(3)]
    watched = Watched(monkeypatch, _kernel_connections={KERNEL: 0}, _kernel_buffers={KERNEL: {"buffer": kept}})
    for cell in ("seen", "unseen"):
        watched.messages.note_kernel(KERNEL, "iopub", status("busy", cell))
        assert watched.look(60).execution_state == "busy"
        kept[:] = [("iopub", status("idle", cell)), *(("iopub", from_kernel(message("stream"))) for _ in range(3))]
        if cell == "seen":
            watched.manager._kernel_connections[KERNEL] = 1
            watched.look(60)
            watched.manager._kernel_connections[KERNEL] = 0
        assert watched.look(60).execution_state == "idle"


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
    assert watched.watch.facts({}, lambda _: ()) == ()
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
    assert facts.waits_for == waits


def test_an_idle_kernel_waits_for_nothing_and_neither_does_one_at_a_prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Watched(monkeypatch).look(jobs=("training churn",)).waits_for == ()
    watched = Watched(monkeypatch, "busy")
    watched.messages.note_kernel(KERNEL, "stdin", from_kernel(message("input_request")))
    assert watched.look(jobs=("training churn",)).waits_for == ()
