"""Sizes of launches' inputs: what the reader is told to list, what is kept of it, and what is not asked again."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mlcost_ext.core.times import time_to_text
from mlcost_ext.jobs.run_key import digest
from mlcost_ext.ledger.database import Database
from mlcost_ext.ledger.input_store import InputStore
from mlcost_ext.ledger.run_store import RunStore
from mlcost_ext.prices import Snapshot
from mlcost_ext.server import input_sizes
from mlcost_ext.server.books import Books
from mlcost_ext.server.input_sizes import GIVEN_UP, LATEST, MOST_WAITING, InputSizes
from mlcost_ext.server.intake import Intake, now_utc
from mlcost_ext.usecases.launches import Launch, LaunchBook

from .conftest import FakeReader
from .test_overview import overview

GB = 10**9
PREFIX = "s3://bucket/train"
SOURCE = {"S3DataType": "S3Prefix", "S3Uri": PREFIX}


def request_of(**source: Any) -> dict[str, Any]:
    return {"InputDataConfig": [{"ChannelName": "training", "DataSource": {"S3DataSource": {**SOURCE, **source}}}]}


def launch(launch_id: str = "l1", **changes: Any) -> Launch:
    told = Launch(
        key=("training", "us-east-1", f"job-{launch_id}"),
        at=now_utc(),
        notebook=None,
        request=request_of(),
        result="accepted",
        id=launch_id,
    )
    return replace(told, **changes)


class Server:
    """The part of one that measures inputs, on a ledger of its own."""

    def __init__(self, database: Database, *, is_on: bool = True) -> None:
        log = logging.getLogger("test")
        self.intake = Intake(Books.empty(), LaunchBook(), Snapshot(), Snapshot(), log)
        self.store = InputStore(database)
        self.sizes = InputSizes(self.store, self.intake, log, is_on=is_on)

    def tell(self, launch_id: str = "l1", size: Any = 40 * GB, why: str | None = None, region_id: str = "us-east-1") -> None:
        """Answer as the reader does."""
        self.intake.on_input({"push": "input", "region_id": region_id, "launch": launch_id, "bytes": size, "why": why})


@pytest.fixture
def database(tmp_path: Path) -> Database:
    found = Database(tmp_path / "servers" / "one" / "ledger.sqlite")
    with found.transaction() as connection:
        for launch_id in ("l1", "l2"):
            row = (launch_id, now_utc().isoformat(), f"job-{launch_id}")
            connection.execute(
                "INSERT INTO launch (id, at, name, kind, region_id, request, tags) VALUES (?, ?, ?, '', '', '', '')", row
            )
    return found


@pytest.fixture
def server(database: Database, jp_asyncio_loop: Any) -> Server:
    made = Server(database)
    jp_asyncio_loop.run_until_complete(made.sizes.work())
    return made


def kept(database: Database) -> dict[str, int | None]:
    with database.transaction() as connection:
        return dict(connection.execute("SELECT id, input_bytes FROM launch"))


def measured(database: Database) -> int | None:
    found = RunStore(database).input_of(digest(PREFIX) or "")
    return None if found is None else found.input_bytes


def test_a_launch_is_measured_once(server: Server, database: Database, jp_asyncio_loop: Any) -> None:
    """Launches of one prefix that wait together are one listing; the size is kept with each and with the prefix."""
    for launch_id in ("l1", "l2"):
        server.sizes.take(launch(launch_id))
    assert server.sizes.wanted() == [["us-east-1", "l1", PREFIX]]
    server.tell()
    assert server.sizes.wanted() == []
    jp_asyncio_loop.run_until_complete(server.sizes.work())
    assert kept(database) == {"l1": 40 * GB, "l2": 40 * GB}
    assert measured(database) == 40 * GB
    server.tell(size=1)
    jp_asyncio_loop.run_until_complete(server.sizes.work())
    assert measured(database) == 40 * GB


@pytest.mark.parametrize(
    "changes",
    [
        {"result": None},
        {"result": "refused"},
        {"result": "unknown"},
        {"at": now_utc() - LATEST - timedelta(minutes=1)},
        {"request": {}},
        {"request": request_of(S3DataType="ManifestFile")},
        {"request": request_of(S3DataType="AugmentedManifestFile")},
        {"key": ("endpoint", "us-east-1", "e")},
    ],
    ids=["sent", "refused", "unknown", "long ago", "no data", "manifest", "augmented", "endpoint"],
)
def test_what_is_not_measured(server: Server, changes: dict[str, Any]) -> None:
    """What AWS has not accepted, has no prefix, or may have had other data by now."""
    server.sizes.take(launch(**changes))
    assert server.sizes.wanted() == []


@pytest.mark.parametrize("why", ["refused", "too_many"])
def test_what_cannot_be_known_is_not_asked_again_for_a_day(
    server: Server, database: Database, jp_asyncio_loop: Any, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    """By no later launch of that prefix, not even of a server that was started again."""
    server.sizes.take(launch())
    server.tell(size=None, why=why)
    jp_asyncio_loop.run_until_complete(server.sizes.work())
    assert (measured(database), kept(database)["l1"]) == (None, None)
    again = Server(database)
    for each in (server, again):
        each.sizes.take(launch("l2"))
        assert each.sizes.wanted() == []
        jp_asyncio_loop.run_until_complete(each.sizes.work())
        assert each.sizes.wanted() == []
        each.sizes.take(launch("l3", request=request_of(S3Uri="s3://bucket/other")))
        assert each.sizes.wanted() == [["us-east-1", "l3", "s3://bucket/other"]]
    tomorrow = now_utc() + timedelta(hours=25)
    monkeypatch.setattr(input_sizes, "now_utc", lambda: tomorrow)
    jp_asyncio_loop.run_until_complete(again.sizes.work())
    again.sizes.take(launch("l4", at=tomorrow))
    assert again.sizes.wanted() == [["us-east-1", "l4", PREFIX]]


@pytest.mark.parametrize(("size", "why"), [(0, None), (None, "failed"), ("12", None), (True, None), (-1, None), (1.5, None)])
def test_what_says_nothing_is_tried_again_at_the_next_launch(
    server: Server, database: Database, jp_asyncio_loop: Any, size: Any, why: str | None
) -> None:
    """Zero bytes are no size: the data comes later."""
    server.sizes.take(launch())
    server.tell(size=size, why=why)
    jp_asyncio_loop.run_until_complete(server.sizes.work())
    assert (measured(database), kept(database)["l1"]) == (None, None)
    assert server.sizes.wanted() == []
    server.sizes.take(launch("l2"))
    assert server.sizes.wanted() == [["us-east-1", "l2", PREFIX]]


def test_an_answer_to_something_else_is_passed_over(server: Server) -> None:
    """Another launch's, another region's, or none."""
    server.sizes.take(launch())
    server.tell("l9")
    server.tell(region_id="eu-west-1")
    server.intake.on_input({})
    assert server.sizes.wanted() == [["us-east-1", "l1", PREFIX]]


def test_where_the_ledger_cannot_be_written_it_waits(
    server: Server, database: Database, jp_asyncio_loop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And is kept as soon as it can be; nothing is raised."""
    note = server.store.note

    def failing(*_: object) -> None:
        raise OSError

    server.sizes.take(launch())
    server.tell()
    monkeypatch.setattr(InputStore, "note", failing)
    jp_asyncio_loop.run_until_complete(server.sizes.work())
    assert measured(database) is None
    monkeypatch.setattr(InputStore, "note", lambda _, *said: note(*said))
    jp_asyncio_loop.run_until_complete(server.sizes.work())
    assert measured(database) == 40 * GB


