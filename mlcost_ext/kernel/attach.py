"""Put the hooks on every botocore session and client of this process, and take it off again."""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING

from mlcost_ext.ledger.observed import OBSERVED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import ModuleType
    from typing import Any, Protocol

    class Hook(Protocol):  # noqa: D101
        is_active: bool

        def handlers(self, session: Any = None) -> tuple[tuple[str, Callable[..., None], str], ...]:
            """Give event name, handler and unique id of everything to be registered with a session, or a client of one."""


class Attachment:
    """What connects hooks with botocore; they are asked in their order."""

    def __init__(self, botocore: ModuleType, *hooks: Hook) -> None:
        self._botocore = botocore
        self._hooks = hooks

    def attach(self) -> None:
        """Reach the sessions to come, and the sessions and clients that are there."""
        self._botocore.register_initializer(self._on_session)
        for emitter, session in living_emitters():
            self._register(emitter, session)

    def detach(self) -> None:
        """Take back all that `attach` did, here and on what was made since."""
        for hook in self._hooks:
            hook.is_active = False
        try:
            self._botocore.unregister_initializer(self._on_session)
        except ValueError:
            return  # botocore was loaded anew and knows nothing of us
        for emitter, _ in living_emitters():
            for event, handler, unique_id in self._handlers():
                emitter.unregister(event, handler, unique_id=unique_id)

    def _on_session(self, session: Any) -> None:
        emitter = emitter_of(session)
        if emitter is not None:
            self._register(emitter, session)

    def _register(self, emitter: Any, session: Any = None) -> None:
        for event, handler, unique_id in self._handlers(session):
            emitter.register_last(event, handler, unique_id=unique_id)

    def _handlers(self, session: Any = None) -> Iterator[tuple[str, Callable[..., None], str]]:
        for hook in self._hooks:
            yield from hook.handlers(session)


def living_emitters() -> Iterator[tuple[Any, Any]]:
    """Give the event emitters of all sessions and all clients of observed services in this process, each with its session.

    Of a client the session is not known: None.
    """
    sessions = set(_session_classes())
    classes = {*sessions, *_client_classes()}
    if not classes:
        return
    for found in gc.get_referrers(*classes):
        emitter = emitter_of(found) if type(found) in classes else None
        if emitter is not None:
            yield emitter, found if type(found) in sessions else None


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
