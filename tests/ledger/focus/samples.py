"""Charges of every kind, made up to be exported."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from mlcost_ext.core.ledger import Attribution, ChargePrice, ChargeRecord, Resource
from mlcost_ext.core.times import UTC

ACCOUNT = "111122223333"
ARN = f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:training-job/churn-1"
CREATED = datetime(2026, 11, 3, 9, 58, 12, tzinfo=UTC)
STARTS, ENDS = datetime(2026, 11, 3, 10, 0, tzinfo=UTC), datetime(2026, 11, 3, 10, 16, 40, tzinfo=UTC)

RESOURCE = Resource(kind="training", region_id="us-east-1", name="churn-1", created_at=CREATED, resource_id=ARN)
PRICE = ChargePrice(
    region_id="us-east-1",
    component="Training",
    instance_type="ml.m5.xlarge",
    purchase_option="OnDemand",
    pricing_unit="Hours",
    billing_currency="USD",
    list_unit_price=Decimal("0.23"),
    contracted_unit_price=Decimal("0.23"),
    price_source="aws-price-list",
    price_origin="AWS Price List API",
    price_as_of="2026-10-01",
    price_basis="observed",
    error_percent=None,
    sku="ABCDEFGH12345678",
)
WHO = Attribution(
    notebook="churn/train.ipynb",
    cell_id="c-1",
    user_name="ada",
    user_basis="space",
    project="churn",
    tags={"team": "growth", "cost-center": "42"},
)


def charge(
    *, resource: dict[str, Any] | None = None, price: dict[str, Any] | None = None, who: Attribution = WHO, **changes: Any
) -> ChargeRecord:
    """Make a charge: a thousand seconds of a training job, unless changed."""
    fields: dict[str, Any] = {
        "day": date(2026, 11, 3),
        "charge_period_start": STARTS,
        "charge_period_end": ENDS,
        "pricing_quantity": Decimal("0.277777778"),
        "list_cost": Decimal("0.063888889"),
        "contracted_cost": Decimal("0.063888889"),
        "cost_basis": "metered",
        "is_correction": False,
    }
    return ChargeRecord(
        resource=replace(RESOURCE, **resource or {}),
        price=replace(PRICE, **price or {}),
        attribution=who,
        **{**fields, **changes},
    )


def of(kind: str, name: str) -> dict[str, Any]:
    """Give another thing with its ARN."""
    return {"kind": kind, "name": name, "resource_id": f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:{kind}/{name}"}


TRAINING = charge()
SPOT = charge(
    resource=of("training-job", "spot-1") | {"kind": "training"},
    price={
        "component": "SpotTraining",
        "purchase_option": "Spot",
        "instance_type": "ml.p4d.24xlarge",
        "list_unit_price": Decimal("11.3064"),
        "contracted_unit_price": Decimal("11.3064"),
        "price_basis": "derived",
        "error_percent": Decimal("12.5"),
        "sku": None,
    },
    list_cost=Decimal("3.140666667"),
    contracted_cost=Decimal("3.140666667"),
)
STORAGE = charge(
    price={
        "component": "Storage-Training",
        "instance_type": None,
        "pricing_unit": "GB-Mo",
        "list_unit_price": Decimal("0.14"),
        "contracted_unit_price": Decimal("0.14"),
        "sku": "STORAGE123456789",
    },
    pricing_quantity=Decimal("0.011574074"),
    list_cost=Decimal("0.001620370"),
    contracted_cost=Decimal("0.001620370"),
)
ENDPOINT = charge(
    resource=of("endpoint", "churn-live"),
    price={"component": "Hosting", "sku": "HOSTING123456789"},
    who=Attribution(user_name="ada", user_basis="cookie"),
    day=date(2026, 12, 31),
    charge_period_start=datetime(2026, 12, 31, tzinfo=UTC),
    charge_period_end=datetime(2027, 1, 1, tzinfo=UTC),
    pricing_quantity=Decimal(24),
    list_cost=Decimal("5.52"),
    contracted_cost=Decimal("5.52"),
    cost_basis="estimated",
)
CORRECTION = charge(
    pricing_quantity=Decimal("-0.05"), list_cost=Decimal("-0.0115"), contracted_cost=Decimal("-0.0115"), is_correction=True
)
UNPRICED = charge(
    resource=of("processing-job", "features-1") | {"kind": "processing"},
    price={
        "component": "Processing",
        "instance_type": "ml.new9.xlarge",
        "list_unit_price": None,
        "contracted_unit_price": None,
        "price_source": None,
        "price_origin": None,
        "price_as_of": None,
        "price_basis": None,
        "sku": None,
    },
    list_cost=None,
    contracted_cost=None,
    cost_basis="estimated",
)
SESSION_SHARE = charge(
    resource={"kind": "session", "name": "hub-7", "resource_id": None, "created_at": None},
    price={
        "component": "EC2",
        "instance_type": "m5.2xlarge",
        "list_unit_price": Decimal("0.384"),
        "contracted_unit_price": Decimal("0.384"),
        "sku": "EC2NODE123456789",
    },
    who=Attribution(notebook="churn/train.ipynb", kernel_state="busy"),
    pricing_quantity=Decimal("0.069444445"),
    list_cost=Decimal("0.026666667"),
    contracted_cost=Decimal("0.026666667"),
    cost_basis="estimated",
)
CNY = charge(
    resource={
        "region_id": "cn-northwest-1",
        "resource_id": f"arn:aws-cn:sagemaker:cn-northwest-1:{ACCOUNT}:training-job/churn-1",
    },
    price={
        "region_id": "cn-northwest-1",
        "billing_currency": "CNY",
        "list_unit_price": Decimal("1.7385"),
        "contracted_unit_price": Decimal("1.7385"),
        "sku": "CNTRAIN123456789",
    },
    list_cost=Decimal("0.482916667"),
    contracted_cost=Decimal("0.482916667"),
)
CONTRACTED = charge(
    price={"contracted_unit_price": Decimal("0.2001"), "price_origin": "rates.yaml: 13 % off the list price"},
    contracted_cost=Decimal("0.055583333"),
)
UNLISTED = charge(
    price={
        "list_unit_price": None,
        "contracted_unit_price": Decimal("0.2"),
        "price_basis": "contracted",
        "price_source": "contracted-rates",
        "sku": None,
    },
    list_cost=None,
    contracted_cost=Decimal("0.055555556"),
)
PLAN = charge(
    price={
        "component": "TrainingPlan",
        "purchase_option": "TrainingPlan",
        "instance_type": "ml.p5.48xlarge",
        "list_unit_price": Decimal("31.464"),
        "contracted_unit_price": Decimal("31.464"),
        "sku": "PLAN123456789012",
    },
    list_cost=Decimal("8.740000000"),
    contracted_cost=Decimal("8.740000000"),
)
MOVED = charge(
    price={
        "component": "Data-Processing",
        "instance_type": None,
        "pricing_unit": "GB",
        "list_unit_price": Decimal("0.016"),
        "contracted_unit_price": Decimal("0.016"),
        "sku": "DATA123456789012",
    },
    pricing_quantity=Decimal(3),
    list_cost=Decimal("0.048"),
    contracted_cost=Decimal("0.048"),
)

SAMPLES = {
    "training": TRAINING,
    "spot": SPOT,
    "storage": STORAGE,
    "endpoint": ENDPOINT,
    "correction": CORRECTION,
    "unpriced": UNPRICED,
    "session share": SESSION_SHARE,
    "CNY": CNY,
    "contracted": CONTRACTED,
    "unlisted": UNLISTED,
    "plan": PLAN,
    "data": MOVED,
}
KNOWN = ("training", "storage", "endpoint", "CNY", "contracted", "plan", "data")
"""Those with everything that a ledger can know."""
