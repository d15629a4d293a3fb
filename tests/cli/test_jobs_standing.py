"""What stands, in the second table of ``mlcost jobs``."""

import pytest

ENDPOINT = {
    "name": "churn",
    "region_id": "us-east-1",
    "status": "InService",
    "instance_type": "ml.g5.xlarge",
    "instance_count": 1,
    "cost_per_day": "33.8016",
    "storage_cost_per_day": "0",
    "last_use": "none_seen",
    "last_used_at": None,
    "is_forgotten": True,
}


def test_what_stands_is_shown_by_the_day(mlcost, left_behind, recently):
    """Forgotten endpoints are called so, this session's app too, and a stopped space shows its volume."""
    seen = {**ENDPOINT, "name": "live", "is_forgotten": False, "last_use": "seen", "last_used_at": "2026-11-23T12:00:00Z"}
    app = {"kind": "app", "title": "work", "is_this": True, "cost_per_day": "1.2", "storage_cost_per_day": "0.02"}
    space = {"kind": "space", "title": "old", "cost_per_day": "0", "storage_cost_per_day": None, "status": "InService"}
    pool = {"name": "warm", "instance_type": "ml.m5.xlarge", "instance_count": 2, "cost_per_day": "11.04"}
    pool["storage_cost_per_day"] = "0.3"
    totals = {"running": 0, "standing": 4, "standing_cost_per_day": "78.64", "standing_unpriced": 1}
    left_behind(recently, endpoints=[ENDPOINT, seen], apps=[app, space], warm_pools=[pool], totals=totals)
    out = mlcost("jobs").out
    lines = {line.split("  ")[0]: " ".join(line.split()) for line in out.splitlines()}
    assert lines["churn"].endswith("endpoint (forgotten) us-east-1 InService ml.g5.xlarge USD 33.80 not in 30 days")
    assert lines["live"].endswith("2026-11-23 12:00")
    assert "Studio app (this session)" in lines["work"]
    assert lines["old"].endswith("space, stopped unknown USD 0.00 unknown")  # its region is; AWS's InService tells nothing
    assert lines["warm"].endswith("2 × ml.m5.xlarge USD 11.04 USD 0.3000")
    assert "Standing (4) besides this session: at least USD 78.64 a day" in out
    assert mlcost("--json", "jobs").document["endpoints"] == [ENDPOINT, seen]


def test_volumes_of_kept_instances_that_nobody_tells_are_unknown(mlcost, left_behind, recently):
    """An older server's file has none of them: that is no zero."""
    left_behind(recently, warm_pools=[{"name": "warm", "cost_per_day": "11.04"}])
    line = next(line for line in mlcost("jobs").out.splitlines() if line.startswith("warm "))
    assert line.split()[-3:] == ["USD", "11.04", "unknown"]


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ({}, "USD 78.64"),
        ({"is_standing_complete": True, "standing_unpriced": 0}, "USD 78.64"),
        ({"is_standing_complete": False}, "at least USD 78.64"),
        ({"is_standing_complete": False, "standing_cost_per_day": None}, "unknown"),
    ],
)
def test_sum_of_what_stands_is_a_least_where_not_all_was_read(mlcost, left_behind, recently, told, shown):
    """A kind that AWS does not tell of is in no sum."""
    totals = {"standing": 4, "standing_cost_per_day": "78.64", **told}
    left_behind(recently, totals=totals)
    assert f"Standing (4) besides this session: {shown} a day" in mlcost("jobs").out.splitlines()
