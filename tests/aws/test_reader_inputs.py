"""The real reader lists the practice account's S3, and takes S3's own refusals as such."""

import os
from itertools import count

import botocore.session
import pytest

from tests.aws.conftest import KEY, REGION

NUMBERS = count()


@pytest.fixture
def bucket(account):
    """Give a function that fills a bucket of its own with objects of ten bytes."""
    session = botocore.session.Session()
    keys = {"aws_access_key_id": KEY, "aws_secret_access_key": "practice"}
    s3 = session.create_client("s3", region_name=REGION, endpoint_url=account.url, **keys)

    def fill(*names):
        name = f"inputs-{os.getpid()}-{next(NUMBERS)}"
        s3.create_bucket(Bucket=name)
        for key in names:
            s3.put_object(Bucket=name, Key=key, Body=b"0123456789")
        return name

    return fill


def told(reader, *inputs):
    """Give what the reader tells of inputs, by launch."""
    reader.watch(inputs=[[REGION, launch, prefix] for launch, prefix in inputs])
    found = [reader.await_document(lambda document: document.get("push") == "input") for _ in inputs]
    return {document["launch"]: (document["bytes"], document["why"]) for document in found}


def test_a_prefix_is_listed(start, bucket):
    """Keys of any spelling; a bucket that is not there is no fault that anybody sees."""
    name = bucket("train/a b.csv", "train/c#d?e=%41.csv", "train-2/f", "other/g")
    reader = start()
    found = told(reader, ("part", f"s3://{name}/train/"), ("more", f"s3://{name}/train"), ("all", f"s3://{name}"),
                 ("none", f"s3://{name}/nothing"), ("gone", f"s3://{name}-gone/x"))  # fmt: skip
    assert found == {
        "part": (20, None),
        "more": (30, None),
        "all": (40, None),
        "none": (0, None),
        "gone": (None, "refused"),
    }
    assert reader.request("describe", kind="training", region_id=REGION, name="nobody")["ok"] == {"item": None}
    assert not [line for line in reader.errors if "s3" in line.lower()]


def test_more_than_two_pages_are_no_size(start, bucket):
    """Two thousand are listed in two calls; one more, and the sum of those two would be a part."""
    name = bucket(*(f"train/{number:04}" for number in range(2001)))
    found = told(start(), ("whole", f"s3://{name}/train/1"), ("part", f"s3://{name}/train/"))
    assert found == {"whole": (10_000, None), "part": (None, "too_many")}


def test_a_refusal_is_told_to_the_server_alone(start, account, bucket):
    """Reading goes on as if nothing were."""
    name = bucket("train/a")
    account.order(operation="ListObjectsV2", code="AccessDenied")
    reader = start()
    assert told(reader, ("denied", f"s3://{name}/train")) == {"denied": (None, "refused")}
    reader.watch()
    status = reader.await_status(lambda status: status["first_picture"])
    assert (status["problem"], "s3" in str(status["kind_problems"])) == (None, False)
