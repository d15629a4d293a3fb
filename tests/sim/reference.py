"""The simple model: a plain list of stretches of activity, gone through from end to end for each answer.

It is written from what `mlcost_ext.core` says in words and from what truly happens, and shares nothing with `mlcost_ext.idle`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from mlcost_ext.core.policy import Policy

from . import events as e
from .world import Kernel, Terminal, World

BACKGROUND, FOREGROUND, ELSEWHERE = 0.05, 0.01, 0.2
"""Of a core: from which on something works that nobody, or somebody, has before him."""
LONGEST_START = 10 * e.MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """What a policy says, in microseconds."""

    is_off: bool
    timeout: int
    stuck: int | None

    @property
    def hold(self) -> int:
        return min(5 * e.MINUTE, self.timeout // 12)


def patience_of(policy: Policy, cost_per_hour: Decimal | None) -> Patience:
    """Read a policy: of all timeouts that hold for a machine of this price the shortest."""
    idle = policy.idle
    timeout = idle.timeout_minutes
    for each in idle.timeout_by_price:
        if cost_per_hour is not None and cost_per_hour >= each.from_list_cost_per_hour:
            timeout = min(timeout, each.timeout_minutes)
    stuck = None if idle.stuck_busy_hours is None else int(idle.stuck_busy_hours * e.HOUR)
    return Patience(is_off=idle.mode == "off", timeout=int(timeout * e.MINUTE), stuck=stuck)


class Sign(NamedTuple):
    """What one look shows of one thing."""

    name: str
    subject: str
    at: int | None = None
    """When it was active, if it is over."""
    since: int | None = None
    """Since when it goes on; None: since the look that saw it first."""
    is_protected: bool = False


@dataclass(slots=True)
class Stretch:
    """Known activity."""

    name: str
    subject: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a verdict has to say."""

    going: frozenset[str]
    protected: frozenset[str]
    last: int
    """The last known activity."""
    last_bound: int
    """What went on at a look may have ended up to the next one."""
    held_since: tuple[int, int]
    """From and to: since when something has held it up without a pause, where it is active. Of what is over a verdict knows the
    end alone, so it may begin later than it did, but not later than what goes on now."""


