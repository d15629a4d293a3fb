"""AWS's own price list as a source of prices, read a region at a time; files are looked at again only when one says so."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from mlcost_ext.core.job import Problem
from mlcost_ext.core.money import decimal_from_text
from mlcost_ext.core.price import PriceKey, UnitPrice
from mlcost_ext.core.usage import PricingUnit
from mlcost_ext.prices.region_lists import Listed

from .collect import Key
from .ec2 import EBS
from .offer import REGION
from .region_list import Entry, RegionList, ServiceList
from .store import Store

SOURCE = "aws-price-list"
EC2_HOURS = "EC2"
MOST_REGIONS = 64
"""Regions kept at once, those without a list among them; AWS has fewer."""
PRICED_ALIKE = {"Storage-Studio-CodeEditor": "Storage-Studio-JupyterLab"}
"""Spaces have one kind of volume, which AWS lists once."""

Signature = tuple[int, int, int]


@dataclass(slots=True)
class _Kept:
    signature: Signature | None
    found: RegionList | None
    problem: Problem | None
    prices: dict[PriceKey, UnitPrice] = field(default_factory=dict)


class PriceList:
    """Look prices up in the lists that a refresh has written; see `core.ports.PriceSource`.

    The first question about a region reads its list; later ones touch no disk, and `look_again` finds what was replaced.
    Several threads may ask at once.
    """

    def __init__(self, folder: Path) -> None:
        self._store = Store(folder)
        self._lock = threading.Lock()
        """For whoever puts something into `_regions`; whoever looks something up needs none."""
        self._regions: dict[str, _Kept] = {}

    def unit_price(self, key: PriceKey) -> UnitPrice | None:
        """Give the price of exactly `key`; None: AWS's list has none, or there is no list."""
        kept = self._kept(key.region_id)
        if kept is None or kept.found is None:
            return None
        price = kept.prices.get(key)
        if price is None and (price := _find(kept.found, key)) is not None:
            kept.prices[key] = price
        return price

    def region(self, region_id: str) -> RegionList | None:
        """Give all that is kept of a region's list; None: there is none."""
        kept = self._kept(region_id)
        return kept.found if kept else None

    def problem(self, region_id: str) -> Problem | None:
        """Say why a region's list is not used although there is a file; None: nothing is wrong."""
        kept = self._kept(region_id)
        return kept.problem if kept else None

    def kept_regions(self) -> list[str]:
        """Give the regions that were asked for and are kept, those without a list among them; the one kept longest first."""
        return list(self._regions)

    def regions(self) -> list[str]:
        """Give the regions that have a file, sorted."""
        return self._store.regions()

    def offers(self, region_id: str) -> Iterator[UnitPrice]:
        """Give all prices of a region."""
        found = self.region(region_id)
        for key, entry in found.entries() if found else ():
            if found is not None and (price := _price(found, _price_key(region_id, key), entry)) is not None:
                yield price

    def listed_ebs(self, region_id: str, volume_type: str) -> Listed | None:
        """Give what a gigabyte of ``gp2`` or ``gp3`` costs a month, from which prices of other volumes are derived."""
        return self._listed(region_id, EBS, volume_type)

    def listed_ec2(self, region_id: str, ec2_type: str) -> Listed | None:
        """Give what an hour of an EC2 type such as ``m5.xlarge`` costs on demand, from which other prices are derived."""
        return self._listed(region_id, EC2_HOURS, ec2_type)

    def load(self, region_id: str) -> None:
        """Read a region's list if that was not done yet, so that no question has to wait for the disk; blocks meanwhile."""
        self._kept(region_id)

    def look_again(self) -> None:
        """Look at the files of all regions that were asked for, and take those that were replaced; blocks meanwhile."""
        for region_id, kept in list(self._regions.items()):
            if _signature(self._store.path(region_id)) == kept.signature:
                continue
            new = self._read(region_id)
            with self._lock:
                if self._regions.get(region_id) is kept:
                    self._regions[region_id] = new

    def _listed(self, region_id: str, component: str, instance_type: str) -> Listed | None:
        found = self.region(region_id)
        facts = found.service_of(component) if found else None
        entry = found.entry((component, "OnDemand", instance_type)) if found else None
        if found is None or facts is None or entry is None:
            return None
        return Listed(amount=decimal_from_text(entry.amount), billing_currency=found.billing_currency, as_of=facts.as_of)

    def _kept(self, region_id: str) -> _Kept | None:
        kept = self._regions.get(region_id)
        if kept is not None or not REGION.fullmatch(region_id):
            return kept
        read = self._read(region_id)
        with self._lock:
            if region_id not in self._regions and len(self._regions) >= MOST_REGIONS:
                del self._regions[self._oldest()]
            return self._regions.setdefault(region_id, read)

    def _oldest(self) -> str:
        """Give the region that is let go of: the one kept longest, of those without a list where there are such."""
        strange = (region_id for region_id, kept in self._regions.items() if kept.found is None)
        return next(strange, next(iter(self._regions)))

    def _read(self, region_id: str) -> _Kept:
        signature = _signature(self._store.path(region_id))
        found, problem = self._store.read(region_id) if signature else (None, None)
        return _Kept(signature, found, problem)


def _signature(path: Path) -> Signature | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - twice as fast as Path.stat
    except (OSError, ValueError):
        return None
    return (found.st_mtime_ns, found.st_size, found.st_ino)


def _find(found: RegionList, key: PriceKey) -> UnitPrice | None:
    if key.instance_type == "":
        return None
    component = PRICED_ALIKE.get(key.component, key.component)
    entry = found.entry((component, key.purchase_option, key.instance_type or ""))
    return _price(found, key, entry) if entry else None


def _price(found: RegionList, key: PriceKey, entry: Entry) -> UnitPrice | None:
    facts = found.service_of(key.component)
    if facts is None:
        return None
    return UnitPrice(
        key=key,
        list_unit_price=decimal_from_text(entry.amount),
        pricing_unit=cast("PricingUnit", entry.pricing_unit),
        billing_currency=found.billing_currency,
        price_source=SOURCE,
        price_origin=_origin(facts, entry),
        price_as_of=facts.as_of,
        price_basis="observed",
        error_percent=None,
        sku=entry.sku,
    )


def _origin(facts: ServiceList, entry: Entry) -> str:
    of = f" of {facts.publication_date}" if facts.publication_date else ""
    return f"AWS Price List{of}, SKU {entry.sku}, in force since {entry.effective_date}, read {facts.read_at[:10]}"


def _price_key(region_id: str, key: Key) -> PriceKey:
    component, option, instance_type = key
    return PriceKey(
        region_id=region_id,
        component=component,
        instance_type=instance_type or None,
        purchase_option=option,  # type: ignore[arg-type]
    )
