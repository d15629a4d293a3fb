"""What all rules together say of a launch: decisions, fixes that hold, exceptions, overrides, what cannot be judged."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcost_ext.core.errors import UsageError
from mlcost_ext.core.merge_patch import merged, patch_between
from mlcost_ext.core.policy import Overrides, Policy, PolicyException, RuleSettings, TagRule
from mlcost_ext.core.rule import Objection, OptionValue, Proposal, Rule, Unsure
from mlcost_ext.guardrails.unpriced import RULE as UNPRICED
from mlcost_ext.kernel_wiring import estimator
from mlcost_ext.usecases.decision_card import card_of, card_text, may_override, words_of
from mlcost_ext.usecases.estimating import Estimator
from mlcost_ext.usecases.judged import decision_of, said_in
from mlcost_ext.usecases.preflight import Preflight
from mlcost_ext.usecases.tag_filling import filled, tags_of, with_tags

NOW = datetime(2026, 11, 30, 12, tzinfo=timezone.utc)
REGION = "us-east-1"
SHARED: Estimator
REQUEST: dict[str, Any] = {
    "TrainingJobName": "a",
    "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
    "ResourceConfig": {"InstanceType": "ml.p4d.24xlarge", "InstanceCount": 2, "VolumeSizeInGB": 30},
    "StoppingCondition": {"MaxRuntimeInSeconds": 86_400},
    "OutputDataConfig": {"S3OutputPath": "s3://bucket/out"},
}


class NoEvidence:
    """Nothing is remembered."""

    def earlier_runs(self, *_: object) -> tuple[()]:
        return ()

    def bucket_region(self, *_: object) -> None:
        return None

    def training_types(self) -> frozenset[str]:
        return frozenset()


def rule(id_: str, judge: Any, *kinds: str) -> Rule:
    return Rule(id=id_, title=id_, docs_url="docs/rules.md", practice=None, kinds=kinds, options=(), judge=judge)


def spot(proposal: Proposal, _: Mapping[str, OptionValue]) -> tuple[Objection, ...]:
    """Object to what is not on Spot."""
    if proposal.request.get("EnableManagedSpotTraining"):
        return ()
    stop = {"MaxWaitTimeInSeconds": 172_800}
    return (
        Objection(message="Not on Spot.", hint="Use it.", fix={"EnableManagedSpotTraining": True, "StoppingCondition": stop}),
    )


def checkpoint(proposal: Proposal, _: Mapping[str, OptionValue]) -> tuple[Objection, ...]:
    """Object to Spot without a checkpoint."""
    request = proposal.request
    if not request.get("EnableManagedSpotTraining") or request.get("CheckpointConfig"):
        return ()
    return (Objection(message="No checkpoint.", hint="Set it.", fix={"CheckpointConfig": {"S3Uri": "s3://bucket/c"}}),)


def tags(proposal: Proposal, _: Mapping[str, OptionValue]) -> tuple[Objection, ...]:
    """Object to missing tags."""
    missing = [each.key for each in proposal.required_tags if each.key not in proposal.tags]
    needs = tuple(f"Tags.{key}" for key in missing)
    return (Objection(message=f"Tags {missing} are missing.", hint="Say them.", fix={}, needs=needs),) if missing else ()


def p4d(proposal: Proposal, _: Mapping[str, OptionValue]) -> tuple[Objection, ...]:
    """Object to a type."""
    if "p4d" not in str(proposal.request["ResourceConfig"].get("InstanceType")):
        return ()
    return (Objection(message="No p4d.", hint="Another.", fix={"ResourceConfig": {"InstanceType": "ml.g5.xlarge"}}),)


def no_g5(proposal: Proposal, _: Mapping[str, OptionValue]) -> tuple[Objection, ...]:
    """Object to another type, with no way out."""
    return (Objection(message="No g5.", hint="Ask."),) if "g5" in str(proposal.request["ResourceConfig"]) else ()


def unsure(*_: object) -> tuple[Objection, ...]:
    raise Unsure("AWS did not answer in time.")


def broken(*_: object) -> tuple[Objection, ...]:
    raise ZeroDivisionError


RULES = (rule("MC104", p4d), rule("MC106", spot, "training"), rule("MC107", checkpoint), rule("MC301", tags))


def policy(**verdicts: Any) -> Policy:
    changes = {key: verdicts.pop(key) for key in list(verdicts) if not key.startswith("MC")}
    rules = {id_: RuleSettings(verdict=verdict, options={}) for id_, verdict in verdicts.items()}
    return Policy(rules=rules, **changes)


def preflight(rules: Any = RULES, policy_: Policy | None = None) -> Preflight:
    return Preflight(SHARED, rules, policy_ or policy(), NoEvidence())


@pytest.fixture(scope="module", autouse=True)
def shared(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Read the shipped prices once."""
    global SHARED  # noqa: PLW0603
    SHARED = estimator(tmp_path_factory.mktemp("home"))


