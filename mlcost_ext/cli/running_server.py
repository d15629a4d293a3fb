"""The Jupyter servers of this user that run now, and how to ask them; what they are asked never counts as activity."""

from __future__ import annotations

import json
import os
import ssl
import stat
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

MAX_FILE_BYTES = 64 * 1024
MAX_ANSWER_BYTES = 2 * 1024 * 1024
PATIENCE_SECONDS = 5.0
NEAR = ("127.0.0.1", "localhost", "::1", "0.0.0.0")  # noqa: S104 - how a server names all of its addresses; asked is the loopback


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningServer:
    """A server as Jupyter's own runtime file tells it."""

    url: str
    """With its base path, ending in a slash; on the loopback address."""
    token: str = field(repr=False)


def running_servers(folder: Path | None = None) -> list[RunningServer]:
    """Give the servers of this user that have left a runtime file, the latest first; what cannot be read is left out.

    Args:
        folder: Jupyter's runtime folder; None: as jupyter_core finds it.
    """
    if folder is None:
        from jupyter_core.paths import jupyter_runtime_dir

        folder = Path(jupyter_runtime_dir())
    found = sorted(_files(folder), key=lambda pair: pair[0], reverse=True)
    servers = (server_of(path) for _, path in found)
    return [server for server in servers if server is not None]


def _files(folder: Path) -> Iterator[tuple[float, Path]]:
    for path in folder.glob("jpserver-*.json"):
        try:
            known = path.stat()
        except OSError:
            continue
        if stat.S_ISREG(known.st_mode):
            yield known.st_mtime, path


def server_of(path: Path) -> RunningServer | None:
    """Read one runtime file; None: it is none, or its server is not on this machine's loopback address."""
    try:
        with path.open("rb") as file:
            told = json.loads(file.read(MAX_FILE_BYTES))
        parts = urlsplit(told["url"])
        port = parts.port or (443 if parts.scheme == "https" else 80)
        os.kill(int(told["pid"]), 0)  # a token is not sent to whoever took the port after it
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    if parts.scheme not in ("http", "https") or not (parts.hostname in NEAR or told.get("hostname") in NEAR):
        return None
    host = "[::1]" if parts.hostname == "::1" else "127.0.0.1"
    base = f"/{parts.path.strip('/')}/" if parts.path.strip("/") else "/"
    token = told.get("token")
    return RunningServer(url=f"{parts.scheme}://{host}:{port}{base}", token=token if isinstance(token, str) else "")


def ask(server: RunningServer, path: str) -> dict[str, Any] | None:
    """Ask one server for a document below its base path; None: it does not answer, refuses, or has no such thing."""
    request = urllib.request.Request(urljoin(server.url, path))  # noqa: S310 - http or https, by `server_of`
    if server.token:
        request.add_header("Authorization", f"token {server.token}")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=unchecked()))
    try:
        with opener.open(request, timeout=PATIENCE_SECONDS) as answer:
            document = json.loads(answer.read(MAX_ANSWER_BYTES))
    except (OSError, ValueError, RecursionError, urllib.error.URLError):
        return None
    return document if isinstance(document, dict) else None


def unchecked() -> ssl.SSLContext:
    """Give a context for this machine's own loopback, where a server's certificate is often one it made itself."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
