"""What a product's offer may be, reckoned a second time and in another way, for tests that change products at random."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from mlcost_ext.prices.price_list import Offer
from tools.make_price_list import PREFIXES, SOLD, STORAGE

UNITS = {"hrs": "Hours", "hours": "Hours", "hr": "Hours", "hour": "Hours", "gb-mo": "GB-Mo", "gb-month": "GB-Mo", "gb": "GB"}
NOTHING = {"", "NA", "N/A"}
FAMILIES = (
    {"Notebook", "Studio-Notebook", "Studio-JupyterLab", "Studio-CodeEditor", "DataWrangler"},
    {"Training", "SpotTraining", "WarmPool"},
    {"Hosting", "AsyncInf"},
)
LOWER, DIGITS = set("abcdefghijklmnopqrstuvwxyz"), set("0123456789")
WORDS = {sold.plato.lower(): sold for sold in SOLD}


def complaint(document: Any, offer: Offer, today: str) -> str | None:
    """Say what of an offer the product does not bear out; None: all of it is what AWS says."""
    attributes = document["product"]["attributes"]
    usage_type = attributes.get("usagetype", "").strip()
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
    if offer.instance_type is None or offer.component in ("EC2", "EBS"):
        return names_another_thing(usage_type, attributes, offer)
    plato = given(attributes, "platoinstancetype")
    agrees = names_the_type(attributes, offer.instance_type or "") and plato_agrees(plato, offer)
    return agrees and given(attributes, "operation") in ("", "RunInstance") and names_the_use(usage_type, bool(plato), offer)


def names_the_use(usage_type: str, has_plato: bool, offer: Offer) -> bool:
    """Tell whether a usage type, or AWS's other word where there is none, says what hours the offer is for."""
    words = [sold.usage for sold in SOLD if (sold.component, sold.option) == (offer.component, offer.purchase_option)]
    words += ["Hst:"] if offer.component == "Hosting" else []
    has_prefix = usage_type.split("-", maxsplit=1)[0].isupper()
    rest = usage_type.partition("-")[2] if has_prefix else usage_type
    if usage_type.upper() in NOTHING or rest == offer.instance_type:
        return has_plato
    return any(rest.lower().startswith(f"{word}{offer.instance_type}".lower()) for word in words)


def given(attributes: dict[str, Any], name: str) -> str:
    """Give an attribute; empty where it says nothing."""
    found = str(attributes.get(name, "")).strip()
    return "" if found.upper() in NOTHING else found


def names_the_type(attributes: dict[str, Any], instance_type: str) -> bool:
    """Tell whether all that names a type, or a family, names this one; and that the type has nothing hung to it."""
    names = [given(attributes, name) for name in ("instanceName", "instanceType")]
    plato = given(attributes, "platoinstancename").removeprefix("ml.")
    names += [plato] if "." in plato else []
    fits = all(not name or f"ml.{name}-".replace("ml.ml.", "ml.").startswith(f"{instance_type}-") for name in names)
    is_family = plato[:1] in LOWER and set(plato) <= LOWER | DIGITS | {"-"} and bool(set(plato) & DIGITS)
    last = instance_type.rpartition("-")[2] if "-" in instance_type.split(".")[2] else ""
    fits = fits and (not last or last.removesuffix("xl").isdigit())
    return fits and (not is_family or plato == instance_type.split(".")[1])


def plato_agrees(plato: str, offer: Offer) -> bool:
    """Tell whether AWS's own word for the use is one of the same family."""
    if not plato or plato.lower().startswith("rstudio:"):
        return not plato or offer.component == "RStudio"
    sold = WORDS.get(plato.lower())
    if sold is None:
        return True  # an abbreviation of usage types, which the reading knows better
    is_alike = sold.component == offer.component or any({sold.component, offer.component} <= family for family in FAMILIES)
    return is_alike and (sold.option != "Reserved" or offer.purchase_option == "Reserved")


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


def names_another_thing(usage_type: str, attributes: dict[str, Any], offer: Offer) -> bool:
    """Tell the same of what is no hour of SageMaker's."""
    if offer.component == "EC2":
        return usage_type.endswith(f"BoxUsage:{offer.instance_type}") and attributes["instanceType"] == offer.instance_type
    if offer.component == "EBS":
        return usage_type.endswith(f"EBS:VolumeUsage.{offer.instance_type}")
    if offer.component.startswith("Storage-"):
        return any(f"{word}:VolumeUsage.gp" in usage_type for word, use in STORAGE.items() if offer.component == f"Storage-{use}")
    if offer.component.startswith("Data-"):
        return "Hst:Data-Bytes-" in usage_type
    is_ready = "ProvisionedConcurrency:Usage-" in usage_type
    is_memory = offer.component == "Serverless" and ("Serverless" in usage_type or is_ready)
    return is_memory and is_ready == (offer.purchase_option == "Provisioned")
