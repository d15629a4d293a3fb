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
