"""Pages of jobs."""

from __future__ import annotations

import base64
import contextlib
import json
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcost_ext.core.documents import JobList
from mlcost_ext.core.errors import UsageError
from mlcost_ext.usecases.families import Family
from mlcost_ext.usecases.listing import ORDERS, JobQuery, Listed, list_jobs, listed_in
from mlcost_ext.usecases.meter import MeteredJob, meter
from mlcost_ext.usecases.watch import JobBook
from tests.fakes import NOW, ago, description, ended, read_job, small_price_list


def query(**changes: Any) -> JobQuery:
    fields: dict[str, Any] = {"state": None, "kind": None, "sort": "started", "limit": 50, "cursor": None}
    return JobQuery(**{**fields, **changes})


def metered(source: dict[str, Any]) -> MeteredJob:
    return meter(read_job(source), small_price_list())


def some_jobs() -> list[MeteredJob]:
    gpu = {"InstanceType": "ml.g5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 0}
    return [
        metered(description("b", TrainingStartTime=ago(100))),
        metered(description("a", TrainingStartTime=ago(200), ResourceConfig=gpu)),
        metered(ended("c", before=1000)),
        metered(description("a", TrainingStartTime=ago(200), region_id="eu-west-1")),
        metered(description("waits", SecondaryStatus="Starting", TrainingStartTime=None, CreationTime=None)),
    ]


def page_of(jobs: list[MeteredJob], wanted: JobQuery, now: datetime) -> JobList:
    return list_jobs([Listed(job) for job in jobs], wanted, now)


def names(**changes: Any) -> list[str]:
    return [row.name for row in page_of(some_jobs(), query(**changes), NOW).jobs]


def test_orders() -> None:
    """Newest first, dearest first, or by name."""
    assert names() == ["waits", "b", "a", "a", "c"]
    assert names(sort="cost") == ["c", "a", "b", "a", "waits"]  # 0.23, 0.078 and 0.006; a price or a start that is unknown: last
    assert names(sort="name") == ["a", "a", "b", "c", "waits"]


def test_filters() -> None:
    """By state as we group them, by status as AWS spells it, by kind."""
    assert names(state="running", sort="name") == ["a", "a", "b", "waits"]
    assert names(state="ended") == ["c"]
    assert names(state="Completed") == ["c"]
    assert names(kind="training", state="Failed") == []
    assert names(kind="processing") == []


@pytest.mark.parametrize("sort", list(ORDERS))
@pytest.mark.parametrize("limit", [1, 2, 3, 5])
def test_pages_give_each_job_once(sort: str, limit: int) -> None:
    """Page after page is the whole list in its order."""
    pages, cursor = [], None
    while True:
        page = page_of(some_jobs(), query(sort=sort, limit=limit, cursor=cursor), NOW)
        pages += [(row.name, row.region_id) for row in page.jobs]
        cursor = page.next_cursor
        if cursor is None:
            break
    whole = page_of(some_jobs(), query(sort=sort), NOW).jobs
    assert pages == [(row.name, row.region_id) for row in whole]


def test_a_page_begins_after_the_one_before_whatever_came_between() -> None:
    """A job that starts meanwhile shifts nothing."""
    jobs = some_jobs()
    first = page_of(jobs, query(limit=2), NOW)
    jobs.append(metered(description("new", TrainingStartTime=ago(1))))
    second = page_of(jobs, query(limit=2, cursor=first.next_cursor), NOW)
    assert [row.name for row in second.jobs] == ["a", "a"]


def test_an_unknown_order_names_those_there_are() -> None:
    """The hint says what to use."""
    with pytest.raises(UsageError) as raised:
        page_of([], query(sort="colour"), NOW)
    assert all(order in raised.value.hint for order in ORDERS)


def packed(document: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(document).encode()).decode()


@pytest.mark.parametrize(
    "cursor",
    [
        "%%%",
        "é",
        packed(None),
        packed(7),
        packed("abcd"),
        packed(["started"]),
        packed({"a": 1, "b": 2, "c": 3, "d": 4}),
        packed(["name", 1.0, "a", "us-east-1"]),
        packed(["started", "x", "a", "us-east-1"]),
        packed(["started", 1.0, 2, "us-east-1"]),
        packed(["started", 1.0, "a", None]),
        base64.urlsafe_b64encode(b"[" * 30_000).decode(),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    ],
)
def test_a_cursor_of_another_list_is_refused(cursor: str) -> None:
    """Whatever stands in it, the answer says what to do."""
    with pytest.raises(UsageError, match="cursor"):
        page_of([], query(cursor=cursor), NOW)


@given(st.text(max_size=60))
def test_any_cursor_is_read_or_refused(cursor: str) -> None:
    """Nothing else is raised."""
    with contextlib.suppress(UsageError):
        page_of([], query(cursor=cursor), NOW)


def test_a_sum_is_sorted_by_what_it_has_started_and_told_whose_it_is() -> None:
    """Not by its own lines, of which it has none; the others' jobs are marked."""
    book, others = JobBook(), JobBook()
    sweep = replace(read_job(description("sweep")), kind="tuning", is_sum=True, compute=(), storage=())
    child = replace(read_job(description("child")), parent=("tuning", "sweep"))
    book.put(meter(sweep, small_price_list()), NOW)
    book.put(meter(child, small_price_list()), NOW)
    others.put(metered(description("theirs", TrainingStartTime=ago(60))), NOW)
    listed = [*listed_in(book, is_mine=True), *listed_in(others, is_mine=False)]
    rows = list_jobs(listed, query(sort="cost"), NOW).jobs
    assert {row.name: row.is_mine for row in rows} == {"child": True, "sweep": True, "theirs": False}
    assert [row.name for row in rows][2] == "theirs"
    assert Listed(meter(sweep, small_price_list()), family=Family()).cost_at(NOW) == 0.0
