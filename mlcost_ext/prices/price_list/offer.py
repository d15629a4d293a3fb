"""Offer: what AWS asks for one unit of one thing in one region, as one of its products says.

Exception
└── Unfit    raised and caught within this package only: the product at hand is skipped, with a reason
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from mlcost_ext.core.component import PurchaseOption
from mlcost_ext.core.usage import PricingUnit

SAGEMAKER, EC2 = "AmazonSageMaker", "AmazonEC2"
"""The services whose products are understood."""

MOST_TEXT = 200
"""Characters of an attribute that matters; AWS's longest has about 60."""
REGION = re.compile(r"[a-z]{2}(-[a-z]{2,16}){1,3}-[0-9]{1,2}")
SKU = re.compile(r"[A-Z0-9]{6,32}")
TYPE = r"[a-z][a-z0-9-]{0,30}\.[a-z0-9]{2,20}(?:-[0-9]{1,3}xl)?"
"""An instance type without its ``ml.``; of the sizes only ``metal-24xl`` and the like have a hyphen."""
RATE_CODE = re.compile(r"[A-Z0-9]{6,32}\.[A-Z0-9]{6,32}\.[A-Z0-9]{6,32}")
DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(T[0-9:.]{5,20}(Z|[+-]\d\d:\d\d))?", re.ASCII)
NOTHING = ("", "NA", "N/A")
"""What AWS writes, in either letter case, where an attribute says nothing."""
USUAL_TERM = ".JRTCKXETXF.6YS6EN2CT7"
"""What comes after the SKU in the rate code of nearly all prices on demand."""

Attributes = Mapping[str, Any]
"""A product's attributes under AWS's names; nothing is known of the values."""


class Unfit(Exception):  # noqa: N818 - no error: most of what AWS sells is of no use here
    """A product that cannot be used, with a short stable word for why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Skipped:
    """A product that gives no price."""

    reason: str
    """A short stable word, such as ``free`` or ``tiers``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What a product's attributes say it is: where its price belongs."""

    region_id: str
    component: str
    """One of `core.component`, or ``EBS``."""
    instance_type: str | None
    """Of ``EBS`` the volume type; None for what has none."""
    purchase_option: PurchaseOption
    pricing_unit: PricingUnit
    usage_type: str
    memory_gb: int | None = None
    """Of serverless inference: the memory that AWS's price may be for; None: it is for a gigabyte, or nothing with memory."""
    operation: str = ""
    plato: str = ""
    """As of `Offer`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One price on AWS's list."""

    region_id: str
    component: str
    instance_type: str | None
    purchase_option: PurchaseOption
    unit_price: Decimal
    """Above zero."""
    pricing_unit: PricingUnit
    billing_currency: str
    sku: str
    rate_code: str
    """Empty: AWS does not say."""
    effective_date: str
    """ISO date since when the price is in force."""
    usage_type: str
    """Empty: the product has none, and ``platoinstancetype`` says what it is."""
    operation: str = ""
    plato: str = ""
    """AWS's ``platoinstancetype``; with the usage type and the operation it tells one way to sell a thing from another."""


def text_at(values: Attributes, name: str) -> str:
    """Give an attribute without blanks around it; empty where there is none.

    Raises:
        Unfit: It is no text, or too long to be one of AWS's.
    """
    found = values.get(name, "")
    if not isinstance(found, str):
        raise Unfit("junk")
    if len(found) > MOST_TEXT:
        raise Unfit("too_long")
    return found.strip()


def given_at(values: Attributes, name: str) -> str:
    """Give an attribute as `text_at` does; empty also where AWS writes that it says nothing.

    Raises:
        Unfit: As `text_at` does.
    """
    found = text_at(values, name)
    return "" if found.upper() in NOTHING else found


def mapping_at(values: Attributes, name: str) -> Attributes:
    """Give a JSON object that something holds.

    Raises:
        Unfit: There is none.
    """
    found = values.get(name)
    if not isinstance(found, Mapping):
        raise Unfit("junk" if found is not None else "incomplete")
    return found


def date_in(text: object) -> str | None:
    """Give the ISO date of a time or date in AWS's words; None: it is neither."""
    if not isinstance(text, str) or len(text) > MOST_TEXT or not (found := DATE.fullmatch(text.strip())):
        return None
    try:
        return date.fromisoformat(found[1]).isoformat()
    except ValueError:
        return None
