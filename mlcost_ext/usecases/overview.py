"""Draw the picture that the status bar, the panel, `%cost` and the command line share."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from mlcost_ext.core.charge import Charge
from mlcost_ext.core.documents import DataQuality, Overview
from mlcost_ext.core.idle_documents import Idle
from mlcost_ext.core.job import Problem
from mlcost_ext.core.standing_documents import AppRow, EndpointRow
from mlcost_ext.core.wire import PriceRow

from .job_row import job_problems, job_row
from .meter import MeteredJob, one_price
from .picture import Picture
from .price_row import Prices, price_row
from .session import OWNER_UNKNOWN, SESSION_READING, machine_problems, session_charge, session_row, storage_problems
from .standing import MeteredStanding, StandingBook, standing_problems
from .standing_rows import app_rows, by_name, endpoint_order, endpoint_row, schedule_row, warm_pool_row
from .totals import STANDS, totals
from .watch import key_of

__all__ = ["SHOWN_JOBS", "SHOWN_TAGS", "Picture", "overview"]

SHOWN_JOBS = 50
SHOWN_STANDING = 50
SHOWN_SCHEDULES = 20
SHOWN_FINDINGS = 50
SHOWN_PROBLEMS = 40
SHOWN_TAGS = 6

NOT_JUDGED = Idle(
    state="off",
    since=None,
    held_by=[],
    reason="",
    stops_at=None,
    is_overdue=False,
    cost=None,
    cost_per_hour=None,
    waiting=None,
)
HISTORY_NOT_KEPT = Problem(
    code="history_not_kept",
    message="Totals of the day and the month are not known, since the ledger has not been read.",
    hint="It is read within seconds of the start; if this stays, 'mlcost doctor' says what stands in the way.",
)


def overview(
    picture: Picture,
    now: datetime,
    *,
    shown_jobs: int = SHOWN_JOBS,
    shown_tags: int = SHOWN_TAGS,
    shown_standing: int = SHOWN_STANDING,
) -> Overview:
    """Draw the picture at `now`, which is cut to whole seconds, as AWS counts them."""
    now = now.replace(microsecond=0)
    book, standing = picture.book, picture.standing
    charge = session_charge(picture.host, picture.prices, picture.session_price)
    shown = book.shown(shown_jobs)
    stands = standing.of_kind(*STANDS)
    told = [problem for metered in shown for problem in job_problems(metered, book.family(key_of(metered.job)))]
    told += [problem for metered in stands[:shown_standing] for problem in standing_problems(metered)]
    problems = [*picture.problems, *session_problems(picture, charge), *told]
    return Overview(
        as_of=now,
        clock_offset_seconds=picture.clock_offset_seconds,
        billing_currency=picture.billing_currency,
        aws=picture.aws,
        session=session_row(picture.host, charge, picture.prices, now, picture.session_costs),
        totals=totals(picture, stands, now),
        jobs=[job_row(m, now, shown_tags, family=book.family(key_of(m.job)) if m.job.is_sum else None) for m in shown],
        prices=prices_of(shown, stands),
        storage_prices=storage_prices(shown),
        endpoints=endpoint_rows(picture, stands, now, shown_standing, shown_tags),
        apps=app_rows_shown(picture, stands, now, shown_standing, shown_tags),
        warm_pools=[warm_pool_row(m, now, shown_tags) for m in of_kind(stands, "warm-pool")[:shown_standing]],
        schedules=[
            schedule_row(m, picture.prices, shown_tags) for m in schedules(standing)[: min(SHOWN_SCHEDULES, shown_standing)]
        ],
        past=picture.past,
        charged=picture.charged,
        calibration=picture.calibration,
        scope_account=picture.scope_account,
        budgets=[],
        findings=list(picture.found.shown[: min(SHOWN_FINDINGS, shown_standing)]),
        findings_count=len(picture.found.shown),
        avoided=picture.found.avoided,
        idle=picture.idle or NOT_JUDGED,
        data_quality=quality_rows(problems),
    )


def of_kind(stands: list[MeteredStanding], kind: str) -> list[MeteredStanding]:
    return sorted((m for m in stands if m.standing.kind == kind), key=by_name)


def schedules(standing: StandingBook) -> list[MeteredStanding]:
    return sorted(standing.of_kind("schedule"), key=by_name)


def endpoint_rows(
    picture: Picture, stands: list[MeteredStanding], now: datetime, shown: int, shown_tags: int
) -> list[EndpointRow]:
    """Write the endpoints, those first that cost and that nobody calls; one that was accepted as it is, is not forgotten."""
    ordered = sorted(of_kind(stands, "endpoint"), key=lambda m: endpoint_order(m, now))
    rows = [endpoint_row(m, now, shown_tags=shown_tags, parts=[]) for m in ordered[:shown]]
    accepted = picture.found.accepted_things
    return [replace(row, is_forgotten=False) if ("endpoint", row.region_id, row.name) in accepted else row for row in rows]


def app_rows_shown(picture: Picture, stands: list[MeteredStanding], now: datetime, shown: int, shown_tags: int) -> list[AppRow]:
    """Write apps, spaces and notebook instances, this session's first, then the dearest."""
    things = [m for m in stands if m.standing.kind in ("app", "space", "notebook")]
    return app_rows(things, picture.host, now, shown_tags)[:shown]


def session_problems(picture: Picture, charge: Charge) -> list[Problem]:
    """Say which of the session's figures are missing, and why."""
    host = picture.host
    lacking = [*machine_problems(host, charge), *storage_problems(host, picture.prices)]
    found = [SESSION_READING] if lacking and picture.is_session_awaited else lacking
    owner = [] if host.can_enumerate or host.problems or picture.is_session_awaited else [OWNER_UNKNOWN]
    return [*host.problems, *owner, *found, *([HISTORY_NOT_KEPT] if picture.charged is None else [])]


def prices_of(shown: list[MeteredJob], stands: list[MeteredStanding]) -> dict[str, PriceRow]:
    """Give the prices that rows of the overview name, each once."""
    found = Prices()
    for metered in shown:
        found.note(one_price(metered))
    for standing in stands:
        found.note(standing.price())
        found.note(standing.kept_price())
    return found.rows


def storage_prices(shown: list[MeteredJob]) -> list[PriceRow]:
    """Give what the volumes of the jobs cost, each price once."""
    found = (charge.price for metered in shown for charge in metered.storage or ())
    return [price_row(price) for price in dict.fromkeys(found) if price is not None]


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
