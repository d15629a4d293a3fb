"""How well machines were used: which jobs the reader is asked about, what is kept, and what is given up."""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from mlcost_ext.core.errors import RemoteError
from mlcost_ext.core.evidence import Utilisation
from mlcost_ext.ledger.database import Database
from mlcost_ext.ledger.earlier_runs import EarlierRunStore
from mlcost_ext.ledger.job_store import JobStore
from mlcost_ext.ledger.migrations import MIGRATIONS
from mlcost_ext.ledger.utilisation_store import UtilisationStore
from mlcost_ext.prices import Snapshot
from mlcost_ext.server.utilisations import AGAIN, DENIED, EVERY, FAILURES, GIVEN_UP, Utilisations, utilisation_of
from tests.ledger.test_earlier_runs import DIGESTS, RUN
from tests.ledger.test_job_store import NOW

from .conftest import FakeReader
from .test_overview import overview

FACTS = Snapshot()
JOB = replace(RUN, name="job", instance_type="ml.g5.12xlarge", ended_at=NOW - timedelta(minutes=6))


class Asker:
    """The reader as far as it is asked, and what waits for it."""

    def __init__(self, database: Database) -> None:
        self.database, self.calls, self.answers = database, list[dict[str, Any]](), list[Any]()
        self.is_reading = True
        store = UtilisationStore(database)
        self.work = Utilisations(store, self.ask, lambda: self.is_reading, FACTS, logging.getLogger("test"))

    async def ask(self, op: str, **fields: Any) -> dict[str, Any]:
        assert op == "utilisation"
        self.calls.append(fields)
        answer = self.answers.pop(0) if self.answers else {}
        if isinstance(answer, Exception):
            raise answer
        return answer

    def turn(self, after: timedelta = timedelta(0)) -> None:
        asyncio.run(self.work.work(NOW + after))

    def kept(self, kind: str = "training") -> dict[str, Utilisation | None]:
        runs = EarlierRunStore(self.database).earlier_runs(kind, DIGESTS, {}, NOW)
        return {run.name: run.utilisation for run in runs}

    def waiting(self) -> list[str]:
        found = UtilisationStore(self.database).unmeasured(NOW - timedelta(days=14), NOW, 100)
        return sorted(each.key.name for each in found)


@pytest.fixture
def asker(tmp_path: Path) -> Asker:
    database = Database(tmp_path / "servers" / "one" / "ledger.sqlite")
    JobStore(database).put([JOB])
    return Asker(database)


def items(**percents: Any) -> dict[str, Any]:
    return {"items": [{"name": "job", "percents": percents}]}


def refused(code: str) -> RemoteError:
    return RemoteError("No.", "Wait.", code=code)


def test_an_ended_job_is_asked_for_once(asker: Asker) -> None:
    """For its own time; sums over cores and GPUs become parts of the machine."""
    asker.answers = [items(cpu=480.0, gpu=100, memory=8.25, gpu_memory=44.0)]
    asker.turn()
    (call,) = asker.calls
    assert call == {
        "kind": "training",
        "region_id": "us-east-1",
        "names": ["job"],
        "since": "2026-11-24T10:54:00Z",
        "until": "2026-11-24T11:59:00Z",
    }
    assert asker.kept() == {
        "job": Utilisation(
            cpu_percent=Decimal("10.00"),
            gpu_percent=Decimal("25.00"),
            memory_percent=Decimal("8.25"),
            gpu_memory_percent=Decimal("11.00"),
            disk_percent=None,
        )
    }
    asker.turn()
    assert len(asker.calls) == 1


def test_kinds_and_regions_are_asked_apart(asker: Asker) -> None:
    """What ended a moment ago waits; of very long jobs the last month is asked for."""
    JobStore(asker.database).put([
        replace(JOB, name="second", ended_at=NOW - timedelta(minutes=30)),
        replace(JOB, name="far", region_id="eu-west-1"),
        replace(JOB, name="processing", kind="processing", run_seconds=40 * 86_400),
        replace(JOB, name="transform", kind="transform"),
        replace(JOB, name="fresh", ended_at=NOW),
    ])  # fmt: skip
    asker.turn()
    told = [(call["kind"], call["region_id"], sorted(call["names"])) for call in asker.calls]
    assert told == [
        ("processing", "us-east-1", ["processing"]),
        ("training", "eu-west-1", ["far"]),
        ("training", "us-east-1", ["job", "second"]),
    ]
    assert asker.calls[0]["since"] == "2026-10-25T12:00:00Z"


