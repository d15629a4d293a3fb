"""Look unit prices up for somebody who asks for them, and say what is near where there are none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from mlcost_ext.core.component import COMPONENTS, USES, WITHOUT_TYPE, component_named, has_type, purchase_options
from mlcost_ext.core.errors import PriceUnknownError, UsageError
from mlcost_ext.core.ports import PriceCatalog
from mlcost_ext.core.price import UnitPrice, price_key
from mlcost_ext.core.region import partition_of

SAGEMAKER = "ml."
"""What the names of SageMaker's instance types start with."""
WITH_LIST = ("aws", "aws-cn")
"""Partitions of which AWS's price list service answers to whoever has an account there."""
TYPED = tuple(name for name in USES if has_type(name))


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceQuery:
    """What is asked for."""

    region_id: str
    instance_type: str | None = None
    """None: of one component all types that have a price."""
    component: str | None = None
    """As it is spelt in `core.component`; None: all that have a price of the type."""


def price_query(region_id: str, instance_type: str | None, component: str | None) -> PriceQuery:
    """Make a query of what somebody has written.

    Raises:
        UsageError: There is no such component, or neither a component nor a type was named.
    """
    wanted = (instance_type or "").strip().lower() or None
    if component is None:
        if wanted is None:
            raise UsageError("No instance type was given.", "Write it like ml.g5.xlarge.")
        return PriceQuery(region_id=region_id, instance_type=wanted)
    named = component_named(component)
    if named is None:
        near = get_close_matches(component.lower(), [name.lower() for name in COMPONENTS], n=3)
        found = [name for text in near if (name := component_named(text))] or list(USES)
        raise UsageError(f"There is no component {component[:60]!r}.", f"Say one of {', '.join(found)}.")
    return PriceQuery(region_id=region_id, instance_type=wanted, component=named)


def find_prices(catalog: PriceCatalog, query: PriceQuery) -> list[UnitPrice]:
    """Look up one component of one type, one component of all types, or all components of one type.

    Raises:
        PriceUnknownError: Nobody has a price; the hint names what is near.
    """
    if query.component is not None:
        found = of_component(catalog, query.region_id, query.component, query.instance_type)
    else:
        found = [price for name in TYPED for price in of_component(catalog, query.region_id, name, query.instance_type)]
        if found and (query.instance_type or "").startswith(SAGEMAKER):
            found += [price for name in WITHOUT_TYPE for price in of_component(catalog, query.region_id, name, None)]
    if not found:
        raise unknown(catalog, query)
    return found


def of_component(catalog: PriceCatalog, region_id: str, component: str, instance_type: str | None) -> list[UnitPrice]:
    """Give a component's prices, each way it can be bought; of all types where none is named."""
    types: Iterable[str | None] = [instance_type]
    if instance_type is None and has_type(component):
        types = catalog.instance_types(region_id, component)
    keys = [price_key(region_id, component, name, option) for name in types for option in purchase_options(component)]
    looked_up = (catalog.unit_price(key) for key in keys if key.instance_type or not has_type(component))
    return [price for price in looked_up if price is not None]


def alike(name: str, types: list[str]) -> list[str]:
    """Give the types that somebody may have meant, the likeliest first: another spelling, then what looks like it."""
    plain = name.strip().lower()
    spelt = [each for each in (plain, f"{SAGEMAKER}{plain}") if each in types]
    return spelt or get_close_matches(plain, types, n=5, cutoff=0.5)


def instead_of_list(region_id: str, regions: list[str]) -> str:
    """Say what there is where no price list covers a region: those alike that the same account can use, or how to get one."""
    partition = partition_of(region_id)
    near = get_close_matches(region_id, [each for each in regions if partition_of(each) == partition], n=3, cutoff=0.5)
    if near:
        return f"near it are {', '.join(near)}."
    if partition in WITH_LIST:
        return "'mlcost prices refresh' reads AWS's."
    return "give 'mlcost prices refresh' its offer file, or write your own rates in rates.yaml."


def unknown(catalog: PriceCatalog, query: PriceQuery) -> PriceUnknownError:
    """Say that there is no price, and what there is instead."""
    region_id, use = query.region_id, query.component or "any use"
    asked = (query.instance_type or "any type")[:60]
    message = f"No price is known for {asked} ({use}) in {region_id}."
    regions = catalog.regions()
    if region_id not in regions:
        return PriceUnknownError(message, f"No price list covers {region_id}; {instead_of_list(region_id, regions)}")
    components = [query.component] if query.component else list(TYPED)
    types = sorted({kind for component in components for kind in catalog.instance_types(region_id, component)})
    near = ", ".join(alike(query.instance_type or "", types))
    if not near:
        return PriceUnknownError(message, f"Components with prices there: {', '.join(sorted(catalog.components(region_id)))}.")
    return PriceUnknownError(message, f"Types with a price there and alike: {near}.")
