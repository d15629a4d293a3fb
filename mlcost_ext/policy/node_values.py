"""Turn YAML nodes into values by their shapes, and note each fault. Numbers become Decimals from their text."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from mlcost_ext.core.money import decimal_from_text, plain_text

from .layer import Mark, Place
from .shapes import MOST_ENTRIES, Day, Flag, Items, Named, Number, RuleTable, Section, Text, Texts, Word
from .texts import is_elsewhere
from .yaml_nodes import Fault, NodeReader, is_nothing, shown

FLAGS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
LIKE_DIGITS = str.maketrans("OIL", "011")
NAMES_HINT = "Write names and values, a line each, or {name: value, other: value}."
ABSENT: Any = object()
"""A value that is not there, or is wrong."""


class ValueReader(NodeReader):
    """Read a document into nested dicts; what is left empty is not there, unless null means something there."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(faults)
        self.marks: dict[Place, Mark] = {}
        self._readers: dict[type, Callable[[Any, Any, Place], Any]] = {
            Number: self._number,
            Flag: self._flag,
            Word: self._word,
            Day: self._day,
            Text: self._text,
            Texts: self._texts,
            Section: self._section,
            Named: self._named,
            RuleTable: self._rules,
            Items: self._items,
        }

    def read(self, root: Any, shape: Section) -> Any:
        """Read all of a document; an empty one lacks what every one needs."""
        if root is None or is_nothing(root):
            self._faults.append(Fault(line=None, column=None, message="The file is empty.", hint="Write version: 1 at least."))
            return ABSENT
        return self._section(root, shape, ())

    def _value(self, node: Any, shape: Any, place: Place) -> Any:
        self._mark(node, place)
        if not is_nothing(node):
            return self._readers[type(shape)](node, shape, place)
        if isinstance(shape, (Section, Named, RuleTable)):
            return self._readers[type(shape)](node, shape, place)
        return None if getattr(shape, "may_be_none", False) else ABSENT

    def _mark(self, node: Any, place: Place) -> None:
        self.marks[place] = node.start_mark.line + 1, node.start_mark.column + 1

    def _section(self, node: Any, shape: Section, place: Place) -> Any:
        nodes = self._mapping(node, shape.fields, NAMES_HINT)
        if nodes is None:
            return ABSENT
        for name in shape.required:
            if name not in nodes or is_nothing(nodes[name]):
                self._fault(nodes.get(name, node), f"{name} is missing.", f"Write {name}: {example(shape.fields[name])}.")
        found = {name: self._value(below, shape.fields[name], (*place, name)) for name, below in nodes.items()}
        return {name: value for name, value in found.items() if value is not ABSENT}

    def _entries(self, node: Any) -> list[tuple[str, Any, Any]]:
        """Give name, key and value of each entry of a mapping that makes its names up."""
        if is_nothing(node):
            return []
        if node.id != "mapping":
            self._fault(node, "Names and values belong here.", NAMES_HINT)
            return []
        found: dict[str, tuple[str, Any, Any]] = {}
        for key, value in node.value:
            if key.id != "scalar" or not key.value:
                self._fault(key, "This is no key.", "Write a name.")
            elif key.value in found:
                self._fault(key, f"{shown(key.value)} is there twice.", "Write it once.")
            elif len(found) >= MOST_ENTRIES:
                self._fault(key, f"There are more than {MOST_ENTRIES} names here.", "Take some out.")
                break
            else:
                found[key.value] = key.value, key, value
        return list(found.values())

    def _named(self, node: Any, shape: Named, place: Place) -> Any:
        found = {}
        for name, key, below in self._entries(node):
            if self._text(key, shape.key, place) is not ABSENT:
                found[name] = self._value(below, shape.value, (*place, name))
                if is_nothing(below) and not isinstance(shape.value, Section):
                    self._fault(below, f"{shown(name)} has no value.", shape.key.hint)
        return {name: value for name, value in found.items() if value is not ABSENT}

    def _rules(self, node: Any, shape: RuleTable, place: Place) -> Any:
        found = {}
        for name, key, below in self._entries(node):
            if name in shape.known:
                found[name] = self._value(below, shape.known[name], (*place, name))
            elif is_elsewhere(name):
                found[name] = self._elsewhere(below, shape.elsewhere, (*place, name))
            else:
                self._fault(key, f"There is no rule {shown(name)}.", near_rule(name, shape.known))
        return {name: value for name, value in found.items() if value is not ABSENT}

    def _elsewhere(self, node: Any, shape: Section, place: Place) -> Any:
        """Read what is known of a rule that is not installed: its verdict."""
        self._mark(node, place)
        entries = {name: below for name, _, below in self._entries(node)}
        if "verdict" not in entries:
            return {}
        value = self._value(entries["verdict"], shape.fields["verdict"], (*place, "verdict"))
        return {} if value is ABSENT else {"verdict": value}

    def _items(self, node: Any, shape: Items, place: Place) -> Any:
        if not self._is_list(node, "Write a list, an entry to each hyphen."):
            return ABSENT
        found = [self._value(below, shape.item, (*place, str(number))) for number, below in enumerate(node.value)]
        return tuple({} if item is ABSENT else item for item in found)

    def _texts(self, node: Any, shape: Texts, place: Place) -> Any:
        if not self._is_list(node, "Write a list: [one, other]."):
            return ABSENT
        found = []
        for number, below in enumerate(node.value):
            self._mark(below, (*place, str(number)))
            text = self._text(below, shape.item, place)
            found.append("" if text is ABSENT else text)  # which keeps its place, so that the others can be checked too
        return tuple(found)

    def _is_list(self, node: Any, hint: str) -> bool:
        if node.id != "sequence":
            self._fault(node, "A list belongs here.", hint)
        elif len(node.value) > MOST_ENTRIES:
            self._fault(node, f"This list has more than {MOST_ENTRIES} entries.", "Take some out.")
        else:
            return True
        return False

    def _text(self, node: Any, shape: Text, place: Place) -> Any:
        del place
        if node.id != "scalar" or (is_nothing(node) and not shape.may_be_none):
            self._fault(node, "One text belongs here.", shape.hint)
            return ABSENT
        text = node.value
        problem = f"This is longer than {shape.most_letters} characters." if len(text) > shape.most_letters else None
        problem = problem or ("This is empty." if not text.strip() and not shape.may_be_empty else shape.check(text))
        if problem:
            self._fault(node, problem, shape.hint)
            return ABSENT
        return text

    def _number(self, node: Any, shape: Number, place: Place) -> Any:
        text = node.value.strip() if node.id == "scalar" else ""
        try:
            found = decimal_from_text(text)
        except ValueError:
            found = Decimal(-1)
        if found < shape.least or (shape.most is not None and found > shape.most) or (shape.is_whole and found != int(found)):
            self._fault(node, f"{shown(text) or 'This'} is no {place[-1]}.", number_hint(shape))
            return ABSENT
        return int(found) if shape.is_whole else found

    def _flag(self, node: Any, shape: Flag, place: Place) -> Any:
        del shape
        if node.id == "scalar" and not node.style and node.value in FLAGS:
            return FLAGS[node.value]
        self._fault(
            node, f"{place[-1]} is either true or false.", "Write true or false; yes, no, on and off are mere words here."
        )
        return ABSENT

    def _word(self, node: Any, shape: Word, place: Place) -> Any:
        if node.id == "scalar" and node.value in shape.choices:
            return node.value
        text = node.value if node.id == "scalar" else ""
        near = get_close_matches(text[:40].lower(), shape.choices, n=1)
        hint = f"Write {near[0]}." if near else f"Write one of {', '.join(shape.choices)}."
        self._fault(node, f"{shown(text) or 'This'} is no {place[-1]}.", hint)
        return ABSENT

    def _day(self, node: Any, shape: Day, place: Place) -> Any:
        del shape
        try:
            if node.id == "scalar" and DATE.fullmatch(node.value):
                return date.fromisoformat(node.value)
        except ValueError:
            pass
        self._fault(node, f"{place[-1]} is no day.", "Write one such as 2026-12-31.")
        return ABSENT


def near_rule(name: str, known: Any) -> str:
    """Say which rule may be meant: one that differs in letter case or in letters like digits alone, else near ones."""
    upper = name[:40].upper()
    if (meant := upper[:-3] + upper[-3:].translate(LIKE_DIGITS)) in known:
        return f"Write {meant}."
    near = get_close_matches(upper, [*known], n=3, cutoff=0.6)
    if near:
        return f"Write {' or '.join(near)}."
    return f"Known are {', '.join(sorted(known))}; those of other packages have three capital letters or more and three digits."


def number_hint(shape: Number) -> str:
    """Say which numbers there are."""
    kind = "whole number" if shape.is_whole else "plain number"
    least = plain_text(shape.least)
    if shape.most is not None and shape.most == shape.least:
        return f"Write {least}."
    bounds = f"of {least} or more" if shape.most is None else f"from {least} to {plain_text(shape.most)}"
    return f"Write a {kind} {bounds}{', or null' if shape.may_be_none else ''}."


def example(shape: Any) -> str:
    """Give something that could stand there."""
    if isinstance(shape, Number):
        return plain_text(max(shape.least, Decimal(1)))
    if isinstance(shape, Word):
        return shape.choices[0]
    return "2026-12-31" if isinstance(shape, Day) else "…"
