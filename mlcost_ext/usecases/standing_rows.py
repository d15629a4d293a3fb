"""Write what stands as it goes over the wire."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

from mlcost_ext.core.host import Host
from mlcost_ext.core.ports import PriceSource
from mlcost_ext.core.standing import Part, SinceBasis, Standing
from mlcost_ext.core.standing_documents import AppRow, EndpointRow, PartRow, ScheduleRow, StandingList, WarmPoolRow
from mlcost_ext.core.times import exact_seconds

from .job_row import brief_tags
from .price_row import price_id, price_row
from .standing import DAY, MeteredStanding, StandingBook, cost_of, priced, single_price

FORGOTTEN_AFTER = timedelta(days=1)
"""An endpoint that costs and was not called for so long is called forgotten."""
GONE = ("Deleted", "Failed")
"""Statuses of an app that is not there any more."""
MAX_REASON = 160

AppKind = Literal["app", "space", "notebook"]


def rest_name(name: str) -> str:
    """Write a name that has parts with dots, which no part of it can have, since a path cannot have slashes in a name."""
    return name.replace("/", ".")


def endpoint_row(metered: MeteredStanding, now: datetime, *, shown_tags: int | None = None, parts: list[PartRow]) -> EndpointRow:
    """Write an endpoint."""
    it = metered.standing
    return EndpointRow(
        name=it.name,
        region_id=it.region_id,
        status=it.status,
        mode=it.mode,
        created_at=it.created_at,
        modified_at=it.modified_at,
        instance_type=it.instance_type,
        instance_count=it.instance_count,
        is_costing=it.is_costing,
        cost_per_hour=metered.cost_per_hour(),
        cost_per_day=metered.cost_per_day,
        storage_cost_per_day=metered.kept_cost_per_day,
        last_use=it.last_use,
        last_used_at=it.last_used_at,
        is_forgotten=is_forgotten(it, now),
        can_delete=it.can_end,
        is_mine=metered.is_mine,
        notebook=metered.notebook,
        tags=tags_shown(it, shown_tags),
        failure_reason=it.failure_reason[:MAX_REASON] if it.failure_reason else None,
        price_id=price_id(metered.price()),
        price=price_row(metered.price()) if shown_tags is None else None,
        parts=parts,
    )


def is_forgotten(endpoint: Standing, now: datetime) -> bool:
    """Tell whether it costs although nobody has called it for a day or more, as far as AWS tells."""
    is_young = endpoint.created_at is None or now - endpoint.created_at < FORGOTTEN_AFTER
    if not endpoint.is_costing or is_young or endpoint.last_use == "unknown":
        return False
    last = endpoint.last_used_at
    return endpoint.last_use == "none_seen" or (last is not None and now - last >= FORGOTTEN_AFTER)


def part_rows(metered: MeteredStanding, prices: PriceSource) -> list[PartRow]:
    """Write an endpoint's variants and components, each with what a day of it costs."""
    return [part_row(part, prices) for part in metered.standing.parts]


def part_row(part: Part, prices: PriceSource) -> PartRow:
    charges = priced(part.lines, None, prices)
    return PartRow(
        name=part.name,
        kind=part.kind,
        mode=part.mode,
        instance_type=part.instance_type,
        instance_count=part.instance_count,
        cost_per_day=cost_of(charges, DAY) if charges else None,
        last_use=part.last_use,
        last_used_at=part.last_used_at,
        memory_size_mb=part.memory_size_mb,
        provisioned_concurrency=part.provisioned_concurrency,
        share=part.share,
        status=part.status,
        price=price_row(single_price(charges)),
    )


def app_rows(things: Iterable[MeteredStanding], host: Host, now: datetime, shown_tags: int | None = None) -> list[AppRow]:
    """Write apps with their space's volume, spaces without a running app, and notebook instances; the dearest first."""
    listed = list(things)
    spaces = {m.standing.name: m for m in listed if m.standing.kind == "space"}
    apps = [m for m in listed if m.standing.kind == "app" and m.standing.status not in GONE]
    with_app = {m.standing.parent for m in apps if m.standing.parent}
    rows = [app_row(m, spaces.get(m.standing.parent or ""), host, now, shown_tags) for m in apps]
    rows += [app_row(m, m, host, now, shown_tags) for name, m in spaces.items() if name not in with_app]
    rows += [app_row(m, m, host, now, shown_tags) for m in listed if m.standing.kind == "notebook"]
    return sorted(rows, key=dearest_first)


def dearest_first(row: AppRow) -> tuple[bool, Decimal, str]:
    """Sort this session's own first, then by what a day costs, what is unknown before what is known."""
    unknown = Decimal("Infinity")
    of_instance = unknown if row.cost_per_day is None else row.cost_per_day
    of_volume = Decimal(0) if row.storage_cost_per_day is None else row.storage_cost_per_day
    return not row.is_this, -(of_instance + of_volume), row.name


