"""Words for amounts, spans and lists, and untrusted texts made fit to be shown."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

SMALL_STEP = Decimal("0.0001")
MOST_NAMED = 3


def figure(amount: Decimal) -> str:
    """Write an amount for show: two decimals from 1 on, four below; what is not zero is never shown as zero."""
    if 0 < amount < SMALL_STEP / 2:
        return f"< {SMALL_STEP}"
    step = Decimal("0.01") if amount >= 1 or amount == 0 else SMALL_STEP
    return f"{amount.quantize(step, rounding=ROUND_HALF_UP):,f}"


def money(amount: Decimal, currency: str) -> str:
    """Write an amount with its currency, such as ``USD 33.79``."""
    text, unit = figure(amount), clean(currency, 8)
    return f"< {unit} {SMALL_STEP}" if text.startswith("<") else f"{unit} {text}"


def span(seconds: int) -> str:
    """Write a span of time as people say it, such as ``43 min`` or ``1 h 20 min``."""
    if seconds < 60:
        return f"{seconds} s"
    minutes = (seconds + 30) // 60
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def clean(text: str, limit: int = 80) -> str:
    """Cut a text and replace what is not printable: control characters, escapes, changes of direction."""
    short = text if len(text) <= limit else text[: limit - 1] + "…"
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in short)


def listed(texts: Sequence[str], last: str = "and", most: int = MOST_NAMED) -> str:
    """Write some texts one after the other, such as ``a, b and c``; of more than `most` how many there are besides.

    Args:
        texts: At least one.
        last: What stands before the last one.
        most: How many are named.
    """
    named = [clean(text) for text in texts[:most]]
    if len(texts) > most:
        named.append(f"{len(texts) - most} more")
    return f" {last} ".join((", ".join(named[:-1]), named[-1])) if len(named) > 1 else named[0]
