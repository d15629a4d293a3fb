"""MC106: where managed Spot would do, and what AWS refuses."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcost_ext.core.merge_patch import merged
from mlcost_ext.core.runs import MarketSaving
from mlcost_ext.guardrails import spot_checkpoints
from mlcost_ext.guardrails.managed_spot import RULE

from .launch_samples import (
    ALGORITHM,
    DAY,
    FORECAST,
    HOUR,
    LATEST,
    MARKET,
    definition,
    faults_of,
    fixed,
    objections,
    on_spot,
    proposal,
    several,
    training,
    tuning,
)

RESOURCES = {"InstanceType": "ml.g5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30}
CHECKPOINTS = {"S3Uri": "s3://models/churn/checkpoints/churn-1/"}
LEARNER = {**ALGORITHM, "TrainingImage": "382416733822.dkr.ecr.us-east-1.amazonaws.com/linear-learner:1"}


def test_the_example_of_the_interface():
    """An hour by earlier runs, a day at most: on Spot, with as much time to wait as to run, and with checkpoints."""
    launch = proposal(training(), forecasts=LATEST)
    (found,) = objections(RULE, launch)
    assert found.message == (
        "Managed Spot is off for a job that takes 1 h; on EC2's spot market its type is 60 % cheaper on average."
    )
    _, fix = fixed(RULE, training(), fields={"forecasts": LATEST})
    assert fix == {
        "EnableManagedSpotTraining": True,
        "StoppingCondition": {"MaxWaitTimeInSeconds": 2 * DAY},
        "CheckpointConfig": CHECKPOINTS,
    }


def test_from_half_an_hour():
    """As expected, else as the stopping condition allows."""
    short = {"ml.g5.xlarge": replace(FORECAST, expected_seconds=1799)}
    assert objections(RULE, proposal(training(), forecasts=short)) == ()
    assert objections(RULE, proposal(training(), forecasts=short), from_hours=Decimal("0.4"))
    (found,) = objections(RULE, proposal(training(StoppingCondition={"MaxRuntimeInSeconds": 1800})))
    assert found.message.startswith("Managed Spot is off for a job that may run 30 min; ")
    assert objections(RULE, proposal(training(StoppingCondition={"MaxRuntimeInSeconds": 1799}))) == ()


def test_a_short_run_needs_no_checkpoints():
    """From four hours on it does, and those that it has stay."""
    _, fix = fixed(RULE, training(StoppingCondition={"MaxRuntimeInSeconds": 2 * HOUR}))
    assert "CheckpointConfig" not in fix
    own = {"S3Uri": "s3://elsewhere/", "LocalPath": "/opt/ml/mine"}
    after, _ = fixed(RULE, training(CheckpointConfig=own))
    assert after["CheckpointConfig"] == own


def test_the_fix_is_fine_with_the_other_rule():
    """MC107 has nothing against it, whatever its verdict."""
    after, _ = fixed(RULE, training())
    assert objections(spot_checkpoints.RULE, proposal(after)) == ()
    often = {"spot": replace(MARKET, interruptions=">20%", percent=1)}  # ten instances lose more than that in three hours
    request = training(StoppingCondition={"MaxRuntimeInSeconds": 3 * HOUR}, ResourceConfig={**RESOURCES, "InstanceCount": 10})
    after, fix = fixed(RULE, request, fields=often)
    assert fix["CheckpointConfig"] == CHECKPOINTS
    assert objections(spot_checkpoints.RULE, proposal(after, **often)) == ()
    assert objections(spot_checkpoints.RULE, proposal({**after, "CheckpointConfig": {}}, **often))


def test_where_no_output_is_told_a_person_says_where_checkpoints_go():
    """An estimate need not have one; AWS wants it."""
    for output in (None, {"S3OutputPath": "models/churn"}, {"S3OutputPath": "s3://a/" + "b" * 1017}):
        (found,) = objections(RULE, proposal(training(OutputDataConfig=output)))
        assert found.needs == ("CheckpointConfig.S3Uri",)
        assert "CheckpointConfig" not in found.fix
    (found,) = objections(RULE, proposal(training(TrainingJobName=None)))
    assert found.fix["CheckpointConfig"] == {"S3Uri": "s3://models/churn/checkpoints/"}


@pytest.mark.parametrize(
    "changes",
    [
        {"ResourceConfig": {**RESOURCES, "KeepAlivePeriodInSeconds": 60}},
        {"ResourceConfig": {**RESOURCES, "TrainingPlanArn": "arn:aws:sagemaker:us-east-1:111122223333:training-plan/p"}},
        {
            "ResourceConfig": {
                "InstancePreferences": [{"InstanceType": n, "InstanceCount": 1} for n in ("ml.g5.xlarge", "ml.g6.xlarge")]
            }
        },
        {"AlgorithmSpecification": {"AlgorithmName": "sellers-algorithm", "TrainingInputMode": "File"}},
        {"ServerlessJobConfig": {"BaseModelArn": "a", "JobType": "FineTuning"}},
        {"StoppingCondition": {"MaxRuntimeInSeconds": DAY, "MaxWaitTimeInSeconds": DAY}, "EnableManagedSpotTraining": True},
    ],
    ids=["kept", "plan", "preferences", "marketplace", "serverless", "spot"],
)
def test_where_spot_is_no_use_or_refused(changes):
    """Nothing is said."""
    assert objections(RULE, proposal(training(**changes))) == ()


def test_awss_algorithms_without_checkpoints_wait_for_an_hour_at_most():
    """So that longer ones are left alone."""
    kmeans = {**ALGORITHM, "TrainingImage": "382416733822.dkr.ecr.us-east-1.amazonaws.com/kmeans:1"}
    assert objections(RULE, proposal(training(AlgorithmSpecification=kmeans))) == ()
    request = training(AlgorithmSpecification=kmeans, StoppingCondition={"MaxRuntimeInSeconds": HOUR})
    _, fix = fixed(RULE, request)
    assert fix == {"EnableManagedSpotTraining": True, "StoppingCondition": {"MaxWaitTimeInSeconds": HOUR}}


@pytest.mark.parametrize(
    ("limit", "wait", "is_spot", "fixed_wait"),
    [
        (HOUR, 5 * HOUR, True, HOUR),
        (1800, HOUR + 1, True, HOUR),
        (2 * HOUR, 2 * HOUR, False, None),
        (5 * HOUR, None, False, None),
        (1800, None, True, HOUR),
        (600, 60, True, 1200),
    ],
)
def test_a_wait_that_aws_refuses_of_algorithms_without_checkpoints(limit, wait, is_spot, fixed_wait):
    """An hour at most; where the job may run for longer, no wait would do, and Spot is left out."""
    condition = {"MaxRuntimeInSeconds": limit, **({"MaxWaitTimeInSeconds": wait} if wait else {})}
    after, _ = fixed(RULE, on_spot(AlgorithmSpecification=LEARNER, StoppingCondition=condition))
    assert after["EnableManagedSpotTraining"] is is_spot
    assert after["StoppingCondition"].get("MaxWaitTimeInSeconds") == fixed_wait
    assert after["StoppingCondition"]["MaxRuntimeInSeconds"] == limit


def test_what_is_said_of_a_wait_that_is_too_long():
    """Of each definition of a tuning job; an hour is fine, and a wait without Spot is none to keep."""
    (found,) = objections(RULE, proposal(on_spot(HOUR, 2 * HOUR, AlgorithmSpecification=LEARNER)))
    assert found.subject == "EnableManagedSpotTraining"
    assert found.message == (
        "AWS refuses a job on Spot of an algorithm that writes no checkpoints and may wait and run for more than an hour: "
        "StoppingCondition allows that."
    )
    assert objections(RULE, proposal(on_spot(HOUR, HOUR, AlgorithmSpecification=LEARNER))) == ()
    waits = {"MaxRuntimeInSeconds": HOUR, "MaxWaitTimeInSeconds": 2 * HOUR}
    long = definition(AlgorithmSpecification=LEARNER, EnableManagedSpotTraining=True, StoppingCondition=waits)
    after, _ = fixed(RULE, several(long, definition(StoppingCondition={"MaxRuntimeInSeconds": 60})), "tuning")
    assert after["TrainingJobDefinitions"][0]["StoppingCondition"]["MaxWaitTimeInSeconds"] == HOUR
    after, _ = fixed(RULE, training(AlgorithmSpecification=LEARNER, StoppingCondition=waits))
    assert after["StoppingCondition"]["MaxWaitTimeInSeconds"] == HOUR


def test_the_hint_says_where_checkpoints_are_kept():
    """Nothing copies what a script writes to /opt/ml/checkpoints unless a CheckpointConfig says where to."""
    short = {"MaxRuntimeInSeconds": 2 * HOUR}
    (bare,) = objections(RULE, proposal(training(StoppingCondition=short)))
    assert "CheckpointConfig" not in bare.fix
    assert bare.hint.startswith("Turn it on: AWS may then interrupt the job and start it anew, unless a CheckpointConfig says")
    (kept,) = objections(RULE, proposal(training(StoppingCondition=short, CheckpointConfig=CHECKPOINTS)))
    (added,) = objections(RULE, proposal(training()))
    assert kept.hint == added.hint
    assert "so let it write checkpoints to /opt/ml/checkpoints" in kept.hint


def test_nothing_is_said_where_it_would_save_nothing():
    """Where nothing is known of the market, it is only not said how much."""
    assert objections(RULE, proposal(training(), spot=replace(MARKET, percent=0))) == ()
    (found,) = objections(RULE, proposal(training(), spot=None))
    assert found.message == "Managed Spot is off for a job that may run 24 h."
    odd = MarketSaving(percent=60, interruptions="often", source="a test", as_of="2026-01-01")
    assert objections(RULE, proposal(training(), spot=odd))


def test_a_missing_stopping_condition_is_written_down():
    """Since a wait needs one."""
    after, _ = fixed(RULE, training(StoppingCondition=None))
    assert after["StoppingCondition"] == {"MaxRuntimeInSeconds": DAY, "MaxWaitTimeInSeconds": 2 * DAY}


def test_a_wait_is_never_more_than_aws_takes():
    """28 days."""
    after, _ = fixed(RULE, training(StoppingCondition={"MaxRuntimeInSeconds": 20 * DAY}))
    assert after["StoppingCondition"]["MaxWaitTimeInSeconds"] == 28 * DAY


def test_definitions_of_a_tuning_job():
    """Each that is off is turned on, in one fix; each has a folder of its own for checkpoints."""
    after, _ = fixed(RULE, tuning(), "tuning")
    assert after["TrainingJobDefinition"]["CheckpointConfig"] == {"S3Uri": "s3://models/churn/checkpoints/tune-1/"}
    short = definition(StoppingCondition={"MaxRuntimeInSeconds": 60})
    after, _ = fixed(RULE, several(definition(), short, definition()), "tuning")
    first, second, third = after["TrainingJobDefinitions"]
    assert second == {"DefinitionName": "d1", **short}
    assert first["CheckpointConfig"] == {"S3Uri": "s3://models/churn/checkpoints/tune-1/d0/"}
    assert third["EnableManagedSpotTraining"] is True


def test_other_definitions_are_taken_to_be_as_long_as_the_first():
    """Where earlier runs tell of that one, as far as their own limit allows."""
    request = several(definition(), definition(StoppingCondition={"MaxRuntimeInSeconds": 1799}))
    after, _ = fixed(RULE, request, "tuning", fields={"forecasts": LATEST})
    assert "EnableManagedSpotTraining" not in after["TrainingJobDefinitions"][1]


# -- settings that cannot work -------------------------------------------------------------------


@pytest.mark.parametrize("wait", [None, HOUR])
def test_a_wait_shorter_than_the_run(wait):
    """AWS refuses it."""
    condition = {"MaxRuntimeInSeconds": DAY, **({"MaxWaitTimeInSeconds": wait} if wait else {})}
    request = on_spot(StoppingCondition=condition)
    assert [each.subject for each in objections(RULE, proposal(request))] == ["MaxWaitTimeInSeconds"]
    after, _ = fixed(RULE, request)
    assert after["StoppingCondition"] == {"MaxRuntimeInSeconds": DAY, "MaxWaitTimeInSeconds": 2 * DAY}


def test_kept_instances_with_spot():
    """Both at once AWS refuses; Spot stays."""
    request = on_spot(ResourceConfig={**RESOURCES, "KeepAlivePeriodInSeconds": 600})
    after, fix = fixed(RULE, request)
    assert fix == {"ResourceConfig": {"KeepAlivePeriodInSeconds": None}}
    assert after["EnableManagedSpotTraining"] is True


def test_a_wait_without_spot():
    """Goes, unless the job could be on Spot, and then it stays."""
    condition = {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 90}
    (found,) = objections(RULE, proposal(training(StoppingCondition=condition)))
    assert found.message == "AWS takes StoppingCondition.MaxWaitTimeInSeconds with managed Spot only, which is off."
    _, fix = fixed(RULE, training(StoppingCondition=condition))
    assert fix == {"StoppingCondition": {"MaxWaitTimeInSeconds": None}}
    after, _ = fixed(RULE, training(StoppingCondition={"MaxRuntimeInSeconds": DAY, "MaxWaitTimeInSeconds": 3 * DAY}))
    assert after["StoppingCondition"] == {"MaxRuntimeInSeconds": DAY, "MaxWaitTimeInSeconds": 3 * DAY}
    after, _ = fixed(RULE, several(definition(StoppingCondition=condition)), "tuning")
    assert after["TrainingJobDefinitions"][0]["StoppingCondition"] == {"MaxRuntimeInSeconds": 60}


def test_several_faults_are_told_apart():
    """Each has its own fix."""
    kept = {**RESOURCES, "KeepAlivePeriodInSeconds": 600}
    request = on_spot(StoppingCondition={"MaxRuntimeInSeconds": DAY}, ResourceConfig=kept)
    found = objections(RULE, proposal(request))
    assert [each.subject for each in found] == ["MaxWaitTimeInSeconds", "KeepAlivePeriodInSeconds"]
    for each in found:
        request = merged(request, each.fix)
    assert faults_of("training", request) == ""
    assert objections(RULE, proposal(request)) == ()


@given(
    run=st.integers(1, 28 * DAY),
    wait=st.none() | st.integers(1, 40 * DAY),
    is_spot=st.booleans(),
    kept=st.sampled_from([0, 600]),
    count=st.integers(1, 50),
    band=st.sampled_from(["<5%", "15-20%", ">20%"]),
    percent=st.integers(0, 90),
)
def test_fixes_one_after_the_other_leave_nothing_to_say(run, wait, is_spot, kept, count, band, percent):
    """And AWS takes what comes of them."""
    condition = {"MaxRuntimeInSeconds": run, **({"MaxWaitTimeInSeconds": wait} if wait else {})}
    resources = {**RESOURCES, "InstanceCount": count, "KeepAlivePeriodInSeconds": kept}
    request = training(StoppingCondition=condition, EnableManagedSpotTraining=is_spot, ResourceConfig=resources)
    market = replace(MARKET, interruptions=band, percent=percent)
    for _ in range(4):
        found = objections(RULE, proposal(request, spot=market))
        if not found:
            break
        request = merged(request, found[0].fix)
    assert found == ()
    assert faults_of("training", request) == ""
    limits = request["StoppingCondition"]
    assert not request["EnableManagedSpotTraining"] or limits["MaxWaitTimeInSeconds"] >= limits["MaxRuntimeInSeconds"]
