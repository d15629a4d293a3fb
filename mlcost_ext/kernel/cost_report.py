"""What ``%cost`` answers with: figures as data, with a text form, an HTML form and a dict form."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from mlcost_ext.core.money import to_wire
from mlcost_ext.core.times import time_to_text

from . import cost_text

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """An amount made of several; one of them may have no price, or may not be listed or known."""

    cost: Decimal | None
    """`None`: no part has a price, or none is known."""
    count: int
    """Jobs that are known; there may be more unless the sum is complete. What a tuning or AutoML job starts is part of it."""
    is_complete: bool
    """False: the true sum is at least `cost`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PerDay:
    """What stands costs a day as things stand, this session's own machine apart."""

    cost_per_day: Decimal | None
    """`None`: no part has a price, or none is known."""
    count: int
    is_complete: bool
    """False: the true sum is at least `cost_per_day`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionCost:
    """The machine this kernel runs on."""

    host: str | None
    instance_type: str | None
    region_id: str | None
    cost: Decimal | None
    cost_per_hour: Decimal | None
    cost_basis: str | None
    """``at_most``: it may run for a shorter time than AWS tells; `None`: there is no cost."""
    idle_today: Decimal | None
    """What idleness has cost today UTC, as the server's ledger has it; `None`: nothing judges that, or it is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobCost:
    """One job; `cost` is compute, storage and instances kept after its end stand beside it."""

    name: str
    kind: str
    status: str
    region_id: str | None
    instance_type: str | None
    instance_count: int | None
    spot: bool
    cost: Decimal | None
    storage_cost: Decimal | None
    cost_basis: str
    billable_time_in_seconds: int | None
    notebook: str | None
    is_sum: bool
    """Its cost is that of the jobs it has started."""
    parent: str | None
    """``kind/name`` of the job that has started it."""
    children_started: int | None
    children_known: int | None
    """Of a sum: how many jobs AWS says it has started, and how many of them are in `cost`."""
    warm_pool_cost: Decimal | None
    warm_pool_basis: str | None
    """As `cost_basis`, of the instances kept after its end; `None`: none were."""

    @property
    def key(self) -> tuple[str, str | None]:
        """What `parent` calls it, and where it is."""
        return f"{self.kind}/{self.name}", self.region_id


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingCost:
    """Something that costs until somebody ends it: an endpoint, an app, a volume, a warm pool."""

    name: str
    kind: str
    """``endpoint``, ``app``, ``space``, ``notebook`` or ``warm-pool``."""
    status: str
    region_id: str | None
    instance_type: str | None
    instance_count: int | None
    cost_per_day: Decimal | None
    """Its instances'."""
    storage_cost_per_day: Decimal | None
    """Its volumes', which goes on where it is only stopped."""
    is_forgotten: bool
    """An endpoint that costs and that nobody calls."""
    last_use: str | None
    """Of an endpoint: ``seen``, ``none_seen`` or ``unknown``."""
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargedCost:
    """What all of ours has cost on this day and in this month UTC, as the server's ledger had it at `as_of`."""

    as_of: datetime
    today: Decimal | None
    month: Decimal | None
    """`None`: not known, or nothing of it has a price."""
    unpriced: int
    """Things of this month that the amounts lack: they are at least so much."""
    since: datetime | None
    """When the ledger was begun, where that was this month."""


def outermost(jobs: Sequence[JobCost]) -> list[JobCost]:
    """Leave out the jobs that a listed one has started: they are in its sum."""
    listed = {job.key for job in jobs if job.is_sum}
    return [job for job in jobs if (job.parent, job.region_id) not in listed]


def is_whole(job: JobCost, listed: Sequence[JobCost]) -> bool:
    """Tell whether a job's cost is known, and if it is a sum, how many jobs are in it and the cost of each."""
    if job.cost is None or not job.is_sum:
        return job.cost is not None
    is_every_one_known = job.children_started is not None and (job.children_known or 0) >= job.children_started
    return is_every_one_known and all(child.cost is not None for child in listed if (child.parent, child.region_id) == job.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class CostReport:
    """The answer of ``%cost``, with a text form, an HTML form and a dict form."""

    as_of: datetime
    """Time of the figures: now, or that of the file where it is too old to be carried forward."""
    is_stale: bool
    billing_currency: str
    session: SessionCost
    jobs: tuple[JobCost, ...]
    jobs_as_of: datetime | None
    """When AWS last told all that runs; `None`: not known now."""
    is_aws_failing: bool
    """AWS could not be asked since `jobs_as_of`."""
    total: Sum
    notebook: str | None
    notebook_total: Sum
    standing: tuple[StandingCost, ...]
    """All that stands besides this session's own machine, as far as it is listed."""
    standing_total: PerDay | None
    """`None`: the server does not tell."""
    charged: ChargedCost | None
    """`None`: the ledger has not been read yet, or has nothing of this month."""
    remarks: tuple[str, ...]
    """Everything that the figures lack or rest on; the text and HTML forms have the first few."""

    def __repr__(self) -> str:
        """Give the text form."""
        return cost_text.report_text(self)

    def _repr_html_(self) -> str:
        return cost_text.report_html(self)

    def outermost_jobs(self) -> list[JobCost]:
        """Give the jobs that no other listed one has started."""
        return outermost(self.jobs)

    def is_whole(self, job: JobCost) -> bool:
        """Tell whether nothing is missing from a job's cost."""
        return is_whole(job, self.jobs)

    def to_dict(self) -> dict[str, object]:
        """Give plain data: amounts as decimal strings, `None` where there is no price."""
        document = _plain(asdict(self))
        assert isinstance(document, dict)
        return document


@dataclass(frozen=True, slots=True, kw_only=True)
class CostNotice:
    """Why ``%cost`` has no figures, and what to do."""

    code: str
    message: str
    hint: str

    def __repr__(self) -> str:
        """Give the text form."""
        return f"{self.message} {self.hint}"

    def to_dict(self) -> dict[str, object]:
        """Give plain data."""
        return asdict(self)


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return to_wire(value)
    if isinstance(value, datetime):
        return time_to_text(value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, (list, tuple)) else value
