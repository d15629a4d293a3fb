"""What an account opens with."""

from collections import Counter
from datetime import timedelta

import pytest
from botocore.validate import ParamValidator

from mlcost_ext.sandbox import names
from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.changes import STATUS_MEMBERS
from mlcost_ext.sandbox.churn import churn_of
from mlcost_ext.sandbox.model import operation_model
from mlcost_ext.sandbox.names import STUDIO_TAGS
from mlcost_ext.sandbox.operations import OPERATIONS
from mlcost_ext.sandbox.perform import perform
from mlcost_ext.sandbox.requests import VARIANT
from mlcost_ext.sandbox.seed import seed_ended, seed_opening, seed_running
from mlcost_ext.sandbox.seed_scene import COLLEAGUES_TAGS, LAST_CALLED_12_DAYS_AGO, LIVE_ENDPOINT, NEVER_CALLED
from mlcost_ext.sandbox.validate import check_request

from .conftest import START
from .model_walk import faults

JOBS = ("training", "tuning", "processing", "transform", "automl")
SIX = {
    "fraud-transformer-finetune-014",
    "fraud-embeddings-spot-007",
    "credit-hpo-refresh",
    "fraud-features-backfill",
    "fraud-scores-backfill",
    "credit-automl-nightly",
}


@pytest.fixture
def opened(account):
    seed_opening(account)
    return account


def all_of(account, kind):
    return account.table(kind, names.REGION_ID).all(account.clock())


def is_mine(snapshot):
    return STUDIO_TAGS.items() <= snapshot.tags.items()


def running(account):
    return [each for kind in JOBS for each in all_of(account, kind) if each.peek(STATUS_MEMBERS[kind]) == "InProgress"]


def children(snapshots):
    return [
        each for each in snapshots if each.thing.kind != "automl" and (each.peek("TuningJobArn") or each.peek("AutoMLJobArn"))
    ]


def jobs_of(call):
    _, answer = call("Search", Resource="TrainingJob", MaxResults=100)
    return [result["TrainingJob"] for result in answer["Results"]]


def test_six_jobs_run(opened, clock):
    """Six jobs of five kinds run, with the children two of them have started, and still do hours later."""
    for _ in range(2):
        mine = [each for each in running(opened) if is_mine(each)]
        assert {each.name for each in mine if each not in children(mine)} == SIX
        assert {each.thing.kind for each in mine} >= set(JOBS)
        assert len(children(mine)) >= 4
        clock.now += timedelta(hours=3)


