"""Read the numbers that somebody says beside a request, on a command line or in Python."""

from __future__ import annotations

import math
import operator
from decimal import Decimal

from mlcost_ext.core.errors import UsageError
from mlcost_ext.core.money import decimal_from_text

MOST_HOURS = 24 * 366
"""Those of a leap year."""
GB = 10**9
MOST_GB = 10**9
"""An exabyte."""
MOST_WHOLE = 2**31 - 1
"""AWS's integers have 32 bits."""


def read_hours(value: object, name: str) -> Decimal | None:
    """Read how long something takes, a number or a plain decimal text; None stays None.

    Args:
        value: What was said.
        name: What it is called there, such as ``--hours``.

    Raises:
        UsageError: It is no number above 0 and up to 8,784, or is written with an exponent.
    """
    if value is None:
        return None
    try:
        hours = decimal_from_text(f"{value:f}" if isinstance(value, Decimal) else str(value).strip())
    except Exception:  # noqa: BLE001 - whatever somebody's object raises when it is written, it is no number
        hours = Decimal(0)
    if not 0 < hours <= MOST_HOURS:
        raise UsageError(
            f"{name} is {said(value)}, which is no time that a run can take.",
            f"Give hours above 0 and at most {MOST_HOURS:,}, such as 1.5.",
        )
    return hours


def read_input_gb(value: object, name: str) -> int | None:
    """Read how large an input is, in GB of 10⁹ bytes, a number or a plain decimal text; give bytes. None stays None.

    Args:
        value: What was said.
        name: What it is called there, such as ``--input-gb``.

    Raises:
        UsageError: It is no number above 0 and up to 1,000,000,000, is less than a byte, or is written with an exponent.
    """
    if value is None:
        return None
    try:
        is_written = isinstance(value, (Decimal, float))  # else Python may write it with an exponent
        size = decimal_from_text(f"{value:.9f}" if is_written else str(value).strip())
    except Exception:  # noqa: BLE001 - as in `read_hours`
        size = Decimal(0)
    if isinstance(value, bool) or not 1 <= size * GB <= MOST_GB * GB:
        raise UsageError(
            f"{name} is {said(value)}, which is no size that an input can have.",
            f"Give GB (10^9 bytes) above 0 and at most {MOST_GB:,}, such as 40.",
        )
    return int(size * GB)


def read_whole(value: object, name: str, example: int) -> int | None:
    """Read a whole number from 1 on; None stays None.

    Args:
        value: What was said, a number or its digits.
        name: What it is called there, such as ``--count``.
        example: A number that could be meant.

    Raises:
        UsageError: It is anything else, or above 2,147,483,647.
    """
    if value is None:
        return None
    try:
        number = _digits(value) if isinstance(value, str) else operator.index(value)  # type: ignore[arg-type]
    except Exception:  # noqa: BLE001 - whatever somebody's object raises, it is no number
        number = 0
    if isinstance(value, bool) or not 1 <= number <= MOST_WHOLE:
        raise UsageError(
            f"{name} is {said(value)}, which is no whole number from 1 to {MOST_WHOLE:,}.", f"Write it like {example}."
        )
    return int(number)


def _digits(text: str) -> int:
    short = text.strip()
    return int(short) if short.isascii() and short.isdigit() and len(short) <= 10 else 0


def said(value: object) -> str:
    """Write a value for a sentence; of what is neither text nor number its type."""
    if isinstance(value, str):
        return repr(value[:40])
    try:
        return str(value)[:40] if isinstance(value, (int, float, Decimal)) else f"of type {type(value).__name__[:40]}"
    except ValueError:  # an integer with more digits than Python writes
        return "a number of thousands of digits"


def no_number(text: str) -> float:
    """Refuse what Python's reader takes for a number and JSON does not.

    Raises:
        ValueError: Always.
    """
    raise ValueError(text)


def finite(text: str) -> float:
    """Read a number.

    Raises:
        ValueError: It is too large for one.
    """
    number = float(text)
    return number if math.isfinite(number) else no_number(text)
