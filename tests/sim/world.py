"""What truly happens on a machine in a day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from mlcost_ext.core.activity import ExecutionState

from . import events as e


@dataclass(slots=True, kw_only=True)
class Span:
    """Something that lasts; its end is not part of it."""

    what: str
    start: int
    end: int
    rate: float = 0.0
    works_until: int = 0
    owner: str = ""

    def holds(self, t: int) -> bool:
        """Tell whether it lasts at a moment."""
        return self.start <= t < self.end

    def cut(self, t: int) -> None:
        """Let it end by then."""
        self.end, self.works_until = min(self.end, t), min(self.works_until, t)


@dataclass(slots=True, kw_only=True)
class Process(Span):
    """A program in a terminal."""

    program: e.Program


@dataclass(slots=True, kw_only=True)
class Moment:
    """When something happened, and by how much its stamp is off."""

    at: int
    ahead: int = 0


@dataclass(slots=True, kw_only=True)
class Busy:
    """A time for which a kernel is busy."""

    start: int
    phases: list[Span]


@dataclass(slots=True, kw_only=True)
class Kernel:
    """A kernel's life in one server."""

    event: e.KernelStart
    life: Span
    starts: list[Span]
    """Its start, and its restarts."""
    runs: list[Busy] = field(default_factory=list)
    threads: list[Span] = field(default_factory=list)
    messages: list[Moment] = field(default_factory=list)
    dead_at: int = e.NEVER

    def phase(self, t: int) -> tuple[Busy, Span] | None:
        """Give what it is busy with; None: it is not busy."""
        for run in self.runs:
            for phase in run.phases:
                if phase.holds(t):
                    return run, phase
        return None

    def state(self, t: int) -> ExecutionState:
        """Give its execution state."""
        if t >= self.dead_at:
            return "dead"
        for start in self.starts:
            if start.holds(t):
                return "starting" if start.what == "starting" else "restarting"
        return "busy" if self.phase(t) else "idle" if self.event.is_local else "unknown"

    def cut(self, t: int) -> None:
        """End what it does."""
        for run in self.runs:
            for phase in run.phases:
                phase.cut(t)
        for each in (*self.threads, *self.starts):
            each.cut(t)


@dataclass(slots=True, kw_only=True)
class Terminal:
    """A terminal, and what runs in it."""

    name: str
    life: Span
    typed: list[Moment] = field(default_factory=list)
    programs: list[Process] = field(default_factory=list)


