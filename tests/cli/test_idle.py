"""``mlcost idle`` against a server that answers over HTTP, as Jupyter's runtime file names it."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from mlcost_ext.cli.main import main
from mlcost_ext.cli.running_server import ask, running_servers
from mlcost_ext.core.times import time_from_text

TOKEN = "a-token"


def view(**verdict: object) -> dict[str, Any]:
    """Give an answer of ``GET idle``."""
    ago = datetime.now(timezone.utc) - timedelta(minutes=38, seconds=5)
    return {
        "as_of": "2026-11-23T14:00:00Z",
        "billing_currency": "USD",
        "mode": "shadow",
        "note": None,
        "timeout_minutes": "60",
        "verdict": {
            "state": "idle",
            "since": ago.isoformat().replace("+00:00", "Z"),
            "held_by": [],
            "reason": "Nothing has been used since train.ipynb was used.",
            "stops_at": (ago + timedelta(minutes=60)).isoformat().replace("+00:00", "Z"),
            "is_overdue": False,
            "cost": "0.9071",
            "cost_per_hour": "1.408",
            "waiting": None,
            **verdict,
        },
        "signals": [
            {
                "name": "kernel_busy",
                "title": "A kernel runs code",
                "subject": "train.ipynb\x1b[2J",
                "state": "quiet",
                "active_since": None,
                "last_active_at": ago.isoformat(),
                "detail": "is idle",
                "holds_alone": False,
            }
        ],
        "unmeasured": ["The GPUs could not be looked at."],
        "settings": [{"place": "idle.timeout_minutes", "value": "60", "origin": "built-in", "may_be": "0.05 to 60"}],
        "native": None,
    }


class Served:
    """A server that gives one document below a base path to whoever has its token."""

    def __init__(self, runtime: Path) -> None:
        self.document: object = view()
        self.asked: list[str] = []
        served = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                served.asked.append(self.path)
                allowed = self.headers.get("Authorization") == f"token {TOKEN}"
                self.send_response(200 if allowed else 403)
                self.end_headers()
                self.wfile.write(json.dumps(served.document).encode())

            def log_message(self, *_: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.http.serve_forever, daemon=True)
        self.thread.start()
        runtime.mkdir()
        self.file = runtime / "jpserver-1.json"
        self.write()

    def write(self, **changes: object) -> None:
        port = self.http.server_address[1]
        told = {"url": f"http://localhost:{port}/jupyterlab/default/", "token": TOKEN, "pid": os.getpid(), **changes}
        self.file.write_text(json.dumps(told))


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """Give a server that runs."""
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    found = Served(tmp_path / "runtime")
    yield found
    found.http.shutdown()
    found.http.server_close()


def test_it_tells_the_verdict_with_what_it_has_cost(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """State, span, reason, cost and when it would be stopped."""
    assert main(["idle"]) == 0
    shown = capsys.readouterr().out
    since = time_from_text(served.document["verdict"]["since"])  # type: ignore[index]
    assert shown.startswith(
        f"Idle for 38 min, since {since:%Y-%m-%d %H:%M:%S} UTC. Nothing has been used since train.ipynb was used."
    )
    assert "USD 0.9071" in shown
    assert "would be stopped at" in shown
    assert "after 60 min of idleness" in shown
    assert "nothing is stopped" in shown
    assert served.asked == ["/jupyterlab/default/mlcost-ext/idle"]


def test_it_explains_each_signal(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """Signals, what was not measured, and what a user may change; no control character reaches the terminal."""
    assert main(["idle", "--explain"]) == 0
    shown = capsys.readouterr().out
    since = time_from_text(served.document["verdict"]["since"])  # type: ignore[index]
    assert f"Idle for 38 min, since {since:%Y-%m-%d %H:%M:%S} UTC." in shown
    assert "A kernel runs code" in shown
    assert "38 min ago" in shown
    assert "\x1b" not in shown
    assert "Not measured: The GPUs could not be looked at." in shown
    assert "idle.timeout_minutes" in shown
    assert "0.05 to 60" in shown
    assert served.asked


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        ({"state": "active", "stops_at": None, "reason": "a.ipynb is running code."}, "would not be stopped while that goes on"),
        ({"is_overdue": True}, "would have been stopped at"),
        ({"cost": None, "cost_per_hour": None}, "What that has cost is not known."),
        ({"state": "off", "since": None, "reason": "The policy says off."}, "Off. The policy says off."),
        ({"waiting": "training churn"}, "waits for training churn, which runs elsewhere, on a machine of USD 1.41 an hour"),
    ],
)
def test_each_state_is_told(served: Served, capsys: pytest.CaptureFixture[str], verdict: dict[str, object], words: str) -> None:
    """Active, overdue, without a price, off, and waiting."""
    served.document = view(**verdict)
    assert main(["idle"]) == 0
    assert words in capsys.readouterr().out


def test_what_keeps_the_machine_on_is_said_in_these_words(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """In the row of its signal, and that nothing else does."""
    document = view(state="active", stops_at=None)
    document["signals"][0] |= {"state": "active", "holds_alone": True}
    served.document = document
    assert main(["idle", "--explain"]) == 0
    (row,) = (line for line in capsys.readouterr().out.splitlines() if line.startswith("A kernel runs code"))
    assert "keeps it on" in row
    assert row.endswith("(nothing else does)")


def test_json_is_the_answer_itself(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """One document, as the server gave it."""
    assert main(["--json", "idle"]) == 0
    assert json.loads(capsys.readouterr().out) == served.document


@pytest.mark.parametrize("document", [[], {"verdict": None}, {"verdict": {"state": 7, "since": "x", "cost": "NaNo"}}, {"a": 1}])
def test_a_strange_answer_is_no_traceback(served: Served, capsys: pytest.CaptureFixture[str], document: object) -> None:
    """What is no verdict is no server; what is half of one is told as far as it goes."""
    served.document = document
    assert main(["idle", "--explain"]) in (0, 1)
    assert "Traceback" not in capsys.readouterr().err


def test_without_a_server_it_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No runtime file, no server."""
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    assert main(["idle"]) == 1
    assert "no_server: No Jupyter server with mlcost-ext answers here." in capsys.readouterr().err


def test_a_token_goes_only_to_the_server_that_left_it(served: Served, tmp_path: Path) -> None:
    """Not to a port whose server has ended, nor to another machine; nor is a broken file read."""
    folder = tmp_path / "runtime"
    assert [server.token for server in running_servers(folder)] == [TOKEN]
    served.write(pid=2**22 + 1)
    assert running_servers(folder) == []
    served.write(url="http://example.com:8888/", hostname="example.com")
    assert running_servers(folder) == []
    served.file.write_text("{")
    assert running_servers(folder) == []
    assert TOKEN not in repr(served.http.server_address)


def test_a_refusal_and_a_dead_port_are_no_answer(served: Served, tmp_path: Path) -> None:
    """Nothing is raised for either."""
    served.write(token="another")
    server = running_servers(tmp_path / "runtime")[0]
    assert "another" not in repr(server)
    assert ask(server, "mlcost-ext/idle") is None
    served.http.shutdown()
    served.http.server_close()
    assert ask(server, "mlcost-ext/idle") is None
