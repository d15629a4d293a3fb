"""How large inputs are: listed last of all, whole or not at all, and each once."""

from itertools import pairwise

import pytest

from mlcost_ext.aws.reader.ask import Rank
from mlcost_ext.aws.reader.budget import WINDOW_CALLS
from mlcost_ext.aws.reader.feeds.inputs import MAX_PAGES, PAGE_KEYS
from mlcost_ext.aws.reader.operations import LIST_OBJECTS
from tests.aws.reader.fakes import REGION, Reader, denied, fault, make_job, put

PREFIX = "s3://bucket/train"
MANY = MAX_PAGES * PAGE_KEYS


def wanted(*prefixes, region_id=REGION):
    return frozenset((region_id, f"launch-{number}", prefix) for number, prefix in enumerate(prefixes))


def reader_of(inputs=None, count=3, **fields):
    reader = Reader(inputs=wanted(PREFIX) if inputs is None else inputs, **fields)
    for number in range(count):
        reader.aws.objects["bucket", f"train/{number:05}"] = 1000 + number
    reader.aws.objects["bucket", "test/0"] = 7
    return reader


def listings(reader):
    return [params for operation, params in reader.aws.calls if operation == LIST_OBJECTS]


def test_a_prefix_is_added_up():
    """As SageMaker reads it: all keys that begin so. One call, and no other while nothing changes."""
    reader = reader_of()
    put(reader, make_job())
    reader.run(60)
    assert reader.sink.inputs == [("launch-0", 3003, None)]
    assert listings(reader) == [{"Bucket": "bucket", "Prefix": "train", "MaxKeys": 1000}]
    reader.run(3600)
    assert len(listings(reader)) == 1


def test_the_first_picture_does_not_wait_for_it():
    """It is there first, whatever is to be listed."""
    reader = reader_of(wanted(*(f"s3://bucket/{number}" for number in range(20))))
    put(reader, make_job())
    reader.run(600)
    told = reader.sink.documents
    picture = next(number for number, doc in enumerate(told) if doc["push"] == "status" and doc["first_picture"])
    assert min(number for number, doc in enumerate(told) if doc["push"] == "input") > picture
    assert reader.region().inputs.rank() is max(Rank)
    assert len(reader.sink.inputs) == 20


def test_it_counts_in_the_budget():
    """A hundred launches within a moment: any ten minutes have as many calls as ever, and jobs are read as promptly."""
    reader = reader_of(wanted(*(f"s3://bucket/train/{number:05}" for number in range(200))), count=200)
    put(reader, make_job())
    reader.run(60)
    since = reader.clock()
    reader.run(3600, kind=None)
    assert reader.aws.most_in(600, since) <= WINDOW_CALLS
    assert len(reader.sink.inputs) == 200
    calls = zip(reader.aws.calls, reader.aws.times, strict=True)
    searched = [at for (_, params), at in calls if params.get("Resource") == "TrainingJob"]
    assert max(after - at for at, after in pairwise(searched) if at >= since) <= 30


@pytest.mark.parametrize(("count", "size"), [(PAGE_KEYS, True), (PAGE_KEYS + 1, True), (MANY, True), (MANY + 1, False)])
def test_two_pages_at_most_and_never_a_part(count, size):
    """What has more is not known."""
    reader = reader_of(count=count)
    reader.run(60)
    whole = sum(1000 + number for number in range(count))
    assert reader.sink.inputs == [("launch-0", whole, None) if size else ("launch-0", None, "too_many")]
    assert len(listings(reader)) == min(MAX_PAGES, -(-count // PAGE_KEYS))


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (denied("s3:ListBucket"), "refused"),
        (fault("not_found", aws_code="NoSuchBucket"), "refused"),
        (fault("aws_error"), "failed"),
        (fault("network_unreachable"), "failed"),
    ],
)
def test_a_refusal_is_silent(error, why):
    """Neither the status nor any kind has a word of it, and it is not asked again."""
    reader = reader_of()
    put(reader, make_job())
    reader.aws.faults = {LIST_OBJECTS: error}
    reader.run(600)
    assert reader.sink.inputs == [("launch-0", None, why)]
    assert len(listings(reader)) == 1
    status = reader.sink.status
    assert status["problem"] is None
    assert "s3" not in str(status["kind_problems"])


def test_after_a_fault_of_all_calls_it_is_tried_again():
    """Expired credentials say nothing about a bucket."""
    reader = reader_of()
    reader.run(60)
    reader.watch(inputs=wanted(PREFIX, "s3://bucket/test"))
    reader.aws.faults = {LIST_OBJECTS: fault("credentials_expired")}
    reader.run(60)
    assert len(reader.sink.inputs) == 1
    reader.aws.faults = {}
    reader.run(1200)
    assert reader.sink.inputs[1:] == [("launch-1", 7, None)]


def test_what_cannot_be_read_is_not_known():
    """A size that is none, or a page that does not say whether it is the last."""
    for answer in (
        {"Contents": [{"Key": "a", "Size": "12"}], "IsTruncated": False},
        {"Contents": [{"Key": "a"}], "IsTruncated": False},
        {"Contents": [{"Key": "a", "Size": 12}]},
        {"Contents": [{"Key": "a", "Size": 12}], "IsTruncated": True},
        {"Contents": [{"Key": "a", "Size": -12}], "IsTruncated": False},
    ):
        reader = reader_of()
        reader.aws.list_objects_v2 = lambda params, answer=answer: answer
        reader.run(60)
        assert reader.sink.inputs == [("launch-0", None, "failed")]


def test_an_empty_prefix_is_zero_bytes():
    """What that means is the server's to say."""
    reader = reader_of(wanted("s3://bucket/nothing"))
    reader.run(60)
    assert reader.sink.inputs == [("launch-0", 0, None)]


def test_the_same_prefix_of_another_launch_is_listed_anew():
    """The data may have grown; another region's is left to that region."""
    reader = reader_of()
    reader.run(60)
    reader.aws.objects["bucket", "train/new"] = 10
    reader.watch(inputs=frozenset({(REGION, "later", PREFIX), ("eu-west-1", "other", PREFIX)}))
    reader.run(60)
    assert reader.sink.inputs == [("launch-0", 3003, None), ("later", 3013, None)]


def test_nothing_is_listed_where_nobody_wants_it():
    """Nor of what is no prefix of S3."""
    reader = reader_of(frozenset())
    reader.run(600)
    assert listings(reader) == []
    reader.watch(inputs=wanted("https://bucket/train"))
    reader.run(60)
    assert (reader.sink.inputs, listings(reader)) == ([("launch-0", None, "failed")], [])
