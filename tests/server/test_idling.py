"""The idle verdict on a real Jupyter server with real kernels, terminals and files; time is scaled: idle after 12 seconds."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from mlcost_ext.server import idling
from mlcost_ext.server.idling import Seen
from mlcost_ext.server.intake import now_utc
from mlcost_ext.server.kernel_messages import SETTING

from .conftest import FakeReader, training_job
from .idle_server import (  # noqa: F401 - fixtures among them
    SHORT,
    _soon,
    has_row,
    idle,
    idle_in_overview_when,
    idle_when,
    idling_of,
    is_idle,
    jp_server_config,
    lay_down,
    pages,
    policy,
    row,
    time_of,
)
from .pages import V1, Page, Pages
from .test_executions import launch
from .test_overview import overview


def test_a_server_that_nobody_opens_is_idle_from_its_start_on_and_polling_it_is_no_activity(
    jp_asyncio_loop: Any, jp_fetch: Any, jp_serverapp: Any
) -> None:
    """Its idleness costs what the machine costs since then; nothing that is asked makes it younger."""

    async def run() -> None:
        first = await idle(jp_fetch)
        assert first["verdict"]["held_by"] == ["server_started"]
        view = await idle_when(jp_fetch, is_idle)
        before = jp_serverapp.web_app.last_activity()
        await asyncio.sleep(0.05)
        again = await idle(jp_fetch)
        assert jp_serverapp.web_app.last_activity() == before
        assert again["verdict"]["since"] == view["verdict"]["since"] == first["verdict"]["since"]
        since, as_of = time_of(again["verdict"]["since"]), time_of(again["as_of"])
        expected = Decimal(str((as_of - since).total_seconds())) * Decimal("3.6") / 3600
        assert Decimal(again["verdict"]["cost"]) == pytest.approx(expected, abs=Decimal("0.000000002"))
        assert (again["timeout_minutes"], again["mode"], again["note"]) == ("0.2", "shadow", None)
        assert time_of(again["verdict"]["stops_at"]) - since == timedelta(seconds=12)

    jp_asyncio_loop.run_until_complete(run())


def test_a_silent_cell_holds_the_machine_up_whatever_else_its_kernel_is_asked(
    jp_asyncio_loop: Any, jp_fetch: Any, pages: Pages, jp_serverapp: Any
) -> None:
    """An extension that polls the kernel's memory makes Jupyter take it for idle in the middle of a cell; it is not."""

    async def run() -> None:
        page = await pages.open(kernel_id := await pages.notebook(), V1)
        cell = await page.run("import time; time.sleep(6)")
        await page.begun(cell)
        began = now_utc()
        for _ in range(5):
            await page.send("usage_request", channel="control")
            await page.said("usage_reply")
            await asyncio.sleep(0.7)
        assert jp_serverapp.kernel_manager._kernels[kernel_id].execution_state == "idle"  # what Jupyter makes of it
        view = await idle(jp_fetch)
        busy = row(view, "kernel_busy")
        assert (busy["subject"], busy["state"], busy["active_since"] is None) == ("train.ipynb", "active", False)
        assert abs(time_of(busy["active_since"]) - began) < timedelta(seconds=1)
        assert view["verdict"]["reason"].startswith("train.ipynb is running code, for ")
        await page.done(cell)
        view = await idle_when(jp_fetch, is_idle)
        assert timedelta(seconds=5) < time_of(view["verdict"]["since"]) - began < timedelta(seconds=10)

    jp_asyncio_loop.run_until_complete(run())


def test_a_silent_cell_goes_on_when_its_page_is_closed_and_its_end_is_seen(
    jp_asyncio_loop: Any, jp_fetch: Any, pages: Pages
) -> None:
    """Jupyter keeps for the page what the kernel sends; nobody opens it again."""

    async def run() -> None:
        page = await pages.open(await pages.notebook(), V1)
        cell = await page.run("import time; time.sleep(6)")
        await page.begun(cell)
        began = now_utc()
        await page.send("usage_request", channel="control")
        await page.said("usage_reply")
        page.socket.close()
        await asyncio.sleep(2)
        assert row(await idle(jp_fetch), "kernel_busy")["state"] == "active"
        view = await idle_when(jp_fetch, is_idle)
        assert timedelta(seconds=5) < time_of(view["verdict"]["since"]) - began < timedelta(seconds=10)

    jp_asyncio_loop.run_until_complete(run())


