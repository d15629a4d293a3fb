"""MC303: prices that are old, and those that are derived with a large error."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from mlcost_ext.guardrails.price_quality import RULE
from mlcost_ext.usecases.planned_cost import NO_COST

from .launch_samples import NOW, objections, proposal, training


def of(*changes, now=NOW):
    """Make a launch whose lines are changed so."""
    launch = proposal(training(), now=now)
    (line,) = launch.estimate.lines
    return replace(launch, estimate=replace(launch.estimate, lines=[replace(line, **each) for each in changes]))


def test_prices_of_a_year_are_fine():
    """Older ones are told with their date; the oldest counts."""
    day = (NOW - timedelta(days=400)).date()
    assert objections(RULE, of({"price_as_of": day.isoformat()})) == ()
    assert objections(RULE, of({"price_as_of": day.isoformat()}), max_age_days=Decimal(399))
    found = objections(RULE, of({"price_as_of": day.isoformat()}, {"price_as_of": "2025-01-01", "description": "a volume"}))
    assert [(each.subject, each.message) for each in found] == [("age", "The price of a volume is of 2025-01-01, 691 days ago.")]
    assert found[0].fix is None
    assert "prices refresh" in found[0].hint


@pytest.mark.parametrize("text", ["", "lately", "2026-13-01"])
def test_a_date_that_is_none_is_not_judged(text):
    """Nobody knows how old that is."""
    assert objections(RULE, of({"price_as_of": text})) == ()


def test_a_large_error_of_a_derived_price():
    """An observed price has none, and one that was never measured is not judged."""
    today = NOW.date().isoformat()
    derived = {"price_as_of": today, "price_basis": "derived", "error_percent": Decimal("20.5")}
    (found,) = objections(RULE, of(derived))
    assert found.subject == "error"
    assert found.message == (
        "The price of ml.g5.xlarge training is derived from that of a similar machine, with an error of 20.50 %."
    )
    assert objections(RULE, of({**derived, "error_percent": Decimal(20)})) == ()
    assert objections(RULE, of({**derived, "error_percent": None}, {**derived, "price_basis": "observed"})) == ()


def test_volumes_and_what_is_paid_up_front_are_not_judged():
    """Whatever their age."""
    old = {"price_as_of": "2021-07-14"}
    assert objections(RULE, of({**old, "pricing_unit": "GB-Mo"})) == ()
    assert objections(RULE, of({**old, "list_cost": NO_COST})) == ()


def test_limits_that_are_none():
    """Nothing is said."""
    launch = of({"price_basis": "derived", "error_percent": Decimal(99), "price_as_of": "2001-01-01"})
    assert [each.subject for each in objections(RULE, launch)] == ["age", "error"]
    assert objections(RULE, launch, max_age_days=None, max_error_percent=None) == ()
