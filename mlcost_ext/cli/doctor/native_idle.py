"""Check that Studio's own idle shutdown can ask the server that runs, and follows what we stamp."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import datetime, timedelta
from http.client import HTTPException
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from urllib.parse import urljoin

from mlcost_ext.cli.running_server import RunningServer, ask, running_servers, unchecked
from mlcost_ext.core.times import time_from_text
from mlcost_ext.probes.shared_timestamp import SHARED_TIMESTAMP
from mlcost_ext.usecases.native_idle_view import (
    ENDPOINT,
    EXTENSION,
    MAX_ANSWER,
    PATIENCE_SECONDS,
    SLOW_SECONDS,
    Answer,
    Known,
    absent,
    clock,
    judge,
    last_active_of,
)

from .check import Result, Status, Surroundings

DISTRIBUTION = "jupyter-activity-monitor-extension"
OLDEST = (0, 3, 1)
"""That Studio asks, by AWS's guide."""
MOST_ASKED = 3
OLD = timedelta(minutes=2)
"""From which on a server's last look tells that its looks hang; it looks anew for whoever asks."""
TERMINALS = "api/terminals?no_track_activity=1"


class NotFollowed(urllib.request.HTTPRedirectHandler):
    """Take a redirect for what it is: a server that wants a login."""

    def redirect_request(self, *_: Any) -> None:
        """Follow none."""


def check(here: Surroundings) -> tuple[Result, ...]:
    """Look at what is installed, and ask the servers of this user that run."""
    if here.host.does_nothing:
        return (_result("info", "Studio's recovery mode: nothing is stamped here."),)
    answers = [(server, answer_of(server, here.now)) for server in running_servers()[:MOST_ASKED]]
    asked = [(server, answer) for server, answer in answers if answer.status is not None or answer.seconds >= SLOW_SECONDS]
    there = [(server, answer) for server, answer in asked if answer.status != 404]
    if there:
        return tuple(of_server(server, answer) for server, answer in there)
    app = here.host.studio_app
    if app is None and listed() is None:
        return (_result("info", "This machine is no Studio app: no idle shutdown of Studio's own asks it."),)
    if app is not None and app.app_type == "CodeEditor":
        return (_result("info", absent(here.host).message),)
    return (installed(here) or of_none(is_running=bool(asked)),)


def installed(here: Surroundings) -> Result | None:
    """Say what is amiss with AWS's extension in this environment; None: nothing is."""
    told = version_here()
    pip = f"{here.python} -m pip install --upgrade '{DISTRIBUTION}>=0.3.1', then start the server again"
    if told is None:
        return _result("warn", f"{DISTRIBUTION} is not installed here: Studio cannot see whether this app is used.", pip)
    if not listed():
        message = f"{DISTRIBUTION} is switched off: Studio cannot see whether this app is used."
        return _result("warn", message, f"jupyter server extension enable {EXTENSION}")
    if release_of(told) < OLDEST:
        return _result("warn", f"{DISTRIBUTION} {told} is older than 0.3.1, the first that Studio asks.", pip)
    return None


def of_none(*, is_running: bool) -> Result:
    """Say that no server has the endpoint."""
    if is_running:
        hint = "Start the server again; its log says why the extension did not load."
        return _result("warn", f"{DISTRIBUTION} is enabled, and the server that runs has no such endpoint.", hint)
    message = f"{DISTRIBUTION} {version_here()} is enabled; no Jupyter server runs now, so whether it answers is not known."
    return _result("info", message)


def of_server(server: RunningServer, answer: Answer) -> Result:
    """Say how one server's endpoint does, and whether it follows our stamp."""
    view = ask(server, "mlcost-ext/idle") or {}
    found = view.get("native")
    native: Mapping[str, Any] = found if isinstance(found, dict) else {}
    looked_at = time_from_text(view.get("as_of"))
    if looked_at is not None and looked_at < answer.asked_at - OLD:
        message = f"The server has not looked whether this machine is idle since {clock(looked_at)}. {view.get('note') or ''}"
        return _result("warn", message.strip(), "Start the server again once what hangs answers; until then nothing is stamped.")
    judged = judge(answer, known_of(view, native, has_terminals=has_terminals(server, answer)))
    if judged.state != "follows":
        return _result("warn", judged.message, judged.hint or None)
    if native.get("state") == "blind":  # such as a stamp that cannot be written, which only the server knows
        return _result("warn", str(native.get("message")), str(native.get("hint") or "") or None)
    told = f"; it tells {clock(answer.last_active_at)}" if answer.last_active_at else ""
    return _result("ok", f"{judged.message.rstrip('.')}{told}.")


def known_of(view: Mapping[str, Any], native: Mapping[str, Any], *, has_terminals: bool) -> Known:
    """Read what the server knows from its own answer; of one without our extension nothing is known."""
    verdict = view.get("verdict")
    is_idle = isinstance(verdict, dict) and verdict.get("state") == "idle"
    return Known(
        path=str(SHARED_TIMESTAMP),
        stamped_at=time_from_text(native.get("stamped_at")),
        idle_since=time_from_text(verdict.get("since")) if isinstance(verdict, dict) and is_idle else None,
        has_terminals=has_terminals,
    )


def has_terminals(server: RunningServer, answer: Answer) -> bool:
    """Tell whether a server whose endpoint fails gives terminals."""
    if answer.status is None or answer.status < 500:
        return True
    try:
        return fetch(server, TERMINALS)[0] != 404
    except (OSError, HTTPException):
        return True


def answer_of(server: RunningServer, now: datetime) -> Answer:
    """Ask a server's endpoint; whatever is amiss is an answer too."""
    began = time.monotonic()
    try:
        status, body = fetch(server, ENDPOINT)
    except (OSError, HTTPException, ValueError) as error:
        return Answer(asked_at=now, seconds=time.monotonic() - began, status=None, trouble=str(error) or type(error).__name__)
    told = last_active_of(body) if status == 200 else None
    return Answer(asked_at=now, seconds=time.monotonic() - began, status=status, last_active_at=told)


def fetch(server: RunningServer, path: str) -> tuple[int, bytes]:
    """Ask for something below a server's base path: the status, and the answer where there is one.

    Raises:
        OSError, HTTPException: Nobody answered.
    """
    request = urllib.request.Request(urljoin(server.url, path))  # noqa: S310 - http or https, by `server_of`
    if server.token:
        request.add_header("Authorization", f"token {server.token}")
    handlers = (urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=unchecked()), NotFollowed())
    try:
        with urllib.request.build_opener(*handlers).open(request, timeout=PATIENCE_SECONDS) as answer:
            return answer.status, answer.read(MAX_ANSWER)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, b""


def listed() -> bool | None:
    """Tell whether Jupyter's configuration switches AWS's extension on; None: it does not name it."""
    from jupyter_core.paths import jupyter_config_path
    from jupyter_server.extension.config import ExtensionConfigManager

    manager: Any = ExtensionConfigManager(read_config_path=jupyter_config_path())
    section = manager.get("jupyter_server_config").get("ServerApp", {})
    found = section.get("jpserver_extensions", {}).get(EXTENSION)
    return None if found is None else bool(found)


def version_here() -> str | None:
    """Give the version that is installed in this environment; None: none is."""
    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        return None


def release_of(text: str) -> tuple[int, ...]:
    """Read the numbers at the beginning of a version."""
    return tuple(int(part) for part in text.split(".")[:3] if part.isdigit())


def _result(status: Status, message: str, hint: str | None = None) -> Result:
    return Result(name="native_idle", group="This machine", status=status, message=message, hint=hint)
