"""Draw the picture that the status bar, the panel, `%cost` and the command line share."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from mlcost_ext.core.charge import Charge
from mlcost_ext.core.documents import AwsState, DataQuality, Idle, JobRow, Overview, PriceRow, Totals
from mlcost_ext.core.host import Host
from mlcost_ext.core.job import Problem
from mlcost_ext.core.ports import PriceSource
from mlcost_ext.core.price import UnitPrice

from .meter import MeteredJob, one_price, price_problems
from .price_row import price_row
from .session import OWNER_UNKNOWN, SESSION_READING, machine_problems, session_charge, session_row, storage_problems
from .watch import JobBook

SHOWN_JOBS = 50
SHOWN_PROBLEMS = 40
CONFIRMED_SECONDS = 180.0
"""A failed poll does not make what was confirmed a moment ago unknown."""
SHOWN_TAGS = 6
MAX_TEXT_SHOWN = 160


HISTORY_NOT_KEPT = Problem(
    code="history_not_kept",
    message="Totals of the day and the month are not kept yet.",
    hint="Figures are those of this session and of the jobs below; AWS's bill has the rest.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Everything an overview is drawn from."""

    host: Host
    book: JobBook
    aws: AwsState
    prices: PriceSource
    session_price: UnitPrice | None = None
    """A price that configuration gives for this machine, instead of the price list's."""
    problems: tuple[Problem, ...] = field(default_factory=tuple)
    is_session_awaited: bool = False
    """AWS has been asked what this machine is, and has not answered yet."""


def overview(picture: Picture, now: datetime, *, shown_jobs: int = SHOWN_JOBS, shown_tags: int = SHOWN_TAGS) -> Overview:
    """Draw the picture at `now`, which is cut to whole seconds, as AWS counts them."""
    now = now.replace(microsecond=0)
    charge = session_charge(picture.host, picture.prices, picture.session_price)
    shown = picture.book.shown(shown_jobs)
    problems = [*picture.problems, *session_problems(picture, charge), *job_problems(shown)]
    return Overview(
        as_of=now,
        billing_currency="USD",
        aws=picture.aws,
        session=session_row(picture.host, charge, picture.prices, now),
        totals=totals(picture, now),
        jobs=[job_row(metered, now, shown_tags) for metered in shown],
        storage_prices=storage_prices(shown),
        endpoints=[],
        budgets=[],
        findings=[],
        idle=Idle(state="off", since=None, held_by=[]),
        data_quality=quality_rows(problems),
    )


def is_known(aws: AwsState, now: datetime) -> bool:
    """Tell whether AWS has said lately what runs, so that nothing seen is nothing there."""
    if aws.as_of is None or aws.status in ("loading", "off"):
        return False
    return aws.status == "ok" or (now - aws.as_of).total_seconds() < CONFIRMED_SECONDS


def totals(picture: Picture, now: datetime) -> Totals:
    """Sum what runs; null where AWS has not said what runs, or cannot say all of it, or nothing of it has a price."""
    book = picture.book
    nothing_known = not picture.host.can_enumerate or (book.running_count == 0 and not is_known(picture.aws, now))
    nothing_priced = book.running_count > 0 and book.unpriced == book.running_count
    return Totals(
        running=book.running_count,
        running_cost=None if nothing_known or nothing_priced else book.running_cost_at(now),
        running_cost_per_hour=None if nothing_known or nothing_priced else book.running_cost_per_hour,
        unpriced=book.unpriced,
        by_status={status: count for status, count in sorted(book.by_status.items()) if count},
    )


def job_row(metered: MeteredJob, now: datetime, shown_tags: int | None = None) -> JobRow:
    """Write one job at `now`, whole, or with so many tags and its texts cut for the overview's 64 KB."""
    job = metered.job
    price = one_price(metered)
    reason = job.failure_reason
    return JobRow(
        kind=job.kind,
        name=job.name,
        region_id=job.region_id,
        status=job.status,
        secondary_status=job.secondary_status,
        instance_type=job.instance_type,
        instance_count=job.instance_count,
        spot=job.spot,
        created_at=job.created_at,
        started_at=job.started_at,
        ended_at=job.ended_at,
        list_unit_price=price.list_unit_price if price else None,
        cost=metered.cost_at(now),
        cost_per_hour=metered.cost_per_hour(),
        storage_cost=metered.storage_cost_at(now),
        storage_cost_per_hour=metered.storage_cost_per_hour(),
        cost_basis=job.cost_basis,
        accrued_seconds=float(job.accrual.seconds_at(now)) if job.accrual else None,
        is_running=job.is_running,
        is_accruing=bool(job.accrual and job.accrual.accruing_since),
        max_runtime_in_seconds=job.max_runtime_in_seconds,
        billable_time_in_seconds=job.billable_time_in_seconds,
        high=metered.high,
        tags=job.tags if shown_tags is None else brief_tags(job.tags, shown_tags),
        notebook=metered.notebook,
        failure_reason=reason[:MAX_TEXT_SHOWN] if reason and shown_tags is not None else reason,
        can_stop=job.can_stop,
        price=price_row(price),
    )


def brief_tags(tags: dict[str, str], limit: int) -> dict[str, str]:
    """Leave out AWS's own tags, and what is long."""
    own = [(key[:48], value[:48]) for key, value in tags.items() if not key.startswith(("sagemaker:", "aws:"))]
    return dict(own[:limit])


def session_problems(picture: Picture, charge: Charge) -> list[Problem]:
    """Say which of the session's figures are missing, and why."""
    host = picture.host
    lacking = [*machine_problems(host, charge), *storage_problems(host, picture.prices)]
    found = [SESSION_READING] if lacking and picture.is_session_awaited else lacking
    owner = [] if host.can_enumerate or host.problems or picture.is_session_awaited else [OWNER_UNKNOWN]
    return [*host.problems, *owner, *found, HISTORY_NOT_KEPT]


def storage_prices(shown: list[MeteredJob]) -> list[PriceRow]:
    """Give what the volumes of the jobs cost, each price once."""
    found = (charge.price for metered in shown for charge in metered.storage or ())
    return [price_row(price) for price in dict.fromkeys(found) if price is not None]


def job_problems(shown: list[MeteredJob]) -> list[Problem]:
    return [p for metered in shown for p in (*metered.job.problems, *price_problems(metered))]


def quality_rows(problems: list[Problem]) -> list[DataQuality]:
    """Write each problem once, the most at fault first as they come, and no more than fit."""
    unique = list(dict.fromkeys(problems))
    rows = [
        DataQuality(code=p.code, message=p.message[:300], hint=p.hint[:300], subject=p.subject[:128] if p.subject else None)
        for p in unique[:SHOWN_PROBLEMS]
    ]
    if len(unique) > SHOWN_PROBLEMS:
        more = len(unique) - SHOWN_PROBLEMS
        message = f"{more} more notes are not shown."
        rows.append(DataQuality(code="more", message=message, hint="Ask for the jobs one by one.", subject=None))
    return rows