def test_what_cloudwatch_does_not_show_yet_is_asked_for_again(asker: Asker) -> None:
    """Until an hour after its end: then it never will, and nobody knows."""
    asker.answers = [{"items": [{"name": "job", "percents": {}}, "x", {"name": "other", "percents": 7}]}, {"items": None}]
    asker.turn()
    asker.turn(AGAIN - timedelta(seconds=1))
    assert len(asker.calls) == 1
    asker.turn(AGAIN)
    assert (len(asker.calls), asker.waiting()) == (2, ["job"])
    asker.turn(GIVEN_UP)
    assert (asker.waiting(), asker.kept()) == ([], {"job": None})


def test_a_refusal_is_tried_again_much_later(asker: Asker) -> None:
    """And told to nobody; while the reader is not there, it is not asked, nor started."""
    work = asker.work
    assert work.is_due(NOW)
    assert not work.is_due(NOW + EVERY - timedelta(seconds=1))
    assert work.is_due(NOW + EVERY)
    asker.answers = [refused("permission_missing")]
    asker.turn()
    assert not work.is_due(NOW + EVERY * 3)
    assert work.is_due(NOW + DENIED)
    asker.is_reading = False
    assert not work.is_due(NOW + DENIED * 2)


def test_what_aws_does_not_answer_for_is_given_up(asker: Asker) -> None:
    """After some times; what is only out of reach is not."""
    asker.answers = [refused("network_unreachable"), refused("throttled")] + [refused("aws_error")] * (FAILURES - 1)
    for _ in range(FAILURES + 1):
        asker.turn()
    assert asker.waiting() == ["job"]
    asker.answers = [refused("aws_error")]
    asker.turn()
    assert (asker.waiting(), asker.kept()) == ([], {"job": None})


def test_a_ledger_that_cannot_be_read_is_said_once(asker: Asker, caplog: pytest.LogCaptureFixture) -> None:
    """And nothing is asked."""
    asker.database.close()
    asker.database.path.write_bytes(b"broken" * 1000)
    asker.turn()
    asker.turn()
    assert [record.message for record in caplog.records] == ["mlcost-ext could not keep how machines were used (OSError)"]
    assert asker.calls == []


def form_of(ledger: Path) -> int:
    """Tell how far the server has brought the file's form; it is the one writer meanwhile."""
    with closing(sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def test_a_server_asks_while_its_reader_is_there(jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader, home: Path) -> None:
    """From a job in the ledger to what kernels read of it."""
    ledger = home / "servers" / os.environ["MLCOST_SERVER_ID"] / "ledger.sqlite"
    reader.answers["utilisation"] = items(cpu=480.0)
    now = datetime.now(timezone.utc)

    async def run() -> Utilisation | None:
        for _ in range(100):
            if ledger.is_file() and form_of(ledger) == len(MIGRATIONS):
                break
            await asyncio.sleep(0.1)
        ended = now - timedelta(minutes=10)
        JobStore(Database(ledger)).put([replace(JOB, created_at=ended - timedelta(hours=1), ended_at=ended)])
        await overview(jp_fetch)
        store = EarlierRunStore(Database(ledger, is_read_only=True))
        for _ in range(100):
            (found,) = store.earlier_runs("training", DIGESTS, {}, now)
            if found.utilisation is not None:
                return found.utilisation
            await asyncio.sleep(0.1)
        return None

    found = jp_asyncio_loop.run_until_complete(run())
    assert found is not None
    assert found.cpu_percent == Decimal(10)
    assert [fields["names"] for op, fields in reader.requests if op == "utilisation"] == [["job"]]


def test_parts_of_a_machine_that_is_not_known() -> None:
    """Memory and disk are parts already; sums without a number to divide by are nothing, and so is what is no number."""
    assert utilisation_of({"cpu": 100.0}, None) is None
    assert utilisation_of({"cpu": "1", "memory": True, "disk": None}, None) is None
    plain = FACTS.instance_facts("ml.m5.xlarge")
    found = utilisation_of({"cpu": 100, "gpu": 0.0, "memory": 5}, plain)
    assert found is not None
    assert (found.cpu_percent, found.gpu_percent, found.memory_percent) == (Decimal(25), None, Decimal(5))
