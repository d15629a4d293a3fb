"""The price snapshot that is shipped with the package, read a region at a time."""

from __future__ import annotations

import hashlib
import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, cast

from mlcost_ext.core.money import decimal_from_text
from mlcost_ext.core.price import PriceKey, UnitPrice

ShippedBasis = Literal["observed", "derived"]
SOURCE = "shipped-snapshot"
REGION_NAME = re.compile(r"[a-z]{2}(-[a-z]{2,16}){1,3}-[0-9]{1,2}")
DATA = Path(__file__).parent / "data"


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


class Snapshot:
    """Look prices up in the shipped files; each region is read at its first use and kept."""

    def __init__(self) -> None:
        self._regions: dict[str, dict[str, Any]] = {}
        self._prices: dict[PriceKey, UnitPrice | None] = {}
        self._local_disks: frozenset[str] | None = None

    def unit_price(self, key: PriceKey) -> UnitPrice | None:
        """Give the price of exactly `key`; None: the snapshot has none."""
        if key not in self._prices:
            self._prices[key] = self._look_up(key)
        return self._prices[key]

    def regions(self) -> list[str]:
        """Give the regions that have any price, sorted."""
        return sorted(path.stem for path in DATA.glob("*.json") if path.stem != "local-disk")

    def has_local_disk(self, instance_type: str) -> bool:
        """Tell whether training on this type uses its own NVMe disk, so that no volume is billed."""
        if self._local_disks is None:
            self._local_disks = frozenset(read_shipped("local-disk.json"))
        return instance_type in self._local_disks

    def _region(self, region_id: str) -> dict[str, Any]:
        if region_id not in self._regions:
            is_name = REGION_NAME.fullmatch(region_id) is not None
            self._regions[region_id] = (read_shipped(f"{region_id}.json") if is_name else None) or {}
        return self._regions[region_id]

    def _look_up(self, key: PriceKey) -> UnitPrice | None:
        region = self._region(key.region_id)
        entry = region.get("prices", {}).get(key.component, {}).get(key.instance_type or "")
        if entry is None:
            return None
        price, basis, error, date, source = entry
        return UnitPrice(
            key=key,
            list_unit_price=decimal_from_text(price),
            pricing_unit="Hours" if key.instance_type else "GB-Mo",
            billing_currency=region["billing_currency"],
            price_source=SOURCE,
            price_origin=region["sources"][source],
            price_as_of=date,
            price_basis=cast("ShippedBasis", basis),
            error_percent=Decimal(error) if error is not None else None,
        )
