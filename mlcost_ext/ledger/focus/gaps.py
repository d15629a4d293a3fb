"""The rules of FOCUS 1.2 that an export does not meet, each with why: what is unknown is null, and never made up."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

When = Literal["always", "no price", "no list price", "no SKU", "no ARN", "ARN", "correction"]
"""In which exports it shows: in any, or where one of the rows is like that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """One column that falls short, by the ids of the rule model 1.2.0.1."""

    column: str
    when: When
    reason: str
    by_default: tuple[str, ...] = ()
    """What focus-validator 2.2.1 finds as it is."""
    with_all: tuple[str, ...] = ()
    """What it finds besides with ``--applicability-criteria ALL``."""
    unseen: tuple[str, ...] = ()
    """What it does not find, though the rule's words say so."""


GAPS = (
    Gap(
        column="BilledCost",
        when="always",
        reason="Only a bill knows it; an estimate is never written as billed, and unknown is not zero.",
        by_default=("BilledCost-C-000-M", "BilledCost-C-003-M"),
    ),
    Gap(
        column="EffectiveCost",
        when="always",
        reason="Only a bill knows which discounts, credits and commitments apply.",
        by_default=("EffectiveCost-C-003-M", "EffectiveCost-C-004-M"),
        with_all=("EffectiveCost-C-000-M",),
    ),
    Gap(
        column="BillingAccountId",
        when="always",
        reason="The payer's account is known to the bill only; an ARN has the account that uses, which is SubAccountId.",
        by_default=("BillingAccountId-C-000-M", "BillingAccountId-C-001-M"),
    ),
    Gap(
        column="InvoiceId",
        when="always",
        reason="Nothing here is on an invoice, where FOCUS wants null; the validator asks for null and for a value at once.",
        by_default=("InvoiceId-C-005-C",),
    ),
    Gap(
        column="BillingAccountName",
        when="always",
        reason="The payer's account is known to the bill only.",
        with_all=("BillingAccountName-C-000-M", "BillingAccountName-C-003-C"),
    ),
    Gap(
        column="PricingCurrencyEffectiveCost",
        when="always",
        reason="As EffectiveCost.",
        with_all=("PricingCurrencyEffectiveCost-C-000-C", "PricingCurrencyEffectiveCost-C-003-M"),
    ),
    Gap(
        column="CapacityReservationStatus",
        when="always",
        reason="FOCUS wants it only beside a CapacityReservationId; the validator does without that condition.",
        with_all=(
            "CapacityReservationStatus-C-000-C",
            "CapacityReservationStatus-C-002-C",
            "CapacityReservationStatus-C-004-C",
        ),
    ),
    Gap(
        column="CommitmentDiscountStatus",
        when="always",
        reason="FOCUS wants it only beside a CommitmentDiscountId; the validator has turned that condition round.",
        with_all=(
            "CommitmentDiscountStatus-C-000-C",
            "CommitmentDiscountStatus-C-002-C",
            "CommitmentDiscountStatus-C-004-C",
        ),
    ),
    Gap(
        column="SkuPriceId",
        when="always",
        reason="The ledger keeps AWS's SKU, but neither its offer term nor its rate code.",
        unseen=("SkuPriceId-C-005-C",),
    ),
    Gap(
        column="SubAccountName",
        when="ARN",
        reason="AWS's answers about jobs do not name the account.",
        with_all=("SubAccountName-C-000-C", "SubAccountName-C-003-C", "SubAccountName-C-005-C"),
    ),
    Gap(
        column="ListCost",
        when="no list price",
        reason="No list has a price for it; unknown is not zero.",
        by_default=("ListCost-C-003-M", "ListCost-C-004-M"),
        with_all=("ListCost-C-000-M",),
    ),
    Gap(
        column="ListUnitPrice",
        when="no list price",
        reason="As ListCost; PricingCurrencyListUnitPrice too.",
        unseen=("ListUnitPrice-C-005-C", "PricingCurrencyListUnitPrice-C-005-C"),
    ),
    Gap(
        column="ContractedCost",
        when="no price",
        reason="Nobody has a price for it; x_IsUnpriced says so.",
        by_default=("ContractedCost-C-000-M", "ContractedCost-C-003-M", "ContractedCost-C-004-M"),
    ),
    Gap(
        column="ContractedUnitPrice",
        when="no price",
        reason="As ContractedCost; PricingCurrencyContractedUnitPrice too.",
        unseen=("ContractedUnitPrice-C-006-C", "PricingCurrencyContractedUnitPrice-C-005-C"),
    ),
    Gap(
        column="SkuId",
        when="no SKU",
        reason="The source of the price does not tell its SKU: contracted rates, configuration, a price that was derived.",
        unseen=("SkuId-C-005-C",),
    ),
    Gap(
        column="ResourceId",
        when="no ARN",
        reason="A machine's ARN is often not known; x_ResourceName has its name. SubAccountId is missing with it.",
        unseen=("ResourceId-C-005-C", "SubAccountId-C-005-C"),
    ),
    Gap(
        column="ChargeClass",
        when="correction",
        reason="FOCUS means corrections of invoiced months; here it marks whatever corrects an earlier row of the ledger.",
        unseen=("ChargeClass-C-003-C",),
    ),
)
WHOLE = ("CostAndUsage-D-000-M", "CostAndUsage-D-002-M")
"""The data set as such fails with any of its columns; without ALL the validator skips these two."""


def failing_rules(conditions: Collection[When], *, with_all: bool) -> set[str]:
    """Give the ids of the rules that focus-validator finds broken.

    Args:
        conditions: What rows there are, besides ``always``.
        with_all: Whether it applies all criteria.
    """
    gaps = [gap for gap in GAPS if gap.when == "always" or gap.when in conditions]
    found = {rule for gap in gaps for rule in (*gap.by_default, *(gap.with_all if with_all else ()))}
    return found | set(WHOLE if with_all else ())