def app_row(
    metered: MeteredStanding, keeper: MeteredStanding | None, host: Host, now: datetime, shown_tags: int | None = None
) -> AppRow:
    """Write one; `keeper` is what has the volume: the space of an app, or the thing itself."""
    it = metered.standing
    kept = keeper.standing.kept if keeper else None
    since, basis, cost = cost_so_far(metered, host, now)
    return AppRow(
        kind=app_kind(it),
        name=rest_name(it.name),
        title=it.space_name or it.user_profile_name or it.name,
        region_id=it.region_id,
        status=it.status,
        app_type=it.app_type,
        domain_id=it.domain_id,
        space_name=it.space_name,
        user_profile_name=it.user_profile_name,
        is_this=is_this(it, host),
        is_mine=metered.is_mine,
        is_costing=it.is_costing,
        instance_type=it.instance_type,
        started_at=since,
        created_at=it.created_at,
        cost=cost,
        cost_basis=None if cost is None else basis,
        cost_per_hour=metered.cost_per_hour(),
        cost_per_day=metered.cost_per_day,
        volume_gb=int(sum(line.quantity for line in kept)) if kept else None,
        storage_cost_per_day=keeper.kept_cost_per_day if keeper else None,
        can_stop=it.can_end and it.kind != "space" and not is_this(it, host),
        tags=tags_shown(it, shown_tags),
        price_id=price_id(metered.price()),
        price=price_row(metered.price()) if shown_tags is None else None,
        storage_price_id=price_id(keeper.kept_price()) if keeper else None,
        storage_price=price_row(keeper.kept_price()) if keeper and shown_tags is None else None,
    )


def cost_so_far(metered: MeteredStanding, host: Host, now: datetime) -> tuple[datetime | None, SinceBasis, Decimal | None]:
    """Give since when it costs, whether that may be too early, and what it has cost: this session's own app as the session."""
    it = metered.standing
    since = host.costs_since if is_this(it, host) and it.kind == "app" else None
    if it.since is None or since is None or since <= it.since:
        basis = host.since_basis if since else it.since_basis
        return it.since, basis, metered.cost_at(now)
    return since, host.since_basis, cost_of(metered.compute, max(exact_seconds(now - since), Decimal(0)))


def app_kind(standing: Standing) -> AppKind:
    return "app" if standing.kind == "app" else "notebook" if standing.kind == "notebook" else "space"


def is_this(standing: Standing, host: Host) -> bool:
    """Tell whether something is the machine this server runs on, or that machine's space."""
    if standing.region_id != host.machine_region_id:
        return False
    if standing.kind == "notebook":
        return standing.name == host.notebook_instance_name
    app = host.studio_app
    if app is None or (standing.domain_id, standing.space_name) != (app.domain_id, app.space_name):
        return False
    return standing.kind == "space" or standing.app_type == app.app_type


def warm_pool_row(metered: MeteredStanding, now: datetime, shown_tags: int | None = None) -> WarmPoolRow:
    """Write kept instances; they cost no longer than until they end by themselves."""
    it = metered.standing
    return WarmPoolRow(
        name=it.name,
        region_id=it.region_id,
        status=it.status,
        instance_type=it.instance_type,
        instance_count=it.instance_count,
        started_at=it.since,
        until=it.until,
        cost=metered.cost_at(min(now, it.until) if it.until else now),
        cost_per_hour=metered.cost_per_hour() if it.until is None or now < it.until else Decimal(0),
        cost_per_day=metered.cost_per_day,
        storage_cost_per_day=metered.kept_cost_per_day,
        can_release=it.can_end,
        is_mine=metered.is_mine,
        tags=tags_shown(it, shown_tags),
        price_id=price_id(metered.price()),
        price=price_row(metered.price()) if shown_tags is None else None,
    )


def schedule_row(metered: MeteredStanding, prices: PriceSource, shown_tags: int | None = None) -> ScheduleRow:
    """Write a monitoring schedule, with what one run costs at most where its part says so."""
    it = metered.standing
    return ScheduleRow(
        name=it.name,
        region_id=it.region_id,
        status=it.status,
        expression=it.mode,
        endpoint=it.parent,
        instance_type=it.instance_type,
        instance_count=it.instance_count,
        high_per_run=high_per_run(it, prices),
        can_stop=it.can_end,
        is_mine=metered.is_mine,
        tags=tags_shown(it, shown_tags),
    )


def high_per_run(schedule: Standing, prices: PriceSource) -> Decimal | None:
    """Give what a run costs that lasts until its stopping condition; None: unknown."""
    if schedule.seconds_per_run is None or not schedule.per_run:
        return None
    return cost_of(priced(schedule.per_run, None, prices), Decimal(schedule.seconds_per_run))


def tags_shown(standing: Standing, shown_tags: int | None) -> dict[str, str]:
    return standing.tags if shown_tags is None else brief_tags(standing.tags, shown_tags)


def standing_list(
    book: StandingBook, host: Host, prices: PriceSource, now: datetime, *, is_mine: bool | None = True
) -> StandingList:
    """Write everything of a scope that stands."""
    endpoints = sorted(book.of_kind("endpoint", is_mine=is_mine), key=lambda m: endpoint_order(m, now))
    pools = book.of_kind("warm-pool", is_mine=is_mine)
    return StandingList(
        endpoints=[endpoint_row(m, now, parts=part_rows(m, prices)) for m in endpoints],
        apps=app_rows(book.of_kind("app", "space", "notebook", is_mine=is_mine), host, now),
        warm_pools=[warm_pool_row(m, now) for m in sorted(pools, key=by_name)],
        schedules=[schedule_row(m, prices) for m in sorted(book.of_kind("schedule", is_mine=is_mine), key=by_name)],
    )


def endpoint_order(metered: MeteredStanding, now: datetime) -> tuple[bool, bool, Decimal, str]:
    """Sort the forgotten first, then what costs, by what a day of it costs."""
    cost = metered.cost_per_day
    it = metered.standing
    return not is_forgotten(it, now), not it.is_costing, -(cost or Decimal(0)), it.name


def by_name(metered: MeteredStanding) -> str:
    return metered.standing.name
