"""What is true of the practice account at a moment, from the plans of its own things; of mlcost only the price list is used."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from mlcost_ext.core.price import PriceKey
from mlcost_ext.prices import Snapshot
from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.names import REGION_ID, STUDIO_TAGS
from mlcost_ext.sandbox.thing import Thing
from mlcost_ext.sandbox.timeline import Step, timeline

KINDS = {
    "training": ("Training", "ResourceConfig"),
    "processing": ("Processing", "ProcessingResources"),
    "transform": ("BatchTransform", "TransformResources"),
}
SUMS = ("tuning", "automl")
DAY = timedelta(hours=24)

_PRICES = Snapshot()


@dataclass(frozen=True, slots=True, kw_only=True)
class JobTruth:
    """One job of ours: what it costs an hour on all its instances, and when it is billed."""

    kind: str
    name: str
    created_at: datetime
    hourly: Decimal
    is_spot: bool
    steps: tuple[Step, ...]
    final_seconds: Decimal
    """What AWS will say that it bills."""

    @property
    def ended_at(self) -> datetime:
        """Give when it ends, as things stand."""
        return self.steps[-1].start

    @property
    def begins_at(self) -> datetime | None:
        """Give from when on it is billed; None: it never is."""
        return next((step.start for step in self.steps if step.is_billed), None)

    def is_ended(self, at: datetime) -> bool:
        """Tell whether AWS has said what it bills."""
        return at >= self.ended_at

    def cost(self, at: datetime) -> Decimal:
        """Give what it has cost by a moment while it runs, and in the end what AWS bills."""
        return self.final_cost if self.is_ended(at) else self.ran(at)

    def ran(self, at: datetime) -> Decimal:
        """Give what the time on its instances has cost by a moment."""
        spans = [(step.start, min(step.end, at)) for step in self.steps if step.is_billed and step.start < at]
        return self.costs(sum((end - start for start, end in spans), timedelta(0)))

    def costs(self, span: timedelta) -> Decimal:
        """Give what so much time on its instances costs."""
        return self.hourly * exact(span) / 3600

    @property
    def final_cost(self) -> Decimal:
        """Give what AWS bills in the end."""
        return self.hourly * self.final_seconds / 3600

    def statuses(self, since: datetime, until: datetime) -> set[str]:
        """Give every status it had within a span."""
        there = [step for step in self.steps if step.start <= until and (step.is_final or step.end >= since)]
        return {step.job_status for step in there or self.steps[:1]}

    def is_still(self, since: datetime, until: datetime) -> bool:
        """Tell whether it was in one and the same state all the time, and AWS had nothing new to say of it."""
        return self.created_at <= since and not any(since <= step.start <= until for step in self.steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class SumTruth:
    """A job whose cost is that of the jobs it has started."""

    kind: str
    name: str
    created_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointTruth:
    """An endpoint: its thing tells what it was like at any moment."""

    thing: Any
    gone_at: datetime | None

    @property
    def name(self) -> str:
        """Give its name."""
        return str(self.thing.name)

    def is_there(self, at: datetime) -> bool:
        """Tell whether AWS knows it at a moment."""
        return self.thing.created_at <= at and (self.gone_at is None or at < self.gone_at)

    def moments(self, since: datetime, until: datetime) -> Iterator[datetime]:
        """Go through the moments from which on it was different, the first one included."""
        at = max(since, self.thing.created_at)
        end = until if self.gone_at is None else min(until, self.gone_at)
        while at <= end:
            yield at
            following = self.thing.describe(at).valid_until
            if following is None:
                return
            at = following

    def statuses(self, since: datetime, until: datetime) -> set[str]:
        """Give every status it had within a span."""
        return {str(self.thing.describe(at).description["EndpointStatus"]) for at in self.moments(since, until)}

    def rates(self, since: datetime, until: datetime) -> set[Decimal]:
        """Give what a day of its instances has cost at any moment of a span."""
        return {self._rate(at) for at in self.moments(since, until)}

    def _rate(self, at: datetime) -> Decimal:
        described = self.thing.describe(at).description
        if described["EndpointStatus"] in ("Creating", "Failed", "Deleting"):
            return Decimal(0)
        deployed = self.thing.deployment(at)
        told = {each["VariantName"]: each["CurrentInstanceCount"] for each in described["ProductionVariants"]}
        return sum(
            (24 * price("Hosting", each.asked["InstanceType"]) * told[each.name] for each in deployed.variants), Decimal(0)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """Everything of ours in the account that may be on screen."""

    jobs: dict[tuple[str, str], JobTruth]
    sums: dict[tuple[str, str], SumTruth]
    endpoints: dict[str, EndpointTruth]


def truth_of(account: Account, now: datetime) -> Truth:
    """Read the account; who calls holds no lock."""
    with account.lock:
        account.catch_up()
        things = {kind: account.table(kind, REGION_ID).things() for kind in (*KINDS, *SUMS, "endpoint")}
        gone = list(account.table("endpoint", REGION_ID).gone)
    jobs = [job_of(each) for kind in KINDS for each in things[kind] if is_ours(each)]
    sums = [sum_of(each, now) for kind in SUMS for each in things[kind] if is_ours(each)]
    endpoints = [EndpointTruth(thing=each, gone_at=each.gone_at) for each in things["endpoint"] if is_ours(each)]
    endpoints += [EndpointTruth(thing=each, gone_at=at) for at, each in gone if is_ours(each)]
    recent = [job for job in jobs if job.ended_at > now - DAY - timedelta(minutes=10)]
    return Truth(
        jobs={(job.kind, job.name): job for job in recent},
        sums={(each.kind, each.name): each for each in sums},
        endpoints={each.name: each for each in endpoints},
    )


def is_ours(thing: Thing) -> bool:
    """Tell whether a thing has the tags of the space that the server believes to run in."""
    return any(thing.tags.get(key) == value for key, value in STUDIO_TAGS.items() if key != "sagemaker:domain-arn")


def job_of(thing: Any) -> JobTruth:
    """Say what is true of a job."""
    component, member = KINDS[thing.kind]
    resources = thing.request[member]
    resources = resources.get("ClusterConfig", resources)
    steps = timeline(thing.plan, thing.created_at, thing.stopped_at)
    return JobTruth(
        kind=thing.kind,
        name=thing.name,
        created_at=thing.created_at,
        hourly=price(component, resources["InstanceType"]) * resources["InstanceCount"],
        is_spot=bool(thing.request.get("EnableManagedSpotTraining")),
        steps=steps,
        final_seconds=final_seconds(thing, steps),
    )


def final_seconds(thing: Any, steps: tuple[Step, ...]) -> Decimal:
    """Give what is billed in the end: of a training job whole seconds, fewer on spot; of others from start to end."""
    billed = [step for step in steps if step.is_billed]
    if not billed:
        return Decimal(0)
    if thing.kind != "training":
        return exact(steps[-1].start - billed[0].start)
    total = sum((step.end - step.start for step in billed), timedelta(0)).total_seconds()
    return Decimal(max(1, round(total * thing.plan.billable_fraction)))


def sum_of(thing: Any, now: datetime) -> SumTruth:
    """Say what is true of a job that starts others."""
    described = thing.describe(max(now, thing.created_at)).description
    ended_at = described.get("HyperParameterTuningEndTime") or described.get("EndTime")
    return SumTruth(kind=thing.kind, name=thing.name, created_at=thing.created_at, ended_at=ended_at)


def price(component: str, instance_type: str) -> Decimal:
    """Give what an hour of an instance costs."""
    found = _PRICES.unit_price(PriceKey(region_id=REGION_ID, component=component, instance_type=instance_type))
    assert found is not None, f"the practice account uses {instance_type}, which has no price"
    return found.list_unit_price


def exact(span: timedelta) -> Decimal:
    """Give the seconds of a span, exactly."""
    return Decimal(span // timedelta(microseconds=1)) / 1_000_000
