"""Traces that others have recorded, as CSV, plain or packed."""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO, cast

SHOWN = 40


class TraceError(RuntimeError):
    """A file is not what it should be; its text is all that whoever named it needs."""


def rows(path: Path, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Read a trace, line by line with their numbers.

    Args:
        path: Packed where it ends in ``.gz``.
        columns: It must have; others are no harm.

    Raises:
        TraceError: It is not there, cannot be read, or lacks a column.
    """
    if not path.is_file():
        raise TraceError(f"The trace {path.name} is not there; name one with --trace FILE.")
    try:
        with opened(path) as file:
            reader = csv.DictReader(file)
            if lacking := [name for name in columns if name not in (reader.fieldnames or ())]:
                raise TraceError(f"The trace {path.name} lacks the column {lacking[0]}; it needs {', '.join(columns)}.")
            for row in reader:
                yield reader.line_num, {name: value or "" for name, value in row.items() if isinstance(name, str)}
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, csv.Error) as error:
        kind = "a gzip file of text" if path.suffix == ".gz" else "text"
        raise TraceError(f"The trace {path.name} cannot be read: it is not {kind}, or it is damaged.") from error


def opened(path: Path) -> TextIO:
    """Open a file, packed or not."""
    if path.suffix == ".gz":
        return cast("TextIO", gzip.open(path, "rt", encoding="utf-8-sig", newline=""))
    return path.open(encoding="utf-8-sig", newline="")


def wrong(path: Path, line: int, what: str, value: str) -> TraceError:
    """Give the error of one cell."""
    shown = value if len(value) <= SHOWN else value[:SHOWN] + "…"
    return TraceError(f"Line {line} of the trace {path.name} has {shown!r} for {what}.")
