"""One kind of thing in one region: which way it is read, and when all of it was last told."""

from __future__ import annotations

from datetime import datetime

from mlcost_ext.aws.reader.ask import AT_ONCE, Rank, Steps
from mlcost_ext.aws.reader.faults import Fault
from mlcost_ext.aws.reader.kinds import Kind

from .describing import Describing
from .listing import TAGS, Listing, Summary
from .parts import Parts
from .searching import Searching

SEARCH = "Search"
UNREAD_SECONDS = 2.0
HOLD_SECONDS = 300.0
"""What AWS fails to describe for so long no longer keeps the rest from being called confirmed."""
WORK_SECONDS = 22.0
"""Where what a list shows takes longer to be read, the next one is made so much sooner: a kind is as old as both together."""
LEAST_OTHER_FRACTION = 0.6


class Following:
    """What is known of one kind, and how to know more.

    Args:
        kind: What is followed.
        parts: The region's.
        describing: How one thing is described.
        turn: Its place among the kinds that are read as often, 0 to 1: they are read in turn, and not all at once.
    """

    def __init__(self, kind: Kind, parts: Parts, describing: Describing, *, turn: float) -> None:
        self.kind = kind
        self._turn: float | None = turn
        self.listing = Listing(kind, parts, describing)
        self.searching = Searching(kind, parts, self.listing.describe_later) if kind.search else None
        self.as_of: datetime | None = None
        """When all that is ours was last told, by AWS's clock."""
        self._held: datetime | None = None
        """When the last reading was, while something that it has missed is still to be asked for by its name."""
        self._held_since = float("-inf")
        self.is_complete = False
        """Whether everything that was listed was also read."""
        self.mode = "search" if kind.search else "list"
        self._parts, self._book = parts, parts.book(kind)
        self._due: float = parts.clock()

    def due_at(self) -> float | None:
        """Give when to read what has changed."""
        return self._due

    def rank(self) -> Rank:
        """Tell the first picture and the kinds that are read by and by from those that are read promptly."""
        if not self.kind.is_prompt:
            return Rank.OTHER
        return Rank.PROMPT if self.is_complete else Rank.FIRST

    def hurry(self) -> None:
        """Read at once, since somebody looks."""
        self._due = min(self._due, self._parts.clock())

    @property
    def is_followed(self) -> bool:
        """Whether there is anything to read."""
        return self._parts.ownership.follows(self.kind)

    @property
    def is_slow(self) -> bool:
        """Whether it can wait: kinds that are read by and by; of several regions those without tuning jobs or endpoints."""
        if not self.kind.is_prompt:
            return True
        if self._parts.is_alone or not self.is_complete or self.kind.kind == "training":
            return False
        return not self._parts.names.wanted(self.kind.kind) and not self._book.known.has_running()

    def steps(self) -> Steps[None]:
        """Read what changed; `as_of` moves only where all that is ours could be told.

        Raises:
            Fault: Where AWS could not be read. A missing permission is none: see `permissions`.
        """
        began, started = self._parts.clock(), self._parts.aws_clock.wall()
        way = yield from self._read()
        if way != self.kind.listing and self._is_told(way):
            self._hold(self._parts.aws_clock.of(started))
            self.is_complete = True
        self.confirm()
        turn, self._turn = self._turn, None
        self._due = self._parts.after(self._seconds() * (1.0 if turn is None else turn), began)
        if way is None and self._parts.names.has_unread(self.kind.kind):
            self._due = self._parts.after(UNREAD_SECONDS)  # once the names are read, that is told without a call

    def _hold(self, read_at: datetime) -> None:
        """Keep a reading back until what it has missed was asked for; but not for ever, where AWS does not tell."""
        now = self._parts.clock()
        if self._held is None:
            self._held_since = now
        elif now - self._held_since > HOLD_SECONDS:
            self.as_of, self._held_since = self._held, now
        self._held = read_at

    def confirm(self) -> None:
        """Move `as_of` to the last reading once what it has shown was read, and what it has missed was asked for."""
        if self._held is not None and not self._misses_any():
            self.as_of, self._held = self._held, None
        if self.mode == "list" and self.listing.is_worked_off and self._is_told(self.kind.listing):
            self.as_of = max((each for each in (self.as_of, self.listing.confirmed_at()) if each), default=None)
            self.is_complete = self.is_complete or self.listing.is_complete

    def _misses_any(self) -> bool:
        """Say whether something that stands is missing, and whether it is gone is still to be asked."""
        return not self.kind.is_job and self._parts.names.has_lost(self.kind.kind)

    def _seconds(self) -> float:
        tempo = self._parts.tempo
        if not self.is_slow:
            return tempo.prompt_seconds
        late = max(0.0, self.listing.work_seconds - WORK_SECONDS)
        return max(tempo.other_seconds * LEAST_OTHER_FRACTION, tempo.other_seconds - late)

    def _read(self) -> Steps[str | None]:
        """Read by the best way that is allowed, and name it; None: nothing lists what is ours."""
        if not self.is_followed:
            self._parts.check_credentials()
            return None
        if self.searching is not None:
            self.mode = "search"
            is_read = yield from self._try(SEARCH, self.searching.steps())
            if is_read:
                for operation in (self.kind.listing, TAGS):  # the way round is not needed any more
                    self._parts.permissions.granted(self.kind.kind, operation)
                return SEARCH
        self.mode = "list"
        rank = Rank.PROMPT if self.kind.is_prompt else Rank.OTHER
        is_listed = yield from self._try(self.kind.listing, self.listing.steps(rank))
        return self.kind.listing if is_listed else None

    def _try(self, operation: str, steps: Steps[None]) -> Steps[bool]:
        """Read one way; False where it is denied."""
        permissions, kind = self._parts.permissions, self.kind.kind
        if not permissions.allows(kind, operation):
            return False
        try:
            yield from steps
        except Fault as fault:
            if fault.problem.code != "permission_missing":
                raise
            permissions.denied(kind, operation)
            self._parts.names.restore(kind)
            return False
        permissions.granted(kind, operation)
        return True

    def _is_told(self, way: str | None) -> bool:
        """Say whether a reading could tell everything that is ours."""
        parts, kind = self._parts, self.kind
        is_denied = parts.permissions.is_denied
        was_tried = not is_denied(kind.kind, kind.describe) and not parts.names.has_unread(kind.kind)
        can_describe = was_tried or not parts.names.wanted(kind.kind)
        if way == SEARCH:
            return (self.searching is not None and self.searching.takes_names) or can_describe
        if way == kind.listing:
            needs_tags = parts.ownership.owns_by_tags and not parts.ownership.is_everything
            can_tell = not needs_tags or not is_denied(kind.kind, TAGS)
            return can_tell and (kind.is_told_by_listing or not is_denied(kind.kind, kind.describe))
        return not parts.ownership.is_everything and not parts.ownership.owns_by_tags and can_describe


