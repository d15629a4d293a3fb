"""When a job that is known by its name is described: at once, after 3 and 8 seconds, then with each poll."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

FIRST_WAITS_SECONDS = (3.0, 5.0)
MAX_WAIT_SECONDS = 300.0
PROMPT_READS = 1 + len(FIRST_WAITS_SECONDS)


@dataclass(slots=True, kw_only=True)
class Entry:
    """One name that is still to be read."""

    due: float
    reads: int = 0
    misses: int = 0


class Names:
    """The names of one region that no listing shows, or not yet."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._wanted: frozenset[str] = frozenset()
        self._entries: dict[str, Entry] = {}

    def want(self, names: Iterable[str]) -> None:
        """Set the names; new ones are due at once."""
        wanted = frozenset(names)
        for name in wanted - self._wanted:
            self._entries[name] = Entry(due=self._clock())
        for name in self._wanted - wanted:
            self._entries.pop(name, None)
        self._wanted = wanted

    def touch(self, name: str) -> None:
        """Read a job soon and again, since it is about to change."""
        self._entries[name] = Entry(due=self._clock())

    def settle(self, name: str) -> None:
        """Read a job no more: it has ended, or a listing shows it."""
        self._entries.pop(name, None)

    def restore(self) -> None:
        """Read every name again, since no listing shows them any more."""
        for name in self._wanted:
            self._entries.setdefault(name, Entry(due=self._clock()))

    def due(self) -> list[str]:
        """Give the names to read now, the longest overdue first."""
        now = self._clock()
        late = [(entry.due, name) for name, entry in self._entries.items() if entry.due <= now]
        return [name for _, name in sorted(late)]

    def next_due(self) -> float | None:
        """Give when the next name is due; None where none is left."""
        return min((entry.due for entry in self._entries.values()), default=None)

    def found(self, name: str, poll_seconds: float) -> None:
        """Plan the next reading of a job that was described; one that was only touched is then left to the listing."""
        entry = self._entries.get(name)
        if entry is None:
            return
        entry.reads, entry.misses = entry.reads + 1, 0
        if entry.reads >= PROMPT_READS and name not in self._wanted:
            self.settle(name)
            return
        wait = FIRST_WAITS_SECONDS[entry.reads - 1] if entry.reads < PROMPT_READS else poll_seconds
        entry.due = self._clock() + wait

    def missed(self, name: str, *, wait_seconds: float | None = None) -> None:
        """Plan the next try after a fault: later each time, up to five minutes."""
        entry = self._entries.get(name)
        if entry is None:
            return
        if name not in self._wanted:
            self.settle(name)
            return
        entry.misses += 1
        doubled = FIRST_WAITS_SECONDS[0] * 2.0 ** min(entry.misses - 1, 10)
        entry.due = self._clock() + (wait_seconds or min(MAX_WAIT_SECONDS, doubled))
