"""When a job that is known by its name is described: at once, after 3 and 8 seconds, then with each poll."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

FIRST_WAITS_SECONDS = (3.0, 5.0)
MAX_WAIT_SECONDS = 300.0
PROMPT_READS = 1 + len(FIRST_WAITS_SECONDS)
ABSENT_SECONDS = 30.0
"""AWS may not know a launch of just now; what it does not know for so long is gone."""
GONE_WAIT_SECONDS = 1800.0
"""What is gone is looked for again after this long: the credentials may be other ones by then."""


@dataclass(slots=True, kw_only=True)
class Entry:
    """One name that is still to be read."""

    due: float
    batch: int = 0
    """Which of the sets of names brought it; 0: the first, which may hold hundreds of old launches."""
    reads: int = 0
    misses: int = 0
    is_lost: bool = False
    """A listing that had shown it does so no more."""
    absent_since: float | None = None
    is_gone: bool = False

    def rank(self) -> tuple[int, float, float]:
        """Give its place among those due: new launches, newest first; what is followed closely; all others."""
        if self.batch and not self.reads and not self.misses:
            return 0, -self.batch, self.due
        return (1 if self.batch and self.reads < PROMPT_READS and not self.is_gone else 2), 0, self.due


class Names:
    """The names of one region that no listing shows, or not yet."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._wanted: frozenset[str] = frozenset()
        self._entries: dict[str, Entry] = {}
        self._batch = -1

    def want(self, names: Iterable[str]) -> None:
        """Set the names; new ones are due at once, and those of a later set before those of the first."""
        wanted = frozenset(names)
        self._batch += 1
        for name in wanted - self._wanted:
            self._entries[name] = Entry(due=self._clock(), batch=self._batch)
        for name in self._wanted - wanted:
            self._entries.pop(name, None)
        self._wanted = wanted

    def touch(self, name: str) -> None:
        """Read a job soon and again, since it is about to change."""
        self._entries[name] = Entry(due=self._clock(), batch=max(1, self._batch))

    def lose(self, name: str) -> None:
        """Read a running job that a listing shows no more: one answer that AWS does not know it is enough."""
        self._entries[name] = Entry(due=self._clock(), is_lost=True)

    def settle(self, name: str) -> None:
        """Read a job no more: it has ended, or a listing shows it."""
        self._entries.pop(name, None)

    def restore(self) -> None:
        """Read every name again, since no listing shows them any more."""
        for name in self._wanted:
            self._entries.setdefault(name, Entry(due=self._clock()))

    def due(self) -> list[str]:
        """Give the names to read now, by their rank; of one rank the longest overdue first."""
        now = self._clock()
        late = [(entry.rank(), name) for name, entry in self._entries.items() if entry.due <= now]
        return [name for _, name in sorted(late)]

    def next_due(self) -> float | None:
        """Give when the next name is due; None where none is left."""
        return min((entry.due for entry in self._entries.values()), default=None)

    def has_unread(self) -> bool:
        """Say whether a name was never tried."""
        return any(not entry.reads and not entry.misses for entry in self._entries.values())

    def found(self, name: str, poll_seconds: float) -> None:
        """Plan the next reading of a job that was described; one that was only touched is then left to the listing."""
        entry = self._entries.get(name)
        if entry is None:
            return
        entry.reads, entry.misses = entry.reads + 1, 0
        entry.is_lost, entry.is_gone, entry.absent_since = False, False, None
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

    def absent(self, name: str) -> bool:
        """Plan the next try of a name that AWS does not know, and say whether it is to be told now that it is gone."""
        entry = self._entries.get(name)
        if entry is None:
            return False
        now = self._clock()
        if entry.absent_since is None:
            entry.absent_since = now
        gone_at = entry.absent_since + ABSENT_SECONDS
        if not entry.is_lost and now < gone_at:
            self.missed(name)
            entry.due = min(entry.due, gone_at)
            return False
        is_news, entry.is_gone = not entry.is_gone, True
        self.missed(name, wait_seconds=GONE_WAIT_SECONDS)
        return is_news
