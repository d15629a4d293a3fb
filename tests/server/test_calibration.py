"""From a launch in the spool to how its estimate has held, on a real Jupyter server."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sqlite3
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tornado.httpclient import HTTPClientError

from mlcost_ext.core.times import time_to_text
from mlcost_ext.ledger.estimate_store import EstimateStore
from mlcost_ext.ledger.migrations import MIGRATIONS
from mlcost_ext.server import launch_estimates, live

from .conftest import FakeReader, training_job
from .test_history import ended, page
from .test_overview import OPENAPI, overview

SCHEMA = {"$ref": "#/components/schemas/CalibrationView", "components": OPENAPI["components"]}
LIKE = {"RunKey": {"Image": "a" * 16, "Script": "b" * 16, "Data": "c" * 16}}
PLACE = {"InstanceType": "ml.m5.xlarge", "InstanceCount": 2, "VolumeSizeInGB": 50}
REQUEST = {"ResourceConfig": PLACE, "StoppingCondition": {"MaxRuntimeInSeconds": 7200}}
NOTHING_YET = {"jobs": 0, "intervals": 0, "held": 0, "promised_percent": 80, "median_error_percent": None}


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tick often, and read the ledger at every tick."""
    monkeypatch.setattr(live, "TICK_SECONDS", 0.05)
    monkeypatch.setattr(launch_estimates, "READ_AGAIN", timedelta(0))


async def calibration(jp_fetch: Any) -> dict[str, Any]:
    """Ask, and check the answer against the published description."""
    document: dict[str, Any] = json.loads((await jp_fetch("mlcost-ext", "calibration")).body)
    jsonschema.validate(document, SCHEMA)
    return document


async def until(ask: Callable[[], Awaitable[Any]], is_there: Callable[[Any], Any]) -> Any:
    """Ask until it is there."""
    for _ in range(200):
        found = await ask()
        if is_there(found):
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(found)


def write_launch(home: Path, name: str, request: dict[str, Any], result: str = "accepted") -> None:
    """Write what a kernel of this server writes around a launch."""
    at = time_to_text(datetime.now(timezone.utc))
    place = {"kind": "training", "region_id": "us-east-1", "name": name, "notebook": "train.ipynb"}
    lines = [
        {"type": "kernel", "at": at, "server_id": os.environ["MLCOST_SERVER_ID"], "kernel_id": "k-1", "notebook": "train.ipynb"},
        {"type": "intent", "id": f"{name}-{result}", "at": at, "request": request, **place},
        {"type": "outcome", "id": f"{name}-{result}", "at": at, "result": result},
    ]
    (home / "spool").mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps({"v": 1, **line}) + "\n" for line in lines)
    (home / "spool" / f"{name}-{result}.jsonl").write_text(text)


def final(name: str, seconds: int, **changes: Any) -> dict[str, Any]:
    """Describe a job that was created a moment ago and, by AWS's word, has ended after so many seconds."""
    now = datetime.now(timezone.utc)
    fields: dict[str, Any] = {
        "TrainingJobStatus": "Completed",
        "SecondaryStatus": "Completed",
        "TrainingEndTime": time_to_text(now),
        "LastModifiedTime": time_to_text(now),
        "TrainingTimeInSeconds": seconds,
        "BillableTimeInSeconds": seconds,
    }
    return training_job(name, **{**fields, **changes})


async def kept_estimates(home: Path) -> dict[str, Any]:
    """Read the estimates of launches out of the server's file."""
    file = home / "servers" / os.environ["MLCOST_SERVER_ID"] / "ledger.sqlite"
    with contextlib.closing(sqlite3.connect(file)) as connection:
        if connection.execute("PRAGMA user_version").fetchone()[0] < len(MIGRATIONS):
            return {}  # the server is about to make it
        rows = connection.execute("SELECT id, estimate FROM launch WHERE estimate IS NOT NULL").fetchall()
    return {launch_id: json.loads(text) for launch_id, text in rows}


