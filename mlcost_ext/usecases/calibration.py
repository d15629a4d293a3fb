"""Compare what was foreseen of a launch with what it has cost, and say why they differ."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from statistics import median

from mlcost_ext.core.calibration import CalibratedJob, Calibration, EndedCost, ForeseenCost
from mlcost_ext.core.estimate import Estimate, EstimateLine
from mlcost_ext.core.money import EXACT, WIRE_STEP, per_hour_to_amount

PROMISED_PERCENT = 80
LATEST = 60
NOTHING = Decimal(0)
TENTH = Decimal("0.1")
ROUNDING = Decimal("0.000001")
"""What is left of a rate that was kept to 10⁻⁹, over the hours of a job: no difference of the rate."""
KEPT = ("WarmPool", "Storage-WarmPool")
"""Instances and volumes kept after a job: they are no part of what it is metered at."""
SECONDS_PER_HOUR = Decimal(3600)


def foreseen(estimate: Estimate) -> ForeseenCost:
    """Take of an estimate what is compared once the job has ended."""
    rules = ("Processing", "Storage-Processing") if estimate.kind == "training" else ()  # each is a job of its own
    used = [line for line in estimate.lines if line.component not in (*KEPT, *rules)]
    volumes = [line for line in used if line.pricing_unit == "GB-Mo"]
    instances = [line for line in used if line.pricing_unit == "Hours"]
    lacks_volume = any(note.code == "storage_price_unknown" for note in estimate.data_quality)
    duration = estimate.duration_seconds
    return ForeseenCost(
        billing_currency=estimate.billing_currency,
        basis=duration.basis,
        low_seconds=duration.low,
        expected_seconds=duration.expected,
        percentile_90=duration.percentile_90,
        compute=summed(instances) if instances and estimate.is_complete else None,
        compute_per_hour=per_hour(instances, duration.high),
        storage=None if lacks_volume else summed(volumes),
        high=estimate.list_cost.high,
    )


def summed(lines: list[EstimateLine]) -> Decimal | None:
    """Add up what lines are expected to cost; None: one is not known."""
    costs = [line.list_cost.expected for line in lines]
    known = [cost for cost in costs if cost is not None]
    return sum(known, NOTHING) if len(known) == len(costs) else None


def per_hour(instances: list[EstimateLine], most_seconds: int | None) -> Decimal | None:
    """Give what an hour of instances costs that is billed; None: nothing bounds how long they run, or a price is not known.

    The most is told without what Spot saves: it is the rate, for the longest it may run.
    """
    most = [line.list_cost.high for line in instances]
    known = [cost for cost in most if cost is not None]
    if not known or len(known) < len(most) or not most_seconds:
        return None
    return EXACT.divide(EXACT.multiply(sum(known, NOTHING), SECONDS_PER_HOUR), Decimal(most_seconds))


def compared(told: ForeseenCost, ended: EndedCost) -> CalibratedJob | None:
    """Explain the difference between an estimate and what was metered; None: one of them is not known, or in another currency.

    With s seconds foreseen at a rate r and b seconds billed at a rate q: metered - foreseen = (b - s) r + b (q - r), and what
    the volumes differ by. The rates are those of all instances together, so that nothing is left over; s are those that Spot
    was to bill.
    """
    seconds, billed = told.expected_seconds, ended.billed_seconds if ended.billed_seconds is not None else ended.run_seconds
    if told.compute is None or ended.compute is None or not seconds or billed is None:
        return None
    if ended.billing_currency != told.billing_currency:
        return None
    has_volumes = told.storage is not None and ended.storage is not None
    before, after = (told.storage, ended.storage) if has_volumes else (NOTHING, NOTHING)
    assert before is not None
    assert after is not None
    by_all = ended.compute - told.compute
    by_runtime = at_rate(told, told.compute, seconds, billed) - told.compute
    if abs(by_all - by_runtime) <= ROUNDING:
        by_runtime = by_all
    return CalibratedJob(
        kind=ended.kind,
        name=ended.name,
        region_id=ended.region_id,
        ended_at=ended.ended_at,
        billing_currency=told.billing_currency,
        estimated_cost=told.compute + before,
        metered_cost=ended.compute + after,
        difference=by_all + after - before,
        by_runtime=by_runtime,
        by_rate=by_all - by_runtime,
        by_storage=after - before,
        basis=told.basis,
        is_within=is_within(told, ended.run_seconds),
    )


def at_rate(told: ForeseenCost, compute: Decimal, seconds: int, billed: int) -> Decimal:
    """Give what billed seconds cost at the rate foreseen, rounded as it is told, so that parts add up as they are told."""
    if told.compute_per_hour is None:
        exact = EXACT.divide(EXACT.multiply(compute, Decimal(billed)), Decimal(seconds))
    else:
        exact = per_hour_to_amount(EXACT.multiply(told.compute_per_hour, Decimal(billed)), 3600)
    return exact.quantize(WIRE_STEP, context=EXACT)


def is_within(told: ForeseenCost, run_seconds: int | None) -> bool | None:
    """Tell whether a job took as long as the interval said; None: there was none, or its time is not known."""
    if told.basis != "history" or run_seconds is None or told.low_seconds is None or told.percentile_90 is None:
        return None
    return told.low_seconds <= run_seconds <= told.percentile_90


def calibration_of(jobs: Iterable[CalibratedJob]) -> Calibration:
    """Sum up how the latest estimates have held."""
    latest = sorted(jobs, key=lambda job: job.ended_at, reverse=True)[:LATEST]
    with_interval = [job for job in latest if job.is_within is not None]
    errors = [
        EXACT.divide(abs(job.metered_cost - job.estimated_cost) * 100, job.estimated_cost)
        for job in with_interval
        if job.estimated_cost > 0
    ]
    return Calibration(
        jobs=len(latest),
        intervals=len(with_interval),
        held=sum(job.is_within is True for job in with_interval),
        promised_percent=PROMISED_PERCENT,
        median_error_percent=median(errors).quantize(TENTH) if errors else None,
    )
