"""Findings on a real Jupyter server: seen, told of, accepted, mended, and what that avoids."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tornado.httpclient import HTTPClientError

from mlcost_ext.core.times import time_to_text
from mlcost_ext.ledger.wanted_fixes import WantedFixes
from mlcost_ext.server import findings, live

from .conftest import FakeReader, training_job
from .test_overview import OPENAPI, overview
from .test_standing import endpoint, get, post

FINDING = "https://events.mlcost-ext.dev/finding/v1"
SPOT = {"rule": "MC106", "verdict": "warn", "subject": None, "message": "Managed Spot is off."}
AVOIDED = {"low": "0.6", "expected": "0.9", "billing_currency": "USD", "basis": "history"}


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "TICK_SECONDS", 0.05)
    monkeypatch.setattr(findings, "NEWS_SECONDS", 0.0)
    monkeypatch.setattr(findings, "LOOK_SECONDS", 0.0)


def today(days: int = 0) -> str:
    return (datetime.now(timezone.utc).date() + timedelta(days=days)).isoformat()


async def until(jp_fetch: Any, is_there: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Ask for the overview until it is as it should be."""
    for _ in range(100):
        document = await overview(jp_fetch)
        if is_there(document):
            return document
        await asyncio.sleep(0.05)
    raise AssertionError(document["findings"], document["avoided"])


async def savings(jp_fetch: Any, **days: str) -> dict[str, Any]:
    document = await get(jp_fetch, "savings", **days)
    jsonschema.validate(document, {"$ref": "#/components/schemas/Savings", "components": OPENAPI["components"]})
    return document


def heard(serverapp: Any) -> list[dict[str, Any]]:
    """Give what is told of findings, as it comes."""
    told: list[dict[str, Any]] = []

    async def listen(logger: Any, schema_id: str, data: dict[str, Any]) -> None:
        if schema_id == FINDING:
            told.append(data)

    serverapp.event_logger.add_listener(listener=listen)
    return told


def launch(home: Path, id_: str, *, decided: dict[str, Any] | None = None, result: str = "accepted", **told: Any) -> None:
    """Write what a kernel with a guard writes of a launch, in a file of its own."""
    at = time_to_text(datetime.now(timezone.utc))
    header = {"type": "kernel", "server_id": os.environ["MLCOST_SERVER_ID"], "kernel_id": "k"}
    where = {"kind": "training", "region_id": "us-east-1", "notebook": "train.ipynb", "cell_id": "c"}
    decision = {"type": "decision", "id": f"d-{id_}", **where, "decision": "warn", "outcome": "sent", "findings": [SPOT]}
    intent = {"type": "intent", "id": id_, "name": id_, **where, "request": {}, **told}
    lines = [header, intent, {"type": "outcome", "id": id_, "result": result}]
    if decided is not None:
        lines[1:1] = [{**decision, **decided}]
        intent["decision"] = f"d-{id_}"
    (home / "spool").mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps({"v": 1, "at": at, **line}) + "\n" for line in lines)
    (home / "spool" / f"{id_}.jsonl").write_text(text)


def is_found(document: dict[str, Any]) -> bool:
    return bool(document["findings"])