class World:
    """A day as it truly was. Everything is known of it from the start; a look takes out what shows at one moment."""

    def __init__(self, happened: Iterable[e.Event], *, gpus: int, adjusts: bool) -> None:
        self.gpus, self.adjusts = gpus, adjusts
        self.servers = [0]
        self.absent: list[Span] = []
        """Nobody can look: the server is down, or the machine sleeps."""
        self.wakes: list[Moment] = []
        self.steps: list[tuple[int, int]] = []
        self.kernels: list[Kernel] = []
        self.terminals: list[Terminal] = []
        self.left: list[Span] = []
        self.gpu_uses: list[Span] = []
        self.scheduled: list[Span] = []
        self.saves: list[Moment] = []
        self.edits: list[Moment] = []
        for event in sorted(happened, key=lambda each: each.at):
            if not any(gone.holds(event.at) for gone in self.absent):
                HAPPEN[type(event)](self, event)

    # -- what happens

    def kernel(self, name: str, t: int) -> Kernel | None:
        """Give a kernel that is there and not dead."""
        return next((k for k in self.kernels if k.event.kernel == name and k.life.holds(t) and t < k.dead_at), None)

    def terminal(self, name: str, t: int) -> Terminal | None:
        return next((each for each in self.terminals if each.name == name and each.life.holds(t)), None)

    def start_kernel(self, event: e.KernelStart) -> None:
        there = [k for k in self.kernels if k.event.kernel == event.kernel and k.life.holds(event.at)]
        if not there:
            start = Span(what="starting", start=event.at, end=event.at + event.takes)
            life = Span(what="kernel", start=event.at, end=e.NEVER)
            self.kernels.append(Kernel(event=event, life=life, starts=[start]))

    def restart_kernel(self, event: e.KernelRestart) -> None:
        kernel = self.kernel(event.kernel, event.at)
        if kernel is not None:
            kernel.cut(event.at)
            kernel.starts.append(Span(what="restarting", start=event.at, end=event.at + event.takes))

    def kill_kernel(self, event: e.KernelDeath) -> None:
        kernel = self.kernel(event.kernel, event.at)
        if kernel is not None:
            kernel.cut(event.at)
            kernel.dead_at = event.at
            if event.vanishes:
                kernel.life.cut(event.at)

    def run(self, event: e.Run) -> None:
        kernel = self.kernel(event.kernel, event.at)
        if kernel is None or kernel.state(event.at) not in ("idle", "unknown"):
            return
        phases: list[Span] = []
        start = event.at
        for what, lasts in event.phases:
            phases.append(Span(what=what, start=start, end=start + lasts))
            start += lasts
            if what == "code":
                kernel.threads.append(Span(what=what, start=start - lasts, end=start, rate=event.rate, works_until=start))
        kernel.runs.append(Busy(start=event.at, phases=phases))
        if event.by_user:
            kernel.messages.append(Moment(at=event.at))

    def message(self, event: e.Message) -> None:
        kernel = self.kernel(event.kernel, event.at)
        if kernel is not None:
            kernel.messages.append(Moment(at=event.at, ahead=event.ahead))

    def start_threads(self, event: e.Threads) -> None:
        kernel, end = self.kernel(event.kernel, event.at), event.at + event.lasts
        if kernel is not None:
            kernel.threads.append(Span(what="threads", start=event.at, end=end, rate=event.rate, works_until=end))

    def open_terminal(self, event: e.TerminalOpen) -> None:
        if self.terminal(event.name, event.at) is None:
            life = Span(what="terminal", start=event.at, end=event.at + event.lasts)
            self.terminals.append(Terminal(name=event.name, life=life))

    def type_in(self, event: e.Typed) -> None:
        terminal = self.terminal(event.name, event.at)
        if terminal is not None:
            terminal.typed.append(Moment(at=event.at, ahead=event.ahead))

    def start_program(self, event: e.Program) -> None:
        terminal = self.terminal(event.terminal, event.at)
        if terminal is not None:
            end = min(event.at + event.lasts, terminal.life.end)
            works = min(event.at + event.works, end)
            terminal.programs.append(
                Process(what="train", start=event.at, end=end, rate=event.rate, works_until=works, program=event)
            )

    def leave_behind(self, event: e.LeftBehind) -> None:
        works, end = event.at + event.works, event.at + event.lasts
        self.left.append(Span(what=str(event.pid), start=event.at, end=end, rate=event.rate, works_until=works))

    def use_gpu(self, event: e.GpuUse) -> None:
        end = event.at + event.lasts
        self.gpu_uses.append(Span(what=str(event.index), start=event.at, end=end, rate=event.rate, owner=event.owner))

    def start_scheduled(self, event: e.Scheduled) -> None:
        if not any(job.what == event.job and job.holds(event.at) for job in self.scheduled):
            self.scheduled.append(Span(what=event.job, start=event.at, end=event.at + event.lasts))

    def save(self, event: e.Saved) -> None:
        self.saves.append(Moment(at=event.at, ahead=event.ahead))

    def edit(self, event: e.Edited) -> None:
        self.edits.append(Moment(at=event.at, ahead=event.ahead))

    def set_clock(self, event: e.ClockSet) -> None:
        self.steps.append((event.at, event.by))
        if event.counts:
            self.wakes.append(Moment(at=event.at))

    def sleep(self, event: e.Sleep) -> None:
        self.absent.append(Span(what="asleep", start=event.at, end=event.at + event.lasts))
        self.wakes.append(Moment(at=event.at + event.lasts))

    def restart_server(self, event: e.ServerRestart) -> None:
        up = event.at + event.down
        self.absent.append(Span(what="down", start=event.at, end=up))
        self.servers.append(up)
        for kernel in self.kernels:
            kernel.cut(event.at)
            kernel.life.cut(event.at)
        for terminal in self.terminals:
            for each in (terminal.life, *terminal.programs):
                each.cut(event.at)

    # -- what is so at a moment

    def server(self, t: int) -> int:
        """Give when the server that is up was started."""
        return max(up for up in self.servers if up <= t)

    def offset(self, t: int) -> int:
        """Give how far the clock has been set by then."""
        return sum(by for at, by in self.steps if at <= t)

    def told(self, moment: Moment | int, t: int) -> int:
        """Give when something happened, as a look at `t` is told: what was noted by the old clock may be off."""
        at, ahead = (moment, 0) if isinstance(moment, int) else (moment.at, moment.ahead)
        return at + ahead + (0 if self.adjusts else self.offset(at) - self.offset(t))

    def latest(self, moments: Iterable[Moment], t: int, since: int = 0) -> int | None:
        """Give the last of some moments as a look at `t` is told; None: there was none."""
        found = [each for each in moments if since <= each.at <= t]
        return self.told(max(found, key=lambda each: each.at), t) if found else None

    def woke(self, t: int) -> int | None:
        """Give when the machine woke last, since the server was started."""
        return self.latest(self.wakes, t, self.server(t))

    def alive_kernels(self, t: int) -> list[Kernel]:
        return [kernel for kernel in self.kernels if kernel.life.holds(t)]

    def alive_terminals(self, t: int) -> list[Terminal]:
        return [terminal for terminal in self.terminals if terminal.life.holds(t)]

    def instants(self) -> Iterator[int]:
        """Give all moments at which something changes."""
        yield from (t for at, by in self.steps for t in (at, at + abs(by)))
        spans = [*self.absent, *self.left, *self.gpu_uses, *self.scheduled]
        moments = [*self.saves, *self.edits]
        for kernel in self.kernels:
            spans += [kernel.life, *kernel.starts, *kernel.threads, *(phase for run in kernel.runs for phase in run.phases)]
            moments += kernel.messages
        for terminal in self.terminals:
            spans += [terminal.life, *terminal.programs]
            moments += terminal.typed
        yield from (t for span in spans for t in (span.start, span.end) if t < e.NEVER)
        yield from (t for span in spans if 0 < (t := span.works_until) < span.end)
        yield from (t for each in moments for t in (each.at, each.at + max(0, each.ahead)))

    def mean(self, span: Span, t: int, since: int) -> float:
        """Give what of a core something has used on average since a look, or since it was started."""
        since = max(since, span.start) if isinstance(span, Process) else since
        worked = min(span.works_until, t) - max(span.start, since)
        return span.rate * worked / (t - since) if worked > 0 else 0.0

    def kernel_mean(self, kernel: Kernel, t: int, since: int) -> float:
        """Give the same of a kernel and all that it has started."""
        return sum(self.mean(span, t, max(since, kernel.life.start)) for span in kernel.threads)

    def gpu_uses_of(self, index: int, t: int, since: int) -> list[Span]:
        """Give what has used a GPU at any moment since a look."""
        return [span for span in self.gpu_uses if span.what == str(index) and span.start <= t and span.end > since]


HAPPEN: dict[type[e.Event], Callable[[World, Any], None]] = {
    e.KernelStart: World.start_kernel,
    e.KernelRestart: World.restart_kernel,
    e.KernelDeath: World.kill_kernel,
    e.Run: World.run,
    e.Message: World.message,
    e.Threads: World.start_threads,
    e.TerminalOpen: World.open_terminal,
    e.Typed: World.type_in,
    e.Program: World.start_program,
    e.LeftBehind: World.leave_behind,
    e.GpuUse: World.use_gpu,
    e.Scheduled: World.start_scheduled,
    e.Saved: World.save,
    e.Edited: World.edit,
    e.ClockSet: World.set_clock,
    e.Sleep: World.sleep,
    e.ServerRestart: World.restart_server,
}
