"""Rows as Parquet: exact decimals, times in UTC, text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, BinaryIO

from mlcost_ext.core.errors import UsageError

from .columns import COLUMNS, Column
from .rows import Row

DIGITS = 38


def write_parquet(file: BinaryIO, batches: Iterable[list[Row]]) -> None:
    """Write rows, a group for each batch.

    Raises:
        OSError: The disk is full, or the like.
        UsageError: pyarrow is not installed.
    """
    pyarrow, parquet = modules()
    schema = pyarrow.schema([(column.name, type_of(pyarrow, column), column.type != "truth") for column in COLUMNS])
    with parquet.ParquetWriter(file, schema) as writer:
        for batch in batches:
            writer.write_batch(pyarrow.RecordBatch.from_pylist(batch, schema=schema))


def modules() -> tuple[Any, Any]:
    """Give pyarrow, which is loaded only where somebody wants Parquet.

    Raises:
        UsageError: It is not installed.
    """
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        hint = "pip install 'mlcost-ext[export]', or say a name that ends in .csv."
        raise UsageError("Parquet needs pyarrow, which is not installed here.", hint, code="pyarrow_missing") from None
    return pyarrow, parquet


def type_of(pyarrow: Any, column: Column) -> Any:
    if column.type == "decimal":
        return pyarrow.decimal128(DIGITS, column.scale)
    if column.type == "time":
        return pyarrow.timestamp("us", tz="UTC")
    return pyarrow.bool_() if column.type == "truth" else pyarrow.string()
