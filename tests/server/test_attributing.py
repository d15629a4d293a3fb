"""Whose a launch is, once a moment has passed: in the book, in the ledger, and in what was written of it before."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mlcost_ext.ledger.database import Database
from mlcost_ext.ledger.launch_store import LaunchStore
from mlcost_ext.ledger.spool_batch import Batch, Position, cut
from mlcost_ext.server.attributing import GRACE, MOST_TRIES, Attributing
from mlcost_ext.server.books import Books
from mlcost_ext.server.intake import Intake
from mlcost_ext.usecases.launches import LaunchBook
from mlcost_ext.usecases.watch import key_of
from tests.fakes import NOW, REGION, ago, description, small_price_list
from tests.jobs.figures import FACTS
from tests.ledger.spool_files import json_line

KERNEL = "k1"


class FullDisk(LaunchStore):
    """A store that cannot be written."""

    tries = 0

    def name_user(self, *told: Any) -> bool:
        self.tries += 1
        raise OSError(28, "No space left on device")


class Server:
    """What of a server is needed, at a time of its own."""

    def __init__(self, store: LaunchStore, *, is_on: bool = True) -> None:
        self.now = NOW
        self.intake = Intake(Books.empty(), LaunchBook(), small_price_list(), FACTS, logging.getLogger("test"))
        self.attributing = Attributing(
            store, self.intake, lambda kernel_id: kernel_id == KERNEL, logging.getLogger("test"), is_on=is_on, clock=self.clock
        )

    def clock(self) -> datetime:
        return self.now

    def take(self, events: Sequence[dict[str, Any]]) -> None:
        for event in events:
            launch = self.intake.launches.take(event)
            assert launch is not None
            self.attributing.take(launch, KERNEL)

    def work(self, later: timedelta = GRACE) -> None:
        self.now += later
        asyncio.run(self.attributing.work())

    @property
    def user(self) -> Any:
        launch = self.intake.launches.by_key["training", REGION, "a"]
        return launch.user_name, launch.user_basis


def batch(*, result: str | None = None) -> Batch:
    """Give the lines of a launch of this moment, and of what came of it."""
    lines = json_line("intent", id="1", at=ago(0), kind="training", region_id=REGION, name="a")
    if result is not None:
        lines += json_line("outcome", id="1", at=ago(0), result=result)
    found = cut("a.jsonl", lines, Position())
    assert found is not None
    return found


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path / "servers" / "s1" / "ledger.sqlite")


def kept(database: Database) -> list[tuple[Any, ...]]:
    with database.transaction() as connection:
        return connection.execute("SELECT id, user_name, user_basis, result FROM launch").fetchall()


def test_a_launch_waits_for_a_moment_and_is_named_once(database: Database) -> None:
    """Its outcome may come before or after; book and ledger say the same."""
    store = LaunchStore(database)
    server, told = Server(store), batch(result="accepted")
    store.take([told])
    server.attributing.note(KERNEL, "ana")
    server.take(told.events[:1])
    server.work(GRACE / 2)
    assert server.user == (None, None)
    server.work(GRACE / 2)
    server.take(told.events[1:])
    assert (server.user, kept(database)) == (("ana", "cookie"), [("1", "ana", "cookie", "accepted")])
    server.attributing.note(KERNEL, "bob")
    server.work()
    assert (server.user, kept(database)) == (("ana", "cookie"), [("1", "ana", "cookie", "accepted")])


def test_what_was_told_of_its_job_before_is_told_once_more(database: Database) -> None:
    """So that charges written a moment ago are corrected."""
    server, told = Server(LaunchStore(database)), batch(result="accepted")
    server.attributing.note(KERNEL, "ana")
    server.take(told.events)
    server.intake.take_description("training", description("a", CreationTime=ago(0), TrainingStartTime=ago(0)))
    noted: list[Any] = []
    server.intake.on_job = lambda metered: noted.append(key_of(metered.job))
    server.work()
    assert noted == [("training", REGION, "a")]
    assert server.intake.attribution_of(noted[0], NOW, {}).user_name == "ana"


def test_a_server_that_was_started_again_knows_nobody(database: Database) -> None:
    """What pages have told before is gone with the server that they told."""
    store = LaunchStore(database)
    before, after, told = Server(store), Server(store), batch()
    store.take([told])
    before.attributing.note(KERNEL, "ana")
    after.take(told.events)
    after.work()
    after.attributing.note(KERNEL, "bob")
    after.work()
    assert (after.user, kept(database)) == ((None, None), [("1", None, None, None)])


def test_where_nobody_is_told_by_a_cookie_nothing_waits(database: Database) -> None:
    """As on every host but a shared space."""
    server = Server(LaunchStore(database), is_on=False)
    server.take(batch().events)
    assert not server.attributing._waiting


def test_a_full_disk_is_told_once_and_given_up_after_a_while(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    """The book has the user all the same."""
    caplog.set_level(logging.INFO)
    store = FullDisk(database)
    server = Server(store)
    server.attributing.note(KERNEL, "ana")
    server.take(batch().events)
    for _ in range(MOST_TRIES + 5):
        server.work()
    assert (server.user, store.tries, len(caplog.records)) == (("ana", "cookie"), MOST_TRIES, 1)


def test_a_row_that_is_written_late_is_named_then(database: Database) -> None:
    """The ledger could not be written when the launch was seen."""
    store, told = LaunchStore(database), batch()
    server = Server(store)
    server.attributing.note(KERNEL, "ana")
    server.take(told.events)
    server.work()
    store.take([told])
    server.work()
    assert kept(database) == [("1", "ana", "cookie", None)]
