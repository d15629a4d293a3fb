"""Kernels that run behind a gateway: Jupyter knows their states only when it asks for them."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest

from mlcost_ext.server import gateway_kernels
from mlcost_ext.server.gateway_kernels import UNANSWERED
from mlcost_ext.server.idle_watch import KernelWatch
from tests.fakes import NOW

from .test_idle_watch import KERNEL, Manager, Watched, popen, run
from .test_kernel_messages import message


@dataclass
class Gateway(Manager):
    """A manager that keeps what it was told last, and is told only when it asks."""

    truth: Any = "idle"
    asked: int = 0

    async def list_kernels(self) -> list[Any]:
        self.asked += 1
        if isinstance(self.truth, Exception):
            raise self.truth
        if self.truth == "hangs":
            await asyncio.Event().wait()
        for kernel in self._kernels.values():
            kernel.execution_state = self.truth
        return []


def of_gateway(monkeypatch: pytest.MonkeyPatch, state: str = "idle", truth: Any = "idle") -> tuple[Watched, Gateway]:
    """Watch a kernel of a gateway whose state was told as `state` some time ago."""
    watched = Watched(monkeypatch, state)
    gateway = Gateway(_kernels={KERNEL: watched.kernel}, _kernel_connections={KERNEL: 1}, truth=truth)
    watched.watch = KernelWatch(gateway, watched.sessions, watched.messages, watched.clock)
    monkeypatch.setattr(watched.watch._gateway, "_clock", lambda: float(watched.clock.time.timestamp()))
    return watched, gateway


def test_the_gateway_is_asked_for_its_kernels_states_every_half_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that was closed right after a cell was run, or before its end, leaves an old state behind."""
    watched, gateway = of_gateway(monkeypatch, "idle", "busy")
    assert watched.look().execution_state == "busy"
    assert gateway.asked == 2  # and half a second later: it may only have answered something
    assert [watched.look(seconds).execution_state for seconds in (10, 10, 15)] == ["busy"] * 3
    assert gateway.asked == 3
    gateway.truth = "idle"
    assert watched.look(31).execution_state == "idle"
    assert watched.watch.unmeasured == ()


def test_a_gateways_kernel_that_only_answers_is_not_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    watched, gateway = of_gateway(monkeypatch, "idle", "busy")
    watched.meanwhile = [lambda: setattr(gateway, "truth", "idle")]
    assert watched.look().execution_state == "idle"


@pytest.mark.parametrize("trouble", [OSError("out of reach"), "hangs"])
@pytest.mark.parametrize("state", ["idle", "busy"])
def test_without_an_answer_the_states_are_not_known_and_that_is_told(
    monkeypatch: pytest.MonkeyPatch, state: str, trouble: Any
) -> None:
    monkeypatch.setattr(gateway_kernels, "PATIENCE_SECONDS", 0.01)
    watched, gateway = of_gateway(monkeypatch, state, trouble)
    facts = watched.look()
    assert (facts.execution_state, facts.busy_since, watched.watch.unmeasured) == ("unknown", None, (UNANSWERED,))
    assert watched.look(10).execution_state == "unknown"
    assert gateway.asked == 1
    gateway.truth = "busy"
    assert (watched.look(30).execution_state, watched.watch.unmeasured) == ("busy", ())


def test_kernels_of_this_machine_are_known_without_the_gateway_and_without_kernels_it_is_not_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    watched, gateway = of_gateway(monkeypatch, "idle", OSError())
    process = popen()
    try:
        watched.kernel.provisioner = SimpleNamespace(process=process)
        assert (watched.look().execution_state, watched.watch.unmeasured) == ("idle", ())
    finally:
        process.kill()
        process.wait()
    gateway._kernels.clear()
    run(watched.watch.look())
    assert gateway.asked == 1


def test_a_prompt_outlives_an_answer_that_does_not_come(monkeypatch: pytest.MonkeyPatch) -> None:
    watched, gateway = of_gateway(monkeypatch, "busy", "busy")
    watched.messages.note_text(KERNEL, json.dumps(message("input_request")))
    assert watched.look(1).input_since == NOW
    gateway.truth = OSError()
    assert watched.look(31).execution_state == "unknown"
    gateway.truth = "busy"
    assert watched.look(31).input_since == NOW
    gateway.truth = "idle"
    watched.look(31)
    gateway.truth = "busy"
    assert watched.look(31).input_since is None


def test_a_prompt_of_a_kernel_that_was_starting_when_it_was_asked_last(monkeypatch: pytest.MonkeyPatch) -> None:
    watched, gateway = of_gateway(monkeypatch, "starting", "starting")
    watched.look()
    watched.messages.note_text(KERNEL, json.dumps(message("input_request")))
    asked_at = watched.clock.time
    watched.look(10)
    gateway.truth = "busy"
    assert watched.look(30).input_since == asked_at
