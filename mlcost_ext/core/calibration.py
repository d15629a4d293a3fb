"""Calibration: what was foreseen beside what was metered, as documents that go over the wire."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from .wire import Money

SignedMoney = Annotated[Money, "signed"]
"""An amount that may be below zero."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeseenCost:
    """What a launch was estimated at, as the ledger keeps it until the job has ended; money at list prices."""

    billing_currency: str
    basis: str
    """As `DurationRange.basis`."""
    low_seconds: int | None
    expected_seconds: int | None
    percentile_90: int | None
    compute: Money | None
    """Of its instances, as expected, without those that are kept after it."""
    compute_per_hour: Money | None = None
    """Of the same for an hour that is billed, which is less than it runs on Spot; null: as `compute` in `expected_seconds`."""
    storage: Money | None
    """Of its volumes, as expected; zero where it has none, null where their price is not known."""
    high: Money | None
    """The most that could be billed, of all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedCost:
    """What a job has cost that has ended, at list prices."""

    kind: str
    name: str
    region_id: str
    ended_at: datetime
    billing_currency: str | None
    compute: Money | None
    storage: Money | None
    run_seconds: int | None
    billed_seconds: int | None
    """Of one instance, or of all alike; None: as it ran."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibratedJob:
    """A job that has completed, with its estimate, its metered cost at list prices, and the difference explained.

    `difference` = `metered_cost` - `estimated_cost` = `by_runtime` + `by_rate` + `by_storage`.
    """

    kind: str
    name: str
    region_id: str
    ended_at: datetime
    billing_currency: str
    estimated_cost: Money
    metered_cost: Money
    difference: SignedMoney
    by_runtime: SignedMoney
    """Billed for longer (or, below zero, shorter) than expected, at the rate foreseen."""
    by_rate: SignedMoney
    """At another price an hour than foreseen."""
    by_storage: SignedMoney
    """Of volumes that cost more (or, below zero, less) than expected."""
    basis: str
    is_within: bool | None
    """Whether it took as long as the 80 % interval said; null: no earlier runs told of one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """How the latest estimates have held."""

    jobs: int
    """Jobs that have completed and had been estimated before, the latest 60 at most."""
    intervals: int
    """Those among them with an interval, by earlier runs."""
    held: int
    """Those of these that took as long as it said."""
    promised_percent: int
    """How often it is to hold: 80."""
    median_error_percent: Money | None
    """Of those with an interval, the median of |metered - estimated| / estimated; null: there are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationView:
    """How the latest estimates have held, and the jobs that this is told by."""

    calibration: Calibration | None
    """null: it is not known yet, or the ledger cannot be read."""
    jobs: list[CalibratedJob]
    """The latest first, 60 at most."""
