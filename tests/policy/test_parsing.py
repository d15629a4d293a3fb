"""One pass over a file, by PyYAML's parser in C or by the one in Python: the same nodes, places and faults."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mlcost_ext.policy.layer import Layer
from mlcost_ext.policy.parsing import MAX_DEPTH, parse
from mlcost_ext.policy.reading import read_layer
from mlcost_ext.policy.yaml_nodes import MOST_FAULTS, Fault
from tests.cli.policy_cases import CASES
from tests.cli.policy_more_cases import MORE_CASES

from .samples import EXAMPLE, RULES
from .test_reading import FAULTS, PIECES, V

NO_YAML = "This is no YAML"
C_ONLY = pytest.mark.skipif(not hasattr(yaml, "CSafeLoader"), reason="PyYAML has no part in C here")
TEXTS = [text for text, _ in FAULTS] + [case.text for case in (*CASES, *MORE_CASES)] + [EXAMPLE]


@contextmanager
def in_python() -> Iterator[None]:
    """Be without PyYAML's part in C."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delattr(yaml, "CSafeLoader", raising=False)
        yield


def bytes_of(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")


def read(text: str | bytes) -> tuple[Layer, tuple[Fault, ...]]:
    found, faults, _ = read_layer(bytes_of(text), name="p", rules=RULES)
    return found, faults


def is_no_yaml(faults: tuple[Fault, ...]) -> bool:
    return len(faults) == 1 and faults[0].message.startswith(NO_YAML)


def plain(node: Any) -> Any:
    """Write a node with all that is read of one."""
    marks = [(mark.line, mark.column) for mark in (node.start_mark, node.end_mark)]
    if node.id == "scalar":
        return node.id, node.value, bool(node.style), marks
    inside = node.value if node.id == "sequence" else [each for pair in node.value for each in pair]
    return node.id, marks, [plain(each) for each in inside]


def starts(node: Any) -> Any:
    """The same without ends, which nobody is shown, and of which the two parsers think differently."""
    where = node.start_mark.line, node.start_mark.column
    if node.id == "scalar":
        return node.value, bool(node.style), where
    inside = node.value if node.id == "sequence" else [each for pair in node.value for each in pair]
    return node.id, where, [starts(each) for each in inside]


@C_ONLY
@pytest.mark.parametrize("text", TEXTS, ids=lambda text: repr(text)[:50])
def test_both_parsers_tell_the_same_faults(text: str | bytes) -> None:
    """And read the same values with the same places; of what is no YAML at all each says so in words of its own."""
    fast = read(text)
    with in_python():
        slow = read(text)
    assert slow == fast or (is_no_yaml(slow[1]) and is_no_yaml(fast[1]))


def test_few_cases_are_no_yaml() -> None:
    """So the test above holds all others to the letter."""
    assert sum(is_no_yaml(read(text)[1]) for text in TEXTS) <= 5


EMPTY = st.sampled_from(["", " ", "~", " # no more\n", "\n ", "''", "a", '"b"', "2026-12-31", "é"])
FLOW = st.recursive(
    EMPTY,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda each: f"[{', '.join(each)}]")
        | st.lists(
            st.tuples(st.sampled_from(["team", "scope", "name", "", "? x"]), st.sampled_from([": ", ":\n  ", ": # c\n "]), inner),
            max_size=3,
        ).map(lambda each: "{" + ", ".join("".join(part) for part in each) + " }")
    ),
    max_leaves=8,
)


@C_ONLY
@given(st.lists(PIECES, max_size=25).map("".join) | FLOW.map("{}\n".format) | FLOW.map((V + "tags: {}\nadmins:\n- \n").format))
def test_both_parsers_read_any_text_alike(text: str) -> None:
    """Unless it is no YAML to one of them; values that are left empty have one place too."""
    fast, faults = parse(bytes_of(text), whole="-", entry="-")
    with in_python():
        slow, others = parse(bytes_of(text), whole="-", entry="-")
    if not any(is_no_yaml(tuple(each)) for each in (faults, others)):
        assert others == faults
        assert (None if slow is None else starts(slow)) == (None if fast is None else starts(fast))


