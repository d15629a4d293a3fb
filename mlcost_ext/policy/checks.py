"""What fits each other badly in a layer whose values are fit each by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from itertools import chain, islice
from typing import Any

from mlcost_ext.core.rule import Rule

from .format import policy_shape
from .layer import Layer, Place, dotted
from .node_values import near_rule
from .pattern import whole_match
from .shapes import RuleTable, Section, Shape
from .texts import is_elsewhere
from .yaml_nodes import MOST_FAULTS, Fault, shown

NEVER_UNLOCKED = ("version", "source", "billing_currency", "disable", "unlocked")


def check_layer(layer: Layer, rules: Sequence[Rule]) -> list[Fault]:
    """Give the faults of a layer as a whole, as many as are told."""
    unknown = _unknown_rules(layer, {rule.id for rule in rules})
    return [*islice(chain(unknown, _budgets(layer), _tags(layer), _idle(layer), _unlocked(layer, rules)), MOST_FAULTS)]


def currency_faults(layers: Sequence[Layer]) -> dict[str, Fault]:
    """Find the layers whose amounts are in another currency than those of the topmost one, USD where that names none.

    Args:
        layers: All of them, most authority first.

    Returns:
        A fault by the name of its layer.
    """
    place: Place = ("billing_currency",)
    currency = next((layer.values.get(place, "USD") for layer in layers[:1]), "USD")
    return {
        layer.name: _fault(
            layer,
            place,
            f"The amounts of this layer are in {layer.values[place]}, those of {shown(layers[0].name)} in {currency}.",
            f"Write all amounts in {currency}; currencies are never compared.",
        )
        for layer in layers[1:]
        if layer.values.get(place, currency) != currency
    }


def unlockable(rules: Iterable[Rule]) -> set[str]:
    """Give the places that `unlocked` may name, below which it holds too."""
    return {dotted(place) for place in _places(policy_shape(rules), ()) if place[:1] and place[0] not in NEVER_UNLOCKED}


def _places(shape: Shape, place: Place) -> Iterator[Place]:
    yield place
    below: dict[str, Any] = {}
    if isinstance(shape, Section):
        below = dict(shape.fields)
    elif isinstance(shape, RuleTable):
        below = dict(shape.known)
    for name, inner in below.items():
        yield from _places(inner, (*place, name))


def _unlocked(layer: Layer, rules: Sequence[Rule]) -> Iterator[Fault]:
    known = unlockable(rules)
    for number, text in enumerate(layer.values.get(("unlocked",), ())):
        if text and text not in known and not text.startswith("tags.required.") and not _is_elsewhere_place(text):
            near = get_close_matches(text[:60], known, n=2, cutoff=0.5)
            hint = f"Write {' or '.join(near)}." if near else "Write a place such as idle.timeout_minutes or rules.MC101."
            yield _fault(layer, ("unlocked", str(number)), f"There is no field {shown(text)} to unlock.", hint)


def _is_elsewhere_place(text: str) -> bool:
    parts = text.split(".")
    return len(parts) > 1 and parts[0] == "rules" and is_elsewhere(parts[1])


def _unknown_rules(layer: Layer, known: set[str]) -> Iterator[Fault]:
    named = [(("overrides", "allowed", str(n)), text) for n, text in enumerate(layer.values.get(("overrides", "allowed")) or ())]
    named += [
        (("exceptions", str(n), "rule"), item["rule"])
        for n, item in enumerate(layer.values.get(("exceptions",), ()))
        if "rule" in item
    ]
    for place, rule_id in named:
        if rule_id and rule_id not in known and not is_elsewhere(rule_id):
            yield _fault(layer, place, f"There is no rule {shown(rule_id)}.", near_rule(rule_id, known))


def _budgets(layer: Layer) -> Iterator[Fault]:
    seen: set[str] = set()
    for number, budget in enumerate(layer.values.get(("budgets",), ())):
        name = budget.get("name")
        if name in seen:
            place = ("budgets", str(number), "name")
            yield _fault(layer, place, f"There are two budgets {shown(name)}.", "Write another name.")
        seen.update([name] if name else [])


def _tags(layer: Layer) -> Iterator[Fault]:
    for key in layer.names.get(("tags", "required"), ()):
        place: Place = ("tags", "required", key)
        allowed, pattern = (layer.values.get((*place, name)) for name in ("allowed", "pattern"))
        default = layer.values.get((*place, "default"))
        if default is not None and not (allowed is None or default in allowed):
            yield _fault(
                layer, (*place, "default"), "The default is not among those allowed.", f"Write one of {_listed(allowed)}."
            )
        elif default is not None and pattern is not None and not whole_match(pattern, default):
            yield _fault(layer, (*place, "default"), "The default does not match the pattern.", "Write one that does.")


def _listed(values: Sequence[str]) -> str:
    return shown(", ".join(filter(None, values))) or "those that are allowed"


def _idle(layer: Layer) -> Iterator[Fault]:
    timeout, warning = (layer.values.get(("idle", name)) for name in ("timeout_minutes", "warn_minutes"))
    if timeout is not None and warning is not None and warning > timeout:
        hint = "Write at most timeout_minutes."
        yield _fault(layer, ("idle", "warn_minutes"), "The warning would come before there is any idleness.", hint)


def _fault(layer: Layer, place: Place, message: str, hint: str) -> Fault:
    line, column = layer.marks[place]
    return Fault(line=line, column=column, message=message, hint=hint)
