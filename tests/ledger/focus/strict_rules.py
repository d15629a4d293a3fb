"""FOCUS 1.2's rules for our columns, read strictly: a row without a ChargeClass is no correction, which the validator misses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

from mlcost_ext.ledger.focus.categories import SERVICE_SUBCATEGORIES
from mlcost_ext.ledger.focus.columns import BY_NAME
from mlcost_ext.ledger.focus.rows import ARN, Row

Rule = Callable[[Row], bool]
CLOSE = Decimal("0.000000002")
"""The costs are differences of rounded sums."""


def is_there(name: str) -> Rule:
    return lambda row: row[name] is not None


def is_there_for_usage(name: str) -> Rule:
    """Every row here is usage; corrections are let off."""
    return lambda row: row["ChargeClass"] == "Correction" or row[name] is not None


def is_one_of(name: str) -> Rule:
    return lambda row: row[name] is None or row[name] in BY_NAME[name].allowed


def is_not_negative(name: str) -> Rule:
    return lambda row: row[name] is None or number(row, name) >= 0


def comes_with(name: str, other: str) -> Rule:
    """Both are there, or none of them."""
    return lambda row: (row[name] is None) == (row[other] is None)


def not_without(name: str, other: str) -> Rule:
    return lambda row: row[name] is None or row[other] is not None


def is_product(price: str, cost: str) -> Rule:
    def check(row: Row) -> bool:
        if row["ChargeClass"] == "Correction" or row[price] is None or row[cost] is None:
            return True
        return abs(number(row, price) * number(row, "PricingQuantity") - number(row, cost)) <= CLOSE

    return check


def number(row: Row, name: str) -> Decimal:
    value = row[name]
    assert isinstance(value, Decimal)
    return value


def period_is_whole_month(row: Row) -> bool:
    start, end = row["BillingPeriodStart"], row["BillingPeriodEnd"]
    assert isinstance(start, datetime)
    assert isinstance(end, datetime)
    return (start.day, end.day) == (1, 1) and timedelta(days=27) < end - start < timedelta(days=32)


RULES: dict[str, Rule] = {
    "BilledCost-C-003-M": is_there("BilledCost"),
    "EffectiveCost-C-003-M": is_there("EffectiveCost"),
    "PricingCurrencyEffectiveCost-C-003-M": is_there("PricingCurrencyEffectiveCost"),
    "BillingAccountId-C-001-M": is_there("BillingAccountId"),
    "BillingAccountName-C-003-C": is_there("BillingAccountName"),
    "BillingAccountType-C-004-C": not_without("BillingAccountType", "BillingAccountId"),
    "BillingCurrency-C-004-M": is_there("BillingCurrency"),
    "BillingPeriodStart-C-003-M": period_is_whole_month,
    "CapacityReservationStatus-C-003-C": not_without("CapacityReservationStatus", "CapacityReservationId"),
    "ChargeCategory-C-003-M": is_one_of("ChargeCategory"),
    "ChargeClass-C-003-C": lambda row: row["ChargeClass"] is None,  # nothing here was ever invoiced
    "ChargeClass-C-005-C": is_one_of("ChargeClass"),
    "ChargeDescription-C-003-O": is_there("ChargeDescription"),
    "ChargeFrequency-C-003-M": is_one_of("ChargeFrequency"),
    "CommitmentDiscountStatus-C-003-C": not_without("CommitmentDiscountStatus", "CommitmentDiscountId"),
    "ConsumedUnit-C-006-C": comes_with("ConsumedUnit", "ConsumedQuantity"),
    "ContractedCost-C-003-M": is_there("ContractedCost"),
    "ContractedUnitPrice-C-006-C": is_there_for_usage("ContractedUnitPrice"),
    "ContractedUnitPrice-C-009-C": is_not_negative("ContractedUnitPrice"),
    "ContractedUnitPrice-C-011-C": is_product("ContractedUnitPrice", "ContractedCost"),
    "InvoiceId-C-004-C": lambda row: row["InvoiceId"] is None,  # where there is no invoice
    "InvoiceIssuerName-C-003-M": is_there("InvoiceIssuerName"),
    "ListCost-C-003-M": is_there("ListCost"),
    "ListCost-C-009-C": is_product("ListUnitPrice", "ListCost"),
    "ListUnitPrice-C-005-C": is_there_for_usage("ListUnitPrice"),
    "ListUnitPrice-C-008-M": is_not_negative("ListUnitPrice"),
    "PricingCategory-C-004-C": is_there_for_usage("PricingCategory"),
    "PricingCategory-C-007-M": is_one_of("PricingCategory"),
    "PricingCurrency-C-004-M": is_there("PricingCurrency"),
    "PricingCurrencyContractedUnitPrice-C-005-C": is_there_for_usage("PricingCurrencyContractedUnitPrice"),
    "PricingCurrencyListUnitPrice-C-005-C": is_there_for_usage("PricingCurrencyListUnitPrice"),
    "PricingQuantity-C-005-C": is_there_for_usage("PricingQuantity"),
    "PricingUnit-C-006-C": comes_with("PricingUnit", "PricingQuantity"),
    "ProviderName-C-003-M": is_there("ProviderName"),
    "PublisherName-C-003-M": is_there("PublisherName"),
    "RegionName-C-005-C": comes_with("RegionName", "RegionId"),
    "ResourceId-C-005-C": is_there("ResourceId"),
    "ResourceName-C-004-C": not_without("ResourceName", "ResourceId"),
    "ResourceType-C-005-C": comes_with("ResourceType", "ResourceId"),
    "ServiceCategory-C-003-M": is_one_of("ServiceCategory"),
    "ServiceName-C-003-M": is_there("ServiceName"),
    "ServiceSubcategory-C-004-M": lambda row: row["ServiceSubcategory"] in SERVICE_SUBCATEGORIES[str(row["ServiceCategory"])],
    "SkuId-C-005-C": is_there_for_usage("SkuId"),
    "SkuMeter-C-005-C": comes_with("SkuMeter", "SkuId"),
    "SkuPriceDetails-C-004-C": not_without("SkuPriceDetails", "SkuPriceId"),
    "SkuPriceId-C-005-C": is_there_for_usage("SkuPriceId"),
    "SubAccountId-C-005-C": lambda row: bool(ARN.fullmatch(str(row["ResourceId"]))) and row["SubAccountId"] is not None,
    "SubAccountName-C-005-C": lambda row: row["SubAccountId"] is None or row["SubAccountName"] is not None,
    "SubAccountType-C-005-C": comes_with("SubAccountType", "SubAccountId"),
}
SAID_BY_ANOTHER = ("EffectiveCost-C-004-M", "ListCost-C-004-M", "ContractedCost-C-004-M")
"""The same as the rule before each."""
MISTAKEN = ("InvoiceId-C-005-C", "CapacityReservationStatus-C-004-C", "CommitmentDiscountStatus-C-004-C")
"""The validator has lost the condition under which they hold."""
OF_OTHERS = ("-000-", "SubAccountName-C-003-C", "CapacityReservationStatus-C-002-C", "CommitmentDiscountStatus-C-002-C")
"""They hold if others do."""


def broken(rows: list[Row]) -> set[str]:
    """Give the ids of the rules that a row breaks."""
    return {rule for rule, holds in RULES.items() if not all(holds(row) for row in rows)}
