"""Read things without Search: list what changed, ask once whose each is, describe what is ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from mlcost_ext.aws.reader import cut, mark
from mlcost_ext.aws.reader.ask import Ask, Pages, Rank, Steps, members
from mlcost_ext.aws.reader.aws_clock import answered_at
from mlcost_ext.aws.reader.faults import Fault, aws_error
from mlcost_ext.aws.reader.kinds import Kind
from mlcost_ext.aws.reader.permissions import RETRY_SECONDS

from .describing import Describing
from .parts import Parts

NEWEST_FIRST = {"SortBy": "CreationTime", "SortOrder": "Descending", "MaxResults": 100}
TAGS = "ListTags"
OVERLAP = timedelta(seconds=60)
WHOLE_SECONDS = 1800.0
"""Everything is listed anew so often, to miss what is gone; where one page has it all, each time."""
KEPT = mark.DAY + timedelta(hours=1)
SAME_SECONDS = 1.0
"""Two operations may tell the same time with other fractions of a second."""
FAILED_SECONDS = 60.0
"""What AWS has failed to describe is tried again this soon."""
AGAIN_SECONDS = 120.0
"""How often something is described that changes without a word in any listing."""
FORGETTING = 0.7
FIRST_WORK_SECONDS = 100.0
"""What reading the changes of a list is taken to last until that was seen, of kinds whose things are described one by one."""
MAX_DONE = 5000
"""Jobs whose owner is remembered; of more, those that ended over a day ago are forgotten."""

Tags = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a listing shows of a thing."""

    name: str
    arn: str | None
    status: str | None
    modified: datetime | None
    is_running: bool
    created: datetime | None = None
    is_ours: bool = False
    """Whether that is known already."""
    is_backlog: bool = False
    """Whether it was there before this reader was; else it is a change."""
    raw: Mapping[str, Any] | None = None
    """The whole summary, where it is all there is to hand on."""
    end: Mapping[str, Any] | None = None
    """What it tells of its end, where that is all that can have changed since it ran."""
    seen_after: datetime | None = None
    """The last listing that did not show this change of it."""
    changed_at: datetime | None = None
    """When it was first another than had been told: of what nobody had been told of, when it was created."""
    is_again: bool = False
    """Whether it is read although nothing in the summary has changed."""

    def known_until(self) -> datetime | None:
        """Give until when it was as it had been told before; None: nobody knows.

        A change of just before a listing may be missing in it, so the listing counts no later than the change.
        """
        if self.seen_after is None or self.changed_at is None:
            return self.seen_after
        return max(self.seen_after, self.changed_at)

    def same(self) -> tuple[str | None, datetime | None]:
        """Give what differs once it has changed."""
        return self.status, self.modified


@dataclass(slots=True, kw_only=True)
class Done:
    """A thing that was worked off as its summary had it."""

    same: tuple[str | None, datetime | None]
    is_ours: bool
    at: float = float("-inf")


