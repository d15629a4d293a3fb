"""Write what runs and stands as the ledger keeps it: lines with their price, when they were used, and what they are for."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from mlcost_ext.core.charge import Charge
from mlcost_ext.core.host import Host
from mlcost_ext.core.job import Job
from mlcost_ext.core.ledger import Attribution, ChargePrice, Resource
from mlcost_ext.core.money import billing_currency_of
from mlcost_ext.core.ports import PriceSource
from mlcost_ext.core.price import PriceBasis, UnitPrice
from mlcost_ext.core.profile import LedgerEntry, LedgerLine, Profile, UsePart, profile_of
from mlcost_ext.core.standing import Standing
from mlcost_ext.core.times import exact_seconds
from mlcost_ext.core.usage import Accrual, UsageLine
from mlcost_ext.jobs import kind_named

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


def job_entries(metered: MeteredJob, who: Attribution) -> list[LedgerEntry]:
    """Give what is known of a job, and apart from it of the instances that are kept after its end."""
    return [entry for entry in (job_entry(metered, who), pool_entry(metered, who)) if entry is not None]


def job_entry(metered: MeteredJob, who: Attribution) -> LedgerEntry | None:
    """Give all lines of a job; None: it costs nothing itself, or nobody can tell when."""
    job = metered.job
    if job.is_sum:
        return None
    began, is_unknown = job.started_at or job.created_at, job.accrual is None
    lines = [
        *lines_of(metered.compute, job.accrual, began, job.ended_at, who),
        *lines_of(metered.storage or (), job.storage_accrual or job.accrual, began, job.ended_at, who),
        *(untold_lines(job, who) if is_unknown else ()),
    ]
    is_open = job.is_running or any(line.profile.since is not None for line in lines)
    if not lines and is_open:
        return None
    return LedgerEntry(
        resource=job_resource(job),
        lines=tuple(lines),
        basis="metered" if job.cost_basis == "final" else "estimated",
        is_closed=not is_open,
        part="job",
        is_unknown=is_unknown,
    )


def untold_lines(job: Job, who: Attribution) -> Iterator[LedgerLine]:
    """Give the time of a job of which is not known what it uses, such as one that is billed by tokens, without a price."""
    if job.compute or job.started_at is None or (job.ended_at is None and not job.is_running):
        return iter(())
    line = untold(component_of(job.kind), job.region_id)
    ran = Decimal(0) if job.ended_at is None else exact_seconds(max(job.started_at, job.ended_at) - job.started_at)
    accrual = Accrual(settled_seconds=ran, accruing_since=job.started_at if job.is_running else None)
    return lines_of([line], accrual, job.started_at, job.ended_at, who)


def component_of(kind: str) -> str:
    """Give AWS's component of a kind of jobs."""
    found = kind_named(kind)
    return found.component if found and found.component else "Training"


def untold(component: str, region_id: str) -> Charge:
    """Give something of an unknown size that is counted by its time alone; it has no price."""
    line = UsageLine(
        description="not told",
        component=component,
        instance_type=None,
        region_id=region_id,
        quantity=Decimal(1),
        pricing_unit="Hours",
    )
    return Charge(line=line, price=None, accrual=None)


def lines_of(
    charges: Iterable[Charge], accrual: Accrual | None, began: datetime | None, ended: datetime | None, who: Attribution
) -> Iterator[LedgerLine]:
    """Give the lines of charges that were used together; none where nobody can tell for how long or when."""
    profile = profile_of(accrual, began, ended) if accrual else None
    if profile is None or (profile.since is None and profile.settled == 0):
        return
    for charge in charges:
        yield LedgerLine(price=charge_price(charge), attribution=who, quantity=charge.line.quantity, profile=profile)


def pool_entry(metered: MeteredJob, who: Attribution) -> LedgerEntry | None:
    """Give the lines of instances that are kept after a job's end, no longer than they are kept; None: AWS tells of none.

    They are metered by AWS's word for how long they were kept, which comes later than that for the job.
    """
    job, pool = metered.job, metered.job.warm_pool
    if job.is_sum or pool is None:
        return None
    found = lines_of(metered.warm_pool or (), pool.accrual, job.ended_at, None, who)
    lines = tuple(replace(line, profile=replace(line.profile, ends=pool.until or line.profile.ends)) for line in found)
    is_open = any(line.profile.since is not None for line in lines)
    if not lines and pool.status == "Available":
        return None
    return LedgerEntry(
        resource=job_resource(job),
        lines=lines,
        basis="metered" if pool.cost_basis == "final" else "estimated",
        is_closed=not is_open,
        part="warm-pool",
        is_unknown=metered.warm_pool is None,
    )


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


VOLUMES_OF = {"endpoint": "Storage-Hosting", "notebook": "Storage-Notebook"}
"""AWS's component of the volumes that instances cannot be without, but for those with a disk of their own."""


def standing_lines(metered: MeteredStanding, who: Attribution, now: datetime) -> tuple[list[LedgerLine], frozenset[UsePart]]:
    """Give what something uses as it is now, and what of it is not known, so that what was known before goes on.

    Its instances count since AWS says, its volumes since they were first seen: AWS does not tell since when they are that large.
    Where there are instances and AWS does not tell how large their volumes are, those are a line without a price.
    """
    thing = metered.standing
    compute = (metered.compute or ()) if thing.is_costing else ()
    component = VOLUMES_OF.get(thing.kind) if compute and metered.kept is None else None
    kept = metered.kept or ([untold(component, thing.region_id)] if component else ())
    known: dict[UsePart, object] = {"instances": metered.compute, "volumes": metered.kept}
    unknown = frozenset(part for part, charges in known.items() if charges is None)
    return [*now_used(compute, thing.since, who, now), *now_used(kept, None, who, now)], unknown


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
