"""Ended jobs beyond the last day: kept once, counted, and read on from where it was left."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from mlcost_ext.core.documents import Past
from mlcost_ext.core.money import to_wire
from mlcost_ext.core.price import ContractedPrice
from mlcost_ext.core.times import time_to_text
from mlcost_ext.ledger.database import Database
from mlcost_ext.ledger.job_store import JobStore
from mlcost_ext.prices import Snapshot
from mlcost_ext.server.books import Books
from mlcost_ext.server.history import MAX_TOLD, History
from mlcost_ext.server.intake import Intake, now_utc
from mlcost_ext.server.repricing import Repricing
from mlcost_ext.usecases.launches import LaunchBook
from tests.fakes import aws_word, price_list, unit_price

from .conftest import SPACE, training_job

BEGAN = now_utc()


def ended(name: str, days: float, **changes: Any) -> dict[str, Any]:
    """Describe a job of two ml.m5.xlarge that ran for an hour and ended some days ago."""
    end = BEGAN - timedelta(days=days)
    fields: dict[str, Any] = {
        "TrainingJobStatus": "Completed",
        "SecondaryStatus": "Completed",
        "CreationTime": time_to_text(end - timedelta(hours=2)),
        "TrainingStartTime": time_to_text(end - timedelta(hours=1)),
        "TrainingEndTime": time_to_text(end),
        "LastModifiedTime": time_to_text(end),
        "TrainingTimeInSeconds": 3600,
        "BillableTimeInSeconds": 3600,
    }
    return training_job(name, **{**fields, **changes})


def page(*items: dict[str, Any], cursor: str | None = "c1") -> dict[str, Any]:
    return {"push": "history", "kind": "training", "region_id": "us-east-1", "items": list(items), "cursor": cursor}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "servers" / "one" / "ledger.sqlite"


def make(path: Path) -> tuple[Intake, History]:
    intake = Intake(Books.empty(), LaunchBook(), Snapshot(), Snapshot(), logging.getLogger("test"))
    intake.owner_tags = {"sagemaker:space-arn": SPACE}
    return intake, History(JobStore(Database(path)), intake, logging.getLogger("test"))


def past(history: History, **changes: Any) -> Past | None:
    return history.past(aws_word(as_of=now_utc(), **changes), now_utc())


def test_what_was_read_of_the_past_is_counted_once_and_goes_on_where_it_was(path: Path) -> None:
    """After a restart the cursor is there, and a page told twice counts once; a colleague's job does not count."""
    intake, history = make(path)
    assert past(history) is None
    intake.on_history(page(ended("a", 2), ended("b", 3), ended("theirs", 3, Tags={})))
    asyncio.run(history.work(now_utc()))
    asyncio.run(history.close())
    intake, history = make(path)
    intake.on_history(page(ended("b", 3), ended("c", 40), cursor="c2"))
    asyncio.run(history.work(now_utc()))
    assert history.cursors == {"us-east-1": "c2"}
    told = past(history, history_through=now_utc() - timedelta(days=4))
    assert told is not None
    assert (told.jobs, to_wire(told.cost), told.unpriced, told.is_complete) == (2, "0.92", 0, False)
    assert past(history, history_through=now_utc() - timedelta(days=31)).is_complete  # type: ignore[union-attr]
    assert past(history, is_history_read=True).is_complete  # type: ignore[union-attr]


def test_a_cursor_is_written_once_what_it_passes_over_is_charged(path: Path) -> None:
    """A server that is killed in between has that page told again; the present reader is not asked for it twice."""
    intake, history = make(path)
    charged: list[str] = []
    intake.on_job = lambda metered: charged.append(metered.job.name)
    is_level = False
    history.is_charged = lambda: is_level
    intake.on_history(page(ended("a", 2)))
    asyncio.run(history.work(now_utc()))
    asyncio.run(history.work(now_utc()))
    assert (charged, history.cursors) == (["a"], {"us-east-1": "c1"})
    assert JobStore(Database(path)).cursors() == {}
    is_level = True
    asyncio.run(history.work(now_utc()))
    assert JobStore(Database(path)).cursors() == {"us-east-1": "c1"}


