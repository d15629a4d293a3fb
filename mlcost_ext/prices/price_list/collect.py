"""Gather the offers of one region's list: one price for each thing, or none where AWS says two."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

from mlcost_ext.core.money import decimal_from_text

from .offer import Offer, Skipped
from .regions import PREFIXES, split_prefix

Key = tuple[str, str, str]
"""Component, purchase option, instance type or nothing."""
CONTRADICTORY = "contradictory"
_Slot = tuple[Key, str]


def key_of(offer: Offer) -> Key:
    """Give what an offer is looked up by within its region."""
    return (offer.component, offer.purchase_option, offer.instance_type or "")


class Collector:
    """The offers of one region, in whatever order they come.

    Of two prices for the same thing the one in force later rules; two since the same date cancel each other. A thing may come
    in several forms (usage types, operations, memory sizes, in and out): no date makes one of them rule, and all of them must
    cost the same.
    """

    def __init__(self, region_id: str) -> None:
        self.region_id = region_id
        self.skipped: Counter[str] = Counter()
        """How many products gave no price, by reason."""
        self._best: dict[_Slot, Offer] = {}
        self._torn: set[tuple[_Slot, str]] = set()
        """Slots with two prices since the same date."""

    def add(self, found: Offer | Skipped) -> None:
        """Take one product's offer, or note why it has none."""
        if isinstance(found, Skipped):
            self.skipped[found.reason] += 1
        elif found.region_id != self.region_id:
            self.skipped["other_region"] += 1
        else:
            self._add(found)

    def _add(self, offer: Offer) -> None:
        slot = (key_of(offer), _form(offer))
        best = self._best.get(slot)
        if best is not None and best.effective_date == offer.effective_date and best.unit_price != offer.unit_price:
            self._torn.add((slot, offer.effective_date))
        if best is None or (best.effective_date, offer.sku) < (offer.effective_date, best.sku):
            self._best[slot] = offer

    def take(self, other: Collector) -> None:
        """Take all that another one of the same region has gathered."""
        self.skipped += other.skipped
        for offer in other._best.values():
            self._add(offer)
        self._torn |= other._torn

    def offers(self) -> dict[Key, Offer]:
        """Give the price of each thing that has just one."""
        forms: dict[Key, list[Offer]] = {}
        torn: set[Key] = set()
        for slot, offer in self._best.items():
            forms.setdefault(slot[0], []).append(offer)
            if (slot, offer.effective_date) in self._torn:
                torn.add(slot[0])
        return {
            key: max(found, key=lambda offer: (offer.effective_date, offer.sku))
            for key, found in forms.items()
            if key not in torn and len({offer.unit_price for offer in found}) == 1
        }

    def counts(self) -> dict[str, int]:
        """Give the number of prices by component."""
        return dict(sorted(Counter(component for component, _, _ in self.offers()).items()))

    def reasons(self) -> dict[str, int]:
        """Give how many gave no price by reason, those that contradict each other among them."""
        contradictory = len({key for key, _ in self._best}) - len(self.offers())
        found = self.skipped + Counter({CONTRADICTORY: contradictory})
        return dict(sorted(found.items()))

    def to_document(self) -> dict[str, Any]:
        """Give all of it as JSON, to go on with later."""
        return {
            "skipped": dict(self.skipped),
            "offers": [_offer_to_list(offer) for offer in self._best.values()],
            "torn": [[*key, form, since] for (key, form), since in self._torn],
        }

    @classmethod
    def from_document(cls, region_id: str, document: dict[str, Any]) -> Collector:
        """Go on with what `to_document` gave.

        Raises:
            ValueError, TypeError, KeyError, AttributeError: It did not.
        """
        collector = cls(region_id)
        collector.skipped = Counter({str(reason): int(count) for reason, count in document["skipped"].items()})
        for values in document["offers"]:
            collector._add(_offer_from_list(region_id, values))
        collector._torn = {((((a, b, c), form)), since) for a, b, c, form, since in document["torn"]}
        return collector


def _form(offer: Offer) -> str:
    prefix, body = split_prefix(offer.usage_type)
    strange = "" if prefix is None or prefix in PREFIXES else prefix
    return "|".join((strange, body, offer.operation, offer.plato)).lower()


def _offer_to_list(offer: Offer) -> list[str]:
    return [
        offer.component,
        offer.purchase_option,
        offer.instance_type or "",
        format(offer.unit_price, "f"),
        offer.pricing_unit,
        offer.billing_currency,
        offer.sku,
        offer.rate_code,
        offer.effective_date,
        offer.usage_type,
        offer.operation,
        offer.plato,
    ]


def _offer_from_list(region_id: str, values: list[Any]) -> Offer:
    component, option, instance_type, amount, unit, currency, sku, rate_code, since, usage_type, operation, plato = values
    price: Decimal = decimal_from_text(amount)
    return Offer(
        region_id=region_id,
        component=component,
        instance_type=instance_type or None,
        purchase_option=option,
        unit_price=price,
        pricing_unit=unit,
        billing_currency=currency,
        sku=sku,
        rate_code=rate_code,
        effective_date=since,
        usage_type=usage_type,
        operation=operation,
        plato=plato,
    )
