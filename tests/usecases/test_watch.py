"""The book of jobs and its totals."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mlcost_ext.usecases.meter import MeteredJob, meter
from mlcost_ext.usecases.watch import JobBook, key_of, started
from tests.fakes import NOW, REGION, ago, description, ended, read_job, small_price_list


def metered(source: dict[str, Any]) -> MeteredJob:
    return meter(read_job(source), small_price_list())


def config(instance_type: str = "ml.m5.xlarge", count: int = 1) -> dict[str, Any]:
    return {"InstanceType": instance_type, "InstanceCount": count, "VolumeSizeInGB": 0}


def book_of(*sources: dict[str, Any]) -> JobBook:
    book = JobBook()
    for source in sources:
        book.put(metered(source), NOW)
    return book


sources = st.builds(
    lambda name, kind, count, start, over: (
        ended(name, seconds=60) if over else description(name, ResourceConfig=config(kind, count), TrainingStartTime=ago(start))
    ),
    st.sampled_from("abcdef"),
    st.sampled_from(["ml.m5.xlarge", "ml.g5.xlarge", "ml.z9.xlarge"]),
    st.integers(1, 9),
    st.integers(-100, 5000),
    st.booleans(),
)


@given(st.lists(sources, max_size=20), st.integers(-200, 5000))
def test_totals_are_those_of_the_running_jobs(changes: list[dict[str, Any]], seconds: int) -> None:
    """After any sequence of news the totals equal a fresh sum over what runs, also for what begins in our future."""
    now, book = NOW + timedelta(seconds=seconds), book_of(*changes)
    running = [m for m in book.all() if m.job.is_running]
    priced = [cost for m in running if (cost := m.cost_at(now)) is not None]
    assert (book.running_count, book.unpriced) == (len(running), len(running) - len(priced))
    assert abs(book.running_cost_at(now) - sum(priced, Decimal(0))) < Decimal("1e-20")
    assert book.running_cost_per_hour == sum((m.cost_per_hour() or 0 for m in running), Decimal(0))
    assert sum(book.by_status.values()) == len(book) == len({source["TrainingJobName"] for source in changes})


def test_a_job_that_is_put_again_counts_once() -> None:
    """The newer description replaces the older one."""
    book = book_of(description("a"), description("a", ResourceConfig=config(count=2)))
    assert (len(book), book.running_cost_per_hour) == (1, Decimal("0.46"))


def test_only_another_state_is_a_change() -> None:
    """A new job is one; the same state again is not, whatever else differs."""
    book = JobBook()
    first = book.put(metered(description("a", SecondaryStatus="Downloading")), NOW)
    assert first is not None
    assert (first.name, first.status, first.secondary_status) == ("a", "InProgress", "Downloading")
    assert book.put(metered(description("a", SecondaryStatus="Downloading", FailureReason="x")), NOW) is None
    assert book.put(metered(description("a", SecondaryStatus="Training")), NOW) is not None


def test_jobs_are_found_by_key_and_by_name() -> None:
    """The same name in two regions is two jobs."""
    book = book_of(description("a"), description("a", region_id="eu-west-1"), description("b"))
    assert {key_of(m.job) for m in book.named("training", "a")} == {("training", REGION, "a"), ("training", "eu-west-1", "a")}
    assert book.get(("training", REGION, "b")) is not None
    assert book.get(("training", REGION, "c")) is None


def test_the_regions_where_something_runs() -> None:
    """What has ended keeps none; neither does what was taken out."""
    book = book_of(description("a"), description("b", region_id="eu-west-1"), ended("c", region_id="us-west-2"))
    assert book.running_regions() == {REGION, "eu-west-1"}
    book.remove(("training", "eu-west-1", "b"))
    book.remove(("training", "eu-west-1", "b"))
    assert (book.running_regions(), len(book)) == ({REGION}, 2)


def test_what_ended_yesterday_is_forgotten() -> None:
    """A day and a second after its end, or after its creation where AWS tells no end; what runs stays."""
    old = {"before": 86401, "CreationTime": ago(100_000)}
    book = book_of(
        ended("old", **old),
        ended("fresh", before=86399, CreationTime=ago(100_000)),
        ended("no-end", CreationTime=ago(100_000), TrainingEndTime=None),
        ended("no-times", CreationTime=None, TrainingEndTime=None),
        description("runs", CreationTime=ago(100_000), TrainingStartTime=ago(99_000)),
    )
    book.forget_ended_before(NOW)
    assert sorted(m.job.name for m in book.all()) == ["fresh", "no-times", "runs"]
    assert dict(book.by_status) == {"Completed": 2, "InProgress": 1}


def test_the_newest_and_the_dearest_are_shown() -> None:
    """Of many running jobs the screen has the newest and the dearest, newest first, and no more than fit."""
    cheap = [description(f"cheap-{n}", TrainingStartTime=ago(100 + n)) for n in range(60)]
    dear = description("dear", TrainingStartTime=ago(9000), ResourceConfig=config("ml.g5.xlarge", 8))
    shown = [m.job.name for m in book_of(*cheap, dear, ended("over")).shown(50)]
    assert len(shown) == 50
    assert shown[:20] == [f"cheap-{n}" for n in range(20)]
    assert shown[-1] == "dear"


def test_what_ended_fills_the_rest_of_the_screen() -> None:
    """The last ended comes first."""
    book = book_of(description("runs"), ended("over-1", before=50), ended("over-2", before=10))
    assert [m.job.name for m in book.shown(50)] == ["runs", "over-2", "over-1"]
    assert [m.job.name for m in book.shown(2)] == ["runs", "over-2"]


def test_what_is_shown_follows_each_change() -> None:
    """A choice that was kept is made anew once a job comes, changes or is forgotten."""
    book = book_of(description("a"))
    assert [m.job.name for m in book.shown(9)] == ["a"]
    book.put(metered(ended("b", before=90_000)), NOW)
    assert [m.job.name for m in book.shown(9)] == ["a", "b"]
    book.forget_ended_before(NOW)
    assert [m.job.name for m in book.shown(9)] == ["a"]


def test_a_job_that_waits_to_start_is_newest() -> None:
    """By creation before it starts; without any time it comes first, so that it is seen."""
    waiting = {"SecondaryStatus": "Starting", "TrainingStartTime": None}
    book = book_of(
        description("runs"),
        description("waits", **waiting, CreationTime=ago(10)),
        description("no-times", **waiting, CreationTime=None),
    )
    assert [m.job.name for m in book.shown(9)] == ["no-times", "waits", "runs"]
    assert started(metered(ended(TrainingStartTime=None, CreationTime=None))) == float("inf")


def test_an_empty_book() -> None:
    """Nothing runs and nothing is shown."""
    book = JobBook()
    assert (len(book), book.running_count, book.running_cost_at(NOW), book.shown(9)) == (0, 0, 0, [])


def test_ended_without_any_time_is_shown_last() -> None:
    """Nobody knows when it was, so the others come first."""
    book = book_of(ended("none", TrainingEndTime=None, CreationTime=None), ended("a", before=99))
    assert [m.job.name for m in book.shown(9)] == ["a", "none"]


def test_unpriced_jobs_are_counted_apart() -> None:
    """They are in no sum, and their number is told until they end."""
    book = book_of(description("a"), description("new", ResourceConfig=config("ml.z9.xlarge")))
    assert (book.unpriced, book.running_cost_at(NOW)) == (1, Decimal("0.23"))
    book.put(metered(ended("new", ResourceConfig=config("ml.z9.xlarge"))), NOW)
    assert (book.unpriced, book.running_count) == (0, 1)
