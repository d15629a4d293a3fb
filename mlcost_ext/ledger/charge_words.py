"""Write sums of charges in words, the same in a terminal and in a notebook."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from mlcost_ext.core.charge_documents import ChargeGroup

NOTHING_OF = {"notebook": "no notebook", "project": "no project", "state": "no session's machine"}
"""What to call charges that have none of it; others' is not known."""
BILLED = "charged by AWS"
ESTIMATES = "Estimates at list prices, or at your own rates; AWS's bill may differ."


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeWords:
    """The words, and how a place writes names and amounts."""

    clean: Callable[[str], str]
    """Makes harmless what comes from outside, and cuts it."""
    money: Callable[[Decimal | None, str], str]
    """Writes an amount that is not negative, in a currency; None: not known."""

    def headings(self, group_by: Sequence[str]) -> tuple[str, ...]:
        """Give the headings of a table of groups."""
        return (*(self.heading(name) for name in group_by), "Cost", "Basis", "Without price")

    def row(self, group: ChargeGroup, group_by: Sequence[str]) -> tuple[str, ...]:
        """Write a group."""
        keys = ["all others", *[""] * (len(group_by) - 1)] if group.is_rest else [self.key(group, name) for name in group_by]
        return (*keys, self.amount(group), self.basis(group)[2:-1], str(group.unpriced) if group.unpriced else "")

    def heading(self, name: str) -> str:
        """Write what is grouped by, such as ``Tag team``."""
        words = name.replace(":", " ", 1) if name.startswith("tag:") else name.replace("_", " ")
        return self.clean(words[:1].upper() + words[1:])

    def key(self, group: ChargeGroup, name: str) -> str:
        """Write what a group has of one grouping."""
        key = group.keys.get(name)
        if key is not None:
            return self.clean(key)
        return "without this tag" if name.startswith("tag:") else NOTHING_OF.get(name, "not known")

    def total(self, group: ChargeGroup) -> str:
        """Write what it comes to, and how sure that is."""
        return f"{self.amount(group)}{self.basis(group)}"

    def amount(self, group: ChargeGroup) -> str:
        """Write what a group comes to; what lacks a price makes it a lower bound, and what is at least nothing is not known."""
        known = None if group.unpriced and not group.contracted_cost else group.contracted_cost
        return f"{'at least ' if group.unpriced and known is not None else ''}{self.signed(known, group.billing_currency)}"

    def basis(self, group: ChargeGroup) -> str:
        """Say in brackets how sure it is: what it rests on, and where that is several things, how much of it on each."""
        parts = [("estimated", group.estimated), ("metered", group.metered), (BILLED, group.billed)]
        found = [(words, part) for words, part in parts if part]
        if len(found) == 1:
            return f" ({found[0][0]})"
        told = ", ".join(f"{self.signed(part, group.billing_currency)} {words}" for words, part in found)
        return f" ({told})" if told else ""

    def signed(self, amount: Decimal | None, currency: str) -> str:
        """Write an amount that may be below zero, as a correction's is."""
        return f"-{self.money(-amount, currency)}" if amount is not None and amount < 0 else self.money(amount, currency)
