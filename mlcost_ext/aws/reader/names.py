"""When a thing that is known by its name is described: at once, after 3 and 8 seconds, then with each poll."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

Key = tuple[str, str]
"""Kind and name."""

FIRST_WAITS_SECONDS = (3.0, 5.0)
MAX_WAIT_SECONDS = 300.0
PROMPT_READS = 1 + len(FIRST_WAITS_SECONDS)
ABSENT_SECONDS = 30.0
"""AWS may not know a launch of just now; what it does not know for so long is gone."""
GONE_WAIT_SECONDS = 1800.0
"""What is gone is looked for again after this long, and then ever later: the credentials may be other ones by then."""
MAX_GONE_WAIT_SECONDS = 6 * 3600.0
STRAY_SECONDS = 60.0
"""How often at most one is read that is there, and that no listing shows."""
URGENT_LOST = 5
MAX_LOST = 20
"""So many are looked for after one listing; the next one finds the rest."""


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
    is_stray: bool = False
    """It is there, although no listing shows it: it is followed by its name alone."""
    lost_at: float = float("inf")
    """Since when listings lack it; never: none was to show it."""
    is_urgent: bool = False
    is_touched: bool = False
    """Somebody has asked AWS to end it, and watches."""
    is_leaving: bool = False
    """And it is to be deleted."""
    absent_since: float | None = None
    is_gone: bool = False
    gone_wait: float = GONE_WAIT_SECONDS

    def order(self) -> tuple[int, float, float]:
        """Give its place among those due: new launches, newest first; what is lost or followed closely; all others."""
        if self.batch and not self.reads and not self.misses:
            return 0, -self.batch, self.due
        return (1 if self.is_close() else 2), 0, self.due

    def is_prompt(self) -> bool:
        """Say whether somebody waits for it."""
        return self.order()[0] < 2

    def is_close(self) -> bool:
        """Say whether somebody watches it right now, or whether it may just have gone."""
        return not self.is_gone and (self.is_urgent or (bool(self.batch) and self.reads < PROMPT_READS))


class Names:
    """The names of one region that no listing shows, or not yet."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._wanted: frozenset[Key] = frozenset()
        self._entries: dict[Key, Entry] = {}
        self._batch = -1

    def want(self, keys: Iterable[Key]) -> None:
        """Set the names; new ones are due at once, and those of a later set before those of the first."""
        wanted = frozenset(keys)
        self._batch += 1
        for key in wanted - self._wanted:
            self._entries[key] = Entry(due=self._clock(), batch=self._batch)
        for key in self._wanted - wanted:
            entry = self._entries.get(key)
            if entry is not None and not entry.is_stray:
                del self._entries[key]
        self._wanted = wanted

    def touch(self, key: Key, *, wait_seconds: float = 0.0, is_leaving: bool = False) -> None:
        """Read one soon and again, since it is about to change."""
        before, due = self._entries.get(key), self._clock() + wait_seconds
        is_stray = before is not None and before.is_stray
        batch = max(1, self._batch)
        self._entries[key] = Entry(due=due, batch=batch, is_touched=True, is_leaving=is_leaving, is_stray=is_stray)

    def lose_all(self, kind: str, names: Iterable[str]) -> None:
        """Read those that a listing does not show any more: one answer that AWS does not know one is enough.

        A few are read at once; where many are missing, the listing itself is in doubt, and they have time.
        """
        lost = sorted(names)[:MAX_LOST]
        for name in lost:
            entry = self._entries.get((kind, name))
            if entry is None or not (entry.is_lost or entry.is_stray):
                is_urgent = len(lost) <= URGENT_LOST
                now = self._clock()
                self._entries[kind, name] = Entry(due=now, is_lost=True, is_urgent=is_urgent, lost_at=now)

    def lost_before(self, kind: str, moment: float) -> list[str]:
        """Give those that no listing has shown since then, and that are still to be asked for."""
        found = ((name, entry) for (entry_kind, name), entry in self._entries.items() if entry_kind == kind)
        return [name for name, entry in found if entry.is_lost and not entry.is_gone and entry.lost_at <= moment]

    def doubt(self, key: Key) -> None:
        """Take one answer that AWS does not know it for enough, where it was launched long ago and no listing shows it."""
        entry = self._entries.get(key)
        if entry is not None and not entry.batch:
            entry.is_lost = True

    def settle(self, key: Key) -> None:
        """Read one no more: nothing more is to come of it."""
        self._entries.pop(key, None)

    def shown(self, key: Key) -> None:
        """Leave one to the listing that shows it, unless somebody watches what becomes of it: the index lags."""
        entry = self._entries.get(key)
        if entry is not None and not (entry.is_touched and entry.reads < PROMPT_READS):
            self.settle(key)

    def restore(self, kind: str) -> None:
        """Read every name of a kind again, since no listing shows them any more."""
        for key in self._wanted:
            if key[0] == kind:
                self._entries.setdefault(key, Entry(due=self._clock()))

    def wanted(self, kind: str) -> frozenset[str]:
        """Give the names of one kind that are ours whatever their tags."""
        return frozenset(name for wanted_kind, name in self._wanted if wanted_kind == kind)

    def is_wanted(self, kind: str, name: str) -> bool:
        """Say whether a name is ours whatever its tags."""
        return (kind, name) in self._wanted

    def unread(self, kind: str) -> frozenset[str]:
        """Give the names of one kind that are still to be described."""
        return frozenset(name for entry_kind, name in self._entries if entry_kind == kind)

    def first_due(self, is_allowed: Callable[[str], bool]) -> tuple[Key, Entry] | None:
        """Give the name to read next among those that are due: by their place, of one place the longest overdue."""
        now = self._clock()
        late = [item for item in self._entries.items() if item[1].due <= now and is_allowed(item[0][0])]
        return min(late, key=lambda item: (*item[1].order(), item[0]), default=None)

    def next_due(self, is_allowed: Callable[[str], bool]) -> float | None:
        """Give when the next name is due; None where none is left."""
        return min((entry.due for key, entry in self._entries.items() if is_allowed(key[0])), default=None)

    def has_unread(self, kind: str) -> bool:
        """Say whether a name of a kind was never tried."""
        return any(key[0] == kind and not entry.reads and not entry.misses for key, entry in self._entries.items())

    def has_lost(self, kind: str) -> bool:
        """Say whether a thing of a kind that a listing shows no more is still to be asked for by its name."""
        return any(key[0] == kind and entry.is_lost and not entry.is_gone for key, entry in self._entries.items())

    def is_lost(self, key: Key) -> bool:
        """Say whether one is asked for since a listing shows it no more."""
        entry = self._entries.get(key)
        return entry is not None and entry.is_lost

    def found(self, key: Key, poll_seconds: float, *, stays: bool = False) -> None:
        """Plan the next reading of one that was described; one that was only touched is then left to the listing.

        Args:
            key: Which.
            poll_seconds: How often it is read.
            stays: Whether it is something that stands, and is followed by its name where no listing shows it.
        """
        entry = self._entries.get(key)
        if entry is None:
            return
        was_lost, entry.reads, entry.misses = entry.is_lost, entry.reads + 1, 0
        entry.is_lost, entry.is_urgent, entry.is_gone = False, False, False
        entry.absent_since, entry.gone_wait = None, GONE_WAIT_SECONDS
        entry.is_stray = entry.is_stray or (was_lost and stays)
        if entry.is_stray and not (entry.is_touched and entry.reads < PROMPT_READS):
            entry.due = self._clock() + max(poll_seconds, STRAY_SECONDS)
            return
        if key not in self._wanted and (was_lost or entry.reads >= PROMPT_READS):
            self.settle(key)
            return
        wait = FIRST_WAITS_SECONDS[entry.reads - 1] if entry.reads < PROMPT_READS and entry.batch else poll_seconds
        entry.due = self._clock() + wait

    def missed(self, key: Key, *, wait_seconds: float | None = None) -> None:
        """Plan the next try after a fault: later each time, up to five minutes."""
        entry = self._entries.get(key)
        if entry is None:
            return
        if key not in self._wanted and not (entry.is_lost or entry.is_stray):
            self.settle(key)
            return
        entry.misses += 1
        doubled = FIRST_WAITS_SECONDS[0] * 2.0 ** min(entry.misses - 1, 10)
        entry.due = self._clock() + (wait_seconds or min(MAX_WAIT_SECONDS, doubled))

    def try_again(self) -> None:
        """Read at once what has met a fault, however long it was to wait: AWS answers again."""
        for entry in self._entries.values():
            if entry.misses and entry.absent_since is None:
                entry.due, entry.misses = min(entry.due, self._clock()), 0

    def absent(self, key: Key) -> bool:
        """Plan the next try of a name that AWS does not know, and say whether it is to be told now that it is gone."""
        entry = self._entries.get(key)
        if entry is None:
            return False
        now = self._clock()
        if entry.absent_since is None:
            entry.absent_since = now
        gone_at = entry.absent_since + ABSENT_SECONDS
        if not (entry.is_lost or entry.is_stray or entry.is_leaving) and now < gone_at:
            self.missed(key)
            entry.due = min(entry.due, gone_at)
            return False
        is_news, entry.is_gone = not entry.is_gone, True
        if key not in self._wanted:
            self.settle(key)
            return is_news
        self.missed(key, wait_seconds=entry.gone_wait)
        entry.gone_wait = min(MAX_GONE_WAIT_SECONDS, 2 * entry.gone_wait)
        return is_news
