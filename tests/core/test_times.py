"""Times in and out of text."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcost_ext.core.times import UTC, exact_seconds, time_from_text, time_to_text


@given(st.datetimes(timezones=st.timezones() | st.just(UTC)))
def test_times_round_trip(when: datetime) -> None:
    """Written and read again it is the same moment, in UTC."""
    try:
        in_utc = when.astimezone(UTC)
    except OverflowError:
        return
    assert time_from_text(time_to_text(when)) == in_utc


@given(st.text(max_size=40) | st.integers() | st.none() | st.lists(st.integers(), max_size=2))
def test_anything_else_is_none(value: object) -> None:
    """Reading does not fail and does not guess."""
    found = time_from_text(value)
    assert found is None or found.tzinfo is UTC


@pytest.mark.parametrize(
    "text", ["2026-11-23T14:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-13-01T00:00:00Z", "now", ""]
)
def test_times_without_zone_or_outside_the_calendar_are_none(text: str) -> None:
    """A time without a zone could be any of 24, so it is none."""
    assert time_from_text(text) is None


def test_a_zone_is_turned_into_utc() -> None:
    """Other zones are read, and written as Z."""
    when = datetime(2026, 11, 23, 15, 0, tzinfo=timezone(timedelta(hours=1)))
    assert time_to_text(when) == "2026-11-23T14:00:00Z"


@given(st.timedeltas(min_value=timedelta(days=-40_000), max_value=timedelta(days=40_000)))
def test_spans_are_exact(span: timedelta) -> None:
    """To the microsecond, for any length."""
    assert exact_seconds(span) * 1_000_000 == span // timedelta(microseconds=1)


def test_a_span_keeps_its_microseconds() -> None:
    """One microsecond beside many days is not lost."""
    assert exact_seconds(timedelta(days=20_000, microseconds=1)) == Decimal("1728000000.000001")
