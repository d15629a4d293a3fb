"""Read what kernels wrote into the spool: each complete line once for this server's lifetime."""

from __future__ import annotations

import json
import math
import os
import stat
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

LEASE_SECONDS = 300
"""A server whose overview.json is older than this is gone; another one may read its kernels' files."""
MAX_LINE_BYTES = 64 * 1024
MAX_READ_BYTES = 1024 * 1024
"""Taken from one file in one go; the rest comes at the next look."""
OLD_SECONDS = 400 * 86400.0
"""What was written before is not looked for any more; see `launches.STANDING_FOLLOWED`."""
OLD_REST_SECONDS = 60.0
"""How long an old file, which has not grown since, is left alone."""
QUIET_SECONDS, QUIET_REST_SECONDS = 86400.0, 2.0
"""What was not written for a day is looked at every other second."""
OTHERS_REST_SECONDS = 5.0
"""How long the file of another server is left alone, until it is asked again whether that one lives."""

Event = dict[str, Any]


@dataclass(slots=True)
class Tail:
    """How far one file was read."""

    position: int = 0
    is_header_read: bool = False
    owner: str | None = None
    """The server that its first line names; None: not read yet, or none."""
    is_ours: bool = False
    """The owner is this server, or one that is gone."""
    is_inside_long_line: bool = False
    """What comes next, up to the line's end, belongs to a line that was too long to be taken."""
    kernel_id: str | None = None
    rests_until: float = 0.0
    """By the monotonic clock; infinite: it can never be ours."""


@dataclass(slots=True)
class SpoolReader:
    """Follow the files of this server's kernels, and of servers that are gone."""

    home: Path
    server_id: str
    tails: dict[str, Tail] = field(default_factory=dict)
    clock: Callable[[], float] = time.monotonic

    def read_new(self) -> list[Event]:
        """Give the events written since the last call, in the order of each file; blocks on the disk."""
        names = self._names()
        self.tails = {name: self.tails.get(name) or Tail() for name in names}
        now = self.clock()
        awake = [(name, tail) for name, tail in self.tails.items() if tail.rests_until <= now]
        return [event for name, tail in awake for event in self._read_file(name, tail)]

    def _names(self) -> list[str]:
        try:
            return sorted(name for name in os.listdir(self.home / "spool") if name.endswith(".jsonl"))  # noqa: PTH208
        except OSError:
            return []

    def _read_file(self, name: str, tail: Tail) -> list[Event]:
        path = f"{self.home}/spool/{name}"
        try:
            if not self._has_news(os.lstat(path), tail):
                return []
            with open_file(path) as file:
                if not self._may_read(file, tail):
                    return []
                file.seek(tail.position)
                return self._take(file.read(MAX_READ_BYTES), tail)
        except OSError:
            return []

    def _has_news(self, found: os.stat_result, tail: Tail) -> bool:
        """Tell whether there is something to read, and let rest what has had none for long."""
        if not stat.S_ISREG(found.st_mode):
            return False
        quiet = time.time() - found.st_mtime
        if quiet > OLD_SECONDS:
            tail.rests_until = self.clock() + OLD_REST_SECONDS
            return False
        if found.st_size <= tail.position and quiet > QUIET_SECONDS:
            tail.rests_until = self.clock() + QUIET_REST_SECONDS
        return found.st_size > tail.position

    def _take(self, data: bytes, tail: Tail) -> list[Event]:
        end = data.rfind(b"\n") + 1
        if end == 0:
            if len(data) > MAX_LINE_BYTES:
                tail.position, tail.is_inside_long_line = tail.position + len(data), True
            return []
        lines = data[: end - 1].split(b"\n")[1 if tail.is_inside_long_line else 0 :]
        tail.position, tail.is_inside_long_line = tail.position + end, False
        return [{**event, "kernel_id": tail.kernel_id} for line in lines if (event := parse(line)) is not None]

    def _may_read(self, file: BinaryIO, tail: Tail) -> bool:
        """Tell whether the file is ours, or its server is gone; once it is, it stays ours."""
        if not tail.is_header_read:
            read_header(file, tail)
        if not tail.is_header_read or tail.is_ours:
            return tail.is_ours
        if tail.owner is None or not tail.owner.isalnum():
            tail.rests_until = math.inf
            return False
        tail.is_ours = tail.owner == self.server_id or self._is_gone(tail.owner)
        if not tail.is_ours:
            tail.rests_until = self.clock() + OTHERS_REST_SECONDS
        return tail.is_ours

    def _is_gone(self, owner: str) -> bool:
        try:
            seen = (self.home / "servers" / owner / "overview.json").stat().st_mtime
        except OSError:
            return True
        return time.time() - seen > LEASE_SECONDS


def open_file(path: str) -> BinaryIO:
    """Open a file for reading, but no symbolic link to one."""
    return os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)), "rb")


def read_header(file: BinaryIO, tail: Tail) -> None:
    """Read who wrote the file, once its first line is complete."""
    line, newline, _ = file.read(MAX_LINE_BYTES + 1).partition(b"\n")
    tail.is_header_read = bool(newline) or len(line) > MAX_LINE_BYTES
    first = parse(line) if newline else None
    if first is None or first["type"] != "kernel":
        return
    owner, kernel_id = first.get("server_id"), first.get("kernel_id")
    tail.owner = owner if isinstance(owner, str) else None
    tail.kernel_id = kernel_id if isinstance(kernel_id, str) else None


def parse(line: bytes) -> Event | None:
    """Read one line; None: it is torn, too long or of a version that is not ours."""
    if len(line) > MAX_LINE_BYTES:
        return None
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return None
    is_known = isinstance(event, dict) and event.get("v") == 1 and isinstance(event.get("type"), str)
    return event if is_known else None
