"""AutoML jobs and what they start, as a client sees them."""

import pytest

from mlcost_ext.sandbox.names import STUDIO_TAGS

from .asks import automl_request, automl_v2_request
from .conftest import START

TABLE = {"TabularJobConfig": {"TargetAttributeName": "label"}}


def described(call, name="auto"):
    return call("DescribeAutoMLJobV2", AutoMLJobName=name)[1]


def secondary(call, name="auto"):
    return described(call, name)["AutoMLJobSecondaryStatus"]


def children(account, clock):
    """List everything AutoML has started, by kind."""
    found = {kind: account.table(kind, "us-east-1").all(clock()) for kind in ("processing", "training", "transform")}
    return {kind: [snapshot.description for snapshot in snapshots] for kind, snapshots in found.items()}


def test_life(call, clock, account):
    """Stage after stage, each with jobs of its own."""
    status, answer = call("CreateAutoMLJob", **automl_request(MaxCandidates=3))
    assert status == 200
    stages = []
    for _ in range(120):
        if secondary(call) not in stages[-1:]:
            stages.append(secondary(call))
        clock.forward(10)
    expected = ["Starting", "AnalyzingData", "FeatureEngineering", "ModelTuning", "GeneratingExplainabilityReport", "Completed"]
    assert stages == expected
    job = described(call)
    assert (job["AutoMLJobStatus"], job["EndTime"]) == ("Completed", job["LastModifiedTime"])
    started = children(account, clock)
    assert {kind: len(found) for kind, found in started.items()} == {"processing": 2, "training": 4, "transform": 1}
    assert {child["AutoMLJobArn"] for found in started.values() for child in found} == {answer["AutoMLJobArn"]}


def test_children(call, clock, account):
    """They are jobs as any others, with the AutoML job's tags, two candidates at a time."""
    call("CreateAutoMLJob", **automl_request(MaxCandidates=6))
    clock.forward(10)
    (first,) = children(account, clock)["processing"]
    _, found = call("ListTags", ResourceArn=first["ProcessingJobArn"])
    assert {tag["Key"]: tag["Value"] for tag in found["Tags"]} == {**STUDIO_TAGS, "team": "credit"}
    most = 0
    for _ in range(100):
        clock.forward(10)
        going = [job for job in children(account, clock)["training"] if job["TrainingJobStatus"] == "InProgress"]
        most = max(most, len(going))
    assert most == 2


@pytest.mark.parametrize(
    ("problem", "stages"),
    [
        ({"TextClassificationJobConfig": {"ContentColumn": "t", "TargetLabelColumn": "l"}}, ["PreTraining", "TrainingModels"]),
        ({"ImageClassificationJobConfig": {}}, ["PreTraining", "TrainingModels"]),
        ({"TabularJobConfig": {"TargetAttributeName": "l", "Mode": "ENSEMBLING"}}, ["PreTraining", "TrainingModels"]),
    ],
)
def test_other_problems(call, clock, problem, stages):
    """Of other problems the stages are others."""
    assert call("CreateAutoMLJobV2", **automl_v2_request(problem=problem))[0] == 200
    clock.forward(7)
    assert secondary(call, "auto-v2") == stages[0]
    clock.forward(70)
    assert secondary(call, "auto-v2") == stages[1]
    clock.forward(2000)
    assert described(call, "auto-v2")["AutoMLJobStatus"] == "Completed"


def test_definitions_only(call, clock):
    """Asked for the definitions only, it ends with them."""
    config = {"TabularJobConfig": {"TargetAttributeName": "label", "GenerateCandidateDefinitionsOnly": True}}
    call("CreateAutoMLJobV2", **automl_v2_request(problem=config))
    clock.forward(200)
    assert (described(call, "auto-v2")["AutoMLJobStatus"], secondary(call, "auto-v2")) == (
        "Completed",
        "CandidateDefinitionsGenerated",
    )


def test_candidate_limits(call, clock, account):
    """No candidate runs longer than it may."""
    call("CreateAutoMLJob", **automl_request(MaxCandidates=2, MaxRuntimePerTrainingJobInSeconds=30))
    clock.forward(2000)
    candidates = children(account, clock)["training"][1:]
    assert all(job["TrainingTimeInSeconds"] <= 30 for job in candidates)


