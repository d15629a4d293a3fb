"""What a planned request costs, line by line: its quantities for as long as they are used, times their prices."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from mlcost_ext.core.estimate import CostRange, EstimateLine
from mlcost_ext.core.money import EXACT, WIRE_STEP, per_hour_to_amount, plain_text
from mlcost_ext.core.planned import PlannedLine, PlannedRun, Way
from mlcost_ext.core.price import UnitPrice
from mlcost_ext.core.usage import SECONDS_PER_UNIT

from .planned_time import RunTime

HOUR = Decimal(3600)
NOTHING = Decimal(0)
HUNDRED = Decimal(100)
PAID = " (paid up front)"
"""How the description of a line ends whose hours add nothing."""
NO_COST = CostRange(low=NOTHING, expected=NOTHING, high=NOTHING)

Ranged = tuple[Decimal | None, Decimal | None, Decimal | None]
"""Low, expected and high."""
PriceOf = Callable[[PlannedLine], UnitPrice | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class CostedLine:
    """A line, its price, and how many seconds of it are used in all."""

    planned: PlannedLine
    price: UnitPrice
    seconds: Ranged
    """Of all runs together; None: not known, or without end."""

    @property
    def listed(self) -> Ranged | None:
        """Give its cost at list prices; None: no list has its price."""
        unit = self.price.list_unit_price
        return None if unit is None else self._costs(unit)

    @property
    def contracted(self) -> Ranged:
        """Give its cost by the user's own rates, else by the list."""
        return self._costs(self.price.unit_price)

    def per_hour(self) -> Decimal:
        """Give what an hour of it costs; of what was paid up front nothing."""
        return self._cost(self.price.unit_price, HOUR)

    def quantity(self) -> Decimal:
        """Give how much of its unit is used: as expected, of what has no end in an hour."""
        seconds = self.seconds[1]
        if seconds is None:
            seconds = HOUR
        line = self.planned.line
        return per_hour_to_amount(EXACT.multiply(line.quantity, seconds), SECONDS_PER_UNIT[line.pricing_unit])

    def _costs(self, unit: Decimal) -> Ranged:
        quantity = self.planned.line.quantity
        quantities = (self.planned.at_least, None, self.planned.at_most)
        low, expected, high = (
            None if seconds is None else self._cost(unit, seconds, quantity if scaled is None else scaled)
            for seconds, scaled in zip(self.seconds, quantities, strict=True)
        )
        return low, expected, high

    def _cost(self, unit: Decimal, seconds: Decimal, quantity: Decimal | None = None) -> Decimal:
        """Give what so much of it costs, rounded as it is told, so that lines add up to their sum on the wire too."""
        line = self.planned.line
        if self.planned.is_prepaid:
            return NOTHING
        amount = EXACT.multiply(unit, line.quantity if quantity is None else quantity)
        exact = per_hour_to_amount(EXACT.multiply(amount, seconds), SECONDS_PER_UNIT[line.pricing_unit])
        return exact.quantize(WIRE_STEP, rounding=ROUND_HALF_UP, context=EXACT)


@dataclass(frozen=True, slots=True, kw_only=True)
class CostedWay:
    """One way in which a run may be done: exactly one of a run's ways is billed."""

    lines: tuple[CostedLine, ...]
    missing: tuple[PlannedLine, ...]
    """Lines without a price, what was paid up front as well."""

    @property
    def is_whole(self) -> bool:
        """Whether all of it but volumes has a price."""
        return all(line.line.pricing_unit == "GB-Mo" for line in self.missing)

    def listed(self) -> Ranged:
        """Add up what the list prices give; unknown where none of its lines has one."""
        return added([line.listed for line in self.lines])

    def contracted(self) -> Ranged:
        """Add up by the user's rates, where there is none by the list."""
        return added([line.contracted for line in self.lines])


def cost_way(way: Way, run: PlannedRun, time: RunTime, saving_percent: Decimal | None, price_of: PriceOf) -> CostedWay:
    """Price one way of a run.

    Args:
        way: Its lines.
        run: Whose way it is.
        time: How long one run takes.
        saving_percent: What Spot is expected to save of the instances' billed time; None: nothing, or it is not counted.
        price_of: Looks a line's price up.
    """
    found, missing = [], []
    for planned in way:
        price = price_of(planned)
        if price is None:
            missing.append(planned)
        else:
            found.append(CostedLine(planned=planned, price=price, seconds=seconds_of(planned, run, time, saving_percent)))
    return CostedWay(lines=tuple(found), missing=tuple(missing))


