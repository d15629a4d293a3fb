"""What the reader tells, on its way into the book."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta, timezone

import pytest

from mlcost_ext.core.host import Host
from mlcost_ext.core.money import to_wire
from mlcost_ext.jobs import kind_named
from mlcost_ext.prices import Snapshot
from mlcost_ext.server.books import Books
from mlcost_ext.server.intake import Intake, now_utc
from mlcost_ext.usecases.launches import LaunchBook
from mlcost_ext.usecases.overview import Picture, overview
from tests.fakes import aws_word

from .conftest import SPACE, training_job

REQUEST = {"ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30}}


@pytest.fixture
def intake() -> Intake:
    snapshot = Snapshot()
    found = Intake(Books.empty(), LaunchBook(), snapshot, snapshot, logging.getLogger("test"))
    found.owner_tags = {"sagemaker:space-arn": SPACE}
    return found


def await_launch(intake: Intake, now: datetime) -> None:
    kind = kind_named("training")
    assert kind is not None
    intake.await_description(kind.launched("us-east-1", "fresh", REQUEST), now)


def totals_of(intake: Intake) -> tuple[int, str | None, int]:
    aws = aws_word(as_of=now_utc())
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
    assert (metered.job.is_running, metered.job.can_stop) == (False, False)
    assert totals_of(intake) == (0, "0", 0)


def test_a_launch_that_is_described_after_all_counts_again(intake: Intake) -> None:
    """What was given up is not lost."""
    now = now_utc()
    await_launch(intake, now)
    intake.give_up_waiting(now + timedelta(minutes=3))
    intake.take_description("training", training_job("fresh"))
    assert totals_of(intake)[0] == 1


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


def pushed(intake: Intake, **document: object) -> None:
    """Let the reader push something, and take it in."""

    async def run() -> None:
        intake.push(document)
        await intake.take_next()

    asyncio.run(run())


def test_costs_follow_aws_time(intake: Intake) -> None:
    """A clock that is ten minutes ahead does not make jobs dearer, not even those told before the first status."""
    pushed(intake, push="items", kind="training", clock_offset_seconds=-600.0, items=[training_job("a")])
    assert abs((intake.aws_time() - now_utc()).total_seconds() + 600) < 5
    pushed(intake, push="status", region_id="eu-west-1", clock_offset_seconds=None)
    assert abs((intake.aws_time() - now_utc()).total_seconds() + 600) < 5
    pushed(intake, push="status", region_id="eu-west-1", clock_offset_seconds=0.5)
    assert abs((intake.aws_time() - now_utc()).total_seconds()) < 5


def event(kind: str, name: str, **fields: object) -> dict[str, object]:
    return {
        "type": kind,
        "id": name,
        "at": now_utc().isoformat(),
        "kind": "training",
        "region_id": "us-east-1",
        "name": name,
        **fields,
    }


def spool(intake: Intake, *events: dict[str, object]) -> None:
    for each in events:
        launch = intake.launches.take(each)
        assert launch is not None
        intake.take_launch(launch)


def colleagues(name: str, *, minutes: float) -> dict[str, object]:
    """Describe a job as DescribeTrainingJob does, which tells no tags."""
    return training_job(name, minutes=minutes, Tags=None)


def names(intake: Intake) -> list[str]:
    return [metered.job.name for metered in intake.book.all()]


def test_a_colleagues_job_of_that_name_never_enters_the_book(intake: Intake) -> None:
    """A kernel tries a name that is taken; AWS describes that job before it has refused ours."""
    spool(intake, event("intent", "taken"))
    intake.take_description("training", colleagues("taken", minutes=60))
    assert names(intake) == []
    spool(intake, event("outcome", "taken", result="refused"))
    intake.take_description("training", colleagues("taken", minutes=60))
    assert names(intake) == []


def test_a_refusal_takes_out_what_was_held_possible(intake: Intake) -> None:
    """Created a moment before the call it may have been ours; once AWS has refused, it is not, unless its tag says so."""
    spool(intake, event("intent", "taken"), event("intent", "ours"))
    intake.take_description("training", colleagues("taken", minutes=1))
    intake.take_description("training", training_job("ours", minutes=1))
    assert sorted(names(intake)) == ["ours", "taken"]
    spool(intake, event("outcome", "taken", result="refused"), event("outcome", "ours", result="refused"))
    assert names(intake) == ["ours"]
    assert totals_of(intake)[0] == 1


def test_a_job_described_before_its_launch_was_accepted_comes_in_then(intake: Intake) -> None:
    """By clocks that differ it looks older than the call; AWS's word counts."""
    spool(intake, event("intent", "mine", notebook="train.ipynb"))
    intake.take_description("training", colleagues("mine", minutes=60))
    assert names(intake) == []
    spool(intake, event("outcome", "mine", result="accepted"))
    metered = intake.book.get(("training", "us-east-1", "mine"))
    assert metered is not None
    assert (metered.job.status, metered.notebook) == ("InProgress", "train.ipynb")


