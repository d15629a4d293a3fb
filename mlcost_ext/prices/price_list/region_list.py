"""RegionList: all that is kept of AWS's list for one region, and its form as a document."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from mlcost_ext.core.money import decimal_from_text

from .collect import Key
from .ec2 import EBS, VOLUMES
from .offer import EC2, REGION, SAGEMAKER, SKU, TYPE, USUAL_TERM, Offer, date_in

FORMAT = 2
SEPARATOR = "|"
"""Between the values of a kept price; none of them may have it."""
OF_EC2 = ("EC2", EBS)
"""The components whose prices are on EC2's list; all others are on SageMaker's."""
BIG = 20
"""Prices of a component from which on it is noticed that many of them are gone."""
MOST_GONE_PERCENT = 20
COMPONENT = re.compile(r"[A-Za-z][A-Za-z0-9-]{1,40}", re.ASCII)
OPTION = re.compile(r"[A-Za-z]{2,20}", re.ASCII)
KEPT_TYPE = re.compile(rf"(?:(?:ml\.)?{TYPE}|{'|'.join(VOLUMES)})?", re.ASCII)
"""Instance type, or of ``EBS`` the volume's; or nothing."""
UNITS = ("Hours", "GB-Mo", "GB-Seconds", "GB")

Prices = dict[str, dict[str, dict[str, str]]]
"""Component → purchase option → instance type or nothing → a price as one text: amount, unit, SKU, date in force, and the rest
of the rate code where it is not the usual one. A text loads faster than a list of five, and few of them are ever looked up."""


class Entry(NamedTuple):
    """One price as it is kept."""

    amount: str
    pricing_unit: str
    sku: str
    effective_date: str
    term: str = USUAL_TERM
    """What follows the SKU in the rate code; empty: AWS does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceList:
    """When and how the list of one service was read."""

    source: str
    """Such as ``GetProducts``, or the name of a file."""
    publication_date: str | None
    """ISO date on which AWS published it; None: not told."""
    as_of: str
    """ISO date of the prices: when AWS published them; where that is not told, when it was asked."""
    read_at: str
    """ISO time."""
    skipped: Mapping[str, int] = field(default_factory=dict)
    """Products without a price that can be used, by reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionList:
    """The prices of one region."""

    region_id: str
    billing_currency: str
    services: Mapping[str, ServiceList]
    """Those whose lists are complete."""
    prices: Prices

    def entry(self, key: Key) -> Entry | None:
        """Give what is kept under a key; None: nothing, or nothing that is a price."""
        component, option, instance_type = key
        kept = self.prices.get(component, {}).get(option, {}).get(instance_type)
        return entry_of(kept) if kept is not None else None

    def entries(self) -> Iterator[tuple[Key, Entry]]:
        """Give all prices with their keys."""
        for component, options in self.prices.items():
            for option, types in options.items():
                for instance_type, kept in types.items():
                    if KEPT_TYPE.fullmatch(instance_type) and (entry := entry_of(kept)) is not None:
                        yield (component, option, instance_type), entry

    def instance_types(self, component: str) -> frozenset[str]:
        """Give the types that a component has a price of, whichever way it is bought."""
        options = self.prices.get(component, {})
        return frozenset(name for types in options.values() for name in types if name and KEPT_TYPE.fullmatch(name))

    def counts(self) -> dict[str, int]:
        """Give the number of prices by component."""
        return {component: sum(map(len, options.values())) for component, options in self.prices.items()}

    def service_of(self, component: str) -> ServiceList | None:
        """Give the list on which a component's prices are; None: it was never read."""
        return self.services.get(service_code(component))


def service_code(component: str) -> str:
    """Give the service on whose list a component's prices are."""
    return EC2 if component in OF_EC2 else SAGEMAKER


def entry_of(kept: object) -> Entry | None:
    """Read one kept price; None: it is none."""
    values = kept.split(SEPARATOR) if isinstance(kept, str) else ()
    if not 4 <= len(values) <= 5:
        return None
    entry = Entry(*values)
    try:
        is_price = bool(decimal_from_text(entry.amount))
    except ValueError:
        return None
    is_whole = SKU.fullmatch(entry.sku) and date_in(entry.effective_date) == entry.effective_date
    return entry if is_price and is_whole and entry.pricing_unit in UNITS else None


