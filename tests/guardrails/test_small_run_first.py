"""MC108: a dear run of code that has not run through."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from mlcost_ext.core.evidence import EarlierRun, NoEvidence
from mlcost_ext.core.merge_patch import merged
from mlcost_ext.core.rule import Unsure
from mlcost_ext.guardrails.small_run_first import RULE

from .launches import (
    NOW,
    OWN,
    PYTORCH,
    Remembered,
    judged,
    learnt,
    options_of,
    processing,
    proposal,
    run,
    shared,
    training,
    transform,
    tuning,
)


def cost_of(kind: str, request: dict[str, Any]) -> Decimal:
    high = shared().estimate(kind, request, "us-east-1").list_cost.high
    assert high is not None
    return high


def test_a_dear_run_of_new_code_is_objected_to() -> None:
    """The fix is a trial of it that stays below both limits: half an hour of one instance at most."""
    request = training("ml.g5.12xlarge", 2, hours=24)
    (found,) = judged(RULE, "training", request)
    assert found.message == (
        "This code has not run through here in the last 90 days, "
        f"and this run may cost up to USD {cost_of('training', request):.2f}."
    )
    assert found.fix is not None
    fixed = merged(request, found.fix)
    assert fixed["StoppingCondition"]["MaxRuntimeInSeconds"] == 1500
    assert fixed["ResourceConfig"]["InstanceCount"] == 1
    assert cost_of("training", fixed) < 5
    assert found.hint == "The fix makes a trial of it, which AWS ends after 25 min, done or not; then launch the whole."


def test_the_trial_is_shorter_where_the_machine_is_dear() -> None:
    """And there is none where five minutes cost too much, or where the price of the machine is not known."""
    request = training("ml.p4d.24xlarge", hours=24)
    (found,) = judged(RULE, "training", request)
    assert found.fix is not None
    seconds = found.fix["StoppingCondition"]["MaxRuntimeInSeconds"]
    assert 300 <= seconds < 1800
    assert seconds % 60 == 0
    (found,) = judged(RULE, "training", request, small_fraction_percent=Decimal("0.1"))
    assert found.fix is None
    assert found.hint == f"Run it on a part of the data first, for USD {cost_of('training', request) / 1000:.4f} or less."
    made = proposal("training", request)
    unpriced = replace(made, estimate=replace(made.estimate, lines=[]))
    (found,) = RULE.judge(unpriced, options_of(RULE))
    assert found.fix is None


def test_what_costs_little_is_left_alone() -> None:
    """Below the limit, by what is expected where enough runs tell, else by the most; what has no price is MC302's matter."""
    assert judged(RULE, "training", training("ml.m5.xlarge", hours=20)) == ()
    assert len(judged(RULE, "training", training("ml.m5.xlarge", hours=20), from_list_cost=Decimal(4))) == 1
    made = proposal("training", training("ml.g5.12xlarge"))
    assert RULE.judge(learnt(made, "4.99", 5), options_of(RULE)) == ()
    assert len(RULE.judge(learnt(made, "4.99", 4), options_of(RULE))) == 1
    assert RULE.judge(proposal("training", training("ml.zz9.xlarge")), options_of(RULE)) == ()


@pytest.mark.parametrize(
    ("earlier", "is_silent"),
    [
        ([run(has_same_data=False, has_same_parameters=False, ended_at=NOW - timedelta(days=80))], True),
        ([run(list_cost=Decimal(900))], True),
        ([run(status="Failed", list_cost=Decimal(1))], False),
        ([run(status="Stopped", list_cost=Decimal(1))], True),
        ([run(status="Stopped", list_cost=Decimal(900))], False),
        ([run(status="Stopped", list_cost=None)], False),
        ([run(has_same_code=False)], False),
        ([run(status="Failed"), run(status="Failed"), run()], True),
    ],
)
def test_once_its_code_has_run_through_nothing_is_said(earlier: list[EarlierRun], is_silent: bool) -> None:
    """Whatever the data; a small run that was ended by its limit, as that of the fix is, is as good."""
    assert (judged(RULE, "training", training("ml.g5.12xlarge"), Remembered(earlier)) == ()) is is_silent


