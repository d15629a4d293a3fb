"""Only the step to `final` may lower a figure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mlcost_ext.core.times import time_to_text
from mlcost_ext.usecases.carrying import never_less
from mlcost_ext.usecases.meter import MeteredJob, meter
from mlcost_ext.usecases.watch import JobBook
from tests.fakes import NOW, REGION, description, read_job, small_price_list

KEY = ("training", REGION, "churn-1")
START = NOW


def at(seconds: float) -> datetime:
    """Give a time after the job's start."""
    return START + timedelta(seconds=seconds)


def text(seconds: float) -> str:
    return time_to_text(at(seconds))


def told(*states: tuple[str, float], **changes: Any) -> MeteredJob:
    """Meter a job that began at START, with its states and when each began."""
    listed = [{"Status": state, "StartTime": text(seconds)} for state, seconds in states]
    fields = {"TrainingStartTime": text(0), "CreationTime": text(-60), "SecondaryStatusTransitions": listed}
    return meter(read_job(description(**{**fields, "SecondaryStatus": states[-1][0], **changes})), small_price_list())


def ended(seconds: float, billable: int | None = None, **changes: Any) -> MeteredJob:
    over = {"TrainingJobStatus": "Completed", "TrainingEndTime": text(seconds), "BillableTimeInSeconds": billable}
    return told(("Training", 0), ("Completed", seconds), **over, TrainingTimeInSeconds=billable, **changes)


def figures(book: JobBook, now: datetime) -> tuple[Decimal, Decimal]:
    metered = book.get(KEY)
    assert metered is not None
    cost, storage = metered.cost_at(now), metered.storage_cost_at(now)
    assert cost is not None
    assert storage is not None
    return cost, storage


def test_an_interruption_learned_late_takes_nothing_back() -> None:
    """Spot, interrupted at 100 s, learned at 160 s: what was shown at 160 s stays, as the upper bound it is."""
    book = JobBook()
    book.put(told(("Training", 0), EnableManagedSpotTraining=True), at(1))
    shown = figures(book, at(160))
    book.put(told(("Training", 0), ("Interrupted", 100), EnableManagedSpotTraining=True), at(160))
    assert figures(book, at(160)) == figures(book, at(999)) == shown
    assert book.running_cost_at(at(999)) == shown[0]
    assert book.get(KEY).job.cost_basis == "at_most"  # type: ignore[union-attr]


def test_an_end_learned_late_takes_nothing_back_before_aws_tells_the_seconds() -> None:
    """On demand, ended at 100 s, learned at 110 s: at most what was shown, then final and lower."""
    book = JobBook()
    book.put(told(("Training", 0)), at(1))
    shown = figures(book, at(110))
    book.put(ended(100), at(110))
    held = book.get(KEY)
    assert held is not None
    assert (figures(book, at(500)), held.job.cost_basis) == (shown, "at_most")
    book.put(ended(100, billable=100), at(200))
    assert (figures(book, at(200))[0] * 3600, book.get(KEY).job.cost_basis) == (23, "final")  # type: ignore[union-attr]


def test_a_job_that_runs_on_grows_from_where_it_stood() -> None:
    """Interrupted from 100 to 200 s, both learned at 205 s: nothing is taken back, and each second counts again."""
    book = JobBook()
    book.put(told(("Training", 0)), at(1))
    book.put(told(("Training", 0), ("Interrupted", 100), ("Training", 200)), at(205))
    assert figures(book, at(205))[0] * 3600 == Decimal("0.23") * 205
    assert figures(book, at(215))[0] * 3600 == Decimal("0.23") * 215
    assert book.running_cost_at(at(215)) == figures(book, at(215))[0]


def test_the_same_description_again_changes_nothing() -> None:
    """Nor does it make an exact figure an upper bound."""
    first = told(("Training", 0))
    assert never_less(told(("Training", 0)), first, at(50)) == first
    assert never_less(first, None, at(50)) == first