def test_an_unused_endpoint_is_found_told_of_and_accepted_until_a_day(
    jp_asyncio_loop: Any, jp_fetch: Any, jp_serverapp: Any, reader: FakeReader
) -> None:
    """One event, however often it is looked at; once accepted it is neither found nor forgotten, and comes back in its time."""
    told = heard(jp_serverapp)

    async def run() -> None:
        await overview(jp_fetch)
        reader.push_items("endpoint", endpoint())
        document = await until(jp_fetch, is_found)
        (found,) = document["findings"]
        assert (found["rule"], found["fix"], document["findings_count"]) == ("MC201", "delete_endpoint", 1)
        assert found["saving"] == {
            "billing_currency": "USD",
            "per_day": "33.8016",
            "per_month": "1014.048",
            "once": None,
            "is_complete": True,
        }
        assert found["resource"] == {"kind": "endpoint", "region_id": "us-east-1", "name": "churn"}
        await asyncio.sleep(0.3)
        where = {"kind": "endpoint", "name": "churn", "region_id": "us-east-1"}
        assert told == [{"id": found["id"], "rule": "MC201", "verdict": "warn", **where}]

        body = {"until": today(1), "reason": "stands by for the audit"}
        code, answer = await post(jp_fetch, "findings", found["id"], "accept", body=body)
        assert (code, answer) == (200, {"id": found["id"], **body})
        document = await overview(jp_fetch)
        assert (document["findings"], document["findings_count"]) == ([], 0)
        assert [row["is_forgotten"] for row in document["endpoints"]] == [False]
        (app,) = jp_serverapp.extension_manager.extension_apps["mlcost_ext"]
        await app.live.findings.work(app.live.now() + timedelta(days=1))
        assert app.live.findings.found.shown == ()
        await app.live.findings.work(app.live.now() + timedelta(days=2))
        assert [row.id for row in app.live.findings.found.shown] == [found["id"]]

    jp_asyncio_loop.run_until_complete(run())


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (None, "day_invalid"),
        ({"until": today(-1), "reason": "late"}, "day_invalid"),
        ({"until": today(367), "reason": "for ever"}, "day_invalid"),
        ({"until": "tomorrow", "reason": "x"}, "day_invalid"),
        ({"until": "2026-W52-4", "reason": "x"}, "day_invalid"),
        ({"until": 7, "reason": "x"}, "day_invalid"),
        ({"until": today(1)}, "usage"),
        ({"until": today(1), "reason": "  "}, "usage"),
        ({"until": today(1), "reason": "r" * 501}, "usage"),
        ({"until": today(1), "reason": 7}, "usage"),
        ({"until": today(1), "reason": "r", "more": "m" * 20_000}, "usage"),
        ([], "usage"),
    ],
)
def test_an_acceptance_has_bounds(jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader, body: Any, code: str) -> None:
    """From today to a year from now, with a reason of 500 characters at most; else it goes on being found."""

    async def run() -> None:
        await overview(jp_fetch)
        reader.push_items("endpoint", endpoint())
        (found,) = (await until(jp_fetch, is_found))["findings"]
        status, error = await post(jp_fetch, "findings", found["id"], "accept", body=body)
        assert (status, error["code"]) == (400, code)
        assert error["hint"]
        assert len((await overview(jp_fetch))["findings"]) == 1

    jp_asyncio_loop.run_until_complete(run())


def test_only_what_is_found_can_be_accepted(jp_asyncio_loop: Any, jp_fetch: Any) -> None:
    """Else the ledger would keep whatever somebody sends; an id that is none is no path."""

    async def run() -> None:
        await overview(jp_fetch)
        body = {"until": today(1), "reason": "x"}
        for id_ in ("0" * 24, "..", "MC201"):
            status, error = await post(jp_fetch, "findings", id_, "accept", body=body)
            assert (status, error["code"]) == (404, "not_found")

    jp_asyncio_loop.run_until_complete(run())


def test_a_stranger_accepts_nothing(jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader) -> None:
    """Nor is a stranger told what was avoided."""

    async def run() -> None:
        await overview(jp_fetch)
        reader.push_items("endpoint", endpoint())
        (found,) = (await until(jp_fetch, is_found))["findings"]
        stranger: dict[str, Any] = {"headers": {"Authorization": ""}}
        asked = {"method": "POST", "body": json.dumps({"until": today(1), "reason": "x"}), **stranger}
        for path, more in ((("findings", found["id"], "accept"), asked), (("savings",), stranger)):
            with pytest.raises(HTTPClientError) as caught:
                await jp_fetch("mlcost-ext", *path, **more)
            assert caught.value.code == 403
        assert len((await overview(jp_fetch))["findings"]) == 1

    jp_asyncio_loop.run_until_complete(run())


@pytest.mark.parametrize("jp_argv", [["--IdentityProvider.token=", "--ServerApp.password="]])
def test_with_an_empty_token_it_wants_the_xsrf_cookie(jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader) -> None:
    """As in Studio: another page cannot accept a finding."""

    async def run() -> None:
        await overview(jp_fetch)
        reader.push_items("endpoint", endpoint())
        (found,) = (await until(jp_fetch, is_found))["findings"]
        body = json.dumps({"until": today(1), "reason": "x"})
        path = ("mlcost-ext", "findings", found["id"], "accept")
        with pytest.raises(HTTPClientError) as caught:
            await jp_fetch(*path, method="POST", body=body, headers={"Authorization": ""})
        assert caught.value.code == 403

    jp_asyncio_loop.run_until_complete(run())


