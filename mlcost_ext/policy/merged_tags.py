"""The tags that launches have to have once all layers are put together."""

from __future__ import annotations

from mlcost_ext.core.policy import BUILTIN, TagRule

from .layer import Place, dotted
from .pattern import whole_match
from .stack import Stack
from .strictness import intersection, union

REQUIRED: Place = ("tags", "required")


def required_tags(stack: Stack, origins: dict[str, str]) -> tuple[TagRule, ...]:
    """Give all tags that any layer requires, and note in `origins` where each part of it is from."""
    named: dict[str, list[str]] = {}
    for layer in stack.layers:
        for key in layer.names.get(REQUIRED, ()):
            named.setdefault(key, []).append(layer.name)
    origins.update({dotted((*REQUIRED, key)): ", ".join(layers) for key, layers in named.items()})
    return tuple(_tag(stack, key, origins) for key in named)


def _tag(stack: Stack, key: str, origins: dict[str, str]) -> TagRule:
    place: Place = (*REQUIRED, key)
    below: Place = (*place, "allowed")
    allowed = stack.settle(below, stack.given(below), None, intersection)
    origins[dotted(below)] = allowed.origin
    below = (*place, "pattern")
    patterns = stack.settle(below, stack.given(below, lambda text: (text,)), (), union, tells=False)
    origins[dotted(below)] = patterns.origin
    rule = TagRule(key=key, allowed=allowed.value, patterns=patterns.value)
    if rule.allowed == ():
        stack.notes.append(
            stack.layers[0].note(place, f"{dotted(place)}: no value is allowed by all layers, so nothing can be launched.")
        )
    return _with_default(stack, rule, (*place, "default"), origins)


def _with_default(stack: Stack, rule: TagRule, place: Place, origins: dict[str, str]) -> TagRule:
    """Add the default of the topmost layer that has one, unless another layer does not allow it."""
    given = [each for each in stack.given(place) if each.value is not None][:1]
    default = given[0].value if given else None
    origins[dotted(place)] = given[0].origin if given else BUILTIN
    if default is not None and not is_allowed(rule, default):
        stack.notes.append(stack.layers[given[0].layer].note(place, f"{dotted(place)}: another layer does not allow this value."))
        default, origins[dotted(place)] = None, BUILTIN
    return TagRule(key=rule.key, allowed=rule.allowed, patterns=rule.patterns, default=default)


def is_allowed(rule: TagRule, value: str) -> bool:
    """Tell whether a tag may have a value."""
    return (rule.allowed is None or value in rule.allowed) and all(whole_match(pattern, value) for pattern in rule.patterns)
