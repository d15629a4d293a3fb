"""Keep what costs until somebody ends it, as AWS last described it, with what a day of it costs as things stand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from mlcost_ext.core.charge import Charge, cost_for
from mlcost_ext.core.job import Problem
from mlcost_ext.core.ports import PriceSource
from mlcost_ext.core.price import UnitPrice
from mlcost_ext.core.standing import Standing
from mlcost_ext.core.usage import Accrual, UsageLine

from .families import folded
from .meter import no_price, price_of, total

StandingKey = tuple[str, str, str]
"""Kind, region, name."""

HOUR, DAY = Decimal(3600), Decimal(86400)
NOTHING = Accrual(settled_seconds=Decimal(0), accruing_since=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeteredStanding:
    """Something that stands, with the prices of what it uses."""

    standing: Standing
    compute: tuple[Charge, ...] | None
    """None: what it uses is not known."""
    kept: tuple[Charge, ...] | None
    is_mine: bool
    cost_per_day: Decimal | None
    """What its instances cost in a day as things stand; None where any part of it is unknown."""
    kept_cost_per_day: Decimal | None
    """What its volumes cost in a day, whether it runs or not; None where it is unknown."""
    notebook: str | None = None

    def cost_at(self, now: datetime) -> Decimal | None:
        """Give what its instances have cost since `since`; None: unknown, or it is not known since when."""
        if not self.compute:
            return None
        return total(charge.cost_at(now) for charge in self.compute)

    def cost_per_hour(self) -> Decimal | None:
        """Give what its instances cost in an hour as things stand; None where any part of it is unknown."""
        return cost_of(self.compute, HOUR)

    def price(self) -> UnitPrice | None:
        """Give the price of each of its instances; None where it is unknown, or where they have several."""
        return single_price(self.compute)

    def kept_price(self) -> UnitPrice | None:
        """Give the price of its volumes."""
        return single_price(self.kept)


def cost_of(charges: tuple[Charge, ...] | None, seconds: Decimal) -> Decimal | None:
    """Give what lines cost in so many seconds; None where any part is unknown, zero where there is nothing."""
    if charges is None:
        return None
    return total(cost_for(c.line, c.price, seconds) if c.price else None for c in charges)


def single_price(charges: tuple[Charge, ...] | None) -> UnitPrice | None:
    prices = {charge.price for charge in charges or ()}
    return prices.pop() if len(prices) == 1 else None


def meter_standing(
    standing: Standing, prices: PriceSource, *, is_mine: bool = True, notebook: str | None = None
) -> MeteredStanding:
    """Price what it uses and what it keeps."""
    since = standing.since if standing.is_costing else None
    accrual = Accrual(settled_seconds=Decimal(0), accruing_since=since) if since else None
    compute, kept = priced(standing.compute, accrual, prices), priced(standing.kept, NOTHING, prices)
    return MeteredStanding(
        standing=standing,
        compute=compute,
        kept=kept,
        is_mine=is_mine,
        cost_per_day=cost_of(compute, DAY),
        kept_cost_per_day=cost_of(kept, DAY),
        notebook=notebook,
    )


def priced(lines: tuple[UsageLine, ...] | None, accrual: Accrual | None, prices: PriceSource) -> tuple[Charge, ...] | None:
    if lines is None:
        return None
    return tuple(Charge(line=line, price=price_of(line, prices), accrual=accrual) for line in lines)


def standing_problems(metered: MeteredStanding) -> list[Problem]:
    """Say what its figures lack."""
    lacking = [charge.line for charge in (*(metered.compute or ()), *(metered.kept or ())) if charge.price is None]
    return [*metered.standing.problems, *(no_price(line) for line in lacking)]


def key_of_standing(standing: Standing) -> StandingKey:
    """Give what tells one from every other."""
    return standing.kind, standing.region_id, standing.name


class StandingBook:
    """Everything that stands, ours and where the account's scope is wanted others' too."""

    def __init__(self) -> None:
        self._things: dict[StandingKey, MeteredStanding] = {}
        self._folded: dict[StandingKey, StandingKey] = {}
        """Keys by what they are without regard to the case of the name."""

    def __len__(self) -> int:
        return len(self._things)

    def keys(self) -> list[StandingKey]:
        """Give all of them."""
        return list(self._things)

    def put(self, metered: MeteredStanding) -> bool:
        """Take one in or replace what was known of it; tell whether its status changed."""
        key = key_of_standing(metered.standing)
        before = self._things.get(key)
        self._things[key] = metered
        self._folded[folded(key)] = key
        return before is None or before.standing.status != metered.standing.status

    def remove(self, key: StandingKey) -> bool:
        """Take one out: AWS knows it no more; tell whether it was there."""
        self._folded.pop(folded(key), None)
        return self._things.pop(key, None) is not None

    def get(self, key: StandingKey) -> MeteredStanding | None:
        """Give one; None: it is not known."""
        return self._things.get(key)

    def alike(self, key: StandingKey) -> MeteredStanding | None:
        """Give the one of that name whatever its case, as AWS's ARNs have it; None: it is not known."""
        return self._things.get(self._folded.get(folded(key), key))

    def named(self, kind: str, name: str) -> list[MeteredStanding]:
        """Give those of that kind and name, one a region at most."""
        return [m for (k, _, n), m in self._things.items() if (k, n) == (kind, name)]

    def of_kind(self, *kinds: str, is_mine: bool | None = True) -> list[MeteredStanding]:
        """Give those of some kinds: ours, the others', or with None all."""
        chosen = (m for (kind, _, _), m in self._things.items() if kind in kinds)
        return [m for m in chosen if is_mine is None or m.is_mine == is_mine]

    def regions(self) -> set[str]:
        """Give the regions in which something of ours stands: it is asked for until it is gone."""
        return {region for (_, region, _), m in self._things.items() if m.is_mine}


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingTotal:
    """What several cost a day as things stand."""

    count: int
    cost_per_day: Decimal | None
    """None: none of several has a known cost."""
    unpriced: int


def total_of(things: Iterable[MeteredStanding]) -> StandingTotal:
    """Add up what stands; what is only partly known counts with its known part, and as unpriced."""
    listed = list(things)
    amounts = [(m.cost_per_day, m.kept_cost_per_day) for m in listed]
    known = [amount for pair in amounts for amount in pair if amount is not None]
    unpriced = sum(1 for pair in amounts if None in pair)
    nothing_known = bool(listed) and unpriced == len(listed) and not any(known)
    return StandingTotal(count=len(listed), cost_per_day=None if nothing_known else total(known), unpriced=unpriced)