def judge(found: Preflight, request: Mapping[str, Any] = REQUEST, **more: Any) -> Any:
    return found.judge("training", request, REGION, now=NOW, **more)


def test_strictest_verdict_decides_and_shadow_is_recorded_only() -> None:
    """A finding in shadow is not shown and decides nothing."""
    found = judge(preflight(policy_=policy(MC104="shadow", MC106="warn", MC107="block", MC301="off")))
    assert [(each.rule, each.verdict) for each in found.estimate.findings] == [("MC106", "warn")]
    assert found.decision == "warn"
    assert [each.rule.id for each in found.shadowed()] == ["MC104"]
    assert judge(preflight(policy_=policy(MC104="block", MC106="ask"))).decision == "block"
    assert judge(preflight(rules=())).decision == "allow"


def test_effective_decision_is_that_of_nobody_there() -> None:
    """Where nobody can answer, ask becomes what the policy says."""
    asked = policy(MC104="ask", MC106="off")
    assert judge(preflight(policy_=asked)).estimate.effective_decision == "block"
    assert judge(preflight(policy_=replace(asked, non_interactive="warn"))).estimate.effective_decision == "warn"


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_order_of_rules_never_matters(order: tuple[int, ...]) -> None:
    """Findings, fixes and the combined fix are the same."""
    asked = policy(MC104="ask", MC301="ask", required_tags=(TagRule(key="team"),))
    base, other = preflight(policy_=asked), preflight([RULES[place] for place in order], asked)
    one, two = judge(base), judge(other)
    assert one.estimate == two.estimate
    assert base.combined(one, now=NOW) == other.combined(two, now=NOW)


def test_fix_brings_along_what_it_would_cause() -> None:
    """Spot's fix has the checkpoint without which it would be found fault with."""
    found = judge(preflight(policy_=policy(MC104="off")))
    fix = next(each.fix for each in found.estimate.findings if each.rule == "MC106")
    assert fix == {
        "EnableManagedSpotTraining": True,
        "StoppingCondition": {"MaxWaitTimeInSeconds": 172_800},
        "CheckpointConfig": {"S3Uri": "s3://bucket/c"},
    }


def test_fix_that_causes_what_cannot_be_mended_is_none() -> None:
    """A type that another rule is against is no fix; with that rule in shadow it is."""
    rules = (*RULES, rule("MC199", no_g5))
    found = judge(preflight(rules, policy(MC104="block")))
    assert next(each for each in found.estimate.findings if each.rule == "MC104").fix is None
    shadowed = judge(preflight(rules, policy(MC104="block", MC199="shadow")))
    assert next(each for each in shadowed.estimate.findings if each.rule == "MC104").fix is not None


def test_saving_is_by_the_estimates_with_and_without() -> None:
    """No saving is told where a fix saves nothing that is known."""
    found = judge(preflight(policy_=policy(MC301="off")))
    by_rule = {each.rule: each for each in found.estimate.findings}
    before = found.estimate.list_cost.expected
    after = judge(preflight(), merged(REQUEST, by_rule["MC104"].fix)).estimate.list_cost.expected
    assert by_rule["MC104"].saving is not None
    assert by_rule["MC104"].saving.expected == before - after


def test_combined_fix_clears_what_stops_and_says_what_it_needs() -> None:
    """With what a person says it is allowed; without what is only warned of it changes less."""
    asked = policy(
        MC104="block", MC301="ask", MC106="warn", required_tags=(TagRule(key="team"), TagRule(key="env", default="dev"))
    )
    found = preflight(policy_=asked)
    judged = judge(found)
    whole, needed = found.combined(judged, now=NOW), found.combined(judged, now=NOW, only_needed=True)
    assert whole is not None
    assert needed is not None
    assert whole.needs == needed.needs == ("Tags.team",)
    assert whole.rules == ("MC104", "MC106", "MC107", "MC301")
    assert needed.rules == ("MC104", "MC301")
    then = judge(found, said_in(merged(judged.request, whole.change), "training", {"Tags.team": "fraud"}))
    assert (then.decision, tags_of(then.request)) == ("allow", {"env": "dev", "team": "fraud"})


