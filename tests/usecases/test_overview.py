"""The picture that every view shares."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from mlcost_ext.core.documents import KindState
from mlcost_ext.core.host import Host, StudioApp
from mlcost_ext.core.job import Problem
from mlcost_ext.core.standing import Standing
from mlcost_ext.core.usage import UsageLine
from mlcost_ext.core.wire import to_document
from mlcost_ext.usecases.job_row import job_row
from mlcost_ext.usecases.meter import meter
from mlcost_ext.usecases.overview import Picture, overview
from mlcost_ext.usecases.standing import StandingBook, meter_standing
from mlcost_ext.usecases.watch import JobBook
from tests.fakes import NOW, REGION, ago, aws_word, description, ended, price_list, read_job, small_price_list, unit_price

TAGS = {"sagemaker:space-arn": "arn:aws:sagemaker:us-east-1:111122223333:space/d-1/work"}
STUDIO = Host(
    kind="studio",
    region_id=REGION,
    instance_type="ml.t3.medium",
    component="Studio-JupyterLab",
    storage_component="Storage-Studio-JupyterLab",
    started_at=NOW.replace(hour=12),
    volume_gb=5,
    owner_tags=TAGS,
)
LAPTOP = Host(kind="local", region_id=REGION, started_at=NOW.replace(hour=12))
AWS = aws_word()


def picture(*sources: dict[str, Any], host: Host = STUDIO, **changes: Any) -> Picture:
    book, prices = JobBook(), small_price_list()
    for source in sources:
        book.put(meter(read_job(source), prices, "train.ipynb"), NOW)
    return replace(Picture(host=host, book=book, aws=AWS, prices=prices), **changes)


def drawn(*sources: dict[str, Any], **changes: Any) -> dict[str, Any]:
    document = to_document(overview(picture(*sources, **changes), NOW))
    return json.loads(json.dumps(document))


def codes(document: dict[str, Any]) -> list[str]:
    return [row["code"] for row in document["data_quality"]]


def test_a_studio_session() -> None:
    """Two hours at 0.05, and what its 5 GB cost on a day when it is stopped."""
    document = drawn()
    session = document["session"]
    assert {key: session[key] for key in ("host", "instance_type", "region_id", "cost", "cost_per_hour", "started_at")} == {
        "host": "studio",
        "instance_type": "ml.t3.medium",
        "region_id": REGION,
        "cost": "0.1",
        "cost_per_hour": "0.05",
        "started_at": "2026-11-23T12:00:00Z",
    }
    assert session["cost_per_day_when_stopped"] == "0.018666667"
    assert session["price"]["price_as_of"] == "2026-01-01"
    assert codes(document) == ["history_not_kept"]


def test_storage_prices_are_told_once() -> None:
    """Two jobs with volumes share one price, with its source; a job on local disk needs none."""
    gpu = {"InstanceType": "ml.g5.xlarge", "InstanceCount": 1}
    (row,) = drawn(description("a"), description("b"), description("c", ResourceConfig=gpu))["storage_prices"]
    assert (row["component"], row["region_id"], row["list_unit_price"]) == ("Storage-Training", REGION, "0.14")
    assert (row["pricing_unit"], row["price_source"]) == ("GB-Mo", "fake")
    assert drawn(description("c", ResourceConfig=gpu))["storage_prices"] == []


def test_nothing_runs() -> None:
    """Zero is known where nothing runs."""
    document = drawn()
    running = {"running": 0, "running_cost": "0", "running_cost_per_hour": "0", "unpriced": 0, "by_status": {}, "by_kind": {}}
    launched = {"launched_running": 0, "launched_running_cost": "0", "is_complete": True, "is_standing_complete": True}
    counts = dict.fromkeys(("endpoints", "apps", "apps_on", "warm_pools", "schedules"), 0)
    standing = {"standing": 0, "standing_counts": counts, "standing_cost_per_day": "0", "standing_unpriced": 0}
    totals = {**running, **launched, **standing}
    assert document["totals"] == totals
    assert (document["jobs"], document["idle"]["state"]) == ([], "off")


@pytest.mark.parametrize(
    ("status", "age_seconds", "cost"),
    [("ok", 0, "0"), ("failed", 179, "0"), ("failed", 180, None), ("failed", None, None), ("loading", 5, None), ("off", 5, None)],
)
def test_nothing_seen_is_nothing_there_only_where_aws_has_said_so_lately(
    status: Any, age_seconds: float | None, cost: str | None
) -> None:
    """A poll that failed a moment ago makes nothing unknown; no answer at all does."""
    as_of = None if age_seconds is None else NOW - timedelta(seconds=age_seconds)
    document = drawn(aws=aws_word(status, as_of))
    assert (document["totals"]["running_cost"], document["totals"]["running_cost_per_hour"]) == (cost, cost)


def test_totals_are_the_sum_of_the_rows() -> None:
    """Also at a time with microseconds, which AWS does not count."""
    gpu = {"InstanceType": "ml.g5.xlarge", "InstanceCount": 2, "VolumeSizeInGB": 0}
    document = drawn(description("a"), description("b", TrainingStartTime=ago(1800), ResourceConfig=gpu), ended("c"))
    rows = {row["name"]: row["cost"] for row in document["jobs"]}
    assert rows == {"a": "0.23", "b": "1.408", "c": "0.23"}
    assert document["totals"]["running_cost"] == "1.638"
    assert document["totals"]["running_cost_per_hour"] == "3.046"
    assert document["totals"]["by_status"] == {"Completed": 1, "InProgress": 2}
    assert to_document(overview(picture(description("a")), NOW.replace(microsecond=999_999)))["totals"]["running_cost"] == "0.23"


def test_a_start_within_this_second_costs_nothing_yet() -> None:
    """Whole seconds are shown; the half of one that is to come is not taken off the others' cost."""
    document = drawn(description("a"), description("b", TrainingStartTime=ago(-0.5)))
    assert {row["name"]: row["cost"] for row in document["jobs"]} == {"a": "0.23", "b": "0"}
    assert document["totals"]["running_cost"] == "0.23"


