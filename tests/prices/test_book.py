"""All sources together: what is asked first, and what happens when a file changes."""

from __future__ import annotations

import os
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from mlcost_ext.core.price import price_key
from mlcost_ext.prices import PriceBook
from tests.fakes import REGION

from .kept import keep

KEY = price_key(REGION, "Training", "ml.m5.xlarge")
DISCOUNT = "- {percent_off: 12}\n"


class Day:
    """A calendar that stands still."""

    def __init__(self) -> None:
        self.day = date(2026, 11, 23)

    def book(self, home: Path) -> PriceBook:
        return PriceBook(home, today=lambda: self.day)


def write(path: Path, text: str) -> None:
    """Write a file so that it differs from the one before, however coarse the disk's clock is."""
    before = path.stat().st_mtime_ns if path.exists() else 0
    path.write_text(text)
    os.utime(path, ns=(before + 10**9, before + 10**9))


def test_a_contract_goes_before_the_list_and_the_list_before_what_is_shipped(tmp_path: Path) -> None:
    """Twelve percent off AWS's own list price, which stands beside it."""
    keep(tmp_path, {("Training", "ml.m5.xlarge"): "0.25"})
    (tmp_path / "rates.yaml").write_text(DISCOUNT)
    found = PriceBook(tmp_path).unit_price(KEY)
    assert found is not None
    assert (found.list_unit_price, found.unit_price, found.price_source) == (Decimal("0.25"), Decimal("0.22"), "aws-price-list")


def test_files_are_noticed_when_they_are_looked_at(tmp_path: Path) -> None:
    """A look-up never looks; a look tells whether prices may have changed."""
    here = Day()
    book = here.book(tmp_path)
    shipped = book.unit_price(KEY)
    assert shipped is not None
    write(tmp_path / "rates.yaml", DISCOUNT)
    assert book.unit_price(KEY) == shipped
    assert book.look_again()
    agreed = book.unit_price(KEY)
    assert agreed is not None
    assert agreed.contracted is not None
    assert not book.look_again()
    keep(tmp_path, {("Training", "ml.m5.xlarge"): "0.25"})
    assert book.look_again()
    listed = book.unit_price(KEY)
    assert listed is not None
    assert listed.unit_price == Decimal("0.22")


def test_the_first_look_at_a_region_is_no_change(tmp_path: Path) -> None:
    """Nothing has been priced by it yet."""
    keep(tmp_path, {("Training", "ml.m5.xlarge"): "0.25"})
    book = Day().book(tmp_path)
    assert not book.look_again([REGION])


def test_a_rate_that_runs_out_is_a_change(tmp_path: Path) -> None:
    """At midnight, UTC."""
    here = Day()
    (tmp_path / "rates.yaml").write_text("- {percent_off: 12, to: 2026-11-23}\n")
    book = here.book(tmp_path)
    before = book.unit_price(KEY)
    here.day = date(2026, 11, 24)
    assert book.look_again()
    after = book.unit_price(KEY)
    assert before is not None
    assert after is not None
    assert (before.contracted is not None, after.contracted) == (True, None)
    assert not book.look_again()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- {percent_off: 120}\n", "no contracted rate is in force"),
        ("- {percent_off: 12}\n- {nonsense: 1, percent_off: 3}\n- {}\n", "more fault"),
    ],
)
def test_a_broken_file_of_rates_is_said(tmp_path: Path, text: str, said: str) -> None:
    """With the first fault and how many more there are; prices are as listed."""
    (tmp_path / "rates.yaml").write_text(text)
    book = PriceBook(tmp_path)
    (problem,) = book.problems(REGION)
    assert problem.code == "rates_invalid"
    assert said in problem.message
    found = book.unit_price(KEY)
    assert found is not None
    assert found.contracted is None


def test_the_last_good_rates_stay_in_force(tmp_path: Path) -> None:
    """And it is said that they do."""
    here = Day()
    write(tmp_path / "rates.yaml", DISCOUNT)
    book = here.book(tmp_path)
    write(tmp_path / "rates.yaml", "- {percent_off: many}\n")
    assert not book.look_again()
    found = book.unit_price(KEY)
    assert found is not None
    assert found.contracted is not None
    (problem,) = book.problems(None)
    assert "the rates it had before stay in force" in problem.message


def test_a_damaged_list_is_said_and_not_used(tmp_path: Path) -> None:
    """What is shipped is used instead."""
    keep(tmp_path, {("Training", "ml.m5.xlarge"): "0.25"})
    path = tmp_path / "prices" / f"{REGION}.json"
    path.write_text(path.read_text().replace("0.25", "0.20"))
    book = PriceBook(tmp_path)
    found = book.unit_price(KEY)
    assert found is not None
    assert found.price_source == "shipped-snapshot"
    assert [problem.code for problem in book.problems(REGION)] == ["price_list_unreadable"]
    assert book.problems("eu-west-1") == []


def test_a_region_that_was_read_between_two_looks_is_watched_from_then_on(tmp_path: Path) -> None:
    """Its list may be replaced before the next look."""
    keep(tmp_path, {("Training", "ml.m5.xlarge"): "0.25"})
    book = PriceBook(tmp_path)
    assert str(amount(book)) == "0.25"
    keep(tmp_path, {("Training", "ml.m5.xlarge"): "0.255"})
    assert book.look_again()
    assert str(amount(book)) == "0.255"


@pytest.mark.parametrize(("day", "expected"), [(22, "0.23"), (23, "0.2024"), (24, "0.2024"), (25, "0.23")])
def test_the_rates_of_another_day(tmp_path: Path, day: int, expected: str) -> None:
    """Both bounds are included."""
    (tmp_path / "rates.yaml").write_text("- {percent_off: 12, from: 2026-11-23, to: 2026-11-24}\n")
    found = Day().book(tmp_path).on(date(2026, 11, day)).unit_price(KEY)
    assert found is not None
    assert str(found.unit_price) == expected


def test_many_days_are_not_all_kept(tmp_path: Path) -> None:
    """And without rates every day is the same."""
    book = Day().book(tmp_path)
    assert book.on(date(2026, 1, 1)) is book.on(date(2026, 1, 2))
    (tmp_path / "rates.yaml").write_text(DISCOUNT)
    book.look_again()
    first = book.on(date(2026, 1, 1))
    assert book.on(date(2026, 1, 1)) is first
    for number in range(60):
        book.on(date(2026, 2, 1) + timedelta(days=number))
    assert book.on(date(2026, 1, 1)) is not first


@pytest.mark.parametrize(("as_of", "codes"), [("2026-10-24", []), ("2026-10-23", ["price_list_old"])])
def test_an_old_list_is_said(tmp_path: Path, as_of: str, codes: list[str]) -> None:
    """After a month."""
    keep(tmp_path, {("Training", "ml.m5.xlarge"): "0.25"}, as_of=as_of)
    assert [problem.code for problem in Day().book(tmp_path).problems(REGION)] == codes


def amount(book: PriceBook) -> Decimal:
    found = book.unit_price(KEY)
    assert found is not None
    return found.unit_price