def test_nothing_combined_where_one_cannot_be_mended() -> None:
    """A card does not offer what would be stopped again."""
    found = preflight((*RULES, rule("MC199", no_g5)), policy(MC104="block", MC199="block"))
    assert found.combined(judge(found), now=NOW) is None
    clean = preflight(rules=())
    assert clean.combined(judge(clean), now=NOW) is None


def test_exception_applies_to_its_tags_until_its_day() -> None:
    """On its last day it does, on the next it does not, and never to others."""
    lenient = RuleSettings(verdict="off", options={})
    made = PolicyException(rule="MC104", scope={"team": "risk"}, until=date(2026, 11, 30), reason="b", instead=lenient)
    found = preflight(policy_=policy(MC104="block", exceptions=(made,)))
    tagged = with_tags(REQUEST, "training", {"team": "risk"})
    assert "MC104" not in {each.rule for each in judge(found, tagged).estimate.findings}
    assert "MC104" in {each.rule for each in judge(found).estimate.findings}
    late = found.judge("training", tagged, REGION, now=datetime(2026, 12, 1, tzinfo=timezone.utc))
    assert "MC104" in {each.rule for each in late.estimate.findings}


def test_override_leaves_a_record() -> None:
    """What is overridden is judged still, in shadow."""
    found = judge(preflight(policy_=policy(MC104="block", MC106="off")), overridden={"MC104"})
    assert found.decision == "allow"
    assert [each.rule.id for each in found.shadowed()] == ["MC104"]


@pytest.mark.parametrize("judge_", [unsure, broken])
@pytest.mark.parametrize(
    ("when", "verdict", "expected"),
    [
        ("warn", "block", "warn"),
        ("warn", "warn", "warn"),
        ("block", "block", "block"),
        ("block", "ask", "block"),
        ("block", "warn", "block"),
    ],
)
def test_what_cannot_be_judged(judge_: Any, when: Any, verdict: Any, expected: str) -> None:
    """It is said, and the policy's `when_unsure` decides."""
    found = judge(preflight((rule("MC113", judge_),), policy(MC113=verdict, when_unsure=when)))
    assert [(each.is_unsure, each.verdict) for each in found.estimate.findings] == [(True, expected)]
    assert found.decision == expected


@pytest.mark.parametrize("judge_", [unsure, broken])
@pytest.mark.parametrize("when", ["warn", "block"])
def test_what_cannot_be_judged_in_shadow(judge_: Any, when: Any) -> None:
    """It is recorded, and stops nothing."""
    found = judge(preflight((rule("MC113", judge_),), policy(MC113="shadow", when_unsure=when)))
    assert (found.decision, found.estimate.findings) == ("allow", [])
    assert [(each.rule.id, each.verdict) for each in found.shadowed()] == [("MC113", "shadow")]


