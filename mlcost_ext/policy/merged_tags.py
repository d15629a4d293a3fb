"""The tags that launches have to have once all layers are put together."""

from __future__ import annotations

from dataclasses import replace

from mlcost_ext.core.policy import BUILTIN, TagRule

from .layer import Place, dotted
from .pattern import whole_match
from .stack import Stack, in_short
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
    """Add the default of the topmost layer that may give one, unless another layer does not allow it."""
    origins[dotted(place)] = BUILTIN
    for each in stack.given(place):
        if each.value is None:
            continue
        layer = stack.layers[each.layer]
        if reason := _held_back(stack, rule.key, place, each.layer):
            stack.notes.append(layer.note(place, f"{dotted(place)}: {in_short(each.value)} has no effect, since {reason}."))
        elif not is_allowed(rule, each.value):
            stack.notes.append(layer.note(place, f"{dotted(place)}: another layer does not allow this value."))
            break
        else:
            origins[dotted(place)] = each.origin
            return replace(rule, default=each.value)
    return rule


def _held_back(stack: Stack, key: str, place: Place, number: int) -> str | None:
    """Say why a layer may not fill a tag in: it would clear what one above it objects to, or lead into that one's exception."""
    is_unlocked = stack.is_unlocked(place)
    for above, layer in enumerate(stack.layers[:number]):
        if is_unlocked(above):
            continue
        if key in layer.names.get(REQUIRED, ()):
            return f"{layer.name} requires this tag without a default"
        if any(key in exception.get("scope", {}) for exception in layer.values.get(("exceptions",), ())):
            return f"{layer.name} makes an exception for launches with this tag"
    return None


def is_allowed(rule: TagRule, value: str) -> bool:
    """Tell whether a tag may have a value."""
    return (rule.allowed is None or value in rule.allowed) and all(whole_match(pattern, value) for pattern in rule.patterns)
