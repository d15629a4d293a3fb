"""What one region tells the server, and how fast: its event loop gets a breath between two lines."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

from .aws_clock import AwsClock
from .kinds import Kind
from .protocol import slices

SECONDS_BETWEEN_LINES = 0.02
"""The server takes a line in at a time."""
MAX_WAITING_LINES = 64
"""So much may lie ready while AWS is asked for the next page; who brings more waits."""


class Sink(Protocol):
    """Where documents go."""

    def write(self, document: dict[str, Any]) -> None:
        """Write one document."""
        ...


class PacedSink:
    """A sink for many lines: in the order they came, with a pause after each that is long, and nobody waits for it."""

    def __init__(self, sink: Sink, sleep: Callable[[float], None] = time.sleep) -> None:
        self._sink, self._sleep = sink, sleep
        self._lines: queue.Queue[dict[str, Any]] = queue.Queue(MAX_WAITING_LINES)

    def write(self, document: dict[str, Any]) -> None:
        """Put one document in line."""
        self._lines.put(document)

    def start(self) -> None:
        """Start the thread that writes, which ends with the process."""
        threading.Thread(target=self._work, name="lines", daemon=True).start()

    def write_next(self) -> None:
        """Wait for the next line and write it."""
        document = self._lines.get()
        self._sink.write(document)
        if "items" in document:
            self._sleep(SECONDS_BETWEEN_LINES)

    def _work(self) -> None:
        while True:
            self.write_next()


class Outlet:
    """The pushes of one region."""

    def __init__(self, region_id: str, sink: Sink, aws_clock: AwsClock) -> None:
        self._region_id, self._sink, self._aws_clock = region_id, sink, aws_clock

    def push_items(self, kind: Kind, items: list[dict[str, Any]]) -> None:
        """Hand on descriptions, a line's worth at a time, with AWS's clock: no figure is to be drawn by a wrong one."""
        for line in slices(items):
            offset = self._aws_clock.offset_seconds
            head = {"push": "items", "kind": kind.kind, "region_id": self._region_id, "clock_offset_seconds": offset}
            self._sink.write({**head, "items": line})

    def push_gone(self, kind: Kind, names: list[str]) -> None:
        """Say that AWS knows no such things."""
        self._sink.write({"push": "gone", "kind": kind.kind, "region_id": self._region_id, "names": names})

    def push_history(self, items: list[dict[str, Any]], *, before: str, after: str | None) -> None:
        """Hand on what ended long ago; only the last line has the cursor that says that all of it is there."""
        head = {"push": "history", "kind": "training", "region_id": self._region_id}
        lines = slices(items) or [[]]
        for number, line in enumerate(lines, start=1):
            self._sink.write({**head, "items": line, "cursor": after if number == len(lines) else before})

    def push_input(self, launch_id: str, input_bytes: int | None, why: str | None) -> None:
        """Tell how large a launch's input is, or why that is not known."""
        head = {"push": "input", "region_id": self._region_id}
        self._sink.write({**head, "launch": launch_id, "bytes": input_bytes, "why": why})

    def push_status(self, status: dict[str, Any]) -> None:
        """Tell how reading goes."""
        self._sink.write(status)