@pytest.mark.parametrize(
    ("when", "verdict", "expected"),
    [
        ("warn", "warn", "warn"),
        ("warn", "block", "block"),
        ("block", "warn", "block"),
        ("block", "shadow", "allow"),
        ("block", "off", "allow"),
    ],
)
def test_a_price_that_is_out_of_reach(when: Any, verdict: Any, expected: str) -> None:
    """To fail closed is to launch nothing without a price; otherwise the rule's own verdict counts."""
    request = {**REQUEST, "ResourceConfig": {"InstanceType": "ml.new9.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 1}}
    found = judge(preflight((UNPRICED,), policy(MC302=verdict, when_unsure=when)), request)
    assert found.decision == expected


@pytest.mark.parametrize("verdict", ["warn", "ask"])
def test_what_cannot_be_counted_is_not_out_of_reach(verdict: Any) -> None:
    """AWS chooses the instances of an AutoML job: to fail closed stops none of these, the rule's own verdict counts."""
    judging = preflight((UNPRICED,), policy(MC302=verdict, when_unsure="block"))
    found = judging.judge("automl", {"AutoMLJobName": "a"}, REGION, now=NOW)
    assert found.decision == verdict


def test_tags_are_filled_before_anybody_is_asked() -> None:
    """First what the caller has, then the policy's defaults; what the request says stays."""
    required = (TagRule(key="team"), TagRule(key="env", default="dev"))
    asked = policy(MC301="ask", required_tags=required)
    found = judge(preflight(policy_=asked), with_tags(REQUEST, "training", {"env": "prod"}), tags={"team": "risk", "env": "test"})
    assert tags_of(found.request) == {"env": "prod", "team": "risk"}
    assert "MC301" not in {each.rule for each in found.estimate.findings}


def test_filling_leaves_alone_what_it_cannot_fill() -> None:
    """Tags that are no list are for AWS to refuse, and more than fifty are not made."""
    wrong = {**REQUEST, "Tags": "team"}
    assert filled(wrong, "training", {"a": "b"}, ()) is wrong
    assert filled(REQUEST, "training", {}, ()) is REQUEST
    many = with_tags(REQUEST, "training", {f"k{place}": "v" for place in range(50)})
    assert filled(many, "training", {"a": "b"}, ()) == many
    assert tags_of({"Tags": [{"Key": 1, "Value": "x"}, "no", {"Key": "a", "Value": "b"}]}) == {"a": "b"}
    assert with_tags({"Tags": ["odd"]}, "training", {"a": "b"})["Tags"] == ["odd", {"Key": "a", "Value": "b"}]


def test_wrong_request_says_so() -> None:
    """Nothing is judged of what is no request."""
    with pytest.raises(UsageError):
        judge(preflight(), {"TrainingJobName": "a"})
    assert "MC106" not in {each.rule for each in preflight().judge("processing", PROCESSING, REGION, now=NOW).estimate.findings}


PROCESSING = {
    "ProcessingJobName": "a",
    "AppSpecification": {"ImageUri": "i"},
    "ProcessingResources": {"ClusterConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30}},
    "ResourceConfig": {},
}


def test_alternatives_come_only_where_they_are_asked_for() -> None:
    """They cost time that a launch does not have."""
    found = preflight()
    judged = judge(found, hours=Decimal(2))
    assert judged.estimate.alternatives == []
    assert found.with_alternatives(judged, Decimal(2)).alternatives


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.text("ab", max_size=2),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text("abc", max_size=1), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.dictionaries(st.text("abc", max_size=1), JSON, max_size=3), st.dictionaries(st.text("abc", max_size=1), JSON, max_size=3)
)
def test_patch_between_leads_from_one_to_the_other(one: dict[str, Any], other: dict[str, Any]) -> None:
    """Wherever a patch can say it: null in a document cannot be told from absence."""
    other = without_null(other)
    assert merged(one, patch_between(one, other)) == other


def without_null(value: Any) -> Any:
    return {key: without_null(each) for key, each in value.items() if each is not None} if isinstance(value, dict) else value


def test_card_says_what_why_how_much_and_how_to_go_on() -> None:
    """As a data scientist reads it."""
    required = (TagRule(key="team", allowed=("fraud", "risk")),)
    asked = policy(MC104="ask", MC301="ask", MC106="warn", required_tags=required, contact="ml@example.com")
    found = preflight(policy_=asked)
    judged = judge(found)
    mend = found.combined(judged, now=NOW)
    assert mend is not None
    card = card_of(judged, [("fix", mend)], asked, may_go_on=True)
    assert card.title == "Not launched: 2 × ml.p4d.24xlarge needs a decision"
    assert card.choices[0].title.startswith("Spot with checkpoints, on ml.g5.xlarge")
    assert card.choices[0].title.endswith("; you are asked for team")
    assert card.choices[1].title == "As it is, with a reason"
    assert card.footer.startswith("Policy of ml@example.com · rules MC104, MC301 · prices of ")
    text = card_text(card)
    assert "1  Spot with checkpoints" in text
    assert "likely" in text
    assert "No p4d." in text


def test_who_may_override() -> None:
    """As the policy lists; else what only asks."""
    asked = judge(preflight(policy_=policy(MC104="ask", MC106="block"))).estimate.findings
    assert may_override("MC104", asked, policy())
    assert not may_override("MC106", asked, policy())
    assert may_override("MC106", asked, policy(overrides=Overrides(allowed=("MC106",))))
    assert not may_override("MC104", asked, policy(overrides=Overrides(allowed=("MC106",))))


def test_decision_of_nothing_is_allow() -> None:
    """Nothing found stops nothing."""
    assert decision_of(()) == "allow"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ResourceConfig": {"KeepAlivePeriodInSeconds": 18_180}}, ["kept warm for 5 h 3 min"]),
        ({"ResourceConfig": {"KeepAlivePeriodInSeconds": None}}, ["no warm pool"]),
        ({"ProductionVariants": [{"ManagedInstanceScaling": {"MaxInstanceCount": 6}}]}, ["scaled to 6 at most"]),
        ({"ManagedInstanceScaling": {"MinInstanceCount": 1, "MaxInstanceCount": 6}}, ["with scaling"]),
    ],
)
def test_a_change_is_told_in_words(change: Any, words: list[str]) -> None:
    """With spans as people say them."""
    assert list(words_of(change, {})) == words
