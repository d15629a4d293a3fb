"""The JSON Schema says what the reader says."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given, settings

from mlcost_ext.policy.json_schema import json_schema

from .samples import EXAMPLE, RULES, faults_of
from .test_never_loosens import UNLOCKING
from .test_reading import FAULTS

SCHEMA = json_schema(RULES)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


class Loader(yaml.SafeLoader):
    """Reads as YAML 1.2 does: `on` and days are texts."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in pairs if not tag.endswith((":bool", ":timestamp"))]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def document_of(text: str) -> Any:
    """Read YAML as an editor does."""
    words = {"true": True, "false": False}

    def mended(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: mended(each) for key, each in value.items()}
        if isinstance(value, list):
            return [mended(each) for each in value]
        return words.get(value, value) if isinstance(value, str) else value

    return mended(yaml.load(text, Loader=Loader))


def test_it_is_a_schema() -> None:
    """Of the draft that it names."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA


def test_the_interface_s_example() -> None:
    """Valid by schema and by reader."""
    assert list(VALIDATOR.iter_errors(document_of(EXAMPLE))) == []
    assert faults_of(EXAMPLE) == ()


FORM = ("is missing", "is no ", "no key", "belongs here", "belong here", "either true or false")
BEYOND_A_SCHEMA = ("[a]", "MC100", "unlocked", "contact: {", "<<", "source", "2026-02-30")
"""What only the reader finds: which rules there are outside of `rules`, fields to unlock, days that no calendar has."""
SAID_BY_BOTH = [
    text
    for text, expected in FAULTS
    if any(word in expected[0][2] for word in FORM) and not any(word in text for word in BEYOND_A_SCHEMA)
]


def test_most_faults_are_of_form() -> None:
    """So the next test tries something."""
    assert len(SAID_BY_BOTH) > 30


@pytest.mark.parametrize("text", SAID_BY_BOTH)
def test_faults_of_form_are_the_schema_s_too(text: str) -> None:
    """An editor shows them while one types."""
    assert list(VALIDATOR.iter_errors(document_of(text))) != []
    assert faults_of(text) != ()


@settings(max_examples=100, deadline=None)
@given(UNLOCKING)
def test_what_the_reader_takes_is_valid(document: dict[str, Any]) -> None:
    """Any policy without faults."""
    whole = {"version": 1, **document}
    assert faults_of(json.dumps(whole)) == ()
    assert list(VALIDATOR.iter_errors(whole)) == []
