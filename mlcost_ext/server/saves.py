"""Note when a file was last saved through this server, as Jupyter's own events tell it; not what a page saves by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from .notebook_prints import NotebookPrints

CONTENTS = "https://events.jupyter.org/jupyter_server/contents_service/v1"
HOOKS = "_pre_save_hooks"
MAX_PATH = 256


class Saves:
    """The last save. All methods are for the event loop's thread."""

    def __init__(self, events: Any, contents: Any, clock: Callable[[], datetime]) -> None:
        """Take Jupyter's logger of events, its manager of contents, and what gives aware UTC."""
        self._events, self._contents, self._clock = events, contents, clock
        self._prints = NotebookPrints()
        self._by_itself: set[str] = set()
        """What is being saved by a page itself."""
        self.at: datetime | None = None
        self.path: str | None = None
        """Relative to the server's root."""
        self.on_save: Callable[[], None] = lambda: None

    def listen(self) -> None:
        """Begin to listen."""
        self._events.add_listener(schema_id=CONTENTS, listener=self._told)
        if hasattr(self._contents, HOOKS):  # a manager of another kind does not tell what it saves
            self._contents.register_pre_save_hook(self._about_to_save)

    def release(self) -> None:
        """Listen no more."""
        with suppress(KeyError):  # nobody has ever listened
            self._events.remove_listener(schema_id=CONTENTS, listener=self._told)
        with suppress(AttributeError, ValueError):
            getattr(self._contents, HOOKS).remove(self._about_to_save)

    def shift(self, by: timedelta) -> None:
        """Move the time by what the clock was set."""
        self.at = None if self.at is None else self.at + by

    def _about_to_save(self, model: Mapping[str, Any], path: str, **_: Any) -> None:
        """Look at what is to be saved; Jupyter logs what goes wrong in here, and saves it."""
        path = path.strip("/")
        self._by_itself.discard(path)
        if model.get("type") == "notebook" and self._prints.is_only_outputs(path, model.get("content")):
            self._by_itself.add(path)

    async def _told(self, logger: Any, schema_id: str, data: Mapping[str, Any]) -> None:
        del logger, schema_id
        path = str(data.get("path", "")).strip("/")
        if data.get("action") != "save" or path in self._by_itself:
            return
        self.at, self.path = self._clock(), path[:MAX_PATH] or None
        self.on_save()
