"""The list price: AWS's own list where it was read, else what is shipped."""

from __future__ import annotations

from dataclasses import replace

from mlcost_ext.core.component import COMPONENTS
from mlcost_ext.core.price import PriceKey, UnitPrice

from .components import EBS, list_name, same_as
from .derive import EC2, price_of
from .price_list import PriceList, RegionList
from .price_list.source import SOURCE
from .region_lists import Listed, RegionLists
from .snapshot import Snapshot

NONE: frozenset[str] = frozenset()
WHOLE_AT_TYPES = 20
"""A list that prices so many types of a component is taken to price all that there are."""


class FreshLists(RegionLists):
    """What is shipped of a region, with EC2's and EBS's prices of AWS's own list in place of the shipped ones."""

    def __init__(self, shipped: RegionLists, price_list: PriceList, region_id: str) -> None:
        super().__init__({})
        self._shipped, self._list, self._region_id = shipped, price_list, region_id
        self.training, self.has_class_rule = shipped.training, shipped.has_class_rule

    def listed(self, name: str, key: str) -> Listed | None:
        """Give what the list `name` says of `key`, the fresh one first; None: none says it."""
        fresh = None
        if name == EC2:
            fresh = self._list.listed_ec2(self._region_id, key)
        elif name == EBS:
            fresh = self._list.listed_ebs(self._region_id, key)
        return fresh or self._shipped.listed(name, key)


class ListedPrices:
    """AWS's price list before the shipped snapshot; see `core.ports.PriceCatalog`."""

    def __init__(self, price_list: PriceList, snapshot: Snapshot) -> None:
        self._list, self._snapshot = price_list, snapshot
        self._named: dict[tuple[str, str], tuple[RegionList, frozenset[str]]] = {}
        self._derived: dict[str, tuple[RegionList, dict[PriceKey, UnitPrice | None]]] = {}

    def unit_price(self, key: PriceKey) -> UnitPrice | None:
        """Give the price of exactly `key`; None: no list has one.

        AWS's list rules, unless somebody has seen another price since it was published. Nothing is derived of a component that
        AWS's own list of the region prices: what it lacks is not on sale.
        """
        found, shipped = self._list.unit_price(key), self._snapshot.unit_price(key)
        if shipped is not None and shipped.price_basis == "observed":
            return shipped if found is None or shipped.price_as_of > found.price_as_of else found
        if found is not None or self.is_whole(key.region_id, key.component):
            return found
        return self._derive(key, shipped)

    def _derive(self, key: PriceKey, shipped: UnitPrice | None) -> UnitPrice | None:
        like = same_as(key.component)
        if like is not None:
            base = self._list.unit_price(replace(key, component=like[0]))
            if base is not None:
                return replace(base, key=key, price_basis="derived", price_origin=f"{like[1]}; {base.price_origin}", sku=None)
            if self.is_whole(key.region_id, like[0]):
                return None
        return self._fresh(key, shipped)

    def _fresh(self, key: PriceKey, shipped: UnitPrice | None) -> UnitPrice | None:
        """Derive a price from what AWS's list has of EC2 and EBS; without such a list it is as shipped."""
        region = self._list.region(key.region_id)
        if region is None:
            return shipped
        kept = self._derived.get(key.region_id)
        if kept is None or kept[0] is not region:
            kept = self._derived[key.region_id] = (region, {})
        if key not in kept[1]:
            lists = FreshLists(self._snapshot.lists(key.region_id), self._list, key.region_id)
            found = price_of(key, lists, self._snapshot.classes())
            is_fresh = found is not None and shipped is not None and found.price_as_of != shipped.price_as_of
            kept[1][key] = replace(found, price_source=SOURCE) if found is not None and (is_fresh or shipped is None) else shipped
        return kept[1][key]

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
            return sorted(listed | self._snapshot.lists(region_id).keys(list_name(component, "OnDemand")))
        like = same_as(component)
        alike = self._types(region_id, like[0]) if like else NONE
        if like and self.is_whole(region_id, like[0]):
            return sorted(listed | alike)
        return sorted({*listed, *alike, *self._snapshot.instance_types(region_id, component)})

    def _types(self, region_id: str, component: str) -> frozenset[str]:
        found = self._list.region(region_id)
        if found is None:
            return NONE
        kept = self._named.get((region_id, component))
        if kept is None or kept[0] is not found:
            kept = self._named[region_id, component] = (found, found.instance_types(component))
        return kept[1]
