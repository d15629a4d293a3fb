"""What of the Jupyter server we stand on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class JupyterParts:
    """The parts of a Jupyter server; of whatever class each of them is."""

    app: Any
    """The server itself: its address, its root and its extensions."""
    kernels: Any
    sessions: Any
    events: Any
    """The logger of Jupyter events."""
    contents: Any
    web_settings: dict[str, Any]
    """Of its web application, where extensions leave what others need."""


def parts_of(app: Any) -> JupyterParts:
    """Take a server apart."""
    return JupyterParts(
        app=app,
        kernels=app.kernel_manager,
        sessions=app.session_manager,
        events=app.event_logger,
        contents=app.contents_manager,
        web_settings=app.web_app.settings,
    )
