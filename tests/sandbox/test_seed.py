"""What an account opens with."""

from datetime import timedelta

from mlcost_ext.sandbox.names import STUDIO_TAGS
from mlcost_ext.sandbox.seed import seed_opening, seed_running
from mlcost_ext.sandbox.training_job import describe

from .conftest import request_for


def jobs_of(call):
    _, answer = call("Search", Resource="TrainingJob", MaxResults=100)
    return [result["TrainingJob"] for result in answer["Results"]]


def test_opening(account, call):
    """One on-demand job trains and is far from its end, at any speed; the others have ended."""
    account.speed = 3600
    seed_opening(account)
    running, *ended = jobs_of(call)
    assert (running["SecondaryStatus"], running["EnableManagedSpotTraining"]) == ("Training", False)
    assert running["ResourceConfig"] == {"InstanceType": "ml.g5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 100}
    assert {"Completed", "Failed"} == {job["TrainingJobStatus"] for job in ended}
    assert any(job["BillableTimeInSeconds"] < job["TrainingTimeInSeconds"] for job in ended)
    for job in (running, *ended):
        tags = {tag["Key"]: tag["Value"] for tag in job["Tags"]}
        assert STUDIO_TAGS.items() <= tags.items()
        assert {"team", "project"} <= set(tags)


def test_opening_lasts(account, call, clock):
    """Seven hours later the running job is still running."""
    seed_opening(account)
    clock.now += timedelta(hours=7)
    assert [job["TrainingJobStatus"] for job in jobs_of(call)].count("InProgress") == 1


def test_a_crowd_runs(account, call):
    """Seeded jobs all train, on several types, since different times."""
    seed_running(account, 60)
    crowd = jobs_of(call)
    assert {job["SecondaryStatus"] for job in crowd} == {"Training"}
    assert len({job["ResourceConfig"]["InstanceType"] for job in crowd}) == 5
    assert len({job["TrainingStartTime"] for job in crowd}) == 60


def test_descriptions_are_made_once(account, call, clock, monkeypatch):
    """Pages over many running jobs describe none of them anew, until one changes its state."""
    seed_running(account, 500)
    made = []
    monkeypatch.setattr("mlcost_ext.sandbox.account.describe", lambda job, now: made.append(job.name) or describe(job, now))
    for _ in range(3):
        assert len(jobs_of(call)) == 100
        clock.forward(60)
    assert made == []
    call("CreateTrainingJob", **request_for())
    clock.forward(7)
    jobs_of(call)
    assert made == ["job-a", "job-a"]