class Listing:
    """The state of reading one kind in one region by its List operation."""

    def __init__(self, kind: Kind, parts: Parts, describing: Describing) -> None:
        self._kind, self._parts, self._describing = kind, parts, describing
        self._book = parts.book(kind)
        self._mark: datetime | None = None
        self._whole_at: float | None = None
        self._fits_a_page = False
        self._pending: dict[str, Summary] = {}
        self._put_off: dict[str, Summary] = {}
        """What AWS would not tell of: whose it is, or what it costs."""
        self._tried_again_at = parts.clock()
        self._done: dict[str, Done] = {}
        self._parents: set[tuple[str, str]] = set()
        self._tags: dict[str, Tags] = {}
        self.listed_at: datetime | None = None
        """When it was last listed to the end, by AWS's clock."""
        self._work_began: float | None = None
        """When changes were listed that are still to be read."""
        self.work_seconds = 0.0 if kind.is_told_by_listing else FIRST_WORK_SECONDS
        """How long it lately took until all changes that a listing had shown were read."""

    @property
    def is_worked_off(self) -> bool:
        """Whether all that was there and runs, or did so when it was handed on, was also read, or put off."""
        running = self._book.known.is_running
        backlog = [item for item in self._pending.values() if item.is_backlog]
        return self._whole_at is not None and not any(item.is_running or running(item.name) for item in backlog)

    def confirmed_at(self) -> datetime | None:
        """Give as of when all is known: the last listing, or when the first thing changed that is still to be read.

        AWS tells when that was; of a thing of which it does not, it was after the last listing that had it as it was before.
        What may not be described is left out, since nobody will tell; what AWS has failed to describe is not.
        """
        waiting = [*self._pending.values(), *(self._put_off.values() if self._may_describe() else ())]
        changes = (item.known_until() for item in waiting if not item.is_backlog)
        return min((at for at in (self.listed_at, *changes) if at is not None), default=None)

    @property
    def is_complete(self) -> bool:
        """Whether that holds for what has ended too."""
        return self._whole_at is not None and not self._pending

    @property
    def has_backlog(self) -> bool:
        """Whether something that was there from the start is still to be read."""
        return any(item.is_backlog for item in self._pending.values())

    def describe_later(self, raw: Mapping[str, Any]) -> None:
        """Read a thing that Search has shown without what it costs, once it has changed.

        Something that stands may change without a word there, as an endpoint during a deployment: it is read every two minutes.
        """
        item = self._summary(raw)
        if item is None:
            return
        done = self._done.get(item.name)
        is_again = not self._kind.is_job and done is not None and self._parts.clock() - done.at >= AGAIN_SECONDS
        if self._is_news(item) or is_again:
            self._tags[item.name] = cut.tags(raw.get("Tags")) or {}
            self._pending[item.name] = replace(item, is_ours=True, is_again=is_again)

    def steps(self, rank: Rank) -> Steps[None]:
        """List what changed, or everything now and then.

        Raises:
            Fault: Where AWS could not be read.
        """
        self._reconsider()
        now = self._parts.clock()
        is_whole = self._whole_at is None or self._fits_a_page or now - self._whole_at >= WHOLE_SECONDS
        sent, started, items, pages_read = self._parts.aws_clock.wall(), None, [], 0
        for request in self._requests(is_whole=is_whole):
            pages = Pages(self._kind.listing, request, rank)
            while (answer := (yield from pages.next())) is not None:
                started = started or answered_at(answer)
                items += self._summaries(answer)
                pages_read += 1
        self._move(items, started or self._parts.now())
        if is_whole:
            self._note_whole(items, now, pages_read)
        self._note(items)
        self.listed_at = self._parts.aws_clock.of(sent)
        self._begin_work()

    def _begin_work(self) -> None:
        """Begin to measure how long the changes take that a listing has shown; what took long is forgotten by and by."""
        if self._work_began is not None:
            return
        if self._has_changes():
            self._work_began = self._parts.clock()
        else:
            self.work_seconds *= FORGETTING

    def _note_work(self) -> None:
        if self._work_began is not None and not self._has_changes():
            took, self._work_began = self._parts.clock() - self._work_began, None
            self.work_seconds = max(took, FORGETTING * self.work_seconds)

    def _has_changes(self) -> bool:
        return any(not item.is_backlog for item in self._pending.values())

    def next_pending(self) -> Summary | None:
        """Give what is to be read next."""
        return max(self._pending.values(), key=self.urgency, default=None)

    def urgency(self, item: Summary) -> tuple[bool, bool, float]:
        """Put changes first, the longest waiting of them; then what was there, what runs first, and the latest."""
        is_running = item.is_running or self._book.known.is_running(item.name)
        at = 0.0 if item.modified is None else item.modified.timestamp()
        return not item.is_backlog, item.is_backlog and is_running, at if item.is_backlog else -at

    def has_pending(self) -> bool:
        """Say whether there is anything to be read."""
        self._try_again()
        return bool(self._pending)

    def work_off(self, item: Summary, rank: Rank) -> Steps[None]:
        """Read one thing: whose it is, and if it is ours, what it costs.

        Raises:
            Fault: Where AWS could not be read, and not only this thing.
        """
        if self._is_known(item) and not item.is_again:
            self._pending.pop(item.name, None)  # its name was asked for meanwhile
            self._done[item.name] = Done(same=item.same(), is_ours=True)
            self._note_work()
            return
        tags = yield from self._tags_of(item, rank)
        ownership = self._parts.ownership
        is_ours = item.is_ours or ownership.is_ours(self._kind, item.name, tags)
        if is_ours or ownership.may_be_child(self._kind, item.name):
            is_done = yield from self._hand_on(item, tags, rank, is_child_only=not is_ours)
        else:
            is_done = tags is not None or not self._asks_for_tags()
        self._pending.pop(item.name, None)
        self._note_work()
        if not is_done:
            self._put_off[item.name] = item
            return
        is_ours = is_ours or item.name in self._book.known
        self._done[item.name] = Done(same=item.same(), is_ours=is_ours, at=self._parts.clock())
        if not is_ours:
            self._tags.pop(item.name, None)

    def _hand_on(self, item: Summary, tags: Tags | None, rank: Rank, *, is_child_only: bool) -> Steps[bool]:
        if item.raw is not None:
            document = self._kind.document(item.raw, self._parts.region_id, tags)
            self._book.take([document] if document else [], is_listed=True)
            self._parts.names.shown((self._kind.kind, item.name))
            return True
        if item.end is not None and self._describing.take_end(self._kind, item.name, item.end, tags, is_child_only=is_child_only):
            return True
        extra = {} if item.modified is None else {"LastModifiedTime": item.modified}
        done = yield from self._describing.describe(
            self._kind, item.name, tags, rank, extra=extra, is_listed=True, is_child_only=is_child_only
        )
        return done

    def _requests(self, *, is_whole: bool) -> Iterator[dict[str, Any]]:
        """Ask for changes or for everything; the first answer tells AWS's time, by which the day is counted."""
        if not is_whole:
            since = self._parts.now() - mark.DAY if self._mark is None else self._mark - OVERLAP
            yield {**NEWEST_FIRST, "LastModifiedTimeAfter": since}
            return
        if not self._kind.is_job:
            yield NEWEST_FIRST
            return
        yield {**NEWEST_FIRST, "StatusEquals": "InProgress"}  # what is stopping has changed a moment ago
        since = self._parts.now() - mark.DAY
        yield {**NEWEST_FIRST, "LastModifiedTimeAfter": since if self._mark is None else self._mark - OVERLAP}

    def _move(self, items: list[Summary], started: datetime) -> None:
        seen = [item.modified for item in items if item.modified is not None]
        latest = max([*seen, *([self._mark] if self._mark else [])], default=started)
        self._mark = max(min(latest, started), started - mark.MAX_AGE)

    def _note_whole(self, items: list[Summary], now: float, pages_read: int) -> None:
        names = {item.name for item in items}
        self._fits_a_page = not self._kind.is_job and pages_read == 1
        self._parts.miss(self._kind, names)
        for name in self._parts.names.unread(self._kind.kind) - names:
            self._parts.names.doubt((self._kind.kind, name))
        if not self._kind.is_job:
            self._done = {name: done for name, done in self._done.items() if name in names}
            self._pending = {name: item for name, item in self._pending.items() if name in names}
            self._put_off = {name: item for name, item in self._put_off.items() if name in names}
            self._tags = {name: tags for name, tags in self._tags.items() if name in names}
        else:
            self._book.known.forget_ended_before(self._parts.now() - KEPT)
        self._whole_at = now

    def _note(self, items: list[Summary]) -> None:
        for item in items:
            if item.name in self._book.known:
                self._parts.names.shown((self._kind.kind, item.name))
            if item.name not in self._done and self._is_known(item):
                self._done[item.name] = Done(same=item.same(), is_ours=True)
            elif self._is_news(item):
                waiting = self._pending.get(item.name) or self._put_off.get(item.name)
                changed_at = item.modified if item.name in self._book.known else item.created
                seen_after, first = (self.listed_at, changed_at) if waiting is None else (waiting.seen_after, waiting.changed_at)
                self._pending[item.name] = replace(item, seen_after=seen_after, changed_at=first)
        if len(self._done) > MAX_DONE and self._kind.is_job:
            day = self._parts.now() - mark.DAY
            self._done = {name: each for name, each in self._done.items() if (each.same[1] or day) > day}
            self._tags = {name: tags for name, tags in self._tags.items() if name in self._done}

    def _is_known(self, item: Summary) -> bool:
        """Say whether what the summary shows was handed on already, by whichever operation."""
        modified = self._book.known.modified(item.name)
        if modified is None or item.modified is None:
            return False
        return modified >= item.modified.timestamp() - SAME_SECONDS and self._book.known.is_running(item.name) == item.is_running

    def _is_news(self, item: Summary) -> bool:
        done, put_off = self._done.get(item.name), self._put_off.get(item.name)
        if put_off is not None and put_off.same() == item.same():
            return False
        if done is None:
            return True
        if not done.is_ours and not self._parts.names.is_wanted(self._kind.kind, item.name):
            return False
        return done.same != item.same()

    def _reconsider(self) -> None:
        """Take up again what was taken for others', where something that may have started it has come to be known."""
        parents = set(self._parts.ownership.parents_of(self._kind))
        is_new, self._parents = not parents <= self._parents, parents
        if not is_new:
            return
        for name, done in self._done.items():
            if not done.is_ours and self._parts.ownership.may_be_child(self._kind, name):
                status, modified = done.same
                runs = self._kind.runs({self._kind.status_key: status})
                item = Summary(name=name, arn=None, status=status, modified=modified, is_running=runs)
                self._pending.setdefault(name, item)

    def _try_again(self) -> None:
        """Take up again what was put off: every minute, and what was denied every five, unless it would be denied again."""
        wait = FAILED_SECONDS if self._may_describe() else RETRY_SECONDS
        if not self._put_off or self._parts.clock() - self._tried_again_at < wait:
            return
        permissions, kind = self._parts.permissions, self._kind
        if permissions.allows(kind.kind, TAGS) and permissions.allows(kind.kind, kind.describe):
            self._tried_again_at = self._parts.clock()
            self._pending = {**self._put_off, **self._pending}
            self._put_off = {}

    def _may_describe(self) -> bool:
        """Say whether neither description nor tags were denied."""
        permissions, kind = self._parts.permissions, self._kind
        return not any(permissions.is_denied(kind.kind, operation) for operation in (kind.describe, TAGS))

    def _asks_for_tags(self) -> bool:
        ownership = self._parts.ownership
        return ownership.owns_by_tags or ownership.is_everything

    def _tags_of(self, item: Summary, rank: Rank) -> Steps[Tags | None]:
        """Give a thing's tags, asked for once; None where they cannot be read, or say nothing about whose it is."""
        kind = self._kind.kind
        is_askable = bool(item.arn) and self._asks_for_tags() and self._parts.permissions.allows(kind, TAGS)
        if item.name in self._tags or not is_askable:
            return self._tags.get(item.name)
        try:
            answer = yield Ask(TAGS, {"ResourceArn": item.arn}, rank)
        except Fault as fault:
            return self._untold(fault)
        self._parts.permissions.granted(kind, TAGS)
        self._tags[item.name] = cut.tags(answer.get("Tags")) or {}
        return self._tags[item.name]

    def _untold(self, fault: Fault) -> Tags | None:
        """Go on without one thing's tags where the fault concerns it alone."""
        code = fault.problem.code
        if code == "permission_missing":
            self._parts.permissions.denied(self._kind.kind, TAGS, at_once=False)
        elif code == "not_found":
            return {}
        elif code != "aws_error":
            raise fault
        return None

    def _summaries(self, answer: Mapping[str, Any]) -> list[Summary]:
        lines = members(answer, self._kind.listed)
        found = [item for raw in lines if (item := self._summary(raw))]
        if len(found) < len(lines):
            raise Fault(aws_error(f"AWS's answer could not be read ({self._kind.listed} has one without a name)."))
        return found if self._whole_at is not None else [replace(item, is_backlog=True) for item in found]

    def _summary(self, raw: Mapping[str, Any]) -> Summary | None:
        """Read one line of a listing; None where there is no name in it."""
        name = self._kind.name(raw)
        if name is None:
            return None
        return Summary(
            name=name,
            arn=cut.arn(raw.get(str(self._kind.arn_key))),
            status=cut.text(raw.get(self._kind.status_key)),
            modified=cut.moment(raw.get("LastModifiedTime")),
            created=cut.moment(raw.get("CreationTime")),
            is_running=self._kind.runs(raw),
            raw=dict(raw) if self._kind.is_told_by_listing else None,
            end=self._kind.told_end(raw),
        )
