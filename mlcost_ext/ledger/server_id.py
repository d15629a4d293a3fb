"""Give each server of a home an id of its own, the same one when it is started again in the same place."""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
import weakref
from pathlib import Path
from typing import IO

from .held_folder import HeldFolder, has_ended, is_of_this_machine
from .lease import LEASE_SECONDS, last_sign
from .private_file import lock_file, make_server_folder

try:
    import fcntl
except ImportError:  # Windows has none: there an id is as unique as its process
    fcntl = None  # type: ignore[assignment]

MOST_SERVERS = 64


class ServerId:
    """An id that no other living server of this home has, for as long as this object lives."""

    def __init__(self, value: str, lock: IO[bytes] | Hold | None) -> None:
        self.value = value
        self._lock = lock


class Hold:
    """A server's folder, held without the file system's locks."""

    def __init__(self, folder: HeldFolder, file: IO[bytes] | None) -> None:
        self._file = file
        self._end = weakref.finalize(self, folder.close)  # when the process ends, too

    def __enter__(self) -> None:
        """Go on to hold it."""

    def __exit__(self, *_: object) -> None:
        self._end()
        if self._file is not None:
            self._file.close()


def claim_server_id(home: Path, place: str) -> ServerId:
    """Take the first id of `place` that no living server holds.

    Args:
        home: The folder of spool and ledger.
        place: What makes a server the same when it is started again: machine, folder, path, port asked for.
    """
    for number in range(MOST_SERVERS if fcntl else 0):
        value = hashlib.sha256(f"{place}\n{number}".encode()).hexdigest()[:16]
        try:
            lock = locked(home / "servers" / value)
        except OSError:
            break
        if lock is not None:
            return ServerId(value, lock)
    return ServerId(hashlib.sha256(f"{place}\n{os.getpid()}".encode()).hexdigest()[:16], None)


def locked(folder: Path) -> IO[bytes] | Hold | None:
    """Hold a server's folder; None: another living server does.

    Raises:
        OSError: The folder cannot be made or written.
    """
    make_server_folder(folder)
    file, lock = lock_file(folder / "lock"), HeldFolder(folder / "lock.held")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    except OSError:
        file.close()
        return held(folder, lock, None)
    return held(folder, lock, file) if lock.is_there() else file  # somebody may hold it for whom locks have failed


def held(folder: Path, lock: HeldFolder, file: IO[bytes] | None) -> Hold | None:
    """Hold a server's folder where locks fail or have failed, and keep its locked file open; None: another living server does.

    Raises:
        OSError: The folder cannot be written.
    """
    with contextlib.ExitStack() as undone:
        hold = Hold(lock, file)
        undone.enter_context(hold)
        if lock.take() or take_from_gone(lock, folder):
            lock.sweep()
            undone.pop_all()
            return hold
    return None


def take_from_gone(lock: HeldFolder, folder: Path) -> bool:
    """Take a lock whose holder is gone, or has just given it back; False: it lives, or somebody else was quicker.

    Raises:
        OSError: The folder cannot be written.
    """
    holder = lock.holder()
    if holder is None:
        return lock.take()
    return is_gone(holder, lock, folder) and lock.take_from(holder)


def is_gone(holder: str, lock: HeldFolder, folder: Path) -> bool:
    """Tell whether a holder is gone: for certain where it is of this machine, else by its last sign of life.

    Raises:
        OSError: It cannot be told.
    """
    if is_of_this_machine(holder):
        return has_ended(holder)
    return time.time() - max(lock.holding_since(), last_sign(folder)) > LEASE_SECONDS
