"""Sum what runs and what stands; what is not known is null, and what need not be all says so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from mlcost_ext.core.documents import AwsState, StandingCounts, Totals
from mlcost_ext.core.host import Host
from mlcost_ext.core.standing_documents import AppRow
from mlcost_ext.jobs import KINDS

from .picture import Picture
from .standing import MeteredStanding, total_of
from .standing_rows import app_rows, is_this

STANDS = ("endpoint", "app", "space", "notebook", "warm-pool")
"""What costs a day by itself; a schedule does not."""
JOBS = tuple(kind.name for kind in KINDS)
CONFIRMED_SECONDS = 180.0
"""A failed poll does not make what was confirmed a moment ago unknown."""
INCOMPLETE = ("reading", "region_unread")
"""Codes of what is told where something was not read yet, or a region not at all."""


def is_known(aws: AwsState, now: datetime) -> bool:
    """Tell whether AWS has said lately what runs, so that nothing seen is nothing there."""
    if aws.as_of is None or aws.status in ("loading", "off"):
        return False
    return aws.status == "ok" or (now - aws.as_of).total_seconds() < CONFIRMED_SECONDS


def standing_counts(picture: Picture, rows: list[AppRow]) -> StandingCounts:
    """Count all that there is of what lists show the first of."""
    kinds = Counter(m.standing.kind for m in picture.standing.of_kind("endpoint", "warm-pool", "schedule"))
    return StandingCounts(
        endpoints=kinds["endpoint"],
        apps=len(rows),
        apps_on=sum(row.is_costing for row in rows),
        warm_pools=kinds["warm-pool"],
        schedules=kinds["schedule"],
    )


def totals(picture: Picture, stands: list[MeteredStanding], now: datetime) -> Totals:
    """Sum what runs; null where AWS has not said what runs, or cannot say all of it, or nothing of it has a price."""
    book = picture.book
    rows = app_rows((m for m in stands if m.standing.kind in ("app", "space", "notebook")), picture.host, now, 0)
    counts = standing_counts(picture, rows)
    nothing_known = not picture.host.can_enumerate or (book.running_count == 0 and not is_known(picture.aws, now))
    nothing_priced = book.unpriced > 0 and not book.has_priced
    others = total_of(m for m in stands if not is_this(m.standing, picture.host))
    is_standing_unknown = not others.count and any(state.as_of is None for state in picture.aws.kinds if state.kind in STANDS)
    launched = book.launched_at(now)
    is_launched_known = not nothing_known and launched.unpriced < max(launched.count, 1)
    return Totals(
        running=book.running_count,
        running_cost=None if nothing_known or nothing_priced else book.running_cost_at(now),
        running_cost_per_hour=None if nothing_known or nothing_priced else book.running_cost_per_hour,
        unpriced=book.unpriced,
        by_status={status: count for status, count in sorted(book.by_status.items()) if count},
        by_kind={kind: count for kind, count in sorted(book.by_kind.items()) if count},
        launched_running=launched.count,
        launched_running_cost=launched.cost if is_launched_known else None,
        is_complete=is_read(picture, JOBS),
        standing=counts.endpoints + counts.warm_pools + sum(not row.is_this for row in rows),
        standing_counts=counts,
        standing_cost_per_day=None if is_standing_unknown or not picture.aws.kinds else others.cost_per_day,
        standing_unpriced=others.unpriced,
        is_standing_complete=is_read(picture, standing_kinds(picture.host)),
    )


def standing_kinds(host: Host) -> tuple[str, ...]:
    """Give the kinds of what stands that are read for a host: apps and spaces are those of a Studio domain."""
    return ("endpoint", "notebook", *(("app", "space") if host.studio_app else ()))


def is_read(picture: Picture, kinds: Iterable[str]) -> bool:
    """Tell whether all of some kinds was read, so that a total of them lacks nothing that AWS would tell."""
    told = {state.kind: state for state in picture.aws.kinds}
    are_told = all(kind in told and told[kind].as_of is not None and not told[kind].is_denied for kind in kinds)
    lacking = any(problem.code in INCOMPLETE for problem in picture.problems)
    return are_told and picture.aws.as_of is not None and not lacking
