"""Lines in and out."""

import io
import json

import pytest

from mlcost_ext.aws.reader.protocol import BadLineError, Output, Request, Studio, Watch, parse, slices


def test_a_watch_is_read():
    """Names with region and kind, tags as pairs; what makes no sense is left out."""
    line = {
        "op": "watch",
        "regions": ["r", "r"],
        "owner_tags": {"k": "v"},
        "names": [["r", "training", "a"], ["r", "a"], 7],
        "pace": "viewed",
        "scope": "account",
        "studio": {"region_id": "r", "domain_id": "d", "user_profile_name": None, "space_name": "work"},
        "notebook_instance": {"region_id": "r", "name": "n"},
        "history": {"r": "cursor", "s": None, "t": 7},
        "earlier": [[3.5, 7], ["x", 1], 2],
        "earlier_first": 12,
        "inputs": [["r", "launch", "s3://b/x"], ["r", "launch", ""], "s3://b/y"],
    }
    expected = Watch(
        region_ids=("r",),
        owner_tags=(("k", "v"),),
        names=frozenset({("r", "training", "a")}),
        pace="viewed",
        scope="account",
        studio=Studio(region_id="r", domain_id="d", user_profile_name=None, space_name="work"),
        notebook_instance=("r", "n"),
        inputs=frozenset({("r", "launch", "s3://b/x")}),
    )
    watch = parse(json.dumps(line))
    assert watch == expected
    assert (watch.history, watch.earlier, watch.earlier_first) == ({"r": "cursor", "s": None}, ((3.5, 7),), 12)
    assert watch.names_in("r") == {("training", "a"), ("notebook", "n")}


@pytest.mark.parametrize("studio", [None, 7, {}, {"region_id": "r"}, {"region_id": 1, "domain_id": "d"}])
def test_a_watch_of_fewer_things_is_read_too(studio):
    """What is not said is not there."""
    watch = parse(json.dumps({"op": "watch", "pace": "asleep", "studio": studio}))
    assert watch == Watch(pace="asleep", scope="mine")


def test_a_request_is_read():
    """With its id and its fields."""
    request = parse('{"id":3,"op":"stop","kind":"training","region_id":"r","name":"a"}')
    assert isinstance(request, Request)
    assert (request.id, request.op, request.text("name")) == (3, "stop", "a")
    with pytest.raises(BadLineError):
        request.text("domain_id")


@pytest.mark.parametrize(
    "line",
    [
        "",
        "[" * 100_000,
        "no json",
        "[]",
        "{}",
        '{"op":"quit"}',
        '{"op":"watch","pace":"often"}',
        '{"op":"watch","pace":"viewed","scope":"all"}',
        '{"id":true,"op":"x"}',
    ],
)
def test_other_lines_are_refused(line):
    """And nothing else happens."""
    with pytest.raises(BadLineError):
        parse(line)


def test_a_document_is_one_line():
    """Whatever text is in it."""
    stream = io.StringIO()
    Output(stream).write({"text": "a\nb\u2028é"})
    assert stream.getvalue().count("\n") == 1
    assert json.loads(stream.getvalue()) == {"text": "a\nb\u2028é"}


def test_jobs_are_sliced_by_number_and_by_size():
    """A line stays far below what the server reads at once."""
    assert [len(line) for line in slices([{"name": "a"}] * 60)] == [25, 25, 10]
    assert [len(line) for line in slices([{"name": "a" * 150_000}] * 3)] == [1, 1, 1]
    assert slices([]) == []
