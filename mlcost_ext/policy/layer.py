"""Layer: one policy file as it was read, its values by their place, and what is told of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from .yaml_nodes import Fault

Place = tuple[str, ...]
"""Such as ``("rules", "MC101", "limit_list_cost")``."""
Mark = tuple[int, int]
"""Line and column, from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What somebody should know of a layer that is no fault of it."""

    layer: str
    line: int | None
    column: int | None
    message: str

    def __str__(self) -> str:
        """Write the note in one line."""
        return f"{self.layer}{'' if self.line is None else f':{self.line}:{self.column}'}: {self.message}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What is to be noted of something once its last day is over; whoever tells it knows the day, as this room has no clock."""

    until: date
    """The last day on which the note does not hold yet, by UTC."""
    note: Note


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """A file that has no faults, or one that holds nothing because it has."""

    name: str
    """As it is shown, such as its path."""
    values: Mapping[Place, Any] = field(default_factory=dict)
    """Single values, lists of texts, and lists of sections as tuples of dicts; only what the file gives."""
    names: Mapping[Place, tuple[str, ...]] = field(default_factory=dict)
    """What the file names below a place where it may make names up: rules and required tags."""
    marks: Mapping[Place, Mark] = field(default_factory=dict)
    """Where each value begins."""

    def note(self, place: Place, message: str) -> Note:
        """Say something of a value of this layer."""
        line, column = self.marks.get(place, (None, None))
        return Note(layer=self.name, line=line, column=column, message=message)


def dotted(place: Place) -> str:
    """Write a place as policies name it."""
    return ".".join(place)


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerFault:
    """What is wrong with a layer, and what to write instead."""

    layer: str
    fault: Fault

    def __str__(self) -> str:
        """Write the fault in one line, with its file and place first."""
        place = "" if self.fault.line is None else f":{self.fault.line}:{self.fault.column}"
        return f"{self.layer}{place}: {self.fault.message} {self.fault.hint}"
