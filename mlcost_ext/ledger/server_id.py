"""Give each server of a home an id of its own, the same one when it is started again in the same place."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import IO

from .private_file import lock_file, make_server_folder

try:
    import fcntl
except ImportError:  # Windows has none: there an id is as unique as its process
    fcntl = None  # type: ignore[assignment]

MOST_SERVERS = 64


class ServerId:
    """An id that no other living server of this home has, for as long as this object lives."""

    def __init__(self, value: str, lock: IO[bytes] | None) -> None:
        self.value = value
        self._lock = lock


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


def locked(folder: Path) -> IO[bytes] | None:
    """Hold a server's folder; None: another living server does.

    Raises:
        OSError: The folder cannot be made or written.
    """
    make_server_folder(folder)
    file = lock_file(folder / "lock")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file
