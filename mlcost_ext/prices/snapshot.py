"""The price snapshot that is shipped with the package, read a region at a time."""

from __future__ import annotations

import hashlib
import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

from mlcost_ext.core.component import has_type
from mlcost_ext.core.instance import InstanceFacts
from mlcost_ext.core.price import PriceKey, UnitPrice, price_key

from .components import ALL, COMPUTE
from .derive import TypeClass, price_of
from .instances import has_local_disk, instance_facts
from .region_lists import RegionLists

REGION_NAME = re.compile(r"[a-z]{2}(-[a-z]{2,16}){1,3}-[0-9]{1,2}")
DATA = Path(__file__).parent / "data"
CLASSES = "classes.json"
NOTHING = RegionLists({})


def read_shipped(name: str) -> Any:
    """Read one shipped file; None where there is no such file."""
    path = DATA / name
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def digest(folder: Path) -> str:
    """Give the SHA-256 over all price files of a folder in the order of their names; DIGEST holds that of the shipped ones."""
    total = hashlib.sha256()
    for path in sorted(folder.glob("*.json")):
        total.update(path.name.encode() + b"\0" + path.read_bytes())
    return total.hexdigest()


def read_classes() -> dict[str, TypeClass]:
    """Read what the class rule knows, by ml.* type."""
    return {
        instance_type: TypeClass(
            name=name,
            constant=Decimal(constant),
            error_percent=Decimal(error) if error is not None else None,
            uses=frozenset(uses.split()),
        )
        for instance_type, (name, constant, error, uses) in read_shipped(CLASSES)["types"].items()
    }


class Snapshot:
    """Look prices up in the shipped files; each region is read at its first use and kept."""

    def __init__(self) -> None:
        self._regions: dict[str, RegionLists] = {}
        self._classes: dict[str, TypeClass] | None = None
        self._prices: dict[PriceKey, UnitPrice] = {}
        self._named: dict[tuple[str, str], list[str]] = {}

    def unit_price(self, key: PriceKey) -> UnitPrice | None:
        """Give the price of exactly `key`; None: the snapshot has none."""
        found = self._prices.get(key)
        if found is None and (found := price_of(key, self.lists(key.region_id), self.classes())) is not None:
            self._prices[key] = found
        return found

    def regions(self) -> list[str]:
        """Give the regions that have any price, sorted."""
        return sorted(path.stem for path in DATA.glob("*.json") if REGION_NAME.fullmatch(path.stem))

    def components(self, region_id: str) -> list[str]:
        """Give the components that have a price there, in a fixed order."""
        return [name for name in ALL if self._has_price(region_id, name)]

    def instance_types(self, region_id: str, component: str) -> list[str]:
        """Give the types that have a price of `component`, bought as usual, there, sorted."""
        if not has_type(component):
            return []
        if (kept := self._named.get((region_id, component))) is not None:
            return list(kept)
        types = self.lists(region_id).keys(component) | (set(self.classes()) if component in COMPUTE else set())
        found = sorted(name for name in types if self.unit_price(price_key(region_id, component, name)) is not None)
        if region_id in self._regions:
            self._named[region_id, component] = found
        return list(found)

    def instance_facts(self, instance_type: str) -> InstanceFacts | None:
        """Give what a type is made of, ``ml.g5.xlarge`` or ``g5.xlarge``; None: nobody has described it."""
        return instance_facts(instance_type)

    def has_local_disk(self, instance_type: str) -> bool:
        """Tell whether training on this type uses its own NVMe disk, so that no volume is billed."""
        return has_local_disk(instance_type)

    def lists(self, region_id: str) -> RegionLists:
        """Give a region's price lists; those of an unknown region are empty."""
        if region_id not in self._regions:
            document = read_shipped(f"{region_id}.json") if REGION_NAME.fullmatch(region_id) else None
            if document is None:
                return NOTHING
            self._regions[region_id] = RegionLists(document)
        return self._regions[region_id]

    def classes(self) -> dict[str, TypeClass]:
        """Give what the class rule knows, by ml.* type."""
        if self._classes is None:
            self._classes = read_classes()
        return self._classes

    def _has_price(self, region_id: str, component: str) -> bool:
        if has_type(component):
            return bool(self.instance_types(region_id, component))
        return self.unit_price(price_key(region_id, component, None)) is not None
