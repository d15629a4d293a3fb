"""Stretches as the ledger keeps them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from mlcost_ext.core.prolonged import Stretch
from mlcost_ext.ledger.database import Database
from mlcost_ext.ledger.prolonged_store import ProlongedStore, milliseconds
from tests.fakes import NOW

STRETCH = Stretch(
    start=NOW - timedelta(hours=3, microseconds=-1000),
    end=NOW,
    signals=("kernel_busy", "gpu"),
    cost_per_hour=Decimal("0.352000000000000000001"),
    billing_currency="USD",
    timeout_minutes=60,
)


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path / "servers" / "one" / "ledger.sqlite")


def test_a_stretch_comes_back_as_it_was_kept(database: Database) -> None:
    """Also without a price and without a timeout, also by another process."""
    unknown = replace(
        STRETCH, start=NOW - timedelta(days=2), end=NOW - timedelta(days=1), cost_per_hour=None, timeout_minutes=None
    )
    for stretch in (unknown, STRETCH):
        ProlongedStore(database).put(stretch)
    database.close()
    again = ProlongedStore(Database(database.path))
    assert again.since(NOW - timedelta(days=30)) == [STRETCH, unknown]
    assert again.since(NOW - timedelta(hours=1)) == [STRETCH]
    assert again.since(NOW) == []


def test_one_that_goes_on_takes_its_own_place(database: Database) -> None:
    """It is known by its start."""
    store = ProlongedStore(database)
    longer = replace(STRETCH, end=NOW + timedelta(minutes=10), signals=(*STRETCH.signals, "terminal_process"))
    for stretch in (STRETCH, longer, longer):
        store.put(stretch)
    assert store.since(NOW - timedelta(days=30)) == [longer]


def test_what_is_too_old_to_be_shown_goes(database: Database) -> None:
    """A month and a day after its end."""
    store = ProlongedStore(database)
    store.put(STRETCH)
    day = timedelta(days=1)
    store.put(replace(STRETCH, start=NOW + 30 * day, end=NOW + 31 * day))
    assert len(store.since(NOW - day)) == 2
    store.put(replace(STRETCH, start=NOW + 31 * day, end=NOW + 31 * day + timedelta(milliseconds=1)))
    assert STRETCH not in store.since(NOW - day)
    assert len(store.since(NOW - day)) == 2


def test_what_nobody_can_read_is_left_out(database: Database) -> None:
    """The others are told."""
    store = ProlongedStore(database)
    store.put(STRETCH)
    with database.transaction() as connection:
        for start, signals, rate in ((1, "[", None), (2, "[]", "dear"), (3, "7", None), (10**17, "[]", None)):
            row = (start, milliseconds(NOW), signals, rate, "USD", None)
            connection.execute("INSERT INTO prolonged VALUES (?, ?, ?, ?, ?, ?)", row)
    assert store.since(NOW - timedelta(days=30)) == [STRETCH]


def test_a_file_that_cannot_be_written_is_told(database: Database) -> None:
    """As an OSError, whoever asks."""
    database.path.mkdir(parents=True)
    with pytest.raises(OSError):
        ProlongedStore(database).put(STRETCH)
