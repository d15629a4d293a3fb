"""What stands, where nobody looked for a while, where a clock was wrong, and where days were forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from mlcost_ext.core.ledger import Attribution, Resource
from mlcost_ext.ledger.charge_store import ChargeStore
from mlcost_ext.ledger.charge_view import charges
from mlcost_ext.ledger.database import Database

from .test_charge_store import ENDPOINT, FROM, HOST_PRICE, JOB, MACHINE, PRICE, START, TO, at, cost, entry, line, rows

HOUR = Decimal("1.2672")
APP = Resource(kind="app", region_id="us-east-1", name="d/s/JupyterLab/default", created_at=START)
UNTOLD = line(since=None)
VOLUME = line(since=None, price=replace(PRICE, component="Storage-Hosting", pricing_unit="GB-Mo"))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ChargeStore]:
    """Give a store with a file of its own."""
    database = Database(tmp_path / "mlcost" / "servers" / "s1" / "ledger.sqlite")
    yield ChargeStore(database)
    database.close()


def hours(store: ChargeStore) -> Decimal:
    """Give how many hours of one instance all of it is."""
    assert store.verify() == []
    return cost(store).get((), Decimal(0)) / HOUR


def codes(store: ChargeStore, start: date = FROM, end: date = TO) -> list[str]:
    return [note.code for note in charges(store, start, end, ()).data_quality]


# -- while the server is off ----------------------------------------------------------------


def test_an_endpoint_that_aws_has_not_changed_counts_on_over_the_gap(store: ChargeStore) -> None:
    """It was changed before it was last seen, and has the same instances: it stood all the while."""
    store.follow(ENDPOINT, [UNTOLD], at(0))
    store.bring([], at(8))
    store.begin()
    store.follow(ENDPOINT, [UNTOLD], at(24), unchanged_since=at(-3))
    assert hours(store) == 24
    assert codes(store) == []


def test_at_another_price_too(store: ChargeStore) -> None:
    """What it cost until it was last seen stays as it was."""
    store.follow(ENDPOINT, [UNTOLD], at(0))
    store.bring([], at(8))
    store.begin()
    dearer = replace(PRICE, contracted_unit_price=Decimal("1.2672") * 2, list_unit_price=Decimal("1.2672") * 2)
    store.follow(ENDPOINT, [replace(UNTOLD, price=dearer)], at(24), unchanged_since=at(-3))
    assert hours(store) == 8 + 16 * 2
    assert codes(store) == []


@pytest.mark.parametrize(
    ("lines", "changed"),
    [
        ([UNTOLD], at(9)),
        ([UNTOLD], None),
        ([replace(UNTOLD, quantity=Decimal(3))], at(-3)),
        ([], None),
    ],
)
def test_else_nobody_knows_and_that_is_said(store: ChargeStore, lines: list, changed: datetime | None) -> None:
    """It was changed since, or is another, or gone: the time in between is in no sum, and the days of it say so."""
    store.follow(ENDPOINT, [UNTOLD], at(0))
    store.bring([], at(8))
    assert codes(store) == []
    store.begin()
    store.bring([], at(12))
    assert codes(store) == ["time_not_seen"]
    store.follow(ENDPOINT, lines, at(24), unchanged_since=changed)
    store.bring([], at(50))
    store.follow(ENDPOINT, [], at(50))
    assert hours(store) == 8 + 26 * sum(each.quantity for each in lines)
    assert codes(store) == ["time_not_seen"]
    assert codes(store, at(8).date(), at(48).date()) == ["time_not_seen"]
    assert codes(store, FROM, at(0).date()) == []
    assert codes(store, at(48).date(), TO) == []


def test_what_aws_says_the_beginning_of_is_not_called_unseen(store: ChargeStore) -> None:
    """Nor a volume, nor a restart, nor the machine of a session."""
    machine = line(since=0, price=HOST_PRICE, attribution=Attribution())
    store.follow(MACHINE, [machine], at(0))
    store.follow(APP, [line(since=0)], at(0))
    store.follow(ENDPOINT, [VOLUME], at(0))
    store.begin()
    store.follow(MACHINE, [line(since=5, price=HOST_PRICE, attribution=Attribution())], at(9))
    store.follow(APP, [line(since=4)], at(9))
    store.follow(ENDPOINT, [VOLUME], at(9))
    assert codes(store) == []


def test_an_app_that_is_started_again_begins_anew(store: ChargeStore) -> None:
    """AWS takes it for the old one within a day, and tells the old time; it was seen to be off."""
    store.follow(APP, [line(since=0)], at(0))
    store.follow(APP, [], at(2))
    store.follow(APP, [line(since=0)], at(7))
    store.bring([], at(8))
    assert hours(store) == 2 + 1
    store.begin()
    store.follow(APP, [line(since=0)], at(10))
    assert hours(store) == 2 + 3


def test_an_app_at_another_price_goes_on(store: ChargeStore) -> None:
    """Also where the price came while no server looked: no second is lost, and none counts twice."""
    other = replace(PRICE, price_as_of="2026-11-29")
    store.follow(APP, [line(since=0)], at(2))
    store.follow(APP, [line(since=0, price=other)], at(3))
    store.begin()
    store.follow(APP, [line(since=0)], at(9))
    assert hours(store) == 9
    assert codes(store) == []


def test_what_is_gone_when_the_server_is_back_is_closed(store: ChargeStore) -> None:
    """Up to when it was last seen; what may still be there is left alone."""
    other = replace(ENDPOINT, name="other")
    store.follow(ENDPOINT, [UNTOLD], at(0))
    store.follow(other, [UNTOLD], at(0))
    store.bring([entry(line())], at(3))
    store.begin()
    store.close_unseen(lambda resource: resource == ENDPOINT, at(9))
    assert {key: amount / HOUR for key, amount in cost(store, "resource").items()} == {
        ("endpoint/forgotten",): 3,
        ("endpoint/other",): 3,
        ("training/job",): 3,
    }
    assert {basis for *_, basis, _ in rows(store)} == {"estimated", "metered"}
    assert codes(store) == ["time_not_seen"]
    assert store.verify() == []


# -- a clock that was wrong -----------------------------------------------------------------


def test_a_time_that_aws_has_not_reached_is_set_back(store: ChargeStore) -> None:
    """What was counted up to it is taken back, and what was opened or seen by it was so by now at the latest."""
    store.follow(ENDPOINT, [UNTOLD], at(0))
    store.bring([], at(365 * 24))
    late = replace(ENDPOINT, name="late")
    store.follow(late, [UNTOLD], at(365 * 24))
    assert store.begin() == at(365 * 24)
    store.set_back(at(1))
    assert store.as_of() == at(1)
    store.follow(ENDPOINT, [UNTOLD], at(1))
    store.follow(late, [UNTOLD], at(1))
    store.bring([], at(2))
    assert hours(store) == 2 + 1
    store.set_back(at(5))
    assert store.as_of() == at(2)


def test_days_to_come_are_taken_back(store: ChargeStore) -> None:
    """What ended by a wrong clock has cost nothing on days that were still to come."""
    store.follow(ENDPOINT, [UNTOLD], at(0))
    store.follow(ENDPOINT, [], at(240))
    store.set_back(at(1))
    assert hours(store) == 2  # the rest of that day
    store.follow(ENDPOINT, [UNTOLD], at(3))
    store.bring([], at(4))
    assert hours(store) == 3


# -- what was forgotten ---------------------------------------------------------------------


def test_what_was_forgotten_does_not_come_back(store: ChargeStore) -> None:
    """A job that is told again, and what still runs: only the days that are kept count."""
    final = entry(line(4 * 3600, None, 4), basis="metered", is_closed=True)
    store.bring([final, entry(line(), name="runs")], at(4))
    store.follow(ENDPOINT, [line(since=0)], at(4))
    store.forget_before(at(2).date())
    for _ in range(2):
        assert {key for (key,) in cost(store, "day")} == {"2026-11-30"}
        assert hours(store) == 6
        store.bring([final, entry(line(), name="runs")], at(4))
    store.follow(ENDPOINT, [], at(5))
    store.bring([], at(5))
    assert hours(store) == 2 + 3 + 3


def test_a_day_to_come_is_not_forgotten_beforehand(store: ChargeStore) -> None:
    """All that there is goes; tomorrow counts."""
    store.follow(ENDPOINT, [UNTOLD], at(0))
    store.bring([entry(line(3600, None, 1), basis="metered", is_closed=True)], at(1))
    store.forget_before(date(2027, 6, 1))
    store.bring([], at(3))
    assert hours(store) == 1
    store.forget_before(date(2027, 6, 1), at(72).date())
    store.bring([], at(99))
    assert hours(store) == 25  # since the end of the day that had come


def test_what_ended_unseen_is_forgotten(store: ChargeStore) -> None:
    """Nothing of it is left, also where no server ever learnt its end; what goes on is left."""
    store.follow(ENDPOINT, [UNTOLD], at(0))
    store.bring([], at(72))
    store.begin()
    later = START + timedelta(days=900)
    store.bring([entry(line())], later)
    assert store.forget_before((later - timedelta(days=400)).date()) == 1
    found = list(store.records(date(2020, 1, 1), date(2040, 1, 1)))
    assert {record.resource for record in found} == {JOB}
    assert min(record.day for record in found) == (later - timedelta(days=400)).date()
