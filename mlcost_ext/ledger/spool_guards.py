"""Which kernels watch for launches: those that have loaded the extension later than they have unloaded it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO

from mlcost_ext.core.times import time_from_text

from .spool_batch import Position
from .spool_schema import Event, parse

LAST_BYTES = 256 * 1024
"""`unloaded` is the last line of a file, but for what other threads were about to write."""


@dataclass(slots=True)
class Guards:
    """When each kernel loaded and unloaded; in which order it is read in, and out of which of its files, does not matter."""

    _loaded: dict[str, datetime] = field(default_factory=dict)
    _unloaded: dict[str, datetime] = field(default_factory=dict)

    def loaded(self, kernel_id: str, at: datetime | None) -> None:
        """Note that a kernel has loaded the extension."""
        later(self._loaded, kernel_id, at)

    def unloaded(self, kernel_id: str, at: datetime | None) -> None:
        """Note that a kernel has unloaded it; None: it has not."""
        later(self._unloaded, kernel_id, at)

    def take(self, kernel_id: str, events: Iterable[Event]) -> None:
        """Note what new events of a kernel tell."""
        for event in events:
            if event["type"] == "unloaded":
                self.unloaded(kernel_id, time_from_text(event["at"]))

    def kernels(self) -> set[str]:
        """Give the kernels that watch."""
        return {each for each, at in self._loaded.items() if each not in self._unloaded or self._unloaded[each] < at}


def later(times: dict[str, datetime], kernel_id: str, at: datetime | None) -> None:
    if at is not None and (kernel_id not in times or times[kernel_id] < at):
        times[kernel_id] = at


def unloaded_before(file: BinaryIO, position: Position) -> datetime | None:
    """Give when the kernel has unloaded the extension, as the part of its file that was taken already tells; None: it has not."""
    start = max(0, position.offset - LAST_BYTES)
    file.seek(start)
    found = None
    for line in file.read(position.offset - start).split(b"\n"):
        if b'"unloaded"' in line:
            found = unloading(line) or found
    return found


def unloading(line: bytes) -> datetime | None:
    """Give the time of a line that says so."""
    try:
        event = parse(line)
    except ValueError:
        return None
    return time_from_text(event["at"]) if event is not None and event["type"] == "unloaded" else None
