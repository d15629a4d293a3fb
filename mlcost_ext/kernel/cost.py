"""What session, notebook and jobs have cost so far, from the overview that the server keeps in a file."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from mlcost_ext.core.money import EXACT, decimal_from_text, per_hour_to_amount
from mlcost_ext.core.times import UTC, exact_seconds, time_from_text

from .cost_report import (
    ChargedCost,
    CostNotice,
    CostReport,
    JobCost,
    PerDay,
    SessionCost,
    StandingCost,
    Sum,
    is_whole,
    outermost,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from pathlib import Path
    from typing import Any

STALE_AFTER = timedelta(minutes=2)
MAX_FILE_BYTES = 1024 * 1024
MAX_CLOCK_OFFSET_SECONDS = 100 * 366 * 86400.0
"""A clock that was never set stands decades off; what is further off is no clock's offset."""
SERVER_ID = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,127}")


NO_SERVER = CostNotice(
    code="no_server",
    message="No Jupyter server with mlcost-ext stands behind this kernel, so nothing is known about its cost.",
    hint="Start `jupyter lab` where mlcost-ext is installed, or type `mlcost doctor`.",
)
NO_FILE = CostNotice(
    code="no_overview",
    message="The Jupyter server behind this kernel has not written its figures yet.",
    hint="Try again in a few seconds; if that does not help, type `mlcost doctor`.",
)
BROKEN_FILE = CostNotice(
    code="overview_broken",
    message="The figures that the Jupyter server has written cannot be read.",
    hint="They are written anew each minute; if that does not help, restart the Jupyter server.",
)


def read_report(*, home: Path, server_id: str | None, notebook: str | None, now: datetime) -> CostReport | CostNotice:
    """Read the server's overview and carry its figures forward to `now`."""
    if not server_id or not SERVER_ID.fullmatch(server_id):
        return NO_SERVER
    try:
        document = overview_document(home / "servers" / server_id / "overview.json")
    except FileNotFoundError:
        return NO_FILE
    except (OSError, ValueError, RecursionError):
        return BROKEN_FILE
    return report_of(document, notebook=notebook, now=now)


def overview_document(path: Path) -> object:
    """Read what a server has written.

    Raises:
        OSError: There is no such file, or it cannot be read.
        ValueError: It is no JSON.
        RecursionError: It is nested too deep.
    """
    with path.open("rb") as file:
        return json.loads(file.read(MAX_FILE_BYTES))


def report_of(document: object, *, notebook: str | None, now: datetime) -> CostReport | CostNotice:
    """Turn an overview document into a report.

    Args:
        document: The overview, as the server wrote it.
        notebook: The notebook whose jobs are summed apart; `None` outside a notebook.
        now: This machine's time, aware, to carry the figures to. A file older than two minutes by AWS's clock, which
            its times are by, is no longer kept by its server, so its figures stay as they are.
    """
    overview = _mapping(document)
    written, rows = time_from_text(overview.get("as_of")), overview.get("jobs")
    if written is None or not isinstance(rows, list):
        return BROKEN_FILE
    now += clock_offset(overview)
    is_stale = now - written > STALE_AFTER
    elapsed = Decimal(0) if is_stale else max(Decimal(0), exact_seconds(now - written))
    jobs = tuple(_job(row, elapsed) for row in rows if isinstance(row, dict))
    counted = outermost(jobs)
    unlisted = max(0, _count_of(overview) - len(jobs) - _within(counted, jobs))
    aws, totals = _mapping(overview.get("aws")), _mapping(overview.get("totals"))
    jobs_as_of = answered_at(aws)
    is_all = jobs_as_of is not None and not unlisted and totals.get("is_complete") is not False
    own = [job for job in counted if job.notebook == notebook]
    return CostReport(
        as_of=written if is_stale else max(now, written),
        is_stale=is_stale,
        billing_currency=_text(overview.get("billing_currency")) or "USD",
        session=_session(_mapping(overview.get("session")), elapsed, is_today=written.date() == now.astimezone(UTC).date()),
        jobs=jobs,
        jobs_as_of=jobs_as_of,
        is_aws_failing=aws.get("status") == "failed",
        total=_sum(counted, jobs, count=len(counted) + unlisted, is_all=is_all),
        notebook=notebook,
        notebook_total=_sum(own, jobs, count=len(own), is_all=is_all),
        standing=tuple(_standing(overview)),
        standing_total=_standing_total(totals),
        charged=_charged(_mapping(overview.get("charged")), now),
        remarks=_remarks(overview),
    )


def clock_offset(overview: dict[str, Any]) -> timedelta:
    """Give how far AWS's clock, by which an overview tells its times, is ahead of this machine's; none where it is not told."""
    seconds = overview.get("clock_offset_seconds")
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not abs(seconds) <= MAX_CLOCK_OFFSET_SECONDS:
        return timedelta()
    return timedelta(seconds=seconds)


def answered_at(aws: dict[str, Any]) -> datetime | None:
    """Give when AWS last told the server all that runs; `None`: it has not, so that no number of jobs is a count."""
    return time_from_text(aws.get("as_of")) if aws.get("status") in ("ok", "failed") else None