def test_a_server_that_ends_leaves_no_cursor_behind_that_is_not_charged(path: Path) -> None:
    """Where the ledger could not be written at the end either."""
    intake, history = make(path)
    history.is_charged = lambda: False
    intake.on_history(page(ended("a", 2)))
    asyncio.run(history.work(now_utc()))
    asyncio.run(history.close())
    assert JobStore(Database(path)).cursors() == {}


def test_what_cannot_be_written_for_long_is_told_again_by_the_next_reader(path: Path) -> None:
    """Nothing that comes after what was dropped is kept, or the cursor would pass over it; the sum is not called complete."""
    intake, history = make(path)
    asyncio.run(history.work(now_utc()))
    for number in range(3 * MAX_TOLD):
        intake.on_history(page(ended(f"job-{number}", 2), cursor=f"c{number}"))
    asyncio.run(history.work(now_utc()))
    told = past(history, is_history_read=True)
    assert told is not None
    assert (told.jobs, told.is_complete) == (MAX_TOLD, False)
    intake.on_history(page(ended("later", 2), cursor="later"))
    asyncio.run(history.work(now_utc()))
    assert history.cursors == {"us-east-1": f"c{MAX_TOLD - 1}"}


def test_a_sum_is_not_called_complete_before_all_that_was_told_is_in_it(path: Path) -> None:
    """The reader may say that everything was read while its last page still waits to be written."""
    intake, history = make(path)
    asyncio.run(history.work(now_utc()))
    intake.on_history(page(ended("a", 2), cursor=None))
    assert past(history, is_history_read=True) == Past(days=30, jobs=0, cost=Decimal(0), unpriced=0, is_complete=False)
    asyncio.run(history.work(now_utc()))
    told = past(history, is_history_read=True)
    assert told is not None
    assert (told.jobs, told.is_complete) == (1, True)


def test_a_job_that_ends_while_we_look_is_kept_too(path: Path) -> None:
    """With its final cost; one that runs, or is not settled, is not."""
    intake, history = make(path)
    for job in (ended("a", 0.01), training_job("runs"), ended("unsettled", 0.02, BillableTimeInSeconds=None)):
        intake.take_description("training", job)
    asyncio.run(history.work(now_utc()))
    told = past(history)
    assert told is not None
    assert (told.jobs, to_wire(told.cost)) == (1, "0.46")


def test_a_warm_pool_is_kept_once_aws_has_told_its_end(path: Path) -> None:
    """While it waits for a job it is unknown, not zero; of a job that a tuning job has started nothing is kept of it."""
    intake, history = make(path)
    resources = {"InstanceType": "ml.m5.xlarge", "InstanceCount": 2, "VolumeSizeInGB": 30, "KeepAlivePeriodInSeconds": 3600}
    parent = "arn:aws:sagemaker:us-east-1:111122223333:hyper-parameter-tuning-job/sweep"
    over = {"Status": "Terminated", "ResourceRetainedBillableTimeInSeconds": 3600}
    jobs: dict[str, tuple[dict[str, Any], ...]] = {
        "alone": ({},),
        "kept": ({"Status": "InUse"}, {"Status": "Available"}),
        "reused": ({"Status": "Available"}, {"Status": "Reused", "ResourceRetainedBillableTimeInSeconds": 90}),
        "in-vain": ({"Status": "Available"}, over),
        "untold": ({"Status": "Reused"},),
        "child": (over,),
    }
    for name, pools in jobs.items():
        for pool in pools:
            told = {"WarmPoolStatus": pool} if pool else {}
            job = ended(name, 0.01, ResourceConfig=resources, TuningJobArn=parent if name == "child" else None, **told)
            intake.take_description("training", job)
            asyncio.run(history.work(now_utc()))
    asyncio.run(history.close())
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT name, retained_seconds, is_pool_reused FROM ended_job").fetchall()
    assert {name: rest for name, *rest in rows} == {
        "alone": [None, None],
        "kept": [None, None],
        "reused": [90, 1],
        "in-vain": [3600, 0],
        "untold": [None, 1],
        "child": [None, None],
    }


