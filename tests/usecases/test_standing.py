"""What stands, what a day of it costs, and what is said where that is not known."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from mlcost_ext.core.host import Host, StudioApp
from mlcost_ext.core.standing import Part, Standing
from mlcost_ext.core.usage import UsageLine
from mlcost_ext.usecases.standing import (
    HOUR,
    MeteredStanding,
    StandingBook,
    cost_of,
    key_of_standing,
    meter_standing,
    standing_problems,
    total_of,
)
from mlcost_ext.usecases.standing_rows import (
    app_rows,
    endpoint_order,
    endpoint_row,
    is_forgotten,
    part_rows,
    schedule_row,
    standing_list,
    warm_pool_row,
)
from tests.fakes import NOW, REGION, FakePrices, price_list, unit_price

STUDIO = Host(
    kind="studio",
    region_id=REGION,
    studio_app=StudioApp(domain_id="d-1", space_name="mine", app_type="JupyterLab", app_name="default"),
)


def prices() -> FakePrices:
    return price_list(
        [
            unit_price("1.408", "Hosting", "ml.g5.xlarge"),
            unit_price("0.23", "Hosting", "ml.m5.xlarge"),
            unit_price("0.14", "Storage-Hosting", None),
            unit_price("0.05", "Studio-JupyterLab", "ml.t3.medium"),
            unit_price("0.112", "Storage-Studio-JupyterLab", None),
            unit_price("0.23", "WarmPool", "ml.m5.xlarge"),
            unit_price("0.23", "Processing", "ml.m5.xlarge"),
            unit_price("0.05", "Notebook", "ml.t3.medium"),
            unit_price("0.14", "Storage-Notebook", None),
        ]
    )


def line(component: str, instance_type: str | None, quantity: float = 1) -> UsageLine:
    return UsageLine(
        description="x",
        component=component,
        instance_type=instance_type,
        region_id=REGION,
        quantity=Decimal(str(quantity)),
        pricing_unit="Hours" if instance_type else "GB-Mo",
    )


def thing(kind: str = "endpoint", name: str = "churn", **changes: Any) -> Standing:
    fields: dict[str, Any] = {
        "kind": kind,
        "name": name,
        "region_id": REGION,
        "resource_id": f"arn:{kind}/{name}",
        "status": "InService",
        "is_costing": True,
        "can_end": True,
        "created_at": NOW - timedelta(days=10),
        "compute": (line("Hosting", "ml.g5.xlarge"),),
    }
    return Standing(**{**fields, **changes})


def metered(standing: Standing, **changes: Any) -> MeteredStanding:
    return meter_standing(standing, prices(), **changes)


def test_an_endpoint_costs_by_the_day_whether_it_is_called_or_not() -> None:
    """1.408 an hour is 33.792 a day; thirty gigabytes of volume 0.14 a month each are 0.14 a day."""
    it = metered(thing(kept=(line("Storage-Hosting", None, 30),)))
    row = endpoint_row(it, NOW, parts=[])
    assert (row.cost_per_hour, row.cost_per_day, row.storage_cost_per_day) == (
        Decimal("1.408"),
        Decimal("33.792"),
        Decimal("0.14"),
    )
    assert row.price is not None
    assert (row.price.component, row.can_delete, row.is_mine) == ("Hosting", True, True)


@pytest.mark.parametrize(
    ("changes", "per_day", "problem"),
    [
        ({"compute": None}, None, None),
        ({"compute": ()}, Decimal(0), None),
        ({"compute": (line("Hosting", "ml.z9.xlarge"),)}, None, "price_unknown"),
        ({"compute": (line("Hosting", "ml.g5.xlarge"), line("Hosting", "ml.z9.xlarge"))}, None, "price_unknown"),
        ({"kept": (line("Storage-Nowhere", None),)}, Decimal("33.792"), "storage_price_unknown"),
    ],
)
def test_what_is_not_known_is_not_zero(changes: dict[str, Any], per_day: Decimal | None, problem: str | None) -> None:
    """Without a price the amount is unknown, and a note says which price is missing."""
    it = metered(thing(**changes))
    assert it.cost_per_day == per_day
    assert [p.code for p in standing_problems(it)] == ([problem] if problem else [])


def test_several_prices_are_no_single_one() -> None:
    """The cost is exact all the same."""
    it = metered(thing(compute=(line("Hosting", "ml.g5.xlarge"), line("Hosting", "ml.m5.xlarge", 2))))
    assert (it.price(), it.cost_per_day) == (None, Decimal("44.832"))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"last_use": "none_seen"}, True),
        ({"last_use": "seen", "last_used_at": NOW - timedelta(days=12)}, True),
        ({"last_use": "seen", "last_used_at": NOW - timedelta(hours=23)}, False),
        ({"last_use": "seen", "last_used_at": None}, False),
        ({"last_use": "unknown"}, False),
        ({"last_use": "none_seen", "created_at": NOW - timedelta(hours=3)}, False),
        ({"last_use": "none_seen", "created_at": None}, False),
        ({"last_use": "none_seen", "is_costing": False}, False),
    ],
)
def test_forgotten_is_what_costs_and_was_not_called_for_a_day(changes: dict[str, Any], expected: bool) -> None:
    """Where AWS does not tell, or it is young, nobody is called forgetful."""
    assert is_forgotten(thing(**changes), NOW) is expected


def test_the_forgotten_come_first_then_the_dearest() -> None:
    """What costs nothing now comes last."""
    dear = metered(thing(name="dear", last_use="seen", last_used_at=NOW))
    cheap = metered(thing(name="cheap", compute=(line("Hosting", "ml.m5.xlarge"),), last_use="seen", last_used_at=NOW))
    forgotten = metered(thing(name="forgotten", compute=(line("Hosting", "ml.m5.xlarge"),), last_use="none_seen"))
    asleep = metered(thing(name="asleep", compute=(), is_costing=False))
    ordered = sorted([asleep, cheap, dear, forgotten], key=lambda m: endpoint_order(m, NOW))
    assert [m.standing.name for m in ordered] == ["forgotten", "dear", "cheap", "asleep"]


def test_variants_have_their_own_rows() -> None:
    """Each with its own cost; a component has none of its own, only a share."""
    parts = (
        Part(
            name="a",
            kind="variant",
            mode="real-time",
            instance_type="ml.g5.xlarge",
            instance_count=1,
            lines=(line("Hosting", "ml.g5.xlarge"),),
        ),
        Part(name="c", kind="component", mode=None, instance_type=None, instance_count=2, share=0.5),
    )
    variant, component = part_rows(metered(thing(parts=parts)), prices())
    assert (variant.cost_per_day, variant.price is not None) == (Decimal("33.792"), True)
    assert (component.cost_per_day, component.share, component.price) == (None, 0.5, None)


def app(space: str = "other", app_type: str = "JupyterLab", **changes: Any) -> Standing:
    fields = {
        "domain_id": "d-1",
        "space_name": space,
        "app_type": app_type,
        "parent": f"d-1/{space}",
        "since": NOW - timedelta(hours=2),
        "compute": (line("Studio-JupyterLab", "ml.t3.medium"),),
    }
    return thing("app", f"d-1/{space}/{app_type}/default", **{**fields, **changes})


def space(name: str = "other", gb: float = 20, **changes: Any) -> Standing:
    fields = {
        "domain_id": "d-1",
        "space_name": name,
        "is_costing": False,
        "compute": (),
        "kept": (line("Storage-Studio-JupyterLab", None, gb),),
    }
    return thing("space", f"d-1/{name}", **{**fields, **changes})


def test_an_app_is_shown_with_its_space_and_a_space_without_one_by_itself() -> None:
    """This session's comes first and cannot be stopped from here; a stopped space still costs its volume."""
    things = [metered(x) for x in (app(), space(), app("mine"), space("mine", 5), space("left", 100))]
    rows = app_rows(things, STUDIO, NOW)
    assert [(row.kind, row.title, row.is_this, row.can_stop) for row in rows] == [
        ("app", "mine", True, False),
        ("app", "other", False, True),
        ("space", "left", False, False),
    ]
    assert (rows[1].cost, rows[1].cost_per_day, rows[1].volume_gb) == (Decimal("0.10"), Decimal("1.2"), 20)
    assert rows[1].name == "d-1.other.JupyterLab.default"
    stopped = rows[2]
    assert (stopped.cost, stopped.cost_per_day) == (None, Decimal(0))
    assert stopped.storage_cost_per_day is not None
    assert round(stopped.storage_cost_per_day, 6) == Decimal("0.373333")


