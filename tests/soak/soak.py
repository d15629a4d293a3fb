"""Look at everything each second while bad days come and go, and collect what is not as it should be."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from statistics import median

from .checks import AGE_OF_KIND, CHECKS, GRACE, STALE, NeverFalls, as_it_should_be, only_notes
from .days import Day
from .life import Life
from .look import Look
from .world import World

FRESH = timedelta(seconds=35)
"""While all is well nothing that moves fast was confirmed longer ago."""
CLEAR = Day(name="all is well")
USED_UP_CALLS = 80
"""Of 120 in ten minutes: where so many were made by the end of a bad day, the rest may not do for reading everything again."""
USED_UP_PATIENCE_SECONDS = 300.0
"""By then enough of them are ten minutes old; the document says all the while how old its figures are."""
MOST_COMPLAINTS = 60
MEMORY_SECONDS = 10.0


@dataclass(slots=True, kw_only=True)
class Soak:
    """A run, and what it has found."""

    world: World
    life: Life
    say: Callable[[str], None] = print
    complaints: dict[tuple[str, str], str] = field(default_factory=dict)
    """The first of each check and thing."""
    memory: list[tuple[float, dict[str, float]]] = field(default_factory=list)
    looks: int = 0
    never_falls: NeverFalls = field(default_factory=NeverFalls)
    day: Day = CLEAR
    day_began: float = 0.0

    def begin(self, day: Day) -> None:
        """Let a day begin, and those before it end."""
        self.say(f"{self._clock()} {day.name}")
        self.world.set_doubt(is_doubtful=day.is_doubtful)
        self.world.set_days(*day.wishes)
        self.world.set_lag(day.lag)
        self.day, self.day_began = day, time.monotonic()

    def go_on(self, seconds: float) -> None:
        """Look each second for a while."""
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            self.one_second()

    def recover(self, patience_seconds: float) -> float:
        """Let all be well, and give the seconds until that is on screen; complain where it takes too long.

        Where bad days before it have used up the calls of ten minutes, there is more patience.
        """
        over, began = self.day.name, time.monotonic()
        if (calls := self.world.recent_calls()) >= USED_UP_CALLS:
            patience_seconds = max(patience_seconds, USED_UP_PATIENCE_SECONDS)
        self.say(f"{self._clock()}   {calls} calls in the ten minutes before")
        self.begin(CLEAR)
        while True:
            look = self.one_second()
            wrong = as_it_should_be(look, FRESH)
            taken = time.monotonic() - began
            if wrong is None:
                self.say(f"{self._clock()}   right again after {taken:.0f} s")
                return taken
            if taken > patience_seconds and only_notes(look, FRESH):
                self.say(f"{self._clock()}   right again, but for other kinds: {wrong}")
                return taken
            if taken > patience_seconds:
                self._complain("recovery", CLEAR.name, [f"{over}: not right {taken:.0f} s after it was over: {wrong}"])
                return taken

    def await_all_kinds(self, patience_seconds: float) -> None:
        """Wait until every kind has been confirmed lately, as while all is well."""
        ends = time.monotonic() + patience_seconds
        while late := [*late_kinds(look := self.one_second()), *filter(None, [as_it_should_be(look, FRESH)])]:
            if time.monotonic() > ends:
                self._complain("all kinds", "late", [f"not confirmed within five minutes: {late} at {look.at:%H:%M:%S}"])
                return

    def one_second(self) -> Look:
        """Let life go on, look, and check."""
        began = time.monotonic()
        self.life.go_on()
        look = self.world.look()
        self.looks += 1
        for check in CHECKS:
            self._complain(check.__name__, self.day.name, check(look))
        self._complain("never_falls", self.day.name, self.never_falls(look))
        self._complain("fault_is_named", self.day.name, self._unnamed(look))
        if not self.memory or began - self.memory[-1][0] >= MEMORY_SECONDS:
            self.memory.append((began, self.world.memory_mb()))
        time.sleep(max(0.0, began + 1.0 - time.monotonic()))
        return look

    def _unnamed(self, look: Look) -> list[str]:
        """Complain of a fault that has lasted longer than figures are called fresh, and that is not named."""
        lasted = timedelta(seconds=time.monotonic() - self.day_began)
        if not self.day.codes or lasted <= STALE + GRACE or look.codes & self.day.codes:
            return []
        return [f"{self.day.name}: in force for {lasted.seconds} s, but only {sorted(look.codes)} is said ({look.status})"]

    def finish(self) -> list[str]:
        """Give everything that was not as it should be."""
        self._complain("log", "log", self.world.log_complaints())
        return list(self.complaints.values())

    def growth(self, kind: str, since: float, until: float) -> float | None:
        """Give how much a process has grown between two moments; None: it was not the same all the time."""
        found = [(at, each[kind]) for at, each in self.memory if since <= at <= until and kind in each]
        few = max(1, len(found) // 8)
        values = [value for _, value in found]
        return median(values[-few:]) - median(values[:few]) if len(values) > 2 else None

    def _complain(self, check: str, day: str, found: Iterable[str]) -> None:
        for complaint in found:
            key = (check, complaint.partition(":")[0])
            if key not in self.complaints and len(self.complaints) < MOST_COMPLAINTS:
                self.complaints[key] = f"{self._clock()} [{check}] ({day}) {complaint}"
                self.say(f"    ! {self.complaints[key]}")

    def _clock(self) -> str:
        return time.strftime("%H:%M:%S", time.gmtime())


def late_kinds(look: Look) -> list[str]:
    """Give the kinds that were not confirmed within five minutes."""
    times = {state["kind"]: look.confirmed(state["kind"]) for state in look.overview["aws"]["kinds"]}
    return [kind for kind, at in times.items() if at is None or look.at - at > AGE_OF_KIND]
