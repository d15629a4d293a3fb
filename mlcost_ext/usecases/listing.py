"""Answer which jobs there are, a page at a time."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter

from mlcost_ext.core.documents import JobList
from mlcost_ext.core.errors import UsageError
from mlcost_ext.core.times import time_from_text, time_to_text

from .families import Family
from .job_row import job_row
from .meter import MeteredJob
from .watch import JobBook, key_of, started

SortKey = tuple[float | str, str, str]


@dataclass(frozen=True, slots=True)
class Listed:
    """A job in a list, whether it is ours, and what it has started."""

    metered: MeteredJob
    is_mine: bool = True
    family: Family | None = None
    """The jobs it has started, where its cost is theirs."""

    def cost_at(self, at: datetime) -> float:
        """Give its cost, to sort by and for nothing else."""
        amount = self.family.cost_at(self.metered.job, at) if self.family else self.metered.cost_at(at)
        return float(amount or 0)


ORDERS: dict[str, Callable[[Listed, datetime], float | str]] = {
    "started": lambda listed, _: -min(started(listed.metered), 1e15),
    "cost": lambda listed, at: -listed.cost_at(at),
    "name": lambda listed, _: listed.metered.job.name,
}
"""How to sort, as of the time of the first page: what grows meanwhile must not change its place between pages."""


def listed_in(book: JobBook, *, is_mine: bool) -> list[Listed]:
    """Give the jobs of a book, each that started others with those."""
    every = ((metered, key_of(metered.job)) for metered in book.all())
    return [Listed(metered, is_mine, book.family(key) if metered.job.is_sum else None) for metered, key in every]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobQuery:
    """Which jobs are asked for."""

    state: str | None
    """``running``, ``ended``, or a status as AWS spells it; None: all."""
    kind: str | None
    sort: str
    limit: int
    cursor: str | None
    """From the page before; None: the first page."""


def list_jobs(jobs: Iterable[Listed], query: JobQuery, now: datetime) -> JobList:
    """Give the page that `query` asks for.

    Raises:
        UsageError: The order is none of ours, or the cursor is not from this list.
    """
    if query.sort not in ORDERS:
        raise UsageError(f"sort cannot be {query.sort[:20]!r}.", f"Use one of {', '.join(ORDERS)}.")
    at, after = read_cursor(query) if query.cursor else (now, None)
    keyed = [(sort_key(listed, query.sort, at), listed) for listed in jobs if is_wanted(listed.metered, query)]
    rest = sorted((pair for pair in keyed if after is None or pair[0] > after), key=itemgetter(0))
    page = rest[: query.limit]
    more = len(rest) > len(page)
    return JobList(
        jobs=[job_row(it.metered, now, family=it.family, is_mine=it.is_mine) for _, it in page],
        next_cursor=write_cursor(page[-1][0], query, at) if more else None,
    )


def is_wanted(metered: MeteredJob, query: JobQuery) -> bool:
    job = metered.job
    if query.kind is not None and job.kind != query.kind:
        return False
    if query.state in ("running", "ended"):
        return job.is_running == (query.state == "running")
    return query.state is None or job.status == query.state


def sort_key(listed: Listed, order: str, at: datetime) -> SortKey:
    _, region_id, name = key_of(listed.metered.job)
    return ORDERS[order](listed, at), name, region_id


def write_cursor(key: SortKey, query: JobQuery, at: datetime) -> str:
    """Write down where a page ended, so that the next one starts there whatever has changed between."""
    return base64.urlsafe_b64encode(json.dumps([query.sort, time_to_text(at), *key]).encode()).decode()


def read_cursor(query: JobQuery) -> tuple[datetime, SortKey]:
    try:
        sort, when, place, name, region_id = json.loads(base64.urlsafe_b64decode(query.cursor or ""))
    except (ValueError, TypeError, RecursionError):
        sort, when, place, name, region_id = None, None, 0, "", ""
    at = time_from_text(when)
    is_place = isinstance(place, str if query.sort == "name" else (int, float))
    fits = is_place and isinstance(name, str) and isinstance(region_id, str)
    if sort != query.sort or not fits or at is None:
        raise UsageError("The cursor is not one of this list.", "Begin again without a cursor.")
    return at, (place, name, region_id)
