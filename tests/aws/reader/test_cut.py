"""What of a description is handed on."""

import json
import math
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlcost_ext.aws.reader import cut
from mlcost_ext.aws.reader.kinds import KINDS, kind_named, training
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
    actual = training.KIND.document(FULL, "us-east-1")
    assert actual == expected
    assert "hunter2" not in json.dumps(actual)


@pytest.mark.parametrize(("kind", "member"), [("processing", "ProcessingStartTime"), ("transform", "TransformStartTime")])
def test_a_start_that_cannot_be_read_is_no_missing_one(kind, member):
    """A job without a start waits, and costs nothing: this one has begun, and nobody knows when."""
    found = kind_named(kind)
    for value in ({"was": 1}, "yesterday", [1], 1e99):
        document = found.document({found.name_key: "a", found.status_key: "InProgress", member: value}, "us-east-1")
        assert document[member] == cut.UNREADABLE
    assert member not in found.document({found.name_key: "a", member: None}, "us-east-1")


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
    job = training.KIND.document({"TrainingJobName": "a", member: value}, "us-east-1")
    assert job == {"TrainingJobName": "a", "Tags": None, "region_id": "us-east-1"}


@pytest.mark.parametrize("source", [None, [], "job", {}, {"TrainingJobName": ""}, {"TrainingJobName": {"a": 1}}])
def test_a_job_without_a_name_is_no_job(source):
    """There is nothing to know it by."""
    assert training.KIND.document(source, "us-east-1") is None


def test_tags_known_before_fill_in_for_a_description_without_any():
    """DescribeTrainingJob gives no tags; an empty list of Search's is an answer."""
    assert training.KIND.document({"TrainingJobName": "a"}, "r", {"team": "x"})["Tags"] == {"team": "x"}
    assert training.KIND.document({"TrainingJobName": "a", "Tags": []}, "r", {"team": "x"})["Tags"] == {}


LEAF = st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20)
KEY = st.sampled_from(["Status", "StartTime", "InstanceType", "InstanceCount", "Key", "Value", "Other"])
JSON = st.recursive(LEAF, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEY, inner, max_size=3), max_leaves=6)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from([*training.KIND.cuts, "Tags", "HyperParameters"]), JSON, max_size=5))
def test_whatever_comes_the_result_is_plain_json(source):
    """No input makes it raise, or hand on what JSON cannot say."""
    document = training.KIND.document({"TrainingJobName": "a", **source} if source else None, "us-east-1")
    assert json.loads(json.dumps(document, allow_nan=False)) == document


def recorded_descriptions():
    found = [(kind, path) for kind in KINDS for path in sorted(RECORDED.glob(f"*/*.{kind.describe}_*.json"))]
    return [(kind, path) for kind, path in found if json.loads(path.read_text()).get("status_code", 200) < 300]


@pytest.mark.skipif(not recorded_descriptions(), reason="recorded AWS answers are not on this machine")
def test_recorded_answers_pass():
    """Real answers keep their name, status and times, of whichever kind."""
    kinds = set()
    for kind, path in recorded_descriptions():
        data = json.loads(path.read_text(), object_hook=revive)["data"]
        document = kind.document(data, "us-east-1")
        assert kind.name(document) == kind.name(data)
        assert document[kind.status_key] == data[kind.status_key]
        assert cut.moment(document["CreationTime"]) == data["CreationTime"]
        json.dumps(document)
        kinds.add(kind.kind)
    assert kinds >= {"training", "tuning", "processing", "transform", "automl", "endpoint", "notebook"}


@pytest.mark.skipif(not recorded_descriptions(), reason="recorded AWS answers are not on this machine")
def test_recorded_lists_pass():
    """Each line of a listing has a name."""
    lists = [(kind, path) for kind in KINDS for path in sorted(RECORDED.glob(f"*/*.{kind.listing}_*.json"))]
    assert lists
    for kind, path in lists:
        for summary in json.loads(path.read_text(), object_hook=revive)["data"].get(kind.listed, []):
            assert kind.name(summary)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([kind.kind for kind in KINDS]), st.dictionaries(st.text(max_size=8), JSON, max_size=5), st.data())
def test_whatever_comes_of_any_kind_the_result_is_plain_json(kind_name, source, data):
    """No input makes it raise, or hand on what JSON cannot say."""
    kind = kind_named(kind_name)
    known = data.draw(st.dictionaries(st.sampled_from([*kind.cuts, "Tags"]), JSON, max_size=8))
    document = kind.document({**source, **known, kind.name_key: "a"}, "us-east-1")
    json.dumps(document, allow_nan=False)


def revive(value):
    if value.pop("__class__", None) == "datetime":
        return datetime(**value, tzinfo=timezone.utc)
    return value


@pytest.mark.parametrize(
    ("value", "expected"),
    [(["arn:a", "arn:b"], ["arn:a", "arn:b"]), ([], []), (["arn:a", 7], None), ("arn:a", None), (["arn:a"] * 21, None)],
)
def test_a_list_of_arns_passes_whole_or_not_at_all(value, expected):
    """A part of it would look like the whole."""
    assert cut.arns(value) == expected
