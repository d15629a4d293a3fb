"""Amounts in and out of text."""

from __future__ import annotations

import contextlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcost_ext.core.money import EXACT, decimal_from_text, per_hour_to_amount, to_wire

amounts = st.decimals(min_value=0, max_value=10**12 - 1, places=9, allow_nan=False)


@given(amounts)
def test_to_wire_round_trips(amount: Decimal) -> None:
    """What is written to 10⁻⁹ reads back as the very same amount."""
    assert decimal_from_text(to_wire(amount)) == amount


@given(st.decimals(min_value=-(10**12), max_value=10**12, allow_nan=False, allow_infinity=False))
def test_to_wire_is_plain_and_near(amount: Decimal) -> None:
    """No exponent, no minus before zero, never further off than half of 10⁻⁹."""
    text = to_wire(amount)
    assert "E" not in text
    assert text != "-0"
    assert abs(Decimal(text) - amount) <= Decimal("0.0000000005")


@pytest.mark.parametrize(
    ("amount", "text"),
    [("1.4080", "1.408"), ("100", "100"), ("0", "0"), ("-0.0000000001", "0"), ("0.0000000005", "0.000000001"), ("1E+2", "100")],
)
def test_to_wire(amount: str, text: str) -> None:
    """Trailing zeros go, zeros before the point stay, halves go up."""
    assert to_wire(Decimal(amount)) == text


@pytest.mark.parametrize(
    "text",
    ["", " 1", "1 ", "-1", "+1", "1e5", "1_000", "NaN", "Infinity", "0x1", "1,5", ".5", "5.", "٣", "1" * 13, "0." + "1" * 19],
)
def test_what_is_no_plain_amount_is_refused(text: str) -> None:
    """Only digits and one point; never so many that a product loses some."""
    with pytest.raises(ValueError, match="not an amount"):
        decimal_from_text(text)


@given(st.text(max_size=30))
def test_any_text_is_an_amount_or_a_value_error(text: str) -> None:
    """Nothing else is raised, and nothing negative comes out."""
    with contextlib.suppress(ValueError):
        assert decimal_from_text(text) >= 0


def test_division_happens_once_and_wide() -> None:
    """A third is exact to sixty digits."""
    assert per_hour_to_amount(Decimal(1200), 3600) == EXACT.divide(Decimal(1), Decimal(3))
