"""A launch whose outcome nobody wrote is settled by AWS's own list."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Any

import pytest

from mlcost_ext.core.times import time_to_text
from mlcost_ext.ledger.database import Database
from mlcost_ext.ledger.launch_store import LaunchStore
from mlcost_ext.server import settling
from mlcost_ext.server.books import Books
from mlcost_ext.server.intake import Intake
from mlcost_ext.server.settling import Settling
from mlcost_ext.usecases.launches import LaunchBook
from tests.fakes import NOW, REGION, ago, description, small_price_list
from tests.jobs.figures import FACTS

ARN = "arn:aws:sagemaker:us-east-1:111122223333:training-job/a"


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settling, "LOOK_SECONDS", 0.0)


class Spy(LaunchStore):
    """Note what is settled."""

    def __init__(self) -> None:
        self.settled: list[tuple[Any, ...]] = []
        self.error: OSError | None = None

    def settle(self, *told: Any) -> bool:
        if self.error is not None:
            raise self.error
        self.settled.append(told)
        return True


def work(store: LaunchStore, *outcomes: dict[str, Any], created_at: str | None) -> tuple[Intake, Settling]:
    """Take an intent of a minute ago, what came of it, and perhaps the job that AWS has; then look."""
    intake = Intake(Books.empty(), LaunchBook(), small_price_list(), FACTS, logging.getLogger("test"))
    intent = {"type": "intent", "id": "i1", "at": ago(60), "kind": "training", "region_id": REGION, "name": "a"}
    for event in ({**intent, "request": {}, "tags": {}}, *outcomes):
        intake.launches.take(event)
    if created_at is not None:
        intake.take_description("training", description("a", CreationTime=created_at, TrainingJobArn=ARN))
    looking = Settling(store, intake, logging.getLogger("test"))
    asyncio.run(looking.work())
    return intake, looking


UNKNOWN = {"type": "outcome", "id": "i1", "at": time_to_text(NOW), "result": "unknown"}


@pytest.mark.parametrize("outcomes", [[], [UNKNOWN]], ids=["none", "unknown"])
def test_a_job_that_aws_has_settles_its_launch(outcomes: list[dict[str, Any]]) -> None:
    """Once: afterwards it is as accepted as one whose answer came."""
    store = Spy()
    intake, looking = work(store, *outcomes, created_at=ago(59))
    assert store.settled == [("i1", "accepted", ARN)]
    asyncio.run(looking.work())
    assert len(store.settled) == 1
    assert intake.launches.by_key["training", REGION, "a"].result == "accepted"


def test_what_is_not_there_or_was_there_long_before_settles_nothing() -> None:
    """A colleague's job of that name is no outcome."""
    for created_at in (None, ago(7200)):
        store = Spy()
        work(store, created_at=created_at)
        assert store.settled == []


def test_a_launch_that_was_refused_is_settled_already() -> None:
    """And so is one that was accepted."""
    for result in ("refused", "accepted"):
        store = Spy()
        work(store, {**UNKNOWN, "result": result}, created_at=ago(59))
        assert store.settled == []


def test_a_full_disk_is_told_once_and_tried_again() -> None:
    """Nothing is raised; once there is room it is noted."""
    store = Spy()
    store.error = OSError(28, "No space left on device")
    _, looking = work(store, created_at=ago(59))
    asyncio.run(looking.work())
    store.error = None
    asyncio.run(looking.work())
    assert len(store.settled) == 1


def test_the_ledger_has_it(tmp_path: Path) -> None:
    """The row of the launch says accepted, with the ARN."""
    database = Database(tmp_path / "servers" / "s1" / "ledger.sqlite")
    with database.transaction() as connection:
        row = ("i1", ago(60), "training", REGION, "a", "{}", "{}")
        connection.execute("INSERT INTO launch (id, at, kind, region_id, name, request, tags) VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    work(LaunchStore(database), created_at=ago(59))
    with database.transaction() as connection:
        assert connection.execute("SELECT result, resource_id FROM launch").fetchall() == [("accepted", ARN)]
    database.close()
