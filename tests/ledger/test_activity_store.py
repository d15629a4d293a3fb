"""Activity in the ledger: what is written is read again, grows in its place, is forgotten in time, and stays small."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import sqlite3
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from mlcost_ext.core.policy import Policy
from mlcost_ext.core.recorded import ActivityRun, Observation
from mlcost_ext.core.times import UTC
from mlcost_ext.idle.options import options_of
from mlcost_ext.idle.tracking import Tracked, track
from mlcost_ext.idle.verdict import verdict
from mlcost_ext.ledger.activity_store import ActivityStore
from mlcost_ext.ledger.charge_store import ChargeStore
from mlcost_ext.ledger.database import Database
from mlcost_ext.ledger.migrations import MIGRATIONS
from mlcost_ext.server.activity_recorder import ActivityRecorder

from .activity_samples import HOUR, MINUTE, RATE, AtOnce, BusyUser, observed_at, run_rows

START = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
MOST_BYTES_A_MONTH = 1_000_000
LIST_PRICES_SINCE = 12
"""The version of the file from which on it has them."""
MESSAGE, BUSY = ("user_message", "a.ipynb"), ("kernel_busy", "a.ipynb")


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path / "servers" / "one" / "ledger.sqlite")


def read(database: Database, days: int = 30) -> list[ActivityRun]:
    return ActivityStore(database).runs(START - timedelta(days=1), START + timedelta(days=days))


def shown(run: ActivityRun) -> list[tuple[str, datetime, datetime, bool]]:
    return [(span.source.signal, span.starts, span.ends, span.goes_on) for span in run.spans]


def test_what_is_written_is_read_again(database: Database) -> None:
    """Each run with its observations and spans, to the millisecond; a price to 10⁻⁹, or none."""
    assert (read(database), ActivityStore(database).recorded_since()) == ([], None)
    late = START + timedelta(microseconds=1999)
    one = run_rows((*BUSY, START, START + MINUTE), (*MESSAGE, late, late), observed=(START, START + HOUR))
    noon = START + 3 * HOUR
    other = run_rows((*MESSAGE, noon, noon), observed=(noon, noon + HOUR), rate=None, first=9)
    ActivityStore(database).write([one, other])
    runs = read(database)
    assert [run.observed for run in runs] == [
        (Observation(starts=START, ends=START + HOUR, cost_per_hour=RATE, billing_currency="USD"),),
        (Observation(starts=noon, ends=noon + HOUR, cost_per_hour=None, billing_currency="USD"),),
    ]
    cut = START + timedelta(milliseconds=1)
    assert shown(runs[0]) == [("kernel_busy", START, START + MINUTE, True), ("user_message", cut, cut, False)]
    assert [span.source.is_protected for span in runs[0].spans] == [True, False]
    assert {span.source.label for run in runs for span in run.spans} == {"a.ipynb"}
    assert ActivityStore(database).recorded_since() == START


def test_a_list_price_is_kept_beside_what_was_paid(database: Database) -> None:
    """Each to 10⁻⁹, or none."""
    hours = [(START + hour * HOUR, START + (hour + 1) * HOUR) for hour in range(3)]
    prices = [(Decimal(8), Decimal("11.000000001")), (Decimal(8), None), (None, None)]
    rows = [observed_at(number, hours[number], *price) for number, price in enumerate(prices)]
    ActivityStore(database).write([replace(run_rows(observed=hours[0]), observed=rows)])
    (run,) = read(database)
    assert [(each.cost_per_hour, each.list_cost_per_hour) for each in run.observed] == prices
    assert [each.compared_cost_per_hour for each in run.observed] == [Decimal("11.000000001"), Decimal(8), None]


def test_a_record_of_an_earlier_version_has_no_list_price(database: Database) -> None:
    """It stays as it was; what is written from then on has one."""
    database.path.parent.mkdir(parents=True)
    with contextlib.closing(sqlite3.connect(database.path)) as connection:
        for step in MIGRATIONS[: LIST_PRICES_SINCE - 1]:
            connection.executescript(step)
        connection.execute(f"PRAGMA user_version={LIST_PRICES_SINCE - 1}")
        connection.execute("INSERT INTO activity_run VALUES (1, NULL)")
        starts = int(START.timestamp()) * 1000
        connection.execute(f"INSERT INTO observed VALUES (1, 1, {starts}, {starts + 60_000}, 8000000000, 'USD')")
        connection.commit()
    later = (START + HOUR, START + 2 * HOUR)
    rows = [observed_at(0, later, Decimal(8), Decimal(11))]
    ActivityStore(database).write([replace(run_rows(observed=later), observed=rows)])
    prices = [(each.cost_per_hour, each.list_cost_per_hour) for run in read(database) for each in run.observed]
    assert prices == [(Decimal(8), None), (Decimal(8), Decimal(11))]


def test_what_grows_stays_one_row(database: Database) -> None:
    """Whoever writes it twice, or longer, changes no count of rows; another server's numbers are others."""
    store = ActivityStore(database)
    rows = run_rows((*BUSY, START, START + MINUTE), observed=(START, START + MINUTE))
    longer = run_rows((*BUSY, START, START + HOUR), observed=(START, START + HOUR))
    for each in (rows, rows, longer):
        store.write([each])
    (run,) = read(database)
    assert shown(run) == [("kernel_busy", START, START + HOUR, True)]
    assert run.observed[0].ends == START + HOUR
    ActivityStore(database).write([longer])  # as a server does that has started anew
    assert [len(run.spans) for run in read(database)] == [1, 1]


