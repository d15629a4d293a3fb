"""Estimates made by hand: training with earlier runs, and what is like it and not."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from mlcost_ext.core.estimate import Alternative, CostRange, DurationRange, Estimate, EstimateLine, EstimateNote, UnpricedLine

MARKUP = '<img src=x onerror="alert(1)">\x1b[31m\u202e'


def costs(low: str | None, expected: str | None, high: str | None) -> CostRange:
    """Make a range of costs of their texts."""
    low_, expected_, high_ = (None if text is None else Decimal(text) for text in (low, expected, high))
    return CostRange(low=low_, expected=expected_, high=high_)


INSTANCE = EstimateLine(
    description="ml.g5.xlarge training",
    component="Training",
    instance_type="ml.g5.xlarge",
    sku_price_id=None,
    pricing_quantity=Decimal(1),
    pricing_unit="Hours",
    list_unit_price="1.408",
    contracted_unit_price=None,
    list_cost=costs("1.016889", "1.408", "33.792"),
    contracted_cost=None,
    price_source="shipped-snapshot",
    price_origin="EC2 on-demand price times its class constant",
    price_as_of="2026-07-20",
    price_basis="derived",
    error_percent=Decimal("0.31"),
)
VOLUME = replace(
    INSTANCE,
    description="30 GB volume for training",
    component="Storage-Training",
    instance_type=None,
    pricing_quantity=Decimal("0.041666667"),
    pricing_unit="GB-Mo",
    list_unit_price="0.14",
    list_cost=costs("0.004213", "0.005833", "0.14"),
    price_origin="EBS gp2 price times 1.4",
    error_percent=None,
)
UNPRICED = UnpricedLine(
    description="ml.g5.large training",
    component="Training",
    instance_type="ml.g5.large",
    pricing_unit="Hours",
    message="No price is known for ml.g5.large (Training) in us-east-1.",
    hint="Types with a price there and alike: ml.g5.xlarge.",
)
HISTORY = DurationRange(low=2600, expected=3600, high=86400, basis="history", sample_size=14, percentile_90=4800)
LIMIT = DurationRange(low=None, expected=86400, high=86400, basis="stopping_condition", sample_size=None)
GIVEN = DurationRange(low=10800, expected=10800, high=86400, basis="given", sample_size=None)
ENDLESS = DurationRange(low=None, expected=None, high=None, basis="open_ended", sample_size=None)
OTHER_TYPE = Alternative(
    title="ml.g6.xlarge",
    change={"ResourceConfig": {"InstanceType": "ml.g6.xlarge"}},
    region_id="us-east-1",
    list_cost=costs("0.8", "1.127", "27.04"),
    cost_per_hour=None,
    basis="price only; speed unknown",
)
NOTE = EstimateNote(code="storage_unknown", message="AWS chooses how large its volume is.", hint="It is not counted.")


def estimate(**changes: Any) -> Estimate:
    """Make an estimate of a training job with earlier runs."""
    training = Estimate(
        kind="training",
        region_id="us-east-1",
        billing_currency="USD",
        is_complete=True,
        list_cost=costs("1.021102", "1.413833", "33.932"),
        contracted_cost=None,
        cost_per_hour=None,
        duration_seconds=HISTORY,
        lines=[INSTANCE, VOLUME],
        unpriced=[],
        alternatives=[OTHER_TYPE],
        assumptions=["runtime: 43 min to 1 h 20 min is the 10th to 90th percentile of 14 runs of the same image and data"],
    )
    return replace(training, **changes)


def without_history(**changes: Any) -> Estimate:
    """Make an estimate whose runtime is known by its limit alone."""
    most = costs(None, "33.792", "33.792")
    line = replace(INSTANCE, pricing_quantity=Decimal(24), list_cost=most)
    said = "runtime: no earlier runs like it are known, so the most is counted: its stopping condition, 24 h"
    fields = {"list_cost": most, "duration_seconds": LIMIT, "lines": [line], "alternatives": [], "assumptions": [said]}
    return estimate(**(fields | changes))


def endless(**changes: Any) -> Estimate:
    """Make an estimate of an endpoint, which has no end."""
    nothing = costs(None, None, None)
    fields = {
        "kind": "endpoint",
        "list_cost": nothing,
        "cost_per_hour": Decimal("1.408"),
        "duration_seconds": ENDLESS,
        "lines": [replace(INSTANCE, description="ml.g5.xlarge hosting", component="Hosting", list_cost=nothing)],
        "alternatives": [replace(OTHER_TYPE, list_cost=nothing, cost_per_hour=Decimal("1.127"))],
        "assumptions": ["runtime: it costs until somebody ends it"],
        "data_quality": [NOTE],
    }
    return estimate(**(fields | changes))


def by_contract(**changes: Any) -> Estimate:
    """Make an estimate at the user's own rates."""
    own = costs("0.894861", "1.239", "29.737")
    line = replace(INSTANCE, contracted_unit_price="1.239", contracted_cost=own)
    fields = {"contracted_cost": costs("0.899", "1.244833", "29.877"), "lines": [line, VOLUME]}
    return estimate(**(fields | changes))