def test_a_price_nobody_knows_is_counted_and_not_added(path: Path) -> None:
    """Unknown is not zero."""
    intake, history = make(path)
    odd = {"InstanceType": "ml.z9.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 0}
    intake.on_history(page(ended("odd", 2, ResourceConfig=odd), ended("a", 2)))
    asyncio.run(history.work(now_utc()))
    told = past(history)
    assert told is not None
    assert (told.jobs, told.unpriced, to_wire(told.cost)) == (2, 1, "0.46")


@pytest.mark.parametrize("items", [None, [None, 5, "x"], [{}], [{"TrainingJobName": 7}]])
def test_whatever_the_reader_tells_is_taken(path: Path, items: Any) -> None:
    """What is no job is left out; the cursor moves on."""
    intake, history = make(path)
    intake.on_history({**page(), "items": items})
    asyncio.run(history.work(now_utc()))
    assert history.cursors == {"us-east-1": "c1"}


def test_a_disk_that_cannot_be_written_loses_nothing(path: Path) -> None:
    """What waits is written when it can be; the figure is unknown until then."""
    path.parent.parent.mkdir()
    path.parent.write_text("a file where the folder should be")
    intake, history = make(path)
    intake.take_description("training", ended("a", 0.01))
    asyncio.run(history.work(now_utc()))
    assert past(history) is None
    asyncio.run(history.close())
    path.parent.unlink()
    asyncio.run(history.work(now_utc()))
    told = past(history)
    assert told is not None
    assert told.jobs == 1


def test_a_child_of_a_running_sum_goes_into_the_book(path: Path) -> None:
    """What a tuning job of three days has cost includes its first day's children."""
    intake, history = make(path)
    tuning = {
        "HyperParameterTuningJobName": "sweep",
        "HyperParameterTuningJobArn": "arn:aws:sagemaker:us-east-1:111122223333:hyper-parameter-tuning-job/sweep",
        "HyperParameterTuningJobStatus": "InProgress",
        "CreationTime": time_to_text(now_utc() - timedelta(days=3)),
        "LastModifiedTime": time_to_text(now_utc()),
        "region_id": "us-east-1",
        "Tags": {"sagemaker:space-arn": SPACE},
    }
    intake.take_description("tuning", tuning)
    arn = tuning["HyperParameterTuningJobArn"]
    intake.on_history(page(ended("child", 2, TuningJobArn=arn, Tags=None)))
    asyncio.run(history.work(now_utc()))
    family = intake.book.family(("tuning", "us-east-1", "sweep"))
    assert len(family.children) == 1
    assert past(history).jobs == 1  # type: ignore[union-attr]


DEAR = {"InstanceType": "ml.p5.48xlarge", "InstanceCount": 2**31 - 1, "VolumeSizeInGB": 0}


def test_what_costs_more_than_can_be_kept_takes_nothing_along(path: Path) -> None:
    """It is counted without a price; the others, seen or read, are there, and so is how far was read."""
    intake, history = make(path)
    for job in (ended("dear", 0.01, ResourceConfig=DEAR), ended("a", 0.01)):
        intake.take_description("training", job)
    intake.on_history(page(ended("dear-2", 2, ResourceConfig=DEAR), ended("b", 2)))
    asyncio.run(history.work(now_utc()))
    told = past(history)
    assert told is not None
    assert (told.jobs, told.unpriced, to_wire(told.cost)) == (4, 2, "0.92")
    assert history.cursors == {"us-east-1": "c1"}


def test_one_job_that_cannot_be_written_keeps_no_other_from_being_kept(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Half a character is no UTF-8: it is said once, and the rest, its page's place too, is written."""
    intake, history = make(path)
    for job in (ended("a", 0.01), ended("half-\ud800", 0.01), ended("b", 0.01)):
        intake.take_description("training", job)
    intake.on_history(page(ended("half-2-\ud800", 2)))
    intake.on_history(page(ended("c", 2), cursor="half-\ud800"))
    asyncio.run(history.work(now_utc()))
    told = past(history)
    assert told is not None
    assert told.jobs == 3
    assert [record.getMessage() for record in caplog.records] == [
        "mlcost-ext could not keep something of its history: UnicodeEncodeError"
    ]
    asyncio.run(history.close())
    assert make(path)[1]._store.cursors() == {"us-east-1": "c1"}


def test_whatever_goes_wrong_nothing_is_lost_and_nothing_is_raised(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What could not be read or summed for a reason nobody thought of is said once; what waits is written the next time."""
    intake, history = make(path)
    intake.take_description("training", ended("a", 0.01))
    with monkeypatch.context() as broken:
        broken.setattr(JobStore, "cursors", lambda _: 1 / 0)
        asyncio.run(history.work(now_utc()))
        asyncio.run(history.work(now_utc()))
    with monkeypatch.context() as broken:
        broken.setattr("mlcost_ext.server.history.ended_job", lambda *_: 1 / 0)
        intake.take_description("training", ended("odd", 0.01))
        intake.on_history(page(ended("odd-2", 2)))
        asyncio.run(history.work(now_utc()))
    assert len(caplog.records) == 1
    told = past(history)
    assert told is not None
    assert (told.jobs, history.cursors) == (1, {"us-east-1": "c1"})


def test_what_was_under_way_when_the_server_ended_waits_on(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step that is given up loses no job: it is written on closing."""
    intake, history = make(path)

    async def given_up(*_: Any) -> None:
        raise asyncio.CancelledError

    intake.take_description("training", ended("a", 0.01))
    with monkeypatch.context() as broken:
        broken.setattr(history, "_put", given_up)
        with pytest.raises(asyncio.CancelledError):
            asyncio.run(history.work(now_utc()))
    asyncio.run(history.close())
    intake, history = make(path)
    asyncio.run(history.work(now_utc()))
    told = past(history)
    assert told is not None
    assert told.jobs == 1


def test_a_job_on_a_training_plan_has_cost_nothing_and_is_not_unpriced(path: Path) -> None:
    """Its fee was paid up front; its price is known, and is nothing."""
    intake, history = make(path)
    plan = {**ended("a", 1)["ResourceConfig"], "TrainingPlanArn": "arn:aws:sagemaker:us-east-1:111122223333:training-plan/p"}
    intake.on_history(page(ended("planned", 2, ResourceConfig=plan)))
    asyncio.run(history.work(now_utc()))
    told = past(history)
    assert told is not None
    assert (told.jobs, told.unpriced, to_wire(told.cost)) == (1, 0, "0")


def test_jobs_are_kept_at_the_rate_of_the_day_they_ended(path: Path) -> None:
    """A discount of since yesterday is none for what ended before; the list cost is kept beside the contracted one."""
    intake, history = make(path)
    since = (now_utc() - timedelta(days=1)).date()
    half = ContractedPrice(unit_price=Decimal("0.115"), origin="half", as_of=since.isoformat())
    listed = unit_price("0.23")
    agreed = replace(listed, contracted=half)
    intake.prices_on = lambda day: price_list([agreed if day >= since else listed])
    intake.on_history(page(ended("before", 3), ended("lately", 0.01)))
    asyncio.run(history.work(now_utc()))
    told = past(history, is_history_read=True)
    assert told is not None
    assert to_wire(told.cost) == "0.69"
    asyncio.run(history.close())
    with sqlite3.connect(path) as connection:
        found = dict(connection.execute("SELECT name, list_cost || ' ' || COALESCE(contracted_cost, '-') FROM ended_job"))
    assert found == {"before": "460000000 -", "lately": "460000000 230000000"}


def test_prices_that_become_known_are_taken_up(path: Path) -> None:
    """What the book holds is kept anew, and what was read without a price is read again by the next reader."""
    intake, history = make(path)
    intake.prices_on = lambda _: price_list([])
    intake.on_history(page(ended("a", 2)))
    intake.take_description("training", ended("b", 0.01))
    asyncio.run(history.work(now_utc()))
    assert past(history, is_history_read=True).unpriced == 2  # type: ignore[union-attr]
    intake.prices_on = lambda _: price_list([unit_price("0.23")])

    async def change() -> None:
        await Repricing(intake, lambda _: True, history.prices_changed).work(["us-east-1"], "USD")
        await history.work(now_utc())

    asyncio.run(change())
    assert history.cursors == {}
    assert past(history, is_history_read=True).unpriced == 1  # type: ignore[union-attr]