def test_other_kinds() -> None:
    """A trial of a tuning job is one job; of a batch transform job there is none, and it is not judged by default."""
    request = tuning(training("ml.g5.xlarge"))
    (found,) = judged(RULE, "tuning", request)
    assert found.fix is not None
    fixed = merged(request, found.fix)
    assert fixed["HyperParameterTuningJobConfig"]["ResourceLimits"] == {
        "MaxNumberOfTrainingJobs": 1,
        "MaxParallelTrainingJobs": 1,
    }
    assert fixed["TrainingJobDefinition"]["StoppingCondition"] == {"MaxRuntimeInSeconds": 1500}
    (found,) = judged(RULE, "processing", processing("ml.m5.24xlarge", 4, OWN))
    assert found.fix is not None
    assert found.fix["ProcessingResources"]["ClusterConfig"]["InstanceCount"] == 1
    assert RULE.judge(proposal("tuning", tuning(training(), training())), options_of(RULE)) == ()
    made = proposal("transform", transform("ml.m5.24xlarge", 4))
    dear = replace(made.estimate, list_cost=replace(made.estimate.list_cost, high=Decimal(100)))
    (found,) = RULE.judge(replace(made, estimate=dear), options_of(RULE))
    assert found.fix is None


def test_the_trial_keeps_no_instances_and_takes_a_type_that_fits() -> None:
    """The cheapest one that has what this one has, where the request has a volume for it; a limit that is shorter stays."""
    kept = {**training("ml.g5.12xlarge")["ResourceConfig"], "KeepAlivePeriodInSeconds": 3600}
    (found,) = judged(RULE, "training", training(ResourceConfig=kept))
    assert found.fix is not None
    assert found.fix["ResourceConfig"]["KeepAlivePeriodInSeconds"] is None
    short = training("ml.p4d.24xlarge", StoppingCondition={"MaxRuntimeInSeconds": 1000})
    (found,) = judged(RULE, "training", short, from_list_cost=Decimal(4), small_fraction_percent=Decimal(100))
    assert found.fix is not None
    assert found.fix["StoppingCondition"]["MaxRuntimeInSeconds"] < 1000
    made = proposal("training", training("ml.g5.12xlarge"), fitting=lambda *_: ("ml.g6.12xlarge",))
    (found,) = RULE.judge(made, options_of(RULE))
    assert found.fix is not None
    assert found.fix["ResourceConfig"]["InstanceType"] == "ml.g6.12xlarge"


def test_what_cannot_be_told() -> None:
    """An unreadable ledger is said; where none is kept nothing is, and a limit in another currency is none."""
    request = training("ml.g5.12xlarge")
    with pytest.raises(Unsure, match="ledger"):
        judged(RULE, "training", request, Remembered(Unsure("The ledger cannot be read.")))
    assert judged(RULE, "training", request, NoEvidence()) == ()
    with pytest.raises(Unsure, match="The limit is in EUR and the estimate in USD"):
        RULE.judge(proposal("training", request, limit_currency="EUR"), options_of(RULE))
    assert len(RULE.judge(proposal("training", request, limit_currency="USD"), options_of(RULE))) == 1
    assert RULE.judge(proposal("training", request, Remembered([run()]), limit_currency="EUR"), options_of(RULE)) == ()


def test_the_trial_runs_where_its_container_can() -> None:
    """A container of CUDA 12.1 has no code for the newest GPUs, however cheap they are."""
    older = PYTORCH.replace("cu124", "cu121")
    for image, is_newest in ((older, False), (PYTORCH.replace("cu124", "cu128"), True)):
        (found,) = judged(RULE, "training", training("ml.p5.48xlarge", image=image, hours=24), from_list_cost=Decimal(20))
        assert found.fix is not None
        assert str(found.fix.get("ResourceConfig", {}).get("InstanceType")).startswith("ml.g7e.") is is_newest
