"""What is added to what is written, so that its sums are what a thing comes to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from mlcost_ext.core.profile import DayAmount, LedgerLine, daily

from .charge_rows import day_number, seconds_of

Key = tuple[int, int, int, int]
"""Price, attribution, day and basis."""
Amounts = tuple[int, int, int, int | None, int | None]
"""Start and end in seconds since 1970, quantity, list cost, contracted cost."""
Written = tuple[int, int | None, int | None]
"""The sums of what was written: quantity, list cost, contracted cost."""
DAY_SECONDS = 86400


def kept_days(line: LedgerLine, now: datetime, first: int) -> Iterator[DayAmount]:
    """Give each day of a line but those that were forgotten, which are before the day of the number `first`."""
    return (amount for amount in daily(line, now) if day_number(amount.day) >= first)


def amounts_of(amount: DayAmount) -> Amounts:
    starts, ends = seconds_of(amount.starts), seconds_of(amount.ends)
    return starts, max(starts, ends), amount.quantity, amount.list_cost, amount.contracted_cost


def joined(one: Amounts | None, other: Amounts) -> Amounts:
    """Add two lines of one price up."""
    if one is None:
        return other
    return min(one[0], other[0]), max(one[1], other[1]), one[2] + other[2], added(one[3], other[3]), added(one[4], other[4])


def added(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other


def differences(written: Mapping[Key, Written], targets: Mapping[Key, Amounts]) -> Iterator[tuple[Key, Amounts]]:
    """Give what has to be added to what is written so that the sums are the targets; of another basis they are nothing."""
    for key in sorted({*written, *targets}):
        quantity, list_cost, contracted_cost = written.get(key, (0, 0, 0))
        midnight = key[2] * DAY_SECONDS
        nothing = (midnight, midnight + DAY_SECONDS, 0, zero_like(list_cost), zero_like(contracted_cost))
        target = targets.get(key, nothing)
        change = (target[2] - quantity, less(target[3], list_cost), less(target[4], contracted_cost))
        if any(change):
            yield key, (target[0], target[1], *change)


def zero_like(amount: int | None) -> int | None:
    return None if amount is None else 0


def less(target: int | None, written: int | None) -> int | None:
    return None if target is None else target - (written or 0)
