"""The first line of a spool file: whose it is."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from mlcost_ext.core.times import time_from_text

from .spool_schema import MAX_LINE_BYTES, Event, parse


@dataclass(frozen=True, slots=True)
class Header:
    """What the first line tells; all None: it is none of ours."""

    digest: str
    """Of the line, to tell whether the file is still the same."""
    owner: str | None = None
    """The server that it names."""
    kernel_id: str | None = None
    user: str | None = None
    at: datetime | None = None


def read_header(file: BinaryIO) -> Header | None:
    """Read who wrote a file; None: its first line is not complete yet."""
    file.seek(0)
    line, newline, _ = file.read(MAX_LINE_BYTES + 1).partition(b"\n")
    if not newline and len(line) <= MAX_LINE_BYTES:
        return None
    digest = hashlib.sha256(line).hexdigest()
    first = header_event(line) if newline else None
    if first is None:
        return Header(digest)
    at = time_from_text(first["at"])
    return Header(digest, first.get("server_id"), first.get("kernel_id"), first.get("user"), at)


def header_event(line: bytes) -> Event | None:
    """Read the line; None: it is no header."""
    try:
        event = parse(line)
    except ValueError:
        return None
    return event if event is not None and event["type"] == "kernel" else None
