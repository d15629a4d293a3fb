"""Put the hook on every botocore session and client of this process, and take it off again."""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING

from .observed import OBSERVED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import ModuleType
    from typing import Any

    from .hook import LaunchHook


class Attachment:
    """What connects a hook with botocore."""

    def __init__(self, botocore: ModuleType, hook: LaunchHook) -> None:
        self._botocore = botocore
        self._hook = hook

    def attach(self) -> None:
        """Reach the sessions to come, and the sessions and clients that are there."""
        self._botocore.register_initializer(self._on_session)
        for emitter in living_emitters():
            self._register(emitter)

    def detach(self) -> None:
        """Take back all that `attach` did, here and on what was made since."""
        self._hook.is_active = False
        try:
            self._botocore.unregister_initializer(self._on_session)
        except ValueError:
            return  # botocore was loaded anew and knows nothing of us
        for emitter in living_emitters():
            for event, handler, unique_id in self._hook.handlers():
                emitter.unregister(event, handler, unique_id=unique_id)

    def _on_session(self, session: Any) -> None:
        emitter = emitter_of(session)
        if emitter is not None:
            self._register(emitter)

    def _register(self, emitter: Any) -> None:
        for event, handler, unique_id in self._hook.handlers():
            emitter.register_last(event, handler, unique_id=unique_id)


def living_emitters() -> Iterator[Any]:
    """Give the event emitters of all sessions and all clients of observed services in this process."""
    classes = {*_session_classes(), *_client_classes()}
    if not classes:
        return
    for found in gc.get_referrers(*classes):
        emitter = emitter_of(found) if type(found) in classes else None
        if emitter is not None:
            yield emitter


def emitter_of(found: Any) -> Any:
    """Give the emitter of a session or client; `None` while another thread is still making it."""
    try:
        return found.meta.events if hasattr(found, "meta") else found.get_component("event_emitter")
    except (AttributeError, ValueError):
        return None


def _session_classes() -> Iterator[type]:
    module = sys.modules.get("botocore.session")
    return _with_subclasses([module.Session] if module else [])


def _client_classes() -> Iterator[type]:
    module = sys.modules.get("botocore.client")
    services = {operation.service for operation in OBSERVED}
    # botocore names a client's generated class after its service, say SageMaker
    return (cls for cls in _with_subclasses([module.BaseClient] if module else []) if cls.__name__.lower() in services)


def _with_subclasses(classes: Iterable[type]) -> Iterator[type]:
    for cls in classes:
        yield cls
        yield from _with_subclasses(cls.__subclasses__())
