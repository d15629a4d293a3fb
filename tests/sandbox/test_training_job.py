"""A job's description is a function of its plan, its stop and the time."""

from datetime import timedelta

import pytest

from mlcost_ext.sandbox.plans import plan_for
from mlcost_ext.sandbox.training_job import TrainingJob, describe

from .conftest import START, request_for, spot_request


def job_of(request, stopped_after=None):
    return TrainingJob(
        request=request,
        region_id="us-east-1",
        tags={},
        plan=plan_for(request),
        created_at=START,
        stopped_at=None if stopped_after is None else START + timedelta(seconds=stopped_after),
    )


def at(job, seconds):
    return describe(job, START + timedelta(seconds=seconds)).description


def statuses(description):
    return [step["Status"] for step in description["SecondaryStatusTransitions"]]


SHORT = {"Environment": {"PRACTICE_RUN_SECONDS": "100"}}


@pytest.mark.parametrize(
    ("seconds", "status", "secondary"),
    [
        (0, "InProgress", "Starting"),
        (5.9, "InProgress", "Starting"),
        (6, "InProgress", "Downloading"),
        (11, "InProgress", "Training"),
        (101.9, "InProgress", "Training"),
        (102, "InProgress", "Uploading"),
        (106, "Completed", "Completed"),
        (9999, "Completed", "Completed"),
    ],
)
def test_states_by_the_clock(seconds, status, secondary):
    """A job of 100 seconds goes through its states as time passes."""
    description = at(job_of(request_for(**SHORT)), seconds)
    assert (description["TrainingJobStatus"], description["SecondaryStatus"]) == (status, secondary)


def test_billed_from_downloading():
    """TrainingStartTime is when the instances are ours, not when the job was created."""
    job = job_of(request_for(**SHORT))
    assert "TrainingStartTime" not in at(job, 5)
    assert at(job, 7)["TrainingStartTime"] == START + timedelta(seconds=6)


def test_totals_only_at_the_end():
    """While a job runs, AWS tells neither billable nor training time."""
    totals = {"BillableTimeInSeconds", "TrainingTimeInSeconds", "TrainingEndTime"}
    job = job_of(request_for(**SHORT))
    assert totals.isdisjoint(at(job, 105))
    end = at(job, 106)
    whole = (end["TrainingEndTime"] - end["TrainingStartTime"]).total_seconds()
    assert end["BillableTimeInSeconds"] == end["TrainingTimeInSeconds"] == whole == 100


def test_last_modified_is_the_last_transition():
    """LastModifiedTime moves with the state and with nothing else."""
    job = job_of(request_for(**SHORT))
    assert at(job, 5)["LastModifiedTime"] == START
    assert at(job, 50)["LastModifiedTime"] == at(job, 90)["LastModifiedTime"] == START + timedelta(seconds=11)
    assert at(job, 9999)["LastModifiedTime"] == START + timedelta(seconds=106)


def test_transitions_join():
    """Every transition ends where the next begins; only the current one is open."""
    job = job_of(spot_request())
    for seconds in range(0, 2600, 7):
        steps = at(job, seconds)["SecondaryStatusTransitions"]
        assert [step.get("EndTime") for step in steps[:-1]] == [step["StartTime"] for step in steps[1:]]
        assert all(step["StatusMessage"] for step in steps)
        assert ("EndTime" in steps[-1]) == (steps[-1]["Status"] == "Completed")


def test_description_holds_until_it_says():
    """Nothing changes before ``valid_until``, and something does then."""
    job = job_of(spot_request())
    now, seen = START, []
    while True:
        snapshot = describe(job, now)
        seen.append(snapshot.description["SecondaryStatus"])
        if snapshot.valid_until is None:
            break
        assert describe(job, snapshot.valid_until - timedelta(milliseconds=1)).description == snapshot.description
        now = snapshot.valid_until
    assert seen == statuses(snapshot.description)


def test_spot_interruption():
    """A spot job is billed for less than it trained, and not at all while it waits."""
    job = job_of(spot_request())
    end = at(job, 9999)
    assert statuses(end) == [
        "Starting",
        "Downloading",
        "Training",
        "Interrupted",
        "Starting",
        "Downloading",
        "Training",
        "Uploading",
        "Completed",
    ]
    wall = (end["TrainingEndTime"] - end["TrainingStartTime"]).total_seconds()
    assert end["TrainingTimeInSeconds"] == wall - 16 == 2400
    assert end["BillableTimeInSeconds"] == 720


