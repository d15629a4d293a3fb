"""Tags that are filled in: the policy's defaults are nobody's word."""

from __future__ import annotations

from typing import Any

import pytest

from mlcost_ext.core.evidence import NoEvidence
from mlcost_ext.core.policy import Policy, RuleSettings, TagRule
from mlcost_ext.guardrails import always_on, required_tags
from mlcost_ext.usecases.preflight import Preflight
from mlcost_ext.usecases.tag_filling import filled, tags_of
from tests.guardrails.launches import NOW, REGION, endpoint_config, shared, variant

ENVIRONMENT = TagRule(key="environment", allowed=("dev", "production"), default="dev")


def judge(given: dict[str, str], **more: Any) -> Any:
    """Judge an endpoint's configuration by a policy that asks for an environment and takes ``dev`` where there is none."""
    asked = RuleSettings(verdict="ask", options={"environments": ("dev",)})
    policy = Policy(rules={"MC111": asked, "MC301": asked}, required_tags=(ENVIRONMENT,))
    found = Preflight(shared(), (always_on.RULE, required_tags.RULE), policy, NoEvidence())
    return found, found.judge("endpoint-config", endpoint_config(variant(), tags=given), REGION, now=NOW, **more)


def rules(judged: Any) -> list[str]:
    return [each.rule for each in judged.estimate.findings]


def test_a_default_says_nothing_of_what_an_endpoint_is_for() -> None:
    """What somebody has said does: in the request, or for all launches of a project."""
    _, untagged = judge({})
    assert tags_of(untagged.request) == {"environment": "dev"}
    assert (rules(untagged), untagged.decision) == ([], "allow")
    assert rules(judge({"environment": "dev"})[1]) == ["MC111"]
    assert rules(judge({}, tags={"environment": "dev"})[1]) == ["MC111"]


def test_a_default_stays_one_when_it_is_judged_again() -> None:
    """As a launch is that was changed."""
    preflight, untagged = judge({})
    again = preflight.judge("endpoint-config", untagged.request, REGION, now=NOW, defaulted=untagged.defaulted)
    assert (rules(again), again.defaulted) == ([], {"environment"})


def test_no_default_stands_beside_a_key_of_another_letter_case() -> None:
    """A person is asked which one is meant."""
    _, found = judge({"Environment": "production"})
    assert tags_of(found.request) == {"Environment": "production"}
    assert rules(found) == ["MC301"]
    assert "did you mean the tag Environment" in found.estimate.findings[0].hint


@pytest.mark.parametrize(
    ("given", "known", "expected"),
    [
        ({}, {}, {"environment": "dev", "team": "x"}),
        ({"ENVIRONMENT": "production"}, {}, {"ENVIRONMENT": "production", "team": "x"}),
        ({}, {"Environment": "production"}, {"Environment": "production", "team": "x"}),
        ({"Environment": "production"}, {"environment": "production"}, {"environment": "production", "team": "x"}),
        ({"Team": "y"}, {}, {"environment": "dev", "team": "x", "Team": "y"}),
    ],
)
def test_which_defaults_are_filled_in(given: dict[str, str], known: dict[str, str], expected: dict[str, str]) -> None:
    """Those whose key is there in no letter case, or is wanted in both; what was said by somebody is always filled in."""
    required = (ENVIRONMENT, TagRule(key="team", default="x"), TagRule(key="Team"))
    found = tags_of(filled(endpoint_config(variant(), tags=given), "endpoint-config", known, required))
    assert found.items() >= expected.items()
    assert ("environment" in found) is ("environment" in expected)
