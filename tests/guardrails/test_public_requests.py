"""Requests as public notebooks make them: what is said of each under three policies, and that each change can be pressed."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from mlcost_ext.core.merge_patch import merged
from mlcost_ext.guard_wiring import load_rules
from mlcost_ext.guardrails.distribution import DATA_PARALLEL_TYPES
from mlcost_ext.kernel_wiring import policy_files
from mlcost_ext.sandbox.fault import Fault
from mlcost_ext.usecases.decision_card import card_of, card_text
from mlcost_ext.usecases.judged import Judged, Mend, said_in
from mlcost_ext.usecases.preflight import Preflight

from .launch_samples import faults_of
from .launches import NOW, Remembered, shared
from .public import PUBLIC_REQUESTS, PublicRequest
from .public.building import BUCKET

REPOSITORY = Path(__file__).parents[2]
POLICIES = {
    "built_in": Path(__file__).parent / "public" / "none.yaml",
    "company": Path(__file__).parent / "public" / "company.yaml",
    "team": REPOSITORY / "docs" / "policies" / "small-team.yaml",
}
REGIONS = {
    BUCKET: "us-east-1",
    "cards-in-ireland": "eu-west-1",
    "cards-in-frankfurt": "eu-central-1",
    "cards-in-sao-paulo": "sa-east-1",
}
ANSWERS = {
    "Tags.team": "credit-risk",
    "Tags.environment": "staging",
    "Tags.model": "churn",
    "Tags.cost-centre": "4711",
    "Tags.project": "churn",
}
AGES = "MC303"
"""How old the shipped prices are changes from day to day."""
EVERY = pytest.mark.parametrize("launch", PUBLIC_REQUESTS, ids=lambda launch: f"{launch.kind}: {launch.name}")
OUR_WORDS = re.compile(r"[a-z]+_[a-z_]+")
"""Codes of ours, which are for programs."""
MEANT = ("tree_method", "gpu_hist", "batch_skipgram", "when_unsure", "cost_override", "cost_policy")
"""Words of that look that a user writes himself."""
BY_EACH = pytest.mark.parametrize("policy", POLICIES)


@cache
def preflight(policy: str) -> Preflight:
    """Judge by the prices that are shipped, for somebody who keeps a ledger that has no earlier runs in it."""
    found = policy_files(named=str(POLICIES[policy])).in_force()
    assert not found.faults
    evidence = Remembered(regions=REGIONS, types=frozenset({"ml.g5.4xlarge"}))
    rules = [rule for rule in load_rules().rules if rule.id != AGES]
    return Preflight(shared(), rules, found.policy, evidence)


@cache
def judged_at(policy: str, place: int) -> Judged:
    launch = PUBLIC_REQUESTS[place]
    return preflight(policy).judge(launch.kind, launch.request, launch.region_id, now=NOW)


def judged(policy: str, launch: PublicRequest) -> Judged:
    return judged_at(policy, PUBLIC_REQUESTS.index(launch))


def said(found: Judged) -> str:
    return " ".join([found.decision, *dict.fromkeys(each.rule for each in found.estimate.findings)])


def faults(launch: PublicRequest, request: object) -> str:
    """Say what AWS has against a request; an endpoint's configuration is another call's."""
    assert isinstance(request, dict)
    try:
        return faults_of(launch.kind, {key: value for key, value in request.items() if key != "EndpointConfig"})
    except Fault as fault:
        return str(fault)


def mends(policy: str, launch: PublicRequest) -> list[Mend]:
    found = (preflight(policy).combined(judged(policy, launch), now=NOW, only_needed=only) for only in (False, True))
    return [mend for mend in found if mend is not None]


def test_they_are_many_and_each_is_another() -> None:
    """Of all kinds that requests are read of; none has the name of another."""
    assert len({(each.kind, each.name) for each in PUBLIC_REQUESTS}) == len(PUBLIC_REQUESTS) >= 120
    kinds = {each.kind for each in PUBLIC_REQUESTS}
    assert kinds == {
        "training",
        "tuning",
        "processing",
        "transform",
        "automl",
        "endpoint-config",
        "endpoint",
        "notebook",
        "app",
        "space",
    }


@EVERY
@BY_EACH
def test_what_is_said(policy: str, launch: PublicRequest) -> None:
    """The decision, the rules that speak, and no other."""
    assert said(judged(policy, launch)) == getattr(launch, policy)


@EVERY
@BY_EACH
def test_each_fix_can_be_pressed(policy: str, launch: PublicRequest) -> None:
    """AWS takes the request with it where it took it before; its finding is gone, and none has come."""
    found = judged(policy, launch)
    known = {(each.rule, each.subject) for each in found.estimate.findings}
    for finding in found.estimate.findings:
        if finding.fix is None:
            continue
        changed = merged(found.request, finding.fix)
        assert changed != found.request
        assert faults(launch, changed) in ("", faults(launch, found.request))
        then = preflight(policy).judge(launch.kind, changed, launch.region_id, now=NOW, defaulted=found.defaulted)
        if not finding.needs:
            assert {(each.rule, each.subject) for each in then.estimate.findings} < known


@EVERY
@BY_EACH
def test_what_mends_all_lets_it_go(policy: str, launch: PublicRequest) -> None:
    """With what a person is asked for, nothing stops it any more."""
    found = judged(policy, launch)
    for mend in mends(policy, launch):
        changed = said_in(merged(found.request, mend.change), launch.kind, {need: ANSWERS[need] for need in mend.needs})
        assert faults(launch, changed) == ""
        then = preflight(policy).judge(launch.kind, changed, launch.region_id, now=NOW, defaulted=found.defaulted)
        assert then.decision in ("allow", "warn")


@EVERY
@BY_EACH
def test_the_card_is_in_plain_words(policy: str, launch: PublicRequest) -> None:
    """No code of ours, no type with a capital, no sentence that says nothing."""
    found = judged(policy, launch)
    told = [(key, mend) for key, mend in zip(("fix", "needed"), mends(policy, launch), strict=False)]
    text = card_text(card_of(found, told, preflight(policy).policy, may_go_on=False))
    assert set(OUR_WORDS.findall(re.sub(r"--\w+|s3://\S+", "", text))) <= set(MEANT)
    for bad in ("Ml.", " 1 jobs", "at most unknown", "As mended", "None", "2021-"):
        assert bad not in text
    for finding in found.estimate.findings:
        assert finding.message.endswith(".")
        assert finding.hint.endswith(".")


def test_machines_that_are_paid_already_are_not_replaced() -> None:
    """What a training plan holds is of one type, and another one is not on it."""
    launch = next(each for each in PUBLIC_REQUESTS if each.name.startswith("pre-training on four p5"))
    (finding,) = judged("company", launch).estimate.findings
    assert (finding.rule, finding.fix) == ("MC104", None)


def test_a_library_of_aws_stays_on_the_types_that_it_runs_on() -> None:
    """Neither the trial nor the allowed type is one that SageMaker's data parallelism does not run on."""
    launch = next(each for each in PUBLIC_REQUESTS if each.name.startswith("SageMaker's data parallelism on two p3.16xlarge"))
    trial = next(each for each in judged("built_in", launch).estimate.findings if each.rule == "MC108")
    assert trial.fix is not None
    assert trial.fix["ResourceConfig"]["InstanceType"] in DATA_PARALLEL_TYPES
    (other,) = [each for each in judged("built_in", dear_training()).estimate.findings if each.rule == "MC108"]
    assert other.fix is not None
    assert other.fix["ResourceConfig"]["InstanceType"] not in DATA_PARALLEL_TYPES


def dear_training() -> PublicRequest:
    return next(each for each in PUBLIC_REQUESTS if each.name.startswith("TensorFlow with Horovod"))
