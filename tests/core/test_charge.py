"""Charges, and the sum of many of them as a straight line in time."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from mlcost_ext.core.charge import Charge, RunningSum, cost_for
from mlcost_ext.core.money import EXACT
from mlcost_ext.core.usage import Accrual, UsageLine
from tests.fakes import NOW, REGION, unit_price


def line(count: int = 1, component: str = "Training", instance_type: str | None = "ml.m5.xlarge") -> UsageLine:
    return UsageLine(
        description="x",
        component=component,
        instance_type=instance_type,
        region_id=REGION,
        quantity=Decimal(count),
        pricing_unit="Hours" if instance_type else "GB-Mo",
    )


accruals = st.builds(
    lambda settled, ago, accrues: Accrual(
        settled_seconds=Decimal(settled).scaleb(-6), accruing_since=NOW - timedelta(microseconds=ago) if accrues else None
    ),
    st.integers(0, 10**13),
    st.integers(0, 10**13),
    st.booleans(),
)
charges = st.builds(
    lambda amount, count, accrual, priced: Charge(
        line=line(count), price=unit_price(str(amount)) if priced else None, accrual=accrual
    ),
    st.decimals(min_value=0, max_value=10**6, places=10),
    st.integers(1, 10**6),
    st.none() | accruals,
    st.sampled_from([True, True, True, False]),
)


def exact_cost(charge: Charge, after: timedelta) -> Fraction:
    """Work out price × quantity × seconds in fractions, apart from the code under test."""
    if charge.price is None or charge.accrual is None:
        return Fraction(0)
    seconds = Fraction(charge.accrual.settled_seconds)
    if charge.accrual.accruing_since is not None:
        seconds += Fraction((NOW + after - charge.accrual.accruing_since) // timedelta(microseconds=1), 10**6)
    return Fraction(charge.price.list_unit_price) * Fraction(charge.line.quantity) * seconds


@given(st.lists(charges, max_size=8), st.data(), st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=400)))
def test_a_running_sum_is_the_sum_of_its_charges(all_charges: list[Charge], data: st.DataObject, after: timedelta) -> None:
    """After any order of adding and taking away, at any time, exactly: the only rounding is the one division."""
    summed, kept = RunningSum(), list(all_charges)
    for charge in all_charges:
        summed = summed.plus(charge)
    for _ in range(data.draw(st.integers(0, len(kept)))):
        summed = summed.plus(kept.pop(data.draw(st.integers(0, len(kept) - 1))), -1)
    exact = sum((exact_cost(charge, after) for charge in kept), Fraction(0))
    assert summed.at(NOW + after) == EXACT.divide(Decimal(exact.numerator), Decimal(exact.denominator * 3600))


@given(st.lists(charges, max_size=8), st.randoms())
def test_taking_everything_away_leaves_nothing(all_charges: list[Charge], random: object) -> None:
    """Not the smallest remainder is left after thousands of changes."""
    summed = RunningSum()
    for charge in all_charges:
        summed = summed.plus(charge)
    random.shuffle(all_charges)  # type: ignore[attr-defined]
    for charge in all_charges:
        summed = summed.plus(charge, -1)
    assert (summed.weight, summed.weighted_seconds) == (0, 0)


@given(charges, st.integers(-(10**6), 10**6), st.integers(0, 10**6))
def test_a_charge_never_goes_down(charge: Charge, at: int, more: int) -> None:
    """Time only adds, and a clock that is behind takes nothing away."""
    early = charge.cost_at(NOW + timedelta(seconds=at))
    late = charge.cost_at(NOW + timedelta(seconds=at + more))
    if early is None or late is None:
        assert early is late is None
    else:
        assert 0 <= early <= late


@given(charges, st.integers(1, 10**6))
def test_the_growth_of_an_hour_is_what_an_hour_adds(charge: Charge, seconds: int) -> None:
    """The cost at a later time follows from the cost now and the growth per hour."""
    before, after, growth = (
        charge.cost_at(NOW),
        charge.cost_at(NOW + timedelta(seconds=seconds)),
        charge.cost_per_hour(),
    )
    if before is None or after is None or growth is None:
        assert before is after is growth is None
        return
    assert abs(before + growth * seconds / 3600 - after) < Decimal("1e-9")


def test_an_hour_and_a_month() -> None:
    """An instance is priced by the hour, a volume by the month of thirty days."""
    assert cost_for(line(2), unit_price("0.23"), Decimal(1800)) == Decimal("0.23")
    assert cost_for(
        line(10, "Storage-Training", None), unit_price("0.14", "Storage-Training", None), Decimal(86400 * 3)
    ) == Decimal("0.14")
