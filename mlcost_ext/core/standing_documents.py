"""Documents of what costs until somebody ends it: endpoints, apps, volumes, kept instances, schedules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from .standing import LastUse, SinceBasis
from .wire import Money, PriceRow


@dataclass(frozen=True, slots=True, kw_only=True)
class PartRow:
    """A variant of an endpoint, or an inference component on it; `share` is the part of its variant that it reserves."""

    name: str
    kind: Literal["variant", "shadow_variant", "component"]
    mode: str | None
    instance_type: str | None
    instance_count: int | None
    cost_per_day: Money | None
    last_use: LastUse
    last_used_at: datetime | None
    memory_size_mb: int | None
    provisioned_concurrency: int | None
    share: float | None
    status: str | None
    price: PriceRow | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointRow:
    """One endpoint as things stand; `cost_per_day` is that of its instances, whether it is called or not."""

    name: str
    region_id: str
    status: str
    mode: str | None
    created_at: datetime | None
    modified_at: datetime | None
    instance_type: str | None
    instance_count: int | None
    is_costing: bool
    cost_per_hour: Money | None
    cost_per_day: Money | None
    storage_cost_per_day: Money | None
    last_use: LastUse
    last_used_at: datetime | None
    """When it was last called, to the hour or, beyond a day, to the day."""
    is_forgotten: bool
    """It costs, is more than a day old, and was not called for a day or more; in the overview also: nobody has accepted that."""
    can_delete: bool
    is_mine: bool
    notebook: str | None
    tags: dict[str, str]
    failure_reason: str | None
    price_id: str | None
    price: PriceRow | None
    """null in the overview, whose `prices` have it under `price_id`."""
    parts: list[PartRow]
    """Its variants and components; left out of the overview, see `GET endpoints/<name>`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppRow:
    """A Studio app, a space's volume without a running app, or a notebook instance.

    `cost` is since `started_at`; `storage_cost_per_day` goes on when it is stopped. AWS does not tell when it was last used.
    """

    kind: Literal["app", "space", "notebook"]
    name: str
    title: str
    region_id: str
    status: str
    app_type: str | None
    domain_id: str | None
    space_name: str | None
    user_profile_name: str | None
    is_this: bool
    """It is the machine of this session."""
    is_mine: bool
    is_costing: bool
    instance_type: str | None
    started_at: datetime | None
    created_at: datetime | None
    cost: Money | None
    cost_basis: SinceBasis | None
    """at_most: `started_at` is when AWS created the app, which it keeps when an app is started again within a day."""
    cost_per_hour: Money | None
    cost_per_day: Money | None
    volume_gb: int | None
    storage_cost_per_day: Money | None
    can_stop: bool
    tags: dict[str, str]
    price_id: str | None
    price: PriceRow | None
    """null in the overview, whose `prices` have it under `price_id`."""
    storage_price_id: str | None
    storage_price: PriceRow | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WarmPoolRow:
    """Instances kept for the next job after `name`, a training job, has ended."""

    name: str
    region_id: str
    status: str
    instance_type: str | None
    instance_count: int | None
    started_at: datetime | None
    until: datetime | None
    cost: Money | None
    cost_per_hour: Money | None
    cost_per_day: Money | None
    storage_cost_per_day: Money | None
    """What its volumes cost while it is kept."""
    can_release: bool
    is_mine: bool
    tags: dict[str, str]
    price_id: str | None
    price: PriceRow | None
    """null in the overview, whose `prices` have it under `price_id`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleRow:
    """A monitoring schedule: it costs nothing by itself, its runs are processing jobs."""

    name: str
    region_id: str
    status: str
    expression: str | None
    endpoint: str | None
    instance_type: str | None
    instance_count: int | None
    high_per_run: Money | None
    """What a run costs that lasts until its stopping condition."""
    can_stop: bool
    is_mine: bool
    tags: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointDetail:
    """An endpoint and the token that its delete wants."""

    endpoint: EndpointRow
    confirmation_token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AppDetail:
    """A Studio app and the token that its stop, which AWS calls a delete, wants."""

    app: AppRow
    confirmation_token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingList:
    """Everything of a scope that stands."""

    endpoints: list[EndpointRow]
    apps: list[AppRow]
    warm_pools: list[WarmPoolRow]
    schedules: list[ScheduleRow]
