"""Estimate: what a launch will cost, as it goes over the wire; foreseen, never billed.

Money is a decimal string, or null where it is unknown. `low` to `high` is what is to be expected: of the instances' time the
10th to the 90th percentile of earlier runs, and never beyond `high`, which is the most that can be billed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from .price import PriceBasis
from .wire import Money, UnitMoney

DurationBasis = Literal["given", "history", "small_run", "stopping_condition", "open_ended"]
Verdict = Literal["allow", "warn", "ask", "block"]
FindingVerdict = Literal["shadow", "warn", "ask", "block"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CostRange:
    """The least and the middle that are to be expected, and the most that can be billed; null: not known, or there is none."""

    low: Money | None
    expected: Money | None
    high: Money | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DurationRange:
    """Seconds of one run; `expected` is the median. Of a tuning job those of one of its jobs."""

    low: int | None
    expected: int | None
    high: int | None
    """The stopping condition; null: it has no end."""
    basis: DurationBasis
    sample_size: int | None
    """Of history: the runs it rests on."""
    percentile_90: int | None = None
    """Of history: within so many seconds nine of ten such runs have ended; never above `high`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateLine:
    """One thing that is paid for, with its price and where that comes from."""

    description: str
    component: str
    instance_type: str | None
    sku_price_id: str | None
    """AWS's SKU, where it is known."""
    pricing_quantity: Money | None
    """At the expected duration, in `pricing_unit`; of what has no end, of one hour."""
    pricing_unit: str
    list_unit_price: UnitMoney | None
    contracted_unit_price: UnitMoney | None
    list_cost: CostRange
    contracted_cost: CostRange | None
    price_source: str
    price_origin: str
    price_as_of: str
    price_basis: PriceBasis
    error_percent: Money | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnpricedLine:
    """Something that will be billed and of which nobody here knows the price: it is in no sum."""

    description: str
    component: str
    instance_type: str | None
    pricing_unit: str
    message: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """Another request for the same work, and what it would cost."""

    title: str
    change: dict[str, Any]
    """A JSON merge patch of the request; empty: it is not the request that changes (another region)."""
    region_id: str
    list_cost: CostRange
    contracted_cost: CostRange | None = None
    """By the user's own rates; null: none is in force for any line."""
    cost_per_hour: Money | None
    basis: str
    """What the figure rests on, in words, such as ``price only; speed unknown``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saving:
    """What a fix saves of the list cost, by the estimates with and without it; null: not known."""

    low: Money | None
    expected: Money | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a rule says about a request."""

    rule: str
    verdict: FindingVerdict
    title: str
    message: str
    hint: str
    saving: Saving | None
    """Null: there is no fix, or what it saves is not known."""
    fix: dict[str, Any] | None
    """A JSON merge patch of the request; it clears this finding and causes none."""
    needs: list[str]
    """What only a person can say, such as ``Tags.team``."""
    subject: str | None = None
    """Which part of the request it is about; null: the whole."""
    docs_url: str = ""
    is_unsure: bool = False
    """Whether the rule could not be judged; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateNote:
    """What a figure lacks or rests on, beside prices: a volume without a known price, a request without an end."""

    code: str
    message: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a launch will cost, line by line, and what else would do."""

    kind: str
    region_id: str
    billing_currency: str
    is_complete: bool
    """Whether every line has a price; where not, sums are of the others: "at least"."""
    list_cost: CostRange
    contracted_cost: CostRange | None
    """By the user's own rates; null: none is in force for any line."""
    cost_per_hour: Money | None
    """Of what has no end, by the user's rates, else by the list, also where `hours` bounded the rest; null: it has one, or
    nothing of it has a price."""
    duration_seconds: DurationRange
    lines: list[EstimateLine]
    unpriced: list[UnpricedLine]
    findings: list[Finding] = field(default_factory=list)
    decision: Verdict = "allow"
    effective_decision: Verdict = "allow"
    alternatives: list[Alternative] = field(default_factory=list)
    assumptions: list[str] = field(default_factory=list)
    data_quality: list[EstimateNote] = field(default_factory=list)
