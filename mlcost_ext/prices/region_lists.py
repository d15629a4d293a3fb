"""The price lists of one region, as somebody saw them, and what is offered there."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from mlcost_ext.core.money import decimal_from_text

WITHOUT_TYPE = ""
"""What stands for the type in the list of a component that is priced by the gigabyte."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An amount that somebody saw."""

    amount: Decimal
    billing_currency: str
    as_of: str
    """ISO date of the figure."""
    source_id: str = ""
    """Whose list it is, of tools/price_tables/sources.json; empty: none of those."""


class RegionLists:
    """What a region's shipped file holds; an empty document has nothing."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._prices: dict[str, dict[str, list[Any]]] = document.get("prices", {})
        self.training: frozenset[str] = frozenset(document.get("training", ()))
        """The ml.* types that are offered for training there."""
        self.has_class_rule: bool = document.get("has_class_rule", False)
        """Whether SageMaker's prices follow those of EC2 and EBS there, so that one may be derived from the other."""

    def listed(self, name: str, key: str) -> Listed | None:
        """Give what the list `name` says of `key`; None: it does not say.

        Args:
            name: A component, with its purchase option where that is not the usual one, or ``EBS``.
            key: An instance type or a type of volume; "" where the component has none.
        """
        for source_id, (currency, _unit, _basis, as_of, amounts) in self._prices.get(name, {}).items():
            if key in amounts:
                return Listed(
                    amount=decimal_from_text(amounts[key]),
                    billing_currency=currency,
                    as_of=as_of,
                    source_id=source_id,
                )
        return None

    def keys(self, name: str) -> set[str]:
        """Give all that the list `name` has a price of."""
        return {key for entry in self._prices.get(name, {}).values() for key in entry[4]}

    def dates(self) -> list[str]:
        """Give the dates of the lists, oldest first."""
        return sorted({entry[3] for sources in self._prices.values() for entry in sources.values()})