def test_a_job_of_nobody_is_not_taken(intake: Intake) -> None:
    """Neither tag nor launch: it is somebody else's, and Stop will not find it."""
    intake.take_description("training", training_job("strange", Tags={"team": "other"}))
    assert names(intake) == []


def test_the_notebook_comes_with_the_spool_if_aws_was_faster(intake: Intake) -> None:
    """The row has its notebook at once, not at the job's next change."""
    intake.take_description("training", training_job("a", minutes=0))
    before = intake.revision
    spool(intake, event("intent", "a", notebook="train.ipynb"))
    metered = intake.book.get(("training", "us-east-1", "a"))
    assert metered is not None
    assert metered.notebook == "train.ipynb"
    assert intake.revision > before


def test_a_description_without_tags_keeps_those_known(intake: Intake) -> None:
    """DescribeTrainingJob tells none."""
    intake.take_description("training", training_job("a"))
    intake.take_description("training", training_job("a", Tags=None, SecondaryStatus="Uploading"))
    metered = intake.book.get(("training", "us-east-1", "a"))
    assert metered is not None
    assert (metered.job.secondary_status, metered.job.tags["team"]) == ("Uploading", "fraud")


def test_a_later_job_of_a_name_inherits_no_tags(intake: Intake) -> None:
    """Ours was deleted and somebody else took the name: what AWS tells without tags is not ours."""
    intake.take_description("training", training_job("a", minutes=90))
    later = training_job("a", minutes=1, Tags=None, FailureReason="another")
    intake.take_description("training", later)
    metered = intake.book.get(("training", "us-east-1", "a"))
    assert metered is None or metered.job.failure_reason is None


def sweep(**changes: object) -> dict[str, object]:
    """Describe a tuning job of ours."""
    return {
        "HyperParameterTuningJobName": "sweep",
        "HyperParameterTuningJobArn": "arn:aws:sagemaker:us-east-1:111122223333:hyper-parameter-tuning-job/sweep",
        "HyperParameterTuningJobStatus": "InProgress",
        "CreationTime": now_utc().isoformat(),
        "LastModifiedTime": now_utc().isoformat(),
        "region_id": "us-east-1",
        "Tags": {"sagemaker:space-arn": SPACE},
        **changes,
    }


def test_children_of_ours_are_ours_whichever_comes_first(intake: Intake) -> None:
    """They need no tag of their own; those of somebody else's sweep are not taken."""
    arn = sweep()["HyperParameterTuningJobArn"]
    intake.take_description("training", training_job("early", Tags={}, TuningJobArn=arn))
    assert names(intake) == []
    intake.take_description("tuning", sweep())
    intake.take_description("training", training_job("late", Tags={}, TuningJobArn=arn))
    assert sorted(names(intake)) == ["early", "late", "sweep"]
    intake.take_description("training", training_job("theirs", Tags={}, TuningJobArn=f"{arn}-of-others"))
    assert "theirs" not in names(intake)


def endpoint(name: str = "churn", *, made: str = "2026-11-01T00:00:00Z", **changes: object) -> dict[str, object]:
    """Describe an endpoint without a tag of ours."""
    variant = {"VariantName": "all", "CurrentInstanceCount": 1}
    config = {"ProductionVariants": [{"VariantName": "all", "InstanceType": "ml.g5.xlarge", "InitialInstanceCount": 1}]}
    return {
        "EndpointName": name,
        "EndpointStatus": "InService",
        "CreationTime": made,
        "LastModifiedTime": made,
        "ProductionVariants": [variant],
        "EndpointConfig": config,
        "region_id": "us-east-1",
        "Tags": {},
        **changes,
    }


