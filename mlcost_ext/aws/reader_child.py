"""One child process of the reader: its pipes, lines in and lines out. Standard library only."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any

from .reader_error import MAX_TEXT
from .surroundings import NEUTRAL_FOLDER

Document = dict[str, Any]

MAX_LINE_BYTES = 1024 * 1024
MAX_WAITING_BYTES = 4 * 1024 * 1024
"""A child that reads nothing is given no more than this."""
QUIT_SECONDS = 2.0


class Child:
    """A process that speaks the protocol."""

    def __init__(self, process: asyncio.subprocess.Process, log: logging.Logger) -> None:
        self._process, self._log = process, log

    @classmethod
    async def start(cls, arguments: Sequence[str], environment: Mapping[str, str], log: logging.Logger) -> Child:
        """Start a process.

        Raises:
            OSError: The system would not.
            NotImplementedError: The event loop has no processes, as Windows' selector loop.
        """
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *arguments,
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            env=environment,
            cwd=NEUTRAL_FOLDER,
            limit=MAX_LINE_BYTES,
            close_fds=True,
        )
        return cls(process, log)

    @property
    def pid(self) -> int | None:
        """Give the process id; None once it has ended."""
        return self._process.pid if self._process.returncode is None else None

    def send(self, document: Document) -> bool:
        """Write a line without waiting; False where the child does not read."""
        stream = self._process.stdin
        if stream is None or stream.is_closing() or stream.transport.get_write_buffer_size() > MAX_WAITING_BYTES:
            return False
        stream.write(json.dumps(document, separators=(",", ":")).encode() + b"\n")
        return True

    async def read(self, take: Callable[[Document], None]) -> None:
        """Hand over each document, one an iteration of the event loop, until the child ends."""
        assert self._process.stdout is not None
        errors = asyncio.get_running_loop().create_task(self._read_errors())
        try:
            async for line in lines_of(self._process.stdout):
                document = document_of(line)
                if document is None:
                    self._log.warning("the AWS reader has written a line that is no document")
                else:
                    take(document)
                # Lines that lie ready are read without giving way: one document an iteration keeps the loop free.
                await asyncio.sleep(0)
        finally:
            errors.cancel()

    async def quit(self) -> None:
        """Ask it to end, and wait a little."""
        if self.pid is None or self._process.stdin is None:
            return
        self.send({"id": 0, "op": "quit"})
        self._process.stdin.close()
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._process.wait(), QUIT_SECONDS)

    async def end(self) -> None:
        """End it at once, and wait until it is gone."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
        await self._process.wait()

    async def _read_errors(self) -> None:
        assert self._process.stderr is not None
        async for line in lines_of(self._process.stderr):
            text = line.decode("utf-8", "replace").rstrip()
            if text:
                self._log.warning("AWS reader: %s", text[:MAX_TEXT])


def document_of(line: bytes) -> Document | None:
    """Read a line; None where it is no document."""
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


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
