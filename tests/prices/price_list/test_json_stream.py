"""JSON that is read a member at a time, wherever the chunks end."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcost_ext.prices.price_list import PriceListError, json_stream
from mlcost_ext.prices.price_list.json_stream import JsonStream


@pytest.fixture(params=[1, 2, 7, 1000])
def chunk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(json_stream, "CHUNK", request.param)
    size: int = request.param
    return size


def read(stream: JsonStream) -> Any:
    """Read whatever comes next by way of its members and items."""
    if stream.peek() == "{":
        return {key: read(stream) for key in stream.members()}
    if stream.peek() == "[":
        return [read(stream) for _ in stream.items()]
    return stream.value()


def whole(text: str, reader: Callable[[JsonStream], Any] = read) -> Any:
    stream = JsonStream(io.StringIO(text))
    found = reader(stream)
    stream.end()
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{}", {}),
        (" [ ] ", []),
        ('"a\\"b"', 'a"b'),
        ('{"a": {"b": [true, false, null]}, "c": "d"}', {"a": {"b": [True, False, None]}, "c": "d"}),
        ("[12345678, 1.5e3, -0]", [None, None, None]),
        ("[NaN, Infinity, -Infinity, 1e+5, 10.25]", [None] * 5),
        ("1234567890", None),
        ('{"a":1,\n\n\t "b"\r\n:\n"c"}', {"a": None, "b": "c"}),
    ],
)
def test_values(chunk: int, text: str, expected: Any) -> None:
    """As the standard library reads them, but that numbers are nothing."""
    assert expected == whole(text)
    assert expected == whole(text, JsonStream.value)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "{",
            '{"a"',
            '{"a":',
            '{"a":"b"',
            '{"a":"b",',
            '{"a":"b",}',
            "[",
            '["a"',
            '["a",',
            '["a" "b"]',
            "{7: 8}",
            "nul",
            '"a',
        ),
        *("{} {}", '{"a" "b"}', "[1,]", "}", "[1x]", "[1.]", "1e", "[-]"),
    ],
)
def test_what_is_no_json(chunk: int, text: str) -> None:
    """One error, told in words."""
    with pytest.raises(PriceListError, match="price list file"):
        whole(text)


def test_going_past_a_value(chunk: int) -> None:
    """However it is made up; what comes after it is next."""
    stream = JsonStream(io.StringIO('{"a": {"b": {"c": [1, 2]}, "d": 3}, "e": [4], "f": {}, "g": "h"}'))
    found = []
    for key in stream.members():
        if key == "g":
            found.append(stream.value())
        else:
            stream.skip()
    assert found == ["h"]


def test_a_value_that_is_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not held, and neither is a file without an end."""
    monkeypatch.setattr(json_stream, "CHUNK", 10)
    monkeypatch.setattr(json_stream, "MOST_VALUE", 50)
    with pytest.raises(PriceListError, match="holds a value that is no price"):
        whole('"' + "x" * 1000)
    monkeypatch.setattr(json_stream, "MOST_TOTAL", 500)
    with pytest.raises(PriceListError, match="too long"):
        whole("[" + '"x",' * 1000)


JSON = st.recursive(
    st.none() | st.booleans() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)


@given(document=JSON, size=st.integers(1, 40), indent=st.sampled_from([None, 1]))
def test_chunks_do_not_matter(document: Any, size: int, indent: int | None) -> None:
    """Any document comes back, and none of its parts passes for it."""
    text = json.dumps(document, indent=indent, ensure_ascii=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_stream, "CHUNK", size)
        assert document == whole(text)
        if text[-1] in '}]"':
            with pytest.raises(PriceListError):
                whole(text[:-1])