def test_another_job_of_the_same_name_begins_anew() -> None:
    """A name is free again once its job was deleted."""
    new = told(("Starting", 3600), TrainingStartTime=None, CreationTime=text(3600))
    assert never_less(new, told(("Training", 0)), at(3601)) == new


def test_without_a_creation_time_it_is_taken_for_the_same_job() -> None:
    """A figure that stays too high for a while is an upper bound; one that falls would be wrong."""
    cut_short = told(("Training", 0), ("Interrupted", 10), CreationTime=None)
    carried = never_less(cut_short, told(("Training", 0)), at(60))
    assert carried.cost_at(at(99)) == told(("Training", 0)).cost_at(at(60))


def test_unknown_replaces_known_and_what_follows_begins_anew() -> None:
    """An unknown figure is no zero, and nothing is remembered across it."""
    known = told(("Training", 0))
    unknown = meter(replace(known.job, accrual=None), small_price_list())
    assert never_less(unknown, known, at(60)) == unknown
    later = told(("Training", 0), ("Interrupted", 10))
    assert never_less(later, unknown, at(60)) == later


def test_volumes_of_unknown_size_stay_unknown() -> None:
    """Only the instances have a figure to keep."""
    config = {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1}
    later = told(("Training", 0), ("Interrupted", 10), ResourceConfig=config)
    carried = never_less(later, told(("Training", 0), ResourceConfig=config), at(60))
    assert (carried.storage, carried.job.accrual.seconds_at(at(60))) == (None, 60)  # type: ignore[union-attr]


def test_what_volumes_were_held_for_is_kept_apart() -> None:
    """A job that was final, with volumes held longer than billed, and is told without its seconds again."""
    final = ended(100, billable=40)
    final = meter(
        replace(final.job, storage_accrual=replace(final.job.accrual, settled_seconds=Decimal(100))), small_price_list()
    )  # type: ignore[type-var]
    carried = never_less(ended(60), final, at(500))
    assert (carried.cost_at(at(500)), carried.storage_cost_at(at(500))) == (
        ended(60).cost_at(at(500)),
        final.storage_cost_at(at(500)),
    )


states = st.lists(st.sampled_from(["Training", "Interrupted", "Starting", "Downloading", "Uploading"]), min_size=1, max_size=6)
gaps = st.lists(st.integers(1, 300), min_size=6, max_size=6)
lags = st.lists(st.integers(0, 400), min_size=7, max_size=7)


@given(states, gaps, lags, st.booleans(), st.sampled_from([None, 0, 30, 1000]))
def test_a_figure_never_falls_but_to_be_final(
    history: list[str], gaps: list[int], lags: list[int], spot: bool, billable: int | None
) -> None:
    """Whatever happens to a job, and however late each news comes, what is shown only grows until AWS settles it."""
    book, begun, looked = JobBook(), [("Training", 0.0)], at(0)
    shown = (Decimal(0), Decimal(0))
    news = [told(*begun, EnableManagedSpotTraining=spot)]
    for state, gap in zip(history, gaps, strict=False):
        begun.append((state, begun[-1][1] + gap))
        news.append(told(*begun, EnableManagedSpotTraining=spot))
    end = begun[-1][1] + 50
    news.append(ended(end, billable, SecondaryStatusTransitions=[{"Status": s, "StartTime": text(t)} for s, t in begun],
                      EnableManagedSpotTraining=spot))  # fmt: skip
    happened = [*(t for _, t in begun), end]
    for metered, when, lag in zip(news, happened, [*lags, 0], strict=False):
        looked = max(looked, at(when + lag))
        if book.get(KEY) is not None:
            before = figures(book, looked)
            assert before >= shown
            shown = before
        book.put(metered, looked)
        now = figures(book, looked)
        if metered.job.cost_basis != "final":
            assert now[0] >= shown[0]
            assert now[1] >= shown[1]
            assert (book.running_count == 0) or abs(book.running_cost_at(looked) - now[0]) < Decimal("1e-20")
        shown = now
        looked += timedelta(seconds=lag / 2)
