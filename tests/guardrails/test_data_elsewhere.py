"""MC113: buckets in another region than the job."""

from __future__ import annotations

from typing import Any

import pytest

from mlcost_ext.core.evidence import NoEvidence
from mlcost_ext.core.rule import Unsure
from mlcost_ext.guardrails.data_elsewhere import RULE, buckets_in

from .launches import Remembered, channel, judged, processing, training, transform, tuning

TOO_LATE = Unsure("S3 did not say in time where the bucket is.")


def test_a_bucket_elsewhere_is_named_with_both_regions() -> None:
    """Once, however often it is used; what is here is left alone, and nothing mends it."""
    request = training(InputDataConfig=[channel("s3://far/a"), channel("s3://far/b"), channel("s3://near/c")])
    (found,) = judged(RULE, "training", request, Remembered(regions={"far": "eu-west-1", "near": "us-east-1"}))
    assert found.message == (
        "The bucket far is in eu-west-1 and the job in us-east-1: each gigabyte between them is billed, or AWS refuses the job."
    )
    assert (found.subject, found.fix) == ("far", None)
    assert found.hint == "Copy what it needs to a bucket in us-east-1 once, or launch it in eu-west-1."


@pytest.mark.parametrize(
    ("kind", "request_", "buckets"),
    [
        ("training", training(CheckpointConfig={"S3Uri": "s3://check/a"}), ["bucket", "check"]),
        ("tuning", tuning(training(InputDataConfig=[channel("s3://input/a")])), ["bucket", "input"]),
        ("processing", processing(S3Uri="s3://input"), ["input"]),
        ("transform", transform(), ["bucket"]),
    ],
)
def test_inputs_outputs_and_checkpoints_of_all_kinds(kind: str, request_: dict[str, Any], buckets: list[str]) -> None:
    """Wherever they stand in a request."""
    assert sorted(set(buckets_in(request_))) == buckets
    told = Remembered(regions=dict.fromkeys(buckets, "eu-west-1"))
    assert sorted(str(each.subject) for each in judged(RULE, kind, request_, told)) == buckets


def test_what_is_no_address_of_a_bucket() -> None:
    """A user's own parameters, access points, nonsense, and what is nested deeper than any request."""
    deep: dict[str, Any] = {"S3Uri": "s3://deep/a"}
    for _ in range(12):
        deep = {"a": [deep]}
    request = {
        "HyperParameters": {"S3Uri": "s3://parameter/a"},
        "Environment": {"S3Uri": "s3://environment/a"},
        "A": {"S3Uri": "s3://arn:aws:s3:us-east-1:111122223333:accesspoint/a"},
        "B": {"S3Uri": 7, "S3OutputPath": "https://bucket/a"},
        "C": [{"S3Uri": "s3://UPPER/a"}, "s3://text/a"],
        "D": deep,
    }
    assert list(buckets_in(request)) == []


def test_what_cannot_be_told() -> None:
    """Nobody says where a stranger's bucket is; one that is slow is said only where nothing else is."""
    request = training(InputDataConfig=[channel("s3://slow/a"), channel("s3://far/a")])
    with pytest.raises(Unsure, match="in time"):
        judged(RULE, "training", request, Remembered(regions={"slow": TOO_LATE, "bucket": TOO_LATE, "far": None}))
    (found,) = judged(RULE, "training", request, Remembered(regions={"slow": TOO_LATE, "far": "eu-west-1"}))
    assert found.subject == "far"
    assert judged(RULE, "training", request, NoEvidence()) == ()
