"""A look that hangs is told, and is the only one; what follows the verdict is ended after it."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mlcost_ext.server import idling
from mlcost_ext.server.idle_making import scheduler_place, stamps_of

from .idle_server import (  # noqa: F401 - fixtures among them
    _soon,
    idle,
    idle_in_overview_when,
    idle_when,
    idling_of,
    jp_server_config,
    policy,
)

HANGS = "The last look is 0 min old: what hangs is "


class Hanging:
    """Work that does not end until it is let go."""

    def __init__(self, work: Any) -> None:
        self.work, self.began, self.go_on = work, 0, threading.Event()

    def __call__(self, *told: Any) -> Any:
        self.began += 1
        self.go_on.wait(30)
        return self.work(*told)


@pytest.fixture
def hanging(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Have something hang that an object does; from then on the last look is old after a second."""
    made: list[Hanging] = []

    def make(whose: Any, name: str) -> Hanging:
        for limit, value in {
            "OVERDUE_SECONDS": 1.0,
            "OVERDUE_INTERVALS": 0,
            "PATIENCE_SECONDS": 0.2,
            "FRESH_SECONDS": 0.0,
        }.items():
            monkeypatch.setattr(idling, limit, value)
        made.append(Hanging(getattr(whose, name)))
        monkeypatch.setattr(whose, name, made[-1])
        return made[-1]

    yield make
    for each in made:
        each.go_on.set()


def test_a_look_that_hangs_is_told_with_what_hangs(
    jp_asyncio_loop: Any,
    jp_fetch: Any,
    jp_serverapp: Any,
    hanging: Any,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nobody waits for it, it is the only one, and the verdict stays that of the last look."""

    async def run() -> None:
        await idle(jp_fetch)
        here = idling_of(jp_serverapp)
        monkeypatch.setattr(here, "_log", logging.getLogger("mlcost-test"))
        hung = hanging(here._look._probe, "look")
        view = await idle_when(jp_fetch, lambda view: (view["note"] or "").startswith(HANGS), 5)
        assert view["note"] == f"{HANGS}the look at this machine's processes, GPUs and files."
        tasks, began = len(asyncio.all_tasks()), time.monotonic()
        views = [await idle(jp_fetch) for _ in range(5)]
        assert time.monotonic() - began < 1
        assert {each["as_of"] for each in views} == {view["as_of"]}
        assert (hung.began, len(asyncio.all_tasks()) <= tasks + 1) == (1, True)
        await idle_in_overview_when(jp_fetch, lambda short: short["reason"].endswith(view["note"]))
        here.glance()
        here.glance()
        told = [each for each in caplog.records if "cannot tell whether this machine is idle" in each.getMessage()]
        assert [(each.levelno, view["note"] in each.getMessage()) for each in told] == [(logging.WARNING, True)]
        hung.go_on.set()
        after = await idle_when(jp_fetch, lambda view: view["note"] is None, 5)
        assert after["as_of"] > view["as_of"]

    jp_asyncio_loop.run_until_complete(run())


def test_a_policy_file_that_hangs_keeps_nobody_waiting(
    jp_asyncio_loop: Any, jp_fetch: Any, jp_serverapp: Any, hanging: Any
) -> None:
    """Such as on a network disk that is gone: one thread waits for it, whoever asks."""

    async def run() -> None:
        await idle(jp_fetch)
        policy_here = idling_of(jp_serverapp)._policy
        looks, above = hanging(policy_here, "in_force"), hanging(policy_here, "above_users")
        view = await idle_when(jp_fetch, lambda view: (view["note"] or "").startswith(HANGS), 5)
        assert view["note"] == f"{HANGS}the reading of the policy's files."
        for _ in range(3):
            assert (await idle(jp_fetch))["settings"] == view["settings"]
        assert (looks.began, above.began) == (1, 1)

    jp_asyncio_loop.run_until_complete(run())


def test_looks_that_fail_for_long_are_told_as_old(
    jp_asyncio_loop: Any, jp_fetch: Any, jp_serverapp: Any, hanging: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise OSError("the disk is gone")

    async def run() -> None:
        await idle(jp_fetch)
        probe = idling_of(jp_serverapp)._look._probe
        hanging(probe, "look")
        monkeypatch.setattr(probe, "look", fail)
        view = await idle_when(jp_fetch, lambda view: "was seen 0 min ago" in (view["note"] or ""), 5)
        assert view["note"].startswith("The last look has failed (OSError: the disk is gone)")

    jp_asyncio_loop.run_until_complete(run())


def test_what_waits_is_written_when_the_server_ends_in_the_middle_of_a_write(
    jp_asyncio_loop: Any, jp_fetch: Any, jp_serverapp: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look that writes is given up, and the recorder writes once more what may be lacking."""
    written: list[Any] = []
    begun = threading.Event()

    async def run() -> None:
        await idle(jp_fetch)
        here = idling_of(jp_serverapp)
        recorder = here.followers[1]._recorder  # type: ignore[attr-defined]

        def write(rows: Any) -> None:
            written.append(rows)
            begun.set()
            time.sleep(0.5)

        monkeypatch.setattr(recorder._store, "write", write)
        recorder._written_at = float("-inf")
        await asyncio.sleep(1.1)
        asking = asyncio.ensure_future(idle(jp_fetch))
        await asyncio.to_thread(begun.wait, 10)
        await here.close()
        assert (len(written), recorder._is_writing) == (2, False)
        await asking

    jp_asyncio_loop.run_until_complete(run())


def scheduled(settings: dict[str, Any], apps: Any = ()) -> Path | None:
    """Give where jobs are looked for in a server that is set up so."""
    app = SimpleNamespace(extension_manager=SimpleNamespace(extension_apps={"jupyter_scheduler": apps} if apps else {}))
    parts: Any = SimpleNamespace(web_settings=settings, app=app)
    return scheduler_place(parts, Path("/default"))()


def test_the_schedulers_database_is_looked_for_where_it_was_set_up() -> None:
    """By the scheduler itself, else by its extension; a server without one may have the default one of another."""
    own, theirs = SimpleNamespace(db_url="sqlite:////own.db"), SimpleNamespace(db_url="sqlite:////app.db")
    assert scheduled({"scheduler": own}, [theirs]) == Path("/own.db")
    assert scheduled({"scheduler": object()}, [theirs]) == Path("/app.db")
    assert scheduled({"scheduler": object()}) == scheduled({}) == Path("/default")
    assert scheduled({"scheduler": SimpleNamespace(db_url="postgresql://db/jobs")}) is None


def test_stamps_are_remembered_for_each_timestamp_file_of_a_home() -> None:
    """Whatever server asks."""
    home, first, second = Path("/home"), Path("/tmp/a"), Path("/tmp/b")
    assert stamps_of(home, first) == stamps_of(home, first) != stamps_of(home, second)
    assert stamps_of(home, first).parent == home
