"""Patterns that match no known type are noted, each with its place and what may be meant."""

from __future__ import annotations

from mlcost_ext.policy.unmatched import has_patterns, unmatched

from .samples import RULES, layer

TYPES = ("ml.m5.large", "ml.p4d.24xlarge", "ml.p4de.24xlarge", "ml.p5.48xlarge")


def test_what_matches_nothing() -> None:
    """Of what is denied and of what is allowed; a type that AWS may bring is no fault."""
    found = layer("rules: {MC104: {denied: [ml.p4d.*, ml.p4d, P5, ml.p4.*, '?5.48xlarge'], allowed: [ml.quantum.*, '*']}}")
    assert has_patterns(found, RULES)
    assert [str(note) for note in unmatched(found, RULES, TYPES)] == [
        "policy.yaml:2:36: rules.MC104.denied: ml.p4d matches no instance type that is known; did you mean ml.p4d.*?",
        "policy.yaml:2:44: rules.MC104.denied: P5 matches no instance type that is known; did you mean ml.p5.*?",
        "policy.yaml:2:48: rules.MC104.denied: ml.p4.* matches no instance type that is known; did you mean ml.p4d.*?",
        "policy.yaml:2:83: rules.MC104.allowed: ml.quantum.* matches no instance type that is known.",
    ]


def test_where_no_type_is_named() -> None:
    """There is nothing to look up."""
    for text in ("contact: a", "rules: {MC104: {denied: [], allowed: null}}"):
        assert not has_patterns(layer(text), RULES)
        assert unmatched(layer(text), RULES, TYPES) == ()
