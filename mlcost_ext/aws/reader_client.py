"""The Jupyter server's side of the AWS reader: starts it, asks it, hands on what it pushes. Standard library only."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any

from .reader_error import MAX_TEXT, ReaderError, error_of, gone
from .reader_launch import READER_ARGUMENTS, reader_environment
from .surroundings import NEUTRAL_FOLDER

__all__ = ["ReaderError", "ReaderProcess"]

Document = dict[str, Any]
PushCallback = Callable[[Document], None]

MAX_LINE_BYTES = 1024 * 1024
MAX_WAITING_BYTES = 4 * 1024 * 1024
"""A child that reads nothing is given no more than this."""
FIRST_BACK_OFF_SECONDS = 1.0
MAX_BACK_OFF_SECONDS = 60.0
STEADY_SECONDS = 60.0
"""A child that lived so long starts anew without a wait."""
QUIT_SECONDS = 2.0
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
    ) -> None:
        self._environment = reader_environment(env)
        self._arguments = tuple(arguments)
        self._log = log
        self._first_back_off_seconds = first_back_off_seconds
        self._callbacks: list[PushCallback] = []
        self._waiting: dict[int, asyncio.Future[Document]] = {}
        self._last_id = 0
        self._watch: Document | None = None
        self._child: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._is_up = asyncio.Event()

    @property
    def pid(self) -> int | None:
        """Give the child's process id; None while there is none."""
        return self._child.pid if self._child and self._child.returncode is None else None

    @property
    def is_running(self) -> bool:
        """Whether the child is kept alive: `start` was called, and `stop` was not."""
        return self._keeper is not None

    def on_push(self, callback: PushCallback) -> None:
        """Call `callback` on the event loop with each document the reader pushes, one an iteration."""
        self._callbacks.append(callback)

    async def start(self) -> None:
        """Start the child and keep it alive; a second call changes nothing. Does not wait for it."""
        if self._keeper is None:
            self._keeper = asyncio.get_running_loop().create_task(self._keep())

    def watch(self, **fields: Any) -> None:
        """Say what to poll; sent only where it differs from what was said before.

        Args:
            fields: The protocol's `regions`, `owner_tags`, `names` and `pace`.
        """
        document: Document = {"op": "watch", **fields, "names": sorted(list(pair) for pair in fields.get("names") or ())}
        if document != self._watch:
            self._watch = document
            self._send(document)

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
            message = f"AWS has not answered within {timeout:g} seconds."
            raise ReaderError(
                "network_unreachable", message, "Try again; what was asked may have happened all the same."
            ) from None
        finally:
            self._waiting.pop(number, None)

    async def stop(self) -> None:
        """End the child: politely, then at once."""
        keeper, self._keeper = self._keeper, None
        if keeper is None:
            return
        await self._end_politely()
        keeper.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await keeper

    async def _end_politely(self) -> None:
        child = self._child
        if child is None or child.stdin is None or child.returncode is not None:
            return
        self._send({"id": 0, "op": "quit"})
        child.stdin.close()
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(child.wait(), QUIT_SECONDS)

    async def _asked(self, document: Document, answer: asyncio.Future[Document]) -> Document:
        await self._is_up.wait()
        if not self._send(document):
            raise gone("The AWS reader takes no requests at present.")
        return await answer

    async def _keep(self) -> None:
        """Run the child again whenever it ends, later each time it did not live long, until cancelled."""
        loop, wait = asyncio.get_running_loop(), self._first_back_off_seconds
        while True:
            began = loop.time()
            await self._run_once()
            if self._keeper is None:
                return
            if loop.time() - began >= STEADY_SECONDS:
                wait = self._first_back_off_seconds
            self._log.warning("the AWS reader has ended; it starts again in %g s", wait)
            await asyncio.sleep(wait)
            wait = min(MAX_BACK_OFF_SECONDS, 2 * wait)

    async def _run_once(self) -> None:
        """Start a child and read it until it ends."""
        try:
            child = await self._spawn()
        except OSError as error:
            self._log.warning("the AWS reader could not be started: %s", error)
            return
        self._child = child
        errors = asyncio.get_running_loop().create_task(self._read_errors(child))
        try:
            self._is_up.set()
            if self._watch is not None:
                self._send(self._watch)
            await self._read_documents(child)
        finally:
            self._is_up.clear()
            self._fail_waiting()
            errors.cancel()
            await end(child)

    async def _spawn(self) -> asyncio.subprocess.Process:
        pipe = asyncio.subprocess.PIPE
        return await asyncio.create_subprocess_exec(
            *self._arguments,
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            env=self._environment,
            cwd=NEUTRAL_FOLDER,
            limit=MAX_LINE_BYTES,
            close_fds=True,
        )

    async def _read_documents(self, child: asyncio.subprocess.Process) -> None:
        assert child.stdout is not None
        async for line in lines_of(child.stdout):
            self._take(line)
            # Lines that lie ready are read without giving way: one document an iteration keeps the loop free.
            await asyncio.sleep(0)

    async def _read_errors(self, child: asyncio.subprocess.Process) -> None:
        assert child.stderr is not None
        async for line in lines_of(child.stderr):
            text = line.decode("utf-8", "replace").rstrip()
            if text:
                self._log.warning("AWS reader: %s", text[:MAX_TEXT])

    def _take(self, line: bytes) -> None:
        try:
            document = json.loads(line)
        except ValueError:
            document = None
        if not isinstance(document, dict):
            self._log.warning("the AWS reader has written a line that is no document")
        elif "push" in document:
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

    def _fail_waiting(self) -> None:
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(gone("The AWS reader has ended before it answered."))
                answer.exception()  # whoever timed out meanwhile no longer asks for it

    def _send(self, document: Document) -> bool:
        """Write a line without waiting; False where no child reads."""
        stream = self._child.stdin if self._child and self._is_up.is_set() else None
        if stream is None or stream.is_closing() or stream.transport.get_write_buffer_size() > MAX_WAITING_BYTES:
            return False
        stream.write(json.dumps(document, separators=(",", ":")).encode() + b"\n")
        return True


async def end(child: asyncio.subprocess.Process) -> None:
    """End a child at once, and wait until it is gone."""
    if child.stdin is not None:
        child.stdin.close()
    if child.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            child.kill()
    await child.wait()


async def lines_of(stream: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """Give the lines of a stream; one that is longer than the limit is left out."""
    while True:
        try:
            line = await stream.readline()
        except ValueError:  # too long; the stream has dropped what it held of it
            continue
        if not line:
            return
        yield line
