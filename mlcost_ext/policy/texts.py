"""Texts of a policy, and what is wrong with one: tags as AWS takes them, currencies, places of files, ids of rules."""

from __future__ import annotations

import re
from collections.abc import Callable

from .pattern import LONGEST
from .shapes import Text

TAG = re.compile(r"[\w .:/=+@-]*")
CURRENCY = "[A-Z]{3}"
SOURCE = r"(s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/|ssm:)\S+"
RULE_ID = "[A-Z]{2,12}[0-9]{3}"
ELSEWHERE = r"(?!MC)[A-Z]{3,12}[0-9]{3}"
"""Of a rule that another package may bring: one of two letters would be too near to ours, written wrong."""
NAME = r"[^\s](.*[^\s])?"


def is_elsewhere(rule_id: str) -> bool:
    """Tell whether an id may be that of a rule which another package brings."""
    return re.fullmatch(ELSEWHERE, rule_id) is not None


def tag_problem(text: str) -> str | None:
    """Say what AWS would refuse in a tag's value."""
    return None if TAG.fullmatch(text) else "AWS takes no such character in a tag."


def tag_key_problem(text: str) -> str | None:
    """Say what AWS would refuse in a tag's key."""
    if text.lower().startswith("aws:"):
        return "Keys that begin with aws: are AWS's own."
    return tag_problem(text)


def print_problem(text: str) -> str | None:
    """Say that a text cannot be shown."""
    return None if text.isprintable() else "This has characters that cannot be shown."


def source_problem(text: str) -> str | None:
    """Say that a text names no place that a layer could be fetched from."""
    return None if re.fullmatch(SOURCE, text) else "This is no place of S3 or SSM."


def unlike(pattern: str, problem: str) -> Callable[[str], str | None]:
    """Give what says so where a text is not of a pattern."""
    return lambda text: None if re.fullmatch(pattern, text) else problem


TAG_KEY = Text(
    help="A tag's key.",
    most_letters=128,
    hint="Write a key such as team, of letters, digits, spaces and _.:/=+-@.",
    check=tag_key_problem,
)
TAG_VALUE = Text(
    help="A tag's value.",
    most_letters=LONGEST,
    hint="Write a value of letters, digits, spaces and _.:/=+-@.",
    check=tag_problem,
    may_be_empty=True,
)
