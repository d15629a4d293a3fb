"""The compiled form: what is written is read again, and what was changed is not."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlcost_ext.core.policy import BUILTIN, RuleSettings
from mlcost_ext.policy.compiled import (
    CompiledError,
    compiled,
    completed,
    digest_of,
    policy_from,
    rules_digest,
    sealed,
)
from mlcost_ext.policy.merging import merge

from .samples import EXAMPLE, RULES, merged
from .test_never_loosens import UNLOCKING, layer_of


@settings(max_examples=100, deadline=None)
@given(st.lists(UNLOCKING, max_size=3))
def test_round_trip(documents: list[dict[str, Any]]) -> None:
    """Through JSON, for any policy."""
    policy = merge([layer_of(document, str(n)) for n, document in enumerate(documents)], RULES).policy
    assert policy_from(json.loads(json.dumps(compiled(policy)))) == policy


def test_what_was_changed_is_refused() -> None:
    """One value, the digest, the format."""
    document = compiled(merged(EXAMPLE).policy)
    assert policy_from(document).contact == "ml-platform@example.com"
    for change in ({"digest": "0"}, {"format": 2}, {"policy": {**document["policy"], "contact": "x"}}):
        with pytest.raises(CompiledError, match="digest"):
            policy_from({**document, **change})
    with pytest.raises(CompiledError, match="another version"):
        policy_from(sealed({"format": 2, "policy": document["policy"]}))
    with pytest.raises(CompiledError, match="no document"):
        policy_from([])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("contact", 1),
        ("when_unsure", "perhaps"),
        ("cost_explorer", "yes"),
        ("ask_timeout_minutes", "30"),
        ("ask_timeout_minutes", {"number": "x"}),
        ("admins", "a"),
        ("rules", []),
        ("rules", {"MC101": {"verdict": "warn", "options": {"a": 1}}}),
        ("exceptions", [{"rule": "MC101"}]),
        ("budgets", [1]),
    ],
)
def test_what_is_no_policy_is_refused(name: str, value: object) -> None:
    """Even where its digest is right."""
    document = compiled(merged(EXAMPLE).policy)
    with pytest.raises(CompiledError, match="no policy"):
        policy_from(sealed({"format": 1, "policy": {**document["policy"], name: value}}))
    with pytest.raises(CompiledError, match="no policy"):
        policy_from(sealed({"format": 1}))


def test_digests_tell_content_from_content() -> None:
    """Not by the order of names."""
    assert digest_of({"a": 1, "b": 2}) == digest_of({"b": 2, "a": 1}) != digest_of({"a": 2, "b": 1})
    assert rules_digest(RULES) != rules_digest(RULES[1:])
    assert rules_digest(RULES) != rules_digest((replace(RULES[0], default="block"), *RULES[1:]))


def test_new_rules_and_options_have_their_built_in_values() -> None:
    """In a policy that was compiled before they were there."""
    policy = merged("rules: {MC101: {verdict: ask}}").policy
    old = replace(policy, rules={"MC101": RuleSettings(verdict="ask", options={})}, origins={"rules.MC101.verdict": "a"})
    found = completed(old, RULES)
    assert found.rules == policy.rules
    assert found.origins["rules.MC101.verdict"] == "a"
    assert found.origins["rules.MC108.strict"] == BUILTIN
