"""Events in portions, and a file that is whole or old, never torn."""

from __future__ import annotations

import asyncio
import errno
import json
import logging
import os
from collections import deque
from pathlib import Path
from typing import Any

import pytest

from mlcost_ext.server import publisher as module
from mlcost_ext.server.publisher import MAX_CHANGES, Publisher
from mlcost_ext.usecases.watch import JobChange

from .test_overview import overview


class Sent:
    """What was sent to the browser."""

    def __init__(self) -> None:
        self.frames: list[list[str]] = []

    def __call__(self, *, schema_id: str, data: dict[str, Any]) -> None:
        self.frames.append([change["name"] for change in data["changes"]])


def change(number: int) -> JobChange:
    return JobChange(kind="training", name=f"job-{number}", region_id="us-east-1", status="InProgress", secondary_status=None)


def publisher_of(file: Path, sent: Sent | None = None) -> Publisher:
    return Publisher(sent or Sent(), file, lambda: (7, b"new"), logging.getLogger("test"))


def test_many_changes_come_frame_after_frame_and_none_is_lost(tmp_path: Path) -> None:
    """Two hundred under one revision: twenty at each tick until all are told, then silence."""
    sent, changes = Sent(), deque(change(n) for n in range(200))
    publisher = publisher_of(tmp_path / "overview.json", sent)
    for _ in range(15):
        publisher.changed(changes, 7)
    assert [len(frame) for frame in sent.frames] == [MAX_CHANGES] * 10
    assert [name for frame in sent.frames for name in frame] == [f"job-{n}" for n in range(200)]


def test_something_else_that_changed_is_an_empty_frame(tmp_path: Path) -> None:
    """Once for each revision."""
    sent = Sent()
    publisher = publisher_of(tmp_path / "overview.json", sent)
    for revision in (1, 1, 2):
        publisher.changed(deque(), revision)
    assert sent.frames == [[], []]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Give the place of overview.json."""
    return tmp_path / "mlcost" / "servers" / "s1" / "overview.json"


def test_trouble_is_logged_once_and_told_until_it_is_over(
    file: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A full disk: one line in the log however often it is tried; when there is room again the trouble is gone."""
    publisher = publisher_of(file)
    monkeypatch.setattr(module, "MIN_FILE_SECONDS", 0)

    def full(path: Path, body: bytes) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    with monkeypatch.context() as patch:
        patch.setattr(module, "write_private", full)
        news = [asyncio.run(publisher.write_file(revision)) for revision in range(4)]
    assert news == [True, False, False, False]
    assert publisher.trouble is not None
    assert (publisher.trouble.code, "No space left" in publisher.trouble.message) == ("home_unwritable", True)
    assert len([record for record in caplog.records if record.levelno == logging.WARNING]) == 1
    assert asyncio.run(publisher.write_file(9)) is True
    assert (publisher.trouble, file.read_bytes()) == (None, b"new")


def test_a_drawing_that_is_not_the_newest_is_written_again(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file may hold a drawing of this second from before a change; the next time it holds the change."""
    monkeypatch.setattr(module, "MIN_FILE_SECONDS", 0)
    drawings = iter([(1, b"before"), (2, b"after")])
    publisher = Publisher(Sent(), file, lambda: next(drawings), logging.getLogger("test"))
    written = []
    for _ in range(3):
        asyncio.run(publisher.write_file(2))
        written.append(file.read_bytes())
    assert written == [b"before", b"after", b"after"]


@pytest.fixture
def blocked_home(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a file where the home should be."""
    (tmp_path / "blocked").write_text("")
    monkeypatch.setenv("MLCOST_HOME", str(tmp_path / "blocked"))


def test_a_home_that_cannot_be_written_is_said_and_no_kernel_is_blamed(
    blocked_home: None, jp_asyncio_loop: Any, jp_fetch: Any, jp_serverapp: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kernels cannot leave their sign of life either, so nobody can tell whether they are guarded."""
    from mlcost_ext.server.presence import KernelPresence

    monkeypatch.setattr(KernelPresence, "unguarded", lambda self, guarded: 1)

    async def run() -> None:
        codes: list[str] = []
        for _ in range(50):
            codes = [note["code"] for note in (await overview(jp_fetch))["data_quality"]]
            if "home_unwritable" in codes and "kernels_unguarded" not in codes:
                return
            await asyncio.sleep(0.1)
        raise AssertionError(json.dumps(codes))

    jp_asyncio_loop.run_until_complete(run())
