"""One look at everything that may show activity: kernels from here, the machine in a thread, what was saved."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from mlcost_ext.core.activity import Measurements, Unmeasured
from mlcost_ext.probes.machine import MachineFacts

from .idle_watch import JobsOf, KernelWatch
from .intake import now_utc
from .kernel_messages import KernelMessages
from .saves import Saves
from .steady_clock import SteadyClock

UNOBSERVED = Unmeasured(
    signal="user_message",
    reason="This server's connections to kernels are of a kind that cannot be observed: what is done in notebooks is not seen.",
)
UNREADABLE = Unmeasured(
    signal="kernel_busy", reason="This server's kernel manager is of a kind whose kernels cannot be looked at from here."
)


class Probe(Protocol):
    """What measures the machine, such as `mlcost_ext.probes.machine.MachineProbe`; it blocks."""

    def look(self, kernels: Mapping[str, int | None], terminals: Mapping[str, int], now: datetime) -> MachineFacts:
        """Measure everything once."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What one look has found."""

    measured: Measurements
    clock_step: timedelta
    """By how much this machine's clock was set since the look before."""


class IdleLook:
    """Takes looks, one at a time. All methods are for the event loop's thread."""

    def __init__(
        self,
        watch: KernelWatch,
        messages: KernelMessages,
        saves: Saves,
        probe: Probe,
        web_settings: dict[str, Any],
        clock: SteadyClock,
    ) -> None:
        """Take what is looked at.

        Args:
            watch: Knows the kernels.
            messages: Is told of what pages and kernels tell each other.
            saves: Is told of saved files.
            probe: Measures the machine.
            web_settings: Of Jupyter's web application, where extensions leave what others need.
            clock: By which all of it is told.
        """
        self._watch, self._messages, self._saves, self._probe = watch, messages, saves, probe
        self._web_settings, self.clock = web_settings, clock
        self._began_at = clock.now()
        self._is_observed = False
        self.step = ""
        """What is being looked at, in words."""
        self.spending = watch.spending

    def begin(self, news: Callable[[], None]) -> None:
        """Begin to observe; `news` is called whenever a person has done something."""
        self._messages.on_use = self._saves.on_save = news
        self._is_observed = self._messages.observe(self._web_settings)
        self._saves.listen()

    def end(self) -> None:
        """Put everything back as it was."""
        self._messages.release(self._web_settings)
        self._saves.release()

    def switch(self, *, is_on: bool) -> None:
        """Observe messages, or do not; what is switched on again begins as a server that has just been started."""
        if is_on and not self._messages.is_on:
            self._began_at = self.clock.now()
        if not is_on and self._messages.is_on:
            self._watch.forget()
        self._messages.is_on = is_on

    def subjects(self) -> tuple[frozenset[str], frozenset[str]]:
        """Give the kernels and the terminals that are there now; costs next to nothing."""
        return frozenset(self._watch.there()), frozenset(terminals_in(self._web_settings))

    async def take(self, jobs: JobsOf) -> Looked:
        """Take one look.

        Args:
            jobs: Gives the running jobs that were launched from a kernel.
        """
        self.step = "the look at kernels"
        await self._watch.look()
        self.step = "the look at this machine's processes, GPUs and files"
        terminals = terminals_in(self._web_settings)
        pids = self._watch.pids()
        facts = await asyncio.to_thread(self.spending.timed(lambda: self._probe.look(pids, terminals, now_utc())))
        if facts.clock_step:
            self._shift(facts.clock_step)
        with self.spending:
            return Looked(measured=self._measured(facts, jobs), clock_step=facts.clock_step)

    def _shift(self, by: timedelta) -> None:
        self.clock.shift(by)
        self._began_at += by
        self._watch.shift(by)
        self._saves.shift(by)

    def _measured(self, facts: MachineFacts, jobs: JobsOf) -> Measurements:
        lacking = [] if self._is_observed else [UNOBSERVED]
        lacking += [] if self._watch.is_readable else [UNREADABLE]
        return Measurements(
            taken_at=self.clock.now(),
            server_started_at=self._began_at,
            resumed_at=facts.resumed_at,
            kernels=facts.completed(self._watch.facts(facts.kernel_cpu, jobs)),
            terminals=facts.terminals,
            background=facts.background,
            others=facts.others,
            gpus=facts.gpus,
            last_saved_at=self._saves.at,
            last_saved_path=self._saves.path,
            editor_at=facts.editor_at,
            scheduled=facts.scheduled,
            unmeasured=(*lacking, *self._watch.unmeasured, *facts.unmeasured),
        )


def terminals_in(web_settings: Mapping[str, Any]) -> dict[str, int]:
    """Give each terminal's shell; none where terminals are switched off, or of another kind."""
    found = getattr(web_settings.get("terminal_manager"), "terminals", None)
    shells = ((str(name), getattr(getattr(each, "ptyproc", None), "pid", None)) for name, each in dict(found or {}).items())
    return {name: pid for name, pid in shells if isinstance(pid, int)}