def _session(row: dict[str, Any], elapsed: Decimal, *, is_today: bool) -> SessionCost:
    return SessionCost(
        host=_text(row.get("host")),
        instance_type=_text(row.get("instance_type")),
        region_id=_text(row.get("region_id")),
        cost=_carried(row, "cost", elapsed),
        cost_per_hour=_amount(row.get("cost_per_hour")),
        cost_basis=_text(row.get("cost_basis")),
        idle_today=_amount(row.get("idle_today")) if is_today else None,
    )


def _job(row: dict[str, Any], elapsed: Decimal) -> JobCost:
    return JobCost(
        name=_text(row.get("name")) or "(no name)",
        kind=_text(row.get("kind")) or "job",
        status=_text(row.get("status")) or "unknown",
        region_id=_text(row.get("region_id")),
        instance_type=_text(row.get("instance_type")),
        instance_count=_integer(row.get("instance_count")),
        spot=row.get("spot") is True,
        cost=_carried(row, "cost", elapsed),
        storage_cost=_carried(row, "storage_cost", elapsed),
        cost_basis=_text(row.get("cost_basis")) or "accruing",
        billable_time_in_seconds=_integer(row.get("billable_time_in_seconds")),
        notebook=_text(row.get("notebook")),
        is_sum=row.get("is_sum") is True,
        parent=_text(row.get("parent")),
        children_started=_integer(row.get("children_started")),
        children_known=_integer(row.get("children_known")),
        warm_pool_cost=_amount(row.get("warm_pool_cost")),
        warm_pool_basis=_text(row.get("warm_pool_basis")),
    )


def _standing(overview: dict[str, Any]) -> Iterator[StandingCost]:
    for section, kind in (("endpoints", "endpoint"), ("warm_pools", "warm-pool"), ("apps", None)):
        rows = overview.get(section)
        for row in rows if isinstance(rows, list) else ():
            if isinstance(row, dict) and row.get("is_this") is not True:
                yield _stands(row, kind)


def _stands(row: dict[str, Any], kind: str | None) -> StandingCost:
    return StandingCost(
        name=_text(row.get("title")) or _text(row.get("name")) or "(no name)",
        kind=kind or _text(row.get("kind")) or "app",
        status=_text(row.get("status")) or "unknown",
        region_id=_text(row.get("region_id")),
        instance_type=_text(row.get("instance_type")),
        instance_count=_integer(row.get("instance_count")),
        cost_per_day=_amount(row.get("cost_per_day")),
        storage_cost_per_day=_amount(row.get("storage_cost_per_day")),
        is_forgotten=row.get("is_forgotten") is True,
        last_use=_text(row.get("last_use")),
        last_used_at=time_from_text(row.get("last_used_at")),
    )


def _standing_total(totals: dict[str, Any]) -> PerDay | None:
    count, cost = _integer(totals.get("standing")), _amount(totals.get("standing_cost_per_day"))
    is_complete = cost is not None and totals.get("standing_unpriced") == 0 and totals.get("is_standing_complete") is not False
    return None if count is None else PerDay(cost_per_day=cost, count=count, is_complete=is_complete)


def _charged(row: dict[str, Any], now: datetime) -> ChargedCost | None:
    """Read what was charged; what the server wrote yesterday is no figure of today, nor of this month where that has begun."""
    as_of, today = time_from_text(row.get("as_of")), now.astimezone(UTC).date()
    if as_of is None or (as_of.year, as_of.month) != (today.year, today.month):
        return None
    return ChargedCost(
        as_of=as_of,
        today=_amount(row.get("today")) if as_of.date() == today else None,
        month=_amount(row.get("month")),
        unpriced=_integer(row.get("unpriced")) or 0,
        since=time_from_text(row.get("since")),
    )


def _carried(row: dict[str, Any], key: str, elapsed_seconds: Decimal) -> Decimal | None:
    cost, per_hour = _amount(row.get(key)), _amount(row.get(f"{key}_per_hour"))
    if cost is None or per_hour is None:
        return cost
    return EXACT.add(cost, per_hour_to_amount(EXACT.multiply(per_hour, elapsed_seconds), 3600))


def _sum(counted: Sequence[JobCost], listed: Sequence[JobCost], *, count: int, is_all: bool) -> Sum:
    priced = [job.cost for job in counted if job.cost is not None]
    is_complete = is_all and all(is_whole(job, listed) for job in counted)
    return Sum(cost=sum(priced, Decimal(0)) if priced or is_complete else None, count=count, is_complete=is_complete)


def _within(counted: Sequence[JobCost], listed: Sequence[JobCost]) -> int:
    """Count the jobs that are not listed but are in a listed one's sum."""
    return max(0, sum(job.children_known or 0 for job in counted if job.is_sum) - (len(listed) - len(counted)))


def _count_of(overview: dict[str, Any]) -> int:
    by_status = _mapping(_mapping(overview.get("totals")).get("by_status"))
    return sum(count for count in map(_integer, by_status.values()) if count is not None)


def _remarks(overview: dict[str, Any]) -> tuple[str, ...]:
    entries = overview.get("data_quality")
    found = [_mapping(entry) for entry in (entries if isinstance(entries, list) else [])]
    texts = [" ".join(filter(None, (_text(row.get("message")), _text(row.get("hint"))))) for row in found]
    return tuple(dict.fromkeys(text for text in texts if text))


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _integer(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _amount(value: object) -> Decimal | None:
    try:
        return decimal_from_text(value) if isinstance(value, str) else None
    except ValueError:
        return None