def test_the_opening_job(opened):
    """The first running job is what the documents say it is, at any speed."""
    job = opened.jobs(names.REGION_ID).get("fraud-transformer-finetune-014", START).description
    assert (job["SecondaryStatus"], job["EnableManagedSpotTraining"]) == ("Training", False)
    assert job["ResourceConfig"] == {"InstanceType": "ml.g5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 100}
    spot = opened.jobs(names.REGION_ID).get("fraud-embeddings-spot-007", START).description
    assert spot["EnableManagedSpotTraining"]
    assert "Interrupted" in {step["Status"] for step in spot["SecondaryStatusTransitions"]}


def test_at_any_speed(clock):
    """A fast account opens with the same scene as any other."""
    account = Account(clock=clock, opened_at=START, speed=3600)
    seed_opening(account)
    assert {each.name for each in running(account)} >= SIX


def test_thirty_days(opened):
    """On each working day of thirty several jobs were started, of every kind, by two teams; some failed, some were on spot."""
    mine = [each for kind in JOBS for each in all_of(opened, kind) if is_mine(each) and each not in running(opened)]
    days = Counter(each.thing.created_at.date() for each in mine if each.thing.created_at < START - timedelta(days=1))
    assert len(days) >= 21
    assert min(days.values()) >= 3
    assert {each.thing.kind for each in mine} == set(JOBS)
    assert {each.tags["team"] for each in mine} == {"fraud-platform", "credit-risk"}
    assert all({"team", "project"} <= set(each.tags) for each in mine)
    training = [each for each in mine if each.thing.kind == "training"]
    assert {"Completed", "Failed", "Stopped"} == {each.peek("TrainingJobStatus") for each in training}
    assert any(each.peek("BillableTimeInSeconds") < each.peek("TrainingTimeInSeconds") for each in training)
    assert min(each.thing.created_at for each in mine) > START - timedelta(days=31)


def test_the_same_again(opened):
    """An account opened at the same moment is the same."""
    other = Account(clock=opened.clock, opened_at=START)
    seed_opening(other)
    for kind in JOBS:
        assert {each.name: each.description for each in all_of(opened, kind)} == {
            each.name: each.description for each in all_of(other, kind)
        }


def test_requests_are_valid(account, monkeypatch):
    """Whatever the scene and the churn ask of AWS, AWS would take."""
    asked = []

    def noted(account, at, operation, request, region_id=names.REGION_ID):
        check_request(operation_model("sagemaker", operation), request)
        asked.append(operation)
        return perform(account, at, operation, request, region_id)

    monkeypatch.setattr("mlcost_ext.sandbox.seed_scene.perform", noted)
    monkeypatch.setattr("mlcost_ext.sandbox.churn.perform", noted)
    seed_opening(account)
    kinds = dict.fromkeys(("training", "tuning", "endpoint", "processing", "transform"), 5)
    churn_of({"kinds": kinds}, START - timedelta(minutes=10), names.REGION_ID).go_on(account)
    assert set(asked) >= {"CreateAutoMLJobV2", "CreateMonitoringSchedule", "CreateTransformJob", "DeleteEndpoint"}


def test_forgotten_endpoints(opened):
    """One endpoint is called, one was not within thirty days, one twelve days ago; all are in service and mine."""
    endpoints = {each.name: each for each in all_of(opened, "endpoint") if is_mine(each)}
    assert set(endpoints) == {LIVE_ENDPOINT, NEVER_CALLED, LAST_CALLED_12_DAYS_AGO}
    assert {each.peek("EndpointStatus") for each in endpoints.values()} == {"InService"}
    last = {name: opened.traffic[names.REGION_ID, name, VARIANT].last_call(START) for name in endpoints}
    assert START - last[LIVE_ENDPOINT] < timedelta(hours=1)
    assert timedelta(days=12) <= START - last[LAST_CALLED_12_DAYS_AGO] < timedelta(days=13)
    assert START - last[NEVER_CALLED] > timedelta(days=30)


def test_what_stands_and_costs(opened, call):
    """Spaces with volumes, one app left on, a stopped notebook instance, a warm pool and a schedule."""
    _, spaces = call("ListSpaces")
    shown = {space["SpaceName"]: space for space in spaces["Spaces"]}
    assert shown["fraud-team"]["SpaceSharingSettingsSummary"]["SharingType"] == "Shared"
    volumes = [each.thing.volume_gb for each in all_of(opened, "space")]
    assert min(volumes) > 0
    _, apps = call("ListApps")
    types = {app["SpaceName"]: app["ResourceSpec"]["InstanceType"] for app in apps["Apps"]}
    assert types == {"alex-notebooks": "ml.t3.medium", "alex-experiments": "ml.g5.xlarge", "sam-notebooks": "ml.t3.medium"}
    (notebook,) = all_of(opened, "notebook")
    assert (notebook.peek("NotebookInstanceStatus"), notebook.peek("VolumeSizeInGB"), is_mine(notebook)) == ("Stopped", 100, True)
    (schedule,) = all_of(opened, "schedule")
    assert (schedule.peek("MonitoringScheduleStatus"), is_mine(schedule)) == ("Scheduled", True)
    _, pools = call("ListTrainingJobs", WarmPoolStatusEquals="Available")
    (pool,) = pools["TrainingJobSummaries"]
    assert (pool["TrainingJobName"], pool["WarmPoolStatus"]["Status"]) == ("fraud-transformer-warmup-003", "Available")


def test_a_colleagues(opened):
    """A few things are somebody else's: of another space and another profile."""
    kinds = (*JOBS, "endpoint")
    others = [each for kind in kinds for each in all_of(opened, kind) if COLLEAGUES_TAGS.items() <= each.tags.items()]
    assert {each.thing.kind for each in others} == {"training", "processing", "endpoint"}
    assert not any(is_mine(each) for each in others)
    assert any(each in running(opened) for each in others)


def test_a_crowd_runs(account, call):
    """Seeded jobs all train, on several types, since different times."""
    seed_running(account, 60)
    crowd = jobs_of(call)
    assert {job["SecondaryStatus"] for job in crowd} == {"Training"}
    assert len({job["ResourceConfig"]["InstanceType"] for job in crowd}) == 5
    assert len({job["TrainingStartTime"] for job in crowd}) == 60


def test_answers_over_the_scene_fit_the_model(opened, call):
    """Whatever lists and searches tell of the opening scene is what AWS's model allows."""
    seed_running(opened, 5)
    seed_ended(opened, 20)
    opened.set_lag(timedelta(seconds=20))
    for operation in ("ListTrainingJobs", "ListProcessingJobs", "ListTransformJobs", "ListEndpoints", "ListApps", "ListSpaces"):
        check(operation, {}, opened)
    for resource in ("TrainingJob", "HyperParameterTuningJob", "Endpoint"):
        check("Search", {"Resource": resource, "MaxResults": 100}, opened)


def check(operation, params, account):
    answer = OPERATIONS["sagemaker", operation](account, params, names.REGION_ID)
    shape = operation_model("sagemaker", operation).output_shape
    assert ParamValidator().validate(answer, shape).generate_report() == ""
    assert list(faults(shape, answer)) == []
