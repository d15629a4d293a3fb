"""How fresh AWS's answers are, in one word and in sentences."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from mlcost_ext.core.documents import AwsState
from mlcost_ext.core.job import Problem
from mlcost_ext.core.times import time_to_text
from mlcost_ext.server.freshness import Asking, aws_state

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=timezone.utc)
DENIED = {"code": "permission_missing", "message": "sagemaker:Search is denied.", "hint": "Allow it."}
EXPIRED = {"code": "credentials_expired", "message": "The credentials have expired.", "hint": "Renew them."}


def told(age_seconds: float | None, **fields: Any) -> dict[str, Any]:
    as_of = None if age_seconds is None else time_to_text(NOW - timedelta(seconds=age_seconds))
    return {"as_of": as_of, "first_picture": True, "mode": "search", "calls_total": 3, "problem": None, **fields}


def state_of(statuses: dict[str, Any], *regions: str, **changes: Any) -> tuple[AwsState, list[Problem]]:
    """Sum statuses up; the first region is the session's own."""
    own = regions[0] if regions else None
    fields = {"regions": sorted(regions), "own_region": own, "pace": "viewed", "is_waking": False, **changes}
    return aws_state(statuses, Asking(**fields), NOW)


def codes(problems: list[Problem]) -> list[str]:
    return [problem.code for problem in problems]


@pytest.mark.parametrize(
    ("status", "pace", "is_waking", "word", "expected"),
    [
        (told(5), "viewed", False, "ok", []),
        (told(89), "viewed", False, "ok", []),
        (told(91), "viewed", False, "failed", ["network_unreachable"]),
        (told(91), "viewed", True, "loading", ["reading"]),
        (told(150), "background", False, "ok", []),
        (told(300), "background", False, "failed", ["network_unreachable"]),
        (told(300), "asleep", False, "off", []),
        (told(None), "viewed", True, "loading", ["reading"]),
        (told(None), "viewed", False, "failed", ["network_unreachable"]),
        (told(None, problem=DENIED), "viewed", False, "failed", ["permission_missing"]),
        (told(None, problem=DENIED), "viewed", True, "failed", ["permission_missing"]),
        (told(5, problem=DENIED, mode="list"), "viewed", False, "ok", ["permission_missing"]),
        (told(5, problem=EXPIRED), "viewed", False, "failed", ["credentials_expired"]),
        (told(5, first_picture=False), "viewed", False, "loading", ["reading"]),
        (told(5, clock_offset_seconds=-90.0), "viewed", False, "ok", ["clock_differs"]),
        (told(5, clock_offset_seconds=None), "viewed", False, "ok", []),
        (told(130, poll_seconds=45.0), "viewed", False, "ok", []),
        (told(140, poll_seconds=45.0), "viewed", False, "failed", ["network_unreachable"]),
        (told(91, poll_seconds=15.0), "viewed", False, "failed", ["network_unreachable"]),
        (told(290, poll_seconds=900.0), "viewed", False, "ok", []),
        (told(310, poll_seconds=900.0), "viewed", False, "failed", ["network_unreachable"]),
        (told(91, poll_seconds="x"), "viewed", False, "failed", ["network_unreachable"]),
    ],
)
def test_one_region(status: dict[str, Any], pace: str, is_waking: bool, word: str, expected: list[str]) -> None:
    """Old is not ok, by how often it is read, denied without a way round is not ok, asleep is off."""
    state, problems = state_of({"us-east-1": status}, "us-east-1", pace=pace, is_waking=is_waking)
    assert (state.status, codes(problems)) == (word, expected)


def test_no_region_is_off() -> None:
    """Without a region there is nothing to ask."""
    state, problems = state_of({}, is_waking=True)
    assert (state.status, state.as_of, problems) == ("off", None, [])


@pytest.mark.parametrize(("is_waking", "word", "code"), [(True, "loading", "reading"), (False, "failed", "network_unreachable")])
def test_a_reader_that_says_nothing_is_not_loading_for_ever(is_waking: bool, word: str, code: str) -> None:
    """For some seconds it may still be asking; after that it has failed."""
    state, problems = state_of({}, "us-east-1", is_waking=is_waking)
    assert (state.status, codes(problems)) == (word, [code])