def test_a_period_comes_with_the_last_activity_before_it(database: Database) -> None:
    """Since that is what idleness is counted from; runs that ended before it are left out."""
    times = [START + hours * HOUR for hours in (0, 1, 30)]
    ActivityStore(database).write(
        [
            run_rows((*MESSAGE, START - HOUR, START - HOUR), observed=(START - 2 * HOUR, START)),
            run_rows(*((*MESSAGE, at, at) for at in times), observed=(START, START + 40 * HOUR), first=5),
        ]
    )
    (run,) = ActivityStore(database).runs(START + 24 * HOUR, START + 48 * HOUR)
    assert [span.starts for span in run.spans] == times[1:]


def test_it_is_forgotten_with_the_charges_of_its_days(database: Database) -> None:
    """What crosses midnight stays; what nothing names any more goes, and a server that goes on with it writes it again."""
    midnight = datetime(2026, 11, 4, tzinfo=UTC)
    rows = run_rows(
        (*MESSAGE, START, START),
        (*BUSY, START, midnight + HOUR),
        ("file_saved", "", START, START),
        observed=(START, midnight + HOUR),
    )
    store = ActivityStore(database)
    store.write([rows, run_rows((*MESSAGE, START, START), observed=(START, START + HOUR), first=7)])
    assert ChargeStore(database).forget_before(midnight.date()) == 4
    (run,) = read(database)
    assert shown(run) == [("kernel_busy", START, midnight + HOUR, True)]
    assert count(database, "activity_source") == count(database, "activity_run") == 1
    store.write([rows])
    assert len(read(database)[0].spans) == 3
    assert ChargeStore(database).forget_before((midnight + timedelta(days=2)).date()) == 4
    assert [count(database, name) for name in ("activity", "observed", "activity_source", "activity_run")] == [0] * 4


def test_a_user_takes_the_record_of_his_own_machine_with_him(database: Database) -> None:
    """Nobody else's, and not that of a shared space, where nobody knows whose it is."""
    run = run_rows((*MESSAGE, START, START), observed=(START, START + HOUR))
    others = [
        replace(run_rows((*MESSAGE, START, START), observed=(START, START + HOUR), first=number * 10), user_name=name)
        for number, name in enumerate(("bob", None), start=1)
    ]
    ActivityStore(database).write([replace(run, user_name="ana"), *others])
    assert ChargeStore(database).forget_user("ana") == 2
    assert len(read(database)) == 2
    assert ChargeStore(database).forget_user("nobody") == 0
    assert sorted(str(name) for (name,) in rows_of(database, "SELECT user_name FROM activity_run")) == ["None", "bob"]


def test_a_price_without_room_is_none(database: Database) -> None:
    """Rather than a wrong one, or a look that is not recorded."""
    rows = replace(run_rows(observed=(START, START)), observed=[observed_at(0, (START, START + HOUR), Decimal("1E+30"))])
    ActivityStore(database).write([rows])
    assert read(database)[0].observed[0].cost_per_hour is None


def test_a_file_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    """As an OSError, which its callers tell in words."""
    path = tmp_path / "servers" / "one" / "ledger.sqlite"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"no database at all" * 100)
    with pytest.raises(OSError, match="SQLite"):
        ActivityStore(Database(path)).recorded_since()


async def record_a_day(store: AtOnce, user: BusyUser, hours: int) -> None:
    """Look every 30 seconds, judge and record, as the server does."""
    now = [user.began]
    options = options_of(Policy(rules={}), RATE)

    def clock() -> float:
        return (now[0] - user.began).total_seconds()

    recorder = ActivityRecorder(store, lambda: "USD", lambda: "ana", logging.getLogger(__name__), clock)
    tracked = Tracked()
    for measured in user.looks(hours):
        now[0] = measured.taken_at
        tracked = track(tracked, measured, options)
        await recorder.work(tracked, verdict(tracked, options, now[0]), options, RATE, now[0], 2 * RATE)
    await recorder.close(options)
    store.flush()


def test_a_month_of_a_busy_user_takes_less_than_a_megabyte(database: Database) -> None:
    """Eight hours on each of thirty days: a message each minute, four kernels, two terminals, a save every two minutes."""
    chance = random.Random(7)
    before = size_of(database)
    for day in range(30):
        store = AtOnce(ActivityStore(database))  # each morning's server has one of its own
        asyncio.run(record_a_day(store, BusyUser(START + timedelta(days=day), chance), hours=8))
    grown = size_of(database) - before
    print(f"a month: {grown:,} bytes, {count(database, 'activity'):,} spans")
    assert 100_000 < grown < MOST_BYTES_A_MONTH
    runs = read(database, days=31)
    assert len(runs) == 30
    assert sum((run.observed[-1].ends - run.observed[0].starts for run in runs), timedelta(0)) > 30 * 7.9 * HOUR


def size_of(database: Database) -> int:
    """Give the file's size by its pages."""
    with database.transaction() as connection:
        return int(connection.execute("PRAGMA page_count").fetchone()[0] * connection.execute("PRAGMA page_size").fetchone()[0])


def count(database: Database, table: str) -> int:
    return int(rows_of(database, f"SELECT COUNT(*) FROM {table}")[0][0])


def rows_of(database: Database, query: str) -> list[tuple[object, ...]]:
    database.close()
    connection = sqlite3.connect(database.path)
    found = connection.execute(query).fetchall()
    connection.close()
    return found
