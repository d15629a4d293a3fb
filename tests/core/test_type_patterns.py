"""Patterns of instance types: what two lists of them have in common, and what has no meaning in one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlcost_ext.core.type_patterns import (
    AND,
    MOST_JOINED,
    common_types,
    is_one_of,
    nearest_pattern,
    pattern_of_types_problem,
)

TYPES = ("ml.m5.large", "ml.m5.xlarge", "ml.m5d.large", "ml.c5.large", "ml.p4d.24xlarge", "ml.p4de.24xlarge", "ml.l.m")


@pytest.mark.parametrize(
    ("upper", "lower", "expected"),
    [
        (("ml.m5.*", "ml.c5.*"), ("ml.m5.large", "ml.m5.xlarge"), ("ml.m5.large", "ml.m5.xlarge")),
        (("ml.m5.large", "ml.m5.xlarge"), ("c5.*", "M5.*"), ("ml.m5.large", "ml.m5.xlarge")),
        (("ml.c5.*", "ml.m5.*"), ("ml.m5.*", "ml.c5.*"), ("ml.c5.*", "ml.m5.*")),
        (("m5.*",), ("ml.m5.*",), ("m5.*",)),
        (("ml.m5.*",), ("*.large",), (f"ml.m5.*{AND}*.large",)),
        (("ml.m5.*",), ("ml.c5.*",), ()),
        (("ml.m5.*",), ("*",), ("ml.m5.*",)),
        (("ml.m5.*",), ("m*",), ("ml.m5.*",)),
        (("ml.p4?.*",), ("ml.p4*",), ("ml.p4?.*",)),
        (("ml.p4?.*", "ml.p4d.*"), ("ml.p4d.*", "ml.g5.*"), ("ml.p4d.*",)),
        (("m5.*", "ml.m5.large"), ("m5.*", "ml.m5.large"), ("m5.*", "ml.m5.large")),
        ((), ("ml.m5.*",), ()),
        (None, ("ml.m5.*",), ("ml.m5.*",)),
        (("ml.m5.*",), None, ("ml.m5.*",)),
        (None, None, None),
    ],
)
def test_what_two_lists_have_in_common(
    upper: tuple[str, ...] | None, lower: tuple[str, ...] | None, expected: tuple[str, ...] | None
) -> None:
    """The narrower pattern of two, and both where neither is within the other."""
    assert common_types(upper, lower) == expected


PATTERNS = st.text("ml.5*?", max_size=6)
LISTS = st.lists(PATTERNS, max_size=3).map(tuple)
NAMES = st.text("ml.5", min_size=1, max_size=5).map(lambda name: f"ml.{name}")


@settings(max_examples=400, deadline=None)
@given(LISTS, LISTS, LISTS, NAMES)
def test_a_type_is_matched_if_every_list_matches_it(
    one: tuple[str, ...], two: tuple[str, ...], three: tuple[str, ...], name: str
) -> None:
    """No more, no less, whatever the patterns are."""
    found = common_types(common_types(one, two), three)
    assert found is not None
    if not name.startswith("ml.ml."):  # no type is called so
        assert is_one_of(name, found) == all(is_one_of(name, each) for each in (one, two, three))


def test_very_many_patterns_stay_within_bounds() -> None:
    """What lies beyond them is not allowed."""
    found = common_types(tuple(f"*a{n}z*" for n in range(60)), tuple(f"*b{n}z*" for n in range(60)))
    assert found is not None
    assert len(found) == MOST_JOINED


@pytest.mark.parametrize("text", ["ml.{p4d,p5}.*", "/ml[.]p4d.*/", "ml.p[45]*", "ml.p4d.* ", "ml.p4d.*,ml.p5.*", "a & b", "^ml"])
def test_what_has_no_meaning(text: str) -> None:
    """Whatever other programs make of it."""
    assert "Only * and ? have a meaning" in (pattern_of_types_problem(text) or "")


def test_what_may_be_meant() -> None:
    """A family that is written in another way, or nearly so."""
    assert [pattern_of_types_problem(text) for text in ("ml.p4d.*", "P4D.24xlarge", "ml.p6-b200.*", "*", "?")] == [None] * 5
    assert nearest_pattern("ml.p4d", TYPES) == "ml.p4d.*"
    assert nearest_pattern("M5*", TYPES) == "ml.m5.*"
    assert nearest_pattern("ml.p4.*", TYPES) == "ml.p4d.*"
    assert nearest_pattern("ml.quantum.*", TYPES) is None
