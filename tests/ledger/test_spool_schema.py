"""What a line may hold: each key of each event by its type and length."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcost_ext.ledger.spool_schema import MAX_FINDINGS, MAX_TAGS, SCHEMA, parse

from .spool_files import AT

FINDING = {"rule": "MC106", "verdict": "warn", "subject": None, "message": "Managed Spot is off."}
WHOLE: dict[str, dict[str, Any]] = {
    "kernel": {"server_id": "a1", "kernel_id": "k", "notebook": "n.ipynb", "user": "ana"},
    "unloaded": {},
    "intent": {
        "id": "i",
        "kind": "training",
        "region_id": "us-east-1",
        "name": "churn",
        "notebook": "n.ipynb",
        "cell_id": "c",
        "user": "ana",
        "user_basis": "space",
        "git_commit": "0f" * 20,
        "project": "churn",
        "decision": "d",
        "request": {"a": [1]},
        "tags": {"team": "fraud"},
    },
    "outcome": {"id": "i", "result": "accepted", "resource_id": "arn", "error_code": "X"},
    "decision": {
        "id": "d",
        "kind": "training",
        "region_id": "us-east-1",
        "notebook": "n.ipynb",
        "cell_id": "c",
        "user": "ana",
        "decision": "ask",
        "outcome": "fixed",
        "reason": "benchmark",
        "findings": [FINDING],
        "fixed": ["MC106"],
        "avoided": {"low": "-0.5", "expected": "9.12", "billing_currency": "USD", "basis": "history"},
    },
}
NEEDED = {
    "kernel": set(),
    "unloaded": set(),
    "intent": {"id", "kind", "region_id", "name"},
    "outcome": {"id", "result"},
    "decision": {"id", "kind", "region_id", "decision", "outcome"},
}
LISTS: dict[str, list[object]] = {"findings": [[]], "fixed": [[], ["x"]]}
"""Keys that have lists, and odd values that are none there."""


def text(type_: object, **fields: Any) -> bytes:
    return json.dumps({"v": 1, "type": type_, "at": AT, **fields}).encode()


def fits(type_: str, **fields: Any) -> bool:
    try:
        return parse(text(type_, **fields)) is not None
    except ValueError:
        return False


@pytest.mark.parametrize("type_", SCHEMA)
def test_whole_events_fit_and_so_do_those_without_what_is_not_needed(type_: str) -> None:
    """What is null and what is not there are the same; keys of a later version pass."""
    whole = WHOLE[type_]
    assert {"at", *whole} == {key for key, _ in SCHEMA[type_]}
    assert fits(type_, **whole)
    assert fits(type_, **whole, later={"any": "thing"})
    for key in whole:
        is_needed = key in NEEDED[type_]
        assert fits(type_, **{**whole, key: None}) is not is_needed
        assert fits(type_, **{name: value for name, value in whole.items() if name != key}) is not is_needed


ODD = [7, True, 1.5, "", [], ["x"], "x" * 5000, "\ud800"]


@pytest.mark.parametrize("type_", SCHEMA)
@pytest.mark.parametrize("odd", ODD, ids=lambda odd: repr(odd)[:9])
def test_no_key_is_of_another_type_or_length(type_: str, odd: object) -> None:
    """Such a line is left out whole."""
    for key in ("at", *WHOLE[type_]):
        if odd in LISTS.get(key, []):
            continue
        assert not fits(type_, **{**WHOLE[type_], key: odd}), key


@pytest.mark.parametrize(
    ("key", "odd"),
    [
        ("at", "2026-11-30T04:00:00"),
        ("at", "yesterday"),
        ("git_commit", "0F" * 20),
        ("git_commit", "0f" * 19),
        ("user_basis", "guess"),
        ("tags", {"team": 7}),
        ("tags", {str(n): "" for n in range(MAX_TAGS + 1)}),
        ("project", "p" * 129),
        ("id", "i" * 65),
    ],
)
def test_forms_that_an_intent_does_not_have(key: str, odd: object) -> None:
    """Times with their zone, commits in full, words of a list."""
    assert fits("intent", **WHOLE["intent"])
    assert not fits("intent", **{**WHOLE["intent"], key: odd})


@pytest.mark.parametrize(
    ("key", "odd"),
    [
        ("decision", "perhaps"),
        ("outcome", "forgotten"),
        ("reason", "r" * 501),
        ("findings", [FINDING] * (MAX_FINDINGS + 1)),
        ("findings", [{**FINDING, "rule": 7}]),
        ("findings", [{**FINDING, "verdict": "off"}]),
        ("findings", [{**FINDING, "message": "m" * 601}]),
        ("findings", [{**FINDING, "subject": {}}]),
        ("findings", [{**FINDING, "saving": {"expected": "1"}}]),
        ("findings", [{**FINDING, "saving": {"expected": "-1", "billing_currency": "USD"}}]),
        ("fixed", ["MC106", 7]),
        ("avoided", {"low": None, "expected": 9.12, "billing_currency": "USD", "basis": "history"}),
        ("avoided", {"low": None, "expected": "-9.12", "billing_currency": "USD", "basis": "history"}),
        ("avoided", {"low": None, "expected": "1e9", "billing_currency": "USD", "basis": "history"}),
        ("avoided", {"low": None, "expected": "9.12", "billing_currency": "<b>", "basis": "history"}),
        ("avoided", {"low": None, "expected": "9.12", "billing_currency": "USD"}),
    ],
)
def test_forms_that_a_decision_does_not_have(key: str, odd: object) -> None:
    """Words of a list, plain amounts, and no more findings than there are rules to speak of."""
    assert fits("decision", **WHOLE["decision"])
    assert not fits("decision", **{**WHOLE["decision"], key: odd})


@pytest.mark.parametrize(
    "line", [b"", b"  ", text("later"), text(None), text([]), text("unloaded", v=2), text("unloaded", v="1"), b'{"v":1}']
)
def test_what_is_for_another_version_is_no_fault(line: bytes) -> None:
    """It is passed over and not counted."""
    assert parse(line) is None


@pytest.mark.parametrize("line", [b"[]", b"7", b"{", b"\xff", b'{"v":1,"type":"unloaded","at":NaN}', b"[" * 50_000, b"1" * 5000])
def test_what_is_no_event_is_one(line: bytes) -> None:
    """Torn lines, other bytes, what only Python takes for JSON."""
    with pytest.raises(ValueError):
        parse(line)


@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda t: json.dumps({"v": 1, "type": t, "at": t}).encode()))
def test_nothing_but_value_error_comes_of_any_bytes(line: bytes) -> None:
    """Whatever stands there."""
    try:
        found = parse(line)
    except ValueError:
        return
    assert found is None or found["type"] in SCHEMA
