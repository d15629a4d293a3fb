"""GET charges on a real Jupyter server: what AWS's descriptions come to, kept in the ledger."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tornado.httpclient import HTTPClientError

from mlcost_ext.core.times import time_to_text
from mlcost_ext.ledger.charge_store import ChargeStore, open_ledger
from mlcost_ext.server import bookkeeper, live

from .conftest import FakeReader, training_job
from .test_overview import OPENAPI, overview


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write the ledger at every tick, and tick often."""
    monkeypatch.setattr(bookkeeper, "WRITE_SECONDS", 0.0)
    monkeypatch.setattr(bookkeeper, "QUIET_WRITE_SECONDS", 0.0)
    monkeypatch.setattr(live, "TICK_SECONDS", 0.05)


async def charges(jp_fetch: Any, **query: str) -> dict[str, Any]:
    """Ask, and check the answer against the published description."""
    document: dict[str, Any] = json.loads((await jp_fetch("mlcost-ext", "charges", params=query)).body)
    jsonschema.validate(document, {"$ref": "#/components/schemas/Charges", "components": OPENAPI["components"]})
    return document


async def until(jp_fetch: Any, is_there: Callable[[dict[str, Any]], bool], **query: str) -> dict[str, Any]:
    """Ask until it is there."""
    for _ in range(100):
        document = await charges(jp_fetch, **query)
        if is_there(document):
            return document
        await asyncio.sleep(0.05)
    raise AssertionError(document)


def lately() -> dict[str, str]:
    """Name the days that what is made here is within, also on the first of a month."""
    today = datetime.now(timezone.utc).date()
    return {"from": str(today - timedelta(days=2)), "to": str(today + timedelta(days=1))}


def keys(document: dict[str, Any]) -> set[tuple[str | None, ...]]:
    return {tuple(group["keys"].values()) for group in document["groups"]}


def final(name: str, seconds: int, **changes: Any) -> dict[str, Any]:
    """Describe a job that ended a minute ago, of which AWS has told the billable seconds."""
    now = datetime.now(timezone.utc)
    times = {"TrainingEndTime": time_to_text(now - timedelta(minutes=1)), "LastModifiedTime": time_to_text(now)}
    states = {"TrainingJobStatus": "Completed", "SecondaryStatus": "Completed"}
    return training_job(name, **states, **times, BillableTimeInSeconds=seconds, TrainingTimeInSeconds=seconds, **changes)


def test_jobs_become_charges_and_a_final_cost_is_aws_seconds_times_price(
    jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader
) -> None:
    """While it runs it is estimated; once AWS tells its billable seconds these are what it costs, in every view."""

    async def run() -> None:
        await overview(jp_fetch)
        running = training_job("a")
        reader.push_jobs(running)
        reader.push_status()
        document = await until(jp_fetch, lambda told: ("training/a",) in keys(told), group_by="resource", **lately())
        (total,) = document["totals"]
        assert Decimal(total["estimated"]) == Decimal(total["contracted_cost"]) > 0
        began = {key: running[key] for key in ("CreationTime", "TrainingStartTime")}  # another creation is another job
        reader.push_jobs(final("a", 500, **began))
        document = await until(jp_fetch, lambda told: told["totals"][0]["metered"] != "0", group_by="component", **lately())
        by_component = {group["keys"]["component"]: group["contracted_cost"] for group in document["groups"]}
        assert by_component["Training"] == "0.063888889"  # 500 s × 2 × 0.23 ÷ 3600
        by_day = await charges(jp_fetch, group_by="day,tag:team", **lately())
        total = by_day["totals"][0]["metered"]
        assert sum(Decimal(group["metered"]) for group in by_day["groups"]) == Decimal(total)
        assert {group["keys"]["tag:team"] for group in by_day["groups"] if group["metered"] != "0"} == {"fraud"}

    jp_asyncio_loop.run_until_complete(run())


