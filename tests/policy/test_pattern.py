"""Patterns: which are taken, and that none of them runs for long."""

from __future__ import annotations

import re
import time
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlcost_ext.policy.pattern import pattern_problem, whole_match

GOOD = [
    "[a-z][a-z0-9-]*(-v[0-9]+)?",
    "CC-[0-9]{4}",
    "(fraud|credit)-[a-z]+",
    r"\d{2,}\.\w+\S?",
    "(?:a|b)c{1,3}",
    "[^a-z]x",
    "[]a]",
    "[^]a]",
    r"[\]a]",
    "a.b",
    "é+",
    "",
    "a]b}",
    "[a-z]+-[a-z]+-[a-z]+",
]
BAD = [
    ("(a+)+", "repeated that holds"),
    ("(a|a)*", "repeated that holds"),
    ("(a?){9}", "repeated that holds"),
    ("((ab*)c)+", "repeated that holds"),
    (".*.*.*.*x", "too many ways"),
    ("a?" * 30, "too many ways"),
    ("(a|b)" * 30, "too many ways"),
    ("x" * 201, "longer than 200"),
    ("(a", "never closed"),
    ("a)", "never opened"),
    ("(" * 30 + "a" + ")" * 30, "nested too deep"),
    (r"(a)\1", r"not taken here: \1"),
    (r"\bx", r"not taken here: \b"),
    ("(?=a)", "not taken here: (?="),
    ("(?P<n>a)", "not taken here: (?P"),
    ("^a$", "not taken here: ^a"),
    ("a*?", "not taken here: ?"),
    ("*a", "not taken here: *a"),
    ("a{,3}", "not taken here: {,"),
    ("a\\", "not taken here: \\"),
    ("[z-a]", "no regular expression"),
    ("[[a]", "no regular expression"),
    ("a{3,2}", "no regular expression"),
    ("[a", "not taken here: [a"),
]


@pytest.mark.parametrize("pattern", GOOD)
def test_taken(pattern: str) -> None:
    """What people write for tags."""
    assert pattern_problem(pattern) is None


@pytest.mark.parametrize(("pattern", "problem"), BAD, ids=[pattern[:30] for pattern, _ in BAD])
def test_refused(pattern: str, problem: str) -> None:
    """With the reason."""
    assert problem in (pattern_problem(pattern) or "")


def test_the_whole_value_has_to_match() -> None:
    """And one longer than AWS takes never does."""
    assert whole_match("[a-z]+", "abc")
    assert not whole_match("[a-z]+", "abc1")
    assert not whole_match("[a-z]+", "abc\n")
    assert not whole_match("a*", "a" * 257)


PIECES = st.sampled_from(
    ["a", "b", ".", "[ab]", "(", ")", "|", "*", "+", "?", "{2}", "{0,9}", "{2,}", "(?:", r"\w", "-", "[^a]", "\\"]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=30).map("".join), st.sampled_from(["a" * 256, "ab" * 128, "a" * 255 + "!", "", "a-b"]))
def test_what_is_taken_ends_soon(pattern: str, value: str) -> None:
    """Whatever is put together, matching takes less than some seconds, and Python takes the pattern as well."""
    if pattern_problem(pattern) is None:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            re.compile(pattern)
        begun = time.perf_counter()
        whole_match(pattern, value)
        assert time.perf_counter() - begun < 5
