"""MC110: what bounds a tuning job, and what earlier ones it could go on from."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcost_ext.core.evidence import EarlierRun
from mlcost_ext.core.merge_patch import merged
from mlcost_ext.core.rule import NothingKept, Unsure
from mlcost_ext.guardrails.tuning_bounds import RULE

from .launch_samples import (
    DAY,
    FORECAST,
    HOUR,
    LATEST,
    NOW,
    Evidence,
    definition,
    faults_of,
    fixed,
    objections,
    proposal,
    several,
    tuning,
)

EVERY_BOUND = ["MaxNumberOfTrainingJobs", "MaxRuntimeInSeconds", "TrainingJobEarlyStoppingType"]


def limits(number=20, parallel=2, seconds=10 * DAY):
    told = {"MaxNumberOfTrainingJobs": number, "MaxParallelTrainingJobs": parallel, "MaxRuntimeInSeconds": seconds}
    return {"ResourceLimits": {key: value for key, value in told.items() if value is not None}}


def earlier(name="tune-0", status="Completed", **changes):
    fields = {
        "name": name,
        "status": status,
        "ended_at": NOW,
        "instance_type": None,
        "instance_count": None,
        "run_seconds": None,
        "list_cost": None,
        "volume_gb": None,
        "utilisation": None,
        "has_same_code": True,
        "has_same_data": True,
        "has_same_parameters": False,
    }
    return EarlierRun(**{**fields, **changes})


def subjects(request, evidence=None, **given):
    return [each.subject for each in objections(RULE, proposal(request, "tuning", evidence=evidence or Evidence()), **given)]


def test_a_bounded_job_is_fine():
    """With a number, a time and early stopping."""
    assert subjects(tuning()) == []


def test_each_bound_that_is_missing_is_told():
    """And mended on its own."""
    bare = tuning({"ResourceLimits": {"MaxParallelTrainingJobs": 2}, "TrainingJobEarlyStoppingType": None})
    assert subjects(bare) == EVERY_BOUND
    for each in objections(RULE, proposal(bare, "tuning")):
        after = merged(bare, each.fix)
        assert faults_of("tuning", after) == ""
        assert subjects(after) == [subject for subject in EVERY_BOUND if subject != each.subject]
    assert objections(RULE, proposal(bare, "tuning"))[0].message == (
        "MaxNumberOfTrainingJobs is missing, so that there may be 750 training jobs, above the 100 that are allowed here."
    )


def test_too_many_jobs():
    """As many as are allowed remain, and no more at a time than that."""
    request = tuning(limits(number=200, parallel=50))
    (found,) = objections(RULE, proposal(request, "tuning"))
    assert found.message == "There may be 200 training jobs, above the 100 that are allowed here."
    _, fix = fixed(RULE, request, "tuning")
    assert fix == {"HyperParameterTuningJobConfig": {"ResourceLimits": {"MaxNumberOfTrainingJobs": 100}}}
    after, _ = fixed(RULE, request, "tuning", max_jobs=Decimal(10))
    assert after["HyperParameterTuningJobConfig"]["ResourceLimits"]["MaxParallelTrainingJobs"] == 10
    assert subjects(request, max_jobs=None) == []


def test_without_a_limit_only_a_missing_number_counts():
    """A hundred are proposed."""
    request = tuning(limits(number=None))
    (found,) = objections(RULE, proposal(request, "tuning"), max_jobs=None)
    assert found.message == "MaxNumberOfTrainingJobs is missing, so that there may be 750 training jobs."
    after, _ = fixed(RULE, request, "tuning", max_jobs=None)
    assert after["HyperParameterTuningJobConfig"]["ResourceLimits"]["MaxNumberOfTrainingJobs"] == 100


def test_a_grid_has_as_many_jobs_as_combinations():
    """AWS counts them, and only fewer values make fewer of them."""
    ranges = [{"Name": name, "Values": [str(value) for value in range(11)]} for name in ("a", "b")]
    grid = {"Strategy": "Grid", "ParameterRanges": {"CategoricalParameterRanges": ranges}}
    request = tuning({**grid, **limits(number=None)})
    (found,) = objections(RULE, proposal(request, "tuning"))
    assert (found.message, found.hint) == (
        "There may be 121 training jobs, above the 100 that are allowed here.",
        "Give fewer values to search.",
    )
    assert found.fix is None
    assert subjects(request, max_jobs=Decimal(121)) == []


def test_a_time_for_all_is_long_enough_for_all():
    """One lot after the other: ten of two jobs, each a day at most, or twice what nine of ten took, and five minutes to start."""
    request = tuning(limits(seconds=None))
    _, fix = fixed(RULE, request, "tuning")
    assert fix == {"HyperParameterTuningJobConfig": {"ResourceLimits": {"MaxRuntimeInSeconds": 10 * (DAY + 300)}}}
    after, _ = fixed(RULE, request, "tuning", fields={"forecasts": LATEST})
    assert FORECAST.high_seconds == 5000
    assert after["HyperParameterTuningJobConfig"]["ResourceLimits"]["MaxRuntimeInSeconds"] == 103_200
    after, _ = fixed(RULE, tuning(limits(number=100, parallel=1, seconds=None)), "tuning")
    assert after["HyperParameterTuningJobConfig"]["ResourceLimits"]["MaxRuntimeInSeconds"] == 100 * (DAY + 300)
    month = definition(StoppingCondition={"MaxRuntimeInSeconds": 28 * DAY})
    after, _ = fixed(RULE, tuning(limits(number=100, seconds=None), TrainingJobDefinition=month), "tuning")
    assert after["HyperParameterTuningJobConfig"]["ResourceLimits"]["MaxRuntimeInSeconds"] == 15_768_000


def test_a_time_for_all_has_room_for_waits():
    """A job on Spot may take as long as it may wait and run together; of several definitions the longest wait counts."""
    spot = {"EnableManagedSpotTraining": True, "StoppingCondition": {"MaxRuntimeInSeconds": 4860, "MaxWaitTimeInSeconds": 9720}}
    lots = limits(number=50, parallel=5, seconds=None)
    after, _ = fixed(RULE, tuning(lots, TrainingJobDefinition=definition(**spot)), "tuning")
    assert after["HyperParameterTuningJobConfig"]["ResourceLimits"]["MaxRuntimeInSeconds"] == 100_200  # 10 × (9720 + 300) s
    after, _ = fixed(RULE, tuning(lots, TrainingJobDefinition=definition(**spot)), "tuning", fields={"forecasts": LATEST})
    assert after["HyperParameterTuningJobConfig"]["ResourceLimits"]["MaxRuntimeInSeconds"] == 100_200
    request = several(definition(**spot), definition(StoppingCondition={"MaxRuntimeInSeconds": HOUR}))
    request["HyperParameterTuningJobConfig"] = {**request["HyperParameterTuningJobConfig"], **lots}
    after, _ = fixed(RULE, request, "tuning")
    assert after["HyperParameterTuningJobConfig"]["ResourceLimits"]["MaxRuntimeInSeconds"] == 100_200


def test_early_stopping():
    """Not for one job, not where AWS chooses it, and not for Hyperband, which stops jobs itself."""
    off = {"TrainingJobEarlyStoppingType": "Off"}
    assert subjects(tuning(off)) == ["TrainingJobEarlyStoppingType"]
    assert subjects(tuning({**off, "Strategy": None})) == ["TrainingJobEarlyStoppingType"]
    assert subjects(tuning({**off, "Strategy": "Hyperband"})) == []
    assert subjects(tuning({**off, **limits(number=1)})) == []
    assert subjects(tuning(off, Autotune={"Mode": "Enabled"})) == []
    _, fix = fixed(RULE, tuning(off), "tuning")
    assert fix == {"HyperParameterTuningJobConfig": {"TrainingJobEarlyStoppingType": "Auto"}}


def test_several_definitions_share_their_number():
    """And have the longest limit among them."""
    request = several(definition(), definition(StoppingCondition={"MaxRuntimeInSeconds": HOUR}))
    request["HyperParameterTuningJobConfig"] = {**request["HyperParameterTuningJobConfig"], **limits(number=200, seconds=None)}
    assert subjects(request) == ["MaxNumberOfTrainingJobs", "MaxRuntimeInSeconds"]
    found = objections(RULE, proposal(request, "tuning"))[1]
    assert found.fix == {"HyperParameterTuningJobConfig": {"ResourceLimits": {"MaxRuntimeInSeconds": 50 * (DAY + 300)}}}


def test_an_earlier_tuning_job_of_the_same_can_be_gone_on_from():
    """The latest of them that has ended well; not the job itself."""
    runs = [
        earlier("tune-1"),
        earlier("failed", "Failed"),
        earlier("other-code", has_same_code=False),
        earlier("other-data", has_same_data=False),
        earlier("stopped", "Stopped"),
        earlier("older"),
    ]
    fields = {"evidence": Evidence(runs)}
    (found,) = objections(RULE, proposal(tuning(), "tuning", **fields))
    assert found.message == "It starts from nothing, though stopped has tuned the same image on the same data."
    after, _ = fixed(RULE, tuning(), "tuning", fields=fields)
    assert after["WarmStartConfig"] == {
        "ParentHyperParameterTuningJobs": [{"HyperParameterTuningJobName": "stopped"}],
        "WarmStartType": "IdenticalDataAndAlgorithm",
    }
    assert subjects(tuning(), Evidence(runs[1:4])) == []


def test_where_a_warm_start_tells_nothing():
    """A grid or Hyperband learn nothing from it, and of several definitions none is known to be like another."""
    runs = Evidence([earlier()])
    assert subjects(tuning({"Strategy": "Hyperband", "TrainingJobEarlyStoppingType": None}), runs) == []
    assert subjects(several(definition(), definition()), runs) == []


def test_what_cannot_be_read_is_told_only_where_all_else_is_well():
    """And where nothing is remembered, nothing is said."""
    assert subjects(tuning(), Evidence(NothingKept("There is no ledger."))) == []
    broken = Evidence(Unsure("The ledger cannot be read."))
    with pytest.raises(Unsure, match="The ledger cannot be read"):
        subjects(tuning(), broken)
    assert subjects(tuning({"TrainingJobEarlyStoppingType": "Off"}), broken) == ["TrainingJobEarlyStoppingType"]


@given(
    number=st.none() | st.integers(1, 750),
    parallel=st.integers(1, 100),
    seconds=st.none() | st.integers(120, 15_768_000),
    strategy=st.sampled_from(["Bayesian", "Random", "Hyperband"]),
    early=st.sampled_from(["Off", "Auto", None]),
    most=st.none() | st.integers(1, 200).map(Decimal),
    run=st.integers(1, 28 * DAY),
)
def test_fixes_one_after_the_other_leave_nothing_to_say(number, parallel, seconds, strategy, early, most, run):
    """And AWS takes what comes of them."""
    early = None if strategy == "Hyperband" else early
    config = {**limits(number, parallel, seconds), "Strategy": strategy, "TrainingJobEarlyStoppingType": early}
    request = tuning(config, TrainingJobDefinition=definition(StoppingCondition={"MaxRuntimeInSeconds": run}))
    for _ in range(4):
        found = objections(RULE, proposal(request, "tuning"), max_jobs=most)
        if not found:
            break
        request = merged(request, found[0].fix)
    assert found == ()
    assert faults_of("tuning", request) == ""
    told = request["HyperParameterTuningJobConfig"]
    assert strategy != "Hyperband" or "TrainingJobEarlyStoppingType" not in told
    assert most is None or number is None or told["ResourceLimits"]["MaxNumberOfTrainingJobs"] == min(number, most)
