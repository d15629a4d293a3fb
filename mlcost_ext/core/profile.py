"""Profile: when a line was used, so that what it costs can be told for each day, the days adding up to the whole exactly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from .ledger import Attribution, ChargeBasis, ChargePrice, Resource
from .money import EXACT, WIRE_STEP
from .times import MICROSECOND, UTC
from .usage import SECONDS_PER_UNIT, Accrual

DAY = timedelta(days=1)
ZERO = Decimal(0)
MILLION, BILLION = 10**6, 10**9
Ratio = tuple[int, int]
"""Two whole numbers, the second above zero."""
LAST_MOMENT = datetime.max.replace(tzinfo=UTC)
MOST_DAYS = 3660
"""A line is told by the day for so long at most; what a wrong clock would have last for centuries is one charge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Seconds that were settled, spread evenly over the time they were settled in, and since when more are added.

    AWS tells how many seconds of a job are billed, and not which: of a Spot job that was interrupted they are fewer than those
    between its start and its end.
    """

    starts: datetime
    settled: Decimal
    """Seconds, zero or more, used from `starts` to `since`, or to `ends` where nothing is added."""
    since: datetime | None
    """From then on each second counts; None: nothing is added."""
    ends: datetime | None
    """None: it goes on; where it is still to come, it is counted until then at most."""

    def seconds_at(self, at: datetime) -> Decimal:
        """Give the seconds that were used up to `at`."""
        part, whole = self.ratio_at(at)
        return EXACT.divide(Decimal(part), Decimal(whole))

    def ratio_at(self, at: datetime) -> Ratio:
        """Give the same exactly, as a ratio of whole numbers: ten thousand lines are counted several times a minute."""
        part, whole = self.settled.as_integer_ratio()
        settled_by = max(self.starts, self.since or self.ends or self.starts)
        if at < settled_by:
            passed, length = (at - self.starts) // MICROSECOND, (settled_by - self.starts) // MICROSECOND
            return part * max(0, passed), whole * length
        if self.since is None:
            return part, whole
        until = min(at, self.ends) if self.ends else at
        return part * MILLION + whole * max(0, (until - self.since) // MICROSECOND), whole * MILLION

    def last_moment(self, now: datetime) -> datetime:
        """Give when it was last used, at `now`."""
        if self.since is None:
            return max(self.starts, self.ends or self.starts)
        return max(self.starts, min(now, self.ends) if self.ends else now)


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerLine:
    """A line with its price, its use over time and what it is for."""

    price: ChargePrice
    attribution: Attribution
    quantity: Decimal
    """Instances, or gigabytes."""
    profile: Profile


EntryPart = Literal["job", "warm-pool"]
UsePart = Literal["instances", "volumes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """All lines of one thing, or of a part of it, from its beginning to its end or to now."""

    resource: Resource
    lines: tuple[LedgerLine, ...]
    basis: ChargeBasis
    is_closed: bool
    """Nothing will be added; it may still be corrected until it is metered."""
    part: EntryPart | None = None
    """What the lines are of: the job, or the instances kept after its end; None: all there is of the thing."""
    is_unknown: bool = False
    """It cannot be told for how long it is billed: what was known stays, and `lines` stand only where there was nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayAmount:
    """What one day of a line is, in whole 10⁻⁹; costs are None where there is no price."""

    day: date
    starts: datetime
    ends: datetime
    quantity: int
    list_cost: int | None
    contracted_cost: int | None


def profile_of(accrual: Accrual, began: datetime | None, ended: datetime | None) -> Profile | None:
    """Say when the seconds of an accrual were used; None: nobody knows when any of them were.

    Args:
        accrual: The seconds.
        began: When the thing began to cost, or was created; None: not known.
        ended: When it ended; None: it has not, or that is not known.
    """
    starts = began or accrual.accruing_since or ended
    if starts is None:
        return None
    if accrual.accruing_since is None:
        ends = max(starts, ended) if ended else starts + timedelta(seconds=float(accrual.settled_seconds))
        return Profile(starts=starts, settled=accrual.settled_seconds, since=None, ends=ends)
    return Profile(
        starts=min(starts, accrual.accruing_since),
        settled=accrual.settled_seconds,
        since=accrual.accruing_since,
        ends=None,
    )


