"""Names come back: what was deleted leaves its name to others, and what is old is not forgotten."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

import pytest

from mlcost_ext.core.times import time_to_text
from mlcost_ext.prices import Snapshot
from mlcost_ext.server.books import Books
from mlcost_ext.server.intake import Intake, now_utc
from mlcost_ext.usecases.launches import LaunchBook

from .conftest import SPACE, training_job

TAGS = {"sagemaker:space-arn": SPACE}
DAYS_AGO = timedelta(days=20)
KEY = ("endpoint", "us-east-1", "demo")


@pytest.fixture
def intake() -> Intake:
    snapshot = Snapshot()
    found = Intake(Books.empty(), LaunchBook(), snapshot, snapshot, logging.getLogger("test"))
    found.owner_tags = TAGS
    return found


def endpoint(created_at: datetime, tags: dict[str, str] | None, **changes: Any) -> dict[str, Any]:
    created = time_to_text(created_at)
    times = {"CreationTime": created, "LastModifiedTime": created}
    return {"EndpointName": "demo", "EndpointStatus": "InService", "region_id": "us-east-1", "Tags": tags, **times, **changes}


def launch(intake: Intake, at: datetime, result: str | None, *, kind: str = "endpoint", name: str = "demo") -> None:
    told = {"id": name, "at": time_to_text(at), "kind": kind, "region_id": "us-east-1", "name": name}
    for event in ({"type": "intent", **told}, {"type": "outcome", **told, "result": result})[: 1 if result is None else 2]:
        known = intake.launches.take(event)
        assert known is not None
        intake.take_launch(known)


def is_mine(intake: Intake) -> bool | None:
    found = intake.standing.get(KEY)
    return None if found is None else found.is_mine


def test_a_name_that_was_launched_here_long_ago_makes_a_new_thing_nobodys(intake: Intake) -> None:
    """Ours was deleted, and a colleague has made one of the same name today."""
    launch(intake, now_utc() - DAYS_AGO, "accepted")
    intake.take_description("endpoint", endpoint(now_utc(), {}))
    assert is_mine(intake) is None
    intake.take_description("endpoint", endpoint(now_utc() - DAYS_AGO, {}))
    assert is_mine(intake) is True


def test_a_thing_does_not_inherit_the_tags_of_the_one_before_it(intake: Intake) -> None:
    """It is out of our sums at once."""
    intake.take_description("endpoint", endpoint(now_utc() - DAYS_AGO, TAGS))
    intake.take_description("endpoint", endpoint(now_utc() - DAYS_AGO, None, EndpointStatus="Updating"))
    assert is_mine(intake) is True
    intake.take_description("endpoint", endpoint(now_utc(), None))
    assert is_mine(intake) is None


def test_a_late_word_about_the_one_before_changes_nothing(intake: Intake) -> None:
    """AWS's index lags."""
    intake.take_description("endpoint", endpoint(now_utc(), TAGS))
    intake.take_description("endpoint", endpoint(now_utc() - DAYS_AGO, TAGS, EndpointStatus="Deleting"))
    found = intake.standing.get(KEY)
    assert found is not None
    assert found.standing.status == "InService"


def test_in_the_account_s_scope_it_is_somebody_else_s(intake: Intake) -> None:
    """And shown as that."""
    intake.keeps_others = True
    intake.take_description("endpoint", endpoint(now_utc() - DAYS_AGO, TAGS))
    intake.take_description("endpoint", endpoint(now_utc(), None))
    assert is_mine(intake) is False


def test_what_was_taken_for_ours_is_given_back_when_the_launch_was_refused(intake: Intake) -> None:
    """The name was taken: the one that AWS describes is another's."""
    launch(intake, now_utc(), None)
    intake.take_description("endpoint", endpoint(now_utc(), {}))
    assert is_mine(intake) is True
    told = {"type": "outcome", "id": "demo", "at": time_to_text(now_utc()), "result": "refused"}
    known = intake.launches.take(told)
    assert known is not None
    intake.take_launch(known)
    assert is_mine(intake) is None


def test_a_job_that_is_described_before_its_call_has_returned_has_the_tags_of_the_launch(intake: Intake) -> None:
    """A Describe call tells none, and a listing comes half a minute later."""
    told = {"id": "n", "at": time_to_text(now_utc()), "kind": "training", "region_id": "us-east-1", "name": "churn-1"}
    intake.launches.take({"type": "intent", **told, "tags": {"team": "fraud"}})
    intake.take_description("training", training_job(minutes=0, Tags=None))
    metered = intake.book.get(("training", "us-east-1", "churn-1"))
    assert metered is not None
    assert metered.job.tags == {}
    known = intake.launches.take({"type": "outcome", **told, "result": "accepted"})
    assert known is not None
    intake.take_launch(known)
    metered = intake.book.get(("training", "us-east-1", "churn-1"))
    assert metered is not None
    assert metered.job.tags == {"team": "fraud"}


def test_an_endpoint_that_was_launched_long_ago_is_still_followed(intake: Intake) -> None:
    """The older, the more likely it is forgotten; a job cannot last that long."""
    for kind in ("endpoint", "training"):
        launch(intake, now_utc() - timedelta(days=90), "accepted", kind=kind, name=kind)
    assert intake.launches.followed(now_utc(), ()) == [("endpoint", "us-east-1", "endpoint")]
    assert intake.launches.regions(now_utc()) == {"us-east-1"}
    intake.take_gone("endpoint", "us-east-1", ["endpoint"])
    assert intake.launches.regions(now_utc()) == set()
    intake.take_description("endpoint", {**endpoint(now_utc() - timedelta(days=90), {}), "EndpointName": "endpoint"})
    assert intake.launches.regions(now_utc()) == {"us-east-1"}


def kept(name: str) -> dict[str, Any]:
    """Describe a job that has ended and has left its instances behind."""
    pool = {"Status": "Available", "ResourceRetainedBillableTimeInSeconds": 60}
    ended = {"TrainingJobStatus": "Completed", "SecondaryStatus": "Completed", "BillableTimeInSeconds": 60}
    end = time_to_text(now_utc() - timedelta(minutes=2))
    resources = {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30, "KeepAlivePeriodInSeconds": 3600}
    return training_job(name, **ended, WarmPoolStatus=pool, TrainingEndTime=end, LastModifiedTime=end, ResourceConfig=resources)


def test_a_new_reader_asks_for_the_job_whose_instances_are_kept(intake: Intake) -> None:
    """Of the pool itself AWS tells by the job alone; where that is not known any more, nor are its instances."""
    intake.take_description("training", kept("warm"))
    assert intake.standing.get(("warm-pool", "us-east-1", "warm")) is not None
    assert intake.books.held() == [["us-east-1", "training", "warm"]]
    intake.take_gone("training", "us-east-1", ["warm"])
    assert intake.standing.get(("warm-pool", "us-east-1", "warm")) is None


def test_a_region_that_is_left_takes_what_others_have_there_along(intake: Intake) -> None:
    """Nobody would tell its end; ours keep the region followed."""
    intake.keeps_others = True
    for region in ("us-east-1", "eu-west-1"):
        intake.take_description("training", training_job(f"theirs-{region}", region_id=region, Tags={}))
        intake.take_description("endpoint", {**endpoint(now_utc(), {}), "region_id": region})
    intake.take_description("training", training_job("ours", region_id="eu-west-1"))
    intake.books.leave("eu-west-1")
    assert sorted(intake.books.held()) == [
        ["eu-west-1", "training", "ours"],
        ["us-east-1", "endpoint", "demo"],
        ["us-east-1", "training", "theirs-us-east-1"],
    ]
