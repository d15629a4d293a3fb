"""What %cost says of jobs of every kind, of jobs that start others, and of what stands."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from .test_cost import APP, ENDPOINT, job, overview, report


def test_every_kind_of_job_has_its_word() -> None:
    """AWS's own, but for those that have none of one word; what is new here keeps its name."""
    kinds = ("training", "processing", "transform", "automl", "labeling")
    lines = repr(report(overview(*(job(kind, kind=kind) for kind in kinds)))).splitlines()[5:10]
    assert [re.split(r"\s{2,}", line)[1] for line in lines] == [
        "training", "processing", "batch transform", "Autopilot", "labeling",
    ]  # fmt: skip


def tuning(**more: Any) -> dict[str, Any]:
    return job(
        "tune",
        kind="tuning",
        instance_type=None,
        instance_count=None,
        is_sum=True,
        **{"children_known": 2, "children_started": 2, **more},
    )


def child(name: str, **more: Any) -> dict[str, Any]:
    return job(name, parent="tuning/tune", **more)


def test_what_a_job_has_started_is_in_its_sum_and_counted_once() -> None:
    """The children's rows are left to the dict form; one whose parent is not listed stands for itself."""
    found = report(overview(tuning(cost="0.5", cost_per_hour="0"), child("c-1"), child("c-2"), job("d", parent="tuning/other")))
    lines = repr(found).splitlines()
    assert lines[2] == "All its jobs   USD 0.6100 (2 jobs)"
    assert [line.split()[0] for line in lines[5:7]] == ["tune", "d"]
    assert "2 jobs        USD 0.5000  sum of its jobs, so far" in lines[5]
    assert [row["parent"] for row in found.to_dict()["jobs"]] == [None, "tuning/tune", "tuning/tune", "tuning/other"]  # type: ignore[index,union-attr,attr-defined]


@pytest.mark.parametrize(
    ("rows", "count", "shown"),
    [
        ([tuning(), child("c-1")], 3, "USD 0.1100 (1 job)"),  # the second child is not listed, but in the sum
        ([tuning(), child("c-1")], 4, "at least USD 0.1100 (2 jobs)"),
        ([tuning(children_started=5), child("c-1"), child("c-2")], 3, "at least USD 0.1100 (1 job)"),
        ([tuning(), child("c-1"), child("c-2", cost=None)], 3, "at least USD 0.1100 (1 job)"),
        ([tuning(cost=None)], 3, "cost unknown (1 job)"),
        ([tuning(children_known=None, children_started=None)], 1, "at least USD 0.1100 (1 job)"),
    ],
)
def test_a_sum_is_whole_only_with_all_its_jobs(rows: list[dict[str, Any]], count: int, shown: str) -> None:
    """Those AWS says were started and nobody knows, and those without a price, make it a least."""
    found = report(overview(*rows, totals={"by_status": {"InProgress": count}}))
    assert f"All its jobs   {shown}" in repr(found).splitlines()


@pytest.mark.parametrize(
    ("known", "started", "shown"), [(1, 1, "1 job "), (20, 27, "20 of 27 jobs"), (3, None, "3 jobs"), (None, None, "not known")]
)
def test_a_sum_tells_how_many_jobs_are_in_it(known: int | None, started: int | None, shown: str) -> None:
    """In place of instances, which it has none of its own."""
    row = repr(report(overview(tuning(children_known=known, children_started=started, cost_basis="at_most")))).splitlines()[5]
    assert f"InProgress  {shown}" in row
    assert "sum of its jobs" in row


def test_kept_instances_stand_beside_the_job() -> None:
    """What a warm pool has cost is no part of the job's own cost; nothing is said of what is nothing."""
    found = report(overview(job("a", warm_pool_cost="0.356", storage_cost="0.002"), job("b", storage_cost="0")))
    lines = repr(found).splitlines()
    assert lines[5].endswith("so far  USD 0.0020 storage, USD 0.3560 warm pool")
    assert lines[6].endswith("so far")


def test_kept_instances_may_cost_less_than_is_known() -> None:
    """How long they were kept may be an upper bound, and then so is their cost."""
    pool = {"warm_pool_cost": "0.356", "warm_pool_basis": "at_most"}
    found = report(overview(job("a", **pool), job("b", **{**pool, "warm_pool_basis": "final"})))
    lines = repr(found).splitlines()
    assert lines[5].endswith("so far  at most USD 0.3560 warm pool")
    assert lines[6].endswith("so far  USD 0.3560 warm pool")
    assert found.to_dict()["jobs"][0]["warm_pool_basis"] == "at_most"  # type: ignore[index]


def test_a_sum_that_lacks_jobs_is_a_least_in_its_row_too() -> None:
    """Whatever AWS says was started and is not known, or has no price."""
    for family in ([tuning(children_started=5)], [tuning(), child("c-1", cost=None)]):
        assert "at least USD 0.1100" in repr(report(overview(*family))).splitlines()[5]
    assert "at least" not in repr(report(overview(tuning(), child("c-1"), child("c-2")))).splitlines()[5]


def test_a_job_of_the_same_name_elsewhere_is_no_parent() -> None:
    """Names are a region's own."""
    lines = repr(report(overview(tuning(), child("c-1", region_id="eu-west-1")))).splitlines()
    assert [line.split()[0] for line in lines[5:7]] == ["tune", "c-1"]


