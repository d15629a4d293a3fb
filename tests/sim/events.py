"""What may happen on a machine. Times and spans are microseconds, times from the start of the day."""

from __future__ import annotations

from dataclasses import dataclass, fields

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
NEVER = 10_000 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happens; where it cannot, such as in a kernel that is not there, nothing happens."""

    at: int

    def __str__(self) -> str:
        told = ", ".join(f"{each.name}={getattr(self, each.name)!r}" for each in fields(self) if each.name != "at")
        return f"{clock_words(self.at)} {type(self).__name__}({told})"


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelStart(Event):
    """Somebody starts a kernel."""

    kernel: str
    takes: int
    """Until it is up; `NEVER`: it is stuck."""
    has_session: bool
    is_local: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelRestart(Event):
    """A kernel is restarted; what ran in it ends."""

    kernel: str
    takes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelDeath(Event):
    """A kernel dies."""

    kernel: str
    vanishes: bool
    """Else it stays in the list as dead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run(Event):
    """A kernel becomes busy."""

    kernel: str
    phases: tuple[tuple[str, int], ...]
    """What it does, and for how long: ``code``, ``prompt`` (waits for an answer), ``job`` (waits for one that runs elsewhere),
    ``prompt beside job``."""
    by_user: bool
    rate: float
    """Of a core, while it runs code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message(Event):
    """Somebody completes a name, or the like."""

    kernel: str
    ahead: int
    """By how much its time is in the future; negative: it is told late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Threads(Event):
    """A kernel's threads or children compute, whether or not it is busy."""

    kernel: str
    lasts: int
    rate: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalOpen(Event):
    """A terminal is opened."""

    name: str
    lasts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed(Event):
    """Somebody types in a terminal."""

    name: str
    ahead: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Program(Event):
    """A program is started in a terminal."""

    terminal: str
    lasts: int
    works: int
    """For how long it uses the CPU; after that it sleeps."""
    rate: float
    is_foreground: bool
    is_viewer: bool
    waits_for_disk: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftBehind(Event):
    """A program goes on that no terminal has any more."""

    pid: int
    lasts: int
    works: int
    rate: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GpuUse(Event):
    """A GPU computes."""

    index: int
    lasts: int
    rate: float
    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheduled(Event):
    """Jupyter's scheduler runs a notebook."""

    job: str
    lasts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved(Event):
    """A file is saved."""

    ahead: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited(Event):
    """A remote editor stamps the shared file."""

    ahead: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockSet(Event):
    """The wall clock is set."""

    by: int
    counts: bool
    """Whether the machine counts as woken by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sleep(Event):
    """The machine is suspended."""

    lasts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerRestart(Event):
    """The server ends with its kernels and terminals, and is started again."""

    down: int


def clock_words(at: int) -> str:
    """Write a time of the day."""
    days, rest = divmod(at, DAY)
    seconds, micro = divmod(rest, SECOND)
    told = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{micro // 1000:03}"
    return f"day {days} {told}" if days else told
