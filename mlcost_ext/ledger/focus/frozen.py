"""A ledger as it was at one moment, so that reading it for long holds up nobody who writes it."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

from mlcost_ext.ledger.database import Database, open_to_read


class FrozenDatabase(Database):
    """A copy of a server's file, made when it is first read and gone with this object.

    The server could not write for as long as somebody reads: there is no WAL. SQLite keeps the copy in a file without a name.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path, is_read_only=True)

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            copy = sqlite3.connect("", check_same_thread=False)
            with contextlib.closing(open_to_read(self.path)) as source:
                source.backup(copy)
            self._connection = copy
        return self._connection
