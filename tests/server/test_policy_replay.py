"""POST policy/replay on a real Jupyter server, over what is recorded in its own ledger."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tornado.httpclient import HTTPClientError

from mlcost_ext.ledger.activity_store import ActivityStore
from mlcost_ext.server import repricing
from mlcost_ext.server.handlers import policy_replay
from mlcost_ext.server.idling import FRESH_SECONDS
from tests.ledger.activity_samples import HOUR, RATE, run_rows

from .conftest import FakeReader
from .idle_server import idle_when, idling_of
from .test_overview import OPENAPI, overview

FIRST = 100_000
"""Numbers that the server's own recorder does not come to."""
MESSAGE = ("user_message", "<b>train.ipynb")
BROKEN = "version: 1\nidle: {timeout_minutes: soon, mode: maybe}\n"


def live_of(serverapp: Any) -> Any:
    (app,) = serverapp.extension_manager.extension_apps["mlcost_ext"]
    return app.live


def record(serverapp: Any) -> datetime:
    """Record some hours of the day before yesterday; give their beginning."""
    began = datetime.now(timezone.utc).replace(minute=0, second=0, microsecond=0) - timedelta(days=2)
    spans = [(*MESSAGE, at, at) for at in (began, began + 3 * HOUR)]
    rows = run_rows(*spans, observed=(began, began + 5 * HOUR), rate=RATE, first=FIRST)
    other = replace(run_rows(*spans, observed=(began, began), first=FIRST + 10), spans=[], sources=[])
    ActivityStore(live_of(serverapp)._database).write([rows, other])
    return began


async def replay(jp_fetch: Any, body: Any = None, raw: bytes | None = None) -> dict[str, Any]:
    """Ask, and check the answer against the published description."""
    said = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
    answer = await jp_fetch("mlcost-ext", "policy", "replay", method="POST", body=said)
    document: dict[str, Any] = json.loads(answer.body)
    jsonschema.validate(document, {"$ref": "#/components/schemas/Replay", "components": OPENAPI["components"]})
    return document


async def refused(jp_fetch: Any, body: Any = None, raw: bytes | None = None) -> dict[str, Any]:
    """Ask what cannot be answered; give the error."""
    with pytest.raises(HTTPClientError) as error:
        await replay(jp_fetch, body, raw)
    assert error.value.code == 400
    document: dict[str, Any] = json.loads(error.value.response.body)  # type: ignore[union-attr]
    return document


def test_what_the_policy_in_force_and_another_would_have_stopped(
    jp_asyncio_loop: Any, jp_fetch: Any, jp_serverapp: Any, reader: FakeReader
) -> None:
    """Thirty days where none are said; a text stands in the place of all layers."""

    async def run() -> None:
        await overview(jp_fetch)
        began = record(jp_serverapp)
        document = await replay(jp_fetch)
        stops = [stop for stop in document["stops"] if stop["last_signal"].endswith("(<b>train.ipynb)")]
        assert [stop["at"] for stop in stops] == [f"{began + at * HOUR:%Y-%m-%dT%H:%M:%SZ}" for at in (1, 4)]
        assert [(stop["saved"], stop["is_wrong"]) for stop in stops] == [("2.816", False), ("1.408", False)]
        assert document["recorded_since"] == f"{began:%Y-%m-%dT%H:%M:%SZ}"
        mild = await replay(jp_fetch, {"days": 3, "policy": "version: 1\nidle: {timeout_minutes: 150}\n"})
        assert [stop["at"] for stop in mild["stops"]] == [f"{began + 2.5 * HOUR:%Y-%m-%dT%H:%M:%SZ}"]
        assert (mild["timeout_minutes"], mild["stops"][0]["returned_within_minutes"]) == ("150", 30)
        assert (await replay(jp_fetch, {"days": 1, "policy": None}))["stops_count"] == 0

    jp_asyncio_loop.run_until_complete(run())


