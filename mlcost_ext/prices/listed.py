"""The list price: AWS's own list where it was read, else what is shipped."""

from __future__ import annotations

from dataclasses import replace

from mlcost_ext.core.component import COMPONENTS
from mlcost_ext.core.price import PriceKey, UnitPrice

from .components import same_as
from .price_list import PriceList
from .snapshot import Snapshot

WHOLE_AT_TYPES = 20
"""A list that prices so many types of a component is taken to price all that there are."""


class ListedPrices:
    """AWS's price list before the shipped snapshot; see `core.ports.PriceCatalog`."""

    def __init__(self, price_list: PriceList, snapshot: Snapshot) -> None:
        self._list, self._snapshot = price_list, snapshot

    def unit_price(self, key: PriceKey) -> UnitPrice | None:
        """Give the price of exactly `key`; None: no list has one.

        Nothing is derived of a component that AWS's own list of the region prices: what it lacks is not on sale.
        """
        found = self._list.unit_price(key)
        if found is not None:
            return found
        shipped = self._snapshot.unit_price(key)
        if shipped is not None and shipped.price_basis == "observed":
            return shipped
        return None if self.is_whole(key.region_id, key.component) else self._alike(key) or shipped

    def _alike(self, key: PriceKey) -> UnitPrice | None:
        """Give AWS's price of the component that another one is billed like; None: it has none, or is billed like no other."""
        like = same_as(key.component)
        base = self._list.unit_price(replace(key, component=like[0])) if like else None
        if like is None or base is None:
            return None
        return replace(base, key=key, price_basis="derived", price_origin=f"{like[1]}; {base.price_origin}", sku=None)

    def is_whole(self, region_id: str, component: str) -> bool:
        """Tell whether AWS's list of a region has all prices of a component."""
        return len(self._types(region_id, component)) >= WHOLE_AT_TYPES

    def regions(self) -> list[str]:
        """Give the regions that have any price, sorted."""
        return sorted({*self._list.regions(), *self._snapshot.regions()})

    def components(self, region_id: str) -> list[str]:
        """Give the components that have a price there."""
        found = self._list.region(region_id)
        known = {*(found.prices if found else ()), *self._snapshot.components(region_id)}
        return [name for name in COMPONENTS if name in known]

    def instance_types(self, region_id: str, component: str) -> list[str]:
        """Give the types that have a price of `component` there, sorted."""
        listed = self._types(region_id, component)
        if self.is_whole(region_id, component):
            return sorted(listed)
        like = same_as(component)
        alike = self._types(region_id, like[0]) if like else set()
        return sorted({*listed, *alike, *self._snapshot.instance_types(region_id, component)})

    def _types(self, region_id: str, component: str) -> set[str]:
        found = self._list.region(region_id)
        options = found.prices.get(component, {}) if found else {}
        return {name for types in options.values() for name in types if name}