def daily(line: LedgerLine, now: datetime) -> Iterator[DayAmount]:
    """Give each day UTC of a line up to `now`, empty ones left out.

    Each sum is rounded at the day's end and the day is the difference, so all days add up to the whole as rounded once.
    """
    profile, end, rates = line.profile, line.profile.last_moment(now), rates_of(line)
    at = profile.starts
    before = (0, 0, 0)
    while at < end or (at == end and at == profile.starts):
        until = min(end, next_midnight(at)) if end - at < MOST_DAYS * DAY else end
        sums = counted(rates, profile.ratio_at(until))
        if sums != before:
            yield DayAmount(
                day=at.date(),
                starts=at,
                ends=until,
                quantity=sums[0] - before[0],
                list_cost=None if line.price.list_unit_price is None else sums[1] - before[1],
                contracted_cost=None if line.price.contracted_unit_price is None else sums[2] - before[2],
            )
        if until <= at:
            return
        at, before = until, sums


Rates = tuple[Ratio, Ratio, Ratio]


def rates_of(line: LedgerLine) -> Rates:
    """Give quantity, list cost and contracted cost of a second, exact; without a price that cost is 0."""
    unit = seconds_per(line.price)
    prices = (Decimal(1), line.price.list_unit_price or ZERO, line.price.contracted_unit_price or ZERO)
    ratios = [EXACT.multiply(price, line.quantity).as_integer_ratio() for price in prices]
    return tuple((part, whole * unit) for part, whole in ratios)  # type: ignore[return-value]


def counted(rates: Rates, seconds: Ratio) -> tuple[int, int, int]:
    """Give quantity, list cost and contracted cost of so many seconds in whole 10⁻⁹, each rounded half up once."""
    used, of = seconds
    (amount, unit), (listed, list_unit), (contracted, contracted_unit) = rates
    quantity, list_cost = half_up(amount * used, unit * of), half_up(listed * used, list_unit * of)
    is_same = (listed, list_unit) == (contracted, contracted_unit)
    return quantity, list_cost, list_cost if is_same else half_up(contracted * used, contracted_unit * of)


def half_up(part: int, whole: int) -> int:
    """Give a ratio, zero or more, in whole 10⁻⁹."""
    return (part * 2 * BILLION + whole) // (2 * whole)


def seconds_per(price: ChargePrice) -> int:
    """Give the seconds in a unit of a price by time."""
    return SECONDS_PER_UNIT[price.pricing_unit] if price.pricing_unit != "GB" else 1


def nano(amount: Decimal) -> int:
    """Give an amount in whole 10⁻⁹, rounded half up as on the wire."""
    return int(EXACT.divide(amount, WIRE_STEP).to_integral_value(rounding=ROUND_HALF_UP))


def next_midnight(at: datetime) -> datetime:
    """Give the end of a moment's day UTC; of the last day that can be told its last moment."""
    day = at.astimezone(UTC).date()
    return LAST_MOMENT if day == date.max else datetime.combine(day + DAY, time(), tzinfo=UTC)


def shares(amount: int, weights: Sequence[int]) -> list[int]:
    """Divide a whole amount by weights, to the last digit, by largest remainder; of equal ones the first gets more.

    Args:
        amount: Of any sign.
        weights: Zero or more each; where all are zero the last gets everything.
    """
    whole = sum(weights)
    if whole == 0:
        return [0] * (len(weights) - 1) + [amount] if weights else []
    size, sign = abs(amount), -1 if amount < 0 else 1
    parts = [divmod(size * weight, whole) for weight in weights]
    left = size - sum(part for part, _ in parts)
    order = sorted(range(len(parts)), key=lambda at: (-parts[at][1], at))
    more = set(order[:left])
    return [sign * (part + (at in more)) for at, (part, _) in enumerate(parts)]
