"""Join what was used with what it costs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from mlcost_ext.core.charge import Charge, cost_for
from mlcost_ext.core.job import Job, Problem, WarmPool
from mlcost_ext.core.money import EXACT, USUAL_CURRENCY, billing_currency_of
from mlcost_ext.core.ports import PriceSource
from mlcost_ext.core.price import PriceKey, UnitPrice
from mlcost_ext.core.usage import Accrual, UsageLine


@dataclass(frozen=True, slots=True, kw_only=True)
class MeteredJob:
    """A job with its charges."""

    job: Job
    compute: tuple[Charge, ...]
    storage: tuple[Charge, ...] | None
    """None: what volumes it has is not known."""
    high: Decimal | None
    """Instances and volumes at the stopping condition, the most that can come; None: unknown."""
    notebook: str | None
    low: Decimal | None = None
    """As `high`, with the cheapest of the instances AWS may still choose; None: there is no choice, or it is unknown."""
    high_leaves_out_storage: bool = False
    """It may have volumes that `high` lacks, since their size or their price is not known."""
    warm_pool: tuple[Charge, ...] | None = ()
    """Instances and volumes kept after its end; empty: none are or were; None: it cannot be told."""
    order_by_rate: float = 0.0
    """Cost an hour as a float, to sort by and for nothing else."""
    order_by_start: float = 0.0
    """Its start, or its creation before that, in seconds since 1970; infinite where neither is known."""

    @property
    def known_compute(self) -> tuple[Charge, ...] | None:
        """Its charges for instances; None: what they cost is unknown."""
        return self.compute if self.cost_per_hour() is not None else None

    def cost_at(self, now: datetime) -> Decimal | None:
        """Give the compute cost; None where any part of it is unknown. Before AWS has chosen its instances it is nothing."""
        if self.compute:
            return total(charge.cost_at(now) for charge in self.compute)
        return Decimal(0) if self.has_cost_nothing else None

    def list_cost_at(self, now: datetime) -> Decimal | None:
        """Give the compute cost at list prices; None where any part of it is unknown, or no list has its price."""
        if self.compute:
            return total(charge.list_cost_at(now) for charge in self.compute)
        return Decimal(0) if self.has_cost_nothing else None

    def storage_list_cost_at(self, now: datetime) -> Decimal | None:
        """Give the volumes' cost at list prices; None where it is unknown."""
        return None if self.storage is None else total(charge.list_cost_at(now) for charge in self.storage)

    @property
    def is_contracted(self) -> bool:
        """Whether a rate of the user's is on any of its prices."""
        charges = (*self.compute, *(self.storage or ()))
        return any(charge.price is not None and charge.price.contracted is not None for charge in charges)

    def cost_per_hour(self) -> Decimal | None:
        """Give what an hour adds to the compute cost as things stand."""
        if self.compute:
            return total(charge.cost_per_hour() for charge in self.compute)
        return Decimal(0) if self.has_cost_nothing else None

    @property
    def has_cost_nothing(self) -> bool:
        """Whether it has no lines since nothing is billed: AWS has not chosen its instances yet, or a plan has paid for them."""
        accrual = self.job.accrual
        return accrual is not None and accrual.settled_seconds == 0 and accrual.accruing_since is None

    def warm_pool_cost_at(self, now: datetime) -> Decimal | None:
        """Give what its kept instances and their volumes cost; None: unknown, or none were kept."""
        return total(charge.cost_at(now) for charge in self.warm_pool) if self.warm_pool else None

    def storage_cost_at(self, now: datetime) -> Decimal | None:
        """Give the volumes' cost: zero where it has none that is billed, None where it is unknown."""
        return None if self.storage is None else total(charge.cost_at(now) for charge in self.storage)

    def storage_cost_per_hour(self) -> Decimal | None:
        """Give what an hour adds to the volumes' cost as things stand."""
        return None if self.storage is None else total(charge.cost_per_hour() for charge in self.storage)


