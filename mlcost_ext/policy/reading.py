"""Read a policy file; every fault is told at once, with its place and what to write instead."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from mlcost_ext.core.money import CHINAS_CURRENCY, USUAL_CURRENCY
from mlcost_ext.core.rule import Rule

from .checks import check_layer
from .format import policy_shape
from .layer import Layer, Note, Place
from .node_values import ABSENT, ValueReader
from .parsing import parse
from .shapes import Named, RuleTable, Section, Shape
from .texts import is_elsewhere
from .yaml_nodes import MOST_FAULTS, EnoughError, Fault, in_order

WHOLE = "Write names and values, a line each, indented by spaces; the first is version: 1."
ENTRY = "No value of a policy lies as deep as this."
NOT_HERE = "The rule {} is not installed here, so what is said of it has no effect."
NOT_IN_USE = "AWS lists its prices in USD, in China in CNY, and nothing is converted: no limit in {} can ever be judged."
NOT_FETCHED = "This version does not fetch a layer from its source yet; what else the file says holds."


def read_layer(data: bytes, *, name: str, rules: Iterable[Rule]) -> tuple[Layer, tuple[Fault, ...], tuple[Note, ...]]:
    """Read one file.

    Args:
        data: What is in it.
        name: How it is called where values of it are shown.
        rules: All that are installed.

    Returns:
        The layer, its faults and what is to be noted of it; where there are faults the layer is of no use.
    """
    known = tuple(rules)
    shape = policy_shape(known)
    root, faults = parse(data, whole=WHOLE, entry=ENTRY)
    reader = ValueReader(faults)
    values: Any = ABSENT
    if not faults:
        with suppress(EnoughError):
            values = reader.read(root, shape)
    found: dict[Place, Any] = {}
    names: dict[Place, tuple[str, ...]] = {}
    if values is not ABSENT:
        flatten(values, shape, (), found, names)
    layer = Layer(name=name, values=found, names=names, marks=reader.marks)
    faults += check_layer(layer, known)
    return layer, in_order(faults)[:MOST_FAULTS], notes_of(layer, {rule.id for rule in known})


def flatten(
    value: dict[str, Any], shape: Shape, place: Place, found: dict[Place, Any], names: dict[Place, tuple[str, ...]]
) -> None:
    """Put values down by their place, and what the file names where it may make names up."""
    if isinstance(shape, (Named, RuleTable)):
        names[place] = tuple(value)
    for name, inner in value.items():
        below, inner_place = shape_below(shape, name), (*place, name)
        if isinstance(below, (Section, Named, RuleTable)):
            flatten(inner, below, inner_place, found, names)
        else:
            found[inner_place] = inner


def shape_below(shape: Shape, name: str) -> Shape:
    """Give the shape of what a name stands for."""
    if isinstance(shape, RuleTable):
        return shape.known.get(name, shape.elsewhere)
    if isinstance(shape, Named):
        return shape.value
    assert isinstance(shape, Section)
    return shape.fields[name]


def notes_of(layer: Layer, known: set[str]) -> tuple[Note, ...]:
    """Say what of a layer has no effect here, whatever the other layers are."""
    notes = [
        layer.note(("rules", name), NOT_HERE.format(name))
        for name in layer.names.get(("rules",), ())
        if is_elsewhere(name) and name not in known
    ]
    for number, exception in enumerate(layer.values.get(("exceptions",), ())):
        rule_id = exception.get("rule", "")
        if is_elsewhere(rule_id) and rule_id not in known:
            notes.append(layer.note(("exceptions", str(number), "rule"), NOT_HERE.format(rule_id)))
    currency = layer.values.get(("billing_currency",), USUAL_CURRENCY)
    if currency not in (USUAL_CURRENCY, CHINAS_CURRENCY):
        notes.append(layer.note(("billing_currency",), f"billing_currency: {NOT_IN_USE.format(currency)}"))
    if ("source",) in layer.values:
        notes.append(layer.note(("source",), NOT_FETCHED))
    return tuple(notes)
