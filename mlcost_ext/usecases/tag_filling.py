"""Tags of a request: read, and filled in where they are missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mlcost_ext.core.policy import TagRule

MOST_TAGS = 50
"""https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AddTags.html"""
UNTAGGED_KINDS: frozenset[str] = frozenset()
"""Requests that take no tags."""


def tags_of(request: Mapping[str, Any]) -> dict[str, str]:
    """Give a request's tags; what is no tag is left out, and of a key that comes twice the last counts."""
    tags = request.get("Tags")
    return {
        tag["Key"]: tag["Value"]
        for tag in (tags if isinstance(tags, (list, tuple)) else ())
        if isinstance(tag, Mapping) and isinstance(tag.get("Key"), str) and isinstance(tag.get("Value"), str)
    }


def with_tags(request: Mapping[str, Any], kind: str, tags: Mapping[str, str]) -> dict[str, Any]:
    """Give the request with these tags, in place of those it has of the same key."""
    if not tags or kind in UNTAGGED_KINDS:
        return dict(request)
    given = request.get("Tags")
    kept = [tag for tag in (given if isinstance(given, (list, tuple)) else ()) if key_of(tag) not in tags]
    return {**request, "Tags": [*kept, *({"Key": key, "Value": value} for key, value in tags.items())]}


def filled(request: Mapping[str, Any], kind: str, tags: Mapping[str, str], required: Sequence[TagRule]) -> Mapping[str, Any]:
    """Give the request with what it lacks: these tags first, then the policy's defaults; as it is where it lacks nothing.

    A request whose tags are no list is left for AWS to refuse, and nothing is filled in beyond the 50 that AWS takes. A default
    is no answer where a key is there that differs from the required one by letter case only: which is meant, a person says.
    """
    given = request.get("Tags")
    if given is not None and not isinstance(given, (list, tuple)):
        return request
    known = tags_of(request)
    alike = {key.lower() for key in {*known, *tags} - {rule.key for rule in required}}
    defaults = {rule.key: rule.default for rule in required if rule.default is not None and rule.key.lower() not in alike}
    missing = {key: value for key, value in {**defaults, **tags}.items() if key not in known}
    room = MOST_TAGS - len(given or ())
    return with_tags(request, kind, dict(list(missing.items())[: max(0, room)])) if missing else request


def key_of(tag: Any) -> Any:
    return tag.get("Key") if isinstance(tag, Mapping) else None
