"""Follow the files that kernels write: each complete line once, from wherever the ledger has it already."""

from __future__ import annotations

import math
import os
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from .lease import LEASE_SECONDS, last_sign
from .spool_batch import Batch, Position, cut
from .spool_guards import Guards, unloaded_before
from .spool_header import Header, read_header
from .spool_schema import Event
from .spool_writer import identity_of

MAX_READ_BYTES = 1024 * 1024
"""Taken from one file in one go; the rest comes at the next look."""
MAX_LOOK_BYTES = 8 * 1024 * 1024
MAX_LOOK_BATCHES = 200
"""Taken from all files in one look."""
OLD_SECONDS = 400 * 86400.0
"""What was written before is not looked for any more; see `launches.STANDING_FOLLOWED`."""
OLD_REST_SECONDS = 60.0
"""How long an old file, which has not grown since, is left alone."""
QUIET_SECONDS, QUIET_REST_SECONDS = 86400.0, 2.0
"""What was not written for a day is looked at every other second."""
OTHERS_REST_SECONDS = 5.0
"""How long the file of another server is left alone, until it is asked again whether that one lives."""
GONE_SECONDS = 3600.0
"""How long a file must have been out of sight to be gone: a network folder may hide one for a moment."""
HOLE_SECONDS = 60.0
"""How long zeros are waited for: a network folder may show a file's new size before what stands in it."""


def say_nothing(text: str) -> None:
    """Stand for a log where there is none."""
    del text


@dataclass(slots=True)
class Tail:
    """How far one file was read."""

    position: Position = field(default_factory=Position)
    header: Header | None = None
    """Its first line; None: not read yet."""
    identity: tuple[int, int] | None = None
    """The file that the header was read from."""
    is_ours: bool = False
    """The owner is this server, or one that is gone."""
    rests_until: float = 0.0
    """By the monotonic clock; infinite: it can never be ours, or is not the file that it was."""
    is_said: bool = False
    """Whether the log has been told what is wrong with it."""
    missing_since: float | None = None
    hole_since: float | None = None


