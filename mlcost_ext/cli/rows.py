"""Take values out of a server's overview without trusting their form, and write them for a terminal."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from mlcost_ext.core.money import decimal_from_text

from .overview_file import OverviewFile
from .text import UNKNOWN, clean


def instances(job: dict[str, Any]) -> str:
    count, kind = job.get("instance_count"), word(job, "instance_type")
    spot = " (spot)" if job.get("spot") is True else ""
    return f"{count} × {kind}{spot}" if isinstance(count, int) and count != 1 else f"{kind}{spot}"


def count(row: dict[str, Any], key: str) -> int | None:
    value = row.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def at_least(amount: Decimal | None, *, is_part: bool) -> str:
    """Give what to say before an amount that leaves something out."""
    return "at least " if is_part and amount is not None else ""


def at_most(row: dict[str, Any]) -> str:
    """Give what to say before a row's cost that may be too high."""
    return "at most " if row.get("cost_basis") == "at_most" and amount(row, "cost") is not None else ""


def currency(file: OverviewFile) -> str:
    unit = file.document.get("billing_currency")
    return clean(unit, 8) if isinstance(unit, str) and unit else "USD"


def word(row: dict[str, Any], key: str, limit: int = 40) -> str:
    value = row.get(key)
    return clean(value, limit) if isinstance(value, str) and value else UNKNOWN


def amount(row: dict[str, Any], key: str) -> Decimal | None:
    try:
        return decimal_from_text(row[key]) if isinstance(row.get(key), str) else None
    except ValueError:
        return None