class Reference:
    """The model, look by look; a server that is started anew begins with a new one."""

    def __init__(self, world: World, patience: Patience) -> None:
        self.world, self.patience = world, patience
        self.looks: list[int] = []
        self.stretches: list[Stretch] = []
        self.moments: set[tuple[str, str, int]] = set()
        self.going: dict[tuple[str, str], Stretch] = {}

    def look(self, t: int, since: int) -> Expected:
        """Take in what shows at a moment, and say what is known by then."""
        self.looks.append(t)
        going: dict[tuple[str, str], Stretch] = {}
        protected: set[str] = set()
        for sign in self.signs(t, since):
            if sign.at is not None:
                self.note_moment(sign.name, sign.subject, sign.at, t)
                continue
            going[sign.name, sign.subject] = self.extended(sign, t)
            protected |= {sign.name} if sign.is_protected else set()
        self.going = going
        return self.expected(t, protected)

    def note_moment(self, name: str, subject: str, at: int, t: int) -> None:
        """Believe what was over by now; what is in the future has not been."""
        if at <= t and (name, subject, at) not in self.moments:
            self.moments.add((name, subject, at))
            self.stretches.append(Stretch(name, subject, at, at))

    def extended(self, sign: Sign, t: int) -> Stretch:
        """Extend what went on at the look before, or begin a stretch."""
        before = self.going.get((sign.name, sign.subject))
        start = None if sign.since is None else min(sign.since, t)
        if before is None or start not in (None, before.start):
            before = Stretch(sign.name, sign.subject, t if start is None else start, t)
            self.stretches.append(before)
        before.end = t
        return before

    def expected(self, t: int, protected: set[str]) -> Expected:
        """Say what is known at a moment; a server's start is there in any case."""
        last = max(stretch.end for stretch in self.stretches)
        starts = [stretch.start for stretch in self.going.values()]
        return Expected(
            going=frozenset(name for name, _ in self.going),
            protected=frozenset(protected),
            last=last,
            last_bound=self.bound(last),
            held_since=(self.chain(t), min(starts) if starts else self.bound(last)),
        )

    def bound(self, end: int) -> int:
        """Give the first look after the end of a stretch, or the last of all."""
        place = bisect_right(self.looks, end)
        return self.looks[min(place, len(self.looks) - 1)]

    def chain(self, t: int) -> int:
        """Give since when stretches, each held for a while, have followed each other without a pause."""
        since = t
        for stretch in sorted(self.stretches, key=lambda stretch: -stretch.end):
            if self.bound(stretch.end) + self.patience.hold < since:
                break
            since = min(since, stretch.start)
        return since

    # -- what shows

    def signs(self, t: int, since: int) -> Iterator[Sign]:
        """Go through everything that counts as activity."""
        world = self.world
        yield from self.machine_signs(t)
        for kernel in world.alive_kernels(t):
            yield from self.kernel_signs(kernel, t, since)
        for terminal in world.alive_terminals(t):
            yield from self.terminal_signs(terminal, t, since)
        for span in world.left:
            name, least = ("other_process", ELSEWHERE) if int(span.what) % 2 else ("background_process", BACKGROUND)
            if span.holds(t) and world.mean(span, t, since) >= least:
                yield Sign(name, span.what, is_protected=True)
        for index in range(world.gpus):
            if any(use.owner != "others" for use in world.gpu_uses_of(index, t, since)):
                yield Sign("gpu", str(index), is_protected=True)

    def machine_signs(self, t: int) -> Iterator[Sign]:
        """A machine counts from the server's start and from its waking, with each save, with each word of a remote editor, and
        while a scheduled notebook runs."""
        world = self.world
        yield Sign("server_started", "", at=world.server(t))
        for name, subject, at in (
            ("server_started", "resumed", world.woke(t)),
            ("file_saved", "", world.latest(world.saves, t, world.server(t))),
            ("remote_editor", "", world.latest(world.edits, t)),
        ):
            if at is not None:
                yield Sign(name, subject, at=at)
        for job in world.scheduled:
            if job.holds(t):
                yield Sign("scheduled_job", job.what, since=world.told(job.start, t), is_protected=True)

    def kernel_signs(self, kernel: Kernel, t: int, since: int) -> Iterator[Sign]:
        """A kernel counts from its start, while it starts, whenever somebody uses it, and while it or its processes work."""
        world, name = self.world, kernel.event.kernel
        started = world.told(kernel.life.start, t)
        yield Sign("kernel_started", name, at=started)
        if kernel.state(t) in ("starting", "restarting") and t - started < min(LONGEST_START, self.patience.timeout // 6):
            yield Sign("kernel_started", name, since=started)
        used = world.latest(kernel.messages, t)
        if used is not None:
            yield Sign("user_message", name, at=used)
        if kernel.event.is_local and world.kernel_mean(kernel, t, since) >= BACKGROUND:
            yield Sign("kernel_cpu", name, is_protected=True)
        yield from self.busy_signs(kernel, t)

    def busy_signs(self, kernel: Kernel, t: int) -> Iterator[Sign]:
        """A busy kernel counts until it is taken for stuck; at a prompt, since it began to wait; with a job, all the time.

        Since when it goes on is since when it is busy: what it has waited at prompts meanwhile is not taken out.
        """
        doing, name = kernel.phase(t), kernel.event.kernel
        if doing is None:
            return
        busy, what, phase = self.world.told(doing[0].start, t), doing[1].what, self.world.told(doing[1].start, t)
        stuck = self.patience.stuck
        if what == "job":
            yield Sign("waiting_for_job", name, since=busy, is_protected=True)
        elif what == "prompt":
            yield Sign("kernel_busy", name, at=phase)
        elif what == "code" and stuck is not None and t - busy >= stuck:
            yield Sign("kernel_busy", name, at=busy + stuck)
        elif what == "code":
            yield Sign("kernel_busy", name, since=busy, is_protected=True)

    def terminal_signs(self, terminal: Terminal, t: int, since: int) -> Iterator[Sign]:
        """A terminal counts when somebody types, and while a program works that does more than show something."""
        world = self.world
        typed = world.latest(terminal.typed, t)
        if typed is not None:
            yield Sign("terminal_input", terminal.name, at=typed)
        for span in terminal.programs:
            program = span.program
            works = world.mean(span, t, since) >= (FOREGROUND if program.is_foreground else BACKGROUND)
            if span.holds(t) and not program.is_viewer and (works or program.waits_for_disk):
                yield Sign("terminal_process", terminal.name, is_protected=True)
                return