@dataclass(slots=True)
class SpoolReader:
    """Follow the files of this server's kernels, and of servers that are gone."""

    home: Path
    server_id: str
    tails: dict[str, Tail] = field(default_factory=dict)
    clock: Callable[[], float] = time.monotonic
    say: Callable[[str], object] = say_nothing
    """Told what the log should have."""
    broken: int = 0
    """Lines that were left out."""
    has_more: bool = False
    """Whether the last look has left something for the next one."""
    gone: set[str] = field(default_factory=set)
    """Files that are not there any more; whoever has dealt with it takes them out."""
    guards: Guards = field(default_factory=Guards)
    _resume_at: str = ""
    """The file that the next look begins with."""

    def start_at(self, positions: Mapping[str, Position]) -> None:
        """Begin where the ledger is; to be called before the first look."""
        self.tails = {name: Tail(position) for name, position in positions.items()}

    def read_new(self) -> list[Batch]:
        """Give what was written since the last call, in the order of each file; blocks on the disk."""
        self._look_into_folder()
        batches: list[Batch] = []
        size, self.has_more = 0, False
        for name, tail in self._awake():
            if size >= MAX_LOOK_BYTES or len(batches) >= MAX_LOOK_BATCHES:
                self._resume_at, self.has_more = name, True
                break
            batch = self._read_file(name, tail)
            if batch is not None:
                batches.append(batch)
                size += batch.size
                self.has_more = self.has_more or batch.size > MAX_READ_BYTES // 2
        else:
            self._resume_at = ""
        return batches

    def read_again(self, name: str, at: Position) -> Batch | None:
        """Give what comes next after a position that was passed already; None: nothing, or it cannot be read now."""
        most = min(MAX_READ_BYTES, self.owed(name, at))
        if most <= 0:
            return None
        tail = self.tails[name]
        try:
            with open_file(self._path(name)) as file:
                if not self._is_the_same(file, name, tail):
                    return None
                return dressed(cut(name, read_from(file, at, most), at), tail.header)
        except OSError:
            return None

    def owed(self, name: str, at: Position) -> int:
        """Give how many bytes lie between a position and what was read; zero also where they can never be read again."""
        tail = self.tails.get(name)
        return 0 if tail is None or tail.rests_until == math.inf else tail.position.offset - at.offset

    # -- the folder -------------------------------------------------------------------------

    def _look_into_folder(self) -> None:
        try:
            names = sorted(name for name in os.listdir(self.home / "spool") if name.endswith(".jsonl"))  # noqa: PTH208
        except FileNotFoundError:
            names = []
        except OSError:
            return
        now = self.clock()
        if names != list(self.tails):
            self.tails = {name: self.tails.get(name) or Tail() for name in sorted({*names, *self.tails})}
        for name in self.tails.keys() - set(names):
            tail = self.tails[name]
            tail.missing_since = now if tail.missing_since is None else tail.missing_since
            if now - tail.missing_since >= GONE_SECONDS:
                del self.tails[name]
                self.gone.add(name)
        for name in names:
            self.tails[name].missing_since = None
        self.gone.difference_update(names)

    def _awake(self) -> Iterator[tuple[str, Tail]]:
        """Give the files that are to be looked at, first those that the last look did not come to."""
        now = self.clock()
        awake = [(name, tail) for name, tail in self.tails.items() if tail.rests_until <= now and tail.missing_since is None]
        yield from (each for each in awake if each[0] >= self._resume_at)
        yield from (each for each in awake if each[0] < self._resume_at)

    def _path(self, name: str) -> str:
        return f"{self.home}/spool/{name}"

    # -- one file ---------------------------------------------------------------------------

    def _read_file(self, name: str, tail: Tail) -> Batch | None:
        path = self._path(name)
        try:
            if not self._has_news(os.lstat(path), name, tail):
                return None
            with open_file(path) as file:
                if not self._is_the_same(file, name, tail) or not self._may_read(file, tail):
                    return None
                return self._take(name, read_from(file, tail.position, MAX_READ_BYTES), tail)
        except OSError:
            return None

    def _has_news(self, found: os.stat_result, name: str, tail: Tail) -> bool:
        """Tell whether there is something to read, and let rest what has had none for long."""
        if not stat.S_ISREG(found.st_mode):
            return False
        quiet = time.time() - found.st_mtime
        if quiet > OLD_SECONDS:
            tail.rests_until = self.clock() + OLD_REST_SECONDS
            return False
        offset = tail.position.offset
        if found.st_size < offset:
            self._say_once(tail, f"the spool file {name} is shorter than what was taken from it; nothing is taken twice")
            tail.identity = None  # if it grows again, its first line is to be looked at
        if found.st_size <= offset and quiet > QUIET_SECONDS:
            tail.rests_until = self.clock() + QUIET_REST_SECONDS
        is_unknown = not tail.is_ours and found.st_size == offset > 0  # after a start: its kernel may live
        return found.st_size > offset or is_unknown

    def _is_the_same(self, file: BinaryIO, name: str, tail: Tail) -> bool:
        """Tell whether it is the file it was, as far as its first line and the place of the last taken one tell."""
        identity = identity_of(file.fileno())
        if tail.header is None or tail.identity != identity:
            header = read_header(file)
            if header is None:
                return False
            if tail.header is not None and header != tail.header:
                self._give_up(name, tail)
                return False
            tail.header, tail.identity = header, identity
        if not ends_a_line(file, tail.position):
            self._give_up(name, tail)
            return False
        return True

    def _give_up(self, name: str, tail: Tail) -> None:
        tail.rests_until = math.inf
        self._say_once(tail, f"another file has taken the place of the spool file {name}; nothing is taken from it")

    def _say_once(self, tail: Tail, text: str) -> None:
        if not tail.is_said:
            tail.is_said = True
            self.say(f"mlcost-ext: {text}.")

    def _may_read(self, file: BinaryIO, tail: Tail) -> bool:
        """Tell whether the file is ours, or its server is gone; once it is, it stays ours."""
        header = tail.header
        if tail.is_ours or header is None:
            return tail.is_ours
        if header.owner is None or not header.owner.isalnum():
            tail.rests_until = math.inf
            return False
        tail.is_ours = header.owner == self.server_id or self._is_gone(header.owner, file)
        if not tail.is_ours:
            tail.rests_until = self.clock() + OTHERS_REST_SECONDS
        elif header.kernel_id is not None:
            self.guards.loaded(header.kernel_id, header.at)
            self.guards.unloaded(header.kernel_id, unloaded_before(file, tail.position))
        return tail.is_ours

    def _is_gone(self, owner: str, file: BinaryIO) -> bool:
        """Tell whether a server is gone; one that has left no sign of life may be about to, while its kernel's file is young."""
        try:
            seen = last_sign(self.home / "servers" / owner) or os.fstat(file.fileno()).st_mtime
        except OSError:
            return False  # it cannot be told now, and what is taken once is taken for good
        return time.time() - seen > LEASE_SECONDS

    def _take(self, name: str, data: bytes, tail: Tail) -> Batch | None:
        batch = dressed(cut(name, self._without_hole(data, tail), tail.position), tail.header)
        if batch is None:
            return None
        tail.position = batch.position
        if batch.broken and not self.broken:
            self.say(f"mlcost-ext: a line of the spool file {name} cannot be understood; such lines are left out.")
        self.broken += batch.broken
        if tail.header is not None and tail.header.kernel_id is not None:
            self.guards.take(tail.header.kernel_id, batch.events)
        return batch

    def _without_hole(self, data: bytes, tail: Tail) -> bytes:
        """Leave away the lines from the first with a zero in it on, which no line has, until there was time to fill it."""
        hole = data.find(b"\0")
        if hole < 0 or tail.position.is_inside_long_line:
            tail.hole_since = None
            return data
        now = self.clock()
        tail.hole_since = now if tail.hole_since is None else tail.hole_since
        before = data[: data.rfind(b"\n", 0, hole) + 1]
        if before or now - tail.hole_since < HOLE_SECONDS:
            return before
        tail.hole_since = None
        return data


def dressed(batch: Batch | None, header: Header | None) -> Batch | None:
    """Let events tell the kernel that the file's first line names, and the user where their own line, an older one, does not."""
    if batch is None or header is None:
        return batch
    for event in batch.events:
        dress(event, header)
    return batch


def dress(event: Event, header: Header) -> None:
    event["kernel_id"] = header.kernel_id
    if event["type"] in ("intent", "decision") and "user" not in event:
        event["user"], event["user_basis"] = header.user, "space" if header.user else None


def ends_a_line(file: BinaryIO, at: Position) -> bool:
    """Tell whether a position can be one that was taken up to in this file."""
    if at.offset == 0 or at.is_inside_long_line:
        return True
    file.seek(at.offset - 1)
    return file.read(1) in (b"\n", b"")


def read_from(file: BinaryIO, at: Position, most: int) -> bytes:
    """Give what stands behind a position."""
    file.seek(at.offset)
    return file.read(most)


def open_file(path: str) -> BinaryIO:
    """Open a file for reading, but no symbolic link to one."""
    return os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)), "rb")
