"""Whatever botocore would send is judged without a crash, and what mends it is a request that botocore would send."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from botocore.validate import ParamValidator
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlcost_ext.core.errors import UsageError
from mlcost_ext.core.evidence import NoEvidence
from mlcost_ext.core.merge_patch import merged
from mlcost_ext.core.policy import VERDICTS, Policy, RuleSettings, TagRule
from mlcost_ext.guardrails import RULES
from mlcost_ext.kernel.guard_hook import GUARDED
from mlcost_ext.kernel_wiring import estimator_by
from mlcost_ext.prices.book import PriceBook
from mlcost_ext.usecases.decision_card import card_of, card_text
from mlcost_ext.usecases.judged import built_in, said_in
from mlcost_ext.usecases.preflight import Preflight

from .botocore_requests import model, requests_of

NOW = datetime(2026, 11, 30, 12, tzinfo=timezone.utc)
SLOW = settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
OPTIONS: dict[str, dict[str, Any]] = {
    "MC101": {"limit_list_cost": Decimal(50), "limit_list_cost_per_month": Decimal(500)},
    "MC103": {"max_runtime_hours": Decimal(24)},
    "MC104": {"denied": ("ml.p4d.*", "ml.p5.*")},
}
REQUIRED = (TagRule(key="team", allowed=("fraud-platform",)), TagRule(key="environment", default="dev"))
SAID = {"Tags.team": "fraud-platform", "Tags.environment": "dev"}
verdicts = st.fixed_dictionaries({rule.id: st.sampled_from(VERDICTS) for rule in RULES})


@cache
def estimator() -> Any:
    return estimator_by(PriceBook(Path("nowhere")))


def policy(chosen: dict[str, Any]) -> Policy:
    settings_ = {}
    for rule in RULES:
        usual = built_in(rule)
        settings_[rule.id] = RuleSettings(verdict=chosen[rule.id], options={**usual.options, **OPTIONS.get(rule.id, {})})
    return Policy(rules=settings_, required_tags=REQUIRED)


def faults(operation: str, request: Any) -> str:
    report = ParamValidator().validate(request, model().operation_model(operation).input_shape)
    return str(report.generate_report()) if report.has_errors() else ""


@pytest.mark.parametrize("operation", sorted(GUARDED))
def test_any_request(operation: str) -> None:
    """Each fix and the combined one can be sent; with what a person says the latter gives allow or warn."""
    kind, seen = GUARDED[operation], {"judged": 0}

    @SLOW
    @given(requests_of(operation), verdicts)
    def holds(request: Any, chosen: dict[str, Any]) -> None:
        found = Preflight(estimator(), RULES, policy(chosen), NoEvidence())
        try:
            judged = found.judge(kind, request, "us-east-1", now=NOW)
        except UsageError:
            return
        seen["judged"] += 1
        was_fine = not faults(operation, request)
        failed = [each for each in judged.raised if each.is_unsure and "rule failed" in each.objection.message]
        assert failed == []
        for each in judged.estimate.findings:
            if each.fix is not None and was_fine:
                assert faults(operation, merged(judged.request, each.fix)) == ""
        for only_needed in (False, True):
            mend = found.combined(judged, now=NOW, only_needed=only_needed)
            if mend is None:
                continue
            assert mend.decision in ("allow", "warn")
            answers = {need: SAID.get(need, "s3://bucket/prefix") for need in mend.needs}
            said = said_in(merged(judged.request, mend.change), kind, answers)
            then = found.judge(kind, said, "us-east-1", now=NOW, defaulted=judged.defaulted)
            assert then.decision in ("allow", "warn"), (then.estimate.findings, mend)
            assert not was_fine or faults(operation, then.request) == ""
            assert card_text(card_of(judged, [("fix", mend)], found.policy, may_go_on=True))

    holds()
    # A request for an endpoint names its configuration, which has what it costs: the kernel puts the two together.
    assert seen["judged"] > 0 or operation == "CreateEndpoint"


@SLOW
@given(st.sampled_from(sorted(GUARDED)).flatmap(lambda name: st.tuples(st.just(name), requests_of(name))), verdicts, verdicts)
def test_stricter_verdicts_never_loosen(drawn: tuple[str, Any], one: dict[str, Any], other: dict[str, Any]) -> None:
    """What two layers say together is at least as strict as either says alone."""
    operation, request = drawn
    both = {rule: max(one[rule], other[rule], key=VERDICTS.index) for rule in one}
    order = ("allow", "warn", "ask", "block")
    try:
        found = [
            order.index(
                Preflight(estimator(), RULES, policy(each), NoEvidence())
                .judge(GUARDED[operation], request, "us-east-1", now=NOW)
                .decision
            )
            for each in (one, other, both)
        ]
    except UsageError:
        return
    assert found[2] >= max(found[:2])


def test_when_unsure_is_of_the_policy() -> None:
    """A change of it changes nothing of what is sure."""
    loose = policy(dict.fromkeys((rule.id for rule in RULES), "warn"))
    request = {
        "TrainingJobName": "a",
        "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 1},
    }
    one, other = (
        Preflight(estimator(), RULES, each, NoEvidence()).judge("training", request, "us-east-1", now=NOW)
        for each in (loose, replace(loose, when_unsure="block"))
    )
    assert one.decision == other.decision == "warn"