def test_deleting_an_unused_endpoint_is_counted_once(jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader) -> None:
    """With what it rests on; a second delete of the same, and one of an endpoint that is used, add nothing."""
    reader.answers["describe"] = {"item": None}

    async def delete(name: str) -> int:
        token = (await get(jp_fetch, "endpoints", name))["confirmation_token"]
        return (await post(jp_fetch, "endpoints", name, "delete", body={"confirmation_token": token}))[0]

    async def run() -> None:
        await overview(jp_fetch)
        used = {"looked_back_to": today(-30) + "T00:00:00Z", "variants": {"all": time_to_text(datetime.now(timezone.utc))}}
        stale = endpoint()
        reader.push_items("endpoint", stale, endpoint("busy", LastUse=used))
        await until(jp_fetch, is_found)
        assert [await delete("churn"), await delete("busy")] == [202, 202]
        document = await until(jp_fetch, lambda told: told["avoided"] is not None)
        total = {"billing_currency": "USD", "low": "33.8016", "expected": "1014.048", "launches": 0, "endpoints": 1}
        assert document["avoided"] == total
        reader.push_items("endpoint", stale)
        await until(jp_fetch, is_found)
        assert await delete("churn") == 202
        await asyncio.sleep(0.3)
        told = await savings(jp_fetch)
        assert (told["totals"], [row["name"] for row in told["rows"]]) == ([total], ["churn"])
        assert "as many more days" in told["rows"][0]["basis"]

    jp_asyncio_loop.run_until_complete(run())


def test_deleting_what_was_accepted_is_no_fix_of_a_finding(jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader) -> None:
    """Its user has said that it was to stand by: nothing is made of it."""
    reader.answers["describe"] = {"item": None}

    async def run() -> None:
        await overview(jp_fetch)
        reader.push_items("endpoint", endpoint())
        (found,) = (await until(jp_fetch, is_found))["findings"]
        assert (await post(jp_fetch, "findings", found["id"], "accept", body={"until": today(9), "reason": "audit"}))[0] == 200
        token = (await get(jp_fetch, "endpoints", "churn"))["confirmation_token"]
        assert (await post(jp_fetch, "endpoints", "churn", "delete", body={"confirmation_token": token}))[0] == 202
        await until(jp_fetch, lambda told: not told["endpoints"])
        await asyncio.sleep(0.3)
        assert ((await overview(jp_fetch))["avoided"], (await savings(jp_fetch))["rows"]) == (None, [])

    jp_asyncio_loop.run_until_complete(run())


def test_what_has_a_launchs_name_now_is_not_that_launch(
    jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader, home: Path
) -> None:
    """An endpoint that was deployed anew, by a launch without a warning: the earlier one's is over."""

    async def run() -> None:
        await overview(jp_fetch)
        launch(home, "first", decided={"kind": "endpoint"}, kind="endpoint", name="live", cell_id="c1")
        made = time_to_text(datetime.now(timezone.utc))
        used = {"looked_back_to": made, "variants": {"all": made}}
        reader.push_items("endpoint", endpoint("live", CreationTime=made, LastUse=used))
        (found,) = (await until(jp_fetch, is_found))["findings"]
        assert (found["rule"], found["resource"]["kind"], found["count"]) == ("MC106", "endpoint", 1)
        launch(home, "second", kind="endpoint", name="live", cell_id="c2")
        document = await until(jp_fetch, lambda told: not told["findings"])
        assert [row["name"] for row in document["endpoints"]] == ["live"]

    jp_asyncio_loop.run_until_complete(run())


def test_a_warning_of_a_launch_is_found_while_its_job_runs(
    jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader, home: Path
) -> None:
    """In the rule's own words; over once the job has ended."""

    async def run() -> None:
        await overview(jp_fetch)
        launch(home, "bert", decided={})
        made = time_to_text(datetime.now(timezone.utc))
        reader.push_jobs(training_job("bert", CreationTime=made))
        (found,) = (await until(jp_fetch, is_found))["findings"]
        assert (found["rule"], found["title"], found["message"]) == ("MC106", findings.TITLES["MC106"], "Managed Spot is off.")
        assert (found["notebook"], found["count"], found["fix"], found["saving"]) == ("train.ipynb", 1, None, None)
        later = time_to_text(datetime.now(timezone.utc) + timedelta(seconds=5))
        ended = {"TrainingJobStatus": "Completed", "SecondaryStatus": "Completed", "TrainingEndTime": later}
        reader.push_jobs(training_job("bert", CreationTime=made, **ended, LastModifiedTime=later, BillableTimeInSeconds=60))
        await until(jp_fetch, lambda told: not told["findings"])

    jp_asyncio_loop.run_until_complete(run())


