"""What the totals count, and whether they are all."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcost_ext.core.documents import KindState, Totals
from mlcost_ext.core.host import Host, StudioApp
from mlcost_ext.core.job import Problem
from mlcost_ext.usecases.job_row import job_row
from mlcost_ext.usecases.meter import MeteredJob
from mlcost_ext.usecases.overview import Picture, overview
from mlcost_ext.usecases.watch import JobBook, key_of
from tests.fakes import KINDS_READ, NOW, REGION, ago, aws_word, description, ended, small_price_list

from .test_families import child, sweep
from .test_watch import metered

LAPTOP = Host(kind="local", region_id=REGION)
STUDIO = replace(LAPTOP, studio_app=StudioApp(domain_id="d-1", space_name="mine", app_type="JupyterLab", app_name="default"))
UNPRICED = {"InstanceType": "ml.z9.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 0}


def totals(*jobs: MeteredJob, host: Host = LAPTOP, **changes: Any) -> Totals:
    book = JobBook()
    for job in jobs:
        book.put(job, NOW)
    picture = Picture(host=host, book=book, prices=small_price_list(), **{"aws": aws_word(), **changes})
    return overview(picture, NOW).totals


def test_what_was_launched_costs_what_it_has_started() -> None:
    """A sweep with a running and an ended child of 0.23 each, and a job of 0.23: two were launched, for 0.69."""
    told = totals(sweep(), child("a"), child("b", over=True), metered(description("alone")))
    assert (told.launched_running, told.launched_running_cost) == (2, Decimal("0.69"))
    assert (told.running, told.running_cost) == (3, Decimal("0.46"))


def test_a_running_job_whose_starter_has_ended_or_is_not_known_is_an_outermost_one() -> None:
    """Its row is in nobody's; the ended children are then in no row that runs."""
    ended_sweep = sweep(is_running=False, status="Stopped", ended_at=NOW)
    for jobs in ([ended_sweep], []):
        told = totals(*jobs, child("a"), child("b", over=True))
        assert (told.launched_running, told.launched_running_cost) == (1, Decimal("0.23"))


def test_what_was_launched_and_has_no_known_cost_is_left_out() -> None:
    """With nothing else the sum is unknown, not zero."""
    odd = metered(description("odd", ResourceConfig=UNPRICED))
    orphan = child("orphan", ResourceConfig=UNPRICED)
    assert totals(odd, orphan).launched_running_cost is None
    assert totals(odd, metered(description("a"))).launched_running_cost == Decimal("0.23")
    assert totals(sweep(children_started=0)).launched_running_cost == 0
    assert totals(aws=aws_word("off", None)).launched_running_cost is None


@given(
    st.lists(
        st.tuples(st.sampled_from("abcdef"), st.booleans(), st.booleans(), st.booleans(), st.integers(-100, 5000)), max_size=15
    ),
    st.lists(st.booleans(), max_size=3),
)
def test_the_launched_are_the_outermost_rows(jobs: list[tuple[str, bool, bool, bool, int]], sweep_runs: list[bool]) -> None:
    """In whatever order they are told, and for what begins in our future."""
    book = JobBook()
    for name, over, is_child, is_priced, start in jobs:
        changes = {} if is_priced else {"ResourceConfig": UNPRICED}
        make = child if is_child else lambda n, over, **c: metered((ended if over else description)(n, **c))
        book.put(make(name, over=over, **changes, **({} if over else {"TrainingStartTime": ago(start)})), NOW)
    for runs in sweep_runs:
        book.put(sweep(is_running=runs, status="InProgress" if runs else "Completed", children_started=None), NOW)
    rows = {key_of(m.job): job_row(m, NOW, family=book.family(key_of(m.job)) if m.job.is_sum else None) for m in book.all()}
    running = [row for row in rows.values() if row.is_running]
    started = {f"{row.kind}/{row.name}" for row in running if row.is_sum}
    outermost = [row for row in running if row.parent not in started]
    launched, known = book.launched_at(NOW), [row.cost for row in outermost if row.cost is not None]
    assert (launched.count, launched.unpriced) == (len(outermost), len(outermost) - len(known))
    assert launched.cost is not None
    assert abs(launched.cost - sum(known, Decimal(0))) < Decimal("1e-20")


def word(*without: str, denied: str | None = None, unread: str | None = None) -> Any:
    kinds = [
        KindState(kind=kind, as_of=None if kind == unread else NOW, is_denied=kind == denied)
        for kind in KINDS_READ
        if kind not in without
    ]
    return aws_word(kinds=kinds)


@pytest.mark.parametrize(
    ("host", "changes", "expected"),
    [
        (LAPTOP, {}, (True, True)),
        (LAPTOP, {"aws": word("app", "space")}, (True, True)),
        (STUDIO, {"aws": word("app", "space")}, (True, False)),
        (STUDIO, {"aws": word(denied="space")}, (True, False)),
        (STUDIO, {"aws": word(unread="app")}, (True, False)),
        (LAPTOP, {"aws": word(denied="endpoint")}, (True, False)),
        (LAPTOP, {"aws": word(denied="notebook")}, (True, False)),
        (LAPTOP, {"aws": word(denied="processing")}, (False, True)),
        (LAPTOP, {"aws": word(unread="automl")}, (False, True)),
        (LAPTOP, {"aws": word("transform")}, (False, True)),
        (LAPTOP, {"aws": aws_word("failed", NOW - timedelta(hours=1))}, (True, True)),
        (LAPTOP, {"aws": aws_word(as_of=None)}, (False, False)),
        (LAPTOP, {"aws": aws_word(kinds=[])}, (False, False)),
        (LAPTOP, {"problems": (Problem(code="reading", message="", hint=""),)}, (False, False)),
        (LAPTOP, {"problems": (Problem(code="region_unread", message="", hint=""),)}, (False, False)),
        (LAPTOP, {"problems": (Problem(code="slowed", message="", hint=""),)}, (True, True)),
    ],
)
def test_totals_are_all_where_every_kind_was_read(host: Host, changes: dict[str, Any], expected: tuple[bool, bool]) -> None:
    """What was denied or never read may have more; apps and spaces are those of a Studio domain."""
    told = totals(host=host, **changes)
    assert (told.is_complete, told.is_standing_complete) == expected
