"""Today and this month in %cost: the server's ledger, as its overview tells it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcost_ext.cli.text import money
from mlcost_ext.core.money import to_wire
from mlcost_ext.kernel.cost_report import CostReport

from .test_cost import MARKUP, NOW, overview, report

CHARGED = {"as_of": "2026-11-23T13:59:55Z", "today": "3.2", "month": "1234.5", "unpriced": 0, "since": None}


def told(now: datetime = NOW, **changes: Any) -> CostReport:
    return report(overview(charged={**CHARGED, **changes}), now=now)


def lines(found: CostReport) -> list[str]:
    return [line for line in repr(found).splitlines() if line.startswith(("Today", "This month"))]


def test_two_more_lines() -> None:
    """Sums of all of ours, in text, HTML and dict; none of it is called a bill."""
    found = told()
    assert lines(found) == ["Today          USD 3.20, all of yours; days are UTC's", "This month     USD 1,234.50, all of yours"]
    assert "USD 3.20, all of yours; days are UTC&#x27;s" in found._repr_html_()
    assert "USD 1,234.50, all of yours</td>" in found._repr_html_()
    assert found.to_dict()["charged"] == {**CHARGED}
    assert "billed" not in repr(found) + found._repr_html_()


def test_before_the_ledger_was_read_nothing_is_said() -> None:
    """Unknown is not zero: no line, and null in the dict."""
    for charged in (None, "3", [], {}, {**CHARGED, "as_of": "yesterday"}):
        found = report(overview(charged=charged))
        assert (lines(found), found.charged, found.to_dict()["charged"]) == ([], None, None)


def test_what_lacks_a_price_makes_it_at_least() -> None:
    """And at least nothing is not known."""
    assert [line[15:] for line in lines(told(unpriced=2))] == [
        "at least USD 3.20, all of yours; days are UTC's",
        "at least USD 1,234.50, all of yours",
    ]
    assert lines(told(unpriced=1, today="0"))[0] == "Today          cost unknown, all of yours; days are UTC's"
    assert lines(told(unpriced=1, today=None))[0] == "Today          cost unknown, all of yours; days are UTC's"
    assert lines(told(today="0"))[0] == "Today          USD 0.00, all of yours; days are UTC's"


def test_a_ledger_that_began_this_month_says_since_when() -> None:
    """What nobody saw before that is not in it."""
    line = lines(told(since="2026-11-20T08:30:00Z"))[1]
    when = datetime(2026, 11, 20, 8, 30, tzinfo=timezone.utc).astimezone()
    assert line == f"This month     USD 1,234.50, all of yours, kept since {when:%H:%M} ({when:%Y-%m-%d %Z})"


@pytest.mark.parametrize(
    ("now", "today", "month"),
    [
        (datetime(2026, 11, 23, 23, 59, 59, tzinfo=timezone.utc), Decimal("3.2"), Decimal("1234.5")),
        (datetime(2026, 11, 24, 0, 0, 5, tzinfo=timezone.utc), None, Decimal("1234.5")),
        (datetime(2026, 11, 24, 1, 0, 5, tzinfo=timezone(timedelta(hours=2))), Decimal("3.2"), Decimal("1234.5")),
    ],
)
def test_yesterdays_figure_is_not_todays(now: datetime, today: Decimal | None, month: Decimal) -> None:
    """By days UTC, whatever this machine's zone, also where the file is old."""
    charged = told(now).charged
    assert charged is not None
    assert (charged.today, charged.month) == (today, month)


def test_last_months_figure_is_not_this_months() -> None:
    """Nothing is said of a month that the ledger was not read in."""
    assert told(datetime(2026, 12, 1, tzinfo=timezone.utc)).charged is None


def test_days_are_by_aws_clock() -> None:
    """A machine two days behind asks for AWS's today."""
    found = report(overview(charged=CHARGED, clock_offset_seconds=2 * 86400.0), now=NOW - timedelta(days=2))
    assert found.charged is not None
    assert found.charged.today == Decimal("3.2")


@given(today=st.decimals(0, 10**6, places=9), unpriced=st.integers(0, 3))
def test_any_amount_is_as_the_terminal_has_it(today: Decimal, unpriced: int) -> None:
    """The same words, and what is not zero is never shown as zero."""
    (line, _) = lines(told(today=to_wire(today), unpriced=unpriced))
    amount = money(today, "USD")
    expected = "cost unknown" if unpriced and not today else f"at least {amount}" if unpriced else amount
    assert line == f"Today          {expected}, all of yours; days are UTC's"


def idle_line(now: datetime = NOW, **session: Any) -> list[str]:
    document = overview(session={"host": "studio", "cost": "0.12", "cost_per_hour": "0.06", **session})
    return [line for line in repr(report(document, now=now)).splitlines() if line.startswith("Idle")]


def test_idleness_of_today_has_a_line() -> None:
    """Right below the session; only where there was some, and what is from yesterday is not of today."""
    assert idle_line(idle_today="0.05") == ["Idle today     USD 0.0500 of this machine; days are UTC's"]
    assert repr(report(overview(session={"host": "studio", "idle_today": "0.05"}))).splitlines()[1].startswith("Idle today")
    for nothing in ("0", None, 3, MARKUP):
        assert idle_line(idle_today=nothing) == []
    assert idle_line() == []
    assert idle_line(datetime(2026, 11, 24, 0, 0, 5, tzinfo=timezone.utc), idle_today="0.05") == []
    assert report(overview(session={"idle_today": "0.05"})).to_dict()["session"]["idle_today"] == "0.05"  # type: ignore[index]


def test_nothing_from_the_file_is_believed() -> None:
    """Wrong types are unknown, and texts are no markup."""
    found = report(overview(charged={**CHARGED, "today": 3, "month": MARKUP, "unpriced": "2", "since": MARKUP}))
    assert [line[15:27] for line in lines(found)] == ["cost unknown"] * 2
    assert "<img" not in found._repr_html_()
