"""Shapes: what may stand where in a policy file. Reader and JSON Schema are both made from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Union

MOST_ENTRIES = 500
"""Of a list, and of names that a file makes up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number of zero or more; a Decimal, or an int where it is whole."""

    help: str
    least: Decimal = Decimal(0)
    """Included."""
    most: Decimal | None = None
    """Included; None: as large as an amount may be."""
    is_whole: bool = False
    may_be_none: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """True or false."""

    help: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One of some words."""

    help: str
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A day as in 2026-12-31."""

    help: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text, whatever else YAML might take it for."""

    help: str
    most_letters: int
    hint: str
    """One sentence: what to write."""
    check: Callable[[str], str | None] = field(default=lambda _: None)
    """Gives one sentence that says what is wrong; None: nothing."""
    pattern: str | None = None
    """For the JSON Schema, which says less than `check`."""
    may_be_none: bool = False
    may_be_empty: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """A list of texts."""

    help: str
    item: Text
    may_be_none: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Names and values, each of them known."""

    help: str
    fields: Mapping[str, Shape]
    required: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Values by names that the file makes up."""

    help: str
    key: Text
    value: Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTable:
    """What each rule is judged by, by its id."""

    help: str
    known: Mapping[str, Section]
    elsewhere: Section
    """Of a rule that is not installed here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """A list of sections."""

    help: str
    item: Section


Shape = Union[Number, Flag, Word, Day, Text, Texts, Section, Named, RuleTable, Items]  # noqa: UP007 - evaluated in 3.10
