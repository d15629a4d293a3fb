"""A ledger as it was at one moment, so that reading it for long holds up nobody who writes it."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from mlcost_ext.ledger.database import Database, open_to_read


class FrozenDatabase(Database):
    """A copy of a server's file, made when it is first read and gone with this object.

    The server could not write for as long as somebody reads: there is no WAL. SQLite keeps the copy in a file without a name.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path, is_read_only=True)

    @contextlib.contextmanager
    def _held(self) -> Iterator[None]:
        if self._connection is None:
            copy = sqlite3.connect("", check_same_thread=False)
            is_locked = self._file_lock.find_out(is_open=False)
            with self._file_lock, contextlib.closing(open_to_read(self.path, is_locked=is_locked)) as source:
                source.backup(copy)
            self._connection = copy
        yield
