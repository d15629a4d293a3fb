"""How fresh AWS's answers are, in one word and in sentences."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from mlcost_ext.core.times import time_to_text
from mlcost_ext.server.freshness import aws_state

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=timezone.utc)
DENIED = {"code": "permission_missing", "message": "sagemaker:Search is denied.", "hint": "Allow it."}
EXPIRED = {"code": "credentials_expired", "message": "The credentials have expired.", "hint": "Renew them."}


def told(age_seconds: float | None, **fields: Any) -> dict[str, Any]:
    as_of = None if age_seconds is None else time_to_text(NOW - timedelta(seconds=age_seconds))
    return {"as_of": as_of, "first_picture": True, "mode": "search", "calls_total": 3, "problem": None, **fields}


@pytest.mark.parametrize(
    ("status", "pace", "is_waking", "word", "codes"),
    [
        (told(5), "viewed", False, "ok", []),
        (told(44), "viewed", False, "ok", []),
        (told(46), "viewed", False, "failed", ["network_unreachable"]),
        (told(46), "viewed", True, "loading", ["reading"]),
        (told(150), "background", False, "ok", []),
        (told(300), "background", False, "failed", ["network_unreachable"]),
        (told(300), "asleep", False, "off", []),
        (told(None), "viewed", False, "loading", ["reading"]),
        (told(None, problem=DENIED), "viewed", False, "failed", ["permission_missing"]),
        (told(5, problem=DENIED, mode="list"), "viewed", False, "ok", ["permission_missing"]),
        (told(5, problem=EXPIRED), "viewed", False, "failed", ["credentials_expired"]),
        (told(5, first_picture=False), "viewed", False, "ok", ["reading"]),
        (told(5, clock_offset_seconds=-90.0), "viewed", False, "ok", ["clock_differs"]),
        (told(5, clock_offset_seconds=None), "viewed", False, "ok", []),
    ],
)
def test_one_region(status: dict[str, Any], pace: str, is_waking: bool, word: str, codes: list[str]) -> None:
    """Old is not ok, denied without a way round is not ok, asleep is off."""
    state, problems = aws_state({"us-east-1": status}, ["us-east-1"], NOW, pace=pace, is_waking=is_waking)
    assert (state.status, [problem.code for problem in problems]) == (word, codes)


def test_no_region_is_off() -> None:
    """Without a region there is nothing to ask."""
    state, problems = aws_state({}, [], NOW, pace="viewed", is_waking=True)
    assert (state.status, state.as_of, problems) == ("off", None, [])


def test_the_oldest_region_counts() -> None:
    """Two regions are as fresh as the older one, and not known before both have answered."""
    one = {"us-east-1": told(5)}
    state, _ = aws_state(one, ["eu-west-1", "us-east-1"], NOW, pace="viewed", is_waking=False)
    assert (state.status, state.as_of) == ("loading", None)
    both = {**one, "eu-west-1": told(30, calls_total=9)}
    state, _ = aws_state(both, ["eu-west-1", "us-east-1"], NOW, pace="viewed", is_waking=False)
    assert (state.status, state.as_of, state.calls_total) == ("ok", NOW - timedelta(seconds=30), 9)