class DetailFeed:
    """Things of one region that a listing has shown, read one at a time."""

    def __init__(self, followings: list[Following], parts: Parts) -> None:
        self._followings, self._parts = followings, parts

    def due_at(self) -> float | None:
        """Give when there is something to be read: at once, or not before a listing shows it."""
        return AT_ONCE if any(each.listing.has_pending() for each in self._followings) else None

    def rank(self) -> Rank:
        """Tell the first picture of a prompt kind, where Search is denied, from all else."""
        found = self._next()
        return rank_of(*found) if found else Rank.DETAIL

    def steps(self) -> Steps[None]:
        """Read the most urgent one."""
        found = self._next()
        if found is None:
            return
        following, item = found
        yield from following.listing.work_off(item, rank_of(following, item))
        following.confirm()

    def _next(self) -> tuple[Following, Summary] | None:
        found = [(each, item) for each in self._followings if (item := each.listing.next_pending())]
        return max(found, key=lambda pair: (-rank_of(*pair), *pair[0].listing.urgency(pair[1])), default=None)


def rank_of(following: Following, item: Summary) -> Rank:
    """Give how urgent a thing is that a listing has shown."""
    if following.kind.is_prompt and not following.is_complete:
        return Rank.FIRST
    return Rank.BACKLOG if item.is_backlog else Rank.DETAIL
