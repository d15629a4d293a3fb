"""Studio's own idle endpoint in this server, asked over HTTP as Studio asks it: is it there, and what does it say."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from jupyter_server.utils import url_path_join
from tornado.httpclient import AsyncHTTPClient, HTTPRequest, HTTPResponse

from mlcost_ext.core.times import time_from_text
from mlcost_ext.usecases.native_idle_view import ENDPOINT, EXTENSION, PATIENCE_SECONDS, Answer, last_active_of

LOOPBACK = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "*": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - what listens on all addresses
"""How a server that listens on all addresses is reached from its own machine."""


def is_enabled(app: Any) -> bool:
    """Tell whether AWS's activity monitor is switched on in this server."""
    extensions = getattr(getattr(app, "extension_manager", None), "extensions", None) or {}
    return bool(getattr(extensions.get(EXTENSION), "enabled", False))


def has_terminals(app: Any) -> bool:
    """Tell whether this server gives terminals, without which AWS's activity monitor fails."""
    return app.web_app.settings.get("terminal_manager") is not None


async def last_activities(app: Any) -> list[datetime | None]:
    """Give what the endpoint itself goes by: Jupyter's own last activity of kernels with a session, and of terminals."""
    sessions = await app.session_manager.list_sessions()
    terminals = app.web_app.settings.get("terminal_manager")
    models = [session.get("kernel") or {} for session in sessions]
    models += terminals.list() if terminals is not None else []
    return [time_from_text(model.get("last_activity")) for model in models]


def address(app: Any) -> str | None:
    """Give where this server is asked from its own machine; None: it listens on a file's socket alone."""
    if app.sock:
        return None
    host = LOOPBACK.get(app.ip) or (f"[{app.ip}]" if ":" in app.ip else app.ip)
    scheme = "https" if app.certfile else "http"
    return f"{scheme}://{host}:{app.port}" + str(url_path_join(app.base_url, ENDPOINT))


async def ask(app: Any, now: datetime, clock: Callable[[], float] = time.monotonic) -> Answer:
    """Ask the endpoint; whatever is amiss is an answer too."""
    url, began = address(app), clock()
    if url is None:
        return Answer(asked_at=now, seconds=0.0, status=None, trouble="this server listens on a file's socket alone")
    try:
        response = await fetch(url, app.identity_provider.token)
    except Exception as error:  # noqa: BLE001 - of the network, of TLS or of HTTP: nobody has answered
        trouble = str(error) or type(error).__name__
        return Answer(asked_at=now, seconds=clock() - began, status=None, trouble=trouble)
    told = last_active_of(response.body or b"") if response.code == 200 else None
    return Answer(asked_at=now, seconds=clock() - began, status=response.code, last_active_at=told)


async def fetch(url: str, token: str) -> HTTPResponse:
    """Make the request; the certificate is not checked, since this is our own port and its name is another."""
    client = AsyncHTTPClient(force_instance=True)
    try:
        request = HTTPRequest(
            url,
            headers={"Authorization": f"token {token}"} if token else {},
            connect_timeout=PATIENCE_SECONDS,
            request_timeout=PATIENCE_SECONDS,
            follow_redirects=False,
            validate_cert=False,
        )
        return await client.fetch(request, raise_error=False)
    finally:
        client.close()
