"""What one look at a world measures."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import cast

from mlcost_ext.core.activity import (
    BackgroundProcess,
    GpuFacts,
    GpuOwner,
    KernelFacts,
    Measurements,
    OtherProcess,
    RunningProcess,
    ScheduledJob,
    TerminalFacts,
    Unmeasured,
)

from .world import Kernel, Process, Span, Terminal, World

BASE = datetime(2026, 3, 29, tzinfo=timezone.utc)
ODD = (Unmeasured(signal="gpu", reason="The driver does not answer."),)


def is_of_a_terminal(span: Span) -> bool:
    """Tell whether a program that was left behind can be told from one that was begun elsewhere: here by its number."""
    return int(span.what) % 2 == 0


class Look:
    """A look at `t`, with means since the look before."""

    def __init__(self, world: World, t: int, since: int) -> None:
        self.world, self.t, self.since, self.clock = world, t, since, world.offset(t)

    def measurements(self) -> Measurements:
        """Measure everything."""
        world, t = self.world, self.t
        started = world.server(t)
        return Measurements(
            taken_at=self.wall_at(t),
            server_started_at=self.wall_at(started),
            resumed_at=self.wall(world.woke(t)),
            kernels=tuple([self.kernel(kernel) for kernel in world.alive_kernels(t)]),
            terminals=tuple([self.terminal(terminal) for terminal in world.alive_terminals(t)]),
            background=tuple([self.background(span) for span in world.left if span.holds(t) and is_of_a_terminal(span)]),
            others=tuple([self.other(span) for span in world.left if span.holds(t) and not is_of_a_terminal(span)]),
            gpus=tuple([self.gpu(index) for index in range(world.gpus)]),
            last_saved_at=self.wall(world.latest(world.saves, t, started)),
            editor_at=self.wall(world.latest(world.edits, t)),
            scheduled=tuple([self.job(job) for job in world.scheduled if job.holds(t)]),
            unmeasured=ODD if t % 7 == 0 else (),
        )

    def wall_at(self, told: int) -> datetime:
        return BASE + timedelta(microseconds=told + self.clock)

    def wall(self, told: int | None) -> datetime | None:
        return None if told is None else self.wall_at(told)

    def kernel(self, kernel: Kernel) -> KernelFacts:
        """Measure one kernel."""
        world, t, doing = self.world, self.t, kernel.phase(self.t)
        busy, what, since = (doing[0].start, doing[1].what, doing[1].start) if doing else (None, "", 0)
        return KernelFacts(
            kernel_id=kernel.event.kernel,
            label=f"{kernel.event.kernel}.ipynb",
            has_session=kernel.event.has_session,
            execution_state=kernel.state(t),
            started_at=self.wall_at(world.told(kernel.life.start, t)),
            busy_since=None if busy is None else self.wall_at(world.told(busy, t)),
            input_since=self.wall_at(world.told(since, t)) if what.startswith("prompt") else None,
            last_user_message_at=self.wall(world.latest(kernel.messages, t)),
            cpu_fraction=world.kernel_mean(kernel, t, self.since) if kernel.event.is_local else None,
            waits_for=("training churn",) if what.endswith("job") else (),
        )

    def terminal(self, terminal: Terminal) -> TerminalFacts:
        """Measure one terminal."""
        return TerminalFacts(
            name=terminal.name,
            last_input_at=self.wall(self.world.latest(terminal.typed, self.t)),
            processes=tuple([self.process(span) for span in terminal.programs if span.holds(self.t)]),
        )

    def process(self, span: Process) -> RunningProcess:
        return RunningProcess(
            command=span.what,
            cpu_fraction=self.world.mean(span, self.t, self.since),
            is_foreground=span.program.is_foreground,
            is_viewer=span.program.is_viewer,
            waits_for_disk=span.program.waits_for_disk,
        )

    def background(self, span: Span) -> BackgroundProcess:
        return BackgroundProcess(pid=int(span.what), command="nohup", cpu_fraction=self.world.mean(span, self.t, self.since))

    def other(self, span: Span) -> OtherProcess:
        return OtherProcess(pid=int(span.what), command="cron", cpu_fraction=self.world.mean(span, self.t, self.since))

    def gpu(self, index: int) -> GpuFacts:
        """Measure one GPU: it is somebody else's where all of its users are."""
        uses = self.world.gpu_uses_of(index, self.t, self.since)
        owners = sorted({use.owner for use in uses}, key=lambda owner: (owner == "others", owner))
        return GpuFacts(
            index=index,
            utilisation_fraction=max((use.rate for use in uses), default=0.0),
            memory_used_bytes=2**32,
            owner=cast("GpuOwner", owners[0]) if owners else "nobody",
        )

    def job(self, job: Span) -> ScheduledJob:
        return ScheduledJob(job_id=job.what, name=job.what, started_at=self.wall_at(self.world.told(job.start, self.t)))
