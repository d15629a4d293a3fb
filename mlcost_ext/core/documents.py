"""The documents that REST, the panel and `%cost` share, as they go over the wire.

Money is a decimal string, or null with an entry in `data_quality` that says why; times are ISO-8601 in UTC.
A figure at a time t after `as_of` is cost + cost_per_hour × (t - as_of) / 1 h.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from .calibration import Calibration
from .finding_documents import AvoidedTotal, FindingRow
from .idle_documents import Idle
from .job import CostBasis
from .standing import SinceBasis
from .standing_documents import AppRow, EndpointRow, ScheduleRow, WarmPoolRow
from .wire import Money, PriceRow

AwsStatus = Literal["loading", "ok", "failed", "off"]


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

    `as_of` is when AWS last told all training jobs, tuning jobs and endpoints of ours; null: it has not, or they cannot all be
    found. Other kinds are read less often: `kinds` has when each was last told.
    """

    status: AwsStatus
    as_of: datetime | None
    mode: str | None
    calls_total: int
    seconds_between_calls: float | None
    """Set while AWS wants to be asked less often: how long is waited between two calls, at most 60."""
    history_through: datetime | None
    """How far back ended jobs have been read; null: not yet beyond the last day."""
    is_history_read: bool
    """Whether all that AWS keeps of the last 90 days was read."""
    kinds: list[KindState]


@dataclass(frozen=True, slots=True, kw_only=True)
class KindState:
    """How fresh one kind's figures are; `as_of` null: not told yet, or not allowed."""

    kind: str
    as_of: datetime | None
    is_denied: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """The machine of this session and what it costs; `cost_per_day_when_stopped` is that of its volume."""

    host: str
    instance_type: str | None
    region_id: str | None
    list_unit_price: Money | None
    started_at: datetime | None
    cost: Money | None
    cost_basis: SinceBasis | None
    """at_most: `started_at` is when AWS created the app, which it keeps when an app is started again within a day."""
    cost_per_hour: Money | None
    cost_today: Money | None
    idle_today: Money | None
    """Of `cost_today`, by the ledger: while the machine was idle, as far as verdicts have said so by now; it is not carried
    forward. Null: nothing judges whether it is idle, or `cost_today` is null."""
    cost_month: Money | None
    cost_per_day_when_stopped: Money | None
    price: PriceRow | None
    storage_price: PriceRow | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingCounts:
    """How many rows there are, of which the lists show the first; an app and its space are one."""

    endpoints: int
    apps: int
    apps_on: int
    """Those of them that run."""
    warm_pools: int
    schedules: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """All running jobs of ours; the money leaves out those counted as `unpriced`, and a job's children count, not it.

    `launched_running` counts those of them that no other running job of ours has started; `launched_running_cost` is what they
    have cost with all that they have started, also what has ended: the sum of the outermost rows.

    `standing_cost_per_day` is what endpoints, apps, notebook instances, kept instances and volumes of ours cost a day as things
    stand, but for this session's own machine; `standing_unpriced` counts those it leaves out.
    """

    running: int
    running_cost: Money | None
    running_cost_per_hour: Money | None
    unpriced: int
    by_status: dict[str, int]
    by_kind: dict[str, int]
    """How many of each kind run."""
    launched_running: int
    launched_running_cost: Money | None
    is_complete: bool
    """Whether every kind of job was read and none is denied; false: the sums are at least so much."""
    standing: int
    standing_counts: StandingCounts
    standing_cost_per_day: Money | None
    standing_unpriced: int
    is_standing_complete: bool
    """The same for endpoints, apps, spaces and notebook instances."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """Training jobs of ours that ended in the last `days` days and the final cost of their instances.

    `unpriced` counts those that `cost` leaves out; `is_complete` false: AWS's list was not read that far back yet, so it is at
    least so much.
    """

    days: int
    jobs: int
    cost: Money
    unpriced: int
    is_complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Charged:
    """What everything of ours has cost by the ledger, in the overview's currency; `GET charges` has its parts.

    Jobs, endpoints, apps, volumes and this session's machine, at contracted prices or else at list prices; days and months are
    UTC's, as AWS's bill has them. Amounts leave out what has no price, which `unpriced` counts; null: nothing of it has one.
    """

    as_of: datetime
    today: Money | None
    month: Money | None
    unpriced: int
    """Resources of this month that the amounts lack, those in another currency included."""
    since: datetime | None
    """When the ledger was begun, where that was this month: what nobody saw before that is not in it; null: before."""


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
    """The most that can be billed, volumes included where their size and price are known."""
    high_leaves_out_storage: bool
    """`high` lacks volumes that it may have: their size or price is unknown."""
    tags: dict[str, str]
    notebook: str | None
    failure_reason: str | None
    can_stop: bool
    is_mine: bool
    is_sum: bool
    """Its cost is that of the jobs it has started, which are in the list themselves."""
    parent: str | None
    """`kind/name` of what started it, as its own row has it; the name in lower case where only its ARN is known."""
    children_started: int | None
    children_known: int | None
    """Of a sum: how many jobs AWS says it has started, and how many of them are in `cost`."""
    low: Money | None
    """Of a job whose instances AWS has not chosen yet: `high` with the cheapest of its preferences."""
    warm_pool_status: str | None
    warm_pool_cost: Money | None
    """What its instances kept after its end cost, in addition; null: none, or unknown."""
    warm_pool_basis: CostBasis | None
    price_id: str | None
    price: PriceRow | None
    """null in the overview, whose `prices` have it under `price_id`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """What the status bar and the panel's first screen show."""

    as_of: datetime
    """By AWS's clock."""
    clock_offset_seconds: float | None
    """AWS's clock minus this machine's; null: AWS has not answered yet."""
    billing_currency: str
    aws: AwsState
    session: Session
    totals: Totals
    jobs: list[JobRow]
    prices: dict[str, PriceRow]
    """The prices of the rows, by their `price_id` and `storage_price_id`."""
    storage_prices: list[PriceRow]
    endpoints: list[EndpointRow]
    apps: list[AppRow]
    warm_pools: list[WarmPoolRow]
    schedules: list[ScheduleRow]
    past: Past | None
    """null: it is not known yet, or nothing can be kept."""
    charged: Charged | None
    """null: the ledger has not been read yet, or cannot be."""
    calibration: Calibration | None
    """How estimates have held; null: it is not known yet."""
    scope_account: bool
    """Whether `?scope=account` may show what others of the account run."""
    budgets: list[dict[str, str]]
    findings: list[FindingRow]
    """What is worth a change, and what nobody has accepted as it is: what stands first, the dearest, then launches."""
    findings_count: int
    """How many there are, of which `findings` has the first."""
    avoided: AvoidedTotal | None
    """What the fixes of this month avoid, foreseen by estimates; null: none was taken, or it is not known."""
    idle: Idle
    data_quality: list[DataQuality]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobList:
    """A page of jobs; `next_cursor` null: the last one."""

    jobs: list[JobRow]
    next_cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StopAccepted:
    """AWS was asked to stop, delete or release something."""

    name: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorDocument:
    """What happened and what to do, one sentence each."""

    code: str
    message: str
    hint: str