def test_a_reader_that_does_not_run_has_failed() -> None:
    """What is the matter with it is the one thing to say, whatever it told before, and also while it is waited for."""
    trouble = Problem(code="reader_trouble", message="It ended five times.", hint="Look into the log.")
    for statuses in ({}, {"us-east-1": told(5, problem=DENIED)}):
        state, problems = state_of(statuses, "us-east-1", trouble=trouble, is_waking=True)
        assert (state.status, problems) == ("failed", [trouble])


def test_an_unfinished_first_picture_is_no_whole_one() -> None:
    """What was not seen yet may still run."""
    state, _ = state_of({"us-east-1": told(5, first_picture=False)}, "us-east-1")
    assert state.as_of is None


def test_jobs_that_cannot_be_looked_for_are_not_known() -> None:
    """Studio without its owner's tags: the region was read, and yet nobody knows what runs; the host's note says why."""
    state, problems = state_of({"us-east-1": told(5)}, "us-east-1", can_enumerate=False)
    assert (state.status, state.as_of, problems) == ("failed", None, [])


def test_the_oldest_region_counts() -> None:
    """Two regions that were read are as fresh as the older one."""
    both = {"us-east-1": told(5), "eu-west-1": told(30, calls_total=9)}
    state, problems = state_of(both, "us-east-1", "eu-west-1")
    assert (state.status, state.as_of, state.calls_total) == ("ok", NOW - timedelta(seconds=30), 9)
    assert problems == []


def test_a_region_that_was_never_read_spoils_nothing() -> None:
    """A launch with a mistyped region: the rest is as it was, and a note names the region and what AWS said."""
    unreachable = {"code": "network_unreachable", "message": "There is no such host.", "hint": "Check the name."}
    statuses = {"us-east-1": told(5), "us-est-1": told(None, problem=unreachable)}
    state, problems = state_of(statuses, "us-east-1", "us-est-1")
    assert (state.status, state.as_of) == ("ok", NOW - timedelta(seconds=5))
    expected = Problem(
        code="region_unread",
        message="Jobs in us-est-1 are not known and in no total: There is no such host.",
        hint="Check the name.",
        subject="us-est-1",
    )
    assert problems == [expected]


@pytest.mark.parametrize(("is_waking", "code"), [(True, "reading"), (False, "region_unread")])
def test_a_new_region_is_being_read_for_a_while(is_waking: bool, code: str) -> None:
    """A launch went there a moment ago; when its region stays silent that is said."""
    state, problems = state_of({"us-east-1": told(5)}, "us-east-1", "eu-west-1", is_waking=is_waking)
    assert (state.status, codes(problems)) == ("ok", [code])


def test_without_its_own_region_nothing_is_known() -> None:
    """Another region that answers does not make up for it; neither where the session has none and the only one fails."""
    state, problems = state_of({"us-east-1": told(None, problem=DENIED), "eu-west-1": told(5)}, "us-east-1", "eu-west-1")
    assert (state.status, state.as_of) == ("failed", None)
    assert problems == [Problem(code="permission_missing", message="In us-east-1: sagemaker:Search is denied.",
                                hint="Allow it.", subject="us-east-1")]  # fmt: skip
    alone = {"us-est-1": told(None, problem=EXPIRED)}
    assert state_of(alone, "us-est-1", own_region=None)[0].status == "failed"


def test_what_is_so_in_all_regions_is_said_once() -> None:
    """Expired credentials are no region's own matter."""
    both = {region: told(5, problem=EXPIRED) for region in ("us-east-1", "eu-west-1")}
    _, problems = state_of(both, "us-east-1", "eu-west-1")
    assert [(problem.message, problem.subject) for problem in problems] == [("The credentials have expired.", None)]
    unread = {"us-east-1": told(5, problem=EXPIRED), "eu-west-1": told(None, problem=EXPIRED)}
    assert state_of(unread, "us-east-1", "eu-west-1")[1] == problems


