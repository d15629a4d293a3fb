"""One refresh at a time, whatever the number of servers and terminals of one home."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

from .sealed import make_private_folder

try:
    import fcntl
except ImportError:  # Windows has none: there a file that is there holds the lock
    fcntl = None  # type: ignore[assignment]

LOCK, HELD = ".lock", ".lock-held"
STALE_SECONDS = 3600.0
"""After which a lock without `fcntl` is that of a process that was killed."""
PRIVATE_FILE = 0o600


@contextlib.contextmanager
def only_one(folder: Path) -> Iterator[bool]:
    """Hold the folder's lock; what is given says whether it is held here, or by somebody else.

    Raises:
        OSError: The folder cannot be written.
    """
    make_private_folder(folder)
    with _locked(folder / LOCK) if fcntl else _claimed(folder / HELD) as is_ours:
        yield is_ours


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[bool]:
    handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), PRIVATE_FILE)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        except OSError:  # a network's file system without locks
            with _claimed(path.with_name(HELD)) as is_ours:
                yield is_ours
            return
        yield True
    finally:
        os.close(handle)


@contextlib.contextmanager
def _claimed(path: Path) -> Iterator[bool]:
    with contextlib.suppress(OSError):
        if time.time() - path.stat().st_mtime > STALE_SECONDS:
            path.unlink()
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE))
    except FileExistsError:
        yield False
        return
    try:
        yield True
    finally:
        with contextlib.suppress(OSError):
            path.unlink()
