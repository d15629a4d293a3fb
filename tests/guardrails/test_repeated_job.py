"""MC109: a job that has completed a short while ago."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from mlcost_ext.core.evidence import NoEvidence
from mlcost_ext.core.rule import Unsure
from mlcost_ext.guardrails.repeated_job import RULE

from .launches import NOW, Remembered, judged, options_of, proposal, run, training, transform, tuning


def test_a_twin_of_an_hour_ago_is_named_with_its_cost() -> None:
    """The latest, where there are several; nothing mends it."""
    earlier = [run(name="older", ended_at=NOW - timedelta(hours=3)), run(name="train-7"), run(name="bad", status="Failed")]
    (found,) = judged(RULE, "training", training(), Remembered(earlier))
    assert found.message == "train-7 ended 1 h ago with the same container, script, inputs and parameters; it cost USD 1.41."
    assert found.fix is None
    assert "train-7" in found.hint


@pytest.mark.parametrize(
    "changes",
    [
        {"has_same_code": False},
        {"has_same_data": False},
        {"has_same_parameters": False},
        {"status": "Stopped"},
        {"ended_at": NOW - timedelta(hours=24, seconds=1)},
    ],
)
def test_what_differs_or_was_long_ago_is_no_twin(changes: dict[str, Any]) -> None:
    """In any of these."""
    assert judged(RULE, "training", training(), Remembered([run(**changes)])) == ()


def test_its_time_and_cost_are_told_as_far_as_they_are_known() -> None:
    """A clock that is ahead of ours is just now; markup in a name is cut short."""
    soon = run(ended_at=NOW + timedelta(minutes=1), list_cost=None, name="a\x1b[31m" * 40)
    (found,) = judged(RULE, "training", training(), Remembered([soon]))
    assert "ended just now" in found.message
    assert found.message.endswith("what it cost is not known.")
    assert "\x1b" not in found.message
    old = run(ended_at=NOW - timedelta(hours=30))
    assert len(judged(RULE, "transform", transform(), Remembered([old]), within_hours=Decimal(48))) == 1
    assert judged(RULE, "transform", transform(), Remembered([old]), within_hours=Decimal(0)) == ()


def test_what_cannot_be_told() -> None:
    """An unreadable ledger is said, none is not; jobs of several definitions have no twin."""
    with pytest.raises(Unsure, match="ledger"):
        judged(RULE, "training", training(), Remembered(Unsure("The ledger cannot be read.")))
    assert judged(RULE, "training", training(), NoEvidence()) == ()
    assert RULE.judge(proposal("tuning", tuning(training(), training()), Remembered([run()])), options_of(RULE)) == ()
