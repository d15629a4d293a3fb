"""Training jobs that ended before the last day, back to 90 days: read last of all, and taken up again after a new start.

What was read is kept as spans of time, in which jobs ended (`LastModifiedTime`, which does not change afterwards): a page's
token would be worth nothing the next day. The server keeps them as a text it need not understand.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

from mlcost_ext.aws.reader import cut, search
from mlcost_ext.aws.reader.ask import AT_ONCE, Rank, Steps
from mlcost_ext.aws.reader.outlet import Outlet
from mlcost_ext.aws.reader.protocol import Watch

from .following import Following
from .parts import Parts
from .walk import Record, Walk

LOOK_BACK = timedelta(days=90)
SECOND = timedelta(seconds=1)
MAX_CURSOR = 20_000

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spans:
    """Times of which everything was handed on: apart from each other, the latest first."""

    spans: tuple[Span, ...] = ()

    def with_span(self, span: Span) -> Spans:
        """Add one, and melt together those that touch."""
        merged: list[Span] = []
        for low, high in sorted([*self.spans, span], reverse=True):
            if merged and high >= merged[-1][0]:
                merged[-1] = (min(low, merged[-1][0]), merged[-1][1])
            else:
                merged.append((low, high))
        return Spans(spans=tuple(merged))

    def latest_gap(self, low: datetime, high: datetime) -> Span | None:
        """Give the latest time between two that was not read; None: all was."""
        for span_low, span_high in self.spans:
            if span_high < high - SECOND:
                break
            high = min(high, span_low)
        below = [span_high for _, span_high in self.spans if span_high < high]
        gap = (max([low, *below]), high)
        return gap if gap[1] - gap[0] > SECOND else None


class HistoryFeed:
    """How far the past of one region was read."""

    def __init__(self, following: Following, parts: Parts, outlet: Outlet) -> None:
        self._following, self._parts, self._outlet = following, parts, outlet
        self._spans = Spans()
        self._walk: tuple[Walk, Span] | None = None
        self._top: datetime | None = None
        self._page: set[str] = set()
        """Names of the page before: what has its last second is asked for again."""
        self.is_done = False
        self.through: datetime | None = None
        """All that ended since was handed on."""

    def begin(self, watch: Watch) -> None:
        """Take up where a reader before this one has left off."""
        if self._parts.region_id in watch.history:
            cursor = watch.history[self._parts.region_id]
            self.is_done = cursor is None
            self._spans = read_cursor(cursor, owner_digest(watch)) if cursor else Spans()

    def due_at(self) -> float | None:
        """Give when to read the next page: whenever there is a call left; None: not yet, or no more."""
        searching = self._following.searching
        if self.is_done or searching is None or not searching.has_whole or self._following.mode != "search":
            return None
        return AT_ONCE

    def rank(self) -> Rank:
        """Give its rank, the last."""
        return Rank.HISTORY

    def steps(self) -> Steps[None]:
        """Read one page.

        Raises:
            Fault: Where AWS could not be read; the same page is read the next time.
        """
        watch = self._parts.ownership.watch
        found = self._next_walk()
        if found is None:
            self.is_done = True
            self._outlet.push_history([], before="", after=None)
            return
        walk, (low, high) = found
        page = yield from walk.step(Rank.HISTORY)
        before = write_cursor(self._spans, owner_digest(watch))
        reached = low if walk.is_over else (walk.until or high)
        self._spans = self._spans.with_span((reached, high))
        self.through = self._spans.spans[0][0]
        self._walk = None if walk.is_over else self._walk
        after = write_cursor(self._spans, owner_digest(watch))
        self._outlet.push_history(self._documents(page), before=before, after=after)

    def _next_walk(self) -> tuple[Walk, Span] | None:
        searching = self._following.searching
        if searching is None:
            return None
        owner = searching.owner()
        if not owner.tags and not owner.is_everything:
            return None  # what is ours by its name alone was searched for whole
        if self._walk is not None:
            return self._walk
        self._top = self._top or searching.day()
        gap = self._spans.latest_gap(self._parts.now() - LOOK_BACK, self._top)
        if gap is None:
            return None
        kind, (low, high) = self._following.kind, gap
        walk = Walk(
            kind, lambda until: search.ended_between(kind, owner, low, until or high), search.MODIFIED, until=high, is_slow=True
        )
        self._walk = (walk, gap)
        return self._walk

    def _documents(self, page: list[Record]) -> list[dict[str, Any]]:
        kind, ownership = self._following.kind, self._parts.ownership
        found: dict[str, dict[str, Any]] = {}
        for record in page:
            document = kind.document(record, self._parts.region_id)
            name = str(kind.name(document)) if document else ""
            if document and (ownership.is_ours(kind, name, document["Tags"]) or ownership.is_child(kind, document)):
                found[name] = document
        before, self._page = self._page, set(found)
        return [document for name, document in found.items() if name not in before]


def owner_digest(watch: Watch) -> str:
    """Tell the cursors of different owners apart."""
    return blake2b(json.dumps([watch.scope, sorted(watch.owner_tags)]).encode(), digest_size=8).hexdigest()


def write_cursor(spans: Spans, owner: str) -> str:
    """Write what was read as a text."""
    return json.dumps({"v": 1, "owner": owner, "spans": [[cut.time(low), cut.time(high)] for low, high in spans.spans]})


def read_cursor(text: str, owner: str) -> Spans:
    """Read what an earlier reader has written; nothing, where it was about somebody else or is not to be read."""
    try:
        document = json.loads(text[:MAX_CURSOR])
        pairs = document["spans"] if document["v"] == 1 and document["owner"] == owner else []
        found = [(cut.moment(pair[0]), cut.moment(pair[1])) for pair in pairs]
    except (ValueError, TypeError, KeyError, IndexError, RecursionError):
        return Spans()
    spans = Spans()
    for low, high in found:
        if low is not None and high is not None and low <= high:
            spans = spans.with_span((low, high))
    return spans
