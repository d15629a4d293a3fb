"""How things look on a terminal. Every name from outside is cleaned before it is shown."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

UNKNOWN = "unknown"
SMALL_STEP = Decimal("0.0001")


def print_json(document: object) -> None:
    """Write the one document of ``--json``."""
    print(json.dumps(document, indent=2, ensure_ascii=False))


def clean(text: str, limit: int = 500) -> str:
    """Cut a text and replace what is not printable: control characters, escapes, changes of direction."""
    short = text if len(text) <= limit else text[: limit - 1] + "…"
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in short)


def money(amount: Decimal | None, currency: str) -> str:
    """Write an amount for show: two decimals from 1 on, four below; what is not zero is never shown as zero."""
    # The rule of kernel/cost_text.py, written again since neither room may import the other; a test compares them.
    if amount is None:
        return UNKNOWN
    if 0 < amount < SMALL_STEP / 2:
        return f"< {currency} {SMALL_STEP}"
    step = Decimal("0.01") if amount >= 1 or amount == 0 else SMALL_STEP
    return f"{currency} {amount.quantize(step, rounding=ROUND_HALF_UP):,f}"


def table(rows: Sequence[Sequence[str]]) -> str:
    """Line up the columns of rows that are all of the same length."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)
    return "\n".join(lines)
