"""What the feeds of one region share."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from mlcost_ext.aws.reader.aws_clock import AwsClock
from mlcost_ext.aws.reader.kinds import Kind
from mlcost_ext.aws.reader.known import Book
from mlcost_ext.aws.reader.names import Names
from mlcost_ext.aws.reader.ownership import Ownership
from mlcost_ext.aws.reader.pace import Random, Tempo, jittered
from mlcost_ext.aws.reader.permissions import Permissions

LOST_SECONDS = 10.0
"""What is missing for longer than this was missing in more than one listing."""


@dataclass(slots=True, kw_only=True)
class Parts:
    """One region's books, and what was found out about reading them."""

    region_id: str
    clock: Callable[[], float]
    aws_clock: AwsClock
    random: Random
    permissions: Permissions
    names: Names
    ownership: Ownership
    books: dict[str, Book]
    check_credentials: Callable[[], None]
    tempo: Tempo
    """Set anew whenever there is more or less to read."""
    is_alone: bool = True
    """Whether no other region is followed."""

    def book(self, kind: Kind) -> Book:
        """Give the things of one kind."""
        return self.books[kind.kind]

    def miss(self, kind: Kind, shown: AbstractSet[str]) -> None:
        """Ask for what was listed before and is not among what a whole listing shows.

        What stands and is missing in a second one as well is taken for gone where it was not asked for meanwhile: that may
        be denied, AWS may fail, or there may be no calls left. A listing that shows nothing at all is no such word. What AWS was
        deleting when it was last shown need not be asked for.
        """
        known = self.book(kind).known
        if not kind.is_job:
            for name in known.leaving() - shown:
                self.names.settle((kind.kind, name))
                self.book(kind).lose(name)
        self.names.lose_all(kind.kind, known.running_listed() - shown)
        if kind.is_job or not shown:
            return
        for name in self.names.lost_before(kind.kind, self.clock() - LOST_SECONDS):
            if name not in shown and self.names.absent((kind.kind, name)):
                self.book(kind).lose(name)

    def now(self) -> datetime:
        """Give the time by AWS's clock."""
        return self.aws_clock.now()

    def after(self, seconds: float, began: float | None = None) -> float:
        """Give when to read again, so long after a reading began; a little more or less."""
        return (self.clock() if began is None else began) + jittered(seconds, self.random)
