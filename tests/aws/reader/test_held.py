"""What a reader before this one has told, and the server still shows: it may have gone or ended while nobody looked."""

import json
from datetime import timedelta

import pytest

from mlcost_ext.aws.reader.kinds import kind_named
from mlcost_ext.aws.reader.names import STRAY_SECONDS
from mlcost_ext.aws.reader.protocol import Watch, parse
from tests.aws.reader.fakes import OTHER, REGION, SPACE, START, Reader, deny, fault, make, make_job, put


def holding(*things, **fields):
    """Make a reader that is told what is shown: kinds and names."""
    return Reader(held=frozenset((REGION, kind, name) for kind, name in things), **fields)


@pytest.mark.parametrize("way", ["search", "list"])
@pytest.mark.parametrize("kind", ["endpoint", "schedule", "notebook"])
def test_what_went_while_no_reader_was_there_is_said_to_be_gone(kind, way):
    """And what is still there is handed on like anything that is met for the first time."""
    reader = holding((kind, "went"), (kind, "stays"))
    put(reader, make(kind, "stays"))
    if way == "list":
        deny(reader, "Search")
    reader.run(330)
    assert reader.sink.gone == ["went"]
    assert "stays" in reader.sink.take_names(kind)


def test_a_kind_is_not_confirmed_before_what_was_shown_was_asked_for():
    """Until then it is still on the screen."""
    reader = holding(("endpoint", "went"))
    reader.aws.faults["DescribeEndpoint"] = fault("aws_error")
    reader.turn()
    assert reader.sink.status["kinds"]["endpoint"] is None
    reader.aws.faults = {}
    reader.run(60)
    assert reader.sink.gone == ["went"]
    assert reader.sink.status["kinds"]["endpoint"] is not None


def test_a_job_that_was_shown_as_running_and_is_met_nowhere_is_asked_for():
    """It may have ended more than a day ago, and then no listing of the first picture shows it."""
    reader = holding(("training", "old"), ("training", "went"), ("training", "runs"))
    put(reader, make_job("runs"), make_job("old", status="Stopped"))
    search = reader.aws.search
    reader.aws.search = lambda params: without(search(params), "old")
    reader.run(60)
    assert set(reader.described()) == {"old", "went"}
    assert reader.sink.gone == ["went"]
    assert {"old", "runs"} <= set(reader.sink.take_jobs())


def without(answer, name):
    return {**answer, "Results": [each for each in answer["Results"] if each["TrainingJob"]["TrainingJobName"] != name]}


def test_what_no_listing_shows_although_it_is_there_is_followed_by_its_name():
    """An endpoint that has lost its tag is asked for each minute, and not with every listing."""
    reader = holding(("endpoint", "untagged"))
    put(reader, make("endpoint", "untagged", Tags=[]))
    reader.run(600)
    calls = reader.aws.operations().count("DescribeEndpoint")
    assert 5 <= calls <= 600 / STRAY_SECONDS + 2
    assert reader.sink.gone == []
    del reader.aws.things["endpoint"]["untagged"]
    reader.run(2 * STRAY_SECONDS)
    assert reader.sink.gone == ["untagged"]
    assert "DescribeEndpoint" not in reader.run(600, kind="endpoint")


def test_what_no_listing_shows_is_still_watched_when_somebody_ends_it():
    """Its end takes minutes, longer than what somebody has touched is looked at closely."""
    reader = holding(("endpoint", "untagged"))
    put(reader, make("endpoint", "untagged", Tags=[]))
    reader.run(60)
    reader.poller.touch(REGION, kind_named("endpoint"), "untagged", is_leaving=True)
    reader.run(200)
    del reader.aws.things["endpoint"]["untagged"]
    reader.run(2 * STRAY_SECONDS)
    assert reader.sink.gone == ["untagged"]


def test_another_thing_of_the_same_name_has_not_the_tags_of_the_one_before():
    """Ours was deleted, and a colleague has taken its name: it is no longer said to be ours."""
    reader = Reader()
    put(reader, make("endpoint", "demo"))
    reader.run(20)
    reader.sink.take("endpoint")
    put(reader, make("endpoint", "demo", created=START + timedelta(seconds=20), modified=START + timedelta(seconds=20), tags=()))
    reader.run(60)
    (item, *_) = reader.sink.take("endpoint")
    assert (item["CreationTime"], item["Tags"]) == ("2026-11-23T14:00:20Z", None)


def test_the_same_thing_keeps_its_tags_when_it_is_described():
    """A Describe call tells none."""
    reader = Reader(names=[("endpoint", "demo")])
    put(reader, make("endpoint", "demo"))
    reader.run(20)
    put(reader, make("endpoint", "demo", status="Updating", created=START, modified=START + timedelta(seconds=20)))
    reader.aws.search = lambda params: {"Results": []}
    reader.run(60)
    assert reader.sink.take("endpoint")[-1]["Tags"] == dict([SPACE])


def test_what_is_told_to_a_reader_that_starts_is_not_lost_by_a_second_word():
    """Both may lie ready before it has read the first."""
    reader = holding(("endpoint", "went"))
    reader.poller.watch(Watch(region_ids=(REGION,), owner_tags=(SPACE,), pace="viewed", names=frozenset()))
    reader.run(30)
    assert reader.sink.gone == ["went"]
    told = Watch(region_ids=(REGION,), pace="viewed", earlier=((1.0, 3),), earlier_first=300)
    other = Reader()
    other.poller.watch(told)
    other.poller.watch(Watch(region_ids=(REGION,), pace="asleep"))
    other.turn()
    assert (other.budget.used(), other.budget.has_first_calls) == (3, False)


def test_a_region_that_is_taken_up_later_is_asked_for_what_was_shown_of_it():
    """It was followed before, by this reader or by another."""
    reader = Reader()
    reader.run(20)
    put(reader, make("endpoint", "stays"))
    held = frozenset({("eu-west-1", "endpoint", "went"), (REGION, "endpoint", "stays")})
    reader.watch(region_ids=(REGION, "eu-west-1"), held=held)
    reader.run(60)
    assert "went" in reader.sink.gone
    assert "stays" not in reader.sink.gone


def test_what_comes_under_other_tags_is_not_lost():
    """Once Studio has told its space there is another first picture, without a reader before it."""
    reader = Reader(owner_tags=(OTHER,))
    put(reader, make("endpoint", "a", Tags=[{"Key": OTHER[0], "Value": OTHER[1]}]), make("endpoint", "b"))
    reader.run(20)
    assert reader.sink.take_names("endpoint") == ["a"]
    del reader.aws.things["endpoint"]["a"]
    reader.watch(owner_tags=(OTHER, SPACE))
    reader.run(20)
    assert reader.sink.gone == ["a"]
    assert reader.sink.take_names("endpoint") == ["b"]


def test_the_line_that_tells_it():
    """Region, kind and name of each; anything else is left out."""
    line = {"op": "watch", "pace": "viewed", "held": [[REGION, "endpoint", "a"], [REGION, "endpoint"], 7, [REGION, "app", ""]]}
    assert parse(json.dumps(line)).held == {(REGION, "endpoint", "a")}
    assert parse(json.dumps({**line, "held": "x"})).held == frozenset()