def with_service(
    old: RegionList | None, region_id: str, currency: str, service: str, facts: ServiceList, offers: Mapping[Key, Offer]
) -> RegionList:
    """Put the prices of one service in place of those that were there; other services keep theirs.

    Raises:
        ValueError: A value of a price has the `SEPARATOR` in it.
    """
    base = old or RegionList(region_id=region_id, billing_currency=currency, services={}, prices={})
    if base.billing_currency != currency:
        base = replace(base, billing_currency=currency, services={}, prices={})
    prices: Prices = {name: found for name, found in base.prices.items() if service_code(name) != service}
    for (component, option, instance_type), offer in sorted(offers.items()):
        prices.setdefault(component, {}).setdefault(option, {})[instance_type] = _kept(offer)
    return replace(base, services={**base.services, service: facts}, prices=prices)


def _kept(offer: Offer) -> str:
    term = offer.rate_code.removeprefix(offer.sku)
    values = [format(offer.unit_price, "f"), offer.pricing_unit, offer.sku, offer.effective_date]
    values += [] if term == USUAL_TERM else [term]
    if any(SEPARATOR in value for value in values):
        raise ValueError(f"cannot be kept: {values}")
    return SEPARATOR.join(values)


def shrunken(old: RegionList | None, new: RegionList) -> list[str]:
    """Say in words what of the old list is gone, if it is so much that AWS has hardly withdrawn it.

    That is more than a fifth of the prices of a big component, or all prices of two components.
    """
    if old is None:
        return []
    before, kept = Counter(key[0] for key, _ in old.entries()), {key for key, _ in new.entries()}
    gone = Counter(key[0] for key, _ in old.entries() if key not in kept)
    lost = {name for name, count in before.items() if gone[name] == count}
    told = {name for name, count in before.items() if count >= BIG and 100 * gone[name] > MOST_GONE_PERCENT * count}
    if len(lost) > 1:
        told |= lost
    return [f"{gone[name]} of {before[name]} prices of {name}" for name in sorted(told)]


def to_document(found: RegionList) -> dict[str, Any]:
    """Give a region's list as JSON."""
    services = {
        name: {
            "source": facts.source,
            "publication_date": facts.publication_date,
            "as_of": facts.as_of,
            "refreshed_at": facts.read_at,
            "skipped": dict(facts.skipped),
        }
        for name, facts in found.services.items()
    }
    return {
        "format": FORMAT,
        "region_id": found.region_id,
        "billing_currency": found.billing_currency,
        "services": services,
        "prices": found.prices,
    }


def from_document(document: dict[str, Any]) -> RegionList:
    """Read what `to_document` gave.

    Raises:
        ValueError, TypeError, KeyError, AttributeError, IndexError: It is of another format, or no price list.
    """
    region_id, currency, prices = document["region_id"], document["billing_currency"], document["prices"]
    if document["format"] != FORMAT or not REGION.fullmatch(region_id) or currency not in ("USD", "CNY"):
        raise ValueError
    for component, options in prices.items():
        for option, types in options.items():
            if not (COMPONENT.fullmatch(component) and OPTION.fullmatch(option) and isinstance(types, dict)):
                raise ValueError
    services = {str(name): _service_list(facts) for name, facts in document["services"].items()}
    if not services:
        raise ValueError
    return RegionList(region_id=region_id, billing_currency=currency, services=services, prices=prices)


def _service_list(facts: dict[str, Any]) -> ServiceList:
    as_of = date_in(facts["as_of"])
    if as_of is None:
        raise ValueError
    return ServiceList(
        source=str(facts["source"]),
        publication_date=date_in(facts["publication_date"]),
        as_of=as_of,
        read_at=str(facts["refreshed_at"]),
        skipped={str(reason): int(count) for reason, count in facts["skipped"].items()},
    )
