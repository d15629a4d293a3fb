"""Every column of FOCUS 1.2 is there, and each of ours besides; each value is what its column says."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from mlcost_ext.ledger.focus import BY_NAME, COLUMNS, GAPS, Column, row_of
from mlcost_ext.ledger.focus.columns import FOCUS_COLUMNS, OUR_COLUMNS

from .samples import SAMPLES

NAMES = [
    "AvailabilityZone",
    "BilledCost",
    "BillingAccountId",
    "BillingAccountName",
    "BillingAccountType",
    "BillingCurrency",
    "BillingPeriodEnd",
    "BillingPeriodStart",
    "CapacityReservationId",
    "CapacityReservationStatus",
    "ChargeCategory",
    "ChargeClass",
    "ChargeDescription",
    "ChargeFrequency",
    "ChargePeriodEnd",
    "ChargePeriodStart",
    "CommitmentDiscountCategory",
    "CommitmentDiscountId",
    "CommitmentDiscountName",
    "CommitmentDiscountQuantity",
    "CommitmentDiscountStatus",
    "CommitmentDiscountType",
    "CommitmentDiscountUnit",
    "ConsumedQuantity",
    "ConsumedUnit",
    "ContractedCost",
    "ContractedUnitPrice",
    "EffectiveCost",
    "InvoiceId",
    "InvoiceIssuerName",
    "ListCost",
    "ListUnitPrice",
    "PricingCategory",
    "PricingCurrency",
    "PricingCurrencyContractedUnitPrice",
    "PricingCurrencyEffectiveCost",
    "PricingCurrencyListUnitPrice",
    "PricingQuantity",
    "PricingUnit",
    "ProviderName",
    "PublisherName",
    "RegionId",
    "RegionName",
    "ResourceId",
    "ResourceName",
    "ResourceType",
    "ServiceCategory",
    "ServiceName",
    "ServiceSubcategory",
    "SkuId",
    "SkuMeter",
    "SkuPriceDetails",
    "SkuPriceId",
    "SubAccountId",
    "SubAccountName",
    "SubAccountType",
    "Tags",
]
"""The 57 columns of specification 1.2, as AWS's table FOCUS_1_2_AWS has them."""
ROWS = {name: row_of(record) for name, record in SAMPLES.items()}
KINDS = {"text": str, "json": str, "decimal": Decimal, "time": datetime, "truth": bool}


def test_all_columns_of_focus_are_there() -> None:
    """And nothing else that has no x_ before it."""
    assert [column.name for column in FOCUS_COLUMNS] == NAMES
    assert len(NAMES) == 57
    assert len(BY_NAME) == len(COLUMNS)


def test_our_own_begin_with_x() -> None:
    """As FOCUS wants custom columns to."""
    assert [column.name for column in OUR_COLUMNS if not column.is_custom] == []
    assert [column.name for column in FOCUS_COLUMNS if column.is_custom] == []


@pytest.mark.parametrize(
    ("name", "snake"),
    [
        ("BilledCost", "billed_cost"),
        ("SkuPriceId", "sku_price_id"),
        ("x_CostBasis", "x_cost_basis"),
        ("x_IsUnpriced", "x_is_unpriced"),
        ("ListUnitPrice", "list_unit_price"),
        ("x_CellId", "x_cell_id"),
    ],
)
def test_snake_names_are_those_of_this_software(name: str, snake: str) -> None:
    """The same word, in the letters used everywhere else."""
    assert BY_NAME[name].snake_name == snake


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.name)
def test_each_value_is_what_its_column_says(column: Column) -> None:
    """Type, digits, zone, allowed words; and null only where that is allowed or explained."""
    values = [row[column.name] for row in ROWS.values()]
    there = [value for value in values if value is not None]
    assert [value for value in there if type(value) is not KINDS[column.type]] == []
    assert not column.allowed or set(there) <= set(column.allowed)
    assert [value for value in there if isinstance(value, Decimal) and value.as_tuple().exponent != -column.scale] == []
    assert [value for value in there if isinstance(value, datetime) and value.utcoffset() != timedelta()] == []
    if column.empty is not None:
        assert there == []
    elif len(there) == len(values):
        assert "" not in there
    else:
        assert there, "no sample fills it"
        assert column.is_nullable or column.name in {gap.column for gap in GAPS}


def test_a_row_has_every_column_in_order() -> None:
    """So that files can be put below each other."""
    assert {tuple(row) for row in ROWS.values()} == {tuple(BY_NAME)}
