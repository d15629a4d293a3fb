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

from .meter import MeteredJob
from .overview import job_row
from .watch import key_of, started

SortKey = tuple[float | str, str, str]

ORDERS: dict[str, Callable[[MeteredJob, datetime], float | str]] = {
    "started": lambda metered, _: -min(started(metered), 1e15),
    "cost": lambda metered, at: -float(metered.cost_at(at) or 0),
    "name": lambda metered, _: metered.job.name,
}
"""How to sort, as of the time of the first page: what grows meanwhile must not change its place between pages."""


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


def list_jobs(jobs: Iterable[MeteredJob], query: JobQuery, now: datetime) -> JobList:
    """Give the page that `query` asks for.

    Raises:
        UsageError: The order is none of ours, or the cursor is not from this list.
    """
    if query.sort not in ORDERS:
        raise UsageError(f"sort cannot be {query.sort[:20]!r}.", f"Use one of {', '.join(ORDERS)}.")
    at, after = read_cursor(query) if query.cursor else (now, None)
    keyed = [(sort_key(metered, query.sort, at), metered) for metered in jobs if is_wanted(metered, query)]
    rest = sorted((pair for pair in keyed if after is None or pair[0] > after), key=itemgetter(0))
    page = rest[: query.limit]
    more = len(rest) > len(page)
    return JobList(
        jobs=[job_row(metered, now) for _, metered in page],
        next_cursor=write_cursor(page[-1][0], query, at) if more else None,
    )


def is_wanted(metered: MeteredJob, query: JobQuery) -> bool:
    job = metered.job
    if query.kind is not None and job.kind != query.kind:
        return False
    if query.state in ("running", "ended"):
        return job.is_running == (query.state == "running")
    return query.state is None or job.status == query.state


def sort_key(metered: MeteredJob, order: str, at: datetime) -> SortKey:
    _, region_id, name = key_of(metered.job)
    return ORDERS[order](metered, at), name, region_id


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
