"""Jobs that have started others, and sums that are a least, in ``mlcost jobs``."""

import re
from dataclasses import fields

import pytest

from mlcost_ext.core.documents import JobRow, Overview, Session, Totals
from mlcost_ext.core.standing_documents import WarmPoolRow

TUNING = {
    "name": "tune",
    "kind": "tuning",
    "region_id": "us-east-1",
    "status": "InProgress",
    "instance_type": None,
    "instance_count": None,
    "cost": "0.5",
    "cost_per_hour": "1.2",
    "storage_cost": "0",
    "cost_basis": "accruing",
    "is_running": True,
    "is_sum": True,
    "parent": None,
    "children_started": 2,
    "children_known": 2,
}
CHILD = {
    **TUNING,
    "name": "c-1",
    "kind": "training",
    "instance_type": "ml.m5.xlarge",
    "instance_count": 1,
    "cost": "0.25",
    "is_sum": False,
    "parent": "tuning/tune",
    "children_started": None,
    "children_known": None,
}
ENDED = {**CHILD, "name": "c-2", "is_running": False, "cost_per_hour": "0", "cost_basis": "final"}
OTHER = {**CHILD, "name": "apart", "parent": None, "cost": "3"}
TOTALS = {"running": 3, "running_cost": "3.25", "running_cost_per_hour": "2.4", "unpriced": 0, "is_complete": True,
          "launched_running": 2, "launched_running_cost": "3.5"}  # fmt: skip


def rows(ran):
    """Give the cells of the jobs' table, by name with its indentation."""
    lines = ran.out.split("\n\n")[0].splitlines()[1:]
    return {re.match(r" *\S+", line)[0]: re.split(r"\s{2,}", line.strip()) for line in lines}


def test_of_what_a_job_has_started_the_ended_are_counted(mlcost, left_behind, recently):
    """There may be hundreds; one whose cost nobody knows is shown all the same, since the sum lacks it."""
    ended = [{**ENDED, "name": f"e-{number}"} for number in range(27)]
    left_behind(recently, jobs=[TUNING, CHILD, *ended, {**ENDED, "name": "unread", "cost": None}], totals=TOTALS)
    lines = mlcost("jobs").out.splitlines()
    assert [line.split("  training")[0].rstrip() for line in lines[2:5]] == ["  c-1", "  unread", "  27 ended"]
    assert lines[5] == ""


def running_line(ran):
    """Give the sum."""
    return next(line for line in ran.out.splitlines() if line.startswith("Running jobs"))


def test_children_stand_below_their_parent_and_in_its_sum(mlcost, left_behind, recently):
    """The sum line is the sum of the outermost rows, whatever order the server lists them in."""
    left_behind(recently, jobs=[CHILD, TUNING, OTHER, ENDED], totals=TOTALS)
    ran = mlcost("jobs")
    assert list(rows(ran)) == ["tune", "  c-1", "  1", "apart"]
    assert rows(ran)["tune"][4:] == ["2 jobs", "USD 0.5000", "USD 1.20", "sum of its jobs, so far"]
    assert rows(ran)["  c-1"][4] == "ml.m5.xlarge"
    assert running_line(ran) == "Running jobs (2): USD 3.50, USD 2.40 an hour"


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"children_started": 27, "children_known": 20}, ["20 of 27 jobs", "at least USD 0.5000", "at least USD 1.20"]),
        ({"children_known": 1, "children_started": 1}, ["1 job", "USD 0.5000", "USD 1.20"]),
        ({"children_known": 3, "children_started": None}, ["3 jobs", "at least USD 0.5000", "at least USD 1.20"]),
        ({"children_known": None}, ["unknown", "at least USD 0.5000", "at least USD 1.20"]),
        ({"children_started": 27, "cost": None, "cost_per_hour": None}, ["2 of 27 jobs", "unknown", "unknown"]),
    ],
)
def test_a_sum_tells_how_many_jobs_are_in_it(mlcost, left_behind, recently, changes, shown):
    """In place of instances; what lacks some is a least, and what is unknown stays so."""
    left_behind(recently, jobs=[{**TUNING, **changes}], totals=TOTALS)
    assert rows(mlcost("jobs"))["tune"][4:7] == shown


