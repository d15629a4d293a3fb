r"""Patterns of a policy: a part of regular expressions that cannot be made to run for long.

Known are letters, ``.``, ``\d \w \s`` and their opposites, ``[…]``, ``(…)``, ``|`` and ``? * + {m,n}``. What is repeated may not
hold a choice or a repetition itself, and all choices together are few enough to be tried one by one.
"""

from __future__ import annotations

import re
import warnings

MOST_LETTERS = 200
MOST_WAYS = 20_000_000
"""Of matching a value of `LONGEST` letters, at most; three ``*`` are about as many."""
LONGEST = 256
MOST_DEPTH = 20
REPEAT = re.compile(r"\{([0-9]{1,4})(,?)([0-9]{0,4})\}")
CLASS = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
ESCAPE = re.compile(r"\\[dDwWsS]|\\[^A-Za-z0-9]", re.DOTALL)
NOT_TAKEN = "This pattern has what is not taken here: {}."


class PatternError(ValueError):
    """A pattern that is not taken; the text is one sentence."""


def pattern_problem(text: str) -> str | None:
    """Say in one sentence why a pattern is not taken; None: it is."""
    if len(text) > MOST_LETTERS:
        return f"This pattern is longer than {MOST_LETTERS} characters."
    try:
        ways = _Scanner(text).ways()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            re.compile(text)
    except PatternError as problem:
        return str(problem)
    except (re.error, OverflowError, Warning):
        return "This is no regular expression."
    return None if ways <= MOST_WAYS else "This pattern could be tried in too many ways."


def whole_match(pattern: str, value: str) -> bool:
    """Tell whether a whole value fits a pattern that `pattern_problem` has nothing against; what is longer does not."""
    return len(value) <= LONGEST and re.fullmatch(pattern, value) is not None


class _Scanner:
    """Count in how many ways a pattern may be tried, at most."""

    def __init__(self, text: str) -> None:
        self._text, self._at, self._depth = text, 0, 0

    def ways(self) -> int:
        found = self._choice()
        if self._at < len(self._text):
            raise PatternError("A parenthesis is closed in this pattern that was never opened.")
        return found

    def _choice(self) -> int:
        total = self._sequence()
        while self._take("|"):
            total += self._sequence()
        return total

    def _sequence(self) -> int:
        ways = 1
        while self._at < len(self._text) and self._text[self._at] not in "|)":
            ways = min(ways * self._piece(), MOST_WAYS + 1)
        return ways

    def _piece(self) -> int:
        inner = self._atom()
        least, most = self._repetition()
        if most > 1 and inner > 1:
            raise PatternError("In this pattern something is repeated that holds a choice or a repetition itself.")
        return inner * (most - least + 1)

    def _atom(self) -> int:
        if self._take("("):
            return self._group()
        found = CLASS.match(self._text, self._at) or ESCAPE.match(self._text, self._at)
        if found:
            self._at = found.end()
            return 1
        letter = self._text[self._at]
        if letter in "\\[*+?{^$":
            raise PatternError(NOT_TAKEN.format(self._text[self._at : self._at + 2]))
        self._at += 1
        return 1

    def _group(self) -> int:
        if not self._take("?:") and self._text.startswith("?", self._at):
            raise PatternError(NOT_TAKEN.format("(" + self._text[self._at : self._at + 2]))
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise PatternError("This pattern is nested too deep.")
        inner = self._choice()
        if not self._take(")"):
            raise PatternError("A parenthesis is opened in this pattern that is never closed.")
        self._depth -= 1
        return inner

    def _repetition(self) -> tuple[int, int]:
        for sign, bounds in (("*", (0, LONGEST)), ("+", (1, LONGEST)), ("?", (0, 1))):
            if self._take(sign):
                return bounds
        found = REPEAT.match(self._text, self._at)
        if not found:
            return 1, 1
        self._at = found.end()
        least = int(found[1])
        most = int(found[3]) if found[3] else (LONGEST if found[2] else least)
        return min(least, LONGEST), min(max(least, most), LONGEST)

    def _take(self, sign: str) -> bool:
        if not self._text.startswith(sign, self._at):
            return False
        self._at += len(sign)
        return True