def seconds_of(planned: PlannedLine, run: PlannedRun, time: RunTime, saving_percent: Decimal | None) -> Ranged:
    """Give how long a line is used, of all runs together: at least, as expected, at most."""
    if planned.clock == "kept":
        kept = Decimal(run.keep_alive_seconds)
        return NOTHING, kept * run.most, kept * run.most
    low, expected, high = (None if seconds is None else Decimal(seconds) for seconds in (time.low, time.expected, time.high))
    if saving_percent is not None and planned.line.component == "Training":
        low, expected = (None if seconds is None else saved(seconds, saving_percent) for seconds in (low, expected))
    whole = None if high is None else high * run.most
    if whole is not None and run.whole_limit_seconds is not None:
        whole = min(whole, Decimal(run.whole_limit_seconds) * run.parallel)
    likely = None if expected is None else expected * run.most
    if likely is not None and whole is not None:
        likely = min(likely, whole)
    least = None if low is None else low * run.fewest
    return least if least is None or whole is None else min(least, whole), likely, whole


def saved(seconds: Decimal, percent: Decimal) -> Decimal:
    """Give the seconds that Spot is expected to bill: by the API's convention the price stays and the seconds are fewer."""
    return EXACT.divide(EXACT.multiply(seconds, HUNDRED - percent), HUNDRED)


def added(ranges: Iterable[Ranged | None]) -> Ranged:
    """Add ranges up, part by part; a part that any of them lacks is unknown, and so is everything where there is none."""
    known = [each for each in ranges if each is not None]
    low, expected, high = (
        None
        if not known or any(each[part] is None for each in known)
        else sum((each[part] or NOTHING for each in known), NOTHING)
        for part in range(3)
    )
    return low, expected, high


def is_by_limit(time: RunTime) -> bool:
    """Tell whether nothing but the limit says how long a run takes, so that what is expected is the most."""
    return time.range.basis == "stopping_condition"


def spanned(ways: list[Ranged], time: RunTime | None = None) -> Ranged:
    """Give the range over several ways, of which AWS takes one: the cheapest, the first, the dearest."""
    lows, highs = [each[0] for each in ways], [each[2] for each in ways]
    low = None if any(each is None for each in lows) else min((each for each in lows if each is not None), default=None)
    high = None if any(each is None for each in highs) else max((each for each in highs if each is not None), default=None)
    if time is not None and is_by_limit(time) and len(ways) > 1:
        return low, high, high
    return low, ways[0][1] if ways else None, high


def shared(ranges: list[Ranged], most: Decimal | None) -> Ranged:
    """Give the range over runs of which there is a number in all: all of them the cheapest, as many of each, all the dearest.

    Args:
        ranges: What each would cost if all were of it.
        most: What nothing of it can cost more than; None: there is no such bound.
    """
    low, _, high = spanned(ranges)
    summed = added(ranges)[1]
    middle = None if summed is None else EXACT.divide(summed, Decimal(len(ranges)))
    if most is not None:
        high = most if high is None else min(high, most)
        low = None if low is None else min(low, most)
        middle = None if middle is None else min(middle, most)
    return low, middle, high


def to_range(amounts: Ranged) -> CostRange:
    """Write a range as it goes over the wire."""
    return CostRange(low=amounts[0], expected=amounts[1], high=amounts[2])


def document(costed: CostedLine, suffix: str = "") -> EstimateLine:
    """Write a line as it goes over the wire; `suffix` ends its description."""
    price, line = costed.price, costed.planned.line
    contracted = price.contracted
    is_free = costed.planned.is_prepaid
    return EstimateLine(
        description=line.description + (PAID if is_free else suffix),
        component=line.component,
        instance_type=line.instance_type,
        sku_price_id=price.sku,
        pricing_quantity=costed.quantity(),
        pricing_unit=line.pricing_unit,
        list_unit_price=None if price.list_unit_price is None else plain_text(price.list_unit_price),
        contracted_unit_price=None if contracted is None else plain_text(contracted.unit_price),
        list_cost=NO_COST if is_free else to_range(costed.listed or (None, None, None)),
        contracted_cost=(NO_COST if is_free else to_range(costed.contracted)) if contracted else None,
        price_source=price.price_source,
        price_origin=price.price_origin,
        price_as_of=price.price_as_of,
        price_basis=price.price_basis,
        error_percent=price.error_percent,
    )
