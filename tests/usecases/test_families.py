"""What a tuning job costs is what the jobs it has started cost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from mlcost_ext.core.job import Job
from mlcost_ext.usecases.families import Families
from mlcost_ext.usecases.job_row import job_problems, job_row
from mlcost_ext.usecases.meter import MeteredJob, meter
from mlcost_ext.usecases.watch import KEPT_AFTER_END, JobBook, key_of
from tests.fakes import NOW, REGION, ago, description, ended, read_job, small_price_list

PARENT = ("tuning", REGION, "sweep")


def child(name: str, over: bool = False, **changes: Any) -> MeteredJob:
    """A training job that the tuning job `sweep` has started."""
    source = ended(name, **changes) if over else description(name, **changes)
    return meter(replace(read_job(source), parent=("tuning", "sweep")), small_price_list())


def sweep(**changes: Any) -> MeteredJob:
    """The tuning job itself: no instances of its own."""
    fields: dict[str, Any] = {
        "kind": "tuning",
        "name": "sweep",
        "is_sum": True,
        "compute": (),
        "storage": (),
        "accrual": None,
        "children_started": 2,
        "parent": None,
        "problems": (),
        "billable_time_in_seconds": None,
    }
    job: Job = replace(read_job(description("sweep")), **{**fields, **changes})
    return meter(job, small_price_list())


def book_of(*jobs: MeteredJob) -> JobBook:
    book = JobBook()
    for job in jobs:
        book.put(job, NOW)
    return book


def row(book: JobBook) -> Any:
    metered = book.get(PARENT)
    assert metered is not None
    return job_row(metered, NOW, family=book.family(PARENT))


def test_its_cost_is_the_sum_of_its_children_and_counts_once() -> None:
    """One child runs for an hour, one ran for one: 0.46 in all, of which 0.23 an hour go on; the total counts the running one."""
    book = book_of(sweep(), child("a"), child("b", over=True))
    told = row(book)
    assert (told.cost, told.cost_per_hour, told.cost_basis) == (Decimal("0.46"), Decimal("0.23"), "accruing")
    assert (told.children_known, told.children_started, told.is_accruing) == (2, 2, True)
    assert (book.running_cost_at(NOW), book.unpriced, book.has_priced) == (Decimal("0.23"), 0, True)
    assert dict(book.by_kind) == {"tuning": 1, "training": 1}


def test_children_may_come_before_it_and_be_told_again() -> None:
    """In any order the sum is the same; a job that is taken out is in it no more."""
    book = book_of(child("a"), child("a", ResourceConfig={"InstanceType": "ml.m5.xlarge", "InstanceCount": 2}), sweep())
    assert row(book).cost == Decimal("0.46")
    book.remove(("training", REGION, "a"))
    assert (row(book).cost, row(book).cost_per_hour, row(book).children_known) == (None, None, 0)


def test_what_is_not_known_of_its_children_is_said() -> None:
    """Three started, one of two known has no price: it costs at least the one, and a note says that two are left out."""
    unpriced = child("b", ResourceConfig={"InstanceType": "ml.z9.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 0})
    book = book_of(sweep(children_started=3), child("a"), unpriced)
    told, metered = row(book), book.get(PARENT)
    assert metered is not None
    assert (told.cost, told.children_known) == (Decimal("0.23"), 1)
    (problem,) = job_problems(metered, book.family(PARENT))
    assert problem.code == "children_unread"
    assert "leaves out 2 of the 3" in problem.message
    assert job_problems(child("a"), book.family(PARENT)) == []


def test_nothing_known_of_several_is_not_zero() -> None:
    """A family of which no child has a price costs an unknown amount."""
    unpriced = child("b", ResourceConfig={"InstanceType": "ml.z9.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 0})
    book = book_of(sweep(), unpriced)
    assert (row(book).cost, book.has_priced) == (None, False)


@pytest.mark.parametrize(
    ("parent", "children", "basis"),
    [
        ({}, [child("a")], "accruing"),
        ({"status": "Completed", "is_running": False, "children_started": 1}, [child("a", over=True)], "final"),
        ({"status": "Completed", "is_running": False, "children_started": None}, [child("a", over=True)], "final"),
        ({"status": "Completed", "is_running": False, "children_started": 2}, [child("a", over=True)], "accruing"),
        ({}, [child("a", EnableManagedSpotTraining=True)], "at_most"),
        ({}, [child("a", over=True)], "accruing"),
        ({"is_running": False}, [child("a", over=True), child("b", over=True, BillableTimeInSeconds=None)], "at_most"),
    ],
)
def test_it_is_final_when_it_has_ended_and_all_its_children_are(
    parent: dict[str, Any], children: list[MeteredJob], basis: str
) -> None:
    """A child that is not known, or not settled, keeps it from being final."""
    assert row(book_of(sweep(**parent), *children)).cost_basis == basis


@pytest.mark.parametrize(
    ("parent", "cost", "basis", "said"),
    [
        ({"children_started": 3}, None, "accruing", ["children_unread"]),
        ({"children_started": 0}, Decimal(0), "accruing", []),
        ({"children_started": None, "secondary_status": "Starting"}, Decimal(0), "accruing", []),
        ({"children_started": None, "secondary_status": "TrainingModels"}, None, "accruing", ["children_unread"]),
        ({"children_started": 0, "is_running": False, "status": "Stopped"}, Decimal(0), "final", []),
        ({"children_started": None, "is_running": False, "status": "Completed"}, None, "accruing", ["children_unread"]),
    ],
)
def test_a_sum_of_which_nothing_is_known_is_not_zero(
    parent: dict[str, Any], cost: Decimal | None, basis: str, said: list[str]
) -> None:
    """Unless it has started nothing; an AutoML job, of which AWS tells no number, is not final either."""
    book = book_of(sweep(**parent))
    told, metered = row(book), book.get(PARENT)
    assert metered is not None
    assert (told.cost, told.cost_per_hour, told.storage_cost, told.storage_cost_per_hour) == (cost,) * 4
    assert told.cost_basis == basis
    assert [problem.code for problem in job_problems(metered, book.family(PARENT))] == said
    assert book.launched_at(NOW).unpriced == (cost is None and told.is_running)


def test_that_nobody_tells_how_many_there_are_is_said_once() -> None:
    """Of an AutoML job whose jobs are known too: there may be more."""
    jobs = [sweep(name=name, children_started=None) for name in ("sweep", "other")]
    book = book_of(*jobs, child("a"))
    said = [job_problems(job, book.family(key_of(job.job))) for job in jobs]
    assert said[0] == said[1]
    assert (row(book).cost, said[0][0].subject) == (Decimal("0.23"), None)
    unpriced = child("a", ResourceConfig={"InstanceType": "ml.z9.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 0})
    lacking, untold = job_problems(jobs[0], book_of(jobs[0], unpriced).family(PARENT))
    assert (lacking.subject, untold.subject) == ("sweep", None)
    assert "is unknown" in lacking.message


def test_its_volumes_are_those_of_its_children() -> None:
    """Thirty gigabytes for two hours and, of one that runs, for one and on: 0.14 a month of thirty days."""
    book = book_of(sweep(), child("a"), child("b", over=True, seconds=7200))
    told = row(book)
    assert told.storage_cost is not None
    assert told.storage_cost_per_hour is not None
    assert round(told.storage_cost, 12) == round(3 * 30 * Decimal("0.14") / 720, 12)
    assert round(told.storage_cost_per_hour, 12) == round(30 * Decimal("0.14") / 720, 12)
    book.put(child("b", over=True, ResourceConfig={"InstanceType": "ml.m5.xlarge", "InstanceCount": 1}), NOW)
    assert (row(book).storage_cost, row(book).storage_cost_per_hour) == (None, None)
    book.remove(("training", REGION, "b"))
    book.put(child("c", TrainingStartTime=ago(-5)), NOW)
    assert round(row(book).storage_cost, 12) == round(30 * Decimal("0.14") / 720, 12)


def test_a_child_that_begins_in_our_future_has_cost_nothing_yet() -> None:
    """AWS's clock may be ahead; no other child's cost is taken off for it."""
    book = book_of(sweep(), child("a"), child("b", TrainingStartTime=ago(-5)))
    assert row(book).cost == Decimal("0.23")


def test_ended_children_stay_as_long_as_it_does() -> None:
    """A sweep of three days still costs what its first day's jobs cost; with it they go."""
    book = book_of(sweep(), child("a", over=True, before=3 * 86400))
    book.forget_ended_before(NOW)
    assert row(book).cost == Decimal("0.23")
    book.put(sweep(is_running=False, status="Completed", ended_at=NOW), NOW)
    book.forget_ended_before(NOW + KEPT_AFTER_END + timedelta(seconds=1))
    assert len(book) == 0


