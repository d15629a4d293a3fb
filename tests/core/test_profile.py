"""What a line costs on each day: the days add up to the whole to the last digit, and shares of a day to the day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from mlcost_ext.core.ledger import Attribution, ChargePrice
from mlcost_ext.core.money import EXACT
from mlcost_ext.core.profile import LedgerLine, Profile, daily, nano, profile_of, shares
from mlcost_ext.core.times import UTC
from mlcost_ext.core.usage import Accrual

START = datetime(2026, 11, 29, 22, 0, 0, tzinfo=UTC)
NOW = datetime(2026, 12, 1, 2, 0, 0, tzinfo=UTC)
PRICE = ChargePrice(
    region_id="us-east-1",
    component="Training",
    instance_type="ml.g5.xlarge",
    purchase_option="OnDemand",
    pricing_unit="Hours",
    billing_currency="USD",
    list_unit_price=Decimal("1.408"),
    contracted_unit_price=Decimal("1.2672"),
    price_source="fake",
    price_origin="a test",
    price_as_of="2026-01-01",
    price_basis="observed",
    error_percent=None,
    sku=None,
)


def line(settled: str = "0", since: datetime | None = START, ends: datetime | None = None, **changes: object) -> LedgerLine:
    profile = Profile(starts=START, settled=Decimal(settled), since=since, ends=ends)
    made = LedgerLine(price=PRICE, attribution=Attribution(), quantity=Decimal(2), profile=profile)
    return replace(made, **changes)  # type: ignore[arg-type]


def test_a_line_that_runs_is_told_by_the_day() -> None:
    """Two hours of one day, a whole day, two hours of the next: two instances at 1.2672, or 1.408 as listed."""
    days = list(daily(line(), NOW))
    assert [(d.day, d.quantity, d.contracted_cost, d.list_cost) for d in days] == [
        (date(2026, 11, 29), 4_000_000_000, 5_068_800_000, 5_632_000_000),
        (date(2026, 11, 30), 48_000_000_000, 60_825_600_000, 67_584_000_000),
        (date(2026, 12, 1), 4_000_000_000, 5_068_800_000, 5_632_000_000),
    ]
    assert (days[0].starts, days[0].ends) == (START, datetime(2026, 11, 30, tzinfo=UTC))
    assert days[2].ends == NOW


def test_settled_seconds_are_spread_over_the_time_they_were_settled_in() -> None:
    """Of four hours, half of them before midnight, AWS bills one: half an hour on each day."""
    days = list(daily(line("3600", since=None, ends=START + timedelta(hours=4)), NOW))
    assert [(d.day.day, d.quantity) for d in days] == [(29, 1_000_000_000), (30, 1_000_000_000)]


def test_settled_seconds_without_any_length_count_where_they_stand() -> None:
    """Begun and ended in one moment, as a clock may tell it: they count all the same."""
    assert [d.quantity for d in daily(line("1800", since=None, ends=START), NOW)] == [1_000_000_000]


def test_without_price_the_use_is_known_and_the_cost_is_not() -> None:
    """A quantity, and no cost: not zero."""
    unpriced = replace(PRICE, list_unit_price=None, contracted_unit_price=None)
    days = list(daily(line(price=unpriced), NOW))
    assert [(d.list_cost, d.contracted_cost) for d in days] == [(None, None)] * 3
    assert sum(d.quantity for d in days) == 56_000_000_000


def test_a_start_in_the_future_counts_nothing_yet() -> None:
    """This machine's clock may be behind AWS's."""
    assert list(daily(line(), START - timedelta(hours=1))) == []


def test_an_accrual_becomes_a_profile() -> None:
    """What runs goes on; what ended has its seconds between start and end; what nobody can place is none."""
    running = profile_of(Accrual(settled_seconds=Decimal(60), accruing_since=NOW), START, None)
    assert running == Profile(starts=START, settled=Decimal(60), since=NOW, ends=None)
    ended = profile_of(Accrual(settled_seconds=Decimal(60), accruing_since=None), START, NOW)
    assert ended == Profile(starts=START, settled=Decimal(60), since=None, ends=NOW)
    assert profile_of(Accrual(settled_seconds=Decimal(60), accruing_since=None), None, None) is None


def counted(made: LedgerLine, seconds: Decimal) -> tuple[int, int]:
    """Count quantity and cost of the whole by decimals, each rounded once, as the screen does."""
    units = EXACT.divide(EXACT.multiply(made.quantity, seconds), Decimal(3600))
    return nano(units), nano(EXACT.multiply(units, made.price.contracted_unit_price or Decimal(0)))


moments = st.integers(0, 90 * 86400 * 10).map(lambda tenth: START + timedelta(seconds=tenth / 10))
prices = st.one_of(st.none(), st.decimals("0", "99", places=7).map(abs))


@given(
    settled=st.decimals("0", "9999999", places=6),
    since=st.one_of(st.none(), moments),
    ends=st.one_of(st.none(), moments),
    now=moments,
    price=prices,
    quantity=st.decimals("0.01", "512", places=2),
)
def test_all_days_add_up_to_the_whole(
    settled: Decimal,
    since: datetime | None,
    ends: datetime | None,
    now: datetime,
    price: Decimal | None,
    quantity: Decimal,
) -> None:
    """Whatever was settled, goes on or has ended: to the last digit, each day inside itself, none twice."""
    if since is not None and ends is not None:
        ends = max(since, ends)
    if since is None and ends is None:
        ends = START
    profile = Profile(starts=START, settled=settled, since=since, ends=ends)
    listed = replace(PRICE, list_unit_price=price, contracted_unit_price=price)
    made = LedgerLine(price=listed, attribution=Attribution(), quantity=quantity, profile=profile)
    days = list(daily(made, now))
    last = profile.last_moment(now)
    assert sum(d.quantity for d in days) == counted(made, profile.seconds_at(last))[0]
    if price is not None:
        assert sum(d.contracted_cost or 0 for d in days) == counted(made, profile.seconds_at(last))[1]
    assert all(d.starts.date() == d.day and d.starts <= d.ends <= d.starts + timedelta(days=1) for d in days)
    assert len({d.day for d in days}) == len(days)


@given(st.integers(-(10**15), 10**15), st.lists(st.integers(0, 10**12), min_size=1, max_size=30))
def test_shares_add_up_to_the_whole(amount: int, weights: list[int]) -> None:
    """And each is within one of what it is exactly; who has no weight gets nothing, unless nobody has any."""
    parts = shares(amount, weights)
    assert sum(parts) == amount
    whole = sum(weights)
    if whole:
        assert all(abs(part * whole - amount * weight) < whole for part, weight in zip(parts, weights, strict=True))
    else:
        assert parts[:-1] == [0] * (len(weights) - 1)


def test_who_has_the_largest_remainder_gets_the_last_digit() -> None:
    """Ten in three: the first of equal ones; and a negative amount is divided as its positive is."""
    assert shares(10, [1, 1, 1]) == [4, 3, 3]
    assert shares(-10, [1, 1, 1]) == [-4, -3, -3]
    assert shares(10, [1, 2]) == [3, 7]
    assert shares(10, []) == []
