"""What runs and stands, as the ledger keeps it: the same cost as on screen, by the day."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from mlcost_ext.core.host import Host, StudioApp
from mlcost_ext.core.ledger import Attribution
from mlcost_ext.core.money import to_wire
from mlcost_ext.core.profile import LedgerLine, daily
from mlcost_ext.core.times import time_from_text
from mlcost_ext.jobs import kind_named
from mlcost_ext.usecases.ledger_entries import job_entry, session_lines, session_resource, standing_lines
from mlcost_ext.usecases.meter import meter, total
from mlcost_ext.usecases.standing import meter_standing
from tests.fakes import NOW, REGION, ago, description, ended, has_local_disk, read_job, small_price_list
from tests.jobs.figures import PRICES
from tests.jobs.test_cases import CASES
from tests.usecases.test_overview import ENDPOINT

ANA = Attribution(notebook="train.ipynb", tags={"team": "fraud"})


def sums(lines: Any, now: datetime) -> tuple[int, bool]:
    """Add up all days of some lines; and tell whether each has a price."""
    days = [day for line in lines for day in daily(line, now)]
    return sum(day.contracted_cost or 0 for day in days), all(day.contracted_cost is not None for day in days)


def job_cases() -> list[Any]:
    paths = sorted(path.parent for path in CASES.glob("*/*/description.json") if kind_named(path.parent.parent.name))
    return [pytest.param(path, id=f"{path.parent.name}/{path.name}") for path in paths]


@pytest.mark.parametrize("case", job_cases())
def test_the_ledger_says_what_the_screen_says(case: Path) -> None:
    """Of every golden case: compute, volumes and kept instances by the day are the figures shown, to a rounding of each line."""
    kind = kind_named(case.parent.name)
    assert kind is not None
    metered = meter(kind.read(json.loads((case / "description.json").read_text()), has_local_disk), PRICES)
    expected = json.loads((case / "expected.json").read_text())
    now = time_from_text(expected["now"])
    assert now is not None
    entry = job_entry(metered, ANA)
    shown = [metered.cost_at(now), metered.storage_cost_at(now), metered.warm_pool_cost_at(now)]
    known = total(amount for amount in shown if amount is not None)
    if metered.job.is_sum:
        assert entry is None
    elif entry is None:
        assert not known
    elif sums(entry.lines, now)[1]:
        assert abs(Decimal(sums(entry.lines, now)[0]).scaleb(-9) - (known or 0)) <= Decimal("1e-9") * len(entry.lines)


def test_a_final_job_is_closed_and_metered() -> None:
    """Billable seconds × price, to the last digit."""
    metered = meter(read_job(ended("a", seconds=3600, BillableTimeInSeconds=1000)), small_price_list())
    entry = job_entry(metered, ANA)
    assert entry is not None
    assert (entry.is_closed, entry.basis) == (True, "metered")
    compute = [line for line in entry.lines if line.price.component == "Training"]
    cost = metered.cost_at(NOW)
    assert cost is not None
    assert to_wire(Decimal(sums(compute, NOW)[0]).scaleb(-9)) == to_wire(cost)
    assert compute[0].attribution == ANA


def test_a_job_that_runs_is_open_and_one_without_price_is_there() -> None:
    """It has a line without a price: unknown, and not nothing."""
    config = {"InstanceType": "ml.z9.large", "InstanceCount": 1, "VolumeSizeInGB": 0}
    job = read_job(description("a", ResourceConfig=config, TrainingStartTime=ago(60)))
    entry = job_entry(meter(job, small_price_list()), ANA)
    assert entry is not None
    assert (entry.is_closed, entry.basis, entry.lines[0].price.contracted_unit_price) == (False, "estimated", None)
    assert sums(entry.lines, NOW) == (0, False)


def test_what_stands_counts_since_aws_says_and_only_while_it_costs() -> None:
    """A stopped one has no line for instances; what is not known leaves the ledger as it is."""
    standing = replace(ENDPOINT, since=NOW - timedelta(hours=5), is_costing=True)
    lines = standing_lines(meter_standing(standing, PRICES), ANA, NOW)
    assert lines is not None
    assert {line.profile.since for line in lines} == {NOW - timedelta(hours=5)}
    assert standing_lines(meter_standing(replace(standing, is_costing=False), PRICES), ANA, NOW) == []
    assert standing_lines(meter_standing(replace(standing, compute=None), PRICES), ANA, NOW) is None


STUDIO = Host(
    kind="studio",
    region_id=REGION,
    instance_type="ml.t3.medium",
    component="Studio-JupyterLab",
    storage_component="Storage-Studio-JupyterLab",
    started_at=NOW - timedelta(hours=2),
    volume_gb=5,
    studio_app=StudioApp(domain_id="d-1", space_name="work", app_type="JupyterLab", app_name="default"),
)


def machine(lines: list[LedgerLine]) -> list[LedgerLine]:
    return [line for line in lines if line.price.pricing_unit == "Hours"]


def test_this_machine_and_its_volume_are_lines() -> None:
    """Two hours at 0.05 since its start; five gigabytes since they are seen."""
    lines = session_lines(STUDIO, small_price_list(), None, NOW)
    assert [(line.price.component, line.quantity) for line in lines] == [
        ("Studio-JupyterLab", Decimal(1)),
        ("Storage-Studio-JupyterLab", Decimal(5)),
    ]
    assert sums(machine(lines), NOW) == (100_000_000, True)
    resource = session_resource(STUDIO)
    assert (resource.kind, resource.name) == ("session", "d-1/work/JupyterLab")


def test_hours_that_cost_nothing_are_no_line() -> None:
    """A laptop, a capacity block paid before, a part of a node that nobody knows."""
    for host in (
        Host(kind="local", region_id=REGION, started_at=NOW),
        replace(STUDIO, is_prepaid=True),
        replace(STUDIO, kind="jupyterhub", studio_app=None),
    ):
        assert machine(session_lines(host, small_price_list(), None, NOW)) == []
