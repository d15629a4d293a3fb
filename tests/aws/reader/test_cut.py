"""What of a description is handed on."""

import json
import math
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlcost_ext.aws.reader import cut
from tests.aws.reader.fakes import START
from tests.fakes import ROOT

RECORDED = ROOT.parent / "shared/data/aws_responses/cloud_custodian"
FULL = {
    "TrainingJobName": "train-1",
    "TrainingJobStatus": "Completed",
    "SecondaryStatusTransitions": [
        {"Status": "Training", "StartTime": 1795442400.5, "EndTime": 1795442500, "StatusMessage": "secret"},
        "no transition",
    ],
    "CreationTime": datetime(2026, 11, 23, 15, 0, tzinfo=timezone(timedelta(hours=1))),
    "LastModifiedTime": "2026-11-23T14:00:00Z",
    "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 2, "VolumeKmsKeyId": "key"},
    "HyperParameters": {"password": "hunter2"},
    "Environment": {"TOKEN": "hunter2"},
    "EnableManagedSpotTraining": False,
    "BillableTimeInSeconds": 100.0,
    "FailureReason": "x" * 900,
    "Tags": [{"Key": "team", "Value": "fraud"}, {"Key": 1}, None],
}


def test_a_description_is_cut_to_the_contract():
    """Known members pass in their plain form, and nothing else does; a broken item of a list stays as an empty one."""
    expected = {
        "TrainingJobName": "train-1",
        "TrainingJobStatus": "Completed",
        "SecondaryStatusTransitions": [
            {"Status": "Training", "StartTime": "2026-11-23T14:00:00.500000Z", "EndTime": "2026-11-23T14:01:40Z"},
            {},
        ],
        "CreationTime": "2026-11-23T14:00:00Z",
        "LastModifiedTime": "2026-11-23T14:00:00Z",
        "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 2},
        "EnableManagedSpotTraining": False,
        "BillableTimeInSeconds": 100,
        "FailureReason": "x" * 500,
        "Tags": {"team": "fraud"},
        "region_id": "us-east-1",
    }
    actual = cut.training_job(FULL, "us-east-1")
    assert actual == expected
    assert "hunter2" not in json.dumps(actual)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("CreationTime", "yesterday"),
        ("CreationTime", 1e300),
        ("CreationTime", math.nan),
        ("CreationTime", True),
        ("CreationTime", START.replace(tzinfo=None)),
        ("TrainingJobStatus", 7),
        ("ResourceConfig", ["ml.m5.xlarge"]),
        ("BillableTimeInSeconds", -1),
        ("BillableTimeInSeconds", "100"),
        ("BillableTimeInSeconds", True),
        ("EnableManagedSpotTraining", "false"),
        ("SecondaryStatusTransitions", [{}] * 2001),
        ("StoppingCondition", None),
    ],
)
def test_what_is_not_of_its_type_is_left_out(member, value):
    """A value that makes no sense is missing, never guessed."""
    job = cut.training_job({"TrainingJobName": "a", member: value}, "us-east-1")
    assert job == {"TrainingJobName": "a", "Tags": None, "region_id": "us-east-1"}


@pytest.mark.parametrize("source", [None, [], "job", {}, {"TrainingJobName": ""}, {"TrainingJobName": {"a": 1}}])
def test_a_job_without_a_name_is_no_job(source):
    """There is nothing to know it by."""
    assert cut.training_job(source, "us-east-1") is None


def test_tags_known_before_fill_in_for_a_description_without_any():
    """DescribeTrainingJob gives no tags; an empty list of Search's is an answer."""
    assert cut.training_job({"TrainingJobName": "a"}, "r", {"team": "x"})["Tags"] == {"team": "x"}
    assert cut.training_job({"TrainingJobName": "a", "Tags": []}, "r", {"team": "x"})["Tags"] == {}


LEAF = st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20)
KEY = st.sampled_from(["Status", "StartTime", "InstanceType", "InstanceCount", "Key", "Value", "Other"])
JSON = st.recursive(LEAF, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEY, inner, max_size=3), max_leaves=6)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from([*cut.TRAINING_JOB, "Tags", "HyperParameters"]), JSON, max_size=5))
def test_whatever_comes_the_result_is_plain_json(source):
    """No input makes it raise, or hand on what JSON cannot say."""
    json.dumps(cut.training_job({"TrainingJobName": "a", **source} if source else None, "us-east-1"), allow_nan=False)


def recorded_descriptions():
    return sorted(RECORDED.glob("*training_job*/*DescribeTrainingJob*.json"))


@pytest.mark.skipif(not recorded_descriptions(), reason="recorded AWS answers are not on this machine")
def test_recorded_answers_pass():
    """Real answers keep their name, type and times."""
    for path in recorded_descriptions():
        data = json.loads(path.read_text(), object_hook=revive)["data"]
        job = cut.training_job(data, "us-east-1")
        assert job is not None
        assert job["TrainingJobName"] == data["TrainingJobName"]
        assert job["ResourceConfig"]["InstanceType"] == data["ResourceConfig"]["InstanceType"]
        assert cut.moment(job["CreationTime"]) == data["CreationTime"]


def revive(value):
    if value.pop("__class__", None) == "datetime":
        return datetime(**value, tzinfo=timezone.utc)
    return value
