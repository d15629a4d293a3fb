"""Write charges to a file of one's own, all of it or nothing, a part of them in memory at a time."""

from __future__ import annotations

import contextlib
import secrets
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from mlcost_ext.core.errors import UsageError
from mlcost_ext.core.ledger import ChargeRecord
from mlcost_ext.core.money import EXACT
from mlcost_ext.ledger.private_file import new_file

from . import parquet_file
from .csv_file import write_csv
from .rows import Row, row_of

FOCUS_VERSION = "1.2"
BATCH = 10_000
WRITERS: dict[str, Callable[[BinaryIO, Iterable[list[Row]]], None]] = {
    ".csv": write_csv,
    ".parquet": parquet_file.write_parquet,
}


@dataclass(slots=True)
class Tally:
    """What was written, to be compared with what reads it."""

    rows: int = 0
    unpriced: int = 0
    """Rows without a cost; they are in no sum."""
    corrections: int = 0
    list_cost: dict[str, Decimal] = field(default_factory=dict)
    """By billing currency."""
    contracted_cost: dict[str, Decimal] = field(default_factory=dict)

    def add(self, record: ChargeRecord) -> None:
        """Count a charge."""
        self.rows += 1
        self.unpriced += record.contracted_cost is None
        self.corrections += record.is_correction
        for sums, cost in ((self.list_cost, record.list_cost), (self.contracted_cost, record.contracted_cost)):
            if cost is not None:
                unit = record.price.billing_currency
                sums[unit] = EXACT.add(sums.get(unit, Decimal(0)), cost)


def check_target(path: Path) -> None:
    """See beforehand whether a file of this name can be written.

    Raises:
        UsageError: Its ending is neither .csv nor .parquet, something else is there, or what it takes is not installed.
    """
    if path.suffix.lower() not in WRITERS:
        raise UsageError("What to write is told by the file's name.", "Let it end in .csv or .parquet.", code="format_unknown")
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        pass
    except OSError as error:
        raise cannot_write(path, error) from None
    else:
        if not stat.S_ISREG(mode):
            raise UsageError(f"{path} is there and is no plain file.", "Say another name for the export.", code="target_taken")
    if not path.parent.is_dir():
        raise UsageError(f"There is no folder {path.parent}.", "Make it, or say another name.", code="target_folder_missing")
    if path.suffix.lower() == ".parquet":
        parquet_file.modules()


def export(records: Iterable[ChargeRecord], path: Path) -> Tally:
    """Write charges; a file that was there is replaced once the new one is whole.

    Args:
        records: They are taken in batches.
        path: Ends in ``.csv`` or ``.parquet``.

    Raises:
        UsageError: The file cannot be written.
    """
    check_target(path)
    tally = Tally()
    try:
        with replacing(path) as file:
            WRITERS[path.suffix.lower()](file, batches(records, tally))
    except OSError as error:
        raise cannot_write(path, error) from None
    return tally


def batches(records: Iterable[ChargeRecord], tally: Tally) -> Iterator[list[Row]]:
    """Give the rows of charges, so many at a time, and count them."""
    left = iter(records)
    while taken := list(islice(left, BATCH)):
        for record in taken:
            tally.add(record)
        yield [row_of(record) for record in taken]


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Give a file beside `path`, for this user alone, that takes its place at the end; where anything fails it is removed."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    file = new_file(beside)
    try:
        with file:
            yield file
        beside.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise


def cannot_write(path: Path, error: OSError) -> UsageError:
    reason = error.strerror or type(error).__name__
    return UsageError(f"{path} cannot be written ({reason}).", "Say another name or make room.", code="target_unwritable")
