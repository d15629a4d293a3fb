"""What is stamped for Studio, what its endpoint is asked, what is kept of it: on a real server, with an endpoint of our own."""

from __future__ import annotations

import socket
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.utils import url_path_join
from tornado import web

from mlcost_ext.core.host import Host
from mlcost_ext.core.idle import Verdict
from mlcost_ext.probes.shared_timestamp import SharedTimestamp
from mlcost_ext.server import native_idle
from mlcost_ext.server.idle_endpoint import address, has_terminals, is_enabled, last_activities
from mlcost_ext.server.native_idle import ASK_SECONDS, SLOW_ASK_SECONDS
from mlcost_ext.usecases.native_idle_view import EXTENSION, Answer
from tests.fakes import NOW
from tests.usecases.test_native_idle_view import signal, verdict

from .native_watch import BUSY, IDLE, LAPTOP, STUDIO, TODAY, TYPED, Watch


@pytest.fixture
def jp_server_config() -> dict[str, Any]:
    """Start a plain server, with terminals: what is tested here is put together by the test."""
    return {"ServerApp": {"jpserver_extensions": {"jupyter_server_terminals": True}}}


@pytest.fixture
def run(jp_asyncio_loop: Any) -> Callable[[Awaitable[Any]], Any]:
    return jp_asyncio_loop.run_until_complete  # type: ignore[no-any-return]


@dataclass
class Endpoint:
    """What stands in the place of AWS's: it says what it is told to, and remembers how it was asked."""

    status: int = 200
    body: str | None = None
    """None: the time that the shared file tells."""
    seconds: float = 0.0
    """For which it holds up the whole server."""
    slow_for: int = 1000
    """Answers."""
    asked: list[tuple[str, str | None]] = field(default_factory=list)


@pytest.fixture
def shared(tmp_path: Path) -> SharedTimestamp:
    return SharedTimestamp(tmp_path / "stamp", tmp_path / "memory", TODAY)


@pytest.fixture
def endpoint(jp_serverapp: Any, jp_fetch: Any, shared: SharedTimestamp, monkeypatch: pytest.MonkeyPatch) -> Endpoint:
    """Put the stand-in where AWS's extension puts its endpoint; `jp_fetch` makes the server listen."""
    told = Endpoint()

    class Handler(JupyterHandler):
        @web.authenticated
        def get(self) -> None:
            told.asked.append((self.request.uri or "", self.request.headers.get("Authorization")))
            time.sleep(told.seconds if len(told.asked) <= told.slow_for else 0)
            said = shared.path.read_text() if shared.path.exists() else "2026-11-23T10:00:00.000000"
            self.set_status(told.status)
            self.finish(told.body if told.body is not None else f'{{"lastActiveTimestamp": "{said.rstrip("Z")}z"}}')

    path = url_path_join(jp_serverapp.base_url, "api/idle")
    jp_serverapp.web_app.add_handlers(".*$", [(path, Handler)])
    switched_on = SimpleNamespace(enabled=True, extension_points={})
    monkeypatch.setitem(jp_serverapp.extension_manager.extensions, EXTENSION, switched_on)
    return told


@pytest.fixture
def watch(jp_serverapp: Any, shared: SharedTimestamp, tmp_path: Path) -> Watch:
    return Watch(jp_serverapp, shared, tmp_path)


# -- stamping -------------------------------------------------------------------------------


def test_protected_work_is_stamped_once_a_minute_and_no_longer_than_it_goes_on(watch: Watch, run: Any) -> None:
    """With the time of the look, as AWS's programs write it."""

    async def story() -> list[str | None]:
        told = []
        for state in (IDLE, BUSY, BUSY, BUSY, BUSY, TYPED, IDLE, IDLE):
            await watch.look(state)
            told.append(watch.stamped)
        return told

    first, second = "2026-11-23T14:01:00.000000Z", "2026-11-23T14:02:00.000000Z"
    assert run(story()) == [None, first, first, second, second, second, second, second]


@pytest.mark.parametrize(
    ("told", "host", "is_on"),
    [
        (TYPED, STUDIO, True),
        (IDLE, STUDIO, True),
        (verdict(signal("gpu", goes_on=False)), STUDIO, True),
        (replace(BUSY, state="off"), STUDIO, True),
        (BUSY, STUDIO, False),
        (BUSY, replace(STUDIO, does_nothing=True), True),
        (BUSY, LAPTOP, True),
    ],
    ids=["a keystroke", "idle", "ended", "off", "not on", "recovery mode", "no Studio"],
)
def test_nothing_else_is_stamped(watch: Watch, run: Any, told: Verdict, host: Host, is_on: bool) -> None:
    """Nor is anything said where there is nothing to say."""
    run(watch.looks(told, 5, host=host, is_on=is_on))
    assert watch.stamped is None
    assert (watch.native.view() is None) == (host != STUDIO or not is_on or told.state == "off")