def test_before_the_ledger_was_read_nothing_is_asked(database: Database) -> None:
    """It may have been refused a moment before the server was started again."""
    made = Server(database)
    made.sizes.take(launch())
    assert made.sizes.wanted() == []


def test_what_waits_is_bounded_and_given_up(server: Server, jp_asyncio_loop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a day without a word, as where nobody looks."""
    for number in range(MOST_WAITING + 5):
        server.sizes.take(launch(f"l{number}", request=request_of(S3Uri=f"s3://bucket/{number}")))
    assert len(server.sizes.wanted()) == MOST_WAITING
    later = now_utc() + GIVEN_UP
    monkeypatch.setattr(input_sizes, "now_utc", lambda: later)
    jp_asyncio_loop.run_until_complete(server.sizes.work())
    assert server.sizes.wanted() == []


def write_launch(home: Path) -> None:
    """Write what a kernel of this server writes around a launch."""
    at = time_to_text(now_utc())
    told = {"at": at, "kind": "training", "region_id": "us-east-1", "name": "job-1", "request": request_of()}
    lines = [
        {"type": "kernel", "at": at, "server_id": os.environ["MLCOST_SERVER_ID"], "kernel_id": "k-1"},
        {"type": "intent", "id": "l1", **told},
        {"type": "outcome", "id": "l1", "at": at, "result": "accepted"},
    ]
    (home / "spool").mkdir(parents=True, exist_ok=True)
    (home / "spool" / "one.jsonl").write_text("".join(json.dumps({"v": 1, **line}) + "\n" for line in lines))


async def watched(reader: FakeReader, inputs: list[list[str]]) -> None:
    """Wait until the reader is told to list these."""
    for _ in range(100):
        if reader.watched.get("inputs") == inputs:
            return
        await asyncio.sleep(0.1)
    raise AssertionError(reader.watched)


def test_from_a_line_in_the_spool_to_the_ledger(jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader, home: Path) -> None:
    """The reader is told to list the prefix until it has, and the size is there for kernels to read."""

    async def run() -> None:
        await overview(jp_fetch)
        write_launch(home)
        await watched(reader, [["us-east-1", "l1", PREFIX]])
        reader.callback({"push": "input", "region_id": "us-east-1", "launch": "l1", "bytes": 40 * GB, "why": None})
        await watched(reader, [])
        ledger = home / "servers" / os.environ["MLCOST_SERVER_ID"] / "ledger.sqlite"
        for _ in range(100):
            if measured(Database(ledger, is_read_only=True)) == 40 * GB:
                return
            await asyncio.sleep(0.1)
        raise AssertionError("it was not kept")

    jp_asyncio_loop.run_until_complete(run())


def test_it_can_be_switched_off(database: Database, jp_asyncio_loop: Any) -> None:
    """`c.MlcostExt.measure_inputs = False`."""
    made = Server(database, is_on=False)
    jp_asyncio_loop.run_until_complete(made.sizes.work())
    made.sizes.take(launch())
    assert made.sizes.wanted() == []