def test_stop_while_training():
    """A stopped job uploads what it has; all of it is billed."""
    job = job_of(request_for(), stopped_after=60)
    assert at(job, 59)["TrainingJobStatus"] == "InProgress"
    assert (at(job, 60)["TrainingJobStatus"], at(job, 60)["SecondaryStatus"]) == ("Stopping", "Stopping")
    assert (at(job, 64)["TrainingJobStatus"], at(job, 64)["SecondaryStatus"]) == ("Stopping", "Uploading")
    end = at(job, 67)
    assert statuses(end) == ["Starting", "Downloading", "Training", "Stopping", "Uploading", "Stopped"]
    assert (end["TrainingJobStatus"], end["BillableTimeInSeconds"]) == ("Stopped", 61)


def test_stop_before_it_starts():
    """A job stopped while it waits for instances was never billed."""
    end = at(job_of(request_for(), stopped_after=2), 60)
    assert statuses(end) == ["Starting", "Stopping", "Stopped"]
    assert "TrainingStartTime" not in end
    assert "BillableTimeInSeconds" not in end


@pytest.mark.parametrize("stopped_after", [0, 6, 101.5, 103, 105.9])
def test_stop_never_costs_more(stopped_after):
    """Stopping never bills more than letting the job end."""
    end = at(job_of(request_for(**SHORT), stopped_after), 9999)
    assert end["TrainingJobStatus"] == "Stopped"
    assert end.get("BillableTimeInSeconds", 0) <= 100


def test_stop_after_the_end_changes_nothing():
    """A stop that comes after the end is no stop."""
    assert at(job_of(request_for(**SHORT), 106), 9999)["TrainingJobStatus"] == "Completed"


def test_max_runtime():
    """A job that wants more time than it may is stopped, within its limit."""
    wish = {"Environment": {"PRACTICE_RUN_SECONDS": "9999"}}
    end = at(job_of(request_for(**wish)), 3700)
    assert (end["TrainingJobStatus"], end["SecondaryStatus"]) == ("Stopped", "MaxRuntimeExceeded")
    assert end["BillableTimeInSeconds"] == 3600


def test_instance_preferences():
    """Which of the preferred types it became is known when the instances are there."""
    preferences = [{"InstanceType": "ml.g5.xlarge", "InstanceCount": 2}, {"InstanceType": "ml.g6.xlarge"}]
    job = job_of(request_for(ResourceConfig={"InstancePreferences": preferences}))
    assert "SelectedInstanceType" not in at(job, 5)["ResourceConfig"]
    chosen = at(job, 6)["ResourceConfig"]
    assert (chosen["SelectedInstanceType"], chosen["SelectedInstanceCount"]) == ("ml.g5.xlarge", 2)


@pytest.mark.parametrize(("wanted", "chosen"), [("1", ("ml.g6.xlarge", 3)), ("7", ("ml.g6.xlarge", 3))])
def test_another_preference(wanted, chosen):
    """There may be capacity for another of the preferred types only; a count of its own goes with it."""
    preferences = [{"InstanceType": "ml.g5.xlarge", "InstanceCount": 2}, {"InstanceType": "ml.g6.xlarge", "InstanceCount": 3}]
    wish = {"PRACTICE_SELECT_PREFERENCE": wanted}
    job = job_of(request_for(ResourceConfig={"InstancePreferences": preferences}, Environment=wish))
    config = at(job, 10)["ResourceConfig"]
    assert (config["SelectedInstanceType"], config["SelectedInstanceCount"]) == chosen


def test_failure():
    """A failed job says why, and only when it has failed."""
    wish = {"PRACTICE_RUN_SECONDS": "100", "PRACTICE_FAILURE_REASON": "AlgorithmError: no"}
    job = job_of(request_for(Environment=wish))
    assert "FailureReason" not in at(job, 50)
    assert (at(job, 200)["TrainingJobStatus"], at(job, 200)["FailureReason"]) == ("Failed", "AlgorithmError: no")


def test_defaults():
    """What the request leaves out has AWS's defaults."""
    request = request_for()
    del request["StoppingCondition"]
    description = at(job_of(request), 0)
    assert description["StoppingCondition"] == {"MaxRuntimeInSeconds": 86_400}
    assert description["EnableManagedSpotTraining"] is False
