"""The ledger in a folder where locks fail: whole transactions only, whoever is killed; an id for each server."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlcost_ext.ledger import file_lock
from mlcost_ext.ledger.charge_store import ChargeStore
from mlcost_ext.ledger.focus.frozen import FrozenDatabase
from tests.crash.campaign import Campaign
from tests.ledger.spool_files import OURS
from tests.ledger.test_charge_store import cost

from .files import Options
from .mounted import mounted
from .worker import HOURS, bring, ledger, next_line, working

SUM = "SELECT SUM(amount), COUNT(*) FROM pair"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """Give a home where locks fail."""
    with mounted(tmp_path / "disk", tmp_path / "home", Options(locks=False, cached=1)) as point:
        yield point


def test_a_reader_sees_whole_transactions_only(home: Path) -> None:
    """While the server writes as fast as it can, and each transaction lies in the file before it is done."""
    seen = set()
    with working("pairs", home) as writer:
        next_line(writer)
        reader, until = ledger(home, is_read_only=True), time.monotonic() + 2.5
        while time.monotonic() < until:
            with reader.transaction() as connection:
                total, rows = connection.execute(SUM).fetchone()
            frozen = FrozenDatabase(reader.path)
            with frozen.transaction() as connection:
                assert connection.execute(SUM).fetchone()[0] == 0
            frozen.close()
            assert (total, rows % 20) == (0, 0)
            seen.add(rows)
        reader.close()
    assert len(seen) > 3


def test_a_server_that_was_killed_leaves_no_lock_and_no_half_transaction(home: Path) -> None:
    """The next one goes on at once, after it has undone what was begun; until then nobody reads anything half."""
    with working("pairs", home) as writer:
        for _ in range(3):
            next_line(writer)
    with working("hang", home) as writer:
        next_line(writer)
        assert (ledger(home).path.with_name("ledger.sqlite-journal")).stat().st_size > 0
    with pytest.raises(OSError), ledger(home, is_read_only=True).transaction() as connection:
        connection.execute(SUM).fetchone()
    database, began = ledger(home), time.monotonic()
    with database.transaction() as connection:
        total, rows = connection.execute(SUM).fetchone()
        assert (total, rows % 20, connection.execute("PRAGMA integrity_check").fetchone()) == (0, 0, ("ok",))
    assert rows >= 60
    assert time.monotonic() - began < 5
    database.close()
    assert list((home / "servers" / OURS / "ledger.sqlite.locks").iterdir()) == []


def test_who_reads_holds_up_nobody_for_ever(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader that was killed is passed over; one that lives makes others wait, but not for long, and loses it at last."""
    monkeypatch.setattr(file_lock, "BUSY_SECONDS", 0.5)
    with working("pairs", home) as writer:
        next_line(writer)
    database = ledger(home)
    with database.transaction():
        pass
    with working("read", home) as reader:
        next_line(reader)
        for waits in (database, ledger(home, is_read_only=True)):
            with pytest.raises(OSError, match="another process"), waits.transaction():
                pass
    with ledger(home, is_read_only=True).transaction() as connection:
        assert connection.execute(SUM).fetchone()[0] == 0
    monkeypatch.setattr(file_lock, "MOST_SECONDS", 0.2)
    slow = ledger(home, is_read_only=True)
    with pytest.raises(OSError, match="may have been written"), slow.transaction(), database.transaction():
        pass
    with slow.transaction() as connection:
        assert connection.execute(SUM).fetchone()[0] == 0


def test_charges_are_there_once_whatever_is_killed(home: Path, tmp_path: Path) -> None:
    """After three kills the ledger has what one has that nobody ever killed."""
    for steps in (3, 5, 2):
        with working("charges", home) as server:
            for _ in range(steps):
                next_line(server)
    alone = ChargeStore(ledger(tmp_path / "alone"))
    killed = ChargeStore(ledger(home))
    killed.begin()
    for store in (killed, alone):
        bring(store, HOURS)
    assert cost(killed, "day", "resource") == cost(alone, "day", "resource")
    assert (killed.verify(), alone.verify()) == ([], [])


def test_launches_are_there_once_whatever_is_killed(home: Path) -> None:
    """The crash test of the spool, a few kills of it."""
    outcome = Campaign(home, seed=3).run(kills=5)
    assert outcome.complaints == []
    assert len(outcome.true.told) > 20


def test_two_servers_of_one_place_have_two_ids_and_a_restart_the_same(home: Path) -> None:
    """Also after a kill, and a ledger that was begun goes on."""
    with working("server", home) as first:
        one = next_line(first)
        with working("server", home) as second:
            two = next_line(second)
            first.kill()
            first.wait()
            with working("server", home) as again, working("server", home) as third:
                ids = {next_line(again), next_line(third)}
    assert one != two
    assert one in ids
    assert two not in ids
    assert len(ids) == 2
    with working("server", home) as last:
        assert next_line(last) == one