def test_this_sessions_own_app_costs_since_its_container_was_started() -> None:
    """Created twenty hours ago and started again two hours ago: 0.05 an hour for two; without that time it is at most 1.00."""
    mine = metered(app("mine", since=NOW - timedelta(hours=20), since_basis="at_most"))
    other = metered(app(since_basis="at_most"))
    host = replace(STUDIO, started_at=NOW - timedelta(hours=20), container_started_at=NOW - timedelta(hours=2))
    own, others = app_rows([mine, other], host, NOW)
    assert (own.cost, own.cost_basis, own.started_at) == (Decimal("0.1"), "accruing", NOW - timedelta(hours=2))
    assert (others.cost, others.cost_basis) == (Decimal("0.1"), "at_most")
    (own,) = app_rows([mine], STUDIO, NOW)
    assert (own.cost, own.cost_basis) == (Decimal("1.0"), "at_most")
    (own,) = app_rows([mine], replace(host, container_started_at=NOW - timedelta(hours=21)), NOW)
    assert (own.cost, own.cost_basis) == (Decimal("1.0"), "accruing")
    (own,) = app_rows([mine], replace(host, container_started_at=NOW + timedelta(seconds=5)), NOW)
    assert own.cost == 0
    (own,) = app_rows([metered(app("mine", since=None, compute=()))], host, NOW)
    assert (own.cost, own.cost_basis, own.started_at) == (None, None, None)


