"""What EC2's spot market has saved over on-demand prices, as shipped: of each EC2 type that an ml.* type is made of.

AWS tells of managed spot training only afterwards what it has saved; the market of the same machines is the nearest there is.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from mlcost_ext.core.runs import MarketSaving

TABLE = Path(__file__).parent / "data" / "spot_market.json"
ML = "ml."


class ShippedSpotMarket:
    """The shipped table."""

    def saving(self, region_id: str, instance_type: str) -> MarketSaving | None:
        """Give the average saving of a type, ``ml.g5.xlarge`` or ``g5.xlarge``, in a region; None: not known there."""
        table = _table()
        found = table["regions"].get(region_id, {}).get(instance_type.removeprefix(ML))
        if found is None:
            return None
        percent, band = found
        return MarketSaving(percent=percent, interruptions=table["bands"][band], source=table["source"], as_of=table["as_of"])


@cache
def _table() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(TABLE.read_text(encoding="utf-8"))
    return document