def test_a_change_of_the_next_launch_is_asked_for_and_settled(
    jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader, home: Path
) -> None:
    """It stands in the file that kernels read until it is taken back, or a launch has brought it."""
    folder = home / "servers" / os.environ["MLCOST_SERVER_ID"]
    wished = {"findings": [{**SPOT, "is_mendable": True}]}

    def rules() -> list[tuple[str, str | None]]:
        return [(each.rule, each.notebook) for each in WantedFixes(folder).read()]

    async def run() -> None:
        await overview(jp_fetch)
        launch(home, "bert", decided=wished)
        made = time_to_text(datetime.now(timezone.utc))
        reader.push_jobs(training_job("bert", CreationTime=made))
        (found,) = (await until(jp_fetch, is_found))["findings"]
        assert (found["fix"], found["is_fix_wanted"], rules()) == ("next_launch", False, [])
        for wanted in (True, False, True):
            code, answer = await post(jp_fetch, "findings", found["id"], "fix", body={"wanted": wanted})
            assert (code, answer["is_fix_wanted"]) == (200, wanted)
            assert (await overview(jp_fetch))["findings"][0]["is_fix_wanted"] is wanted
            assert rules() == ([("MC106", "train.ipynb")] if wanted else [])
        for body in ({}, {"wanted": "yes"}, {"wanted": None}, []):
            assert (await post(jp_fetch, "findings", found["id"], "fix", body=body))[0] == 400
        assert (await post(jp_fetch, "findings", "0" * 24, "fix", body={"wanted": True}))[0] == 404
        launch(home, "bert-2", decided={**wished, "outcome": "fixed", "fixed": ["MC106"], "avoided": AVOIDED})
        await until(jp_fetch, lambda _: not rules())

    jp_asyncio_loop.run_until_complete(run())


def test_what_has_no_change_cannot_be_asked_for(jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader, home: Path) -> None:
    """An endpoint is deleted, not launched; a finding that needs a person's word has no button."""

    async def run() -> None:
        await overview(jp_fetch)
        reader.push_items("endpoint", endpoint())
        (found,) = (await until(jp_fetch, is_found))["findings"]
        status, error = await post(jp_fetch, "findings", found["id"], "fix", body={"wanted": True})
        assert (status, error["message"]) == (404, "No launch can be changed for this finding.")

    jp_asyncio_loop.run_until_complete(run())


def test_fixes_of_launches_are_counted_as_their_estimates_say(jp_asyncio_loop: Any, jp_fetch: Any, home: Path) -> None:
    """Of what AWS has accepted; the period is what is asked for."""

    async def run() -> None:
        await overview(jp_fetch)
        fixed = {"outcome": "fixed", "fixed": ["MC106"], "avoided": AVOIDED}
        launch(home, "a", decided=fixed)
        launch(home, "b", decided={**fixed, "avoided": {**AVOIDED, "expected": "0.123456789"}})
        launch(home, "c", decided=fixed, result="refused")
        launch(home, "d", decided={"outcome": "as_is", "reason": "benchmark"})
        document = await until(jp_fetch, lambda told: (told["avoided"] or {}).get("launches") == 2)
        total = {"billing_currency": "USD", "low": "1.2", "expected": "1.023456789", "launches": 2, "endpoints": 0}
        assert document["avoided"] == total
        told = await savings(jp_fetch)
        assert {row["name"]: row["rules"] for row in told["rows"]} == {"a": ["MC106"], "b": ["MC106"]}
        past = await savings(jp_fetch, **{"from": "2020-01-01", "to": "2020-02-01"})
        assert (past["totals"], past["rows"], past["charge_period_end"]) == ([], [], "2020-02-01")
        with pytest.raises(HTTPClientError) as caught:
            await savings(jp_fetch, **{"from": "2020-02-01", "to": "2020-01-01"})
        assert caught.value.code == 400

    jp_asyncio_loop.run_until_complete(run())


def test_many_new_findings_are_told_a_few_at_a_time(
    jp_asyncio_loop: Any, jp_fetch: Any, jp_serverapp: Any, reader: FakeReader
) -> None:
    """Five in a minute; the overview has them all."""
    told = heard(jp_serverapp)

    async def run() -> None:
        await overview(jp_fetch)
        reader.push_items("endpoint", *(endpoint(f"churn-{number}") for number in range(12)))
        document = await until(jp_fetch, lambda found: found["findings_count"] == 12)
        assert len(document["findings"]) == 12
        await asyncio.sleep(0.5)
        assert len(told) == findings.MOST_EVENTS

    jp_asyncio_loop.run_until_complete(run())


def test_where_the_ledger_cannot_be_read_what_stands_is_found_all_the_same(
    jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Accepting it says that it cannot be noted."""

    def broken(*_: Any) -> Any:
        raise OSError(5, "disk is gone")

    for name in ("launched", "kept", "accept", "note_told"):
        monkeypatch.setattr(findings.FindingStore, name, broken)

    async def run() -> None:
        await overview(jp_fetch)
        reader.push_items("endpoint", endpoint())
        (found,) = (await until(jp_fetch, is_found))["findings"]
        status, error = await post(jp_fetch, "findings", found["id"], "accept", body={"until": today(1), "reason": "x"})
        assert (status, error["code"]) == (502, "ledger_unreadable")
        assert len((await overview(jp_fetch))["findings"]) == 1

    jp_asyncio_loop.run_until_complete(run())
