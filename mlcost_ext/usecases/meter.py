"""Join what was used with what it costs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from mlcost_ext.core.charge import Charge, list_cost_for
from mlcost_ext.core.job import Job, Problem
from mlcost_ext.core.money import EXACT
from mlcost_ext.core.ports import PriceSource
from mlcost_ext.core.price import PriceKey, UnitPrice
from mlcost_ext.core.usage import UsageLine


@dataclass(frozen=True, slots=True, kw_only=True)
class MeteredJob:
    """A job with its charges."""

    job: Job
    compute: tuple[Charge, ...]
    storage: tuple[Charge, ...] | None
    """None: what volumes it has is not known."""
    high: Decimal | None
    """Compute at the stopping condition, the most that can come; None: unknown."""
    notebook: str | None
    order_by_rate: float = 0.0
    """Cost an hour as a float, to sort by and for nothing else."""

    def cost_at(self, now: datetime) -> Decimal | None:
        """Give the compute cost; None where any part of it is unknown."""
        return total(charge.list_cost_at(now) for charge in self.compute) if self.compute else None

    def cost_per_hour(self) -> Decimal | None:
        """Give what an hour adds to the compute cost as things stand."""
        return total(charge.list_cost_per_hour() for charge in self.compute) if self.compute else None

    def storage_cost_at(self, now: datetime) -> Decimal | None:
        """Give the volumes' cost: zero where it has none that is billed, None where it is unknown."""
        return None if self.storage is None else total(charge.list_cost_at(now) for charge in self.storage)

    def storage_cost_per_hour(self) -> Decimal | None:
        """Give what an hour adds to the volumes' cost as things stand."""
        return None if self.storage is None else total(charge.list_cost_per_hour() for charge in self.storage)


def total(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """Add amounts up; one that is unknown makes the sum unknown."""
    summed = Decimal(0)
    for amount in amounts:
        if amount is None:
            return None
        summed = EXACT.add(summed, amount)
    return summed


def price_of(line: UsageLine, prices: PriceSource) -> UnitPrice | None:
    """Give the unit price of a line, if any source has one."""
    key = PriceKey(region_id=line.region_id, component=line.component, instance_type=line.instance_type)
    return prices.unit_price(key)


def meter(job: Job, prices: PriceSource, notebook: str | None = None) -> MeteredJob:
    """Price a job's lines."""
    held = job.storage_accrual or job.accrual
    compute = tuple(Charge(line=line, price=price_of(line, prices), accrual=job.accrual) for line in job.compute)
    volumes = None if job.storage is None else tuple(Charge(line=x, price=price_of(x, prices), accrual=held) for x in job.storage)
    rate = total(charge.list_cost_per_hour() for charge in compute)
    return MeteredJob(
        job=job,
        compute=compute,
        storage=volumes,
        high=highest(job, compute),
        notebook=notebook,
        order_by_rate=float(rate or 0),
    )


def highest(job: Job, compute: tuple[Charge, ...]) -> Decimal | None:
    """Give the compute cost of a run that lasts until its stopping condition."""
    if job.max_runtime_in_seconds is None or not compute:
        return None
    seconds = Decimal(job.max_runtime_in_seconds)
    return total(list_cost_for(c.line, c.price, seconds) if c.price else None for c in compute)


def one_price(metered: MeteredJob) -> UnitPrice | None:
    """Give the price of each of a job's instances; None where it is unknown, or where they have several."""
    prices = {charge.price for charge in metered.compute}
    return prices.pop() if len(prices) == 1 else None


def price_problems(metered: MeteredJob) -> list[Problem]:
    """Say which prices a job's figures lack, or why there is not the one."""
    missing = [charge.line for charge in (*metered.compute, *(metered.storage or ())) if charge.price is None]
    has_several = metered.compute and all(charge.price for charge in metered.compute) and one_price(metered) is None
    return [*(no_price(line) for line in missing), *([several_prices(metered.job)] if has_several else [])]


def several_prices(job: Job) -> Problem:
    """Say why a job has no single price an hour."""
    return Problem(
        code="several_prices",
        message=f"The instances of {job.name} have several prices, so there is no single one to show.",
        hint="Nothing needs to be done; its cost counts each at its own price.",
        subject=job.name,
    )


def no_price(line: UsageLine) -> Problem:
    """Say that nobody has a price for a line."""
    what = f"{line.instance_type} ({line.component})" if line.instance_type else line.component
    return Problem(
        code="price_unknown" if line.instance_type else "storage_price_unknown",
        message=f"No price is known for {what} in {line.region_id or 'this region'}; it is left out of every total.",
        hint="Look it up on AWS's price page; 'mlcost doctor' says which prices are there.",
        subject=line.instance_type,
    )
