"""Patterns of instance types: `*` stands for any letters and `?` for any one; `ml.` may be left out, letter case is of no matter.

A pattern may have several parts with ` & ` between them, all of which have to match. No file says so: it is what two patterns of
two layers come to where neither of them is within the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase
from functools import lru_cache

ML, AND = "ml.", " & "
MOST_JOINED = 200
"""So many patterns of several parts two lists may come to; what only those beyond would match is not matched."""
WRITTEN = r"[A-Za-z0-9._*?-]*"


def pattern_of_types_problem(text: str) -> str | None:
    """Say what has no meaning in a pattern."""
    if re.fullmatch(WRITTEN, text):
        return None
    return "Only * and ? have a meaning in a pattern of instance types, beside letters, digits, dots and hyphens."


def is_one_of(name: str, patterns: Iterable[str]) -> bool:
    """Tell whether a type matches any of some patterns."""
    short = name.lower().removeprefix(ML)
    forms = (ML + short, short)
    return any(
        all(fnmatchcase(forms[0], part) or fnmatchcase(forms[1], part) for part in pattern.lower().split(AND))
        for pattern in patterns
    )


def common_types(upper: tuple[str, ...] | None, lower: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """Give patterns of just those types that both lists match; None is every type.

    What comes to one of the lists is given as that one is written.
    """
    if upper is None or lower is None:
        return lower if upper is None else upper
    plain: dict[str, None] = {}
    joined: dict[str, None] = {}
    for one in upper:
        for other in lower:
            both = _common(one, other) if _may_overlap(one, other) else None
            if both is not None:
                (plain if both in (one, other) else joined)[both] = None
    found = _without_narrower([*plain, *[*joined][:MOST_JOINED]])
    for given in (upper, lower):
        if set(given) == set(found):
            return given
    alike = (given for given in (upper, lower) if set(found) < set(given) and set(_without_narrower([*given])) == set(found))
    return next(alike, tuple(found))


def nearest_pattern(pattern: str, names: Iterable[str]) -> str | None:
    """Give a pattern of a whole family that may be meant by one that matches no known type; None: none is near.

    Args:
        pattern: Such as ``p4d`` or ``ml.p4.*``.
        names: Of the types that are known, with `ml.`.
    """
    families = {name.split(".")[1] for name in names if name.startswith(ML) and name.count(".") == 2}
    meant = re.sub(r"[*?]", "", pattern.lower().removeprefix(ML)).split(".")[0]
    near = [meant] if meant in families else get_close_matches(meant, sorted(families), n=1)
    return f"{ML}{near[0]}.*" if near else None


def _common(one: str, other: str) -> str | None:
    """Give a pattern of what matches both; None: nothing does. Of two that are the same it is the first."""
    first, second = one.lower().split(AND), other.lower().split(AND)
    if _is_within(first, second):
        return one
    if _is_within(second, first):
        return other
    if not all(_overlap(a, b) for a in first for b in second):
        return None
    parts = list(dict.fromkeys((*one.split(AND), *other.split(AND))))
    return AND.join(_without_wider(parts))


def _without_narrower(patterns: list[str]) -> list[str]:
    """Leave out what is within another one."""
    parts = [pattern.lower().split(AND) for pattern in patterns]
    return [
        pattern
        for place, pattern in enumerate(patterns)
        if not any(
            _may_overlap(pattern, patterns[number])
            and _is_within(parts[place], other)
            and not (number > place and _is_within(other, parts[place]))
            for number, other in enumerate(parts)
            if number != place
        )
    ]


def _without_wider(parts: list[str]) -> list[str]:
    """Leave out the parts within which another one is anyway."""
    return [part for part in parts if not any(_covers(part.lower(), other.lower()) for other in parts if other != part)]


def _may_overlap(one: str, other: str) -> bool:
    """Tell whether two patterns begin alike as far as both are plain; a quick look before a thorough one."""
    return any(a.startswith(b) or b.startswith(a) for a in _heads(one) for b in _heads(other))


@lru_cache(maxsize=4096)
def _heads(pattern: str) -> tuple[str, ...]:
    return tuple({re.split(r"[*?]", short, maxsplit=1)[0] for short in _short(pattern.lower().split(AND)[0])})


def _is_within(narrow: Sequence[str], wide: Sequence[str]) -> bool:
    return all(any(_covers(part, own) for own in narrow) for part in wide)


def _covers(wide: str, narrow: str) -> bool:
    return all(any(_covers_text(each, own) for each in _short(wide)) for own in _short(narrow))


def _overlap(one: str, other: str) -> bool:
    return any(_overlap_text(a, b) for a in _short(one) for b in _short(other))


@lru_cache(maxsize=4096)
def _short(pattern: str) -> tuple[str, ...]:
    """Give what a part asks of a name that is written without `ml.`: one of these."""
    rests = {pattern}
    for letter in ML:
        rests = {rest for each in rests for rest in _after(each, letter)}
    return tuple(rests) if pattern.startswith(ML) else (pattern, *(rests - {pattern}))


def _after(pattern: str, letter: str) -> list[str]:
    """Give what is left of a pattern once it has matched a letter."""
    if pattern.startswith("*"):
        return [pattern, *_after(pattern[1:], letter)]
    return [pattern[1:]] if pattern[:1] in (letter, "?") else []


def _covers_text(wide: str, narrow: str) -> bool:
    """Tell whether all that one pattern matches is matched by another: the wider one is held against the narrower as a text."""
    at, place, star, tried = 0, 0, -1, 0
    while place < len(narrow):
        sign = wide[at : at + 1]
        if sign == "*":
            star, tried, at = at, place, at + 1
        elif sign and (sign == narrow[place] or (sign == "?" and narrow[place] != "*")):
            at, place = at + 1, place + 1
        elif star >= 0:
            tried += 1
            at, place = star + 1, tried
        else:
            return False
    return not wide[at:].strip("*")


def _overlap_text(one: str, other: str) -> bool:
    """Tell whether there is anything that both patterns match."""
    seen: set[tuple[int, int]] = set()
    todo = [(0, 0)]
    while todo:
        here = todo.pop()
        if here in seen:
            continue
        seen.add(here)
        i, j = here
        a, b = one[i : i + 1], other[j : j + 1]
        if not a and not b:
            return True
        if a == "*":
            todo += [(i + 1, j)] if b in ("", "*") else [(i + 1, j), (i, j + 1)]
        if b == "*":
            todo += [(i, j + 1)] if a in ("", "*") else [(i, j + 1), (i + 1, j)]
        if a and b and "*" not in (a, b) and (a == b or "?" in (a, b)):
            todo.append((i + 1, j + 1))
    return False
