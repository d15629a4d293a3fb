"""What a training job's description means, beyond the golden cases."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcost_ext.core.job import Job
from mlcost_ext.jobs import training
from mlcost_ext.jobs.instances import instance_groups
from mlcost_ext.usecases.meter import meter
from tests.fakes import NOW, REGION, ago, description, ended, has_local_disk, read_job, small_price_list

from .odd import JOB_STATUSES as STATUSES
from .odd import STATES, junk
from .odd import training as descriptions


def explains_zero(job: Job, source: dict[str, Any]) -> bool:
    """Tell whether the description itself says that nothing was billed so far."""
    told = source.get("TrainingStartTime")
    return (
        source.get("BillableTimeInSeconds") == 0
        or any(problem.code == "training_plan" for problem in job.problems)
        or job.started_at is None  # then every state it was in must be a wait, see the next test
        or job.started_at >= NOW
        or (job.ended_at is not None and job.ended_at == job.started_at)
        or job.secondary_status in ("Starting", "Pending", "Interrupted", "LaunchingMLInstances")
        or (job.accrual is not None and job.accrual.accruing_since is None and told is not None)
        or (job.accrual is not None and job.accrual.accruing_since is not None and job.accrual.accruing_since >= NOW)
    )


@given(descriptions)
def test_any_description_is_read(source: dict[str, Any]) -> None:
    """Whatever AWS's answer holds, reading does not fail, and what cannot be told is a problem rather than a zero."""
    job = read_job(source)
    cost = meter(job, small_price_list()).cost_at(NOW)
    assert cost is None or cost >= 0
    if job.accrual is None:
        assert cost is None
        assert job.problems
    if cost == 0:
        assert explains_zero(job, source)


@given(junk)
def test_any_json_as_resource_config_is_read(config: Any) -> None:
    """A broken ResourceConfig gives an unknown cost."""
    job = read_job(description(ResourceConfig=config))
    assert job.compute == ()
    assert meter(job, small_price_list()).cost_at(NOW) is None


@given(st.lists(st.sampled_from(STATES), max_size=4), st.sampled_from(STATES), st.sampled_from(STATUSES))
def test_no_start_is_zero_only_if_every_state_was_a_wait(states: list[str], last: str, status: str) -> None:
    """Without TrainingStartTime and billable seconds the cost is zero only where AWS's own states prove it."""
    listed = [{"Status": state, "StartTime": ago(60 - at)} for at, state in enumerate(states)]
    job = read_job(
        description(TrainingJobStatus=status, SecondaryStatus=last, TrainingStartTime=None, SecondaryStatusTransitions=listed)
    )
    billed = {"Downloading", "Training", "Uploading", "Completed", "Restarting"}
    if {*states, last} & billed or status in ("Completed", "Hibernating"):
        assert job.accrual is None
        assert job.problems


@given(descriptions, st.integers(0, 100_000), st.integers(0, 100_000))
def test_a_cost_never_goes_down_as_time_passes(source: dict[str, Any], first: int, more: int) -> None:
    """The same description gives the same or a higher cost later on."""
    metered = meter(read_job(source), small_price_list())
    early, late = NOW + timedelta(seconds=first - 50_000), NOW + timedelta(seconds=first - 50_000 + more)
    for cost_at in (metered.cost_at, metered.storage_cost_at):
        before, after = cost_at(early), cost_at(late)
        assert (before is None) == (after is None)
        assert before is None or after is None or before <= after


@given(
    st.integers(0, 10**7),
    st.integers(1, 1000),
    st.sampled_from([("ml.m5.xlarge", "0.23"), ("ml.g5.xlarge", "1.408")]),
    st.booleans(),
)
def test_a_final_cost_is_seconds_times_count_times_price(seconds: int, count: int, kind: tuple[str, str], spot: bool) -> None:
    """Once AWS tells the billable seconds they rule, for Spot too."""
    config = {"InstanceType": kind[0], "InstanceCount": count, "VolumeSizeInGB": 1}
    job = read_job(ended(seconds=seconds, ResourceConfig=config, EnableManagedSpotTraining=spot))
    cost = meter(job, small_price_list()).cost_at(NOW)
    assert cost is not None
    assert abs(cost * 3600 - seconds * count * Decimal(kind[1])) < Decimal("1e-20")
    assert job.cost_basis == "final"


