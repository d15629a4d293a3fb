"""A portion of one spool file: its events, and from where to where it goes."""

from __future__ import annotations

from dataclasses import dataclass

from .spool_schema import MAX_LINE_BYTES, Event, parse


@dataclass(frozen=True, slots=True)
class Position:
    """How far a file was taken."""

    offset: int = 0
    is_inside_long_line: bool = False
    """What comes next, up to the line's end, belongs to a line that was too long to be taken."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What stands in a file between two positions."""

    name: str
    start: int
    end: int
    is_inside_long_line: bool
    """At its end."""
    events: list[Event]
    ends: list[int]
    """Where the line of each event ends."""
    broken: int
    """Lines that were left out since they cannot be understood."""

    @property
    def size(self) -> int:
        """How many bytes of the file it stands for."""
        return self.end - self.start

    @property
    def position(self) -> Position:
        """How far the file is taken with it."""
        return Position(self.end, self.is_inside_long_line)

    def after(self, offset: int) -> list[Event]:
        """Give the events of the lines that end behind an offset."""
        if offset <= self.start:
            return self.events
        return [event for event, end in zip(self.events, self.ends, strict=True) if end > offset]


def cut(name: str, data: bytes, at: Position) -> Batch | None:
    """Make a batch of the whole lines that follow a position; None: there is none, and what is there may still become one."""
    size = data.rfind(b"\n") + 1
    if size == 0:
        is_new = not at.is_inside_long_line
        if not data or (is_new and len(data) <= MAX_LINE_BYTES):
            return None
        return Batch(name, at.offset, at.offset + len(data), is_inside_long_line=True, events=[], ends=[], broken=int(is_new))
    lines = data[: size - 1].split(b"\n")
    batch_end, offset = at.offset + size, at.offset
    if at.is_inside_long_line:
        offset += len(lines.pop(0)) + 1
    events: list[Event] = []
    ends: list[int] = []
    broken = 0
    for line in lines:
        offset += len(line) + 1
        try:
            event = parse(line)
        except ValueError:
            broken += 1
            continue
        if event is not None:
            events.append(event)
            ends.append(offset)
    return Batch(name, at.offset, batch_end, is_inside_long_line=False, events=events, ends=ends, broken=broken)
