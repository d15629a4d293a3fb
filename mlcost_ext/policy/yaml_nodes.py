"""YAML with places: each value as its text with line and column, nothing guessed, nothing expanded.

Numbers and dates stay text, so that no amount goes through a binary float. Anchors, aliases and tags are refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

MOST_FAULTS = 50
"""More are not looked for: a file that is wrong throughout is not worth the time."""
MAX_SHOWN = 40
NOTHING = ("", "~", "null", "Null", "NULL")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong, where, and what to write instead."""

    line: int | None
    """From 1; None: the file as a whole."""
    column: int | None
    message: str
    hint: str

    def __str__(self) -> str:
        """Write the fault in one line."""
        place = f"line {self.line}, column {self.column}: " if self.line is not None else ""
        return f"{place}{self.message} {self.hint}"


class EnoughError(Exception):
    """So many faults were found that no more are looked for."""


class NodeReader:
    """Read nodes, and note each fault."""

    def __init__(self, faults: list[Fault]) -> None:
        self._faults = faults

    def _mapping(self, node: Any, known: Iterable[str], hint: str) -> dict[str, Any] | None:
        """Give the values of a mapping by their keys, those left empty too; None: it is none, which is noted."""
        if is_nothing(node):
            return {}
        if node.id != "mapping":
            self._fault(node, "Names and values belong here.", hint)
            return None
        found: dict[str, Any] = {}
        for key, value in node.value:
            name = key.value if key.id == "scalar" else ""
            if name not in known:
                near = get_close_matches(name[:40], [*known], n=1, cutoff=0.5)
                instead = f"Write {near[0]}." if near else f"Known are {', '.join(known)}."
                self._fault(key, f"There is no key {shown(name)}." if name else "This is no key.", instead)
            elif name in found:
                self._fault(key, f"{name} is there twice.", "Write it once; several values are a list: [one, other].")
            else:
                found[name] = value
        return found

    def _fault(self, node: Any, message: str, hint: str) -> None:
        self._faults.append(at(node, message, hint))
        if len(self._faults) >= MOST_FAULTS:
            raise EnoughError


def in_order(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Give faults in the order of the file."""
    return tuple(sorted(faults, key=lambda fault: (fault.line or 0, fault.column or 0)))


def shown(text: str, most: int = MAX_SHOWN) -> str:
    """Give somebody else's text fit to be shown: cut, without control characters."""
    clean = "".join(letter if letter.isprintable() else "?" for letter in text[: most + 1])
    return clean if len(clean) <= most else clean[: most - 1] + "…"


def at(node: Any, message: str, hint: str) -> Fault:
    """Give a fault at a node's beginning."""
    return Fault(line=node.start_mark.line + 1, column=node.start_mark.column + 1, message=message, hint=hint)


def is_nothing(node: Any) -> bool:
    """Tell whether a value is left empty."""
    return node.id == "scalar" and not node.style and node.value in NOTHING
