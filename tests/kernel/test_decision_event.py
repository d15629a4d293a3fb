"""What a guard writes down of a decision is what the ledger takes: the two sides of one line."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from mlcost_ext.core.merge_patch import merged
from mlcost_ext.core.policy import TagRule
from mlcost_ext.kernel.decision_event import decision_event
from mlcost_ext.kernel_wiring import estimator
from mlcost_ext.ledger.spool_schema import OUTCOMES, parse
from tests.ledger.spool_files import AT
from tests.usecases import test_preflight
from tests.usecases.test_preflight import NOW, REQUEST, judge, policy, preflight


@pytest.fixture(scope="module", autouse=True)
def _prices(tmp_path_factory: pytest.TempPathFactory) -> None:
    test_preflight.SHARED = estimator(tmp_path_factory.mktemp("home"))


def taken(event: dict[str, Any]) -> dict[str, Any] | None:
    """Read an event as the ledger reads its line."""
    return parse(json.dumps({"v": 1, "type": "decision", "at": AT, "notebook": "n.ipynb", "cell_id": None, **event}).encode())


@pytest.mark.parametrize("outcome", [outcome for outcome in OUTCOMES if outcome != "fixed"])
def test_each_outcome_is_taken(outcome: str) -> None:
    """With all that was found, recorded in secret or not; a reason that is longer than it may be is cut."""
    judged = judge(preflight(policy_=policy(MC104="ask", MC301="shadow", required_tags=(TagRule(key="team"),))))
    event: Any = decision_event("d1", judged, outcome, "r" * 900, None)
    found = taken(event)
    assert found is not None
    assert {each["verdict"] for each in found["findings"]} >= {"ask", "shadow"}
    assert (found["outcome"], len(found["reason"])) == (outcome, 500)


def test_a_fix_is_taken_with_what_it_avoids() -> None:
    """By the estimates with it and without, to the last digit."""
    rules = policy(MC104="block", MC301="off", MC106="warn")
    judged, found = judge(preflight(policy_=rules)), preflight(policy_=rules)
    mend = found.combined(judged, now=NOW)
    assert mend is not None
    told = taken(decision_event("d1", judged, "fixed", "", mend))  # type: ignore[arg-type]
    assert told is not None
    before, after = judged.estimate.list_cost.expected, mend.estimate.list_cost.expected
    assert after < judge(found, merged(REQUEST, mend.change)).estimate.list_cost.expected  # Spot's average saving is in it
    assert Decimal(told["avoided"]["expected"]) == (before - after).quantize(Decimal("1e-9"))
    assert (told["fixed"], told["avoided"]["billing_currency"]) == (list(mend.rules), "USD")
    assert told["avoided"]["basis"] == judged.estimate.duration_seconds.basis
