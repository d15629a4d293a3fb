"""What a product's offer may be, reckoned a second time and in another way, for tests that change products at random."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from mlcost_ext.prices.price_list import Offer
from tools.make_price_list import PREFIXES, SOLD, STORAGE

UNITS = {"hrs": "Hours", "hours": "Hours", "hr": "Hours", "hour": "Hours", "gb-mo": "GB-Mo", "gb-month": "GB-Mo", "gb": "GB"}
NOTHING = {"", "NA", "N/A"}


def complaint(document: Any, offer: Offer, today: str) -> str | None:
    """Say what of an offer the product does not bear out; None: all of it is what AWS says."""
    attributes = document["product"]["attributes"]
    usage_type = attributes["usagetype"].strip()
    if (attributes["regionCode"].strip(), document["product"]["sku"].strip()) != (offer.region_id, offer.sku):
        return "region or SKU"
    if "free" in usage_type.lower():
        return "free"
    prefix = next((known for known in PREFIXES.values() if usage_type.startswith(f"{known}-")), None)
    if prefix is not None and PREFIXES.get(offer.region_id, prefix) != prefix:
        return "prefix"
    if not names_the_thing(usage_type, attributes, offer):
        return "component or type"
    return price_complaint(document, offer, today)


def names_the_thing(usage_type: str, attributes: dict[str, Any], offer: Offer) -> bool:
    """Tell whether a usage type ends with the words of what the offer is for."""
    if offer.component == "EC2":
        return usage_type.endswith(f"BoxUsage:{offer.instance_type}") and attributes["instanceType"] == offer.instance_type
    if offer.component == "EBS":
        return usage_type.endswith(f"EBS:VolumeUsage.{offer.instance_type}")
    if offer.component.startswith("Storage-"):
        return any(f"{word}:VolumeUsage.gp" in usage_type for word, use in STORAGE.items() if offer.component == f"Storage-{use}")
    if offer.component.startswith("Data-"):
        return "Hst:Data-Bytes-" in usage_type
    if offer.component == "Serverless":
        is_ready = "ProvisionedConcurrency:Usage-" in usage_type
        return ("Serverless" in usage_type or is_ready) and is_ready == (offer.purchase_option == "Provisioned")
    words = [sold.usage for sold in SOLD if (sold.component, sold.option) == (offer.component, offer.purchase_option)]
    words += ["Hst:"] if offer.component == "Hosting" else []
    has_prefix = usage_type.split("-", maxsplit=1)[0].isupper()
    rest = usage_type.partition("-")[2] if has_prefix else usage_type
    named = {str(attributes.get(name, "")).strip() for name in ("instanceName", "platoinstancename", "instanceType")} - NOTHING
    is_type = all(name == offer.instance_type or name.startswith(f"{offer.instance_type}-") for name in named)
    return is_type and any(rest.lower() == f"{word}{offer.instance_type}".lower() for word in words)


def price_complaint(document: Any, offer: Offer, today: str) -> str | None:
    """Compare the price with the latest term in force."""
    published = document.get("publicationDate", today).strip()[:10]
    limit = min(published, today)
    terms = [term for term in document["terms"]["OnDemand"].values() if term["effectiveDate"].strip()[:10] <= limit]
    since = max((term["effectiveDate"].strip()[:10] for term in terms), default=None)
    if since != offer.effective_date:
        return "date"
    lines = [line for term in terms if term["effectiveDate"].strip()[:10] == since for line in term["priceDimensions"].values()]
    currency = "CNY" if offer.region_id.startswith("cn-") else "USD"
    amounts = {Decimal(line["pricePerUnit"][currency].strip()) for line in lines}
    units = {UNITS.get(line["unit"].strip().lower(), "GB-Seconds") for line in lines}
    if units != {offer.pricing_unit} or offer.billing_currency != currency:
        return "unit or currency"
    if not any(line["beginRange"].strip() == "0" for line in lines):
        return "range"
    memory = 1
    if offer.component == "Serverless" and lines[0]["unit"].strip().lower().startswith("sec"):
        memory = int(offer.usage_type.rpartition("-")[2].lower().removesuffix("gb"))
    if amounts != {offer.unit_price * memory} or offer.unit_price <= 0:
        return "amount"
    return None
