"""Parts of a thing that are known apart, and lines that are alike: each is charged, and none twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from mlcost_ext.core.profile import LedgerLine
from mlcost_ext.ledger.charge_store import ChargeStore
from mlcost_ext.ledger.database import Database
from tests.core.test_profile import PRICE
from tests.ledger.test_charge_store import ENDPOINT, FROM, HOST_PRICE, TO, at, cost, entry, line


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ChargeStore]:
    """Give a store with a file of its own."""
    database = Database(tmp_path / "mlcost" / "servers" / "s1" / "ledger.sqlite")
    yield ChargeStore(database)
    database.close()


def test_a_later_estimate_leaves_what_is_metered(store: ChargeStore) -> None:
    """AWS's word stands, whatever a description without it says afterwards; what turns out to be another's is taken back."""
    store.bring([entry(line(3600, None, 4), basis="metered", is_closed=True)], at(5))
    store.bring([entry(line(7200, None, 4), is_closed=True)], at(6))
    store.bring([entry(line())], at(7))
    assert [(t.contracted_cost, t.by_basis) for t in store.sums(FROM, TO, ())] == [(1_267_200_000, {"metered": 1_267_200_000})]
    store.bring([entry(basis="metered", is_closed=True)], at(8))
    assert cost(store) == {(): 0}


def test_lines_alike_are_added_up(store: ChargeStore) -> None:
    """One and two instances of one price, then one and one, then one and three beside another price: all are counted."""

    def sizes(*counts: int) -> list[LedgerLine]:
        return [line(since=None, quantity=Decimal(count)) for count in counts]

    store.follow(ENDPOINT, sizes(1, 2), at(0))
    store.follow(ENDPOINT, sizes(2, 1), at(0.5))
    store.follow(ENDPOINT, sizes(1, 1), at(1))
    assert cost(store) == {(): Decimal("1.2672") * 3}
    store.follow(ENDPOINT, [*sizes(1, 3), line(since=None, price=HOST_PRICE)], at(2))
    store.follow(ENDPOINT, [], at(3))
    assert cost(store) == {(): Decimal("1.2672") * (3 + 2 + 4) + 1}
    assert store.verify() == []


def test_each_part_of_what_stands_goes_on_by_itself(store: ChargeStore) -> None:
    """What is not known of it now stays as it was, while the rest is brought to what it is."""
    volume_price = replace(PRICE, component="Storage-Hosting", instance_type=None, pricing_unit="GB-Mo")
    volume = line(since=None, price=volume_price, quantity=Decimal(720))
    store.follow(ENDPOINT, [line(), volume], at(0))
    nothing = replace(volume_price, pricing_unit="Hours", list_unit_price=None, contracted_unit_price=None)
    store.follow(ENDPOINT, [line(quantity=Decimal(2)), line(since=None, price=nothing)], at(1), ["volumes"])
    store.follow(ENDPOINT, [volume], at(2), ["instances"])
    store.bring([], at(3))
    found = cost(store, "component")
    assert found == {("Storage-Hosting",): Decimal("1.2672") * 3, ("Training",): Decimal("1.2672") * 5}
    assert [total.unpriced for total in store.sums(FROM, TO, ())] == [set()]
