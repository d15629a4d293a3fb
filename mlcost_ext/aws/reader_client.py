"""The Jupyter server's side of the AWS reader: starts it, asks it, hands on what it pushes. Standard library only."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mlcost_ext.core.job import Problem

from .reader_child import Child, Document
from .reader_error import ReaderError, error_of, gone
from .reader_health import Health
from .reader_launch import READER_ARGUMENTS, reader_environment
from .reader_spending import Spending

__all__ = ["ReaderError", "ReaderProcess"]

PushCallback = Callable[[Document], None]

FIRST_BACK_OFF_SECONDS = 1.0
MAX_BACK_OFF_SECONDS = 60.0
REQUEST_SECONDS = 30.0

_log = logging.getLogger(__name__)


class ReaderProcess:
    """The child process, kept alive until `stop`. All methods are for the event loop's thread."""

    def __init__(
        self,
        *,
        env: Mapping[str, str],
        log: logging.Logger = _log,
        arguments: Sequence[str] = READER_ARGUMENTS,
        first_back_off_seconds: float = FIRST_BACK_OFF_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._environment = reader_environment(env)
        self._arguments = tuple(arguments)
        self._log, self._clock = log, clock
        self._first_back_off_seconds = first_back_off_seconds
        self._callbacks: list[PushCallback] = []
        self._waiting: dict[int, asyncio.Future[Document]] = {}
        self._last_id = 0
        self._watch: Document | None = None
        self._history: Document = {}
        """How far the past was read; told to a reader that starts, and to no other."""
        self._held: Callable[[], list[list[str]]] = list
        """What readers before it have told and is still shown; told to it as well."""
        self._spending = Spending(clock)
        self._health = Health(clock)
        self._child: Child | None = None
        """The one that is up; what is asked goes to it."""
        self._is_up = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()
        """Held by who starts or stops: there is one keeper and one child at a time."""

    @property
    def pid(self) -> int | None:
        """Give the child's process id; None while there is none."""
        return self._child.pid if self._child else None

    @property
    def is_running(self) -> bool:
        """Whether the child is kept alive: `start` was called, and `stop` was not."""
        return self._keeper is not None

    @property
    def trouble(self) -> Problem | None:
        """Why the child does not do its work; None: it does, or nobody wants it to."""
        return self._health.trouble if self.is_running else None

    def on_push(self, callback: PushCallback) -> None:
        """Call `callback` on the event loop with each document the reader pushes, one an iteration."""
        self._callbacks.append(callback)

    async def start(self) -> None:
        """Start the child and keep it alive; a second call changes nothing. Waits for a `stop` under way only."""
        async with self._turn:
            if self._keeper is None:
                self._health = Health(self._clock)
                self._expect()
                self._keeper = asyncio.get_running_loop().create_task(self._keep())

    def watch(self, **fields: Any) -> None:
        """Say what to follow; sent only where it differs from what was said before.

        Args:
            fields: The protocol's `regions`, `owner_tags`, `names` (region, kind and name of each), `pace`, `scope`, `studio`,
                `notebook_instance`, `history` and `held` (what gives region, kind and name of all that is shown as running
                or standing). The last two alone are no reason to send: the reader that runs knows them, but for what is
                held in a region that it is told of.
        """
        self._history = dict(fields.pop("history", None) or {})
        self._held = fields.pop("held", None) or list
        names = sorted(list(name) for name in fields.get("names") or ())
        document: Document = {"op": "watch", **fields, "names": names}
        if document != self._watch:
            is_elsewhere = self._watch is None or document.get("regions") != self._watch.get("regions")
            self._watch = document
            self._expect()
            self._send({**document, "history": self._history, **({"held": self._held()} if is_elsewhere else {})})

    async def request(self, op: str, timeout: float = REQUEST_SECONDS, **fields: Any) -> Document:
        """Ask, and wait for the answer.

        Args:
            op: An operation of the protocol.
            timeout: Seconds, a start of the child included.
            fields: What the operation needs.

        Raises:
            ReaderError: Where it did not succeed, or no answer came in time.
        """
        if self._keeper is None:
            raise gone("The AWS reader is not running.")
        self._last_id += 1
        number = self._last_id
        answer: asyncio.Future[Document] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            return await asyncio.wait_for(self._asked({"id": number, "op": op, **fields}, answer), timeout)
        except asyncio.TimeoutError:
            raise self._too_late(timeout) from None
        finally:
            self._waiting.pop(number, None)

    async def stop(self) -> None:
        """End the child: politely, then at once. Goes on to the end even where who called it is cancelled."""
        await asyncio.shield(asyncio.get_running_loop().create_task(self._stop()))

    async def _stop(self) -> None:
        async with self._turn:
            keeper, self._keeper = self._keeper, None
            if keeper is None:
                return
            try:
                if self._child is not None:
                    await self._child.quit()
            finally:
                keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await keeper

    async def _asked(self, document: Document, answer: asyncio.Future[Document]) -> Document:
        await self._is_up.wait()
        if not self._send(document):
            raise gone("The AWS reader takes no requests at present.")
        return await answer

    def _too_late(self, timeout: float) -> ReaderError:
        trouble = self.trouble
        if trouble is not None:
            return ReaderError(trouble.code, trouble.message, trouble.hint)
        message = f"AWS has not answered within {timeout:g} seconds."
        return ReaderError("network_unreachable", message, "Try again; what was asked may have happened all the same.")

    async def _keep(self) -> None:
        """Run the child again whenever it ends, later each time it did not live long, until cancelled."""
        wait = self._first_back_off_seconds
        while True:
            is_steady = await self._run_once()
            if self._keeper is None:
                return
            if is_steady:
                wait = self._first_back_off_seconds
            await asyncio.sleep(wait)
            wait = min(MAX_BACK_OFF_SECONDS, 2 * wait)

    async def _run_once(self) -> bool:
        """Start a child and read it until it ends; say whether it had lived long."""
        try:
            child = await Child.start(self._arguments, self._environment, self._log)
        except Exception as error:  # noqa: BLE001 - whatever the system or the event loop lacks, it is said and tried again
            self._log.warning("the AWS reader could not be started; it is tried again: %s %s", type(error).__name__, error)
            self._health.could_not_start(error)
            return False
        try:
            self._greet(child)
            await child.read(self._take)
        except Exception as error:  # noqa: BLE001 - a child that cannot be read is ended, and another one started
            self._log.warning("the AWS reader could not be read: %s %s", type(error).__name__, error)
        finally:
            self._part()
            await child.end()
        if self._keeper is not None:
            self._log.warning("the AWS reader has ended; it starts again")
        return self._health.ended()

    def _greet(self, child: Child) -> None:
        """Make a child the one that is spoken to."""
        self._child = child
        self._health.started()
        self._is_up.set()
        if self._watch is not None:
            earlier, first = self._spending.earlier(), self._spending.earlier_first()
            told = {"history": self._history, "held": self._held(), "earlier": earlier, "earlier_first": first}
            self._send({**self._watch, **told})
        self._spending.started()

    def _part(self) -> None:
        """Speak to the child no more."""
        self._child = None
        self._is_up.clear()
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(gone("The AWS reader has ended before it answered."))
                answer.exception()  # whoever timed out meanwhile no longer asks for it

    def _expect(self) -> None:
        """Note whether the watch is one that the child has something to say to."""
        if self._watch is None or self._watch.get("pace") == "asleep":
            self._health.left_alone()
        else:
            self._health.asked()

    def _take(self, document: Document) -> None:
        self._health.spoke()
        self._spending.note(document)
        if "push" in document:
            self._hand_on(document)
        else:
            self._resolve(document)

    def _hand_on(self, document: Document) -> None:
        try:
            for callback in self._callbacks:
                callback(document)
        except Exception:  # noqa: BLE001 - one document nobody understands must not end the reading
            self._log.exception("a push of the AWS reader could not be taken in")

    def _resolve(self, document: Document) -> None:
        answer = self._waiting.get(document["id"]) if isinstance(document.get("id"), int) else None
        if answer is None or answer.done():
            return
        if isinstance(document.get("ok"), dict):
            answer.set_result(document["ok"])
        else:
            answer.set_exception(error_of(document.get("error")))

    def _send(self, document: Document) -> bool:
        """Write a line without waiting; False where no child reads."""
        return self._child is not None and self._child.send(document)
