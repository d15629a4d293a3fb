"""Read things by Search: whole descriptions, a hundred a page; after the first picture only what changed."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime

from mlcost_ext.aws.reader import cut, mark, search
from mlcost_ext.aws.reader.ask import Answer, Pages, Rank, Steps
from mlcost_ext.aws.reader.aws_clock import answered_at
from mlcost_ext.aws.reader.faults import Fault
from mlcost_ext.aws.reader.kinds import Kind
from mlcost_ext.aws.reader.known import Document
from mlcost_ext.aws.reader.ownership import Owner

from .parts import Parts
from .walk import Record, Walk, records

FEW_GARBLED = 5
"""So many descriptions of a page that have something of a wrong type are asked for one by one."""
FITS_A_PAGE = 90
"""So many endpoints are read whole each time, so that a deleted one is missed at once; more only by their changes."""


class Searching:
    """The state of reading one kind in one region by Search."""

    def __init__(self, kind: Kind, parts: Parts, describe_later: Callable[[Record], None]) -> None:
        self._kind, self._parts, self._describe_later = kind, parts, describe_later
        self._book = parts.book(kind)
        self._mark = mark.Mark(parts.clock)
        self._walks: deque[Walk] | None = None
        self._began: datetime | None = None
        self._count = 0
        self._parents_read: set[tuple[str, str]] = set()
        self.day_start: datetime | None = None
        """What ended before is history; counted by AWS's clock."""
        self.has_whole = False
        self.garbled_at: float | None = None
        """Since when much of what was handed on is garbled, so that all of it is to be read again."""
        self.takes_names = True
        """Whether AWS has not refused to search for names."""
        self.is_read_whole = not kind.is_job
        """Whether each reading shows everything there is."""

    def owner(self) -> Owner:
        """Say by what to search."""
        owner = self._parts.ownership.owner_of(self._kind)
        return owner if self.takes_names or owner.is_everything else Owner(tags=owner.tags)

    def steps(self) -> Steps[None]:
        """Read what is new, page by page.

        Raises:
            Fault: Where AWS could not be read. Pages of the first picture that were read are not read again.
        """
        owner = self.owner()
        try:
            yield from self._read(owner)
            return
        except Fault as fault:
            if fault.aws_code != "ValidationException" or not self.takes_names or not (owner.names or owner.parents):
                raise
        self.takes_names, self._walks = False, None
        yield from self._read(self.owner())

    def take(self, found: list[Record]) -> None:
        """Hand on what Search has found; a name that it shows need not be described any more."""
        documents, garbled = [], 0
        for record in found:
            document, is_garbled = self._kind.read(record, self._parts.region_id)
            if document is None or not self._is_ours(document):
                continue
            garbled += is_garbled
            if garbled > FEW_GARBLED:
                # What can be read of it is handed on, and all is looked over soon.
                self.garbled_at = self._parts.clock() if self.garbled_at is None else self.garbled_at
            elif is_garbled or not self._kind.is_whole(record):
                self._describe_later(record)
                continue
            self._parts.names.shown((self._kind.kind, str(self._kind.name(document))))
            documents.append(document)
        self._book.take(documents, is_listed=True)

    def _is_ours(self, document: Document) -> bool:
        ownership, name = self._parts.ownership, str(self._kind.name(document))
        if document["Tags"] is None or ownership.is_ours(self._kind, name, document["Tags"]):
            return True
        return ownership.is_child(self._kind, document)

    def _read(self, owner: Owner) -> Steps[None]:
        if not owner.has_any:
            self.has_whole = True
        elif not self.has_whole:
            yield from self._first(owner)
        elif self.is_read_whole:
            yield from self._whole(owner)
        else:
            since = self._mark.since(self._parts.now())
            yield from self._new_children(owner, since)
            yield from self._changes(owner, since)

    def _first(self, owner: Owner) -> Steps[None]:
        """Read everything; a fault leaves off, and the next reading goes on from there."""
        if self._walks is None:
            self._walks, self._began, self._count = self._first_walks(owner), None, 0
            self._parents_read = set(owner.parents)
        while self._walks:
            sent = self._parts.aws_clock.wall()
            found = yield from self._walks[0].step(Rank.FIRST)
            self._began = self._began or self._parts.aws_clock.of(sent)
            self._count += len(found)
            self.take(found)
            if self._walks[0].is_over:
                self._walks.popleft()
        self._mark.begin(self._began or self._parts.now())
        self.has_whole, self._walks = True, None
        self.is_read_whole = not self._kind.is_job and self._count <= FITS_A_PAGE
        self._parts.names.lose_all(self._kind.kind, self._book.known.unmet())
        for name in self._parts.names.unread(self._kind.kind):
            self._parts.names.doubt((self._kind.kind, name))

    def _first_walks(self, owner: Owner) -> deque[Walk]:
        """Ask for everything; the first answer tells AWS's time, by which the day is counted."""
        kind, named = self._kind, Owner(names=owner.names)
        if not kind.is_job:
            return deque([Walk(kind, lambda until: search.whole(kind, owner, until), search.CREATED)])
        walks = [
            Walk(kind, lambda until: search.running(kind, owner, until), search.CREATED),
            Walk(kind, lambda until: search.ended_since(kind, owner, self.day(), until), search.CREATED),
        ]
        if owner.names:
            walks.append(Walk(kind, lambda until: search.whole(kind, named, until), search.CREATED))
        return deque(walks)

    def day(self) -> datetime:
        """Give when the last day began, at the time it was first asked for."""
        if self.day_start is None:
            self.day_start = self._parts.now() - mark.DAY
        return self.day_start

    def _whole(self, owner: Owner) -> Steps[None]:
        """Read everything in one page, and miss what is not there any more."""
        pages, names = Pages("Search", search.whole(self._kind, owner), Rank.PROMPT), set()
        while (answer := (yield from pages.next())) is not None:
            found = records(answer, self._kind)
            names |= {name for record in found if (name := self._kind.name(record))}
            self._mark.move(_modified(found), _time_of(answer) or self._parts.now())
            self.take(found)
        self._parts.miss(self._kind, names)
        self.is_read_whole = len(names) <= FITS_A_PAGE

    def _changes(self, owner: Owner, since: datetime) -> Steps[None]:
        """Read all pages of changes; the mark moves only once all of them were read."""
        pages = Pages("Search", search.changed_since(self._kind, owner, since), Rank.PROMPT)
        started, modified = None, []
        while (answer := (yield from pages.next())) is not None:
            started = started or _time_of(answer) or self._parts.now()
            found = records(answer, self._kind)
            modified += _modified(found)
            self.take(found)
        self._mark.move(modified, started or self._parts.now())

    def _new_children(self, owner: Owner, since: datetime) -> Steps[None]:
        """Read the jobs of a tuning or AutoML job that was not known before: they may have been there for long.

        Those of one that was created since then are all among the changes.
        """
        unread = (parent for parent in owner.parents if parent not in self._parents_read)
        new = tuple(parent for parent in unread if self._parts.ownership.began_before(parent, since))
        if not new:
            self._parents_read = set(owner.parents)
            return
        request = search.running_or_changed_since(self._kind, Owner(parents=new), self._parts.now() - mark.DAY)
        pages = Pages("Search", request, Rank.PROMPT)
        while (answer := (yield from pages.next())) is not None:
            self.take(records(answer, self._kind))
        self._parents_read = set(owner.parents)


def _time_of(answer: Answer) -> datetime | None:
    return answered_at(answer)


def _modified(found: list[Record]) -> list[datetime | None]:
    return [cut.moment(record.get("LastModifiedTime")) for record in found]
