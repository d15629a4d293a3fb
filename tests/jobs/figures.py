"""What a description comes to in money, counted with nothing but the lines and accruals that were read from it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from mlcost_ext.core.charge import Charge
from mlcost_ext.core.charge import cost_for as cost_of_line
from mlcost_ext.core.instance import InstanceFacts
from mlcost_ext.core.job import Job, WarmPool
from mlcost_ext.core.money import to_wire
from mlcost_ext.core.price import PriceKey
from mlcost_ext.core.standing import Part, Standing
from mlcost_ext.core.times import time_to_text
from mlcost_ext.core.usage import Accrual, UsageLine
from tests.fakes import REGION, has_local_disk, price_list, unit_price

DAY, HOUR = Decimal(86400), Decimal(3600)
HOURLY = {"ml.m5.xlarge": "0.23", "ml.g5.xlarge": "1.408", "ml.g4dn.xlarge": "0.736", "ml.t3.medium": "0.05"}
COMPONENTS = (
    *("Training", "WarmPool", "Processing", "BatchTransform", "Hosting", "AsyncInf", "Notebook"),
    *("Studio-Notebook", "Studio-JupyterLab", "Studio-CodeEditor"),
)
GB_MONTH = {
    **dict.fromkeys(("Training", "WarmPool", "Hosting", "Notebook"), "0.14"),
    "Processing": "0.1",
    **dict.fromkeys(("Studio-JupyterLab", "Studio-CodeEditor"), "0.112"),
}
PRICES = price_list([
    *(unit_price(amount, component, name) for component in COMPONENTS for name, amount in HOURLY.items()),
    *(unit_price(amount, f"Storage-{component}", None) for component, amount in GB_MONTH.items()),
    unit_price("0.0000067", "Serverless", None, pricing_unit="GB-Seconds"),
])  # fmt: skip
SPECS = {
    "ml.m5.xlarge": (4, Decimal(16), 0),
    "ml.g5.xlarge": (4, Decimal(16), 1),
    "ml.g4dn.xlarge": (4, None, None),
    "ml.t3.medium": (None, Decimal(4), 0),
}


class FakeFacts:
    """Somebody who knows the types of the small price list."""

    def has_local_disk(self, instance_type: str) -> bool:
        """Tell whether a type brings its own disk."""
        return has_local_disk(instance_type)

    def instance_facts(self, instance_type: str) -> InstanceFacts | None:
        """Give what one instance of a type has."""
        found = SPECS.get(instance_type)
        return found and InstanceFacts(
            instance_type=instance_type,
            vcpu=found[0],
            memory_gib=found[1],
            accelerator_count=found[2],
            accelerator_kind=None,
            accelerator_name=None,
            accelerator_memory_gib=None,
            instance_store_gb=None,
            architectures=(),
        )


FACTS = FakeFacts()


def charge(line: UsageLine, accrual: Accrual | None) -> Charge:
    key = PriceKey(region_id=line.region_id, component=line.component, instance_type=line.instance_type)
    return Charge(line=line, price=PRICES.unit_price(key), accrual=accrual)


def total(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """Add amounts up; one that is unknown makes the sum unknown."""
    found = list(amounts)
    known = [amount for amount in found if amount is not None]
    return sum(known, Decimal(0)) if len(known) == len(found) else None


def cost_at(lines: tuple[UsageLine, ...] | None, accrual: Accrual | None, now: datetime) -> Decimal | None:
    return None if lines is None or accrual is None else total(charge(x, accrual).cost_at(now) for x in lines)


def cost_for(lines: tuple[UsageLine, ...] | None, seconds: Decimal) -> Decimal | None:
    """Give what so many seconds of some lines cost."""
    if lines is None:
        return None
    priced = [(line, charge(line, None).price) for line in lines]
    return total(cost_of_line(line, price, seconds) if price else None for line, price in priced)


def most_for(way: tuple[UsageLine, ...], seconds: Decimal) -> Decimal | None:
    """Give what so many seconds cost of instances, all of them, and of those volumes that have a price."""
    instances = tuple(line for line in way if line.pricing_unit == "Hours")
    volumes = tuple(line for line in way if line not in instances and charge(line, None).price)
    return total((cost_for(instances, seconds), cost_for(volumes, seconds)))


def lacks_price(way: tuple[UsageLine, ...]) -> bool:
    return any(line.pricing_unit == "GB-Mo" and charge(line, None).price is None for line in way)


def job_figures(job: Job, now: datetime) -> dict[str, Any]:
    """Write a job with its money; lines that are lacking cost nothing only where its billed time is known to be zero."""
    is_zero = job.accrual is not None and job.accrual.settled_seconds == 0 and job.accrual.accruing_since is None
    ways = [way for way in ([(*job.compute, *(job.storage or ()))] if job.compute else job.choices) if way]
    bounds = [most_for(way, Decimal(job.max_runtime_in_seconds)) for way in ways] if job.max_runtime_in_seconds else []
    known = [bound for bound in bounds if bound is not None]
    is_bounded = bool(known) and len(known) == len(bounds)
    lacks_volumes = job.are_volumes_untold or (bool(job.compute) and job.storage is None) or any(map(lacks_price, ways))
    held = job.storage_accrual or job.accrual
    is_held = held is not None or job.storage == ()
    is_counted = is_zero or (job.accrual is not None and job.compute != ())
    is_accruing = bool(job.accrual and job.accrual.accruing_since)
    return plain({
        **{name: getattr(job, name) for name in JOB_FIELDS},
        "cost": cost_at(job.compute, job.accrual, now) if is_counted else None,
        "cost_per_hour": cost_for(job.compute, HOUR if is_accruing else Decimal(0)) if is_counted else None,
        "storage_cost": Decimal(0) if job.storage == () else cost_at(job.storage, held, now),
        "storage_cost_per_hour": cost_for(job.storage, HOUR if held and held.accruing_since else Decimal(0)) if is_held else None,
        "high": max(known) if is_bounded else None,
        "low": min(known) if is_bounded and job.choices else None,
        "high_leaves_out_storage": is_bounded and lacks_volumes,
        "components": components(job.compute, job.storage),
        "accrued_seconds": float(job.accrual.seconds_at(now)) if job.accrual else None,
        "is_accruing": is_accruing,
        "parent": "/".join(job.parent) if job.parent else None,
        "warm_pool": pool_figures(job.warm_pool, now) if job.warm_pool else None,
    })  # fmt: skip


JOB_FIELDS = (
    *("kind", "name", "region_id", "status", "secondary_status", "is_running", "can_stop", "spot", "created_at", "started_at"),
    *("ended_at", "instance_type", "instance_count", "max_runtime_in_seconds", "billable_time_in_seconds", "failure_reason"),
    *("cost_basis", "is_sum", "children_started", "tags"),
)


def pool_figures(pool: WarmPool, now: datetime) -> dict[str, Any]:
    """Write kept instances with their money, counted until they end by themselves."""
    at = min(now, pool.until) if pool.until else now
    cost = cost_at(pool.compute, pool.accrual, at) if pool.compute else None
    storage_cost = cost_at(pool.storage, pool.accrual, at)
    told = {"status": pool.status, "until": pool.until, "cost_basis": pool.cost_basis}
    return {**told, "cost": cost, "storage_cost": storage_cost, "components": components(pool.compute, pool.storage)}


def standing_figures(standing: Standing, now: datetime) -> dict[str, Any]:
    """Write what stands with its money a day, and since when its compute has been billed."""
    since = Accrual(settled_seconds=Decimal(0), accruing_since=standing.since) if standing.since else None
    return plain({
        **{name: getattr(standing, name) for name in STANDING_FIELDS},
        "cost_per_day": cost_for(standing.compute, DAY),
        "cost": cost_at(standing.compute, since, now),
        "storage_cost_per_day": cost_for(standing.kept, DAY),
        "high_per_run": cost_for(standing.per_run, Decimal(standing.seconds_per_run)) if standing.seconds_per_run else None,
        "components": components(standing.compute, standing.kept),
        "parts": [part_figures(part) for part in standing.parts],
    })  # fmt: skip


STANDING_FIELDS = (
    *("kind", "name", "region_id", "status", "is_costing", "can_end", "mode", "created_at", "since", "until", "instance_type"),
    *("instance_count", "last_use", "last_used_at", "domain_id", "space_name", "user_profile_name", "app_type", "parent"),
    *("failure_reason", "is_ours", "tags"),
)


def part_figures(part: Part) -> dict[str, Any]:
    """Write a part with its money an hour."""
    return {**{name: getattr(part, name) for name in PART_FIELDS}, "cost_per_hour": cost_for(part.lines, HOUR)}


PART_FIELDS = (
    *("name", "kind", "mode", "instance_type", "instance_count", "last_use", "last_used_at", "memory_size_mb"),
    *("max_concurrency", "provisioned_concurrency", "share", "status"),
)


def components(*lines: tuple[UsageLine, ...] | None) -> list[str]:
    """Give the price components of some lines, in their order."""
    return [line.component for some in lines for line in some or ()]


def plain(value: Any) -> Any:
    """Write amounts and times as the wire has them."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, Decimal):
        return to_wire(value)
    return time_to_text(value) if isinstance(value, datetime) else value


def unpriced(lines: Iterable[UsageLine]) -> list[str]:
    """Give the lines nobody has a price for."""
    return [f"price_unknown: {x.component} {x.instance_type or x.pricing_unit}" for x in lines if charge(x, None).price is None]


__all__ = ["FACTS", "PRICES", "REGION", "job_figures", "standing_figures", "unpriced"]