def test_a_page_that_is_loaded_again_makes_a_busy_kernel_neither_idle_nor_busy_for_ever(
    jp_asyncio_loop: Any, jp_fetch: Any, pages: Pages
) -> None:
    async def run() -> None:
        page = await pages.open(kernel_id := await pages.notebook())
        cell = await page.run("import time; time.sleep(4)")
        await page.begun(cell)
        page.socket.close()
        other = asyncio.ensure_future(pages.open(kernel_id))
        await asyncio.sleep(1.5)
        assert row(await idle(jp_fetch), "kernel_busy")["state"] == "active"
        await other
        view = await idle_when(jp_fetch, is_idle)
        assert row(view, "kernel_busy")["state"] == "quiet"

    jp_asyncio_loop.run_until_complete(run())


@pytest.mark.parametrize("protocol", [None, V1])
def test_a_kernel_at_an_input_prompt_waits_and_does_not_work(
    jp_asyncio_loop: Any, jp_fetch: Any, pages: Pages, protocol: str | None
) -> None:
    """Idle since the prompt came up, page open or closed; once answered its cell runs again."""

    async def run() -> None:
        page = await pages.open(await pages.notebook(), protocol)
        await idle_when(jp_fetch, is_idle)
        cell = await page.run("input('? '); import time; time.sleep(3)")
        await page.said("input_request")
        asked = now_utc()
        view = await idle_when(jp_fetch, is_idle)
        assert abs(time_of(row(view, "kernel_busy")["last_active_at"]) - asked) < timedelta(seconds=0.7)
        # what its process has used shortly before is seen by a look after it
        assert timedelta(seconds=-0.7) < time_of(view["verdict"]["since"]) - asked < timedelta(seconds=4)
        assert "came to an input prompt that nobody has answered" in view["verdict"]["reason"]
        await page.send("input_reply", {"value": "x"}, "stdin")
        await asyncio.sleep(1.5)
        view = await idle(jp_fetch)
        assert row(view, "kernel_busy")["state"] == "active"
        await page.done(cell)

    jp_asyncio_loop.run_until_complete(run())


def test_a_prompt_that_comes_up_after_its_page_was_closed_is_no_work_either(
    jp_asyncio_loop: Any, jp_fetch: Any, pages: Pages
) -> None:
    async def run() -> None:
        page = await pages.open(await pages.notebook(), V1)
        await page.begun(await page.run("import time; time.sleep(1); input('? ')"))
        page.socket.close()
        view = await idle_when(jp_fetch, is_idle)
        assert row(view, "kernel_busy")["detail"] == "waits for somebody to answer its input prompt"

    jp_asyncio_loop.run_until_complete(run())


async def used_after(jp_fetch: Any, page: Page, kind: str, content: dict[str, Any], seconds: float) -> bool:
    """Tell whether a message moves, within some seconds, the time at which the notebook was last used."""
    before = row(await idle_when(jp_fetch, has_row("user_message")), "user_message")["last_active_at"]
    await page.send(kind, content)
    for _ in range(int(seconds / 0.1)):
        await asyncio.sleep(0.1)
        if row(await idle(jp_fetch), "user_message")["last_active_at"] != before:
            return True
    return False


def test_a_page_counts_by_what_a_person_does_in_it(jp_asyncio_loop: Any, jp_fetch: Any, pages: Pages) -> None:
    async def run() -> None:
        page = await pages.open(await pages.notebook())
        unused = (
            ("kernel_info_request", {}),
            ("comm_info_request", {"target_name": "jupyter.widget"}),
            ("execute_request", {"code": "1", "silent": True}),
            ("history_request", {"hist_access_type": "tail", "n": 1}),
        )
        used = (
            ("execute_request", {"code": "1", "silent": False}),
            ("complete_request", {"code": "pri", "cursor_pos": 3}),
            ("inspect_request", {"code": "print", "cursor_pos": 5, "detail_level": 0}),
        )
        assert [await used_after(jp_fetch, page, *each, seconds=1) for each in unused] == [False] * 4
        assert [await used_after(jp_fetch, page, *each, seconds=10) for each in used] == [True] * 3

    jp_asyncio_loop.run_until_complete(run())


