"""What differs between two lists of one region: prices that came, went, rose and fell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from mlcost_ext.core.money import EXACT, decimal_from_text

from .collect import Key
from .region_list import Entry, RegionList

PERCENT_STEP = Decimal("0.01")
Way = Literal["added", "removed", "changed"]
Priced = tuple[Decimal, str]
"""An amount and its unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One price that is not what it was."""

    way: Way
    component: str
    purchase_option: str
    instance_type: str | None
    old: Decimal | None
    """None: it was not there."""
    new: Decimal | None
    """None: it is gone."""
    percent: Decimal | None
    """By how much it rose, below zero where it fell; None: one of the two is missing, or for another unit or currency."""


def diff(old: RegionList | None, new: RegionList) -> tuple[Change, ...]:
    """Compare two lists of one region: those that changed first, the most first; then the added ones and those that are gone."""
    before, after = _entries(old), _entries(new)
    is_comparable = old is not None and old.billing_currency == new.billing_currency
    found = [
        _change(key, before.get(key), after.get(key), is_comparable=is_comparable)
        for key in before.keys() | after.keys()
        if before.get(key) != after.get(key) or (key in before and not is_comparable)
    ]
    return tuple(sorted(found, key=_order))


def counted(changes: Iterable[Change]) -> dict[str, int]:
    """Give how many there are of each way."""
    counts = dict.fromkeys(("added", "removed", "changed"), 0)
    for change in changes:
        counts[change.way] += 1
    return counts


def _entries(found: RegionList | None) -> dict[Key, Priced]:
    return {key: _priced(entry) for key, entry in found.entries()} if found else {}


def _priced(entry: Entry) -> Priced:
    return decimal_from_text(entry.amount), entry.pricing_unit


def _change(key: Key, old: Priced | None, new: Priced | None, *, is_comparable: bool) -> Change:
    component, option, instance_type = key
    way: Way = "added" if old is None else "removed" if new is None else "changed"
    percent = None
    if old is not None and new is not None and is_comparable and old[1] == new[1]:
        share = EXACT.divide(EXACT.multiply(new[0] - old[0], Decimal(100)), old[0])
        percent = share.quantize(PERCENT_STEP, ROUND_HALF_UP, context=EXACT)
    return Change(
        way=way,
        component=component,
        purchase_option=option,
        instance_type=instance_type or None,
        old=old[0] if old else None,
        new=new[0] if new else None,
        percent=percent,
    )


def _order(change: Change) -> tuple[int, Decimal, str, str, str]:
    rank = ("changed", "added", "removed").index(change.way)
    size = -abs(change.percent) if change.percent is not None else Decimal("-Infinity") if rank == 0 else Decimal(0)
    return rank, size, change.component, change.purchase_option, change.instance_type or ""
