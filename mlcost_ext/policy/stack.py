"""Layers upon each other: what they give for a field, what is unlocked where, and what is without effect."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from mlcost_ext.core.policy import BUILTIN

from .layer import Ending, Layer, Note, Place, dotted
from .strictness import Given, Ignored, Settled, Stricter, settle
from .words import told
from .yaml_nodes import shown


def once(value: Any) -> Any:
    """Give a value as it was read, of lists of texts each text once."""
    return tuple(dict.fromkeys(value)) if isinstance(value, tuple) and all(isinstance(each, str) for each in value) else value


@dataclass(frozen=True, slots=True)
class Stack:
    """All layers, most authority first."""

    layers: Sequence[Layer]
    notes: list[Note] = field(default_factory=list)
    """What was found to be without effect so far."""
    endings: list[Ending] = field(default_factory=list)
    """What was found that will be, or is."""

    def given(self, place: Place, turn: Callable[[Any], Any] = once, *, without: int | None = None) -> list[Given]:
        """Give what each layer says of a field.

        Args:
            place: Of the field.
            turn: Makes the noun of what was read.
            without: Number of a layer that is left out.
        """
        return [
            Given(layer=number, value=turn(layer.values[place]), origin=layer.name)
            for number, layer in enumerate(self.layers)
            if place in layer.values and number != without
        ]

    def is_unlocked(self, place: Place) -> Callable[[int], bool]:
        """Give what tells whether layers below one may loosen what it says of a field."""
        wanted = {dotted(place[:end]) for end in range(1, len(place) + 1)}
        first = next((n for n, layer in enumerate(self.layers) if wanted & {*layer.values.get(("unlocked",), ())}), None)
        return lambda number: first is not None and first <= number

    def settle(
        self, place: Place, given: Sequence[Given], builtin: Any, stricter: Stricter, *, binds: bool = True, tells: bool = True
    ) -> Settled:
        """Put a field together, and note what is without effect."""
        found = settle(given, builtin, stricter, self.is_unlocked(place), binds=binds)
        if tells:
            for each in found.without_effect:
                self.note(place, each)
        return found

    def note(self, place: Place, found: Ignored) -> None:
        """Note that what a lower layer says has no effect, or not all of it, or leaves nothing."""
        own, above = in_short(found.given.value), in_short(found.above)
        name = "this software by itself" if found.origin == BUILTIN else found.origin
        message = f"{dotted(place)}: {own} has no effect, since {name} says {above}."
        if found.after == () != found.above:
            message = f"{dotted(place)}: nothing is left, since {own} has nothing in common with {above}, as {name} says."
        elif isinstance(found.after, tuple) and found.after != found.above:
            message = f"{dotted(place)}: {own} holds only in part, since {name} says {above}."
        self.notes.append(self.layers[found.given.layer].note(place, message))


def in_short(value: Any) -> str:
    """Write a value as a note shows it."""
    return "no limit" if value is None else shown(told(value))
