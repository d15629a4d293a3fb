"""Note when a file was last saved through this server, as Jupyter's own events tell it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

CONTENTS = "https://events.jupyter.org/jupyter_server/contents_service/v1"
MAX_PATH = 256


class Saves:
    """The last save. All methods are for the event loop's thread."""

    def __init__(self, events: Any, clock: Callable[[], datetime]) -> None:
        """Take Jupyter's logger of events, and what gives aware UTC."""
        self._events, self._clock = events, clock
        self.at: datetime | None = None
        self.path: str | None = None
        """Relative to the server's root."""
        self.on_save: Callable[[], None] = lambda: None

    def listen(self) -> None:
        """Begin to listen."""
        self._events.add_listener(schema_id=CONTENTS, listener=self._told)

    def release(self) -> None:
        """Listen no more."""
        with suppress(KeyError):  # nobody has ever listened
            self._events.remove_listener(schema_id=CONTENTS, listener=self._told)

    def shift(self, by: timedelta) -> None:
        """Move the time by what the clock was set."""
        self.at = None if self.at is None else self.at + by

    async def _told(self, logger: Any, schema_id: str, data: Mapping[str, Any]) -> None:
        del logger, schema_id
        if data.get("action") == "save":
            self.at, self.path = self._clock(), str(data.get("path", ""))[:MAX_PATH].lstrip("/") or None
            self.on_save()
