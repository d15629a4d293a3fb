"""Lines in and out."""

import io
import json

import pytest

from mlcost_ext.aws.reader.protocol import BadLineError, Output, Request, Watch, parse, slices


def test_a_watch_is_read():
    """Names as pairs, tags as pairs."""
    line = '{"op":"watch","regions":["r","r"],"owner_tags":{"k":"v"},"names":[["r","a"],["r"],7],"pace":"viewed"}'
    expected = Watch(region_ids=("r",), owner_tags=(("k", "v"),), names=frozenset({("r", "a")}), pace="viewed")
    assert parse(line) == expected


def test_a_request_is_read():
    """With its id and its fields."""
    request = parse('{"id":3,"op":"stop_training_job","region_id":"r","name":"a"}')
    assert isinstance(request, Request)
    assert (request.id, request.op, request.text("name")) == (3, "stop_training_job", "a")
    with pytest.raises(BadLineError):
        request.text("domain_id")


@pytest.mark.parametrize(
    "line", ["", "no json", "[]", "{}", '{"op":"quit"}', '{"op":"watch","pace":"often"}', '{"id":true,"op":"x"}']
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