def standing(intake: Intake) -> list[tuple[str, bool]]:
    return [(m.standing.status, m.is_mine) for m in intake.standing.of_kind("endpoint", is_mine=None)]


def test_an_endpoint_is_ours_by_its_launch(intake: Intake) -> None:
    """Described before AWS's answer was noted, it comes in with it; one that nobody here launched does not."""
    spool(intake, {**event("intent", "churn"), "kind": "endpoint"})
    intake.take_description("endpoint", endpoint())
    assert standing(intake) == []
    spool(intake, event("outcome", "churn", result="accepted"))
    assert standing(intake) == [("InService", True)]
    intake.take_description("endpoint", endpoint("strange"))
    assert len(standing(intake)) == 1


def test_an_older_state_of_an_endpoint_does_not_come_back(intake: Intake) -> None:
    """The index lags; a thing made anew under the same name is another one, however early AWS says it was changed."""
    ours = {"Tags": {"sagemaker:space-arn": SPACE}}
    intake.take_description("endpoint", endpoint(**ours, EndpointStatus="Updating", LastModifiedTime="2026-11-02T00:00:00Z"))
    intake.take_description("endpoint", endpoint(**ours))
    assert standing(intake) == [("Updating", True)]
    intake.take_description("endpoint", endpoint(**ours, made="2026-11-03T00:00:00Z"))
    assert standing(intake) == [("InService", True)]


def test_tags_once_known_stay(intake: Intake) -> None:
    """A description without tags takes none away."""
    intake.take_description("endpoint", endpoint(Tags={"sagemaker:space-arn": SPACE}))
    intake.take_description("endpoint", endpoint(Tags=None, EndpointStatus="Deleting", LastModifiedTime="2026-11-03T00:00:00Z"))
    assert standing(intake) == [("Deleting", True)]


def test_others_are_kept_apart_where_they_are_wanted(intake: Intake) -> None:
    """In a book of their own: no total of ours has them; when a launch turns out to be ours it changes the book."""
    intake.keeps_others = True
    intake.take_description("training", training_job("theirs", Tags={}))
    intake.take_description("endpoint", endpoint())
    assert (totals_of(intake)[0], len(intake.books.others), standing(intake)) == (0, 1, [("InService", False)])
    spool(intake, event("intent", "theirs"), event("outcome", "theirs", result="accepted"))
    assert intake.books.others.named("training", "theirs") or names(intake) == ["theirs"]
    intake.take_description("training", training_job("theirs", Tags={}))
    assert (names(intake), len(intake.books.others)) == (["theirs"], 0)


def test_what_is_gone_is_gone(intake: Intake) -> None:
    """An endpoint leaves the book; of a running job nobody knows any more what it costs."""
    intake.take_description("endpoint", endpoint(Tags={"sagemaker:space-arn": SPACE}))
    intake.take_description("training", training_job("a"))
    pushed(intake, push="gone", kind="endpoint", region_id="us-east-1", names=["churn", "never-there"])
    pushed(intake, push="gone", kind="training", region_id="us-east-1", names=["a"])
    assert standing(intake) == []
    metered = intake.book.get(("training", "us-east-1", "a"))
    assert metered is not None
    assert metered.job.status == "Unknown"
    assert [change.status for change in intake.changes][-2:] == ["Deleted", "Unknown"]


def test_a_push_that_nobody_knows_is_left_out(intake: Intake) -> None:
    """A later reader may tell more than this server takes."""
    pushed(intake, push="news", kind="training", items=[training_job("a")])
    pushed(intake, push="history", kind="training", items=[training_job("a")], cursor=None)
    assert names(intake) == []


def test_how_far_awss_clock_is_off_is_told_once_aws_has_answered(intake: Intake) -> None:
    """In steps of two seconds; a smaller difference is none."""
    assert intake.clock_offset_seconds is None
    pushed(intake, clock_offset_seconds=None)
    assert intake.clock_offset_seconds is None
    told = []
    for offset in (0.4, 120.0, 121.0):
        pushed(intake, clock_offset_seconds=offset)
        told.append(intake.clock_offset_seconds)
    assert told == [0.0, 120.0, 120.0]
    aws = aws_word(as_of=now_utc())
    host = Host(kind="local", region_id="us-east-1")
    picture = Picture(host=host, book=intake.book, aws=aws, prices=intake.prices, clock_offset_seconds=120.0)
    assert overview(picture, now_utc()).clock_offset_seconds == 120.0
