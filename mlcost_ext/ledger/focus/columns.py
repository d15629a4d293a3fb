"""Every column of FOCUS 1.2, in the specification's order, and ours behind them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from .categories import SERVICE_SUBCATEGORIES

ColumnType = Literal["text", "json", "decimal", "time", "truth"]

COST_SCALE = 9
"""Digits after the point of what is money: 10⁻⁹ of the billing currency, as the ledger keeps it."""
PRICE_SCALE = 15
QUANTITY_SCALE = 12
"""Fine enough that a price times a quantity is the cost to its last digit."""

ONLY_A_BILL = "only a bill knows it, and an estimate is never written as billed"
NO_COMMITMENT = "which savings plan or commitment covers a charge is known to the bill only"
NO_RESERVATION = "the ledger does not keep which reservation a charge belongs to"
PAYER = "the payer's account is known to the bill only"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column."""

    name: str
    type: ColumnType
    is_nullable: bool
    """Whether FOCUS lets it be null; of ours, whether it can be."""
    scale: int = 0
    """Digits after the point of a decimal."""
    allowed: tuple[str, ...] = ()
    """Empty: any value."""
    empty: str | None = None
    """Why it is null in every row; None: it is filled wherever it is known."""

    @property
    def snake_name(self) -> str:
        """Its name elsewhere in this software."""
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", self.name).lower()

    @property
    def is_custom(self) -> bool:
        """Whether it is ours: FOCUS wants ``x_`` before what is not its own."""
        return self.name.startswith("x_")


def text(name: str, *allowed: str, empty: str | None = None) -> Column:
    return Column(name=name, type="text", is_nullable=True, allowed=allowed, empty=empty)


def needed(name: str, *allowed: str, empty: str | None = None) -> Column:
    return Column(name=name, type="text", is_nullable=False, allowed=allowed, empty=empty)


def decimal(name: str, scale: int, *, is_nullable: bool = True, empty: str | None = None) -> Column:
    return Column(name=name, type="decimal", is_nullable=is_nullable, scale=scale, empty=empty)


def time(name: str, *, is_nullable: bool = False) -> Column:
    return Column(name=name, type="time", is_nullable=is_nullable)


def json(name: str, *, empty: str | None = None) -> Column:
    return Column(name=name, type="json", is_nullable=True, empty=empty)


FOCUS_COLUMNS = (
    text("AvailabilityZone", empty="the ledger does not keep it"),
    decimal("BilledCost", COST_SCALE, is_nullable=False, empty=ONLY_A_BILL),
    needed("BillingAccountId", empty=PAYER),
    text("BillingAccountName", empty=PAYER),
    text("BillingAccountType", empty=PAYER),
    needed("BillingCurrency"),
    time("BillingPeriodEnd"),
    time("BillingPeriodStart"),
    text("CapacityReservationId", empty=NO_RESERVATION),
    text("CapacityReservationStatus", "Unused", "Used", empty=NO_RESERVATION),
    needed("ChargeCategory", "Usage", "Purchase", "Tax", "Credit", "Adjustment"),
    text("ChargeClass", "Correction"),
    text("ChargeDescription"),
    needed("ChargeFrequency", "One-Time", "Recurring", "Usage-Based"),
    time("ChargePeriodEnd"),
    time("ChargePeriodStart"),
    text("CommitmentDiscountCategory", "Spend", "Usage", empty=NO_COMMITMENT),
    text("CommitmentDiscountId", empty=NO_COMMITMENT),
    text("CommitmentDiscountName", empty=NO_COMMITMENT),
    decimal("CommitmentDiscountQuantity", QUANTITY_SCALE, empty=NO_COMMITMENT),
    text("CommitmentDiscountStatus", "Unused", "Used", empty=NO_COMMITMENT),
    text("CommitmentDiscountType", empty=NO_COMMITMENT),
    text("CommitmentDiscountUnit", empty=NO_COMMITMENT),
    decimal("ConsumedQuantity", QUANTITY_SCALE),
    text("ConsumedUnit"),
    decimal("ContractedCost", COST_SCALE, is_nullable=False),
    decimal("ContractedUnitPrice", PRICE_SCALE),
    decimal("EffectiveCost", COST_SCALE, is_nullable=False, empty=ONLY_A_BILL),
    text("InvoiceId", empty=ONLY_A_BILL),
    needed("InvoiceIssuerName"),
    decimal("ListCost", COST_SCALE, is_nullable=False),
    decimal("ListUnitPrice", PRICE_SCALE),
    text("PricingCategory", "Standard", "Dynamic", "Committed", "Other"),
    needed("PricingCurrency"),
    decimal("PricingCurrencyContractedUnitPrice", PRICE_SCALE),
    decimal("PricingCurrencyEffectiveCost", COST_SCALE, is_nullable=False, empty=ONLY_A_BILL),
    decimal("PricingCurrencyListUnitPrice", PRICE_SCALE),
    decimal("PricingQuantity", QUANTITY_SCALE),
    text("PricingUnit"),
    needed("ProviderName"),
    needed("PublisherName"),
    text("RegionId"),
    text("RegionName"),
    text("ResourceId"),
    text("ResourceName"),
    text("ResourceType"),
    needed("ServiceCategory", *SERVICE_SUBCATEGORIES),
    needed("ServiceName"),
    needed("ServiceSubcategory", *(name for names in SERVICE_SUBCATEGORIES.values() for name in names)),
    text("SkuId"),
    text("SkuMeter"),
    json("SkuPriceDetails", empty="it must be null where SkuPriceId is"),
    text("SkuPriceId", empty="the ledger keeps the SKU, but neither its offer term nor its rate code"),
    text("SubAccountId"),
    text("SubAccountName", empty="AWS's answers about jobs do not name the account"),
    text("SubAccountType"),
    json("Tags"),
)

OUR_COLUMNS = (
    needed("x_CostBasis", "estimated", "metered", "billed"),
    Column(name="x_IsUnpriced", type="truth", is_nullable=False),
    needed("x_Kind"),
    needed("x_ResourceName"),
    time("x_ResourceCreatedAt", is_nullable=True),
    needed("x_Component"),
    text("x_InstanceType"),
    needed("x_PurchaseOption", "OnDemand", "Spot", "Reserved", "TrainingPlan", "Provisioned"),
    text("x_PriceSource"),
    text("x_PriceOrigin"),
    text("x_PriceAsOf"),
    text("x_PriceBasis", "contracted", "observed", "derived"),
    decimal("x_ErrorPercent", COST_SCALE),
    text("x_Notebook"),
    text("x_CellId"),
    text("x_User"),
    text("x_UserBasis", "space", "cookie"),
    text("x_Project"),
    text("x_KernelState", "busy", "waiting", "idle"),
)

COLUMNS = (*FOCUS_COLUMNS, *OUR_COLUMNS)
BY_NAME = {column.name: column for column in COLUMNS}
