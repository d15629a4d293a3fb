"""For how long our stamp was the last that Studio's own idle shutdown saw."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcost_ext.core.prolonged import Stamp, Stretch
from mlcost_ext.usecases.prolonged import MOST_VIEWED, followed, prolonged_rows
from tests.fakes import NOW


def at(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def stamp(minutes: float, *signals: str, **changes: Any) -> Stamp:
    fields: dict[str, Any] = {"cost_per_hour": Decimal("1.408"), "billing_currency": "USD", "timeout_minutes": 60}
    return Stamp(at=at(minutes), signals=signals or ("kernel_busy",), **{**fields, **changes})


def stretch(start: float, end: float, **changes: Any) -> Stretch:
    made = stamp(end, **changes)
    return Stretch(
        start=at(start),
        end=at(end),
        signals=made.signals,
        cost_per_hour=made.cost_per_hour,
        billing_currency=made.billing_currency,
        timeout_minutes=made.timeout_minutes,
    )


def test_it_begins_with_what_studio_saw_last_and_ends_with_our_last_stamp() -> None:
    """Each stamp makes it longer, with the names of all that went on; a look without a stamp changes nothing."""
    ended, open_ = followed(None, at(-30), stamp(0))
    assert (ended, open_) == (None, stretch(-30, 0))
    ended, open_ = followed(open_, at(-30), stamp(1, "gpu", "kernel_busy"))
    assert ended is None
    assert open_ is not None
    assert (open_.start, open_.end, open_.signals) == (at(-30), at(1), ("kernel_busy", "gpu"))
    assert followed(open_, at(-30), None) == (None, open_)


def test_what_studio_sees_by_itself_ends_it() -> None:
    """A stamp after that begins another from there; without one there is none."""
    before = stretch(-30, 0)
    assert followed(before, at(2), None) == (before, None)
    assert followed(before, at(2), stamp(3)) == (before, stretch(2, 3))


def test_a_stamp_that_studio_did_not_need_is_no_stretch() -> None:
    """It has seen as much by itself."""
    assert followed(None, at(0), stamp(0)) == (None, None)
    assert followed(None, at(1), stamp(0)) == (None, None)


def test_a_clock_that_was_set_back_ends_it() -> None:
    """What was stamped later is not taken back; the next begins anew."""
    before = stretch(-30, 10)
    assert followed(before, at(-30), stamp(5)) == (before, stretch(-30, 5))


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans(), st.booleans()), max_size=60))
def test_stretches_never_overlap_and_never_hold_what_studio_saw(steps: list[tuple[int, bool, bool]]) -> None:
    """Whatever comes in which order: each begins where Studio saw something last, and nothing it saw lies within."""
    minute, seen, ended = 0, at(0), []
    sightings, open_ = [seen], None
    for step, is_seen, is_stamped in steps:
        minute += step
        if is_seen and at(minute) > seen:
            seen = at(minute)
            sightings.append(seen)
        minute += 1
        done, open_ = followed(open_, seen, stamp(minute) if is_stamped else None)
        ended += [done] if done else []
    found = [*ended, *([open_] if open_ else [])]
    assert all(each.start in sightings for each in found)
    assert all(not each.start < sight < each.end for each in found for sight in sightings)
    assert all(first.end <= second.start for first, second in pairwise(found))


@pytest.mark.parametrize(
    ("minutes", "timeout", "shown", "certain"),
    [(59, 60, 0, None), (60, 60, 0, None), (61, 60, 1, True), (61, None, 1, False), (60, None, 0, None), (500, 600, 0, None)],
)
def test_only_what_may_have_held_studio_up_is_shown(minutes: int, timeout: int | None, shown: int, certain: bool | None) -> None:
    """Longer than Studio's timeout: certain. AWS takes none below an hour, so what is shorter has held up nothing."""
    rows = prolonged_rows([stretch(-minutes, 0, timeout_minutes=timeout)], "USD", NOW)
    assert len(rows) == shown
    assert [row.is_certain for row in rows] == [certain] * shown


def test_its_cost_is_the_machines_price_times_its_time() -> None:
    """To the last digit; unknown where no price is, or where it is in another currency; a prepaid machine costs nothing more."""
    whole = stretch(-150, 0)
    rows = [
        whole,
        replace(whole, cost_per_hour=None),
        replace(whole, billing_currency="CNY"),
        replace(whole, cost_per_hour=Decimal(0)),
    ]
    assert [prolonged_rows([row], "USD", NOW)[0].cost for row in rows] == [Decimal("3.52"), None, None, Decimal(0)]


def test_the_latest_come_first_and_not_too_many() -> None:
    """Of 30 days, 20."""
    days = [stretch(-1440 * day - 120, -1440 * day) for day in range(40)]
    rows = prolonged_rows(reversed(days), "USD", NOW)
    assert [row.start for row in rows] == [each.start for each in days[:MOST_VIEWED]]
    assert prolonged_rows(days[30:], "USD", NOW) == []
    assert len(prolonged_rows(days[25:], "USD", NOW)) == 5
