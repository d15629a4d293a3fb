"""Charges as tables of pandas and Arrow, which are imported only when somebody wants one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from mlcost_ext.core.ledger import ChargeRecord
from mlcost_ext.ledger.focus import COLUMNS, row_of
from mlcost_ext.ledger.focus.columns import COST_SCALE
from mlcost_ext.ledger.focus.parquet_file import DIGITS

if TYPE_CHECKING:
    from typing import Any

    from mlcost_ext.core.charge_documents import ChargeGroup
    from mlcost_ext.ledger.focus.rows import Row

    from .charges_report import ChargeReport

SNAKE = {column.name: column.snake_name for column in COLUMNS}
MONEY = ("contracted_cost", "list_cost", "estimated", "metered", "billed")
DTYPES = {"decimal": "object", "time": "datetime64[us, UTC]", "truth": "bool", "count": "int64"}
"""Those of pandas; what is none of these is text."""

TableColumn = tuple[str, str, int, "list[Any]"]
"""Name, type, digits after the point, and values."""


def charge_rows(records: Iterable[ChargeRecord]) -> Iterator[Row]:
    """Give the row of each charge: FOCUS's columns and ours, by their names in snake case."""
    for record in records:
        yield {SNAKE[name]: value for name, value in row_of(record).items()}


def columns_of(report: ChargeReport) -> list[TableColumn]:
    """Give the columns of a report, those of sums or those of charges."""
    if report.records is None:
        return group_columns(report.document.groups, report.document.group_by)
    rows = [row_of(record) for record in report.records]
    return [(c.snake_name, c.type, c.scale, [row[c.name] for row in rows]) for c in COLUMNS]


def group_columns(groups: Sequence[ChargeGroup], group_by: Sequence[str]) -> list[TableColumn]:
    """Give what groups are told by, and what they come to."""
    keys: list[TableColumn] = [(name, "text", 0, [group.keys.get(name) for group in groups]) for name in group_by]
    money: list[TableColumn] = [(name, "decimal", COST_SCALE, [getattr(group, name) for group in groups]) for name in MONEY]
    return [
        *keys,
        ("is_rest", "truth", 0, [group.is_rest for group in groups]),
        ("billing_currency", "text", 0, [group.billing_currency for group in groups]),
        *money,
        ("unpriced", "count", 0, [group.unpriced for group in groups]),
    ]


def to_pandas(report: ChargeReport) -> Any:
    """Give a DataFrame.

    Raises:
        ImportError: pandas is not installed.
    """
    try:
        import pandas
    except ImportError:
        raise missing("to_pandas", "pandas", "pandas") from None
    series = {
        name: pandas.Series(values, dtype=DTYPES.get(kind, "string"), name=name) for name, kind, _, values in columns_of(report)
    }
    return pandas.DataFrame(series)


def to_arrow(report: ChargeReport) -> Any:
    """Give an Arrow table.

    Raises:
        ImportError: pyarrow is not installed.
    """
    try:
        import pyarrow
    except ImportError:
        raise missing("to_arrow", "pyarrow", "'mlcost-ext[export]'") from None
    arrays = {
        name: pyarrow.array(values, type=arrow_type(pyarrow, kind, scale)) for name, kind, scale, values in columns_of(report)
    }
    return pyarrow.table(arrays)


def arrow_type(pyarrow: Any, kind: str, scale: int) -> Any:
    """Give Arrow's type of a column, the same as in an export."""
    if kind == "decimal":
        return pyarrow.decimal128(DIGITS, scale)
    if kind == "time":
        return pyarrow.timestamp("us", tz="UTC")
    return {"truth": pyarrow.bool_, "count": pyarrow.int64}.get(kind, pyarrow.string)()


def missing(method: str, package: str, requirement: str) -> ImportError:
    """Say in one sentence what is missing and how to get it."""
    return ImportError(f"{method}() needs {package}, which is not installed here: type %pip install {requirement}.")
