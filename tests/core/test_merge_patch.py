"""JSON merge patch, by the examples of RFC 7396's appendix."""

import pytest

from mlcost_ext.core.merge_patch import merged, patch_at


@pytest.mark.parametrize(
    ("document", "patch", "result"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"a": "foo"}, "bar", "bar"),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_examples(document, patch, result):
    """Each as the standard has it."""
    assert merged(document, patch) == result


def test_nothing_is_changed_in_place():
    """A request is the user's own."""
    request = {"a": {"b": 1}, "c": [1]}
    changed = merged(request, {"a": {"b": 2}})
    assert request == {"a": {"b": 1}, "c": [1]}
    assert changed == {"a": {"b": 2}, "c": [1]}


def test_a_patch_of_one_member():
    """By its path."""
    assert patch_at(("ResourceConfig", "InstanceType"), "ml.g6.xlarge") == {"ResourceConfig": {"InstanceType": "ml.g6.xlarge"}}
