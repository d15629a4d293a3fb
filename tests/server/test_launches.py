"""From a line in the spool to a row on the screen."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sqlite3
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from mlcost_ext.core.times import time_to_text
from mlcost_ext.ledger.launch_store import Kept, LaunchStore
from mlcost_ext.ledger.spool_batch import Batch

from .conftest import FakeReader, training_job
from .test_overview import overview, settled


def write_launch(home: Path, name: str, result: str = "accepted", region_id: str = "eu-west-1") -> None:
    """Write what a kernel of this server writes around a launch."""
    at = time_to_text(datetime.now(timezone.utc))
    request = {"ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30}}
    lines = [
        {"type": "kernel", "at": at, "server_id": os.environ["MLCOST_SERVER_ID"], "kernel_id": "k-1", "notebook": "train.ipynb"},
        {"type": "intent", "id": name, "at": at, "kind": "training", "region_id": region_id, "name": name,
         "notebook": "train.ipynb", "request": request, "tags": {"team": "fraud"}},
        {"type": "outcome", "id": name, "at": at, "result": result},
    ]  # fmt: skip
    (home / "spool").mkdir(parents=True, exist_ok=True)
    (home / "spool" / f"{name}.jsonl").write_text("".join(json.dumps({"v": 1, **line}) + "\n" for line in lines))


async def row_of(jp_fetch: Any, name: str) -> dict[str, Any]:
    """Wait for a job to be on screen."""
    for _ in range(100):
        rows = {job["name"]: job for job in (await overview(jp_fetch))["jobs"]}
        if name in rows:
            return rows[name]
        await asyncio.sleep(0.1)
    raise AssertionError(f"{name} did not come up")


def test_a_launch_is_on_screen_before_aws_has_described_it(
    jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader, home: Path, jp_serverapp: Any
) -> None:
    """It is shown as starting, with its notebook, an upper bound and nothing billed yet; the reader is told to look for it."""
    frames: list[dict[str, Any]] = []

    async def listen(logger: Any, schema_id: str, data: dict[str, Any]) -> None:
        frames.append({"schema_id": schema_id, **data})

    async def run() -> None:
        jp_serverapp.event_logger.add_listener(listener=listen)
        await overview(jp_fetch)
        write_launch(home, "fresh-1")
        row = await row_of(jp_fetch, "fresh-1")
        assert (row["status"], row["secondary_status"], row["cost"]) == ("InProgress", "Starting", "0")
        assert (row["notebook"], row["region_id"], row["started_at"]) == ("train.ipynb", "eu-west-1", None)
        assert row["high"] is not None
        assert row["tags"] == {"team": "fraud"}
        await asyncio.sleep(1.2)
        assert ["eu-west-1", "training", "fresh-1"] in reader.watched["names"]
        assert reader.watched["regions"] == ["eu-west-1", "us-east-1"]
        launch = {
            "schema_id": "https://events.mlcost-ext.dev/launch/v1",
            "kind": "training",
            "name": "fresh-1",
            "region_id": "eu-west-1",
        }
        assert launch in frames
        reader.push_jobs(training_job("fresh-1", region_id="eu-west-1"))
        await settled()
        assert (await row_of(jp_fetch, "fresh-1"))["secondary_status"] == "Training"

    jp_asyncio_loop.run_until_complete(run())


def test_a_refused_launch_is_never_shown(jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader, home: Path) -> None:
    """What AWS did not take does not run."""

    async def run() -> None:
        await overview(jp_fetch)
        write_launch(home, "refused-1", result="refused")
        write_launch(home, "taken-1")
        await row_of(jp_fetch, "taken-1")
        assert "refused-1" not in [job["name"] for job in (await overview(jp_fetch))["jobs"]]

    jp_asyncio_loop.run_until_complete(run())


def test_a_mistyped_region_spoils_nothing(jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader, home: Path) -> None:
    """A call to us-est-1 that nobody answered: that region is named for a while, all else is as it was."""
    unreachable = {"code": "network_unreachable", "message": "There is no such host.", "hint": "Check the name."}

    async def run() -> None:
        await overview(jp_fetch)
        write_launch(home, "lost-1", result="unknown", region_id="us-est-1")
        for _ in range(50):
            if "us-est-1" in reader.watched.get("regions", []):
                break
            await asyncio.sleep(0.1)
        reader.push_jobs(training_job("fine-1"))
        reader.push_status()
        reader.push_status(region_id="us-est-1", as_of=None, problem=unreachable)
        await settled()
        document = await overview(jp_fetch)
        assert document["aws"]["status"] == "ok"
        assert (document["totals"]["running"], [job["name"] for job in document["jobs"]]) == (1, ["fine-1"])
        notes = {note["subject"]: note["message"] for note in document["data_quality"] if note["code"] == "region_unread"}
        assert notes == {"us-est-1": "Jobs in us-est-1 are not known and in no total: There is no such host."}

    jp_asyncio_loop.run_until_complete(run())


@pytest.mark.parametrize("offset", [-120.0, 120.0])
def test_a_launch_is_as_new_as_its_own_clock_says(
    jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader, home: Path, offset: float
) -> None:
    """Kernels write this machine's time, whatever AWS's is."""

    async def run() -> None:
        await overview(jp_fetch)
        reader.push_status(clock_offset_seconds=offset)
        await settled()
        write_launch(home, "fresh-1")
        assert (await row_of(jp_fetch, "fresh-1"))["secondary_status"] == "Starting"

    jp_asyncio_loop.run_until_complete(run())


@pytest.fixture
def laptop_without_region(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take Studio's file and every word about a region away."""
    (home.parent / "resource-metadata.json").unlink()
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_DEFAULT_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(home.parent / "none"))