def test_a_job_that_turns_out_to_be_somebody_elses_is_taken_back(
    jp_asyncio_loop: Any, jp_fetch: Any, jp_serverapp: Any, reader: FakeReader
) -> None:
    """What was written for it is corrected to nothing."""

    async def run() -> None:
        await overview(jp_fetch)
        reader.push_jobs(final("a", 500))
        await until(jp_fetch, lambda told: ("training/a",) in keys(told), group_by="resource")
        intake = jp_serverapp.extension_manager.extension_apps["mlcost_ext"].copy().pop().live._intake
        intake.drop(("training", "us-east-1", "a"))
        told = await until(jp_fetch, lambda told: told["groups"][0]["contracted_cost"] == "0", group_by="resource")
        assert told["totals"][0]["contracted_cost"] == "0"

    jp_asyncio_loop.run_until_complete(run())


def test_what_this_machine_was_for(jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader) -> None:
    """Before anybody knows more it is the rest; its volume and the jobs are no machine of a session."""
    created = (datetime.now(timezone.utc) - timedelta(hours=2)).isoformat()
    reader.answers["describe_session"] = {"instance_type": "ml.t3.medium", "created_at": created, "volume_gb": 5}

    async def run() -> None:
        await overview(jp_fetch)
        reader.push_jobs(final("a", 500))
        document = await until(jp_fetch, lambda told: {("other",), (None,)} <= keys(told), group_by="state", **lately())
        assert keys(document) == {("other",), (None,)}
        by_state = {group["keys"]["state"]: Decimal(group["contracted_cost"]) for group in document["groups"]}
        assert by_state["other"] == pytest.approx(Decimal("0.1"), abs=Decimal("0.001"))
        assert sum(by_state.values()) == Decimal(document["totals"][0]["contracted_cost"])

    jp_asyncio_loop.run_until_complete(run())


def test_the_last_figures_are_there_for_others_of_this_host(
    jp_asyncio_loop: Any, jp_fetch: Any, jp_serverapp: Any, reader: FakeReader, home: Path
) -> None:
    """Another process reads the same from the file, and it verifies."""

    async def run() -> None:
        await overview(jp_fetch)
        reader.push_jobs(final("a", 500), training_job("b"))
        await until(jp_fetch, lambda told: {("training/a",), ("training/b",)} <= keys(told), group_by="resource")

    jp_asyncio_loop.run_until_complete(run())
    (folder,) = (home / "servers").iterdir()
    ledger = open_ledger(home, folder.name)
    assert ledger.verify() == []
    assert ledger.as_of() is not None


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"group_by": "moon"}, "grouping_unknown"),
        ({"group_by": "day,month,kind,user,notebook"}, "grouping_unknown"),
        ({"from": "yesterday"}, "day_invalid"),
        ({"from": "2026-12-01", "to": "2026-11-01"}, "period_invalid"),
        ({"from": "1900-01-01", "to": "2026-11-01"}, "period_invalid"),
    ],
)
def test_a_wrong_question_is_told_what_is_right(jp_asyncio_loop: Any, jp_fetch: Any, query: dict[str, str], code: str) -> None:
    """400, in words."""

    async def run() -> None:
        with pytest.raises(HTTPClientError) as caught:
            await jp_fetch("mlcost-ext", "charges", params=query)
        assert (caught.value.code, json.loads(caught.value.response.body)["code"]) == (400, code)

    jp_asyncio_loop.run_until_complete(run())


def test_a_ledger_that_cannot_be_read_is_said(jp_asyncio_loop: Any, jp_fetch: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the rest of the server goes on."""

    def broken(*_: Any) -> None:
        raise OSError(None, "SQLite: database disk image is malformed")

    async def run() -> None:
        await overview(jp_fetch)
        monkeypatch.setattr(ChargeStore, "view", broken)
        with pytest.raises(HTTPClientError) as caught:
            await jp_fetch("mlcost-ext", "charges")
        said = json.loads(caught.value.response.body)
        assert (caught.value.code, said["code"], "malformed" in said["message"]) == (502, "ledger_unreadable", True)
        assert (await overview(jp_fetch))["session"]["host"] == "studio"

    jp_asyncio_loop.run_until_complete(run())
