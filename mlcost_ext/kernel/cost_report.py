"""What ``%cost`` answers with: figures as data, with a text form, an HTML form and a dict form."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal

from mlcost_ext.core.money import to_wire
from mlcost_ext.core.times import time_to_text

from . import cost_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """An amount made of several; one of them may have no price, or may not be listed or known."""

    cost: Decimal | None
    """`None`: no part has a price, or none is known."""
    count: int
    """Jobs that are known; there may be more unless the sum is complete."""
    is_complete: bool
    """False: the true sum is at least `cost`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionCost:
    """The machine this kernel runs on."""

    host: str | None
    instance_type: str | None
    region_id: str | None
    cost: Decimal | None
    cost_per_hour: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobCost:
    """One job; `cost` is compute, storage stands beside it."""

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
    remarks: tuple[str, ...]

    def __repr__(self) -> str:
        """Give the text form."""
        return cost_text.report_text(self)

    def _repr_html_(self) -> str:
        return cost_text.report_html(self)

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
