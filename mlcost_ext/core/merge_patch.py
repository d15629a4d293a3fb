"""JSON merge patch (RFC 7396), which fixes and alternatives of a request are written in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def merged(document: Any, patch: Any) -> Any:
    """Give the document with a patch applied; neither is changed, null takes a member away, a list replaces a list whole."""
    if not isinstance(patch, Mapping):
        return patch
    found = dict(document) if isinstance(document, Mapping) else {}
    for key, value in patch.items():
        if value is None:
            found.pop(key, None)
        else:
            found[key] = merged(found.get(key), value)
    return found


def patch_at(path: tuple[str, ...], value: Any) -> dict[str, Any]:
    """Give the patch that sets one member, by its path of at least one key."""
    first, *rest = path
    return {first: patch_at(tuple(rest), value) if rest else value}


def patch_between(before: Any, after: Any) -> Any:
    """Give the patch that makes one document of another; a member that is null in `after` cannot be told and is taken away."""
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        return after
    found = {key: None for key in before if key not in after}
    for key, value in after.items():
        if key not in before:
            found[key] = value
        elif before[key] != value or type(before[key]) is not type(value):
            found[key] = patch_between(before[key], value)
    return found
