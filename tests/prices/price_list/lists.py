"""Small made-up price lists that several tests share."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from typing import Any

from mlcost_ext.core.errors import RemoteError
from mlcost_ext.prices.price_list import Collector, Offer, offer_of_document
from mlcost_ext.prices.price_list.offer_file import FileReading
from tests.fakes import NOW, REGION
from tools.make_price_list import SOLD, Document, PriceList, entries, make

TODAY = NOW.date().isoformat()


def clock() -> datetime:
    return NOW


@cache
def made(region: str = REGION, count: int = 600, seed: int = 1, ec2: int = 25) -> PriceList:
    """Give a small list; it is shared, so nobody may change it."""
    return make(region, count, seed, ec2)


def product(usage: str = "Train:", instance_type: str = "ml.m5.xlarge", amount: str = "0.2300000000") -> Document:
    """Give one product with all its attributes; a new one each time."""
    sold = next(sold for sold in SOLD if sold.usage == usage)
    document = PriceList(REGION).instance(sold, instance_type, amount)
    named = {"instanceType": instance_type, "instanceName": instance_type, "platoinstancename": instance_type}
    document["product"]["attributes"].update(named, component=sold.plato)
    return document


def bare(usage_type: str, unit: str = "Hrs", amount: str = "0.2300000000", **attributes: str) -> Document:
    """Give a product that says of itself only what a case is about."""
    return PriceList(REGION).add({"usagetype": usage_type, **attributes}, amount, unit)


def outcome(document: Any) -> str:
    """Tell in one line what becomes of a product: component, option, type and price, or the reason why it has none."""
    found = offer_of_document(document, TODAY)
    if not isinstance(found, Offer):
        return found.reason
    instance_type = found.instance_type or "-"
    return f"{found.component} {found.purchase_option} {instance_type} {found.unit_price} {found.pricing_unit}"


def only_dimension(document: Document) -> Document:
    """Give the one line of a product's one term."""
    term = next(iter(document["terms"]["OnDemand"].values()))
    found: Document = next(iter(term["priceDimensions"].values()))
    return found


def found_in(collector: Collector) -> dict[str, list[str]]:
    """Give what was collected in the form of a made list's truth."""
    offers = collector.offers()
    return {"|".join(key): [format(offer.unit_price, "f"), offer.pricing_unit] for key, offer in offers.items()}


def found_by(*readings: FileReading, region: str = REGION) -> dict[str, list[str]]:
    """Give what files hold in the form of a made list's truth."""
    return {key: value for reading in readings for key, value in found_in(reading.regions[region]).items()}


class FakeApi:
    """AWS's price list from memory, with faults at will."""

    def __init__(self, lists: dict[str, PriceList], page: int = 40) -> None:
        self._entries = {
            (service, region): entries(found, service)
            for region, found in lists.items()
            for service in ("AmazonSageMaker", "AmazonEC2")
        }
        self._page = page
        self.asked: list[tuple[str, str, str | None]] = []
        self.faults: list[RemoteError | None] = []
        """One for each call that comes next; None: it goes well."""
        self.is_endless = False

    def pages(self, service_code: str, region_id: str, next_token: str | None) -> tuple[list[str], str | None]:
        self.asked.append((service_code, region_id, next_token))
        fault = self.faults.pop(0) if self.faults else None
        if fault is not None:
            raise fault
        start = int(next_token or 0)
        found = self._entries.get((service_code, region_id), [])
        following = start + self._page
        if self.is_endless:
            return found[:1], str(following)
        return found[start:following], str(following) if following < len(found) else None


def fault(code: str) -> RemoteError:
    return RemoteError("No.", "Wait.", code=code)


def changed(document: Document, text: str, other: str) -> Document:
    """Give a product in which a text is another one wherever it stands."""
    found: Document = json.loads(json.dumps(document).replace(text, other))
    return found