def test_an_estimate_is_kept_when_its_launch_is_seen_and_held_against_the_cost_once_it_ended(
    jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader, home: Path
) -> None:
    """By twenty runs like it, which took from 400 to 590 s: it took 455, and the interval held. Overview and list agree."""

    async def run() -> None:
        await overview(jp_fetch)
        reader.push_status()
        assert await calibration(jp_fetch) == {"calibration": NOTHING_YET, "jobs": []}
        times = [{"TrainingTimeInSeconds": 400 + 10 * number, "BillableTimeInSeconds": 400 + 10 * number} for number in range(20)]
        runs = [ended(f"past-{number}", 2 + number / 24, **LIKE, **time) for number, time in enumerate(times)]
        reader.callback(page(*runs))
        await until(lambda: overview(jp_fetch), lambda told: (told["past"] or {}).get("jobs") == 20)
        write_launch(home, "churn-2", {**REQUEST, **LIKE})
        (foreseen,) = (await until(lambda: kept_estimates(home), len)).values()
        assert (foreseen["basis"], foreseen["low_seconds"] < 455 < foreseen["percentile_90"]) == ("history", True)
        reader.push_jobs(final("churn-2", 455, **LIKE))
        found = await until(lambda: calibration(jp_fetch), lambda told: told["jobs"])
        held = {"jobs": 1, "intervals": 1, "held": 1, "promised_percent": 80}
        error = found["calibration"].pop("median_error_percent")
        assert found["calibration"] == held
        (job,) = found["jobs"]
        assert (job["name"], job["basis"], job["is_within"]) == ("churn-2", "history", True)
        parts = [Decimal(job[key]) for key in ("by_runtime", "by_rate", "by_storage")]
        assert sum(parts) == Decimal(job["difference"]) == Decimal(job["metered_cost"]) - Decimal(job["estimated_cost"]) != 0
        by_the_second = Decimal("0.46") * (455 - foreseen["expected_seconds"]) / 3600  # two at 0.23 an hour
        assert (abs(parts[0] - by_the_second) < Decimal("0.000000002"), parts[1]) == (True, 0)
        told = await until(lambda: overview(jp_fetch), lambda told: told["calibration"]["jobs"])
        assert told["calibration"] == {**held, "median_error_percent": error}
        assert Decimal(job["metered_cost"]) > Decimal("0.058138")  # 455 s × 2 × 0.23 ÷ 3600, and its volumes

    jp_asyncio_loop.run_until_complete(run())


def test_what_was_never_run_or_never_seen_is_not_compared(
    jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader, home: Path
) -> None:
    """A second call of one name, which AWS refuses, does not count its job twice; a request AWS refuses has no estimate."""

    async def run() -> None:
        await overview(jp_fetch)
        reader.push_status()
        write_launch(home, "once", REQUEST)
        await until(lambda: kept_estimates(home), len)
        write_launch(home, "once", REQUEST, result="refused")
        write_launch(home, "wrong", {"ResourceConfig": {"InstanceType": 7}}, result="refused")
        write_launch(home, "failed", REQUEST)
        kept = await until(lambda: kept_estimates(home), lambda kept: len(kept) == 3)
        assert set(kept) == {"once-accepted", "once-refused", "failed-accepted"}
        reader.push_jobs(
            final("once", 450), final("of-nobody", 450), final("failed", 9, TrainingJobStatus="Failed", SecondaryStatus="Failed")
        )
        found = await until(lambda: calibration(jp_fetch), lambda told: told["jobs"])
        assert [(job["name"], job["basis"], job["is_within"]) for job in found["jobs"]] == [("once", "stopping_condition", None)]
        assert found["calibration"] == {**NOTHING_YET, "jobs": 1}

    jp_asyncio_loop.run_until_complete(run())


def test_a_ledger_that_cannot_be_read_is_no_error(
    jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is not known is null."""

    def ended_jobs(_store: EstimateStore) -> Any:
        raise OSError("no room")

    monkeypatch.setattr(EstimateStore, "ended", ended_jobs)

    async def run() -> None:
        assert await calibration(jp_fetch) == {"calibration": None, "jobs": []}
        assert (await overview(jp_fetch))["calibration"] is None

    jp_asyncio_loop.run_until_complete(run())


def test_a_stranger_is_told_nothing(jp_asyncio_loop: Any, jp_fetch: Any) -> None:
    """As of everything here."""

    async def run() -> None:
        with pytest.raises(HTTPClientError) as caught:
            await jp_fetch("mlcost-ext", "calibration", headers={"Authorization": ""})
        assert caught.value.code == 403

    jp_asyncio_loop.run_until_complete(run())