def test_a_message_wakes_a_verdict_that_is_idle_at_once(
    jp_asyncio_loop: Any, jp_fetch: Any, pages: Pages, jp_serverapp: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Although the next look would be due much later; the event tells it, and the overview has it."""
    told: list[dict[str, Any]] = []

    async def listen(logger: Any, schema_id: str, data: dict[str, Any]) -> None:
        told.append(data)

    async def run() -> None:
        jp_serverapp.event_logger.add_listener(schema_id="https://events.mlcost-ext.dev/idle/v1", listener=listen)
        page = await pages.open(await pages.notebook())
        await idle_when(jp_fetch, is_idle)
        monkeypatch.setattr(idling, "SHORTEST_SECONDS", 30.0)
        await asyncio.sleep(1.2)
        await page.run("1")
        for _ in range(40):
            await asyncio.sleep(0.1)
            if told and told[-1]["state"] == "active":
                break
        assert told[-1]["state"] == "active"
        assert "user_message" in told[-1]["held_by"]
        assert [each["state"] for each in told][-2:] == ["idle", "active"]
        await idle_in_overview_when(
            jp_fetch, lambda shown: (shown["state"], "train.ipynb" in shown["reason"]) == ("active", True)
        )

    jp_asyncio_loop.run_until_complete(run())


def test_a_saved_file_counts_with_its_name(jp_asyncio_loop: Any, jp_fetch: Any) -> None:
    async def run() -> None:
        await idle_when(jp_fetch, is_idle)
        await jp_fetch("api", "contents")
        assert is_idle(await idle(jp_fetch))
        body = json.dumps({"type": "file", "format": "text", "content": "x"})
        await jp_fetch("api", "contents", "notes.txt", method="PUT", body=body)
        view = await idle_when(jp_fetch, lambda view: not is_idle(view), 3)
        assert (view["verdict"]["held_by"], view["verdict"]["reason"]) == (["file_saved"], "notes.txt was saved 0 s ago.")

    jp_asyncio_loop.run_until_complete(run())


def test_a_terminals_program_counts_by_its_cpu(jp_asyncio_loop: Any, jp_fetch: Any, jp_serverapp: Any) -> None:
    """A shell alone does not."""

    async def run() -> None:
        name = json.loads((await jp_fetch("api", "terminals", method="POST", body=b"{}")).body)["name"]
        view = await idle_when(jp_fetch, is_idle)
        assert row(view, "terminal_process")["detail"] == "only has its shell"
        terminal = jp_serverapp.web_app.settings["terminal_manager"].terminals[name]
        terminal.ptyproc.write("while :; do :; done\r")
        view = await idle_when(jp_fetch, lambda view: "terminal_process" in view["verdict"]["held_by"] or not is_idle(view), 10)
        await jp_fetch("api", "terminals", name, method="DELETE")
        assert not is_idle(view)

    jp_asyncio_loop.run_until_complete(run())


def test_a_viewer_is_shown_a_kernel_that_has_come_since_the_last_look(
    jp_asyncio_loop: Any, jp_fetch: Any, pages: Pages, jp_serverapp: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However young that look is, and although it was noticed already that the kernel is there."""

    async def run() -> None:
        await idle(jp_fetch)
        monkeypatch.setattr(idling, "FRESH_SECONDS", 600.0)
        monkeypatch.setattr(idling, "AT_ONCE_SECONDS", 600.0)
        await pages.notebook()
        idling_of(jp_serverapp).glance()
        assert has_row("kernel_busy")(await idle(jp_fetch))

    jp_asyncio_loop.run_until_complete(run())


def test_a_busy_kernel_that_is_killed_or_shut_down_is_not_busy_for_ever(
    jp_asyncio_loop: Any, jp_fetch: Any, pages: Pages, jp_serverapp: Any
) -> None:
    async def run() -> None:
        killed, ended = await pages.notebook("killed.ipynb"), await pages.notebook("ended.ipynb")
        for kernel_id in (killed, ended):
            page = await pages.open(kernel_id)
            await page.begun(await page.run("import time; time.sleep(600)"))
            page.socket.close()
        await idle_when(jp_fetch, lambda view: sum(each["name"] == "kernel_busy" for each in view["signals"]) == 2, 5)
        os.kill(jp_serverapp.kernel_manager._kernels[killed].provisioner.pid, signal.SIGKILL)
        await pages.shut_down(ended)
        view = await idle_when(jp_fetch, is_idle, 30)
        assert "kernel_busy" not in view["verdict"]["held_by"]

    jp_asyncio_loop.run_until_complete(run())


def test_a_kernel_that_waits_for_its_own_job_is_told_as_that(
    jp_asyncio_loop: Any, jp_fetch: Any, pages: Pages, reader: FakeReader, home: Path, jp_serverapp: Any
) -> None:
    """What the waiting machine costs stands beside it; once the job has ended, the kernel only runs code."""

    async def run() -> None:
        await overview(jp_fetch)
        page = await pages.open(kernel_id := await pages.notebook())
        await page.begun(await page.run("import time; time.sleep(600)"))
        launch(home, kernel_id, "churn-1")
        reader.push_jobs(training_job("churn-1"))
        reader.push_status()
        view = await idle_when(jp_fetch, lambda view: view["verdict"]["waiting"] is not None)
        assert view["verdict"]["waiting"] == "training churn-1"
        assert view["verdict"]["held_by"][0] == "waiting_for_job"
        assert row(view, "waiting_for_job")["detail"] == "waits for training churn-1, which runs elsewhere"
        idling_here = idling_of(jp_serverapp)
        await idle_in_overview_when(jp_fetch, lambda shown: shown["waiting"] == "training churn-1")
        await idle_when(jp_fetch, lambda _: idling_here.waiting_kernels() == {kernel_id})
        reader.push_jobs(training_job("churn-1", TrainingJobStatus="Completed", SecondaryStatus="Completed"))
        await idle_when(
            jp_fetch, lambda view: view["verdict"]["waiting"] is None and view["verdict"]["held_by"][0] == "kernel_busy"
        )
        assert idling_here.waiting_kernels() == frozenset()

    jp_asyncio_loop.run_until_complete(run())


def test_whoever_follows_is_told_of_each_look(jp_asyncio_loop: Any, jp_fetch: Any, jp_serverapp: Any) -> None:
    seen: list[Seen] = []
    ended: list[bool] = []

    class Follower:
        async def note(self, told: Seen) -> None:
            seen.append(told)

        async def close(self) -> None:
            ended.append(True)

    async def run() -> None:
        here = idling_of(jp_serverapp)
        here.followers = (*here.followers, Follower())
        await idle(jp_fetch)
        await asyncio.sleep(1.1)
        view = await idle(jp_fetch)
        assert len(seen) >= 2
        assert (seen[-1].is_on, seen[-1].cost_per_hour) == (True, Decimal("3.6"))
        assert seen[-1].tracked.signals.keys() >= {("server_started", "")}
        assert seen[-1].verdict.state == view["verdict"]["state"]
        assert here.spent_seconds > 0
        await here.close()
        assert ended == [True]

    jp_asyncio_loop.run_until_complete(run())


def test_a_look_that_fails_leaves_the_verdict_and_is_said(
    jp_asyncio_loop: Any, jp_fetch: Any, jp_serverapp: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the next one may go well."""

    def fail(*_: Any) -> None:
        raise OSError("the disk is gone")

    async def run() -> None:
        await idle(jp_fetch)
        look = idling_of(jp_serverapp)._look
        with monkeypatch.context() as patch:
            patch.setattr(look._probe, "look", fail)
            view = await idle_when(jp_fetch, lambda view: view["note"] is not None, 5)
            assert view["note"].startswith("The last look has failed (OSError: the disk is gone)")
        await idle_when(jp_fetch, lambda view: view["note"] is None, 5)

    jp_asyncio_loop.run_until_complete(run())


def test_a_server_that_ends_puts_back_what_it_has_exchanged(jp_asyncio_loop: Any, jp_fetch: Any, jp_serverapp: Any) -> None:
    async def run() -> None:
        await idle(jp_fetch)
        settings = jp_serverapp.web_app.settings
        original = jp_serverapp.kernel_websocket_connection_class
        assert settings[SETTING] is not original
        assert issubclass(settings[SETTING], original)
        await idling_of(jp_serverapp).close()
        assert settings[SETTING] is original

    jp_asyncio_loop.run_until_complete(run())
