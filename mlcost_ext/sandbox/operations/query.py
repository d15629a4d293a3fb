"""One page of what a question finds in a table, without looking at more of it than it takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from mlcost_ext.sandbox.crowd import Crowd, Window
from mlcost_ext.sandbox.operations.page import Page, cut, next_token, read_token, sort_key
from mlcost_ext.sandbox.operations.search_filter import Test
from mlcost_ext.sandbox.table import Order, Row, Table

# So many are looked at one by one, and counted exactly; of more a page is walked to.
LOOKED_AT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of a table."""

    test: Test
    window: Window
    order: Order | None  # None: by a property no table is sorted by
    value: Callable[[Row], Any]  # what it is sorted by
    is_descending: bool
    limit: int
    token: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A page, and how many there are in all, as far as anyone has looked."""

    page: Page
    hits: int
    is_exact: bool

    def total_hits(self) -> Mapping[str, Any]:
        """Give Search's TotalHits."""
        return {"Value": self.hits, "Relation": "EqualTo" if self.is_exact else "GreaterThanOrEqualTo"}


def ask(table: Table, now: datetime, question: Question) -> Found:
    """Find one page."""
    without = [crowd for crowd in table.crowds() if not question.test.may(crowd)]
    if question.order is None or table.count(now, question.window, without) <= LOOKED_AT:
        return _look_at_all(table, now, question, without)
    return _walk(table, now, question, without, question.order)


def _look_at_all(table: Table, now: datetime, question: Question, without: list[Crowd]) -> Found:
    matching = [row for row in table.rows(now, question.window, without) if question.test.matches(row)]
    page = cut(
        matching,
        lambda row: sort_key(question.value(row), row.name),
        is_descending=question.is_descending,
        limit=question.limit,
        token=question.token,
    )
    return Found(page=page, hits=len(matching), is_exact=True)


def _walk(table: Table, now: datetime, question: Question, without: list[Crowd], order: Order) -> Found:
    after = None if question.token is None else read_token(question.token)
    walk = table.walk(order, now, question.window, without, is_descending=question.is_descending, after=after)
    matches = question.test.matches
    found = list(islice((pair for pair in walk if matches(pair[1])), question.limit + 1))
    is_last = len(found) <= question.limit
    page = Page(
        items=[row for _, row in found[: question.limit]],
        next_token=None if is_last else next_token(found[question.limit - 1][0]),
    )
    return Found(page=page, hits=len(found), is_exact=is_last and after is None)
