"""The things of one kind in one region. Each is described when it changes, and not before anyone asks."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import deque
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from heapq import heappop, heappush, merge
from operator import itemgetter
from typing import Literal, Protocol

from mlcost_ext.sandbox.crowd import ALWAYS, Block, Bounds, Crowd, CrowdRow, Window
from mlcost_ext.sandbox.order import SortKey, sort_key
from mlcost_ext.sandbox.thing import Snapshot, Thing

Row = Snapshot | CrowdRow
Order = Literal["CreationTime", "LastModifiedTime", "Name"]
ORDERS: tuple[Order, ...] = ("CreationTime", "LastModifiedTime", "Name")
ANY = Window()

_REMEMBERED = 10_000
_SAME = timedelta(seconds=1)  # a clock set back no further stands still for as long


class Follower(Protocol):
    """What is told of every change of a table that does not come about by itself."""

    def follow(self, now: datetime, name: str, thing: Thing | None) -> None:
        """Take note of a thing that was put, or with ``None`` removed."""


class Table:
    """What is kept of one kind in one region. A thing of the future is hidden until it is created."""

    def __init__(self) -> None:
        self._kept: dict[str, Snapshot] = {}
        self._waiting: dict[str, Thing] = {}
        self._blocks: list[Block] = []
        self._keys: dict[str, tuple[SortKey, ...]] = {}
        self._sorted: tuple[list[SortKey], ...] = tuple([] for _ in ORDERS)
        self._due: list[tuple[datetime, str]] = []  # when something changes by itself, comes or goes
        self._now: datetime | None = None
        self.gone: deque[tuple[datetime, Thing]] = deque(maxlen=_REMEMBERED)  # what is no more, and since when
        self.follower: Follower | None = None

    def put(self, thing: Thing, now: datetime) -> None:
        """Add a thing, or put a changed one in its place."""
        now = self._advance(now)
        self._take(thing, now)
        if self.follower is not None:
            self.follower.follow(now, thing.name, thing)

    def put_crowd(self, crowd: Crowd) -> None:
        """Add many things at once, whose names nobody has."""
        self._blocks.append(Block(crowd))

    def get(self, name: str, now: datetime) -> Snapshot | None:
        """Find a thing as it is now."""
        row = self.find(name, now)
        return None if row is None else row.snapshot()

    def find(self, name: str, now: datetime) -> Row | None:
        """Find a thing as it is now; one of a crowd is not made for it."""
        self._advance(now)
        kept = self._kept.get(name)
        if kept is not None:
            return kept
        found = ((block, block.find(name)) for block in self._blocks)
        return next((CrowdRow(block.crowd, number) for block, number in found if number is not None), None)

    def remove(self, name: str) -> None:
        """Forget a thing; an unknown one is no matter."""
        if name in self._kept and self._now is not None:
            self.gone.append((self._now, self._kept[name].thing))
        self._drop(name)
        if self.follower is not None and self._now is not None:
            self.follower.follow(self._now, name, None)

    def all(self, now: datetime) -> list[Snapshot]:
        """Describe every thing as it is now, in no particular order. Not for crowds: ``rows`` and ``walk`` are."""
        return [row.snapshot() for row in self.rows(now)]

    def ordered(self, order: Order, now: datetime, *, is_descending: bool = False, after: SortKey | None = None) -> Iterator[Row]:
        """Give one thing after the other in an order, from where an earlier walk had come to.

        Args:
            order: By what; the same values go by name.
            now: As of when.
            is_descending: From the last one backwards.
            after: ``sort_key`` of the last thing seen before; ``None`` begins.
        """
        return (row for _, row in self.walk(order, now, is_descending=is_descending, after=after))

    def rows(self, now: datetime, window: Window = ANY, without: Sequence[Crowd] = ()) -> list[Row]:
        """List the things within a window, in no particular order, without making one of a crowd."""
        self._advance(now)
        if window.names is not None:
            found = (self.find(name, now) for name in sorted(window.names))
            return [row for row in found if row is not None]
        shorter = min(self._between("CreationTime", window.created), self._between("LastModifiedTime", window.modified), key=len)
        rows: list[Row] = [self._kept[key[2]] for key in shorter]
        for block in self._blocks:
            if block.crowd not in without:
                rows += block.rows(window)
        return rows

    def count(self, now: datetime, window: Window = ANY, without: Sequence[Crowd] = ()) -> int:
        """Say how many things at most are within a window."""
        self._advance(now)
        if window.names is not None:
            return len(window.names)
        created = self._between("CreationTime", window.created)
        kept = min(len(created), len(self._between("LastModifiedTime", window.modified)))
        return kept + sum(block.count(window) for block in self._blocks if block.crowd not in without)

    def walk(
        self,
        order: Order,
        now: datetime,
        window: Window = ANY,
        without: Sequence[Crowd] = (),
        *,
        is_descending: bool = False,
        after: SortKey | None = None,
    ) -> Iterator[tuple[SortKey, Row]]:
        """Go through the things within a window in an order, with their place in it."""
        self._advance(now)
        kept = self._walk_kept(order, window, is_descending, after)
        blocks = [block for block in self._blocks if block.crowd not in without]
        crowds = [block.walk(order, window, is_descending=is_descending, after=after) for block in blocks]
        return merge(kept, *crowds, key=itemgetter(0), reverse=is_descending)

    def crowds(self) -> list[Crowd]:
        """List the crowds in it."""
        return [block.crowd for block in self._blocks]

    def copy(self, now: datetime) -> Table:
        """Give a table of the same things as of another time, which goes its own way from then on."""
        copy = Table()
        copy._blocks = [block.copy() for block in self._blocks]
        for thing in self.things():
            copy.put(thing, now)
        return copy

    def changing(self, now: datetime, since: datetime) -> list[Thing]:
        """List the things that are kept one by one, but for those that ended for good before a moment."""
        self._advance(now)
        return [each.thing for each in self._kept.values() if not (each.is_ended and _changed_before(each, since))]

    def things(self) -> list[Thing]:
        """List the things that are kept one by one, those of the future with them."""
        return [*self._waiting.values(), *(snapshot.thing for snapshot in self._kept.values())]

    def _walk_kept(
        self, order: Order, window: Window, is_descending: bool, after: SortKey | None
    ) -> Iterator[tuple[SortKey, Row]]:
        bounds = {"CreationTime": window.created, "LastModifiedTime": window.modified}
        keys = self._between(order, bounds.get(order, ALWAYS))
        if after is not None:
            place = (bisect_left if is_descending else bisect_right)(keys, after)
            keys = keys[:place] if is_descending else keys[place:]
        return ((key, self._kept[key[2]]) for key in (reversed(keys) if is_descending else keys))

    def _between(self, order: Order, bounds: Bounds) -> list[SortKey]:
        keys = self._sorted[ORDERS.index(order)]
        if bounds == ALWAYS:
            return keys[:]
        return keys[bisect_left(keys, (1, bounds[0], "")) : bisect_right(keys, (1, bounds[1], "\U0010ffff"))]

    def _advance(self, now: datetime) -> datetime:
        """Let everything happen that was due by now, and give the table's own time."""
        if self._now is not None and now < self._now:
            if self._now - now <= _SAME:
                return self._now
            self._set_back(now)
        self._now = now
        for block in self._blocks:
            for number in block.due(now.timestamp()):
                self._take(block.crowd.make(number), now)
        while self._due and self._due[0][0] <= now:
            _, name = heappop(self._due)
            self._renew(name, now)
        return now

    def _set_back(self, now: datetime) -> None:
        """Describe everything anew, as it was before: the account's clock was set back."""
        for thing in self.things():
            self._take(thing, now)
        for block in self._blocks:
            for number in block.not_yet(now.timestamp()):
                self._take(block.crowd.make(number), now)

    def _renew(self, name: str, now: datetime) -> None:
        thing, kept = self._waiting.get(name), self._kept.get(name)
        if thing is not None and thing.created_at <= now:
            self._take(thing, now)
        elif kept is not None and any(at is not None and at <= now for at in (_gone_at(kept.thing), kept.valid_until)):
            self._take(kept.thing, now)

    def _take(self, thing: Thing, now: datetime) -> None:
        was_there = thing.name in self._kept
        self._drop(thing.name)
        gone_at = _gone_at(thing)
        if gone_at is not None and gone_at <= now:
            if was_there:
                self.gone.append((gone_at, thing))
            return
        if gone_at is not None:
            heappush(self._due, (gone_at, thing.name))
        if thing.created_at > now:
            self._waiting[thing.name] = thing
            heappush(self._due, (thing.created_at, thing.name))
            return
        snapshot = thing.describe(now)
        if snapshot.valid_until is not None:
            if snapshot.valid_until <= now:
                raise ValueError(f"{thing.kind} {thing.name}: a description that is out of date at once")
            heappush(self._due, (snapshot.valid_until, thing.name))
        self._kept[thing.name] = snapshot
        self._sort(thing.name, snapshot)

    def _drop(self, name: str) -> None:
        for block in self._blocks:
            block.displace(name)
        self._kept.pop(name, None)
        self._waiting.pop(name, None)
        for one, key in zip(self._sorted, self._keys.pop(name, ()), strict=False):
            del one[bisect_left(one, key)]

    def _sort(self, name: str, snapshot: Snapshot) -> None:
        members = (snapshot.peek("CreationTime"), snapshot.peek("LastModifiedTime"), name)
        keys = self._keys[name] = tuple(sort_key(member, name) for member in members)
        for one, key in zip(self._sorted, keys, strict=True):
            insort(one, key)


def _changed_before(snapshot: Snapshot, since: datetime) -> bool:
    at = snapshot.peek("LastModifiedTime")
    return isinstance(at, datetime) and at < since


def _gone_at(thing: Thing) -> datetime | None:
    at: datetime | None = getattr(thing, "gone_at", None)
    return at
