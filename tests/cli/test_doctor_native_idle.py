"""What the doctor says of Studio's own idle shutdown, against servers that answer over HTTP."""

import json
import os
import threading
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from mlcost_ext.cli.doctor import native_idle
from mlcost_ext.core.times import time_to_text
from mlcost_ext.usecases.native_idle_view import EXTENSION
from tests.fakes import NOW

from .conftest import write

TOKEN = "a-token"
FRESH = {"lastActiveTimestamp": time_to_text(NOW).replace("Z", ".000000z")}
OLD = {"lastActiveTimestamp": "2026-11-23T09:00:00.000000z"}


class Server:
    """A Jupyter server as far as the doctor asks one."""

    def __init__(self, home: Path) -> None:
        self.answers: dict[str, tuple[int, object]] = {}
        self.asked: list[str] = []
        served = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                path = self.path.removeprefix("/jupyterlab/default/")
                served.asked.append(path)
                status, document = served.answers.get(path.partition("?")[0], (404, {}))
                allowed = self.headers.get("Authorization") == f"token {TOKEN}"
                self.send_response(status if allowed else 403)
                if status == 302:
                    self.send_header("Location", "/login")
                self.end_headers()
                self.wfile.write(json.dumps(document).encode())

            def log_message(self, *_):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        self.told = {
            "url": f"http://127.0.0.1:{self.http.server_address[1]}/jupyterlab/default/",
            "hostname": "127.0.0.1",
            "pid": os.getpid(),
            "token": TOKEN,
        }
        write(home / "data/runtime/jpserver-1.json", self.told)

    def says(self, status, document=None, **others):
        """Answer at AWS's endpoint, and at ours as it is told."""
        self.answers["api/idle"] = (status, document)
        self.answers.update({"mlcost-ext/idle": (200, others)} if others else {})


@pytest.fixture
def server(home, monkeypatch):
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(home / "data/runtime"))
    served = Server(home)
    yield served
    served.http.shutdown()
    served.http.server_close()


@pytest.fixture
def enabled(home):
    """Switch AWS's extension on or off, as its package does."""

    def make(value=True):
        write(home / "config/jupyter_server_config.d/aws.json", {"ServerApp": {"jpserver_extensions": {EXTENSION: value}}})

    return make


@pytest.fixture
def installed_as(monkeypatch):
    """Pretend a version of AWS's extension; its files are no matter here."""
    return lambda version: monkeypatch.setattr(native_idle, "version_here", lambda: version)


def only(results):
    (result,) = results
    return result


def test_a_laptop_has_nothing_to_do_with_it(around):
    """No Studio, no extension, no server."""
    result = only(native_idle.check(around()))
    assert (result.status, "no Studio app" in result.message, result.hint) == ("info", True, None)


def test_recovery_mode(around, studio_host):
    """Nothing of ours is done there."""
    assert only(native_idle.check(around(host=replace(studio_host, does_nothing=True)))).status == "info"


def test_a_code_editor_is_asked_itself(around, studio_host):
    """Nothing is to be installed for it."""
    app = replace(studio_host.studio_app, app_type="CodeEditor")
    result = only(native_idle.check(around(host=replace(studio_host, studio_app=app))))
    assert (result.status, "asks the Code Editor" in result.message) == ("info", True)


@pytest.mark.parametrize(
    ("version", "switch", "status", "hint"),
    [
        (None, None, "warn", "/prefix/bin/python -m pip install --upgrade 'jupyter-activity-monitor-extension>=0.3.1'"),
        (None, True, "warn", "/prefix/bin/python -m pip install --upgrade"),
        ("0.3.2", None, "warn", "jupyter server extension enable jupyter_activity_monitor_extension"),
        ("0.3.2", False, "warn", "jupyter server extension enable jupyter_activity_monitor_extension"),
        ("0.2.9", True, "warn", "/prefix/bin/python -m pip install --upgrade"),
        ("0.3.1", True, "info", ""),
        ("1.0", True, "info", ""),
    ],
)
def test_what_a_studio_app_has_installed(around, studio_host, enabled, installed_as, version, switch, status, hint):
    """Each gap with the command that mends it."""
    installed_as(version)
    if switch is not None:
        enabled(switch)
    result = only(native_idle.check(around(host=studio_host)))
    assert (result.status, (result.hint or "").startswith(hint)) == (status, True), result


def test_a_server_without_the_endpoint(around, studio_host, server, enabled, installed_as):
    """It was enabled after the server's start, or did not load."""
    installed_as("0.3.2")
    enabled()
    result = only(native_idle.check(around(host=studio_host)))
    assert (result.status, "has no such endpoint" in result.message) == ("warn", True)


def test_an_endpoint_that_answers_and_follows(around, server):
    """Wherever it runs; the time it tells is said, and its token is used."""
    server.says(200, FRESH, native={"state": "follows", "stamped_at": time_to_text(NOW)}, verdict={"state": "active"})
    result = only(native_idle.check(around()))
    assert (result.status, result.hint) == ("ok", None)
    assert result.message.endswith("it tells 2026-11-23 14:00 UTC.")
    assert server.asked == ["api/idle?no_track_activity=1", "mlcost-ext/idle"]


@pytest.mark.parametrize(
    ("status", "document", "others", "said"),
    [
        (200, OLD, {"native": {"stamped_at": time_to_text(NOW)}}, "still tells 2026-11-23 09:00 UTC"),
        (200, FRESH, {"verdict": {"state": "idle", "since": "2026-11-23T13:00:00Z"}}, "nothing has been used since"),
        (200, FRESH, {"native": {"state": "blind", "message": "It cannot be written.", "hint": "Mend it."}}, "cannot be written"),
        (200, {"lastActiveTimestamp": "2027-01-01T00:00:00.000000z"}, {}, "a time to come"),
        (200, ["odd"], {}, "tells no time"),
        (500, {}, {}, "HTTP 500"),
        (403, {}, {}, "refuses"),
        (302, {}, {}, "refuses"),
    ],
)
def test_what_is_wrong_is_said_with_its_mend(around, server, status, document, others, said):
    """By the rules of the server itself; where only that knows, in its words."""
    server.says(status, document, **others)
    result = only(native_idle.check(around()))
    assert (result.status, said in result.message, bool(result.hint)) == ("warn", True, True), result


def test_a_server_whose_looks_hang(around, server):
    """What it says of itself is old: nothing is stamped meanwhile."""
    note = "The last look is 12 min old: what hangs is the reading of the policy's files."
    server.says(200, FRESH, as_of=time_to_text(NOW - timedelta(minutes=12)), note=note, native={"state": "follows"})
    result = only(native_idle.check(around()))
    assert (result.status, result.message) == (
        "warn",
        f"The server has not looked whether this machine is idle since 2026-11-23 13:48 UTC. {note}",
    )
    server.says(200, FRESH, as_of=time_to_text(NOW - timedelta(minutes=1)), note=None, native={"state": "follows"})
    assert only(native_idle.check(around())).status == "ok"


@pytest.mark.parametrize(("terminals", "has_setting"), [(404, True), (200, False)])
def test_an_error_for_want_of_terminals_is_told_apart(around, server, terminals, has_setting):
    """AWS's extension fails without them."""
    server.says(500, {})
    server.answers["api/terminals"] = (terminals, [])
    assert ("terminals_enabled" in only(native_idle.check(around())).hint) == has_setting


def test_a_server_that_is_gone_is_as_none(around, server):
    """Its file may stay behind, and its number be another's."""
    server.http.shutdown()
    server.http.server_close()
    assert only(native_idle.check(around())).status == "info"