def test_an_app_that_is_gone_is_not_shown_and_one_without_a_space_is() -> None:
    """Deleted apps stay in AWS's list for a while; a classic app has no space."""
    classic = app(space_name=None, user_profile_name="ana", parent=None)
    rows = app_rows([metered(app(status="Deleted")), metered(space()), metered(classic)], STUDIO, NOW)
    assert [(row.kind, row.title, row.volume_gb) for row in rows] == [("app", "ana", None), ("space", "other", 20)]


def test_a_notebook_instance_knows_whether_it_is_this_machine() -> None:
    """Its volume goes on when it is stopped."""
    host = Host(kind="notebook_instance", region_id=REGION, notebook_instance_name="nb")
    fields: dict[str, Any] = {"compute": (line("Notebook", "ml.t3.medium"),), "kept": (line("Storage-Notebook", None, 5),)}
    (row,) = app_rows([metered(thing("notebook", "nb", **fields))], host, NOW)
    assert (row.kind, row.is_this, row.can_stop, row.volume_gb) == ("notebook", True, False, 5)
    elsewhere = Host(kind="notebook_instance", region_id="eu-west-1", notebook_instance_name="nb")
    (row,) = app_rows([metered(thing("notebook", "nb", **fields))], elsewhere, NOW)
    assert (row.is_this, row.can_stop) == (False, True)


def pool(until: datetime | None) -> MeteredStanding:
    compute = (line("WarmPool", "ml.m5.xlarge", 2),)
    kept = (line("Storage-Hosting", None, 60),)
    return metered(thing("warm-pool", "job", since=NOW - timedelta(hours=1), until=until, compute=compute, kept=kept))


def test_kept_instances_cost_no_longer_than_until_they_end() -> None:
    """Two at 0.23 for the half hour they were kept, and nothing more after it."""
    row = warm_pool_row(pool(NOW - timedelta(minutes=30)), NOW)
    assert (row.cost, row.cost_per_hour) == (Decimal("0.23"), Decimal(0))
    row = warm_pool_row(pool(NOW + timedelta(minutes=30)), NOW)
    assert (row.cost, row.cost_per_hour, row.cost_per_day) == (Decimal("0.46"), Decimal("0.46"), Decimal("11.04"))
    assert warm_pool_row(pool(None), NOW).cost == Decimal("0.46")


