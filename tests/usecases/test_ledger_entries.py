"""What runs and stands, as the ledger keeps it: the same cost as on screen, by the day."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
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
from mlcost_ext.ledger.charge_store import ChargeStore
from mlcost_ext.ledger.database import Database
from mlcost_ext.usecases.ledger_entries import (
    job_entries,
    job_entry,
    session_lines,
    session_resource,
    standing_lines,
    standing_resource,
)
from mlcost_ext.usecases.meter import MeteredJob, meter, total
from mlcost_ext.usecases.standing import meter_standing
from tests.fakes import NOW, REGION, ago, description, ended, has_local_disk, read_job, small_price_list
from tests.jobs.figures import PRICES
from tests.jobs.test_cases import CASES
from tests.usecases.test_overview import ENDPOINT

FROM, TO = date(2020, 1, 1), date(2040, 1, 1)
ANA = Attribution(notebook="train.ipynb", tags={"team": "fraud"})


def ago_hours(hours: int) -> datetime:
    return NOW - timedelta(hours=hours)


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
    entries = job_entries(metered, ANA)
    lines = [line for entry in entries for line in entry.lines]
    pool = metered.job.warm_pool
    kept_until = min(now, pool.until) if pool and pool.until else now  # as in the job's row
    shown = [metered.cost_at(now), metered.storage_cost_at(now), metered.warm_pool_cost_at(kept_until)]
    known = total(amount for amount in shown if amount is not None)
    if metered.job.is_sum:
        assert entries == []
    elif not lines:
        assert not known
    elif sums(lines, now)[1]:
        assert abs(Decimal(sums(lines, now)[0]).scaleb(-9) - (known or 0)) <= Decimal("1e-9") * len(lines)
    assert {entry.basis for entry in entries} <= {"estimated", "metered"}


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
    lines, unknown = standing_lines(meter_standing(standing, PRICES), ANA, NOW)
    assert ({line.profile.since for line in lines}, unknown) == ({NOW - timedelta(hours=5)}, frozenset())
    assert standing_lines(meter_standing(replace(standing, is_costing=False), PRICES), ANA, NOW) == ([], frozenset())
    assert standing_lines(meter_standing(replace(standing, compute=None), PRICES), ANA, NOW) == ([], {"instances"})


def test_an_endpoint_whose_volumes_are_not_told_is_charged_for_its_instances(tmp_path: Path) -> None:
    """AWS tells no size where none was asked for: the instances count, and the volumes as something without a price."""
    metered = meter_standing(replace(ENDPOINT, since=ago_hours(2), is_costing=True, kept=None), PRICES)
    resource, store = standing_resource(metered.standing), ChargeStore(Database(tmp_path / "ledger.sqlite"))
    for when in (NOW - timedelta(hours=1), NOW):
        lines, unknown = standing_lines(metered, ANA, when)
        store.follow(resource, lines, when, unknown)
    (total,) = store.sums(FROM, TO, ())
    cost = metered.cost_at(NOW)
    assert cost is not None
    assert (to_wire(Decimal(total.contracted_cost).scaleb(-9)), len(total.unpriced)) == (to_wire(cost), 1)
    store.follow(resource, [], NOW)
    assert [(t.contracted_cost, len(t.unpriced)) for t in store.sums(FROM, TO, ())] == [(total.contracted_cost, 1)]
    assert store.verify() == []


def test_two_variants_alike_are_both_charged(tmp_path: Path) -> None:
    """Production and shadow, or blue and green: what the panel shows by the hour is what an hour is charged."""
    assert ENDPOINT.compute
    twice = replace(ENDPOINT, since=None, is_costing=True, compute=(*ENDPOINT.compute, *ENDPOINT.compute))
    metered, store = meter_standing(twice, PRICES), ChargeStore(Database(tmp_path / "ledger.sqlite"))
    lines, unknown = standing_lines(metered, ANA, ago_hours(1))
    store.follow(standing_resource(twice), lines, ago_hours(1), unknown)
    store.follow(standing_resource(twice), [], NOW)
    (total,), cost = store.sums(FROM, TO, ()), metered.cost_per_hour()
    assert cost is not None
    assert to_wire(Decimal(total.contracted_cost).scaleb(-9)) == to_wire(cost)


UNTOLD_END = dict.fromkeys(("TrainingEndTime", "BillableTimeInSeconds", "TrainingTimeInSeconds"))


@pytest.mark.parametrize(
    "changes", [{"TrainingJobStatus": "Archived"}, {"TrainingJobStatus": "Paused"}, UNTOLD_END], ids=["archived", "paused", "end"]
)
def test_a_description_that_cannot_be_costed_takes_nothing_back(tmp_path: Path, changes: dict[str, Any]) -> None:
    """What was metered stands; of one that ran the estimate stands as it was then, and counts no further."""
    store = ChargeStore(Database(tmp_path / "ledger.sqlite"))
    final = meter(read_job(ended("a", seconds=3600, BillableTimeInSeconds=3600)), PRICES)
    ran = meter(read_job(description("b", TrainingStartTime=ago(3600))), PRICES)
    store.bring([*job_entries(final, ANA), *job_entries(ran, ANA)], NOW)
    before = [(t.contracted_cost, t.by_basis) for t in store.sums(FROM, TO, ("resource",))]
    for told in (ended("a", seconds=3600, **{"BillableTimeInSeconds": None, **changes}), ended("b", **changes)):
        unknown = meter(read_job({**told, "TrainingEndTime": None}), PRICES)
        assert unknown.cost_at(NOW) is None
        store.bring(job_entries(unknown, ANA), NOW)
    store.bring([], NOW + timedelta(hours=5))
    assert [(t.contracted_cost, t.by_basis) for t in store.sums(FROM, TO, ("resource",))] == before
    store.bring(job_entries(meter(read_job(ended("b", seconds=3600, BillableTimeInSeconds=1800)), PRICES), ANA), NOW)
    assert [set(t.by_basis) - {"estimated"} for t in store.sums(FROM, TO, ("resource",))] == [{"metered"}, {"metered"}]


def test_a_job_that_is_billed_by_tokens_is_without_a_price(tmp_path: Path) -> None:
    """It is not nothing: the total says that it lacks something, while it runs and after it."""
    store = ChargeStore(Database(tmp_path / "ledger.sqlite"))
    for told in (description("a", TrainingStartTime=ago(3600)), ended("a", seconds=3600)):
        store.bring(job_entries(meter(read_job({**told, "ServerlessJobConfig": {"x": 1}}), PRICES), ANA), NOW)
        assert [(t.contracted_cost, len(t.unpriced)) for t in store.sums(FROM, TO, ())] == [(0, 1)]


def with_pool(status: str, **told: int) -> MeteredJob:
    """Give a job of an hour that has ended half an hour ago, with its warm pool."""
    config = {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 0, "KeepAlivePeriodInSeconds": 3600}
    pool = {"Status": status, **told}
    ran = {"TrainingStartTime": ago(5400), "TrainingEndTime": ago(1800), "BillableTimeInSeconds": 3600}
    return meter(read_job(ended("w", WarmPoolStatus=pool, ResourceConfig=config, LastModifiedTime=ago(1800), **ran)), PRICES)


def test_kept_instances_count_beside_the_job_and_no_longer_than_they_are_kept(tmp_path: Path) -> None:
    """The job is metered already; they go on until the keep-alive period is over, and are metered once AWS tells how long."""
    store, hour = ChargeStore(Database(tmp_path / "ledger.sqlite")), Decimal("0.23")
    store.bring(job_entries(replace(with_pool("Available"), job=replace(with_pool("Available").job, warm_pool=None)), ANA), NOW)
    store.bring(job_entries(with_pool("Available"), ANA), NOW)

    def parts() -> list[dict[str, Decimal]]:
        by_component = store.sums(FROM, TO, ("component",))
        return [{basis: Decimal(cost).scaleb(-9) for basis, cost in t.by_basis.items() if cost} for t in by_component]

    assert parts() == [{"metered": hour}, {"estimated": hour / 2}]
    store.bring([], NOW + timedelta(hours=10))
    assert parts() == [{"metered": hour}, {"estimated": hour}]
    store.bring(job_entries(with_pool("Terminated"), ANA), NOW + timedelta(hours=10))
    assert parts() == [{"metered": hour}, {"estimated": hour}], "AWS has not told how long: the keep-alive period is the most"
    store.bring(job_entries(with_pool("Terminated", ResourceRetainedBillableTimeInSeconds=1800), ANA), NOW + timedelta(hours=10))
    assert parts() == [{"metered": hour}, {"metered": hour / 2}]
    assert store.verify() == []


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
