"""JupyterLab against a practice account of its own: what ``mlcost demo`` runs."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import signal
import socket
import sys
import tempfile
import time
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from typing import TextIO

from mlcost_ext.sandbox.child import SANDBOX_MEND, Child, DemoError, SetUpError, running
from mlcost_ext.sandbox.demo_home import NOTEBOOK, keep_changed, lab_environment, notebook_folder, places_to_keep
from mlcost_ext.sandbox.environment import without_aws

HOST = "127.0.0.1"
CONTROL_TOKEN = "PRACTICE_CONTROL_TOKEN"  # noqa: S105 - the name of a variable

_NEEDED = ("moto", "flask", "flask_cors", "boto3", "jupyterlab")
_PATIENCE_SECONDS = 90.0
# Windows has no SIGHUP.
_SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


def run_demo(port: int = 8888, open_browser: bool = True) -> int:
    """Start JupyterLab and its practice account, and stay until interrupted.

    The first line on standard output is the address to open.

    Args:
        port: Where JupyterLab listens; 0 takes a free one.
        open_browser: Whether to open the address in a browser as well.

    Returns:
        The exit status: 0 after Ctrl-C, 2 where something is missing, 3 where a process died.
    """
    try:
        with _interruptible(), _demo_home() as home:
            _run(home, _checked(port), open_browser)
    except KeyboardInterrupt:
        _say("The demo has ended.")
    except DemoError as error:
        _say(f"{error.log_tail}\n{error.code}: {error.message}\nhint: {error.hint}".lstrip("\n"))
        return error.exit_status
    return 0


def _run(home: Path, port: int, open_browser: bool) -> None:
    token = secrets.token_urlsafe(24)
    with _practice_account(home) as (account, endpoint_url):
        environment = lab_environment(os.environ, home, endpoint_url=endpoint_url, token=token)
        with _lab(home, port, environment) as lab:
            _wait_until_ready(lab, port, token)
            address = f"http://{HOST}:{port}/lab?token={token}"
            _say(address, sys.stdout)
            _say(_welcome(lab.log, endpoint_url))
            if open_browser:
                webbrowser.open(address)
            while True:
                time.sleep(0.5)
                account.check()
                lab.check()


@contextmanager
def _demo_home() -> Iterator[Path]:
    """Give a folder that goes with the demo, unless notebooks of the user's would go with it."""
    home = Path(tempfile.mkdtemp(prefix="mlcost-demo-"))
    try:
        yield home
    finally:
        if _keep(home):
            shutil.rmtree(home, ignore_errors=True)


def _keep(home: Path) -> bool:
    """Copy the user's notebooks out of the demo's folder, and tell whether none is left that is only there."""
    try:
        kept = keep_changed(home, places_to_keep())
    except OSError as error:
        _say(f"The notebooks you changed could not be copied ({error}); they stay in {notebook_folder(home)}")
        return False
    if kept is not None:
        _say(f"The notebooks you changed are kept in {kept}")
    return True


def _welcome(log: Path, endpoint_url: str) -> str:
    return (
        f"JupyterLab is ready. Open {NOTEBOOK} to launch a first training job.\n"
        f"It knows no AWS account but the practice account at {endpoint_url}: nothing costs anything.\n"
        f"JupyterLab's own log: {log}\n"
        "Ctrl-C ends the demo; the notebooks you have changed by then are kept."
    )


def _checked(port: int) -> int:
    """Make sure that the demo can start, and settle its port."""
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise SetUpError(f"The demo needs {', '.join(missing)}.", SANDBOX_MEND, code="sandbox_missing")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise _refused(port, error) from None
        return int(probe.getsockname()[1])


def _refused(port: int, error: OSError) -> SetUpError:
    if error.errno == errno.EACCES:
        return SetUpError(f"Port {port} is for the system's own services.", "mlcost demo --port 8888", code="port_not_allowed")
    other = port + 1 if port < 65535 else 0
    return SetUpError(f"Port {port} is in use.", f"mlcost demo --port {other}", code="port_in_use")


@contextmanager
def _practice_account(home: Path) -> Iterator[tuple[Child, str]]:
    environment = without_aws(os.environ)
    environment.setdefault(CONTROL_TOKEN, secrets.token_urlsafe(16))
    command = [sys.executable, "-m", "mlcost_ext.sandbox", "--port", "0"]
    with running("The practice account", command, environment, home, is_read=True) as child:
        stdout = child.process.stdout
        endpoint_url = stdout.readline().strip() if stdout else ""
        if not endpoint_url:
            child.process.wait(_PATIENCE_SECONDS)
            child.check()
        yield child, endpoint_url


@contextmanager
def _lab(home: Path, port: int, environment: Mapping[str, str]) -> Iterator[Child]:
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        "--no-browser",
        f"--ServerApp.ip={HOST}",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        "--ServerApp.base_url=/",
        f"--ServerApp.root_dir={notebook_folder(home)}",
        "--LabApp.extension_manager=readonly",  # the other one asks PyPI
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    with running("JupyterLab", command, environment, home) as child:
        yield child


def _wait_until_ready(lab: Child, port: int, token: str) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(f"http://{HOST}:{port}/api/status", headers={"Authorization": f"token {token}"})
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        lab.check()
        try:
            with opener.open(request, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise DemoError.of(f"JupyterLab did not come up within {_PATIENCE_SECONDS:.0f} seconds", lab.log)


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let the signals that end a demo end it the way Ctrl-C does."""
    before = {number: signal.signal(number, _interrupt) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(number: int, frame: FrameType | None) -> None:
    del number, frame
    for each in _SIGNALS:  # a second one must not cut the clearing up short
        signal.signal(each, signal.SIG_IGN)
    raise KeyboardInterrupt


def _say(text: str, stream: TextIO | None = None) -> None:
    out = stream or sys.stderr
    out.write(f"{text}\n")
    out.flush()
