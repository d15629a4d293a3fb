"""What runs and what it costs, from the files that servers leave."""

from datetime import timedelta

import pytest

from mlcost_ext.cli import overview_file
from mlcost_ext.kernel import cost

JOB = {
    "name": "churn-1",
    "kind": "training",
    "region_id": "us-east-1",
    "status": "InProgress",
    "instance_type": "ml.g5.xlarge",
    "instance_count": 2,
    "spot": True,
    "cost": "0.1234",
    "cost_per_hour": "2.816",
    "storage_cost": None,
    "cost_basis": "at_most",
}


def test_no_server_is_one_sentence(mlcost):
    """Where no server has written anything, that is said."""
    ran = mlcost("jobs")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith("no_server: No Jupyter server")


def test_freshest_file_is_shown(mlcost, left_behind, recently):
    """Of several servers' files the newest counts."""
    left_behind(recently - timedelta(hours=1), "old", jobs=[{**JOB, "name": "old-job"}])
    left_behind(recently, "new", jobs=[JOB])
    document = mlcost("--json", "jobs").document
    assert (document["server_id"], document["is_stale"], document["jobs"]) == ("new", False, [JOB])


def test_table_has_cost_and_time(mlcost, left_behind, recently):
    """The text form has each job, the sums and the time they are from."""
    totals = {"running": 2, "running_cost": "0.1234", "running_cost_per_hour": "2.816", "unpriced": 1}
    left_behind(recently, jobs=[JOB, {**JOB, "name": "b", "cost": None, "cost_per_hour": None}], totals=totals)
    ran = mlcost("jobs")
    lines = ran.out.splitlines()
    assert ran.status == 0
    cells = ["churn-1", "training", "us-east-1", "InProgress", "2 × ml.g5.xlarge (spot)", "USD 0.1234", "USD 2.82", "unknown"]
    assert lines[1].split() == " ".join([*cells, "at most, spot is cheaper"]).split()
    assert "unknown" in lines[2]
    assert "Running jobs (2): at least USD 0.1234, at least USD 2.82 an hour; 1 of unknown cost" in lines
    assert f"As of {recently:%Y-%m-%d %H:%M:%S} UTC, at list prices." in lines


def test_upper_bound_of_a_job_on_demand(mlcost, left_behind, recently):
    """Nobody calls on demand cheaper as spot: its seconds are not told yet."""
    left_behind(recently, jobs=[{**JOB, "spot": False, "cost_basis": "at_most"}])
    assert "at most, until AWS tells the billable seconds" in mlcost("jobs").out


def test_sum_without_any_price_is_unknown(mlcost, left_behind, recently):
    """Where nothing that runs has a price, the sum is unknown, not zero."""
    left_behind(recently, totals={"running": 1, "running_cost": None, "running_cost_per_hour": None, "unpriced": 1})
    assert "Running jobs (1): unknown, unknown an hour; 1 of unknown cost" in mlcost("jobs").out


def test_before_aws_has_answered_nothing_is_counted(mlcost, left_behind, recently):
    """No answer of AWS is not an answer of zero."""
    totals = {"running": 0, "running_cost": "0", "running_cost_per_hour": "0", "unpriced": 0}
    left_behind(recently, totals=totals, aws={"status": "loading", "as_of": None})
    lines = mlcost("jobs").out.splitlines()
    assert (lines[0], lines[3]) == ("No jobs known.", "Running jobs: unknown")
    assert "AWS has not told this server yet what runs" in lines[4]


def test_aws_out_of_reach_since(mlcost, left_behind, recently):
    """Where AWS's last answer failed, the time of the last good one is said."""
    left_behind(recently, aws={"status": "failed", "as_of": "2026-11-23T12:03:00Z"})
    assert "AWS could not be asked since 12:03:00 UTC." in mlcost("jobs").out


def test_old_figures_are_said_to_be_old(mlcost, left_behind, recently):
    """A file that nobody renews is shown with its time."""
    left_behind(recently - timedelta(hours=3))
    assert "has not renewed these figures since" in mlcost("jobs").out
    assert mlcost("--json", "jobs").document["is_stale"] is True


@pytest.mark.parametrize("seconds", [-180.0, 180.0, -7200.0])
def test_age_is_by_aws_clock(mlcost, left_behind, recently, seconds):
    """Times are AWS's: a machine whose clock is off hears neither that its server is gone nor, once it is, that it lives."""
    left_behind(recently + timedelta(seconds=seconds), clock_offset_seconds=seconds)
    assert mlcost("--json", "jobs").document["is_stale"] is False
    left_behind(recently + timedelta(seconds=seconds) - timedelta(minutes=3), clock_offset_seconds=seconds)
    assert mlcost("--json", "jobs").document["is_stale"] is True
    assert mlcost("--json", "jobs").document["clock_offset_seconds"] == seconds


def test_clocks_are_compared_alike_in_a_terminal_and_in_a_notebook():
    """`mlcost jobs` and `%cost` know the same offset, and none where there is none."""
    for told in (None, True, "3", [], 0, -180, 180.5, 3e9, 4e9, float("nan"), float("inf"), 10**40):
        assert overview_file.clock_offset({"clock_offset_seconds": told}) == cost.clock_offset({"clock_offset_seconds": told})
    assert overview_file.clock_offset({}) == timedelta()
    assert overview_file.clock_offset({"clock_offset_seconds": -180}) == timedelta(minutes=-3)


def test_second_server_is_mentioned(mlcost, left_behind, recently):
    """Figures of another server that runs are not passed over in silence."""
    left_behind(recently, "a")
    left_behind(recently - timedelta(seconds=1), "b")
    assert "More Jupyter servers run here, not shown: 1." in mlcost("jobs").out


def test_notes_are_shown(mlcost, left_behind, recently):
    """What the figures lack stands below them."""
    note = {"code": "permission_missing", "message": "sagemaker:Search is denied.", "hint": "Ask for it."}
    left_behind(recently, data_quality=[note, {"code": "history_not_kept", "message": "No totals.", "hint": ""}])
    out = mlcost("jobs").out
    assert "Note: sagemaker:Search is denied. Ask for it." in out
    assert "No totals" not in out


def test_names_from_outside_are_cleaned(mlcost, left_behind, recently):
    """No control character of a name reaches the terminal."""
    left_behind(recently, jobs=[{**JOB, "name": "\x1b]0;evil\x07 \u202e", "status": "\r\n"}], billing_currency="\x1b[5m")
    out = mlcost("jobs").out
    assert not set(out) & set("\x1b\x07\r\u202e")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"as_of": 3}', '{"as_of": "2026-11-23T14:00:00"}', "[" * 100_000])
def test_broken_file_is_no_file(mlcost, home, text):
    """What cannot be read is left out."""
    path = home / "mlcost/servers/a/overview.json"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    assert mlcost("--json", "jobs").document["code"] == "no_server"


def test_fields_of_another_kind_are_unknown(mlcost, left_behind, recently):
    """A document of unexpected form is shown as far as it goes."""
    odd = {"name": 3, "cost": "NaN", "cost_per_hour": 1.5, "instance_count": "two", "cost_basis": ["x"]}
    left_behind(recently, jobs=[odd, "job"], totals=[], session="here", data_quality={}, billing_currency=7)
    ran = mlcost("jobs")
    assert ran.status == 0
    assert "Running jobs: unknown" in ran.out
