"""A charge of the ledger as one row of FOCUS: a value for every column, None where it is unknown."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from mlcost_ext.core.component import PurchaseOption
from mlcost_ext.core.ledger import ChargePrice, ChargeRecord, Resource
from mlcost_ext.core.money import EXACT, WIRE_STEP, plain_text
from mlcost_ext.core.times import UTC
from mlcost_ext.core.usage import PricingUnit
from mlcost_ext.ledger.groupings import service_of

from .categories import SERVICE_CATEGORY
from .columns import BY_NAME, COLUMNS, COST_SCALE, PRICE_SCALE, QUANTITY_SCALE
from .regions import REGION_NAMES, SELLERS

Value = str | Decimal | datetime | bool | None
Row = dict[str, Value]

PROVIDER, PUBLISHER = "AWS", "Amazon Web Services"
ACCOUNT_TYPE = "Account"
UNITS: dict[PricingUnit, str] = {"Hours": "Hours", "GB-Mo": "GB-Months", "GB-Seconds": "GB-Seconds", "GB": "GB"}
EACH: dict[PricingUnit, str] = {"Hours": "an hour", "GB-Mo": "a GB-month", "GB-Seconds": "a GB-second", "GB": "a GB"}
CATEGORIES: dict[PurchaseOption, str] = {
    "OnDemand": "Standard",
    "Spot": "Dynamic",
    "Reserved": "Committed",
    "TrainingPlan": "Committed",
    "Provisioned": "Standard",
}
RESOURCE_TYPES = {
    "training": "Training Job",
    "tuning": "Hyperparameter Tuning Job",
    "processing": "Processing Job",
    "transform": "Batch Transform Job",
    "automl": "AutoML Job",
    "notebook": "Notebook Instance",
    "schedule": "Monitoring Schedule",
    "component": "Inference Component",
    "session": "Jupyter Server",
}
"""By our kinds; another kind's type is its name."""
ARN = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:([0-9]{12}):.+", re.DOTALL)
COARSE = Decimal("0.01")
"""A lower price does not tell its quantity any better than the quantity does."""
ROUNDED_TWICE = 2 * WIRE_STEP
"""By how much the difference of two sums, each rounded, can be off."""


def row_of(record: ChargeRecord) -> Row:
    """Give the row of a charge."""
    row: Row = dict.fromkeys(BY_NAME)
    row |= period_values(record) | price_values(record) | cost_values(record)
    row |= resource_values(record.resource) | our_values(record)
    row |= {"Tags": tags_text(record.attribution.tags), "ChargeDescription": described(record)}
    return row


def period_values(record: ChargeRecord) -> Row:
    """Give what kind of charge it is, and of when."""
    month = record.day.replace(day=1)
    following = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return {
        "BillingPeriodStart": midnight(month),
        "BillingPeriodEnd": midnight(following),
        "ChargePeriodStart": whole_seconds(record.charge_period_start),
        "ChargePeriodEnd": whole_seconds(record.charge_period_end),
        "ChargeCategory": "Usage",
        "ChargeClass": "Correction" if record.is_correction else None,
        "ChargeFrequency": "Usage-Based",
    }


def price_values(record: ChargeRecord) -> Row:
    """Give who sells what at which price."""
    price = record.price
    service = service_of(price.component)
    category, subcategory = SERVICE_CATEGORY[service]
    list_price, contracted_price = (
        scaled(amount, PRICE_SCALE) for amount in (price.list_unit_price, price.contracted_unit_price)
    )
    return {
        "ProviderName": PROVIDER,
        "PublisherName": PUBLISHER,
        "InvoiceIssuerName": SELLERS.get(price.region_id, PUBLISHER),
        "ServiceName": service,
        "ServiceCategory": category,
        "ServiceSubcategory": subcategory,
        "PricingCategory": CATEGORIES[price.purchase_option],
        "BillingCurrency": price.billing_currency,
        "PricingCurrency": price.billing_currency,
        "ListUnitPrice": list_price,
        "ContractedUnitPrice": contracted_price,
        "PricingCurrencyListUnitPrice": list_price,
        "PricingCurrencyContractedUnitPrice": contracted_price,
        "SkuId": text(price.sku),
        "SkuMeter": text(price.component) if price.sku else None,
        "RegionId": text(price.region_id),
        "RegionName": REGION_NAMES.get(price.region_id),
    }


