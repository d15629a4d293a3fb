"""What of a request is kept, and that no secret is."""

from __future__ import annotations

import json

import pytest

from mlcost_ext.jobs.run_key import key_of
from mlcost_ext.ledger.observed import PROCESSING, TRAINING
from mlcost_ext.ledger.redact import MAX_REQUEST_BYTES, MAX_TAGS_BYTES, digest, redact, s3_prefix

SECRET = "hunter2-do-not-keep"


def test_cost_matters_are_kept_and_the_rest_is_digested() -> None:
    """Resources, limits, image, channels and prefixes stay; everything else is a digest."""
    request, tags = redact(
        {
            "TrainingJobName": "a",
            "RoleArn": SECRET,
            "HyperParameters": {"password": SECRET},
            "Environment": {"TOKEN": SECRET},
            "EnableManagedSpotTraining": True,
            "ResourceConfig": {
                "InstanceGroups": [{"InstanceGroupName": "g", "InstanceType": "ml.p5.48xlarge", "InstanceCount": 2}],
                "VolumeSizeInGB": 30,
                "VolumeKmsKeyId": SECRET,
            },
            "StoppingCondition": {"MaxRuntimeInSeconds": 60},
            "CheckpointConfig": {"S3Uri": "s3://b/c?X-Amz-Signature=" + SECRET, "LocalPath": SECRET},
            "AlgorithmSpecification": {"TrainingImage": "image:1", "ContainerArguments": [SECRET]},
            "InputDataConfig": [
                {
                    "ChannelName": "train",
                    "DataSource": {"S3DataSource": {"S3Uri": "s3://b/in", "InstanceGroupNames": [SECRET]}},
                }
            ],
            "OutputDataConfig": {"S3OutputPath": "s3://b/out", "KmsKeyId": SECRET},
            "Unheard": {"Of": SECRET},
            "Tags": [{"Key": "team", "Value": "fraud"}, {"Key": 1}, "odd"],
        },
        TRAINING,
    )
    hidden = digest(SECRET)
    assert request == {
        "TrainingJobName": "a",
        "RoleArn": hidden,
        "HyperParameters": digest({"password": SECRET}),
        "Environment": digest({"TOKEN": SECRET}),
        "EnableManagedSpotTraining": True,
        "ResourceConfig": {
            "InstanceGroups": [{"InstanceGroupName": "g", "InstanceType": "ml.p5.48xlarge", "InstanceCount": 2}],
            "VolumeSizeInGB": 30,
            "VolumeKmsKeyId": hidden,
        },
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
        "CheckpointConfig": {"S3Uri": "s3://b/c", "LocalPath": hidden},
        "AlgorithmSpecification": {"TrainingImage": "image:1", "ContainerArguments": digest([SECRET])},
        "InputDataConfig": [
            {
                "ChannelName": "train",
                "DataSource": {"S3DataSource": {"S3Uri": "s3://b/in", "InstanceGroupNames": digest([SECRET])}},
            }
        ],
        "OutputDataConfig": {"S3OutputPath": "s3://b/out", "KmsKeyId": hidden},
        "Unheard": digest({"Of": SECRET}),
    }
    assert tags == {"team": "fraud"}
    assert SECRET not in json.dumps([request, tags])


def test_digest_does_not_depend_on_the_order_of_keys() -> None:
    """Two equal mappings have one digest, in the form told."""
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
    assert digest("x") == "sha256:ba2df4903a2c14e8"  # printf '"x"' | sha256sum


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("s3://bucket/a/b", "s3://bucket/a/b"),
        ("https://user:pass@host/key?sig=1#part", "https://host/key"),
        (7, digest(7)),
    ],
)
def test_addresses_lose_what_may_be_secret(address: object, kept: object) -> None:
    """No query, no fragment, no user part."""
    assert s3_prefix(address) == kept


@pytest.mark.parametrize(
    ("address", "prefix"),
    [
        ("s3://bucket/train", "s3://bucket/train"),
        ("s3://bucket/train#2/x", None),
        ("s3://bucket/train?/x", None),
        ("s3://me@bucket/train", None),
        ("s3://bucket/" + "x" * 1020, None),
    ],
)
def test_an_address_that_was_cut_is_no_prefix_of_the_data(address: str, prefix: str | None) -> None:
    """What is left of it would name more than the run reads; the rest of the source stays as it was."""
    source = {"S3DataType": "S3Prefix", "S3Uri": address}
    channel = {"ChannelName": "training", "DataSource": {"S3DataSource": source}}
    request, _ = redact({"TrainingJobName": "a", "InputDataConfig": [channel]}, TRAINING)
    assert key_of("training", request).prefix == prefix
    assert request["InputDataConfig"][0]["DataSource"]["S3DataSource"]["S3Uri"] == s3_prefix(address)
    inputs, _ = redact({"ProcessingInputs": [{"InputName": "data", "S3Input": {**source, "S3InputMode": "File"}}]}, PROCESSING)
    assert key_of("processing", inputs).prefix == prefix
    assert inputs["ProcessingInputs"][0]["S3Input"]["S3InputMode"] == "File"


def test_oversized_requests_and_tags_are_cut() -> None:
    """The largest parts become digests, tags are shortened, and both stay within their share of a line."""
    channels = [{"ChannelName": "ü" * 900, "DataSource": {"S3DataSource": {"S3Uri": "s3://" + "ü" * 900}}}] * 100
    tags = [{"Key": f"{n:03d}" + "😀" * 120, "Value": "😀" * 250} for n in range(50)]
    request, kept = redact({"TrainingJobName": "a", "InputDataConfig": channels, "Tags": tags}, TRAINING)
    assert request == {"TrainingJobName": "a", "InputDataConfig": digest(_reduced(channels))}
    assert len(kept) == 50
    assert len(json.dumps(kept, ensure_ascii=False).encode()) <= MAX_TAGS_BYTES


def _reduced(channels: list[dict[str, object]]) -> object:
    return [redact({"InputDataConfig": [channel]}, TRAINING)[0]["InputDataConfig"][0] for channel in channels]  # type: ignore[index]


@pytest.mark.parametrize(
    "request_",
    [
        {"ResourceConfig": "text", "InputDataConfig": {"a": 1}, "Tags": "text"},
        {"ResourceConfig": None, "StoppingCondition": [1], "Tags": {"team": "x"}},
        {f"Key{n}" * 50: "v" * 5000 for n in range(500)},
        {"InputDataConfig": [object()], "Tags": None},
    ],
)
def test_odd_requests_are_digested_not_refused(request_: dict[str, object]) -> None:
    """Whatever the shape, the result is JSON within its share of a line."""
    request, tags = redact(request_, TRAINING)
    assert len(json.dumps(request)) <= MAX_REQUEST_BYTES
    assert tags == {}
