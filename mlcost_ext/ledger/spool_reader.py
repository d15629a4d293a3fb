"""Read what kernels wrote into the spool: each complete line once for this server's lifetime."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

LEASE_SECONDS = 300
"""A server whose overview.json is older than this is gone; another one may read its kernels' files."""
MAX_LINE_BYTES = 64 * 1024
MAX_READ_BYTES = 1024 * 1024
"""Taken from one file in one go; the rest comes at the next look."""

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


@dataclass(slots=True)
class SpoolReader:
    """Follow the files of this server's kernels, and of servers that are gone."""

    home: Path
    server_id: str
    tails: dict[str, Tail] = field(default_factory=dict)

    def read_new(self) -> list[Event]:
        """Give the events written since the last call, in the order of each file; blocks on the disk."""
        entries = self._entries()
        self.tails = {entry.name: self.tails.get(entry.name) or Tail() for entry in entries}
        return [event for entry in entries for event in self._read_file(entry, self.tails[entry.name])]

    def _entries(self) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(self.home / "spool") as found:
                files = [entry for entry in found if entry.name.endswith(".jsonl") and entry.is_file(follow_symlinks=False)]
        except OSError:
            return []
        return sorted(files, key=lambda entry: entry.name)

    def _read_file(self, entry: os.DirEntry[str], tail: Tail) -> list[Event]:
        try:
            if entry.stat(follow_symlinks=False).st_size <= tail.position:
                return []
            with open_file(entry.path) as file:
                if not self._may_read(file, tail):
                    return []
                file.seek(tail.position)
                return self._take(file.read(MAX_READ_BYTES), tail)
        except OSError:
            return []

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
        if not tail.is_ours and tail.owner is not None:
            tail.is_ours = tail.owner == self.server_id or self._is_gone(tail.owner)
        return tail.is_ours

    def _is_gone(self, owner: str) -> bool:
        if not owner.isalnum():
            return False
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