def total(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """Add amounts up; one that is unknown makes the sum unknown."""
    summed = Decimal(0)
    for amount in amounts:
        if amount is None:
            return None
        summed = EXACT.add(summed, amount)
    return summed


def price_of(line: UsageLine, prices: PriceSource) -> UnitPrice | None:
    """Give the unit price of a line, if any source has one by the line's own unit."""
    key = PriceKey(
        region_id=line.region_id,
        component=line.component,
        instance_type=line.instance_type,
        purchase_option=line.purchase_option,
    )
    price = prices.unit_price(key)
    return price if price is not None and price.pricing_unit == line.pricing_unit else None


def meter(job: Job, prices: PriceSource, notebook: str | None = None) -> MeteredJob:
    """Price a job's lines."""
    compute = charges(job.compute, job.accrual, prices)
    rate = total(charge.cost_per_hour() for charge in compute)
    storage = None if job.storage is None else charges(job.storage, job.storage_accrual or job.accrual, prices)
    bounds, lacks_storage = limits(job, compute, storage, prices)
    return MeteredJob(
        job=job,
        compute=compute,
        storage=storage,
        high=max(bounds) if bounds else None,
        high_leaves_out_storage=bool(bounds) and lacks_storage,
        low=min(bounds) if bounds and job.choices and not job.is_sum else None,
        warm_pool=pool_charges(job.warm_pool, prices) if job.warm_pool else (),
        notebook=notebook,
        order_by_rate=float(rate or 0),
        order_by_start=began(job),
    )


def began(job: Job) -> float:
    """Give when a job began, or was created, to sort by."""
    when = job.started_at or job.created_at
    return when.timestamp() if when else float("inf")


def charges(lines: tuple[UsageLine, ...], accrual: Accrual | None, prices: PriceSource) -> tuple[Charge, ...]:
    """Join lines with their prices and with the time they were used."""
    return tuple(Charge(line=line, price=price_of(line, prices), accrual=accrual) for line in lines)


def pool_charges(pool: WarmPool, prices: PriceSource) -> tuple[Charge, ...] | None:
    """Price what is kept after a job's end; None where it cannot be told."""
    if pool.accrual is None or pool.storage is None or not pool.compute:
        return None
    return charges((*pool.compute, *pool.storage), pool.accrual, prices)


def limits(
    job: Job, compute: tuple[Charge, ...], storage: tuple[Charge, ...] | None, prices: PriceSource
) -> tuple[list[Decimal], bool]:
    """Give what a run costs that lasts until its stopping condition, for each choice AWS has; empty: unknown.

    The second value tells whether volumes are left out, since their size or their price is not known.
    """
    if job.max_runtime_in_seconds is None:
        return [], False
    seconds = Decimal(job.max_runtime_in_seconds)
    ways = [(*compute, *(storage or ()))] if compute else [charges(choice, None, prices) for choice in job.choices]
    costs = [most_of(way, seconds) for way in ways]
    known = [cost for cost in costs if cost is not None]
    is_unpriced = any(is_volume(charge) and charge.price is None for way in ways for charge in way)
    lacks_storage = job.are_volumes_untold or is_unpriced or (bool(compute) and storage is None)
    return known if len(known) == len(ways) else [], lacks_storage


def most_of(way: tuple[Charge, ...], seconds: Decimal) -> Decimal | None:
    """Give what so many seconds cost of some instances, and of their volumes as far as there is a price; None: unknown."""
    counted = [charge for charge in way if charge.price or not is_volume(charge)]
    return total(cost_for(c.line, c.price, seconds) if c.price else None for c in counted)


def is_volume(charge: Charge) -> bool:
    return charge.line.pricing_unit == "GB-Mo"


def one_price(metered: MeteredJob) -> UnitPrice | None:
    """Give the price of each of a job's instances; None where it is unknown, or where they have several."""
    prices = {charge.price for charge in metered.compute}
    return prices.pop() if len(prices) == 1 else None


def price_problems(metered: MeteredJob) -> list[Problem]:
    """Say which prices a job's figures lack, or why there is not the one."""
    missing = [
        charge.line for charge in (*metered.compute, *(metered.storage or ()), *(metered.warm_pool or ())) if charge.price is None
    ]
    unlisted = [c.line for c in metered.compute if c.price is not None and c.price.list_unit_price is None]
    has_several = metered.compute and all(charge.price for charge in metered.compute) and one_price(metered) is None
    several = [several_prices(metered.job)] if has_several else []
    return [*(no_price(line) for line in missing), *(no_list_price(line) for line in unlisted), *several]


def several_prices(job: Job) -> Problem:
    """Say why a job has no single price an hour."""
    return Problem(
        code="several_prices",
        message=f"The instances of {job.name} have several prices, so there is no single one to show.",
        hint="Nothing needs to be done; its cost counts each at its own price.",
        subject=job.name,
    )


def no_list_price(line: UsageLine) -> Problem:
    """Say that only a contract has a line's price."""
    return Problem(
        code="list_price_unknown",
        message=f"No list price is known for {line.instance_type} ({line.component}); it is counted at your contracted rate.",
        hint="Nothing needs to be done; 'mlcost prices refresh' reads AWS's price list.",
        subject=line.instance_type,
    )


def no_price(line: UsageLine) -> Problem:
    """Say that nobody has a price for a line that can be counted."""
    what = f"{line.instance_type} ({line.component})" if line.instance_type else line.component
    currency = billing_currency_of(line.region_id)
    elsewhere = f" Prices there are in {currency}; a total in another currency wants an exchange rate in rates.yaml."
    return Problem(
        code="storage_price_unknown" if line.pricing_unit == "GB-Mo" else "price_unknown",
        message=f"No price is known for {what} in {line.region_id or 'this region'}; it is left out of every total.",
        hint=f"'mlcost prices refresh' reads AWS's price list.{elsewhere if currency != USUAL_CURRENCY else ''}",
        subject=line.instance_type,
    )
