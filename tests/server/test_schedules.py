"""What a monitoring schedule of ours has started is ours, whatever the case in which AWS writes the schedule's name."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from mlcost_ext.prices import Snapshot
from mlcost_ext.server.books import Books
from mlcost_ext.server.intake import Intake, now_utc
from mlcost_ext.usecases.job_row import job_row
from mlcost_ext.usecases.launches import LaunchBook

from .conftest import SPACE

NAME = "Churn-Hourly"
SCHEDULE = {
    "MonitoringScheduleName": NAME,
    "MonitoringScheduleStatus": "Scheduled",
    "Tags": {"sagemaker:space-arn": SPACE},
    "region_id": "us-east-1",
}
RUN = {
    "ProcessingJobName": "run-1",
    "ProcessingJobStatus": "InProgress",
    "MonitoringScheduleArn": f"arn:aws:sagemaker:us-east-1:111122223333:monitoring-schedule/{NAME.lower()}",
    "Tags": {},
    "region_id": "us-east-1",
}


def parent_after(*told: tuple[str, dict[str, Any]], keeps_others: bool = False) -> str | None:
    """Give what a run is said to be of after some descriptions."""
    snapshot = Snapshot()
    intake = Intake(Books.empty(), LaunchBook(), snapshot, snapshot, logging.getLogger("test"))
    intake.owner_tags, intake.keeps_others = {"sagemaker:space-arn": SPACE}, keeps_others
    for kind, description in told:
        intake.take_description(kind, description)
    book = intake.books.others if keeps_others else intake.book
    (metered,) = book.named("processing", "run-1")
    return job_row(metered, now_utc()).parent


@pytest.mark.parametrize("is_first", [True, False])
def test_a_run_is_ours_and_tells_the_schedules_own_name(is_first: bool) -> None:
    """Whichever was described first."""
    told = [("schedule", SCHEDULE), ("processing", RUN)]
    assert parent_after(*(told if is_first else reversed(told))) == f"schedule/{NAME}"


def test_a_run_with_our_tag_learns_the_name_too() -> None:
    """It was in the book before the schedule was."""
    tagged = {**RUN, "Tags": SCHEDULE["Tags"]}
    assert parent_after(("processing", tagged)) == f"schedule/{NAME.lower()}"
    assert parent_after(("processing", tagged), ("schedule", SCHEDULE)) == f"schedule/{NAME}"


def test_somebody_elses_run_is_of_somebody_elses_schedule() -> None:
    """In the account's scope."""
    theirs = {**SCHEDULE, "Tags": {}}
    assert parent_after(("schedule", theirs), ("processing", RUN), keeps_others=True) == f"schedule/{NAME}"