def test_a_job_that_a_person_started_is_in_no_family() -> None:
    """Harmless to put in and to take out."""
    families, alone = Families(), meter(read_job(description("a")), small_price_list())
    families.put(key_of(alone.job), alone)
    families.remove(key_of(alone.job), alone)
    orphan, sibling = child("b"), child("c")
    families.remove(key_of(orphan.job), orphan)
    families.put(key_of(orphan.job), orphan)
    families.put(key_of(sibling.job), sibling)
    families.remove(key_of(sibling.job), sibling)
    assert list(families.of(PARENT).children) == [key_of(orphan.job)]


def test_a_parent_is_known_by_a_name_in_lower_case() -> None:
    """AWS's ARNs have had it lowered, its own list has not."""
    book = book_of(sweep(name="Sweep"), child("a"))
    assert (book.has_sum(PARENT), book.has_sum(("tuning", REGION, "other"))) == (True, False)
    assert len(book.family(("tuning", REGION, "Sweep")).children) == 1


@pytest.mark.parametrize("is_first", [True, False])
def test_a_child_tells_its_parents_real_name(is_first: bool) -> None:
    """Whichever was told first: whoever looks for its row looks for that name."""
    parts = [
        sweep(name="XGB-Sweep"),
        *(replace_parent(child(name, over), "xgb-sweep") for name, over in (("a", False), ("b", True))),
    ]
    book = book_of(*(parts if is_first else reversed(parts)))
    children = [book.get(("training", REGION, name)) for name in "ab"]
    assert [job_row(metered, NOW).parent for metered in children if metered] == ["tuning/XGB-Sweep"] * 2
    assert sorted(m.job.parent or () for m in book.shown(5)) == [(), ("tuning", "XGB-Sweep"), ("tuning", "XGB-Sweep")]
    family = book.family(("tuning", REGION, "XGB-Sweep"))
    assert [metered.job.parent for metered in family.children.values()] == [("tuning", "XGB-Sweep")] * 2
    assert book.launched_at(NOW).cost == Decimal("0.46")
    book.put(replace_parent(child("a"), "xgb-sweep"), NOW)
    book.put(sweep(name="XGB-Sweep"), NOW)
    assert [metered.job.parent for metered in family.children.values()] == [("tuning", "XGB-Sweep")] * 2


def replace_parent(metered: MeteredJob, name: str) -> MeteredJob:
    return replace(metered, job=replace(metered.job, parent=("tuning", name)))


def test_nothing_is_said_of_a_family_that_is_whole() -> None:
    """Two started, two known."""
    book = book_of(sweep(), child("a"), child("b"))
    metered = book.get(PARENT)
    assert metered is not None
    assert job_problems(metered, book.family(PARENT)) == []