def test_a_job_without_price_is_left_out_and_told() -> None:
    """The total stands for the rest; with no price at all there is none."""
    odd = description("new", ResourceConfig={"InstanceType": "ml.z9.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 0})
    both, alone = drawn(description("a"), odd), drawn(odd)
    assert (both["totals"]["running_cost"], both["totals"]["unpriced"]) == ("0.23", 1)
    assert (alone["totals"]["running_cost"], alone["totals"]["running_cost_per_hour"]) == (None, None)
    assert "price_unknown" in codes(both)


def test_a_configured_price_alone_prices_a_laptop() -> None:
    """Only c.MlcostExt.session_list_unit_price is set: no type, no region."""
    given = unit_price("0.35", "Session", None, pricing_unit="Hours", price_basis="configured")
    document = drawn(host=replace(LAPTOP, region_id=None), session_price=given)
    session = document["session"]
    assert (session["cost"], session["cost_per_hour"], session["list_unit_price"]) == ("0.7", "0.35", "0.35")
    assert (session["price"]["price_basis"], session["instance_type"]) == ("configured", None)
    assert codes(document) == ["no_storage", "history_not_kept"]


@pytest.mark.parametrize(
    ("host", "message", "hint"),
    [
        (LAPTOP, "this machine", "session_list_unit_price"),
        (replace(LAPTOP, instance_type="ml.z9.xlarge"), "ml.z9.xlarge in us-east-1", "session_list_unit_price"),
        (replace(STUDIO, instance_type=None, volume_gb=None), "this machine", "instance type could not be read"),
    ],
)
def test_a_machine_without_price_says_what_to_do(host: Host, message: str, hint: str) -> None:
    """A laptop's user can name a price; a space whose type is not known yet cannot be helped so."""
    document = drawn(host=host)
    row = next(row for row in document["data_quality"] if row["code"] == "host_price_unknown")
    assert message in row["message"]
    assert hint in row["hint"]
    assert (document["session"]["cost"], document["session"]["price"]) == (None, None)


def test_a_session_that_aws_is_asked_about_is_being_read() -> None:
    """For some seconds after the start the missing figures are on their way; one note says so for all of them."""
    waiting = replace(STUDIO, instance_type=None, started_at=None, volume_gb=None)
    assert codes(drawn(host=waiting, is_session_awaited=True)) == ["session_reading", "history_not_kept"]
    assert codes(drawn(host=waiting)) == ["host_price_unknown", "storage_unknown", "history_not_kept"]
    since = replace(STUDIO, started_at=None)
    assert codes(drawn(host=since, is_session_awaited=True)) == ["session_reading", "history_not_kept"]
    assert codes(drawn(is_session_awaited=True)) == ["history_not_kept"]


def test_studio_without_its_owner_knows_no_totals() -> None:
    """Whose space it is tells which jobs are ours: without that nothing seen is not nothing there; launches still show."""
    broken = Problem(code="metadata_broken", message="m", hint="h")
    lost = replace(STUDIO, owner_tags={}, problems=(broken,))
    unknown = aws_word("failed", None)
    nothing, launched = drawn(host=lost, aws=unknown), drawn(description("a"), host=lost, aws=unknown)
    assert (nothing["totals"]["running_cost"], launched["totals"]["running_cost"]) == (None, None)
    assert [row["name"] for row in launched["jobs"]] == ["a"]
    assert codes(nothing) == ["metadata_broken", "history_not_kept"]
    assert codes(drawn(host=replace(STUDIO, owner_tags={}))) == ["metadata_broken", "history_not_kept"]
    assert codes(drawn(host=replace(STUDIO, owner_tags={}), is_session_awaited=True)) == ["history_not_kept"]


@pytest.mark.parametrize(
    ("host", "code"),
    [
        (LAPTOP, "no_storage"),
        (replace(STUDIO, volume_gb=None), "storage_unknown"),
        (replace(STUDIO, region_id=None), "storage_price_unknown"),
    ],
)
def test_a_stopped_day_without_figure_says_why(host: Host, code: str) -> None:
    """A machine without AWS's storage, a space whose size AWS does not tell, a volume nobody has a price for."""
    document = drawn(host=host)
    assert document["session"]["cost_per_day_when_stopped"] is None
    assert code in codes(document)


def test_instances_of_several_prices_have_no_single_one() -> None:
    """Each group counts at its own price, and a note says why none is shown; groups of one type have one."""

    def of(*types: str) -> dict[str, Any]:
        groups = [{"InstanceGroupName": t, "InstanceType": t, "InstanceCount": 1} for t in types]
        return description("mixed", ResourceConfig={"InstanceGroups": groups, "VolumeSizeInGB": 0})

    mixed, alike = drawn(of("ml.m5.xlarge", "ml.g5.xlarge")), drawn(of("ml.m5.xlarge", "ml.m5.xlarge"))
    assert (mixed["jobs"][0]["list_unit_price"], mixed["jobs"][0]["cost"]) == (None, "1.638")
    assert [row["subject"] for row in mixed["data_quality"] if row["code"] == "several_prices"] == ["mixed"]
    assert alike["jobs"][0]["list_unit_price"] == "0.23"
    assert "several_prices" not in codes(alike)


def test_a_session_since_nobody_knows_when() -> None:
    """The price is shown, the cost is not, and a note says why."""
    document = drawn(host=replace(STUDIO, started_at=None))
    assert (document["session"]["cost"], document["session"]["cost_per_hour"]) == (None, "0.05")
    assert codes(document) == ["session_start_unknown", "history_not_kept"]


def test_a_volume_without_price_is_told() -> None:
    """Its size is known, so a missing figure has a reason."""
    prices = price_list([unit_price("0.05", "Studio-JupyterLab", "ml.t3.medium")])
    document = drawn(prices=prices)
    assert document["session"]["cost_per_day_when_stopped"] is None
    assert "storage_price_unknown" in codes(document)


def test_problems_come_in_order_and_once() -> None:
    """The reader's first, then the host's, then those of jobs; the same one twice is one."""
    broken = Problem(code="metadata_broken", message="m", hint="h")
    denied = Problem(code="permission_missing", message="m" * 500, hint="h" * 500, subject="s" * 200)
    document = drawn(description("a", ResourceConfig={}), host=replace(STUDIO, problems=(broken,)), problems=(denied, denied))
    assert codes(document) == ["permission_missing", "metadata_broken", "history_not_kept", "job_unreadable"]
    row = document["data_quality"][0]
    assert [len(row[key]) for key in ("message", "hint", "subject")] == [300, 300, 128]


def test_no_more_notes_than_fit() -> None:
    """The rest is counted."""
    document = drawn(*(description(f"job-{n}", ResourceConfig={}) for n in range(50)))
    assert len(document["data_quality"]) == 41
    assert document["data_quality"][-1]["message"] == "11 more notes are not shown."


def test_the_overview_is_brief_and_a_single_job_is_whole() -> None:
    """Long reasons and AWS's own tags are cut in the overview only."""
    tags = {"sagemaker:space-arn": "arn", "aws:x": "y", "team": "f" * 100, **{f"k{n}": "v" for n in range(20)}}
    source = description("a", FailureReason="x" * 400, Tags=tags)
    brief = drawn(source)["jobs"][0]
    whole = to_document(job_row(meter(read_job(source), small_price_list()), NOW))
    assert (len(brief["failure_reason"]), len(brief["tags"]), brief["tags"]["team"]) == (160, 6, "f" * 48)
    assert (len(whole["failure_reason"]), whole["tags"]) == (400, tags)
    assert brief["notebook"] == "train.ipynb"


def test_no_more_jobs_than_fit() -> None:
    """Sixty run, fifty are shown, all sixty count."""
    document = drawn(*(description(f"job-{n}") for n in range(60)))
    assert (len(document["jobs"]), document["totals"]["running"], document["totals"]["running_cost"]) == (50, 60, "13.8")


ENDPOINT = Standing(
    kind="endpoint",
    name="churn",
    region_id=REGION,
    resource_id=None,
    status="InService",
    is_costing=True,
    can_end=True,
    created_at=NOW - timedelta(days=40),
    last_use="none_seen",
    compute=(
        UsageLine(
            description="x",
            component="Training",
            instance_type="ml.g5.xlarge",
            region_id=REGION,
            quantity=Decimal(1),
            pricing_unit="Hours",
        ),
    ),
)


def standing_book(*things: Standing) -> StandingBook:
    book = StandingBook()
    for thing in things:
        book.put(meter_standing(thing, small_price_list()))
    return book


def test_what_stands_is_counted_by_the_day() -> None:
    """An endpoint costs by the day, this session's own machine is not counted with it, what has no price is counted apart."""
    own = replace(
        ENDPOINT, kind="app", name="d-1/work/JupyterLab/default", domain_id="d-1", space_name="work", app_type="JupyterLab"
    )
    dark = replace(ENDPOINT, name="dark", compute=None)
    host = replace(STUDIO, studio_app=StudioApp(domain_id="d-1", space_name="work", app_type="JupyterLab", app_name="default"))
    document = drawn(host=host, standing=standing_book(ENDPOINT, own, dark))
    totals = {key: document["totals"][key] for key in ("standing", "standing_cost_per_day", "standing_unpriced")}
    assert totals == {"standing": 2, "standing_cost_per_day": "33.792", "standing_unpriced": 1}
    counts = document["totals"]["standing_counts"]
    assert (counts["endpoints"], counts["apps"]) == (len(document["endpoints"]), len(document["apps"]))

    assert [(row["name"], row["is_forgotten"], row["parts"]) for row in document["endpoints"]] == [
        ("churn", True, []),
        ("dark", True, []),
    ]
    assert [row["is_this"] for row in document["apps"]] == [True]


@pytest.mark.parametrize(("as_of", "cost"), [(NOW, "0"), (None, None)])
def test_nothing_seen_to_stand_is_nothing_only_where_every_kind_was_told(as_of: Any, cost: str | None) -> None:
    """While apps are still being read nobody says that none costs anything."""
    kinds = [KindState(kind="endpoint", as_of=NOW, is_denied=False), KindState(kind="app", as_of=as_of, is_denied=False)]
    assert drawn(aws=aws_word(kinds=kinds))["totals"]["standing_cost_per_day"] == cost
    assert drawn(aws=aws_word(kinds=[]))["totals"]["standing_cost_per_day"] is None


def test_warm_pools_and_schedules_are_listed_by_name() -> None:
    """Both are short lists."""
    pools = [replace(ENDPOINT, kind="warm-pool", name=name) for name in "ba"]
    schedules = [replace(ENDPOINT, kind="schedule", name=name, compute=()) for name in "dc"]
    document = drawn(standing=standing_book(*pools, *schedules))
    assert [row["name"] for row in document["warm_pools"]] == ["a", "b"]
    assert [row["name"] for row in document["schedules"]] == ["c", "d"]
    assert document["totals"]["standing"] == 2


def test_each_price_is_told_once_for_all_rows() -> None:
    """A row names its price; a hundred rows of one type share it. What has no price names none."""
    odd = {"InstanceType": "ml.z9.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 0}
    document = drawn(description("a"), description("b"), description("c", ResourceConfig=odd), standing=standing_book(ENDPOINT))
    rows = {row["name"]: (row["price"], row["price_id"]) for row in document["jobs"]}
    assert rows == {
        "a": (None, f"{REGION}/Training/ml.m5.xlarge"),
        "b": (None, f"{REGION}/Training/ml.m5.xlarge"),
        "c": (None, None),
    }
    assert document["endpoints"][0]["price_id"] == f"{REGION}/Training/ml.g5.xlarge"
    assert {key: price["list_unit_price"] for key, price in document["prices"].items()} == {
        f"{REGION}/Training/ml.m5.xlarge": "0.23",
        f"{REGION}/Training/ml.g5.xlarge": "1.408",
    }


def test_what_is_not_shown_is_counted() -> None:
    """Sixty endpoints: fifty rows, and how many there are."""
    many = standing_book(*(replace(ENDPOINT, name=f"e-{number}") for number in range(60)))
    document = drawn(standing=many)
    assert (len(document["endpoints"]), document["totals"]["standing_counts"]["endpoints"]) == (50, 60)