def test_the_problem_of_one_region_names_it() -> None:
    """Also where the other one was never read."""
    statuses = {"us-east-1": told(5, problem=EXPIRED)}
    _, problems = state_of(statuses, "us-east-1", "eu-west-1")
    assert [(problem.code, problem.subject) for problem in problems] == [
        ("credentials_expired", "us-east-1"),
        ("region_unread", "eu-west-1"),
    ]


MISSING = {"code": "permission_missing", "message": "The action sagemaker:ListApps is not allowed.", "hint": "Allow it."}


def test_each_kind_says_how_old_it_is() -> None:
    """As old as the region that was read longest ago; a kind that one region never told has no time."""
    early, late = time_to_text(NOW - timedelta(seconds=200)), time_to_text(NOW - timedelta(seconds=5))
    one = told(5, kinds={"training": late, "app": late, "space": None}, kind_problems={"space": MISSING})
    two = told(5, kinds={"training": early, "app": late, "space": late}, kind_problems={})
    state, problems = state_of({"us-east-1": one, "eu-west-1": two}, "us-east-1", "eu-west-1")
    assert [(kind.kind, kind.as_of, kind.is_denied) for kind in state.kinds] == [
        ("app", NOW - timedelta(seconds=5), False),
        ("space", None, True),
        ("training", NOW - timedelta(seconds=200), False),
    ]
    assert [(problem.code, "sagemaker:ListApps" in problem.message) for problem in problems] == [("permission_missing", True)]


def test_denied_kinds_are_said_in_one_note() -> None:
    """Eight notes that say the same would hide everything else; what is no denial stays as it is."""
    metrics = {**MISSING, "message": "The action cloudwatch:GetMetricData is not allowed."}
    odd = {"code": "aws_error", "message": "AWS failed.", "hint": "Wait."}
    wordless = {"code": "permission_missing", "message": "Something is denied.", "hint": "Ask."}
    status = told(5, kinds={}, kind_problems={"app": MISSING, "endpoint": metrics, "space": MISSING, "automl": odd})
    _, problems = state_of({"us-east-1": status}, "us-east-1")
    assert codes(problems) == ["permission_missing", "aws_error"]
    assert "cloudwatch:GetMetricData, sagemaker:ListApps" in problems[0].message
    _, problems = state_of({"us-east-1": told(5, kind_problems={"app": wordless, "x": 5})}, "us-east-1")
    assert [problem.message for problem in problems] == ["Something is denied."]


@pytest.mark.parametrize(("seconds", "words"), [(60.0, "once a minute"), (20.4, "every 20 seconds")])
def test_that_aws_wants_to_be_asked_less_is_said(seconds: float, words: str) -> None:
    """With how often it is asked now."""
    state, problems = state_of({"us-east-1": told(5, seconds_between_calls=seconds)}, "us-east-1")
    assert (state.seconds_between_calls, codes(problems)) == (seconds, ["slowed"])
    assert words in problems[0].message
    assert state_of({"us-east-1": told(5, seconds_between_calls=True)}, "us-east-1")[0].seconds_between_calls is None


def test_how_far_back_ended_jobs_were_read() -> None:
    """As far as in every region; a region that has not begun leaves it open."""
    may, june = NOW - timedelta(days=60), NOW - timedelta(days=30)
    one = told(5, history={"through": time_to_text(may), "is_done": True})
    two = told(5, history={"through": time_to_text(june), "is_done": False})
    state, _ = state_of({"us-east-1": one, "eu-west-1": two}, "us-east-1", "eu-west-1")
    assert (state.history_through, state.is_history_read) == (june, False)
    state, _ = state_of({"us-east-1": one}, "us-east-1")
    assert (state.history_through, state.is_history_read) == (may, True)
    state, _ = state_of({"us-east-1": one, "eu-west-1": told(5)}, "us-east-1", "eu-west-1")
    assert (state.history_through, state.is_history_read) == (None, False)