def test_where_awss_extension_is_enabled_it_is_stamped_too(endpoint: Endpoint, watch: Watch, run: Any) -> None:
    """A custom image on a machine that does not look like Studio."""
    run(watch.look(BUSY, host=LAPTOP))
    assert watch.stamped is not None


def test_a_stamp_that_cannot_be_written_is_said_once_in_the_log(
    endpoint: Endpoint, jp_serverapp: Any, tmp_path: Path, run: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """And in the view, for as long as it is so; the looks go on."""
    folder = tmp_path / "not-there"
    watch = Watch(jp_serverapp, SharedTimestamp(folder / "stamp", clock=TODAY), tmp_path)
    run(watch.looks(BUSY, 5))
    view = run(watch.answered())
    assert (view.state, "cannot be written (No such file or directory)" in view.message) == ("blind", True)
    assert view.stamped_at is None
    assert [str(folder) in record.getMessage() for record in caplog.records if record.name == "mlcost-test"] == [True]
    folder.mkdir()
    run(watch.looks(BUSY, 10))
    view = run(watch.answered())
    assert (view.stamped_at, "cannot be written" in view.message) == (watch.now - timedelta(seconds=30), False)


def test_a_studio_app_without_awss_extension_is_told(watch: Watch, run: Any) -> None:
    """At once, and what mends it; the stamp is written all the same, for the editor that may read it."""
    run(watch.look(BUSY))
    view = watch.native.view()
    assert view is not None
    assert (view.state, view.asked_at, view.timeout_minutes) == ("absent", None, 60)
    assert "Install jupyter-activity-monitor-extension" in view.hint
    assert watch.stamped is not None


# -- asking ---------------------------------------------------------------------------------


def test_the_endpoint_is_asked_after_a_minute_and_then_every_five(endpoint: Endpoint, watch: Watch, run: Any) -> None:
    """Under the server's base path, with its token, and so that it is no activity."""

    async def story() -> list[int]:
        asked = []
        for _ in range(26):
            await watch.look(BUSY)
            asked.append(len(endpoint.asked))
        return asked

    assert watch.native.view() is None
    app = watch.native._app
    before = app.web_app.last_activity()
    assert run(story()) == [0, *[1] * 10, *[2] * 10, *[3] * 5]
    assert set(endpoint.asked) == {(f"{app.base_url}api/idle?no_track_activity=1", f"token {app.identity_provider.token}")}
    assert app.web_app.last_activity() == before
    view = watch.native.view()
    assert view is not None
    assert (view.state, view.asked_at) == ("follows", NOW + timedelta(minutes=11))
    assert view.last_active_at == NOW + timedelta(minutes=10, seconds=30)


CASES: dict[str, tuple[dict[str, Any], str]] = {
    "follows": ({}, "follows"),
    "an error": ({"status": 500, "body": "{}"}, "failing"),
    "no JSON": ({"body": "<html>"}, "failing"),
    "a time to come": ({"body": '{"lastActiveTimestamp": "2999-01-01T00:00:00.000000z"}'}, "future"),
    "behind": ({"body": '{"lastActiveTimestamp": "2026-11-23T10:00:00.000000z"}'}, "blind"),
    "not there": ({"status": 404}, "absent"),
    "refused": ({"status": 403}, "unreachable"),
}


@pytest.mark.parametrize("name", CASES)
def test_each_answer_over_http_has_its_state(endpoint: Endpoint, watch: Watch, run: Any, name: str) -> None:
    """By a clock that goes on by itself, so that a second is one."""
    changes, state = CASES[name]
    for key, value in changes.items():
        setattr(endpoint, key, value)
    assert told_after(watch, run, 1).state == state


def told_after(watch: Watch, run: Any, times: int) -> Any:
    """Have it asked so many times more, by a clock that goes on by itself, and give what is told then."""
    began, base = time.monotonic(), watch.seconds

    async def story() -> Any:
        await watch.looks(BUSY, 1)
        watch.native._clock = lambda: base + 60 + time.monotonic() - began
        for _ in range(times):
            watch.native._ask_due = 0.0
            await watch.look(BUSY)
        return await watch.answered()

    return run(story())


@pytest.mark.parametrize(("times", "state"), [(1, "follows"), (2, "slow")])
def test_a_slow_endpoint_is_asked_less_often_and_told_after_two_in_a_row(
    endpoint: Endpoint, watch: Watch, run: Any, times: int, state: str
) -> None:
    """Each question costs everybody on this server a second: it is never asked twice at once."""
    endpoint.seconds = 0.95
    assert told_after(watch, run, times).state == state
    assert watch.native._ask_due - watch.native._clock() > SLOW_ASK_SECONDS - ASK_SECONDS
    assert len(endpoint.asked) == 1 + times


def test_a_server_that_something_else_holds_up_has_no_slow_endpoint(endpoint: Endpoint, watch: Watch, run: Any) -> None:
    """What is slow once and fast the next time is not called slow, and is asked as often as before."""
    endpoint.seconds, endpoint.slow_for = 0.95, 2
    assert told_after(watch, run, 2).state == "follows"
    assert watch.native._ask_due - watch.native._clock() <= ASK_SECONDS


def test_one_that_does_not_answer_in_time_leaves_what_was_told_until_it_is_so_again(
    endpoint: Endpoint, watch: Watch, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(_: Any, now: datetime, __: Any) -> Answer:
        return Answer(asked_at=now, seconds=3.0, status=None, trouble="timeout")

    assert told_after(watch, run, 1).state == "follows"
    monkeypatch.setattr(native_idle, "ask", never)
    assert [told_after(watch, run, 1).state for _ in range(2)] == ["follows", "slow"]


def test_two_servers_of_a_home_stamp_once_a_minute_together(
    jp_serverapp: Any, watch: Watch, shared: SharedTimestamp, tmp_path: Path, run: Any
) -> None:
    """Neither takes the other's stamp for an editor's, and where one ends the other goes on."""
    (folder := tmp_path / "another").mkdir()
    other = Watch(jp_serverapp, SharedTimestamp(shared.path, tmp_path / "memory", TODAY), folder)

    async def story() -> list[tuple[str | None, bool]]:
        told = []
        for number in range(10):
            for each in (watch, other) if number < 6 else (other,):
                await each.look(BUSY)
                told.append((each.stamped, each.shared.look(each.now) is None))
        return told

    told = run(story())
    assert all(is_none for _, is_none in told)
    minutes = [str(stamp)[14:19] for stamp, _ in told]
    assert minutes == [*["00:30"] * 4, *["01:30"] * 4, *["02:30"] * 4, "03:30", "03:30", "04:30", "04:30"]
    assert other.native.view() is not None


@pytest.mark.parametrize("how", ["a closed port", "a socket of a file"])
def test_a_server_that_cannot_be_asked(
    endpoint: Endpoint, watch: Watch, run: Any, unused_port: int, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """It is said, with why."""
    app = watch.native._app
    monkeypatch.setattr(*((app, "port", unused_port) if how == "a closed port" else (app, "sock", "/run/jupyter.sock")))

    async def story() -> Any:
        await watch.looks(IDLE, 2)
        return await watch.answered()

    view = run(story())
    assert (view.state, endpoint.asked) == ("unreachable", [])
    assert ("refused" if how == "a closed port" else "socket") in view.message


@pytest.fixture
def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.mark.parametrize(
    ("ip", "certfile", "url"),
    [
        ("", "", "http://127.0.0.1:8888"),
        ("localhost", "", "http://localhost:8888"),
        ("0.0.0.0", "", "http://127.0.0.1:8888"),
        ("*", "", "http://127.0.0.1:8888"),
        ("::", "", "http://[::1]:8888"),
        ("::1", "", "http://[::1]:8888"),
        ("10.0.0.7", "/c.pem", "https://10.0.0.7:8888"),
    ],
)
def test_where_a_server_is_asked(ip: str, certfile: str, url: str) -> None:
    """Wherever it listens, from its own machine, under its base path."""
    app = SimpleNamespace(sock="", ip=ip, certfile=certfile, port=8888, base_url="/jupyterlab/default/")
    assert address(app) == f"{url}/jupyterlab/default/api/idle?no_track_activity=1"


def test_what_jupyter_itself_takes_for_activity_is_read(jp_serverapp: Any, jp_fetch: Any, run: Any) -> None:
    """Of a kernel with a session and of a terminal; a kernel without one does not count there."""

    async def story() -> list[datetime | None]:
        assert await last_activities(jp_serverapp) == []
        await jp_fetch("api", "kernels", method="POST", body="{}")
        assert await last_activities(jp_serverapp) == []
        body = '{"path": "a.ipynb", "name": "a", "type": "notebook", "kernel": {"name": "python3"}}'
        await jp_fetch("api", "sessions", method="POST", body=body)
        await jp_fetch("api", "terminals", method="POST", allow_nonstandard_methods=True)
        told = await last_activities(jp_serverapp)
        await jp_serverapp.kernel_manager.shutdown_all(now=True)
        await jp_serverapp.web_app.settings["terminal_manager"].terminate_all()
        return told

    began = datetime.now(timezone.utc)
    told = run(story())
    assert len(told) == 2
    assert all(time is not None and began < time < datetime.now(timezone.utc) for time in told)
    assert has_terminals(jp_serverapp)
    assert not is_enabled(jp_serverapp)
