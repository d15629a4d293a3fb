"""Fakes and small builders that several rooms' tests share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from mlcost_ext.core.documents import AwsState, AwsStatus, KindState
from mlcost_ext.core.job import Job
from mlcost_ext.core.price import PriceKey, UnitPrice
from mlcost_ext.core.times import UTC, time_to_text
from mlcost_ext.jobs import training

ROOT = Path(__file__).resolve().parents[1]
NOW = datetime(2026, 11, 23, 14, 0, 0, tzinfo=UTC)
REGION = "us-east-1"


def unit_price(amount: str, component: str = "Training", instance_type: str | None = "ml.m5.xlarge", **changes: Any) -> UnitPrice:
    """Make a price of an hour, or of a month's gigabyte where there is no instance type."""
    fields: dict[str, Any] = {
        "key": PriceKey(region_id=REGION, component=component, instance_type=instance_type),
        "list_unit_price": Decimal(amount),
        "pricing_unit": "Hours" if instance_type else "GB-Mo",
        "billing_currency": "USD",
        "price_source": "fake",
        "price_origin": "a test",
        "price_as_of": "2026-01-01",
        "price_basis": "observed",
        "error_percent": None,
    }
    return UnitPrice(**{**fields, **changes})


@dataclass
class FakePrices:
    """A price source that knows what it was given, and remembers what it was asked."""

    known: dict[PriceKey, UnitPrice] = field(default_factory=dict)
    asked: list[PriceKey] = field(default_factory=list)

    def unit_price(self, key: PriceKey) -> UnitPrice | None:
        """Give the price of exactly `key`."""
        self.asked.append(key)
        return self.known.get(key)


def price_list(prices: Iterable[UnitPrice]) -> FakePrices:
    """Make a price source of these."""
    return FakePrices({price.key: price for price in prices})


def small_price_list() -> FakePrices:
    """Give a few prices of us-east-1, as AWS's price page has them."""
    return price_list(
        [
            unit_price("0.23"),
            unit_price("1.408", instance_type="ml.g5.xlarge"),
            unit_price("0.736", instance_type="ml.g4dn.xlarge"),
            unit_price("0.14", "Storage-Training", None),
            unit_price("0.05", "Studio-JupyterLab", "ml.t3.medium"),
            unit_price("0.112", "Storage-Studio-JupyterLab", None),
        ]
    )


KINDS_READ = ("app", "automl", "endpoint", "notebook", "processing", "schedule", "space", "training", "transform", "tuning")


def aws_word(status: AwsStatus = "ok", as_of: datetime | None = NOW, **changes: Any) -> AwsState:
    """Give the state of AWS's answers, by default all told now."""
    fields: dict[str, Any] = {
        "status": status,
        "as_of": as_of,
        "mode": "search",
        "calls_total": 3,
        "seconds_between_calls": None,
        "history_through": None,
        "is_history_read": False,
        "kinds": [KindState(kind=kind, as_of=as_of, is_denied=False) for kind in KINDS_READ],
    }
    return AwsState(**{**fields, **changes})


def has_local_disk(instance_type: str) -> bool:
    """Tell the types of the small price list that train on their own NVMe disk."""
    return instance_type in ("ml.g5.xlarge", "ml.g4dn.xlarge")


def ago(seconds: float) -> str:
    """Write the time some seconds before `NOW` as AWS's answers have it."""
    return time_to_text(NOW - timedelta(seconds=seconds))


def description(name: str = "churn-1", **changes: Any) -> dict[str, Any]:
    """Describe a job that has trained on one ml.m5.xlarge for an hour; a change to None leaves the key out."""
    fields: dict[str, Any] = {
        "TrainingJobName": name,
        "TrainingJobArn": f"arn:aws:sagemaker:{REGION}:111122223333:training-job/{name}",
        "TrainingJobStatus": "InProgress",
        "SecondaryStatus": "Training",
        "CreationTime": ago(3700),
        "TrainingStartTime": ago(3600),
        "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30},
        "StoppingCondition": {"MaxRuntimeInSeconds": 7200},
        "region_id": REGION,
        **changes,
    }
    return {key: value for key, value in fields.items() if value is not None}


def ended(name: str = "churn-1", *, seconds: int = 3600, before: float = 0, **changes: Any) -> dict[str, Any]:
    """Describe a job that ran for some seconds and completed some seconds before `NOW`."""
    fields = {
        "TrainingJobStatus": "Completed",
        "SecondaryStatus": "Completed",
        "TrainingStartTime": ago(before + seconds),
        "TrainingEndTime": ago(before),
        "TrainingTimeInSeconds": seconds,
        "BillableTimeInSeconds": seconds,
    }
    return description(name, **{**fields, **changes})


def read_job(source: dict[str, Any]) -> Job:
    """Read a training job's description."""
    return training.read(source, has_local_disk)
