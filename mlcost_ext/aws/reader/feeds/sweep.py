"""Look all things over, a page now and then, in case a listing of changes has lost one."""

from __future__ import annotations

from collections import deque

from mlcost_ext.aws.reader import mark, search
from mlcost_ext.aws.reader.ask import AT_ONCE, Rank, Steps
from mlcost_ext.aws.reader.kinds import Kind

from .following import Following
from .listing import KEPT
from .parts import Parts
from .walk import Walk

ROUND_SECONDS = 1800.0
"""A round begins no sooner than this after the one before; ten thousand jobs take longer."""
GARBLED_SECONDS, GARBLED_ROUND_SECONDS = 60.0, 600.0
"""After a garbled answer one begins this long afterwards, and no sooner than this after the one before."""


class SweepFeed:
    """The rounds over one kind."""

    def __init__(self, following: Following, parts: Parts) -> None:
        self._following, self._parts = following, parts
        self._walks: deque[Walk] = deque()
        self._due = parts.clock() + ROUND_SECONDS
        self._began = float("-inf")

    @property
    def is_under_way(self) -> bool:
        """Whether a round has begun."""
        return bool(self._walks)

    def due_at(self) -> float | None:
        """Give when to read the next page; None while the first picture is not there, or nothing can be searched."""
        searching = self._following.searching
        if searching is None or not searching.has_whole or self._following.mode != "search" or not searching.owner().has_any:
            return None
        if self._walks:
            return AT_ONCE
        if searching.garbled_at is None:
            return self._due
        return min(self._due, max(searching.garbled_at + GARBLED_SECONDS, self._began + GARBLED_ROUND_SECONDS))

    def rank(self) -> Rank:
        """Give its rank."""
        return Rank.SWEEP

    def steps(self) -> Steps[None]:
        """Read one page and compare.

        Raises:
            Fault: Where AWS could not be read; the same page is read the next time.
        """
        searching, known = self._following.searching, self._parts.book(self._following.kind).known
        if searching is None:
            return
        if not self._walks:
            known.begin_round()
            self._began, searching.garbled_at = self._parts.clock(), None
            self._walks = self._round(self._following.kind)
            self._due = self._parts.after(ROUND_SECONDS)
        if self._walks:
            found = yield from self._walks[0].step(Rank.SWEEP)
            searching.take(found)
            if self._walks[0].is_over:
                self._end_walk()
        if not self._walks:
            known.forget_ended_before(self._parts.now() - KEPT)

    def _round(self, kind: Kind) -> deque[Walk]:
        searching = self._following.searching
        if searching is None or searching.is_read_whole:
            return deque()
        owner, day = searching.owner(), self._parts.now() - mark.DAY
        if not kind.is_job:
            return deque([Walk(kind, lambda until: search.whole(kind, owner, until), search.CREATED, is_slow=True)])
        return deque(
            [
                Walk(kind, lambda until: search.running(kind, owner, until), search.CREATED, is_slow=True),
                Walk(kind, lambda until: search.ended_since(kind, owner, day, until), search.CREATED, is_slow=True),
            ]
        )

    def _end_walk(self) -> None:
        """After all that runs was read, look for what was not among it."""
        is_first = len(self._walks) == (2 if self._following.kind.is_job else 1)
        self._walks.popleft()
        if is_first:
            kind = self._following.kind
            self._parts.names.lose_all(kind.kind, self._parts.book(kind).known.missing())
