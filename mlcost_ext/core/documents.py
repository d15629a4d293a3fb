"""The documents that REST, the panel and `%cost` share, as they go over the wire.

Money is a decimal string, or null with an entry in `data_quality` that says why; times are ISO-8601 in UTC.
A figure at a time t after `as_of` is cost + cost_per_hour × (t - as_of) / 1 h.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal

from .job import CostBasis
from .money import to_wire
from .price import PriceBasis
from .times import time_to_text

Money = Decimal
AwsStatus = Literal["loading", "ok", "failed", "off"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRow:
    """A unit price with its source, its date and its error."""

    region_id: str
    component: str
    instance_type: str | None
    list_unit_price: Money
    contracted_unit_price: Money | None
    pricing_unit: str
    billing_currency: str
    price_source: str
    price_origin: str
    price_as_of: str
    price_basis: PriceBasis
    error_percent: Money | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DataQuality:
    """What a figure lacks or rests on."""

    code: str
    message: str
    hint: str
    subject: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsState:
    """How fresh AWS's answers are: `loading` none yet or not all, `failed` the last one failed, `off` not asked.

    `as_of` is when AWS last told all jobs of ours; null: it has not, or they cannot all be found.
    """

    status: AwsStatus
    as_of: datetime | None
    mode: str | None
    calls_total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """The machine of this session and what it costs; `cost_per_day_when_stopped` is that of a Studio space's volume."""

    host: str
    instance_type: str | None
    region_id: str | None
    list_unit_price: Money | None
    started_at: datetime | None
    cost: Money | None
    cost_per_hour: Money | None
    cost_today: Money | None
    cost_month: Money | None
    cost_per_day_when_stopped: Money | None
    price: PriceRow | None
    storage_price: PriceRow | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """All running jobs of ours; the money leaves out those counted as `unpriced`."""

    running: int
    running_cost: Money | None
    running_cost_per_hour: Money | None
    unpriced: int
    by_status: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRow:
    """One job: `cost` is compute at `as_of`; only the step to `final` may lower it."""

    kind: str
    name: str
    region_id: str
    status: str
    secondary_status: str | None
    instance_type: str | None
    instance_count: int | None
    spot: bool
    created_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    list_unit_price: Money | None
    cost: Money | None
    cost_per_hour: Money | None
    storage_cost: Money | None
    storage_cost_per_hour: Money | None
    cost_basis: CostBasis
    accrued_seconds: float | None
    is_running: bool
    is_accruing: bool
    max_runtime_in_seconds: int | None
    billable_time_in_seconds: int | None
    high: Money | None
    tags: dict[str, str]
    notebook: str | None
    failure_reason: str | None
    can_stop: bool
    price: PriceRow | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Idle:
    """The idle verdict; `off` until there is one."""

    state: Literal["active", "idle", "warned", "snoozed", "stopping", "off"]
    since: datetime | None
    held_by: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """What the status bar and the panel's first screen show."""

    as_of: datetime
    billing_currency: str
    aws: AwsState
    session: Session
    totals: Totals
    jobs: list[JobRow]
    storage_prices: list[PriceRow]
    endpoints: list[dict[str, str]]
    budgets: list[dict[str, str]]
    findings: list[dict[str, str]]
    idle: Idle
    data_quality: list[DataQuality]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobList:
    """A page of jobs; `next_cursor` null: the last one."""

    jobs: list[JobRow]
    next_cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StopAccepted:
    """AWS was asked to stop a job."""

    name: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorDocument:
    """What happened and what to do, one sentence each."""

    code: str
    message: str
    hint: str


@lru_cache(maxsize=64)
def field_names(document: Hashable) -> tuple[str, ...]:
    """Give the fields of a document's class; none where it is no document."""
    return tuple(field.name for field in fields(document)) if is_dataclass(document) else ()


def to_document(value: Any) -> Any:
    """Turn a document into what `json` can write."""
    kind: Any = type(value)
    if kind is str or kind is bool or value is None:
        return value
    if kind is Decimal:
        return to_wire(value)
    if kind is datetime:
        return time_to_text(value)
    if kind is list:
        return [to_document(item) for item in value]
    names = field_names(kind)
    return {name: to_document(getattr(value, name)) for name in names} if names else value
