"""One row of each kind, cell by cell as it stands in the CSV; what a file does not name is null."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcost_ext.core.ledger import Attribution
from mlcost_ext.core.money import EXACT, WIRE_STEP
from mlcost_ext.jobs import KINDS, STANDING_KINDS
from mlcost_ext.ledger.focus import BY_NAME, row_of
from mlcost_ext.ledger.focus.csv_file import cell
from mlcost_ext.ledger.focus.regions import REGION_NAMES
from mlcost_ext.ledger.focus.rows import priced_quantity
from mlcost_ext.prices import Snapshot

from .samples import CORRECTION, ENDPOINT, PRICE, SAMPLES, SESSION_SHARE, SPOT, TRAINING, UNPRICED, WHO, charge
from .strict_rules import CLOSE

GOLDEN = Path(__file__).parent / "rows"
FINE = Decimal("0.000000000001")


def shown(name: str) -> dict[str, str]:
    """Give the cells of a sample's row that are not empty."""
    return {column: cell(value) for column, value in row_of(SAMPLES[name]).items() if value is not None}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_row_is_as_it_was_agreed(name: str) -> None:
    """Each value, written out."""
    assert shown(name) == json.loads((GOLDEN / f"{name.replace(' ', '_')}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", SAMPLES)
def test_nothing_is_ever_written_as_billed(name: str) -> None:
    """What only a bill knows is null, not zero."""
    row = row_of(SAMPLES[name])
    of_a_bill = ("BilledCost", "EffectiveCost", "PricingCurrencyEffectiveCost", "InvoiceId", "BillingAccountId")
    assert [column for column in of_a_bill if row[column] is not None] == []


def test_unknown_is_not_zero() -> None:
    """A charge without a price has no cost at all, and says so."""
    row = row_of(UNPRICED)
    assert (row["ListCost"], row["ContractedCost"], row["ContractedUnitPrice"], row["x_IsUnpriced"]) == (None, None, None, True)


def test_a_correction_is_marked() -> None:
    """Its amounts may be negative."""
    row = row_of(CORRECTION)
    assert (row["ChargeClass"], row["ContractedCost"]) == ("Correction", Decimal("-0.011500000"))
    assert row_of(TRAINING)["ChargeClass"] is None


def test_a_december_charge_is_of_a_month_that_ends_in_january() -> None:
    """The calendar month UTC."""
    row = row_of(ENDPOINT)
    assert (row["BillingPeriodStart"], row["BillingPeriodEnd"]) == (
        datetime(2026, 12, 1, tzinfo=timezone.utc),
        datetime(2027, 1, 1, tzinfo=timezone.utc),
    )


@given(st.dates(date(1970, 1, 1), date(9998, 12, 31)))
def test_each_day_is_in_its_month(day: date) -> None:
    """The start is included, the end is not."""
    row = row_of(replace(TRAINING, day=day))
    start, end = row["BillingPeriodStart"], row["BillingPeriodEnd"]
    assert isinstance(start, datetime)
    assert isinstance(end, datetime)
    assert start.date() <= day < end.date()
    assert (start.day, end.day) == (1, 1)
    assert (start.month, start.year) == (day.month, day.year)
    assert (end - timedelta(days=1)).month == day.month


@given(
    price=st.decimals("0.000001", "999", places=6),
    instances=st.integers(1, 64),
    seconds=st.integers(1, 86_400),
    before=st.integers(0, 10_000_000),
)
def test_price_times_quantity_is_the_cost_to_the_last_digit(price: Decimal, instances: int, seconds: int, before: int) -> None:
    """Also where the ledger's nine digits of the quantity do not tell it, and a row is the difference of two rounded sums."""

    def counted(unit: Decimal, at: int) -> Decimal:
        return EXACT.divide(unit * instances * at, Decimal(3600)).quantize(WIRE_STEP)

    quantity, cost = (counted(unit, before + seconds) - counted(unit, before) for unit in (Decimal(1), price))
    record = charge(
        price={"list_unit_price": price, "contracted_unit_price": price},
        pricing_quantity=quantity,
        list_cost=cost,
        contracted_cost=cost,
    )
    row = row_of(record)
    assert isinstance(row["PricingQuantity"], Decimal)
    assert abs(row["PricingQuantity"] * price - cost) <= (WIRE_STEP if price >= Decimal("0.01") else CLOSE)
    assert abs(row["PricingQuantity"] - quantity) <= 2 * WIRE_STEP * (1 + 1 / max(price, Decimal("0.01"))) + FINE
    assert row["ConsumedQuantity"] == quantity


def test_a_cost_that_is_none_of_its_price_is_left_to_be_seen() -> None:
    """A quantity is made finer, never made to fit."""
    wrong = replace(SPOT, list_cost=Decimal("3.2"))
    assert priced_quantity(wrong) == wrong.pricing_quantity
    assert priced_quantity(SPOT) != SPOT.pricing_quantity


@pytest.mark.parametrize(
    ("arn", "account"),
    [
        ("arn:aws:sagemaker:us-east-1:111122223333:training-job/a", "111122223333"),
        ("arn:aws-us-gov:sagemaker:us-gov-west-1:111122223333:endpoint/a", "111122223333"),
        ("arn:aws:sagemaker:us-east-1:1111:training-job/a", None),
        ("arn:aws:sagemaker:us-east-1::training-job/a", None),
        ("job-a", None),
        (None, None),
    ],
)
def test_the_account_is_the_arns(arn: str | None, account: str | None) -> None:
    """It is the account that uses, so it is no BillingAccountId; without an ARN nobody knows it."""
    row = row_of(charge(resource={"resource_id": arn}))
    assert (row["SubAccountId"], row["SubAccountType"], row["BillingAccountId"]) == (account, account and "Account", None)


def test_what_has_no_arn_keeps_its_name() -> None:
    """FOCUS wants no ResourceName without a ResourceId."""
    row = row_of(SESSION_SHARE)
    assert (row["ResourceId"], row["ResourceName"], row["ResourceType"]) == (None, None, None)
    assert (row["x_ResourceName"], row["x_Kind"], row["x_KernelState"]) == ("hub-7", "session", "busy")


@pytest.mark.parametrize(
    ("option", "category"),
    [
        ("OnDemand", "Standard"),
        ("Spot", "Dynamic"),
        ("Reserved", "Committed"),
        ("TrainingPlan", "Committed"),
        ("Provisioned", "Standard"),
    ],
)
def test_how_it_is_bought_is_its_pricing_category(option: str, category: str) -> None:
    """Each way there is."""
    assert row_of(charge(price={"purchase_option": option}))["PricingCategory"] == category
    assert option in BY_NAME["x_PurchaseOption"].allowed


@pytest.mark.parametrize(
    ("unit", "written"), [("Hours", "Hours"), ("GB-Mo", "GB-Months"), ("GB-Seconds", "GB-Seconds"), ("GB", "GB")]
)
def test_units_are_focus_own(unit: str, written: str) -> None:
    """AWS's price list says GB-Mo, FOCUS GB-Months."""
    row = row_of(charge(price={"pricing_unit": unit}))
    assert (row["PricingUnit"], row["ConsumedUnit"]) == (written, written)


@pytest.mark.parametrize("component", ["EC2", "Storage-EC2", "Training", "Studio-JupyterLab"])
def test_a_service_has_one_category(component: str) -> None:
    """EC2's volumes are billed by EC2, and FOCUS wants a service in one category."""
    row = row_of(charge(price={"component": component}))
    is_ec2 = component.endswith("EC2")
    assert row["ServiceName"] == ("Amazon Elastic Compute Cloud" if is_ec2 else "Amazon SageMaker")
    assert row["ServiceCategory"] == ("Compute" if is_ec2 else "AI and Machine Learning")


def test_every_region_with_prices_has_a_name() -> None:
    """And those of China, whose prices are in CNY."""
    regions = {*Snapshot().regions(), "cn-north-1", "cn-northwest-1"}
    assert regions - set(REGION_NAMES) == set()
    assert row_of(charge(price={"region_id": "xx-new-1"}))["RegionName"] is None


@pytest.mark.parametrize(
    "kind", [kind.name for kind in (*KINDS, *STANDING_KINDS)] + ["component", "warm-pool", "session", "new-kind"]
)
def test_every_kind_has_a_type_in_words(kind: str) -> None:
    """What nobody has named goes by its own name."""
    written = row_of(charge(resource={"kind": kind}))["ResourceType"]
    assert isinstance(written, str)
    assert written[0].isupper()
    assert "-" not in written


def test_times_are_whole_seconds_in_utc() -> None:
    """As FOCUS writes them, whatever zone they come in."""
    there = datetime(2026, 11, 3, 12, 0, 0, 999_999, tzinfo=timezone(timedelta(hours=2)))
    assert row_of(charge(charge_period_start=there))["ChargePeriodStart"] == datetime(2026, 11, 3, 10, tzinfo=timezone.utc)


@given(st.text(max_size=30), st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=4))
def test_any_text_can_be_written(name: str, tags: dict[str, str]) -> None:
    """Half a character and a zero byte are replaced; what is empty is null; tags are a JSON object."""
    row = row_of(charge(who=Attribution(user_name=name + "\ud800\0", tags=tags)))
    assert str(row["x_User"]).encode("utf-8")
    assert "\0" not in str(row["x_User"])
    assert (row["Tags"] is None) == (not tags)
    assert row["Tags"] is None or sorted(json.loads(str(row["Tags"]))) == sorted(tags)


def test_a_description_stands_by_itself() -> None:
    """What, how bought, where, at which price, how well known, and that no bill says so."""
    assert row_of(SPOT)["ChargeDescription"] == (
        "SpotTraining on ml.p4d.24xlarge (Spot) in us-east-1, at USD 11.3064 an hour; metered, not billed"
    )
    assert "unknown price" in str(row_of(UNPRICED)["ChargeDescription"])
    assert "not billed" not in str(row_of(replace(TRAINING, cost_basis="billed"))["ChargeDescription"])
    assert row_of(TRAINING)["x_User"] == WHO.user_name
    assert row_of(TRAINING)["SkuId"] == PRICE.sku
