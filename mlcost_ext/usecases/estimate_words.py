"""The words of an estimate that a notebook and a terminal have in common: amounts, quantities, times, and lines of 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from mlcost_ext.core import words
from mlcost_ext.core.estimate import CostRange, DurationRange, Saving
from mlcost_ext.core.money import plain_text
from mlcost_ext.core.words import SMALL_STEP, figure, span

WIDTH = 80
UNKNOWN = "unknown"
UNITS = {"Hours": "h", "GB-Mo": "GB-mo", "GB-Seconds": "GB-s"}
NARROWEST = 14
"""Characters to which a column of words may shrink."""


def money(amount: Decimal | None, currency: str) -> str:
    """Write an amount with its currency; None is said, never shown as zero."""
    return UNKNOWN if amount is None else words.money(amount, currency)


def quantity(amount: Decimal | None, unit: str) -> str:
    """Write how much of a unit it is, such as ``1.5 h``; None: not known."""
    if amount is None:
        return UNKNOWN
    if 0 < amount < SMALL_STEP / 2:
        return f"< {SMALL_STEP} {unit_words(unit)}"
    step = Decimal("0.01") if amount >= 1 else SMALL_STEP
    return f"{_grouped(amount.quantize(step, rounding=ROUND_HALF_UP))} {unit_words(unit)}"


def unit_words(unit: str) -> str:
    """Write a pricing unit as short as it can be understood."""
    return UNITS.get(unit, clean(unit, 20))


def clean(text: str, limit: int = 500) -> str:
    """Cut a text and replace what is not printable: control characters, escapes, changes of direction."""
    return words.clean(text, limit)


def answer(cost: CostRange, currency: str, *, is_complete: bool) -> str | None:
    """Write what something will cost, such as ``About USD 1.41 (1.02 to at most 33.79)``; None: nothing of it is known."""
    if cost.expected is None and cost.high is None:
        return None
    if not is_complete:
        return _at_least(cost, currency)
    middle = cost.high if cost.expected is None else cost.expected
    assert middle is not None
    shown = money(middle, currency)
    low, high = _other(cost.low, middle), _other(cost.high, middle)
    if cost.high is not None and high is None:  # the middle is the most
        is_only = cost.low is not None and low is None
        return f"About {shown}" if is_only else f"Up to {shown}" + (f" (from {low})" if low else "")
    bounds = f"{low} to at most {high}" if low and high else f"at most {high}" if high else f"from {low}" if low else ""
    return f"About {shown} ({bounds})" if bounds else f"About {shown}"


def _at_least(cost: CostRange, currency: str) -> str | None:
    """Write what the parts with a price come to; of nothing nobody says at least."""
    if cost.expected is None or cost.expected == 0:
        return None
    low, high = _other(cost.low, cost.expected), _other(cost.high, cost.expected)
    if cost.low is None and cost.high is not None and high is None:
        return f"At least {money(cost.high, currency)} (run to its limit)"
    bounds = f" ({low} to {high})" if low and high else f" ({high} at its limit)" if high else f" (from {low})" if low else ""
    return f"At least {money(cost.expected, currency)}{bounds}"


def _other(bound: Decimal | None, middle: Decimal) -> str | None:
    """Write a bound where it looks different from the middle."""
    return None if bound is None or figure(bound) == figure(middle) else figure(bound)


def in_short(cost: CostRange, currency: str) -> str:
    """Write what something will cost in two or three words, such as ``about USD 1.13``."""
    if cost.expected is None:
        return UNKNOWN if cost.high is None else f"up to {money(cost.high, currency)}"
    is_limit = cost.low is None and cost.high is not None and _other(cost.high, cost.expected) is None
    return f"{'up to' if is_limit else 'about'} {money(cost.expected, currency)}"


def between(saving: Saving, currency: str) -> str:
    """Write a range of savings, such as ``USD 0.60 to 0.90``."""
    known = [amount for amount in (saving.low, saving.expected) if amount is not None]
    if not known:
        return UNKNOWN
    last = _other(known[-1], known[0])
    return money(known[0], currency) + (f" to {last}" if last else "")


def runtime(duration: DurationRange, goes_on: str) -> str:
    """Write how long a run takes and who says so.

    Args:
        duration: Its seconds.
        goes_on: What to say where there is no end, such as ``no end: it costs until somebody deletes it``.
    """
    low, expected, high = duration.low, duration.expected, duration.high
    if expected is None:
        return goes_on if high is None else f"at most {span(high)}"
    if duration.basis == "stopping_condition":
        return f"at most {span(high or expected)}, its limit; no earlier runs are known"
    usual = "" if low is None or low == expected else _usual(low, duration.percentile_90)
    most = f"at most {span(high)}" if high is not None and high != expected else ""
    bounds = "; ".join(part for part in (usual, most) if part)
    return f"{span(expected)}{f' ({bounds})' if bounds else ''}, {_basis(duration)}{'' if high else f'; {goes_on}'}"


def _usual(low: int, percentile_90: int | None) -> str:
    return f"from {span(low)}" if percentile_90 is None else f"{span(low)} to {span(percentile_90)} in 8 of 10 cases"


def _basis(duration: DurationRange) -> str:
    if duration.basis == "history":
        count = duration.sample_size
        return "from earlier runs" if count is None else f"from {count:,} earlier run{'' if count == 1 else 's'}"
    return {"given": "as given", "small_run": "by a small run"}.get(duration.basis, clean(duration.basis, 40))


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Line up columns; the first is words, and is wrapped where all would be wider than 80."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    room = max(NARROWEST, WIDTH - sum(widths[1:]) - 2 * (len(widths) - 1))
    widths[0] = min(widths[0], room)
    return [line for row in rows for line in _row(row, widths)]


def _row(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    words = textwrap.wrap(row[0], widths[0]) or [""]
    cells = [row[1:], *[[""] * (len(row) - 1)] * (len(words) - 1)]
    return [
        "  ".join([first.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True))]).rstrip()
        for first, rest in zip(words, cells, strict=True)
    ]


def wrapped(text: str, first: str = "", rest: str | None = None) -> list[str]:
    """Break a text into lines of 80 columns; `first` begins the first, `rest` (spaces where left out) the others."""
    indent = " " * len(first) if rest is None else rest
    lines = textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
    return lines or [first.rstrip()]


def _grouped(amount: Decimal) -> str:
    return f"{Decimal(plain_text(amount)):,f}"
