"""Rows as CSV that a spreadsheet opens without running anything of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import BinaryIO

from mlcost_ext.core.money import plain_text

from .columns import COLUMNS
from .rows import Row, Value

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What makes a spreadsheet take a text for a formula; the wide ones are as good as theirs."""


def write_csv(file: BinaryIO, batches: Iterable[list[Row]]) -> None:
    """Write a line of names and a line for each row, in UTF-8.

    Raises:
        OSError: The disk is full, or the like.
    """
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    writer = csv.writer(text)
    writer.writerow([column.name for column in COLUMNS])
    for batch in batches:
        writer.writerows([cell(row[column.name]) for column in COLUMNS] for row in batch)
    text.flush()
    text.detach()


def cell(value: Value) -> str:
    """Write a value; null is empty, a text that could be a formula begins with an apostrophe, a number is a number."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return plain_text(value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"'{value}" if value.startswith(FORMULA_STARTS) else value
