"""What the ledger keeps: a charge of one day with what it is for, what it is by, and who it is for.

Money here is metered or estimated from prices; none of it is billed until a bill says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from .component import PurchaseOption
from .price import PriceBasis
from .usage import PricingUnit

ChargeBasis = Literal["estimated", "metered", "billed"]
"""`estimated`: it runs, or AWS has not told how long it ran; `metered`: by AWS's own word for how long; `billed`: a bill's."""

UserBasis = Literal["space", "cookie"]
"""Who says whose it is: a private space's owner, or in a shared space the cookie of Studio, which anybody could set."""

KernelState = Literal["busy", "waiting", "idle"]
"""What a machine was for: a kernel that ran code, one that only waited for a job elsewhere, or nobody, by the idle verdict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One thing of AWS that costs, such as a training job, an endpoint or this machine."""

    kind: str
    """As of jobs and of what stands; ``session`` for the machine of a Jupyter server."""
    region_id: str
    name: str
    created_at: datetime | None
    """To the second; None: not known. A name that is used again is another resource."""
    resource_id: str | None = None
    """Its ARN."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargePrice:
    """What a charge was counted at."""

    region_id: str
    component: str
    """AWS's component, such as ``Training`` or ``Storage-Training``."""
    instance_type: str | None
    purchase_option: PurchaseOption
    pricing_unit: PricingUnit
    billing_currency: str
    list_unit_price: Decimal | None
    """None: no list has it."""
    contracted_unit_price: Decimal | None
    """What it is counted at: by the user's own rates, else the list price; None: unknown, and so is the cost."""
    price_source: str | None
    price_origin: str | None
    price_as_of: str | None
    price_basis: PriceBasis | None
    error_percent: Decimal | None
    sku: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """Who and what a charge is for; None: not known."""

    notebook: str | None = None
    cell_id: str | None = None
    user_name: str | None = None
    user_basis: UserBasis | None = None
    project: str | None = None
    kernel_state: KernelState | None = None
    """Of a session's machine; where it is idle, `notebook` is the one that was used last."""
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeRecord:
    """One charge of one day UTC; all charges of a day add up to its cost, whatever corrects them."""

    resource: Resource
    price: ChargePrice
    attribution: Attribution
    day: date
    charge_period_start: datetime
    charge_period_end: datetime
    pricing_quantity: Decimal
    """In units of the price, to 10⁻⁹; negative in a correction."""
    list_cost: Decimal | None
    """None: no list price."""
    contracted_cost: Decimal | None
    """None: no price at all."""
    cost_basis: ChargeBasis
    is_correction: bool
    """It corrects what was written before, once more was known."""