def test_what_a_machine_costs_by_the_list_is_recorded_beside_what_is_paid(
    jp_asyncio_loop: Any, jp_fetch: Any, jp_serverapp: Any, reader: FakeReader, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that a replay holds a policy's prices against the same price as the verdict of the time."""
    monkeypatch.setattr(repricing, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr("mlcost_ext.server.live.TICK_SECONDS", 0.05)
    reader.answers["describe_session"] = {"instance_type": "ml.t3.medium", "created_at": "2026-11-20T10:00:00Z"}

    async def run() -> None:
        (home / "rates.yaml").write_text("- {percent_off: 20}\n")
        await overview(jp_fetch)
        await idle_when(jp_fetch, lambda view: view["verdict"]["cost_per_hour"] == "0.04")
        await asyncio.sleep(FRESH_SECONDS + 0.1)  # the verdict's price is that of the answer, and a look may be older
        await idle_when(jp_fetch, lambda _: True)
        await idling_of(jp_serverapp).close()
        now = datetime.now(timezone.utc)
        runs = ActivityStore(live_of(jp_serverapp)._database).runs(now - HOUR, now + HOUR)
        last = runs[-1].observed[-1]
        assert (str(last.cost_per_hour), str(last.list_cost_per_hour)) == ("0.040000000", "0.050000000")

    jp_asyncio_loop.run_until_complete(run())


def test_a_text_with_faults_is_answered_with_all_of_them(
    jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader, tmp_path: Path
) -> None:
    """In the words of `mlcost policy check`; the name of a file is no policy, and none is read."""
    secret = tmp_path / "secret.yaml"
    secret.write_text("version: 1\nidle: {timeout_minutes: 7}\n")

    async def run() -> None:
        error = await refused(jp_fetch, {"policy": BROKEN})
        assert error["code"] == "policy_invalid"
        assert error["message"].startswith("policy:2:25: ")
        assert error["hint"].endswith(" faults tells all 2.")
        assert [(fault["file"], fault["line"], fault["column"]) for fault in error["faults"]] == [
            ("policy", 2, 25),
            ("policy", 2, 37),
        ]
        error = await refused(jp_fetch, {"policy": str(secret)})
        assert (error["code"], "7" in json.dumps(error["faults"])) == ("policy_invalid", False)
        assert (await refused(jp_fetch, {"policy": "\ud800: ["}))["code"] == "policy_invalid"

    jp_asyncio_loop.run_until_complete(run())


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"days": 0}, "days is no whole number from 1 to 366."),
        ({"days": 367}, "days is no whole number from 1 to 366."),
        ({"days": True}, "days is no whole number from 1 to 366."),
        ({"days": "30"}, "days is no whole number from 1 to 366."),
        ({"policy": ["a"]}, "policy is no text of up to 1,000,000 letters."),
        ({"policy": "x" * 1_000_001}, "policy is no text of up to 1,000,000 letters."),
        ({"path": "/etc/passwd"}, "A replay has no 'path'."),
        ([], "The request's body is no JSON object."),
    ],
    ids=["none", "too many", "flag", "text", "list", "long", "path", "no object"],
)
def test_what_is_no_replay_is_refused_in_words(
    jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader, body: Any, message: str
) -> None:
    """With what to send instead."""
    error = jp_asyncio_loop.run_until_complete(refused(jp_fetch, body))
    assert error["message"] == message
    assert error["hint"]


def test_a_body_that_is_no_json_or_endless_is_refused(
    jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before it is read."""
    for raw in (b"{", b'{"a":' * 100_000):
        error = jp_asyncio_loop.run_until_complete(refused(jp_fetch, raw=raw))
        assert error["message"] == "The request's body is no JSON object."
    monkeypatch.setattr(policy_replay, "MAX_BODY_BYTES", 10)
    error = jp_asyncio_loop.run_until_complete(refused(jp_fetch, raw=b" " * 11))
    assert error["message"] == "The request's body is longer than 8 MB."


def test_a_ledger_that_cannot_be_read_is_told(
    jp_asyncio_loop: Any, jp_fetch: Any, jp_serverapp: Any, reader: FakeReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As everywhere else."""

    def fail(*_: object) -> None:
        raise OSError(5, "Input/output error")

    async def run() -> None:
        monkeypatch.setattr(live_of(jp_serverapp).replays._store, "runs", fail)
        with pytest.raises(HTTPClientError) as error:
            await replay(jp_fetch)
        said = json.loads(error.value.response.body)  # type: ignore[union-attr]
        assert (error.value.code, said["code"]) == (502, "ledger_unreadable")

    jp_asyncio_loop.run_until_complete(run())


def test_one_is_replayed_at_a_time(jp_asyncio_loop: Any, jp_fetch: Any, jp_serverapp: Any, reader: FakeReader) -> None:
    """Others wait, and are answered alike."""

    async def run() -> None:
        record(jp_serverapp)
        answers = await asyncio.gather(*(replay(jp_fetch, {"days": 3}) for _ in range(3)))
        assert len({answer["stops_count"] for answer in answers}) == 1
        assert answers[0]["stops_count"] >= 2

    jp_asyncio_loop.run_until_complete(run())