def test_kept_instances_keep_their_volumes() -> None:
    """Sixty gigabytes at 0.14 a month of thirty days."""
    assert warm_pool_row(pool(None), NOW).storage_cost_per_day == Decimal("0.28")


def test_a_schedule_costs_by_the_run() -> None:
    """At most its stopping condition; unknown where nothing says so."""
    run: dict[str, Any] = {"per_run": (line("Processing", "ml.m5.xlarge"),), "seconds_per_run": 1800, "compute": ()}
    told = schedule_row(metered(thing("schedule", "hourly", mode="cron(0 * ? * * *)", parent="churn", **run)), prices())
    assert (told.high_per_run, told.expression, told.endpoint) == (Decimal("0.115"), "cron(0 * ? * * *)", "churn")
    assert schedule_row(metered(thing("schedule", "x", compute=())), prices()).high_per_run is None


def test_totals_leave_out_what_is_unknown_and_say_so() -> None:
    """Of nothing the total is zero; of several unknown ones it is unknown."""
    assert total_of([]).cost_per_day == 0
    known, unknown = metered(thing()), metered(thing(name="x", compute=None))
    half = metered(thing(name="y", kept=None))
    told = total_of([known, unknown, half])
    assert (told.count, told.cost_per_day, told.unpriced) == (3, Decimal("67.584"), 2)
    assert total_of([unknown]).cost_per_day is None
    assert total_of([metered(thing(compute=()))]).cost_per_day == 0


def test_the_book_tells_what_changed() -> None:
    """A new thing and another status are changes; the same again is none."""
    book = StandingBook()
    assert book.put(metered(thing()))
    assert not book.put(metered(thing()))
    assert book.put(metered(thing(status="Deleting")))
    key = key_of_standing(thing())
    assert book.get(key) is not None
    assert (len(book), [m.standing.status for m in book.named("endpoint", "churn")]) == (1, ["Deleting"])
    assert (book.remove(key), book.remove(key)) == (True, False)


def test_scopes_and_regions() -> None:
    """Others' things are listed only where they are asked for; only ours say which regions to follow."""
    book = StandingBook()
    book.put(metered(thing()))
    book.put(metered(thing(name="theirs", region_id="eu-west-1"), is_mine=False))
    book.put(metered(thing("warm-pool", "p", compute=(), is_costing=False, region_id="us-west-2")))
    book.put(metered(thing("schedule", "s", compute=())))
    book.put(metered(app()))
    assert book.regions() == {REGION, "us-west-2"}
    mine = standing_list(book, STUDIO, prices(), NOW)
    assert [row.name for row in mine.endpoints] == ["churn"]
    assert [len(rows) for rows in (mine.apps, mine.warm_pools, mine.schedules)] == [1, 1, 1]
    every = standing_list(book, STUDIO, prices(), NOW, is_mine=None)
    assert {row.name: row.is_mine for row in every.endpoints} == {"churn": True, "theirs": False}


def test_what_has_not_begun_has_no_cost_so_far() -> None:
    """Only a rate is known of what AWS does not say the beginning of."""
    assert metered(thing()).cost_at(NOW) is None
    assert metered(thing(compute=None)).cost_at(NOW) is None
    assert cost_of(None, HOUR) is None


def test_one_is_found_whatever_the_case_of_its_name() -> None:
    """AWS's ARNs have it lowered; what is gone is not found."""
    book = StandingBook()
    book.put(metered(thing("schedule", "Hourly-Check")))
    key = ("schedule", REGION, "hourly-check")
    found = book.alike(key)
    assert found is not None
    assert found.standing.name == "Hourly-Check"
    book.remove(("schedule", REGION, "Hourly-Check"))
    assert (book.alike(key), book.remove(("schedule", REGION, "x"))) == (None, False)
