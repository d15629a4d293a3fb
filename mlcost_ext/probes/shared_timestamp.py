"""The file by which editors tell Studio's own idle shutdown that somebody works: AWS's remote editors write it, and so may we.

It holds one ISO-8601 time in UTC with a fraction and a ``Z``; aws/aws-toolkit-vscode and aws/code-editor write it, AWS's
jupyter-activity-monitor-extension reads it. A time in the future stays in that reader's memory for good: never write one.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from mlcost_ext.core.times import UTC, time_from_text

SHARED_TIMESTAMP = Path("/tmp/.sagemaker-last-active-timestamp")  # noqa: S108 - AWS's programs have it there
MAX_BYTES = 100
MOST_REMEMBERED = 8
"""Stamps of all servers of a home: each writes one a minute at most, and looks more often."""
FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"
READABLE = 0o644
"""As AWS's own writers leave it: others of this machine read it."""
PRIVATE = 0o600
OPEN = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)


class SharedTimestamp:
    """The shared file, and the memory of what in it is ours.

    What was stamped last is kept in a file, so that a server that was started again, or another one with the same `memory`,
    knows it. It may be used from several threads.
    """

    def __init__(self, path: Path, memory: Path | None = None, clock: Callable[[], float] = time.time) -> None:
        """Take the places of both files; `memory` is that of all servers of a home, None: others take ours for an editor's."""
        self.path = path
        self._memory = memory
        self._clock = clock
        self._lock = threading.Lock()
        self._stamped: str | None = None
        self._seen: str | None = None
        self._editor_at: datetime | None = None

    def look(self, now: datetime) -> datetime | None:
        """Give what an editor wrote last, never later than it was seen; None: none has written.

        It never raises: a file that is missing, half written, a link or a pipe says nothing new.
        """
        with self._lock:
            return self._look(now)

    def stamp(self, now: datetime, hold: timedelta = timedelta(0)) -> bool:
        """Write `now` in one step, so that no reader finds half a time; a time that is still to come becomes the present one.

        What an editor wrote before is looked at first. Nothing is written, and False is given, where another server with the same
        memory has stamped within `hold`.

        Raises:
            OSError: It cannot be written, such as where it is another user's.
        """
        with self._lock:
            self._look(now)
            at = min(now.astimezone(UTC), datetime.fromtimestamp(self._clock(), UTC))
            if self._is_held_by_another(at, hold):
                return False
            text = at.strftime(FORMAT)
            self._remember(text)  # first, lest a crash between makes it look like an editor's
            self._stamped = text
            replace(self.path, text, READABLE)
            self._remember(text)  # once more where another server has remembered its own at the same moment
            return True

    def shift(self, by: timedelta) -> None:
        """Move what is remembered by what the clock was set."""
        with self._lock:
            self._editor_at = None if self._editor_at is None else self._editor_at + by

    def _look(self, now: datetime) -> datetime | None:
        text = read(self.path)
        at = time_of(text)
        if text is None or at is None or text == self._seen:
            return self._editor_at
        self._seen = text
        if not self._is_ours(text):
            self._editor_at = min(at, now)
        return self._editor_at

    def _is_ours(self, text: str) -> bool:
        return text == self._stamped or text in self._remembered()

    def _is_held_by_another(self, at: datetime, hold: timedelta) -> bool:
        text = read(self.path)
        told = time_of(text)
        if text is None or told is None or text == self._stamped:
            return False
        return abs(at - told) < hold and text in self._remembered()

    def _remembered(self) -> list[str]:
        """Give what servers with this memory have stamped, the latest first."""
        return [] if self._memory is None else (read(self._memory, MAX_BYTES * MOST_REMEMBERED) or "").split("\n")

    def _remember(self, text: str) -> None:
        known = self._remembered()
        if self._memory is not None and text not in known:
            replace(self._memory, "\n".join([text, *filter(None, known)][:MOST_REMEMBERED]), PRIVATE)


def read(path: Path, most: int = MAX_BYTES) -> str | None:
    """Read the first bytes of a plain file; None: there is none, it cannot be read, or it is a link or a pipe."""
    try:
        descriptor = os.open(path, OPEN)
    except OSError:
        return None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        return os.read(descriptor, most).decode("ascii", "replace").strip()
    except OSError:
        return None
    finally:
        os.close(descriptor)


def time_of(text: str | None) -> datetime | None:
    """Read a time as AWS's programs write it, with any number of digits, or as others do; None: it is none."""
    if not text:
        return None
    with contextlib.suppress(ValueError):
        return datetime.strptime(text, FORMAT).replace(tzinfo=UTC)
    return time_from_text(text) or time_from_text(f"{text}Z")


def replace(path: Path, text: str, mode: int) -> None:
    """Replace a file in one step; whatever lies there, be it a link, is not written through.

    Raises:
        OSError: The folder is missing or read-only, the disk is full, or the file is another user's in a folder such as /tmp.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(beside, NEW, PRIVATE), "wb") as file:
            file.write(text.encode("ascii"))
        beside.chmod(mode)
        beside.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise
