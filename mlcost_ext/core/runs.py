"""What earlier runs tell of the next one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class RunDigests:
    """A key's texts as digests of 16 hexadecimal digits, as they are kept of runs that have ended; None: not known."""

    image: str | None
    script: str | None
    data: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedRun:
    """A run that has ended, as the ledger keeps it."""

    digests: RunDigests
    instance_type: str | None
    instance_count: int | None
    seconds: int
    """How long it ran, Spot's interruptions included."""
    billable_seconds: int | None
    is_spot: bool
    ended_at: float
    """Seconds since 1970."""
    input_bytes: int | None = None
    """How large its input was, above 0, as S3 listed it when it was launched; None: not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredInput:
    """How large the data below a prefix of S3 was when it was last listed."""

    input_bytes: int
    """Above 0."""
    measured_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RunForecast:
    """How long a run will take, by runs that have ended: an interval that is to hold in 80 of 100 cases."""

    low_seconds: int
    """The 10th percentile."""
    expected_seconds: int
    """The median."""
    high_seconds: int
    """The 90th percentile."""
    sample_size: int
    likeness: str
    """What those runs have in common with it, in words, such as ``the same image, script and data``."""
    is_measured: bool = True
    """Whether it rests on runs of this very type and number of instances, or on a ratio between types that was measured."""
    remark: str | None = None
    """How they differ from it and how that was counted, a sentence; None: they do not."""
    size_remarks: tuple[str, ...] = ()
    """That runs were converted to the size of this one's input, and who says that size; empty: they were not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSaving:
    """What Spot has saved of one's own runs: 1 - `BillableTimeInSeconds` / `TrainingTimeInSeconds`, all of them together."""

    percent: Decimal
    """0 to 100."""
    sample_size: int
    likeness: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketSaving:
    """What EC2's spot market has saved over on-demand prices on average, of the EC2 type that an ml.* type is made of."""

    percent: int
    """0 to 100."""
    interruptions: str
    """How many instances were interrupted in a month, such as ``<5%``."""
    source: str
    as_of: str
    """ISO date."""
