"""Random days: a policy, a machine, a time zone, and what happens."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from mlcost_ext.core.policy import IdlePolicy, Policy, PriceTimeout

from .events import (
    DAY,
    HOUR,
    MINUTE,
    NEVER,
    SECOND,
    ClockSet,
    Edited,
    Event,
    GpuUse,
    KernelDeath,
    KernelRestart,
    KernelStart,
    LeftBehind,
    Message,
    Program,
    Run,
    Saved,
    Scheduled,
    ServerRestart,
    Sleep,
    TerminalOpen,
    Threads,
    Typed,
)

ZONES = (
    "UTC",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "America/St_Johns",
    "Pacific/Kiritimati",
    "Europe/Berlin",
    "XXX+11:37",
    "YYY-13:59",
)
KERNELS, TERMINALS = ("a", "b", "c"), ("1", "2")
RATES = (0.0, 0.0, 0.004, 0.009, 0.011, 0.03, 0.049, 0.051, 0.3, 1.0, 7.5)
WEEKEND = 3 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """All that a day is made of; the same day gives the same looks."""

    seed: str
    policy: Policy
    cost_per_hour: Decimal | None
    gpus: int
    zone: str
    adjusts: bool
    """Whether what was noted before the clock was set is told by the new clock; else as it was noted, but for the server's own
    start."""
    whole_seconds: bool
    """Whether everything falls on a second, so that times often coincide."""
    events: tuple[Event, ...]

    def __str__(self) -> str:
        idle = self.policy.idle
        dear = ", ".join(f"{each.timeout_minutes} from {each.from_list_cost_per_hour}/h" for each in idle.timeout_by_price)
        head = (
            f"mode {idle.mode}, timeout {idle.timeout_minutes} min ({dear or 'at any price'}), costs {self.cost_per_hour}/h, "
            f"stuck after {idle.stuck_busy_hours} h, {self.gpus} GPUs, TZ={self.zone}, "
            f"{'adjusts' if self.adjusts else 'does not adjust'} to a clock that is set"
        )
        return "\n".join([head, *(f"  {event}" for event in self.events)])


def random_day(seed: str) -> Day:
    """Make one; the same seed makes the same."""
    chance = Random(seed)
    whole = chance.random() < 0.3
    return Day(
        seed=seed,
        policy=Policy(rules={}, idle=random_policy(chance)),
        cost_per_hour=chance.choice((None, Decimal("0.05"), Decimal("1.408"), Decimal(40))),
        gpus=chance.choice((0, 0, 1, 2)),
        zone=chance.choice(ZONES),
        adjusts=chance.random() < 0.6,
        whole_seconds=whole,
        events=random_events(chance, SECOND if whole else 1000),
    )


def random_policy(chance: Random) -> IdlePolicy:
    """Make the idle part of a policy."""
    dear = [
        PriceTimeout(
            from_list_cost_per_hour=chance.choice((Decimal(0), Decimal(1), Decimal(10))), timeout_minutes=minutes(chance)
        )
        for _ in range(chance.choice((0, 0, 1, 2)))
    ]
    return IdlePolicy(
        mode="off" if chance.random() < 0.02 else chance.choice(("shadow", "on")),
        timeout_minutes=minutes(chance),
        timeout_by_price=tuple(dear),
        stuck_busy_hours=chance.choice((None, None, Decimal("0.25"), Decimal(1), Decimal(6))),
    )


def minutes(chance: Random) -> Decimal:
    """Give from 1 to 600 minutes in halves, short ones as likely as long ones."""
    return Decimal(round(2 * math.exp(chance.uniform(0, math.log(600))))) / 2


def random_events(chance: Random, grain: int) -> tuple[Event, ...]:
    """Give some events, most of them within one or two spells of work."""
    spells = [chance.randrange(0, DAY) for _ in range(chance.randint(1, 2))]
    made: list[Event] = []
    for _ in range(chance.choice((2, 4, 6, 8, 12))):
        at = chance.choice(spells) + span(chance, 3 * HOUR) if chance.random() < 0.8 else chance.randrange(0, DAY)
        if chance.random() < 0.01:
            at += WEEKEND
        make = chance.choice(MAKERS)
        made += make(chance, at // grain * grain, grain)
    return tuple(sorted(made, key=lambda event: event.at))


def span(chance: Random, longest: int) -> int:
    """Give a time span from half a second on, short ones as likely as long ones."""
    return round(math.exp(chance.uniform(math.log(SECOND / 2), math.log(longest))))


def grained(chance: Random, longest: int, grain: int) -> int:
    return max(grain, span(chance, longest) // grain * grain)


def kernel_start(chance: Random, at: int, grain: int) -> list[Event]:
    """Start a kernel, and often run something in it at once."""
    name = chance.choice(KERNELS)
    takes = NEVER if chance.random() < 0.08 else grained(chance, 2 * MINUTE, grain)
    start = KernelStart(at=at, kernel=name, takes=takes, has_session=chance.random() < 0.8, is_local=chance.random() < 0.9)
    ready = at + (takes if takes < NEVER else grain)
    return [start, run_in(chance, ready + grained(chance, 10 * MINUTE, grain), grain, name)]


def run(chance: Random, at: int, grain: int) -> list[Event]:
    """Run something, in a kernel that is there where it is the first."""
    name = chance.choice(KERNELS)
    made: list[Event] = [run_in(chance, at, grain, name)]
    if chance.random() < 0.6:
        before = at - grained(chance, 20 * MINUTE, grain) - grain
        made.append(KernelStart(at=max(0, before), kernel=name, takes=grain, has_session=True, is_local=chance.random() < 0.9))
    return made


def run_in(chance: Random, at: int, grain: int, kernel: str) -> Run:
    """Give a run of one to four phases, half of them silent code alone."""
    count = chance.choice((1, 1, 1, 2, 3, 4))
    kinds = ["code", *(chance.choice(("prompt", "job", "code", "prompt beside job")) for _ in range(count - 1))]
    return Run(
        at=at,
        kernel=kernel,
        phases=tuple((kind, grained(chance, 9 * HOUR, grain)) for kind in kinds),
        by_user=chance.random() < 0.7,
        rate=chance.choice(RATES),
    )


def kernel_change(chance: Random, at: int, grain: int) -> list[Event]:
    """Restart a kernel, or let it die."""
    name = chance.choice(KERNELS)
    if chance.random() < 0.4:
        return [KernelRestart(at=at, kernel=name, takes=grained(chance, 20 * MINUTE, grain))]
    return [KernelDeath(at=at, kernel=name, vanishes=chance.random() < 0.6)]


def use(chance: Random, at: int, grain: int) -> list[Event]:
    """Use a notebook, some times one after the other."""
    name = chance.choice(KERNELS)
    times = [at + number * grained(chance, 10 * MINUTE, grain) for number in range(chance.randint(1, 3))]
    return [Message(at=time, kernel=name, ahead=ahead(chance)) for time in times]


def threads(chance: Random, at: int, grain: int) -> list[Event]:
    return [Threads(at=at, kernel=chance.choice(KERNELS), lasts=grained(chance, 5 * HOUR, grain), rate=chance.choice(RATES))]


def terminal(chance: Random, at: int, grain: int) -> list[Event]:
    """Open a terminal, type in it, and start programs."""
    name = chance.choice(TERMINALS)
    made: list[Event] = [TerminalOpen(at=at, name=name, lasts=grained(chance, DAY, grain))]
    for _ in range(chance.randint(0, 3)):
        later = at + grained(chance, 2 * HOUR, grain)
        made.append(
            Typed(at=later, name=name, ahead=ahead(chance)) if chance.random() < 0.5 else program(chance, later, grain, name)
        )
    return made


def program(chance: Random, at: int, grain: int, name: str) -> Program:
    lasts = grained(chance, 6 * HOUR, grain)
    return Program(
        at=at,
        terminal=name,
        lasts=lasts,
        works=lasts if chance.random() < 0.6 else grained(chance, lasts + SECOND, grain),
        rate=chance.choice(RATES),
        is_foreground=chance.random() < 0.6,
        is_viewer=chance.random() < 0.15,
        waits_for_disk=chance.random() < 0.1,
    )


def left_behind(chance: Random, at: int, grain: int) -> list[Event]:
    lasts = grained(chance, 8 * HOUR, grain)
    works = grained(chance, lasts + SECOND, grain)
    return [LeftBehind(at=at, pid=chance.randrange(2, 30_000), lasts=lasts, works=works, rate=chance.choice(RATES))]


def gpu(chance: Random, at: int, grain: int) -> list[Event]:
    owner = chance.choice(("ours", "ours", "unknown", "nobody", "others", "another_user"))
    rate = chance.choice((0.01, 0.4, 1.0))
    return [GpuUse(at=at, index=chance.randrange(2), lasts=grained(chance, 4 * HOUR, grain), rate=rate, owner=owner)]


def scheduled(chance: Random, at: int, grain: int) -> list[Event]:
    return [Scheduled(at=at, job=f"job-{chance.randrange(3)}", lasts=grained(chance, 3 * HOUR, grain))]


def stamp(chance: Random, at: int, grain: int) -> list[Event]:
    """Save a file, or let a remote editor say that it is used."""
    del grain
    return [(Saved if chance.random() < 0.5 else Edited)(at=at, ahead=ahead(chance))]


def ahead(chance: Random) -> int:
    """Give how far a time is from when it is told: mostly it is right, at times late or in the future."""
    found = chance.random()
    if found < 0.7:
        return 0
    return chance.choice((-1, 1, 1)) * span(chance, 30 * HOUR)


def clock(chance: Random, at: int, grain: int) -> list[Event]:
    """Set the clock by more than two seconds, forwards or backwards."""
    by = chance.choice((-1, 1)) * (3 * SECOND + grained(chance, 20 * HOUR, grain))
    return [ClockSet(at=at, by=by, counts=chance.random() < 0.5)]


def sleep(chance: Random, at: int, grain: int) -> list[Event]:
    return [Sleep(at=at, lasts=MINUTE + grained(chance, 12 * HOUR, grain))]


def server(chance: Random, at: int, grain: int) -> list[Event]:
    return [ServerRestart(at=at, down=grained(chance, 30 * MINUTE, grain))]


MAKERS: tuple[Callable[[Random, int, int], list[Event]], ...] = (
    *(kernel_start, run, run, run, use, kernel_change, threads, terminal, terminal, left_behind, gpu, gpu),
    *(scheduled, stamp, stamp, clock, sleep, server),
)
