"""Read JSON that is too large to hold, a member at a time: what is held is one chunk and one value.

The standard library's decoder does the reading; a value that ends in the next chunk is read again with that one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, TextIO

from .errors import PriceListError
from .offer import date_in
from .product import DECODER

CHUNK = 256 * 1024
MOST_VALUE = 4 * 1024 * 1024
"""Characters of one value."""
MOST_TOTAL = 4 * 1024**3
"""Characters of one file; the largest region's list of EC2 has a tenth of it."""
AFTER_NUMBER = tuple(" \t\n\r,]}")
_BLANK = re.compile(r"[ \t\n\r]*")

AGAIN = "Fetch the file again from AWS; the prices known so far are kept."


def broken(what: str) -> PriceListError:
    """Say that a file is not what it should be."""
    return PriceListError(f"The price list file {what}.", AGAIN)


def publication_date(value: object) -> str:
    """Give the ISO date on which a file was published.

    Raises:
        PriceListError: It is none.
    """
    found = date_in(value)
    if found is None:
        raise broken("has a publication date that is none")
    return found


class JsonStream:
    """A place in a JSON text that moves on as values are taken.

    Raises:
        PriceListError: From every method: the text ends early or is no JSON.
        OSError, EOFError, UnicodeDecodeError: As the file raises them.
    """

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._text = ""
        self._at = 0
        self._total = 0

    def peek(self) -> str:
        """Give the next character that is no blank; empty at the end."""
        while True:
            self._at = _end_of_blank(self._text, self._at)
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def take(self, character: str) -> None:
        """Go past a character that must come next."""
        if self.peek() != character:
            raise broken("ends early" if not self.peek() else "is no JSON")
        self._at += 1

    def value(self) -> Any:
        """Take the value that comes next; its numbers are None."""
        self.peek()
        while True:
            try:
                found, end = DECODER.raw_decode(self._text, self._at)
            except json.JSONDecodeError:
                self._grow()
                continue
            except (ValueError, RecursionError):
                raise broken("is no JSON that can be read") from None
            if not self._is_over(end) and len(self._text) - self._at <= MOST_VALUE and self._more(from_at=True):
                continue  # a number may go on in the next chunk
            self._at = end
            return found

    def _is_over(self, end: int) -> bool:
        return self._text[end - 1] in '}]"' or self._text[end : end + 1] in AFTER_NUMBER

    def members(self) -> Iterator[str]:
        """Give each key of the object that comes next; its value is to be taken before the next key is asked for."""
        self.take("{")
        if self.peek() == "}":
            return self.take("}")
        while True:
            if self.peek() != '"':
                raise broken("ends early" if not self.peek() else "is no JSON")
            key = self.value()
            self.take(":")
            yield key
            if self.peek() != ",":
                return self.take("}")
            self.take(",")

    def items(self) -> Iterator[None]:
        """Stop before each item of the array that comes next; it is to be taken before the next one is asked for."""
        self.take("[")
        if self.peek() == "]":
            return self.take("]")
        while True:
            yield
            if self.peek() != ",":
                return self.take("]")
            self.take(",")

    def skip(self) -> None:
        """Go past a value, however long an object it is."""
        if self.peek() != "{":
            self.value()
            return
        for _ in self.members():
            self.value()

    def end(self) -> None:
        """Make sure that nothing follows."""
        if self.peek():
            raise broken("goes on after its end")

    def _grow(self) -> None:
        if len(self._text) - self._at > MOST_VALUE:
            raise broken("holds a value that is no price")
        if not self._more(from_at=True):
            raise broken("ends early, or is no JSON")

    def _more(self, *, from_at: bool = False) -> bool:
        """Read on; what has been taken is let go of.

        Args:
            from_at: Double what is held, so that a long value is read again only a few times.
        """
        rest = self._text[self._at :]
        chunk = self._file.read(max(CHUNK, len(rest)) if from_at else CHUNK)
        self._total += len(chunk)
        if self._total > MOST_TOTAL:
            raise broken("is too long")
        if chunk:
            self._text, self._at = rest + chunk, 0
        return bool(chunk)


def _end_of_blank(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at
