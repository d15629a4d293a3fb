"""Thousands of things that stand still, kept as arithmetic: none is made before somebody asks for it."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from mlcost_ext.sandbox.order import SortKey
from mlcost_ext.sandbox.thing import Snapshot, Thing

Bounds = tuple[float, float]  # seconds since 1970, both included
ALWAYS: Bounds = (float("-inf"), float("inf"))
NOTHING: frozenset[None] = frozenset({None})


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What a question asks of times and names: enough to leave most things unseen, not to answer it."""

    created: Bounds = ALWAYS
    modified: Bounds = ALWAYS
    names: frozenset[str] | None = None  # None: any


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Crowd:
    """Things numbered from 0. Whatever is told here of a number holds until ``until``."""

    prefix: str
    digits: int
    make: Callable[[int], Thing]
    created: array[float]  # seconds since 1970, by number
    modified: array[float]
    until: array[float]  # when it changes by itself; inf: never
    peeks: Mapping[str, Callable[[int], Any]]  # members of the description that need no description
    tags: Callable[[int], Mapping[str, str]]
    values: Mapping[str, frozenset[Any]]  # a property, and every value it has in this crowd
    tag_values: Mapping[str, frozenset[str] | None]  # the same of tags, None: not counted; other tags nobody has
    by_created: array[int] = field(init=False)
    by_modified: array[int] = field(init=False)
    longest_seconds: float = field(init=False)  # from creation to the last change

    def __post_init__(self) -> None:
        numbers = range(len(self.created))
        object.__setattr__(self, "by_created", array("l", sorted(numbers, key=self.created.__getitem__)))
        longest = max((at - start for start, at in zip(self.created, self.modified, strict=True)), default=0.0)
        object.__setattr__(self, "longest_seconds", longest + 1.0)
        object.__setattr__(self, "by_modified", array("l", sorted(numbers, key=self.modified.__getitem__)))

    def name(self, number: int) -> str:
        """Name the thing of a number; names go up as numbers do."""
        return f"{self.prefix}{number:0{self.digits}d}"

    def number(self, name: str) -> int | None:
        """Find the number of a name; ``None`` for a name that is not of this crowd."""
        digits = name.removeprefix(self.prefix)
        if not name.startswith(self.prefix) or len(digits) != self.digits or not digits.isdecimal():
            return None
        return int(digits) if int(digits) < len(self.created) else None

    def possible(self, name: str) -> frozenset[Any] | None:
        """Give every value of a property, such as ``Tags.team``; ``None`` where nobody has counted."""
        head, _, rest = name.partition(".")
        if head == "Tags" and rest:
            return self.tag_values.get(rest, NOTHING)
        if self.values.get(head) == NOTHING:
            return NOTHING
        return self.values.get(name)


@dataclass(frozen=True, slots=True)
class CrowdRow:
    """One of a crowd, seen without being made."""

    crowd: Crowd
    number: int

    @property
    def name(self) -> str:
        """Give the name."""
        return self.crowd.name(self.number)

    @property
    def tags(self) -> Mapping[str, str]:
        """Give the tags."""
        return self.crowd.tags(self.number)

    def peek(self, member: str) -> Any:
        """Give one member of the description."""
        known = self.crowd.peeks.get(member)
        if known is not None:
            return known(self.number)
        if member == "CreationTime":
            return moment(self.crowd.created[self.number])
        if member == "LastModifiedTime":
            return moment(self.crowd.modified[self.number])
        values = self.crowd.values.get(member)
        if values is not None and len(values) == 1:
            return next(iter(values))
        return self.snapshot().description.get(member)

    def snapshot(self) -> Snapshot:
        """Make the thing and describe it."""
        return self.crowd.make(self.number).describe(moment(self.crowd.modified[self.number]))


