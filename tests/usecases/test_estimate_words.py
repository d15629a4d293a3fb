"""The words of an estimate: bounds, times, quantities, tables of 80 columns; one rule for amounts everywhere."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcost_ext.cli import text as cli_text
from mlcost_ext.core.estimate import DurationRange
from mlcost_ext.kernel import cost_text
from mlcost_ext.usecases.estimate_words import WIDTH, answer, clean, figure, money, quantity, runtime, table, wrapped
from tests.cli.test_text import AMOUNTS

from .estimate_samples import ENDLESS, GIVEN, HISTORY, LIMIT, costs

WORDS = st.text(st.characters(codec="utf-8"), max_size=60)


@pytest.mark.parametrize(
    ("low", "expected", "high", "said"),
    [
        ("1.02", "1.41", "33.79", "About USD 1.41 (1.02 to at most 33.79)"),
        ("1.41", "1.41", "33.79", "About USD 1.41 (at most 33.79)"),
        ("1.4101", "1.41", "1.4099", "About USD 1.41"),
        ("4.22", "4.22", None, "About USD 4.22"),
        ("3", "4.22", None, "About USD 4.22 (from 3.00)"),
        (None, "33.79", "33.79", "Up to USD 33.79"),
        (None, None, "33.79", "Up to USD 33.79"),
        (None, "1.41", "33.79", "About USD 1.41 (at most 33.79)"),
        ("1.02", "33.79", "33.79", "Up to USD 33.79 (from 1.02)"),
        ("0", "0", "0", "About USD 0.00"),
        ("0.00001", "0.00002", "0.5", "About < USD 0.0001 (at most 0.5000)"),
        (None, None, None, None),
        ("1.02", None, None, None),
    ],
)
def test_answer(low: str | None, expected: str | None, high: str | None, said: str | None) -> None:
    """A bound is said where it looks different; what is not known is not said."""
    assert answer(costs(low, expected, high), "USD", is_complete=True) == said


@pytest.mark.parametrize(
    ("low", "expected", "high", "said"),
    [
        ("1.02", "1.41", "33.79", "At least USD 1.41 (1.02 to 33.79)"),
        ("1.41", "1.41", "33.79", "At least USD 1.41 (33.79 at its limit)"),
        ("1.02", "1.41", None, "At least USD 1.41 (from 1.02)"),
        ("1.41", "1.41", "1.41", "At least USD 1.41"),
        (None, "33.79", "33.79", "At least USD 33.79 (run to its limit)"),
        (None, None, "33.79", None),
        ("0", "0", "0", None),
    ],
)
def test_answer_where_something_has_no_price(low: str | None, expected: str | None, high: str | None, said: str | None) -> None:
    """It says at least, never at most; at least nothing is nothing that is known."""
    assert answer(costs(low, expected, high), "USD", is_complete=False) == said


@pytest.mark.parametrize(
    ("duration", "said"),
    [
        (HISTORY, "1 h (43 min to 1 h 20 min in 8 of 10 cases; at most 24 h), from 14 earlier runs"),
        (replace(HISTORY, percentile_90=None, sample_size=1), "1 h (from 43 min; at most 24 h), from 1 earlier run"),
        (replace(HISTORY, low=3600, high=3600, sample_size=None), "1 h, from earlier runs"),
        (LIMIT, "at most 24 h, its limit; no earlier runs are known"),
        (replace(LIMIT, expected=None), "at most 24 h"),
        (GIVEN, "3 h (at most 24 h), as given"),
        (replace(GIVEN, high=None), "3 h, as given; it goes on"),
        (replace(GIVEN, basis="small_run"), "3 h (at most 24 h), by a small run"),
        (ENDLESS, "it goes on"),
    ],
)
def test_runtime(duration: DurationRange, said: str) -> None:
    """How long a run takes, and who says so."""
    assert runtime(duration, "it goes on") == said


@pytest.mark.parametrize("text", ["a", "word " * 60, "x" * 200])
def test_lines_of_eighty_columns(text: str) -> None:
    """Words are wrapped; one that is longer stays whole, as an ARN has to be to be copied."""
    assert max(map(len, wrapped(text, "- "))) <= max(WIDTH, len(text.split(maxsplit=1)[0]) + 2)
    assert wrapped("", "- ") == ["-"]


def test_table_is_as_narrow_as_it_can_be() -> None:
    """The first column is wrapped, figures never are."""
    assert table([("a b", "1"), ("c", "22")]) == ["a b   1", "c    22"]
    assert table([("word " * 30, "1" * 70)])[0] == f"word word word  {'1' * 70}"


@pytest.mark.parametrize(("amount", "shown"), AMOUNTS.items())
def test_amounts_look_as_everywhere(amount: str, shown: str) -> None:
    """`%cost`, `mlcost jobs` and estimates write the same."""
    found = Decimal(amount)
    assert money(found, "USD") == cost_text.money(found, "USD") == cli_text.money(found, "USD") == shown
    assert figure(found) == shown.replace("USD ", "")
    assert money(None, "USD") == cli_text.money(None, "USD")


@pytest.mark.parametrize(
    ("amount", "unit", "shown"),
    [
        ("1", "Hours", "1 h"),
        ("1234.5", "Hours", "1,234.5 h"),
        ("0.00001", "GB-Mo", "< 0.0001 GB-mo"),
        ("0", "GB", "0 GB"),
        ("7200", "GB-Seconds", "7,200 GB-s"),
    ],
)
def test_quantities(amount: str, unit: str, shown: str) -> None:
    """Few decimals, and what is there is never shown as nothing."""
    assert quantity(Decimal(amount), unit) == shown


def test_an_unknown_quantity_is_said() -> None:
    """In words."""
    assert quantity(None, "Hours") == "unknown"


@given(WORDS)
def test_cleaning_is_that_of_the_terminal(text: str) -> None:
    """One rule in three places."""
    assert clean(text) == cli_text.clean(text) == cost_text.clean(text, 500)