def cost_values(record: ChargeRecord) -> Row:
    """Give how much was used and what it costs; what only a bill knows stays null."""
    unit = UNITS[record.price.pricing_unit]
    return {
        "ConsumedQuantity": scaled(record.pricing_quantity, QUANTITY_SCALE),
        "ConsumedUnit": unit,
        "PricingQuantity": scaled(priced_quantity(record), QUANTITY_SCALE),
        "PricingUnit": unit,
        "ListCost": scaled(record.list_cost, COST_SCALE),
        "ContractedCost": scaled(record.contracted_cost, COST_SCALE),
    }


def priced_quantity(record: ChargeRecord) -> Decimal:
    """Give the quantity so finely that its price times it is the cost.

    The ledger keeps quantity and cost to 10⁻⁹ each; of a price above 1 the cost tells the quantity better than its own digits do.
    A cost that is further off than rounding can make it is left to be seen.
    """
    price, quantity = record.price, record.pricing_quantity
    for unit, cost in ((price.list_unit_price, record.list_cost), (price.contracted_unit_price, record.contracted_cost)):
        if unit is None or cost is None or unit < COARSE:
            continue
        off = abs(EXACT.subtract(EXACT.multiply(unit, quantity), cost))
        return EXACT.divide(cost, unit) if WIRE_STEP < off <= EXACT.multiply(ROUNDED_TWICE, 1 + unit) else quantity
    return quantity


def resource_values(resource: Resource) -> Row:
    """Give what it is of; FOCUS wants no name and no type where there is no id."""
    arn = text(resource.resource_id)
    account = ARN.fullmatch(arn) if arn else None
    return {
        "ResourceId": arn,
        "ResourceName": text(resource.name) if arn else None,
        "ResourceType": resource_type(resource.kind) if arn else None,
        "SubAccountId": account[1] if account else None,
        "SubAccountType": ACCOUNT_TYPE if account else None,
    }


def our_values(record: ChargeRecord) -> Row:
    """Give what FOCUS has no column for."""
    price, who = record.price, record.attribution
    created = record.resource.created_at
    return {
        "x_CostBasis": record.cost_basis,
        "x_IsUnpriced": record.contracted_cost is None,
        "x_Kind": text(record.resource.kind),
        "x_ResourceName": text(record.resource.name),
        "x_ResourceCreatedAt": None if created is None else whole_seconds(created),
        "x_Component": text(price.component),
        "x_InstanceType": text(price.instance_type),
        "x_PurchaseOption": price.purchase_option,
        "x_PriceSource": text(price.price_source),
        "x_PriceOrigin": text(price.price_origin),
        "x_PriceAsOf": text(price.price_as_of),
        "x_PriceBasis": price.price_basis,
        "x_ErrorPercent": scaled(price.error_percent, COST_SCALE),
        "x_Notebook": text(who.notebook),
        "x_CellId": text(who.cell_id),
        "x_User": text(who.user_name),
        "x_UserBasis": who.user_basis,
        "x_Project": text(who.project),
        "x_KernelState": who.kernel_state,
    }


def described(record: ChargeRecord) -> str:
    """Say what a charge is for so that nobody needs another column to understand it."""
    price = record.price
    what = f"{price.component} on {price.instance_type}" if price.instance_type else price.component
    says = "Correction: " if record.is_correction else ""
    bill = "" if record.cost_basis == "billed" else ", not billed"
    sentence = f"{says}{what} ({price.purchase_option}) in {price.region_id}, {price_words(price)}; {record.cost_basis}{bill}"
    return text(sentence) or ""


def price_words(price: ChargePrice) -> str:
    amount = price.contracted_unit_price
    each = EACH[price.pricing_unit]
    return "at an unknown price" if amount is None else f"at {price.billing_currency} {plain_text(amount)} {each}"


def resource_type(kind: str) -> str | None:
    return RESOURCE_TYPES.get(kind) or text(kind.replace("-", " ").title())


def tags_text(tags: Mapping[str, str]) -> str | None:
    """Write tags as a JSON object; None: none are known."""
    return text(json.dumps(dict(sorted(tags.items())), ensure_ascii=False)) if tags else None


def text(value: str | None) -> str | None:
    """Give a text that any file can hold; what is empty is null."""
    return value.encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}") if value else None


def scaled(amount: Decimal | None, scale: int) -> Decimal | None:
    """Give an amount with as many digits after the point as its column has."""
    return None if amount is None else amount.quantize(Decimal(1).scaleb(-scale), context=EXACT)


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def whole_seconds(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(microsecond=0)


assert len(BY_NAME) == len(COLUMNS)