def test_a_launch_gives_the_region_that_is_not_set(
    laptop_without_region: None, jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader, home: Path
) -> None:
    """Where no region is set none can be asked, until a launch names one."""

    async def run() -> None:
        assert "region_missing" in [note["code"] for note in (await overview(jp_fetch))["data_quality"]]
        write_launch(home, "first-1")
        await row_of(jp_fetch, "first-1")
        assert "region_missing" not in [note["code"] for note in (await overview(jp_fetch))["data_quality"]]

    jp_asyncio_loop.run_until_complete(run())


def test_overview_json_is_there_for_the_kernels(jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader, home: Path) -> None:
    """The file is the same document, readable by its owner only."""

    async def run() -> None:
        await overview(jp_fetch)
        reader.push_jobs(training_job("kept-1"))
        file = home / "servers" / os.environ["MLCOST_SERVER_ID"] / "overview.json"
        for _ in range(60):
            await asyncio.sleep(0.1)
            if file.exists() and "kept-1" in file.read_text():
                break
        assert json.loads(file.read_text())["jobs"][0]["name"] == "kept-1"
        assert file.stat().st_mode & 0o777 == 0o600
        assert file.parent.stat().st_mode & 0o777 == 0o700

    jp_asyncio_loop.run_until_complete(run())


def test_a_launch_is_kept_in_the_ledger_and_told_once(
    jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader, home: Path, jp_serverapp: Any
) -> None:
    """Written while the server lives; how far its file was read stands beside it."""
    told: list[dict[str, Any]] = []

    async def listen(logger: Any, schema_id: str, data: dict[str, Any]) -> None:
        told.extend([data] if "launch" in schema_id else [])

    async def run() -> None:
        jp_serverapp.event_logger.add_listener(listener=listen)
        await overview(jp_fetch)
        write_launch(home, "kept-1")
        await row_of(jp_fetch, "kept-1")
        file = home / "servers" / os.environ["MLCOST_SERVER_ID"] / "ledger.sqlite"
        for _ in range(50):
            with contextlib.closing(sqlite3.connect(file)) as connection:
                rows = connection.execute("SELECT id, result, tags FROM launch").fetchall()
                positions = connection.execute("SELECT name, position FROM spool_file").fetchall()
            if rows:
                break
            await asyncio.sleep(0.1)
        assert rows == [("kept-1", "accepted", '{"team":"fraud"}')]
        assert positions == [("kept-1.jsonl", (home / "spool" / "kept-1.jsonl").stat().st_size)]
        await asyncio.sleep(1.2)
        assert [data["name"] for data in told] == ["kept-1"]

    jp_asyncio_loop.run_until_complete(run())


@pytest.fixture
def kept_before(home: Path) -> Iterator[None]:
    """Leave what an earlier server of this place has taken: its ledger, while the spool's files are gone."""
    at = time_to_text(datetime.now(timezone.utc))
    request = {"ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30}}
    intent = {"type": "intent", "id": "a", "at": at, "kind": "training", "region_id": "eu-west-1", "name": "before-1"}
    outcome = {"type": "outcome", "id": "a", "at": at, "result": "accepted"}
    events = [{**intent, "notebook": "train.ipynb", "request": request}, outcome]
    batch = Batch("gone.jsonl", 0, 9, is_inside_long_line=False, events=events, ends=[8, 9], broken=0)

    def load(self: LaunchStore, *_: Any) -> Any:
        return Kept(positions={"gone.jsonl": batch.position}, events=events)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LaunchStore, "load", load)
        yield


def test_a_server_that_is_started_again_knows_its_launches(
    kept_before: None, jp_asyncio_loop: Any, jp_fetch: Any, reader: FakeReader, home: Path, jp_serverapp: Any
) -> None:
    """Their jobs are shown and looked for, and nobody is told of them a second time."""
    told: list[str] = []

    async def listen(logger: Any, schema_id: str, data: dict[str, Any]) -> None:
        told.append(schema_id)

    async def run() -> None:
        jp_serverapp.event_logger.add_listener(listener=listen)
        await overview(jp_fetch)
        assert (await row_of(jp_fetch, "before-1"))["notebook"] == "train.ipynb"
        await asyncio.sleep(1.2)
        assert ["eu-west-1", "training", "before-1"] in reader.watched["names"]
        assert [schema_id for schema_id in told if "launch" in schema_id] == []

    jp_asyncio_loop.run_until_complete(run())
