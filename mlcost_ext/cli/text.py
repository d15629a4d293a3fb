"""How things look on a terminal. Every name from outside is cleaned before it is shown."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal

from mlcost_ext.core import words

UNKNOWN = "unknown"


def print_json(document: object) -> None:
    """Write the one document of ``--json``."""
    print(json.dumps(document, indent=2, ensure_ascii=False))


def clean(text: str, limit: int = 500) -> str:
    """Cut a text and replace what is not printable: control characters, escapes, changes of direction."""
    return words.clean(text, limit)


def money(amount: Decimal | None, currency: str) -> str:
    """Write an amount for show; `None` is said, never shown as zero."""
    return UNKNOWN if amount is None else words.money(amount, currency)


def table(rows: Sequence[Sequence[str]]) -> str:
    """Line up the columns of rows that are all of the same length."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)
    return "\n".join(lines)
