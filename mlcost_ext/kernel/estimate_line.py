"""Read the line of ``%estimate_cost``: what is to be estimated, and the options beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from mlcost_ext.core.errors import UsageError
from mlcost_ext.usecases.estimate_numbers import read_hours, read_input_gb, read_whole

from .expression import evaluate
from .targets import Options

WITH_VALUE = {
    "--kind": "training",
    "--instance": "ml.g5.xlarge",
    "--count": "2",
    "--hours": "3",
    "--input-gb": "40",
    "--volume-gb": "100",
    "--region": "eu-west-1",
}
"""The options that are followed by a value, with an example each."""
FLAGS = ("--spot", "--no-spot", "--widget", "--json")
USAGE = UsageError(
    "%estimate_cost wants to know what is to be estimated.",
    "Name an estimator or a request, as in %estimate_cost estimator, or describe it, as in "
    "%estimate_cost --kind training --instance ml.g5.xlarge --hours 3.",
)
BRACKETS = {"(": ")", "[": "]", "{": "}"}
VARIABLE = re.compile(r"\{(?P<braced>.+)\}|\$(?P<name>[A-Za-z_]\w*)")
"""How a magic's line names a variable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a line asks for."""

    target: object
    """None: the options alone describe it."""
    options: Options
    form: Literal["report", "json", "widget"]


def read_line(line: str, names: Mapping[str, object]) -> Asked:
    """Read a line.

    Args:
        line: What stands behind the magic's name.
        names: The user's variables.

    Raises:
        UsageError: Something in it is wrong, or nothing is said.
    """
    words: list[str] = []
    said: dict[str, str] = {}
    tokens = iter(split(line))
    for token in tokens:
        if not token.startswith("-"):
            words.append(token)
            continue
        name, value = read_option(token, tokens)
        if name in said:
            raise UsageError(f"{name} is said twice.", "Say it once.")
        said[name] = value_of(value, names)
    if not words and not said.keys() & {"--kind", "--instance"}:
        raise UsageError(USAGE.message, USAGE.hint)
    for one, other in (("--spot", "--no-spot"), ("--widget", "--json")):
        if one in said and other in said:
            raise UsageError(f"{one} and {other} exclude each other.", "Say one of them.")
    target = evaluate(" ".join(words), names) if words else None
    if words and target is None:
        raise UsageError(f"{' '.join(words)[:60]} is None, so there is nothing to estimate.", "Name something else.")
    form: Literal["report", "json", "widget"] = "json" if "--json" in said else "widget" if "--widget" in said else "report"
    return Asked(target=target, options=options_of(said), form=form)


def options_of(said: Mapping[str, str]) -> Options:
    """Make the options of their texts.

    Raises:
        UsageError: A number is none, or is out of its range.
    """
    spot = True if "--spot" in said else False if "--no-spot" in said else None
    return Options(
        kind=said.get("--kind"),
        instance_type=said.get("--instance"),
        instance_count=read_whole(said.get("--count"), "--count", 2),
        hours=read_hours(said.get("--hours"), "--hours"),
        is_spot=spot,
        volume_gb=read_whole(said.get("--volume-gb"), "--volume-gb", 100),
        region_id=said.get("--region"),
        input_bytes=read_input_gb(said.get("--input-gb"), "--input-gb"),
    )


def read_option(token: str, tokens: Iterator[str]) -> tuple[str, str]:
    """Give an option's name and value, of a flag an empty one.

    Raises:
        UsageError: There is no such option, or its value is missing or one too many.
    """
    name, sign, value = token.partition("=")
    if name in FLAGS:
        if sign:
            raise UsageError(f"{name} takes no value.", f"Write {name} alone.")
        return name, ""
    if name not in WITH_VALUE:
        known = [*WITH_VALUE, *FLAGS]
        near = get_close_matches(name, known, n=1) or known
        raise UsageError(f"%estimate_cost has no option {name[:40]!r}.", f"Say {' or '.join(near)}.")
    found = value if sign else next(tokens, "")
    if not found or (not sign and found.startswith("--")):
        raise UsageError(f"{name} wants a value.", f"Write it like {name} {WITH_VALUE[name]}.")
    return name, found


def value_of(text: str, names: Mapping[str, object]) -> str:
    """Give an option's value, without its quotes; of ``{name}`` and ``$name`` the variable's.

    Raises:
        UsageError: There is no such variable.
    """
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        return text[1:-1]
    variable = VARIABLE.fullmatch(text)
    return str(evaluate(variable["braced"] or variable["name"], names)) if variable else text


def split(line: str) -> list[str]:
    """Split a line at the spaces that stand in no quotes and no brackets; quotes are kept.

    Raises:
        UsageError: A quote or a bracket has no end.
    """
    tokens, token, closing, quote, is_escaped = [], "", list[str](), "", False
    for letter in line.strip():
        if not (quote or closing) and letter.isspace():
            tokens += [token] if token else []
            token = ""
            continue
        token += letter
        if quote:
            quote = "" if letter == quote and not is_escaped else quote
            is_escaped = letter == "\\" and not is_escaped
        elif letter in "'\"":
            quote = letter
        elif letter in BRACKETS:
            closing.append(BRACKETS[letter])
        elif closing and letter == closing[-1]:
            closing.pop()
    if quote or closing:
        raise UsageError(f"{(quote or closing[-1])} is missing at the end of the line.", "Close what was opened.")
    return [*tokens, token] if token else tokens
