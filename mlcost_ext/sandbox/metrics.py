"""What CloudWatch knows of endpoints: pure functions of the time and of how often they are called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zlib import crc32

from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.traffic import Traffic

CALLS, MACHINE = "AWS/SageMaker", "/aws/sagemaker/Endpoints"
_BY_CALL: Mapping[str, str] = {"Invocations": "None", "ModelLatency": "Microseconds", "OverheadLatency": "Microseconds"}
_BY_MACHINE: Mapping[str, str] = {"CPUUtilization": "Percent", "MemoryUtilization": "Percent"}
UNITS: Mapping[str, Mapping[str, str]] = {CALLS: _BY_CALL, MACHINE: _BY_MACHINE}

_OVERHEAD_MICROSECONDS = 1_900.0
_UP = ("InService", "Updating", "SystemUpdating", "RollingBack")


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One metric of one variant. Only with both of its dimensions is there anything, as in AWS."""

    namespace: str
    name: str
    endpoint: str
    variant: str

    @property
    def unit(self) -> str:
        """Give the unit CloudWatch tells."""
        return UNITS[self.namespace][self.name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """What was measured within a period."""

    at: datetime
    count: float
    total: float
    least: float
    most: float

    def statistic(self, name: str) -> float:
        """Give one of the statistics; a percentile is about the average here."""
        known = {
            "SampleCount": self.count,
            "Sum": self.total,
            "Minimum": self.least,
            "Maximum": self.most,
        }
        return known.get(name, self.total / self.count)


def points(
    account: Account, region_id: str, metric: Metric, start: datetime, end: datetime, period: timedelta
) -> Iterator[Point]:
    """Give what was measured in each period that anything was measured in, the first one first."""
    traffic = account.traffic.get((region_id, metric.endpoint, metric.variant))
    end = min(end, account.clock())
    if metric.namespace == CALLS:
        return iter(()) if traffic is None else _calls(metric, traffic, start, end, period)
    snapshot = account.table("endpoint", region_id).get(metric.endpoint, account.clock())
    if snapshot is None or metric.variant not in variants_of(snapshot.description):
        return iter(())
    return _machine(metric, max(start, snapshot.thing.created_at), end, period)


def variants_of(description: Mapping[str, object]) -> list[str]:
    """List the variants of an endpoint that runs."""
    if description.get("EndpointStatus") not in _UP:
        return []
    found = description.get("ProductionVariants")
    return [str(variant["VariantName"]) for variant in found] if isinstance(found, list) else []


def _calls(metric: Metric, traffic: Traffic, start: datetime, end: datetime, period: timedelta) -> Iterator[Point]:
    for at in _periods(start, end, period):
        count = traffic.calls(at, min(at + period, end))
        if count == 0:
            continue
        if metric.name == "Invocations":
            yield Point(at=at, count=count, total=count, least=1.0, most=1.0)
            continue
        usual = traffic.model_latency_microseconds if metric.name == "ModelLatency" else _OVERHEAD_MICROSECONDS
        yield _point(at, count, usual * (0.9 + 0.2 * _dice(metric, at)))


def _machine(metric: Metric, start: datetime, end: datetime, period: timedelta) -> Iterator[Point]:
    usual = 3.0 if metric.name == "CPUUtilization" else 21.0
    for at in _periods(start, end, period):
        minutes = max(1, (min(at + period, end) - at) // timedelta(minutes=1))
        yield _point(at, minutes, usual * (0.8 + 0.4 * _dice(metric, at)))


def _point(at: datetime, count: float, average: float) -> Point:
    return Point(at=at, count=count, total=count * average, least=0.7 * average, most=1.6 * average)


def _periods(start: datetime, end: datetime, period: timedelta) -> Iterator[datetime]:
    while start < end:
        yield start
        start += period


def _dice(metric: Metric, at: datetime) -> float:
    return crc32(f"{metric.endpoint}/{metric.variant}/{metric.name}/{at:%Y-%m-%dT%H:%M}".encode()) / 2**32
