"""What `mlcost ledger verify` finds: whatever no ledger writes by itself, and nothing that one does."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from mlcost_ext.ledger.charge_store import ChargeStore
from mlcost_ext.ledger.database import Database

from .test_charge_store import ENDPOINT, PRICE, at, cost, entry, line

COLUMNS = (
    "resource, price, attribution, day, starts, ends, quantity, list_cost, contracted_cost, basis, is_correction, written_at"
)
DOUBLE = f"INSERT INTO charge ({COLUMNS}) SELECT {COLUMNS} FROM charge"
ESTIMATED = entry(line(4 * 3600, None, 1), is_closed=True)
METERED = entry(line(3600, None, 1), basis="metered", is_closed=True)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mlcost" / "servers" / "s1" / "ledger.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[ChargeStore]:
    """Give a store with a file of its own."""
    database = Database(path)
    yield ChargeStore(database)
    database.close()


def changed(store: ChargeStore, path: Path, statement: str) -> list[str]:
    """Check a ledger, change it from outside, and give what is found then."""
    assert store.verify() == []
    with closing(sqlite3.connect(path)) as other, other:
        other.execute(statement)
    return store.verify()


@pytest.mark.parametrize("told", [[METERED], [ESTIMATED, METERED], [ESTIMATED, entry(line(3600, None, 1), is_closed=True)]])
def test_a_job_that_is_there_twice(store: ChargeStore, path: Path, told: list) -> None:
    """Corrections and all."""
    for each in told:
        store.bring([each], at(2))
    assert changed(store, path, DOUBLE) == ["training/job is charged more than once for the same time on 2026-11-29."]
    assert cost(store) == {(): Decimal("2.5344")}


def test_what_stood_and_is_there_twice(store: ChargeStore, path: Path) -> None:
    """Each of its days."""
    store.follow(ENDPOINT, [line(since=0)], at(1))
    store.follow(ENDPOINT, [], at(3))
    assert changed(store, path, DOUBLE) == [
        "endpoint/forgotten is charged more than once for the same time on 2026-11-29.",
        "endpoint/forgotten is charged more than once for the same time on 2026-11-30.",
    ]


def test_what_was_brought_back_to_what_it_costs_is_right_again(store: ChargeStore, path: Path) -> None:
    """The next word of AWS takes the second one back."""
    store.bring([METERED], at(2))
    assert len(changed(store, path, DOUBLE)) == 1
    store.bring([METERED], at(3))
    assert (store.verify(), cost(store)) == ([], {(): Decimal("1.2672")})


def test_the_same_time_charged_taken_back_and_charged_again_is_right(store: ChargeStore) -> None:
    """As where a wrong clock had charged days to come."""
    store.follow(ENDPOINT, [line(since=0)], at(1))
    store.follow(ENDPOINT, [], at(50))
    store.set_back(at(1))
    store.follow(replace(ENDPOINT, name="other"), [line(since=2)], at(50))
    store.follow(ENDPOINT, [line(since=2)], at(50))
    store.follow(ENDPOINT, [], at(50))
    assert store.verify() == []


@pytest.mark.parametrize("column", ["list", "contracted"])
def test_a_cost_that_was_emptied(store: ChargeStore, path: Path, column: str) -> None:
    """Its price is known, so its cost is."""
    store.bring([METERED], at(2))
    found = changed(store, path, f"UPDATE charge SET {column}_cost = NULL")
    assert found == [f"Charge 1 has no {column} cost, and a {column} unit price."]


def test_a_cost_that_nobody_knows(store: ChargeStore, path: Path) -> None:
    """A charge without a price is right as it is; one that has a cost all the same is not."""
    nothing = replace(PRICE, list_unit_price=None, contracted_unit_price=None)
    store.bring([entry(line(3600, None, 1, price=nothing), basis="metered", is_closed=True)], at(2))
    assert changed(store, path, "UPDATE charge SET contracted_cost = 5") == [
        "Charge 1 has a contracted cost, and no contracted unit price."
    ]


def test_a_charge_of_another_day(store: ChargeStore, path: Path) -> None:
    """Its month would have another total."""
    store.bring([METERED], at(2))
    assert changed(store, path, "UPDATE charge SET day = day + 31") == [
        "Charge 1 is not of 2026-12-30, the day it is counted on."
    ]


def test_a_charge_of_no_basis(store: ChargeStore, path: Path) -> None:
    """It could not even be told."""
    store.bring([METERED], at(2))
    assert changed(store, path, "UPDATE charge SET basis = 7") == ["Charge 1 has no cost basis."]


def test_more_taken_back_than_was_charged(store: ChargeStore, path: Path) -> None:
    """The charge was removed, and what corrects it was left."""
    store.bring([ESTIMATED], at(2))
    store.bring([METERED], at(2))
    assert changed(store, path, "DELETE FROM charge WHERE basis = 0 AND is_correction = 0") == [
        "More of training/job is taken back than was charged on 2026-11-29."
    ]


def test_an_amount_moved_from_one_thing_to_another(store: ChargeStore, path: Path) -> None:
    """The total is the same, the parts are not."""
    store.bring([METERED, replace(METERED, resource=ENDPOINT)], at(2))
    found = changed(store, path, "UPDATE charge SET contracted_cost = contracted_cost + 1000 * (resource * 2 - 3)")
    assert found == ["The contracted cost of Training ml.g5.xlarge in us-east-1 is not its quantity times its price."]
