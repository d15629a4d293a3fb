"""Today and this month in ``mlcost jobs``."""

from datetime import timedelta

import pytest

from mlcost_ext.core.times import time_to_text


@pytest.fixture
def charged(left_behind, recently, mlcost):
    """Give a function that leaves an overview with what was charged, and gives the line about it."""

    def line(as_of=None, written=recently, **changes):
        told = {"as_of": time_to_text(as_of or written), "today": "3.2", "month": "1234.5", "unpriced": 0, "since": None}
        left_behind(written, charged={**told, **changes})
        return [line for line in mlcost("jobs").out.splitlines() if line.startswith("All of yours")]

    return line


def test_a_line_with_both(charged):
    """Beside the other sums."""
    assert charged() == ["All of yours, by days UTC: USD 3.20 today, USD 1,234.50 this month"]


def test_what_it_lacks_is_said(charged):
    """At least, since when; at least nothing is not known."""
    (line,) = charged(unpriced=2, today="0", since="2026-11-20T08:30:00Z")
    assert line == (
        "All of yours, by days UTC: unknown today, at least USD 1,234.50 this month (kept since 2026-11-20 08:30 UTC)"
    )


def test_a_day_that_has_ended_is_told_by_its_date(charged, recently):
    """What was written yesterday is no figure of today; nor is that of a server that has ended."""
    before = recently - timedelta(days=1)
    dated = f"All of yours, by days UTC: USD 3.20 on {before:%Y-%m-%d}, USD 1,234.50 in {before:%Y-%m}"
    assert charged(as_of=before) == [dated]
    assert charged(written=before) == [dated]


def test_where_it_is_not_known_nothing_is_said(left_behind, recently, mlcost):
    """No line, and null as JSON."""
    for told in (None, {}, [], {"as_of": "yesterday", "today": "1"}):
        left_behind(recently, charged=told)
        assert "All of yours" not in mlcost("jobs").out
    left_behind(recently, charged=None)
    assert mlcost("--json", "jobs").document["charged"] is None


def test_json_has_it_as_the_server_wrote_it(charged, mlcost, recently):
    """For scripts."""
    charged()
    expected = {"as_of": time_to_text(recently), "today": "3.2", "month": "1234.5", "unpriced": 0, "since": None}
    assert mlcost("--json", "jobs").document["charged"] == expected


def test_wrong_types_are_unknown(charged):
    """Nothing in the file is believed."""
    assert charged(today=3, month="\x1b[31m", since=[], unpriced="x") == [
        "All of yours, by days UTC: unknown today, unknown this month"
    ]
