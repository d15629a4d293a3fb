"""Write what runs and stands as the ledger keeps it: lines with their price, when they were used, and what they are for."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from mlcost_ext.core.charge import Charge
from mlcost_ext.core.host import Host
from mlcost_ext.core.job import Job
from mlcost_ext.core.ledger import Attribution, ChargePrice, Resource
from mlcost_ext.core.money import billing_currency_of
from mlcost_ext.core.ports import PriceSource
from mlcost_ext.core.price import PriceBasis, UnitPrice
from mlcost_ext.core.profile import LedgerEntry, LedgerLine, Profile, profile_of
from mlcost_ext.core.standing import Standing
from mlcost_ext.core.usage import Accrual

from .meter import MeteredJob, price_of
from .session import session_charge, volume_line
from .standing import MeteredStanding

FOLLOWED = ("endpoint", "app", "space", "notebook")
"""What stands and is counted by itself; instances that a job has left behind are counted with the job."""


def charge_price(charge: Charge) -> ChargePrice:
    """Give what a charge is counted at; without a price it is a line that has none, never one that costs nothing."""
    line, price = charge.line, charge.price
    return ChargePrice(
        region_id=line.region_id,
        component=line.component,
        instance_type=line.instance_type,
        purchase_option=line.purchase_option,
        pricing_unit=line.pricing_unit,
        billing_currency=price.billing_currency if price else billing_currency_of(line.region_id),
        list_unit_price=price.list_unit_price if price else None,
        contracted_unit_price=price.unit_price if price else None,
        price_source=price.price_source if price else None,
        price_origin=price.price_origin if price else None,
        price_as_of=price.price_as_of if price else None,
        price_basis=basis_of(price),
        error_percent=price.error_percent if price else None,
        sku=price.sku if price else None,
    )


def basis_of(price: UnitPrice | None) -> PriceBasis | None:
    """Say how what is counted at is known."""
    if price is None:
        return None
    return "contracted" if price.contracted is not None else price.price_basis


# -- jobs -----------------------------------------------------------------------------------


def job_resource(job: Job) -> Resource:
    """Give what a job is kept under."""
    return Resource(
        kind=job.kind, region_id=job.region_id, name=job.name, created_at=whole(job.created_at), resource_id=job.resource_id
    )


def job_entry(metered: MeteredJob, who: Attribution) -> LedgerEntry | None:
    """Give all lines of a job, those of its kept instances included; None: it costs nothing itself, or nobody can tell when."""
    job = metered.job
    if job.is_sum:
        return None
    lines = [
        *lines_of(metered.compute, job.accrual, job.started_at or job.created_at, job.ended_at, who),
        *lines_of(metered.storage or (), job.storage_accrual or job.accrual, job.started_at or job.created_at, job.ended_at, who),
        *pool_lines(metered, who),
    ]
    is_open = job.is_running or any(line.profile.since is not None for line in lines)
    if not lines and is_open:
        return None
    return LedgerEntry(
        resource=job_resource(job),
        lines=tuple(lines),
        basis="metered" if job.cost_basis == "final" else "estimated",
        is_closed=not is_open,
    )


def lines_of(
    charges: Iterable[Charge], accrual: Accrual | None, began: datetime | None, ended: datetime | None, who: Attribution
) -> Iterator[LedgerLine]:
    """Give the lines of charges that were used together; none where nobody can tell for how long or when."""
    profile = profile_of(accrual, began, ended) if accrual else None
    if profile is None or (profile.since is None and profile.settled == 0):
        return
    for charge in charges:
        yield LedgerLine(price=charge_price(charge), attribution=who, quantity=charge.line.quantity, profile=profile)


def pool_lines(metered: MeteredJob, who: Attribution) -> Iterator[LedgerLine]:
    """Give the lines of instances that are kept after a job's end."""
    pool = metered.job.warm_pool
    return lines_of(metered.warm_pool or (), pool.accrual if pool else None, metered.job.ended_at, None, who)


# -- what stands ----------------------------------------------------------------------------


def standing_resource(thing: Standing) -> Resource:
    """Give what a standing thing is kept under."""
    return Resource(
        kind=thing.kind,
        region_id=thing.region_id,
        name=thing.name,
        created_at=whole(thing.created_at),
        resource_id=thing.resource_id,
    )


def standing_lines(metered: MeteredStanding, who: Attribution, now: datetime) -> list[LedgerLine] | None:
    """Give what something uses as it is now; None: it is not known, so what was known before goes on.

    Its instances count since AWS says, its volumes since they were first seen: AWS does not tell since when they are that large.
    """
    thing = metered.standing
    if metered.compute is None or metered.kept is None:
        return None
    compute = metered.compute if thing.is_costing else ()
    return [*now_used(compute, thing.since, who, now), *now_used(metered.kept, None, who, now)]


def now_used(charges: Iterable[Charge], since: datetime | None, who: Attribution, now: datetime) -> Iterator[LedgerLine]:
    """Give lines that are used now, since a moment or since they are seen first."""
    profile = Profile(starts=since or now, settled=Decimal(0), since=since, ends=None)
    for charge in charges:
        yield LedgerLine(price=charge_price(charge), attribution=who, quantity=charge.line.quantity, profile=profile)


# -- the machine of this session ------------------------------------------------------------


def session_resource(host: Host) -> Resource:
    """Give what the machine of this server is kept under; the same one when it is started again."""
    app = host.studio_app
    parts = (
        [app.domain_id, app.space_name, app.app_type] if app else [host.notebook_instance_name or platform.node() or host.kind]
    )
    return Resource(kind="session", region_id=host.machine_region_id or "", name="/".join(parts), created_at=None)


def session_lines(host: Host, prices: PriceSource, configured: UnitPrice | None, now: datetime) -> list[LedgerLine]:
    """Give what this machine and its volume use now; a machine that nobody sells, and hours paid before, are no line."""
    charge = session_charge(host, prices, configured)
    is_sold = charge.price is not None or (host.instance_type is not None and host.machine_region_id is not None)
    since = max((time for time in (host.costs_since, host.prepaid_until) if time), default=None)
    machine = [] if host.is_prepaid_at(now) or host.is_part_unknown or not is_sold else [charge]
    line = volume_line(host)
    volume = [Charge(line=line, price=price_of(line, prices), accrual=None)] if line else []
    nobody = Attribution(tags=host.owner_tags)
    return [*now_used(machine, since, nobody, now), *now_used(volume, None, nobody, now)]


def whole(value: datetime | None) -> datetime | None:
    """Cut a time to the second: AWS's operations tell it with or without a fraction."""
    return None if value is None else value - timedelta(microseconds=value.microsecond)
