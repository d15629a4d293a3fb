"""The rules that need evidence, among all others: their fixes hold, and nothing is said of a launch that is well."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from mlcost_ext.core.estimate import Finding
from mlcost_ext.core.evidence import NoEvidence
from mlcost_ext.core.merge_patch import merged
from mlcost_ext.core.policy import Policy
from mlcost_ext.guardrails import RULES
from mlcost_ext.usecases.preflight import Preflight

from .launches import (
    NOW,
    PYTORCH,
    REGION,
    SCIKIT,
    SCRIPT,
    Remembered,
    endpoint_config,
    faults,
    run,
    shared,
    training,
    used,
    variant,
)

LITTLE = used(cpu="5", gpu="5", memory="5", gpu_memory="5", disk="1")


def findings(kind: str, request: Mapping[str, Any], evidence: Any) -> dict[tuple[str, str | None], Finding]:
    judged = Preflight(shared(), RULES, Policy(rules={}), evidence).judge(kind, request, REGION, now=NOW)
    return {(each.rule, each.subject): each for each in judged.estimate.findings}


@pytest.mark.parametrize(
    ("rule", "subject", "kind", "request_", "evidence"),
    [
        ("MC105", "gpu", "training", training(image=SCIKIT, hours=1), Remembered()),
        ("MC105", "instances", "training", training(count=2, image=PYTORCH, hours=1, HyperParameters=SCRIPT), Remembered()),
        ("MC105", "utilisation", "training", training("ml.g5.12xlarge", hours=1),
         Remembered([run(instance_type="ml.g5.12xlarge", utilisation=LITTLE)] * 3)),
        ("MC108", None, "training", training("ml.g5.12xlarge"), Remembered()),
        ("MC112", "volume", "training",
         training("ml.m5.xlarge", hours=1, ResourceConfig={"InstanceType": "ml.m5.xlarge", "InstanceCount": 1,
                                                           "VolumeSizeInGB": 500}),
         Remembered([run(volume_gb=Decimal(500), utilisation=used(cpu="90", memory="90", disk="2"))] * 3)),
        ("MC112", "keep_alive", "training",
         training("ml.m5.xlarge", hours=1, ResourceConfig={"InstanceType": "ml.m5.xlarge", "InstanceCount": 1,
                                                           "VolumeSizeInGB": 30, "KeepAlivePeriodInSeconds": 3600}),
         Remembered([run(is_pool_reused=True, retained_seconds=300)] * 3)),
        ("MC111", "scaling", "endpoint-config",
         endpoint_config(variant("ml.m5.xlarge", 3, ModelName=None), ExecutionRoleArn="arn:aws:iam::111122223333:role/Role"),
         Remembered()),
    ],
)  # fmt: skip
def test_a_fix_holds_among_all_rules(rule: str, subject: str | None, kind: str, request_: dict[str, Any], evidence: Any) -> None:
    """It is kept with what else it needs, AWS takes it, and the finding is gone."""
    found = findings(kind, request_, evidence)[rule, subject]
    assert found.fix is not None
    fixed = merged(request_, found.fix)
    assert faults(kind, fixed) == []
    assert (rule, subject) not in findings(kind, fixed, evidence)


def test_a_launch_that_is_well_is_left_alone() -> None:
    """Its code has run, its machine was used, its data is here; without evidence nothing is said either."""
    proven = Remembered(
        [run(instance_type="ml.g5.xlarge", utilisation=used(cpu="60", gpu="95", memory="50", disk="60"), has_same_data=False)]
        * 5,
        regions={"bucket": REGION},
    )
    ours = {"MC105", "MC108", "MC109", "MC111", "MC112", "MC113"}
    for evidence in (proven, NoEvidence()):
        assert not {rule for rule, _ in findings("training", training(), evidence)} & ours
        assert not {rule for rule, _ in findings("endpoint-config", endpoint_config(variant()), evidence)} & ours


def test_rules_explain_themselves() -> None:
    """Each has an option's range that holds its default, and a practice that looks like one."""
    for rule in RULES:
        for option in rule.options:
            if isinstance(option.default, Decimal):
                assert option.least is None or option.least <= option.default, (rule.id, option.name)
                assert option.most is None or option.default <= option.most, (rule.id, option.name)
            assert option.help.endswith("."), (rule.id, option.name)
            assert option.default is not None or option.may_be_none, (rule.id, option.name)