def standing(**more: Any) -> dict[str, Any]:
    totals = {"by_status": {}, "standing": 4, "standing_cost_per_day": "40.5", "standing_unpriced": 0}
    space = {**APP, "kind": "space", "title": "old", "instance_type": None, "cost_per_day": "0", "storage_cost_per_day": "0.75"}
    pool = {**ENDPOINT, "name": "job-1", "status": "Available", "cost_per_day": "33.79", "is_forgotten": None}
    parts = {"endpoints": [ENDPOINT], "apps": [{**APP, "is_this": True}, APP, space], "warm_pools": [pool], "totals": totals}
    return overview(**{**parts, **more})


def test_what_stands_is_listed_with_its_cost_a_day() -> None:
    """Endpoints, kept instances, apps, volumes; this machine is the session's line."""
    lines = repr(report(standing())).splitlines()
    assert lines[3] == "What stands    USD 40.50 a day, besides this machine"
    assert lines[5:10] == [
        "What stands  Kind                 Status     Instances       A day       Last called",
        "poc          endpoint, forgotten  InService  ml.g4dn.xlarge  USD 17.67   not in 30 days",
        "job-1        warm pool            Available  ml.g4dn.xlarge  USD 33.79",
        "s            Studio app           InService  ml.t3.medium    USD 1.22",
        "old          space without app                               USD 0.7500",
    ]


def test_kept_instances_keep_their_volumes() -> None:
    """A day of a warm pool has both; of an older server's file, which does not tell of volumes, it is a least."""
    pool = {"name": "job-1", "status": "Available", "cost_per_day": "33.79"}
    told = repr(report(standing(warm_pools=[{**pool, "storage_cost_per_day": "0.5"}])))
    assert " USD 34.29" in told
    assert " at least USD 33.79" in repr(report(standing(warm_pools=[pool])))


def test_what_stands_of_a_kind_that_was_not_read_makes_the_sum_a_least() -> None:
    """The server says so."""
    totals = {"standing": 4, "standing_cost_per_day": "40.5", "standing_unpriced": 0, "is_standing_complete": False}
    assert "What stands    at least USD 40.50 a day, besides this machine" in repr(report(standing(totals=totals)))


def test_what_is_partly_known_is_a_least() -> None:
    """Instances without their volume, a sum that leaves some out; all unknown is no figure."""
    half, none = {**ENDPOINT, "storage_cost_per_day": None}, {**ENDPOINT, "cost_per_day": None, "storage_cost_per_day": None}
    totals = {"standing": 2, "standing_cost_per_day": "17.67", "standing_unpriced": 1}
    text = repr(report(standing(endpoints=[half, none], totals=totals)))
    assert "What stands    at least USD 17.67 a day, besides this machine" in text
    assert text.count("at least USD 17.67 ") == 2
    nothing = {**totals, "standing_cost_per_day": None}
    assert "What stands    cost unknown, besides this machine" in repr(report(standing(endpoints=[none], totals=nothing)))


@pytest.mark.parametrize(
    ("use", "at", "shown"),
    [
        ("seen", "2026-11-13T01:00:00Z", "2026-11-13"),
        ("unknown", None, "not known"),
        (None, None, "not known"),
        (7, 7, "not known"),
    ],
)
def test_last_use_of_an_endpoint(use: Any, at: Any, shown: str) -> None:
    """Of an endpoint that nobody could tell of, nothing is claimed."""
    found = report(standing(endpoints=[{**ENDPOINT, "last_use": use, "last_used_at": at, "is_forgotten": False}]))
    cells = re.split(r"\s{2,}", repr(found).splitlines()[6])
    assert cells[:2] == ["poc", "endpoint"]
    assert cells[-1].startswith(shown)


def test_long_lists_of_what_stands_are_cut() -> None:
    """Ten rows; the sum has all."""
    text = repr(report(standing(endpoints=[{**ENDPOINT, "name": f"e-{number}"} for number in range(14)])))
    assert "e-9 " in text
    assert "e-10" not in text
    assert "7 more that stand are not listed here; they are in the sum." in text


@pytest.mark.parametrize("totals", [{}, {"standing": 0, "standing_cost_per_day": "0"}, {"standing": "4"}, {"standing": True}])
def test_no_line_where_nothing_stands_or_nobody_says(totals: dict[str, Any]) -> None:
    """An older server's file has no such sum."""
    assert "What stands" not in repr(report(overview(totals=totals)))


def test_what_stands_goes_through_json() -> None:
    """Decimal strings and times, as of everything else."""
    found = report(standing()).to_dict()
    assert json.loads(json.dumps(found)) == found
    assert found["standing_total"] == {"cost_per_day": "40.5", "count": 4, "is_complete": True}
    assert found["standing"][0]["cost_per_day"] == "17.6736"  # type: ignore[index]


def test_odd_rows_of_what_stands_are_unknown_not_zero() -> None:
    """Rows of another shape are left out, odd fields are not known."""
    found = report(standing(endpoints=["row", {"name": 7, "cost_per_day": 5}], apps="none", warm_pools=None))
    assert [(row.name, row.cost_per_day, row.storage_cost_per_day) for row in found.standing] == [("(no name)", None, None)]
    assert "cost unknown" in repr(found)
