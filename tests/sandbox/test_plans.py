"""Plans: how long a job runs and how it ends."""

import pytest

from mlcost_ext.sandbox.plans import plan_for

from .conftest import request_for, spot_request


def on_instances(plan):
    return sum(stage.seconds for stage in plan.stages if stage.is_billed)


@pytest.mark.parametrize(
    ("more", "seconds", "outcome"),
    [
        ({"StoppingCondition": {}}, 2400, "Completed"),
        ({}, 2400, "Completed"),
        ({"Environment": {"PRACTICE_RUN_SECONDS": "60"}}, 60, "Completed"),
        ({"HyperParameters": {"PRACTICE_RUN_SECONDS": '"90"'}}, 90, "Completed"),
        ({"Environment": {"PRACTICE_RUN_SECONDS": "soon"}}, 2400, "Completed"),
        ({"Environment": {"PRACTICE_RUN_SECONDS": "9999"}}, 3600, "MaxRuntimeExceeded"),
        ({"StoppingCondition": {"MaxRuntimeInSeconds": 1}}, 1, "MaxRuntimeExceeded"),
    ],
)
def test_run_length(more, seconds, outcome):
    """A job runs as long as it wishes, and never longer than its stopping condition."""
    plan = plan_for(request_for(**more))
    assert on_instances(plan) == pytest.approx(seconds)
    assert plan.outcome == outcome


def test_failure():
    """A job may be made to fail; it then uploads nothing."""
    plan = plan_for(request_for(Environment={"PRACTICE_FAILURE_REASON": "AlgorithmError: no"}))
    assert (plan.outcome, plan.failure_reason) == ("Failed", "AlgorithmError: no")
    assert [stage.status for stage in plan.stages] == ["Starting", "Downloading", "Training"]


def test_spot_is_interrupted_once():
    """A spot job loses its instances once and still trains as long as it was to."""
    plan = plan_for(spot_request())
    assert [stage.status for stage in plan.stages] == [
        "Starting",
        "Downloading",
        "Training",
        "Interrupted",
        "Starting",
        "Downloading",
        "Training",
        "Uploading",
    ]
    assert on_instances(plan) == pytest.approx(2400)
    assert plan.billable_fraction < 1


@pytest.mark.parametrize(
    "more",
    [
        {"StoppingCondition": {"MaxRuntimeInSeconds": 2400, "MaxWaitTimeInSeconds": 2401}},
        {"Environment": {"PRACTICE_INTERRUPT_AFTER_SECONDS": "0"}},
        {"Environment": {"PRACTICE_INTERRUPT_AFTER_SECONDS": "99999"}},
    ],
)
def test_spot_without_room_for_an_interruption(more):
    """No interruption where the waiting time or the run leaves no room for it."""
    assert "Interrupted" not in [stage.status for stage in plan_for(spot_request(**more)).stages]


def test_speed():
    """Speed shortens every stage alike."""
    plan = plan_for(request_for())
    fast = plan.at_speed(60)
    assert [stage.seconds * 60 for stage in fast.stages] == pytest.approx([stage.seconds for stage in plan.stages])
    assert fast.stopping_seconds == plan.stopping_seconds / 60
