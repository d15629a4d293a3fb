"""What holds of every rule, whatever the request: it judges or says that it cannot, and what it proposes can be sent."""

from __future__ import annotations

import copy
import json
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcost_ext.core.errors import UsageError
from mlcost_ext.core.merge_patch import merged
from mlcost_ext.core.policy import TagRule
from mlcost_ext.core.rule import Proposal, Rule, Unsure
from mlcost_ext.guardrails import RULES
from mlcost_ext.kernel_wiring import estimator_by
from mlcost_ext.prices.book import PriceBook
from mlcost_ext.sandbox.fault import Fault
from tests.jobs.test_any_request import KINDS, REQUESTS, SLOW

from .launch_samples import faults_of, options_of, proposal

FOLDER = Path(__file__).parents[1] / "jobs" / "cases"
CASES = [path for path in sorted(FOLDER.glob("*/request*/request.json")) if "-wrong-" not in path.parent.name]
STRICT: dict[str, dict[str, Any]] = {
    "MC101": {"limit_list_cost": Decimal(5), "limit_list_cost_per_month": Decimal(5)},
    "MC103": {"max_runtime_hours": Decimal(1)},
    "MC104": {"denied": ("ml.g5.*", "ml.m5.*")},
    "MC106": {"from_hours": Decimal(0)},
    "MC107": {"from_hours": Decimal(0)},
    "MC110": {"max_jobs": Decimal(3)},
}
TAGS = (TagRule(key="team", allowed=("a", "b"), default="a"), TagRule(key="model"))
BY_COST = "MC101"
"""Whether another type comes under the limit, its estimate tells and the rule does not."""


@cache
def shipped():
    return estimator_by(PriceBook(Path("nowhere")))


def launch(kind: str, request: Any) -> Proposal | None:
    """Make a proposal at shipped prices; None: the request is wrong."""
    try:
        return proposal(request, kind, estimator=shipped(), required_tags=TAGS)
    except UsageError:
        return None


def judged(rule: Rule, made: Proposal):
    try:
        return rule.judge(made, options_of(rule, **STRICT.get(rule.id, {})))
    except Unsure:
        return ()


def is_taken(kind: str, request: Any) -> bool:
    try:
        return faults_of(kind, request) == ""
    except Fault:
        return False


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parents[1].name}/{path.parent.name}")
def test_fixes_of_whole_requests_hold(path: Path) -> None:
    """AWS takes the request after it took it before, it can be read, and the finding is gone."""
    kind, request = path.parents[1].name, json.loads(path.read_text(encoding="utf-8"))
    made = launch(kind, request)
    assert made is not None
    before = copy.deepcopy(request)
    for rule in (rule for rule in RULES if not rule.kinds or kind in rule.kinds):
        for found in judged(rule, made):
            assert request == before
            if found.fix is None:
                continue
            after = merged(request, found.fix)
            assert after != request
            assert not is_taken(kind, request) or faults_of(kind, after) == ""
            then = launch(kind, after)
            assert then is not None
            if not found.needs and rule.id != BY_COST:
                assert found.subject not in {each.subject for each in judged(rule, then)}


def test_the_cases_are_many() -> None:
    """Of each kind that requests are read of."""
    assert {path.parents[1].name for path in CASES} == set(REQUESTS)
    assert len(CASES) > 60


@KINDS
@SLOW
@given(data=st.data())
def test_any_request_is_judged(kind: str, data: st.DataObject) -> None:
    """Whatever is odd in it, no rule fails, and what it says is fit to be shown."""
    request = data.draw(REQUESTS[kind])
    made = launch(kind, request)
    if made is None:
        return
    for rule in (rule for rule in RULES if not rule.kinds or kind in rule.kinds):
        for found in judged(rule, made):
            assert found.message
            assert found.hint
            assert "\x1b" not in found.message + found.hint
            if found.fix is not None:
                assert launch(kind, merged(request, found.fix)) is not None
