"""Patterns of instance types that match no type that is known: nothing would ever be denied, or allowed, by them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from mlcost_ext.core.rule import Rule
from mlcost_ext.core.type_patterns import is_one_of, nearest_pattern

from .layer import Layer, Note, Place, dotted
from .yaml_nodes import shown


def unmatched(layer: Layer, rules: Sequence[Rule], types: Collection[str]) -> tuple[Note, ...]:
    """Give a note for each pattern that matches no type; no fault, since AWS brings new types.

    Args:
        layer: Without faults.
        rules: All that are installed.
        types: All that are known, such as ``ml.m5.large``.
    """
    notes = []
    for place in _places(rules):
        for number, pattern in enumerate(layer.values.get(place) or ()):
            if not any(is_one_of(name, (pattern,)) for name in types):
                near = nearest_pattern(pattern, types)
                meant = f"; did you mean {near}?" if near else "."
                message = f"{dotted(place)}: {shown(pattern)} matches no instance type that is known{meant}"
                notes.append(layer.note((*place, str(number)), message))
    return tuple(notes)


def has_patterns(layer: Layer, rules: Sequence[Rule]) -> bool:
    """Tell whether a layer names any types."""
    return any(layer.values.get(place) for place in _places(rules))


def _places(rules: Sequence[Rule]) -> list[Place]:
    return [("rules", rule.id, option.name) for rule in rules for option in rule.options if option.kind == "patterns"]