@pytest.mark.parametrize("is_fast", [pytest.param(True, marks=C_ONLY), False], ids=["in C", "in Python"])
@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("[" * MAX_DEPTH + "]" * MAX_DEPTH, []),
        ("[" * (MAX_DEPTH + 1), ["This is nested too deep."]),
        ("[&a [x], *a, !t {}]", ["Anchors (&) and aliases (*) are not taken."] * 2 + ["Tags (!) are not taken."]),
        ("{&a b: *a, *c : d}", ["Anchors (&) and aliases (*) are not taken."] * 3),
        ("a: &a\nb: &a", ["Anchors (&) and aliases (*) are not taken."] * 2),
        ("a: 1\n---\nb: 2\n---\nc: 3\n", ["There are several documents in this file."]),
        ("a: &a 1\n---\nb: 2\n", ["Anchors (&) and aliases (*) are not taken."]),
        ("- !x a\n" * 100, ["Tags (!) are not taken."] * MOST_FAULTS),
        ("a:\n\t- b", ["A tab stands where spaces belong."]),
    ],
    ids=lambda each: repr(each)[:40],
)
def test_limits(text: str, messages: list[str], is_fast: bool) -> None:
    """What is refused, and how much of it is told, does not go by the parser."""
    if is_fast:
        _, faults = parse(text.encode(), whole="-", entry="-")
    else:
        with in_python():
            _, faults = parse(text.encode(), whole="-", entry="-")
    assert [fault.message for fault in faults] == messages


@pytest.mark.parametrize("is_fast", [pytest.param(True, marks=C_ONLY), False], ids=["in C", "in Python"])
@pytest.mark.parametrize("text", [EXAMPLE, "", "---\n", "a", "[a, {b: c}, 'd']", "? a\n: - b\n  -\n", "a: |\n  b\nc: >-\n  d"])
def test_nodes_are_those_of_pyyaml_s_own_composer(text: str, is_fast: bool) -> None:
    """With their beginnings and ends, but for their tags."""
    loader = yaml.CSafeLoader if is_fast else yaml.SafeLoader
    with in_python() if not is_fast else pytest.MonkeyPatch.context():
        found, faults = parse(text.encode(), whole="-", entry="-")
    expected = yaml.compose(text, Loader=loader)
    assert (None if found is None else plain(found), faults) == (None if expected is None else plain(expected), [])


@pytest.mark.parametrize("is_fast", [pytest.param(True, marks=C_ONLY), False], ids=["in C", "in Python"])
@pytest.mark.parametrize(
    ("gap", "place"), [("", (1, 7)), ("  ", (1, 9)), ("\n\n ", (3, 2)), ("\r\n", (2, 1)), (" # c, }\n  # d\n   ", (3, 4))]
)
def test_a_value_that_is_left_empty_stands_where_it_would(gap: str, place: tuple[int, int], is_fast: bool) -> None:
    """Within brackets and braces: before the sign that ends it, be there a comment between."""
    with in_python() if not is_fast else pytest.MonkeyPatch.context():
        root, _ = parse(f"{{{json.dumps('ab')}:{gap}}}".encode(), whole="-", entry="-")
    mark = root.value[0][1].start_mark
    assert (mark.line + 1, mark.column + 1) == place


@pytest.mark.parametrize("is_fast", [pytest.param(True, marks=C_ONLY), False], ids=["in C", "in Python"])
def test_a_file_is_gone_through_once(monkeypatch: pytest.MonkeyPatch, is_fast: bool) -> None:
    """Which is what takes long of a large one."""
    calls = []
    parsed = yaml.parse
    monkeypatch.setattr(yaml, "parse", lambda *given, **named: calls.append(given) or parsed(*given, **named))
    monkeypatch.setattr(yaml, "compose", lambda *_, **__: pytest.fail("it was composed by PyYAML"))
    with in_python() if not is_fast else pytest.MonkeyPatch.context():
        read(EXAMPLE)
    assert len(calls) == 1
