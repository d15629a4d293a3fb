"""Words for amounts, spans and lists."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcost_ext.core import words
from mlcost_ext.usecases import estimate_words, planned_time


@given(st.decimals(0, 10**9, places=9), st.integers(0, 10**8))
def test_they_are_those_of_an_estimate(amount, seconds):
    """A finding and an estimate say the same of the same amount and the same time."""
    assert words.figure(amount) == estimate_words.figure(amount)
    assert words.money(amount, "USD") == estimate_words.money(amount, "USD")
    assert words.span(seconds) == planned_time.span(seconds)


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (["a"], "a"),
        (["a", "b"], "a and b"),
        (["a", "b", "c"], "a, b and c"),
        (["a", "b", "c", "d", "e"], "a, b, c and 2 more"),
        (["a\x1b[31m\u202e"], "a\ufffd[31m\ufffd"),
        (["x" * 90], "x" * 79 + "…"),
    ],
)
def test_lists(texts, said):
    """As people say them, each text fit to be shown."""
    assert words.listed(texts) == said


def test_the_last_word():
    """Is another where one of them is meant."""
    assert words.listed(["a", "b"], "or") == "a or b"
    assert words.money(Decimal("0.00001"), "USD") == "< USD 0.0001"
