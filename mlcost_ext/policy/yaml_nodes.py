"""YAML with places: each value as its text with line and column, nothing guessed, nothing expanded.

Numbers and dates stay text, so that no amount goes through a binary float. Anchors, aliases and tags are refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

MAX_DEPTH = 8
MOST_FAULTS = 50
"""More are not looked for: a file that is wrong throughout is not worth the time."""
MAX_SHOWN, MAX_PROBLEM = 40, 100
MARK = "\ufeff"
"""Of byte order, which some editors put at the beginning."""
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
    import yaml

    return isinstance(node, yaml.ScalarNode) and not node.style and node.value in NOTHING


def parse(data: bytes, *, whole: str, entry: str) -> tuple[Any, list[Fault]]:
    """Give the root of a document, a node of PyYAML's; None: it is empty, or there are faults.

    Args:
        data: What is in the file.
        whole: One sentence: how such a file is written.
        entry: One sentence: how deep it goes.
    """
    import yaml

    try:
        text = data.decode("utf-8").removeprefix(MARK)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "replace").removeprefix(MARK)
        return None, [_at_offset(before, "This is not UTF-8.", "Save the file as UTF-8.")]
    if (hit := yaml.reader.Reader.NON_PRINTABLE.search(text)) is not None:
        return None, [_at_offset(text[: hit.start()], "A control character does not belong here.", "Remove it.")]
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        faults = _refused(yaml.parse(text, Loader=loader), entry)
        return (None, faults) if faults else (yaml.compose(text, Loader=loader), [])
    except yaml.YAMLError as error:
        return None, [_no_yaml(error, text, whole)]


def _no_yaml(error: Any, text: str, whole: str) -> Fault:
    """Say what PyYAML says, in plain words where it is a usual mistake."""
    mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None) or "it cannot be read"
    message, hint = f"This is no YAML: {shown(problem, MAX_PROBLEM)}.", whole
    if mark is None:
        return Fault(line=None, column=None, message=message, hint=hint)
    if [line[mark.column : mark.column + 1] for line in text.split("\n")[mark.line : mark.line + 1]] == ["\t"]:
        message, hint = "A tab stands where spaces belong.", "Indent by spaces."
    elif "another document" in problem:
        message, hint = "There are several documents in this file.", "Write one, without a second ---."
    return Fault(line=mark.line + 1, column=mark.column + 1, message=message, hint=hint)


def _at_offset(before: str, message: str, hint: str) -> Fault:
    line = before.count("\n") + 1
    return Fault(line=line, column=len(before) - (before.rfind("\n") + 1) + 1, message=message, hint=hint)


def _refused(events: Any, entry: str) -> list[Fault]:
    """Find what is not taken at all; where it is nested too deep nothing behind it is read."""
    import yaml

    faults: list[Fault] = []
    depth = 0
    for event in events:
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if len(faults) >= MOST_FAULTS:
            return faults
        if depth > MAX_DEPTH:
            return [*faults, at(event, "This is nested too deep.", entry)]
        if getattr(event, "anchor", None) is not None:
            faults.append(at(event, "Anchors (&) and aliases (*) are not taken.", "Write the value out."))
        if getattr(event, "tag", None) is not None:
            faults.append(at(event, "Tags (!) are not taken.", "Write the value alone."))
    return faults