@given(st.integers(1, 3000), st.integers(1, 3000), st.integers(1, 3000))
def test_a_wait_between_two_stretches_is_free(first: int, wait: int, second: int) -> None:
    """An interruption takes exactly its own length off the billed time."""
    start = first + wait + second
    listed = [
        {"Status": "Training", "StartTime": ago(start)},
        {"Status": "Interrupted", "StartTime": ago(start - first)},
        {"Status": "Starting", "StartTime": ago(start - first - wait / 2)},
        {"Status": "Training", "StartTime": ago(second)},
    ]
    job = read_job(description(TrainingStartTime=ago(start), SecondaryStatusTransitions=listed))
    assert job.accrual is not None
    assert job.accrual.seconds_at(NOW) == first + second


def test_states_of_one_moment_count_in_aws_order() -> None:
    """Interrupted and running again within the same millisecond: it runs."""
    listed = [{"Status": s, "StartTime": ago(600)} for s in ("Interrupted", "Starting", "Training")]
    job = read_job(description(SecondaryStatusTransitions=listed))
    assert job.accrual is not None
    assert job.accrual.accruing_since is not None
    assert job.accrual.seconds_at(NOW) == 3600


def test_a_list_of_states_without_its_last_one_leaves_a_wait_unknown() -> None:
    """AWS says Interrupted, its list still says Training: since when it waits is not known."""
    listed = [{"Status": "Training", "StartTime": ago(3600)}]
    job = read_job(description(SecondaryStatus="Interrupted", SecondaryStatusTransitions=listed))
    assert job.accrual is None
    assert [problem.code for problem in job.problems] == ["job_unreadable"]


def test_starting_with_an_early_start_time_does_not_accrue() -> None:
    """AWS may set TrainingStartTime while the state is still Starting: nothing is added until it says otherwise."""
    listed = [{"Status": "Starting", "StartTime": ago(3700)}]
    job = read_job(description(SecondaryStatus="Starting", SecondaryStatusTransitions=listed))
    assert job.accrual is not None
    assert (job.accrual.settled_seconds, job.accrual.accruing_since) == (0, None)


def test_an_end_before_the_start_is_unknown() -> None:
    """Times that contradict each other give no figure."""
    job = read_job(ended(BillableTimeInSeconds=None, TrainingEndTime=ago(7200)))
    assert (job.accrual, job.cost_basis) == (None, "at_most")


def test_the_launch_of_a_job_waits_to_start() -> None:
    """An accepted request is a job that has cost nothing, with the most it can cost."""
    request = {"ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 2}, "Tags": [{"Key": "team", "Value": "x"}]}
    job = training.launched(REGION, "churn-1", {**request, "TrainingJobStatus": "Completed", "BillableTimeInSeconds": 9})
    metered = meter(job, small_price_list())
    assert (job.status, job.secondary_status, job.tags, job.problems) == ("InProgress", "Starting", {"team": "x"}, ())
    assert (metered.cost_at(NOW), metered.storage_cost_at(NOW), metered.cost_per_hour()) == (0, 0, 0)
    assert metered.high == Decimal("11.04")


@pytest.mark.parametrize("count", [-1, 2**31, 10**100, 1.5, "2", True, None])
def test_an_impossible_count_is_unknown(count: Any) -> None:
    """What cannot be AWS's number of instances is not multiplied with."""
    config = {"InstanceType": "ml.m5.xlarge", "InstanceCount": count}
    assert read_job(description(ResourceConfig=config)).instance_count is None


def test_a_selected_type_without_its_count_takes_the_plain_count() -> None:
    """AWS may tell the selected type beside a plain count."""
    config = {"SelectedInstanceType": "ml.g5.xlarge", "InstanceCount": 3}
    assert instance_groups(config) == [("ml.g5.xlarge", 3)]


def test_texts_are_cut() -> None:
    """A very long reason or tag does not reach the screen whole."""
    job = training.read(description(FailureReason="x" * 2000, Tags={"k" * 300: "v" * 300, 7: "x"}), has_local_disk)
    assert len(job.failure_reason or "") == 500
    assert job.tags == {"k" * 128: "v" * 256}


def test_a_count_of_no_tokens_makes_no_serverless_job() -> None:
    """A job with instances is billed by them, whatever members AWS adds to it."""
    job = read_job(description(BillableTokenCount=0, IsServerless=False, ServerlessJobConfig=None))
    assert job.compute
    assert job.problems == ()