def test_runtime_limit(call, clock, account):
    """Its own limit ends it, and it has completed all the same."""
    call("CreateAutoMLJob", **automl_request(MaxAutoMLJobRuntimeInSeconds=250))
    clock.forward(249)
    assert described(call)["AutoMLJobStatus"] == "InProgress"
    clock.forward(20)
    assert (described(call)["AutoMLJobStatus"], secondary(call)) == ("Completed", "MaxAutoMLJobRuntimeReached")
    assert "Stopped" in {job["TrainingJobStatus"] for job in children(account, clock)["training"]}


def test_runtime_limit_out_of_reach(call, clock):
    """A limit it does not run into changes nothing."""
    call("CreateAutoMLJob", **automl_request(MaxAutoMLJobRuntimeInSeconds=20_000))
    clock.forward(3000)
    assert secondary(call) == "Completed"


def test_stop(call, clock, account):
    """Stopping stops what runs, and nothing begins any more."""
    call("CreateAutoMLJob", **automl_request())
    clock.forward(260)
    before = children(account, clock)
    assert call("StopAutoMLJob", AutoMLJobName="auto") == (200, {})
    clock.forward(1)
    assert (described(call)["AutoMLJobStatus"], secondary(call)) == ("Stopping", "Stopping")
    assert call("StopAutoMLJob", AutoMLJobName="auto") == (200, {})
    clock.forward(10)
    job = described(call)
    assert (job["AutoMLJobStatus"], secondary(call), "EndTime" in job) == ("Stopped", "Stopped", True)
    clock.forward(5000)
    after = children(account, clock)
    assert {kind: len(found) for kind, found in after.items()} == {kind: len(found) for kind, found in before.items()}
    assert {job["TrainingJobStatus"] for job in after["training"]} <= {"Completed", "Stopped"}
    status, answer = call("StopAutoMLJob", AutoMLJobName="auto")
    assert (status, "in status Stopped" in answer["message"]) == (400, True)


def test_stopped_before_anything_began(call, clock, account):
    """Stopped at once, it has started nothing."""
    call("CreateAutoMLJob", **automl_request())
    clock.forward(1)
    call("StopAutoMLJob", AutoMLJobName="auto")
    clock.forward(10)
    assert described(call)["AutoMLJobStatus"] == "Stopped"
    assert children(account, clock) == {"processing": [], "training": [], "transform": []}


def test_versions(call):
    """A job of the first version can be described by both calls, one of the second by its own only."""
    first = automl_request(MaxCandidates=2) | {"ProblemType": "BinaryClassification", "AutoMLJobObjective": {"MetricName": "F1"}}
    first["AutoMLJobConfig"]["DataSplitConfig"] = {"ValidationFraction": 0.25}
    call("CreateAutoMLJob", **first)
    call("CreateAutoMLJobV2", **automl_v2_request())
    _, job = call("DescribeAutoMLJob", AutoMLJobName="auto")
    assert (job["ProblemType"], job["InputDataConfig"]) == ("BinaryClassification", first["InputDataConfig"])
    assert job["AutoMLJobConfig"]["CompletionCriteria"] == {"MaxCandidates": 2}
    told = described(call)
    assert told["AutoMLProblemTypeConfigName"] == "Tabular"
    assert told["AutoMLProblemTypeConfig"]["TabularJobConfig"]["TargetAttributeName"] == "label"
    assert told["DataSplitConfig"] == {"ValidationFraction": 0.25}
    assert described(call, "auto-v2")["AutoMLProblemTypeConfigName"] == "TextClassification"
    status, answer = call("DescribeAutoMLJob", AutoMLJobName="auto-v2")
    assert (status, "CreateAutoMLJobV2" in answer["message"]) == (400, True)


def test_refusals(call):
    """Taken and unknown names, and no or two problems at once."""
    call("CreateAutoMLJob", **automl_request())
    status, answer = call("CreateAutoMLJobV2", **automl_v2_request("auto"))
    assert (status, answer["__type"]) == (400, "ResourceInUse")
    for operation in ("DescribeAutoMLJob", "DescribeAutoMLJobV2", "StopAutoMLJob"):
        status, answer = call(operation, AutoMLJobName="nobody")
        assert (status, answer["__type"]) == (400, "ResourceNotFound")
    both = {**TABLE, "ImageClassificationJobConfig": {}}
    status, answer = call("CreateAutoMLJobV2", **automl_v2_request(problem=both))
    assert (status, "exactly one" in answer["message"]) == (400, True)


def test_speed(call, clock, account):
    """At speed 60 an hour takes a minute."""
    account.speed = 60
    call("CreateAutoMLJob", **automl_request())
    clock.forward(20)
    assert described(call)["AutoMLJobStatus"] == "Completed"
    assert described(call)["EndTime"] < START.timestamp() + 20