class Block:
    """A crowd as one table has it: without those that have changed since, which the table keeps itself."""

    def __init__(self, crowd: Crowd, displaced: set[int] | None = None) -> None:
        self.crowd = crowd
        self.displaced = displaced if displaced is not None else set()
        self._by_until = sorted((at, number) for number, at in enumerate(crowd.until) if at != float("inf"))
        self._next = 0

    def find(self, name: str) -> int | None:
        """Give the number of a name that is still of the crowd."""
        number = self.crowd.number(name)
        return None if number is None or number in self.displaced else number

    def displace(self, name: str) -> None:
        """Take one out of the crowd, if it is of it."""
        number = self.crowd.number(name)
        if number is not None:
            self.displaced.add(number)

    def copy(self) -> Block:
        """Give the same crowd for another table."""
        return Block(self.crowd, set(self.displaced))

    def due(self, now: float) -> Iterator[int]:
        """Take out of the crowd whoever has changed by now, one after the other."""
        while self._next < len(self._by_until) and self._by_until[self._next][0] <= now:
            number = self._by_until[self._next][1]
            self._next += 1
            if number not in self.displaced:
                self.displaced.add(number)
                yield number

    def not_yet(self, now: float) -> Iterator[int]:
        """Take out of the crowd whoever was not yet like this, when the clock is set back."""
        crowd = self.crowd
        start = bisect_right(crowd.by_modified, now, key=crowd.modified.__getitem__)
        for number in crowd.by_modified[start:]:
            if number not in self.displaced:
                self.displaced.add(number)
                yield number

    def rows(self, window: Window) -> list[CrowdRow]:
        """List those within a window, in no particular order."""
        return [CrowdRow(self.crowd, number) for number in self._within(self._shorter(window), window)]

    def count(self, window: Window) -> int:
        """Say how many at most are within a window."""
        return len(self._shorter(window))

    def walk(
        self, order: str, window: Window, *, is_descending: bool, after: SortKey | None
    ) -> Iterator[tuple[SortKey, CrowdRow]]:
        """Go through those within a window in an order, with their place in it."""
        crowd = self.crowd
        numbers, values = self._sorted(order, window)
        rank = 2 if order == "Name" else 1

        def place(number: int) -> SortKey:
            return rank, values[number], crowd.name(number)

        if after is not None:
            find = bisect_left if is_descending else bisect_right
            end = find(numbers, after, key=place)
            numbers = numbers[:end] if is_descending else numbers[end:]
        for number in self._within(reversed(numbers) if is_descending else numbers, window):
            yield place(number), CrowdRow(crowd, number)

    def _sorted(self, order: str, window: Window) -> tuple[Sequence[int], Sequence[Any]]:
        if order == "Name":
            return range(len(self.crowd.created)), _Names(self.crowd)
        if order == "CreationTime":
            return self._created(window), self.crowd.created
        return self._modified(window), self.crowd.modified

    def _shorter(self, window: Window) -> Sequence[int]:
        return min(self._created(window), self._modified(window), key=len)

    def _created(self, window: Window) -> Sequence[int]:
        since, until = window.modified  # what changed since was created since, or little earlier
        bounds = max(window.created[0], since - self.crowd.longest_seconds), min(window.created[1], until)
        return _between(self.crowd.by_created, self.crowd.created, bounds)

    def _modified(self, window: Window) -> Sequence[int]:
        return _between(self.crowd.by_modified, self.crowd.modified, window.modified)

    def _within(self, numbers: Iterable[int], window: Window) -> Iterator[int]:
        created, modified, displaced = self.crowd.created, self.crowd.modified, self.displaced
        (after, before), (since, until) = window.created, window.modified
        return (
            number
            for number in numbers
            if since <= modified[number] <= until and after <= created[number] <= before and number not in displaced
        )


def _between(numbers: array[int], values: array[float], bounds: Bounds) -> Sequence[int]:
    low = bisect_left(numbers, bounds[0], key=values.__getitem__)
    return numbers[low : bisect_right(numbers, bounds[1], key=values.__getitem__)]


class _Names(Sequence[str]):
    """The names of a crowd, by number."""

    def __init__(self, crowd: Crowd) -> None:
        self._crowd = crowd

    def __len__(self) -> int:
        return len(self._crowd.created)

    def __getitem__(self, number: Any) -> Any:
        return self._crowd.name(number)


def moment(seconds: float) -> datetime:
    """Turn seconds since 1970 into a time, exact to the millisecond."""
    return datetime.fromtimestamp(seconds, timezone.utc)
