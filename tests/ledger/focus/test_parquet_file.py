"""Parquet with exact decimals, read again by pyarrow and by DuckDB."""

from __future__ import annotations

import sys
from decimal import Decimal
from pathlib import Path

import pytest

from mlcost_ext.core.errors import UsageError
from mlcost_ext.ledger.focus import COLUMNS, check_target, export, row_of

from .samples import SAMPLES

duckdb = pytest.importorskip("duckdb", reason="duckdb is not installed")
pyarrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
SUMS = """
    SELECT BillingCurrency, SUM(ListCost), SUM(ContractedCost), SUM(ConsumedQuantity), COUNT(*)
    FROM read_parquet(?) GROUP BY BillingCurrency ORDER BY BillingCurrency
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Give a file with a row of each kind, many times over."""
    path = tmp_path / "charges.parquet"
    export([*SAMPLES.values()] * 2000, path)
    return path


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    """Every value of every kind, null where it was null."""
    from pyarrow import parquet

    path = tmp_path / "charges.parquet"
    export(SAMPLES.values(), path)
    table = parquet.read_table(path)
    assert table.column_names == [column.name for column in COLUMNS]
    assert table.to_pylist() == [row_of(record) for record in SAMPLES.values()]


def test_types_are_exact(file: Path) -> None:
    """No binary fraction anywhere; times know that they are UTC's."""
    from pyarrow import parquet

    schema = parquet.read_schema(file)
    kinds = {column.name: str(schema.field(column.name).type) for column in COLUMNS}
    assert kinds["ListCost"] == kinds["BilledCost"] == "decimal128(38, 9)"
    assert (kinds["ListUnitPrice"], kinds["PricingQuantity"]) == ("decimal128(38, 15)", "decimal128(38, 12)")
    assert (kinds["ChargePeriodStart"], kinds["Tags"], kinds["x_IsUnpriced"]) == ("timestamp[us, tz=UTC]", "string", "bool")
    assert {kind for kind in kinds.values() if "double" in kind or "float" in kind} == set()


def test_duckdb_adds_up_to_the_same(file: Path) -> None:
    """To the last digit, currency by currency, over several row groups."""
    records = [*SAMPLES.values()] * 2000

    def total(field: str, unit: str) -> Decimal:
        return sum(
            (getattr(record, field) for record in records if record.price.billing_currency == unit and getattr(record, field)),
            Decimal(0),
        )

    with duckdb.connect() as connection:
        found = connection.execute(SUMS, [str(file)]).fetchall()
        groups = connection.execute("SELECT COUNT(DISTINCT row_group_id) FROM parquet_metadata(?)", [str(file)]).fetchone()
    count = {unit: sum(record.price.billing_currency == unit for record in records) for unit in ("CNY", "USD")}
    fields = ("list_cost", "contracted_cost", "pricing_quantity")
    assert found == [(unit, *(total(field, unit) for field in fields), count[unit]) for unit in ("CNY", "USD")]
    assert groups == (3,)


def test_duckdb_multiplies_price_and_quantity_exactly(file: Path) -> None:
    """The digits of both leave room for the product, which is the cost."""
    off = "SELECT MAX(ABS(ListUnitPrice * PricingQuantity - ListCost)) FROM read_parquet(?) WHERE ChargeClass IS NULL"
    with duckdb.connect() as connection:
        (worst,) = connection.execute(off, [str(file)]).fetchone()
    assert worst <= Decimal("0.000000001")


def test_duckdb_reads_the_csv_to_the_same_sum(tmp_path: Path) -> None:
    """The other format, the same money."""
    path = tmp_path / "charges.csv"
    tally = export(SAMPLES.values(), path)
    query = "SELECT SUM(CAST(ContractedCost AS DECIMAL(38, 9))) FROM read_csv(?, all_varchar=true) WHERE BillingCurrency = 'USD'"
    with duckdb.connect() as connection:
        assert connection.execute(query, [str(path)]).fetchone() == (tally.contracted_cost["USD"],)


def test_without_pyarrow_one_is_told_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one sentence, before anything is written; CSV goes on without it."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UsageError) as told:
        check_target(tmp_path / "charges.parquet")
    assert (told.value.code, told.value.exit_status) == ("pyarrow_missing", 2)
    assert "mlcost-ext[export]" in told.value.hint
    assert export(SAMPLES.values(), tmp_path / "charges.csv").rows == len(SAMPLES)
    assert [path.name for path in tmp_path.iterdir()] == ["charges.csv"]
