"""What the reader tells, on its way into the book."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta, timezone

import pytest

from mlcost_ext.core.documents import AwsState
from mlcost_ext.core.host import Host
from mlcost_ext.core.money import to_wire
from mlcost_ext.jobs import kind_named
from mlcost_ext.prices import Snapshot
from mlcost_ext.server.intake import Intake, now_utc
from mlcost_ext.usecases.launches import LaunchBook
from mlcost_ext.usecases.overview import Picture, overview
from mlcost_ext.usecases.watch import JobBook

from .conftest import training_job

REQUEST = {"ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30}}


@pytest.fixture
def intake() -> Intake:
    snapshot = Snapshot()
    return Intake(JobBook(), LaunchBook(), snapshot, snapshot.has_local_disk, logging.getLogger("test"))


def await_launch(intake: Intake, now: datetime) -> None:
    kind = kind_named("training")
    assert kind is not None
    intake.await_description(kind.launched("us-east-1", "fresh", REQUEST), now)


def totals_of(intake: Intake) -> tuple[int, str | None, int]:
    aws = AwsState(status="ok", as_of=now_utc(), mode="search", calls_total=1)
    picture = Picture(host=Host(kind="local", region_id="us-east-1"), book=intake.book, aws=aws, prices=intake.prices)
    told = overview(picture, now_utc()).totals
    return told.running, None if told.running_cost is None else to_wire(told.running_cost), told.unpriced


def test_a_launch_that_aws_never_describes_has_no_known_cost(intake: Intake) -> None:
    """Nothing billed yet is true for a moment only; after two minutes the cost is unknown, not zero."""
    now = now_utc()
    await_launch(intake, now)
    metered = intake.book.get(("training", "us-east-1", "fresh"))
    assert metered is not None
    assert metered.cost_at(now) == 0
    intake.give_up_waiting(now + timedelta(minutes=1))
    assert totals_of(intake)[2] == 0
    intake.give_up_waiting(now + timedelta(minutes=3))
    metered = intake.book.get(("training", "us-east-1", "fresh"))
    assert metered is not None
    assert metered.cost_at(now) is None
    assert [problem.code for problem in metered.job.problems] == ["not_described"]
    assert totals_of(intake) == (1, None, 1)


def test_a_description_ends_the_wait(intake: Intake) -> None:
    """Once AWS has described the job nothing is given up."""
    now = now_utc()
    await_launch(intake, now)
    intake.take_description("training", training_job("fresh"))
    intake.give_up_waiting(now + timedelta(hours=1))
    metered = intake.book.get(("training", "us-east-1", "fresh"))
    assert metered is not None
    assert metered.cost_per_hour() is not None


def test_what_aws_no_longer_knows_leaves_the_totals(intake: Intake) -> None:
    """A job that was deleted, or never came to be, does not go on accruing."""
    intake.take_description("training", training_job("a"))
    assert totals_of(intake)[0] == 1
    intake.take_gone("training", "us-east-1", ["a", "stranger"])
    assert totals_of(intake) == (0, "0", 0)
    metered = intake.book.get(("training", "us-east-1", "a"))
    assert metered is not None
    assert metered.cost_at(now_utc()) is None


def test_an_older_description_does_not_bring_a_job_back(intake: Intake) -> None:
    """The index lags: what it says of an earlier time is not taken for news."""
    later = datetime.now(timezone.utc).isoformat()
    ended = training_job(
        "a", TrainingJobStatus="Stopped", SecondaryStatus="Stopped", BillableTimeInSeconds=9, LastModifiedTime=later
    )
    intake.take_description("training", ended)
    intake.take_description("training", training_job("a"))
    metered = intake.book.get(("training", "us-east-1", "a"))
    assert metered is not None
    assert metered.job.status == "Stopped"


@pytest.mark.parametrize("rubbish", [None, 7, "x", [], {}, {"TrainingJobName": 5}, {"TrainingJobName": ""}])
def test_rubbish_is_left_out(intake: Intake, rubbish: object) -> None:
    """What is no description changes nothing."""
    intake.take_description("training", rubbish)
    intake.take_description("unheard-of", training_job("a"))
    assert len(intake.book) == 0


def test_costs_follow_aws_time(intake: Intake) -> None:
    """A clock that is ten minutes ahead does not make jobs dearer."""
    before = now_utc()
    intake.take_status({"region_id": "us-east-1", "clock_offset_seconds": -600.0})
    assert abs((intake.aws_time() - before).total_seconds() + 600) < 5