def test_rate_of_a_sum_that_has_ended_is_no_least(mlcost, left_behind, recently):
    """Whatever else it has started, an hour adds nothing any more."""
    ended = {**TUNING, "children_started": 27, "is_running": False, "cost_per_hour": "0"}
    left_behind(recently, jobs=[ended], totals=TOTALS)
    assert rows(mlcost("jobs"))["tune"][5:7] == ["at least USD 0.5000", "USD 0.00"]


@pytest.mark.parametrize(
    ("jobs", "totals"),
    [
        ([TUNING, OTHER], {"is_complete": False}),
        ([TUNING, OTHER], {"unpriced": 1}),
        ([{**TUNING, "children_started": 3}, OTHER], {}),
        ([TUNING, {**CHILD, "cost": None, "is_running": False}, OTHER], {}),
    ],
)
def test_sum_that_lacks_something_is_a_least(mlcost, left_behind, recently, jobs, totals):
    """A kind that was not read, a job without a price, one of a tuning job's that is not known."""
    left_behind(recently, jobs=jobs, totals={**TOTALS, **totals})
    assert running_line(mlcost("jobs")).startswith("Running jobs (2): at least USD 3.50, at least USD 2.40 an hour")


def test_no_jobs_where_a_kind_was_not_read_is_not_known(mlcost, left_behind, recently):
    """Nothing seen is nothing there only where AWS was asked for every kind."""
    left_behind(recently, totals={**TOTALS, "is_complete": False})
    assert mlcost("jobs").out.startswith("No jobs known.")
    left_behind(recently, totals=TOTALS)
    assert mlcost("jobs").out.startswith("No jobs.")


def test_names_are_a_regions_own(mlcost, left_behind, recently):
    """A child stands below the parent of its region; where that is not listed it stands for itself."""
    left_behind(recently, jobs=[TUNING, {**CHILD, "region_id": "eu-west-1"}], totals=TOTALS)
    assert list(rows(mlcost("jobs"))) == ["tune", "c-1"]


def test_odd_parents_end_nowhere(mlcost, left_behind, recently):
    """Rows that have started themselves, or each other, do not keep the command from its end."""
    twice = {**TUNING, "parent": "tuning/tune"}
    left_behind(recently, jobs=[TUNING, twice, {**CHILD, "parent": ["x"]}, {**CHILD, "region_id": []}], totals=TOTALS)
    assert mlcost("jobs").status == 0


def test_session_that_may_have_started_later_costs_at_most_so_much(mlcost, left_behind, recently):
    """AWS keeps an app's time when it is started again."""
    session = {"instance_type": "ml.t3.medium", "cost": "0.12", "cost_per_hour": "0.06", "cost_basis": "at_most"}
    left_behind(recently, session=session)
    assert "Session (ml.t3.medium): at most USD 0.1200, USD 0.0600 an hour" in mlcost("jobs").out.splitlines()
    left_behind(recently, session={**session, "cost": None})
    assert "Session (ml.t3.medium): unknown, USD 0.0600 an hour" in mlcost("jobs").out.splitlines()


@pytest.mark.parametrize(
    ("document", "names"),
    [
        (Overview, {"as_of", "clock_offset_seconds", "totals", "jobs", "warm_pools"}),
        (Totals, {"launched_running", "launched_running_cost", "running_cost_per_hour", "unpriced", "is_complete",
                  "standing", "standing_cost_per_day", "standing_unpriced", "is_standing_complete"}),
        (JobRow, {"is_sum", "is_running", "parent", "children_started", "children_known", "warm_pool_cost", "warm_pool_basis"}),
        (Session, {"cost", "cost_basis", "cost_per_hour"}),
        (WarmPoolRow, {"cost_per_day", "storage_cost_per_day"}),
    ],
)  # fmt: skip
def test_what_is_read_from_the_file_is_what_the_server_writes(document, names):
    """By its name; what no server writes would be unknown for ever, and nobody told."""
    assert names <= {field.name for field in fields(document)}
