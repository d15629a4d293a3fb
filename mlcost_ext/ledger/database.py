"""The server's SQLite file: one writer, its own server; others of the same host only read it."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .migrations import MIGRATIONS
from .private_file import make_server_folder
from .spool_writer import PRIVATE_FILE

BUSY_SECONDS = 5.0


class Database:
    """The file. Every method blocks and may be called from any thread; one transaction runs at a time."""

    def __init__(self, path: Path, *, is_read_only: bool = False) -> None:
        self.path, self._is_read_only = path, is_read_only
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Do everything inside or nothing of it; the file is made and brought to today's form where need be.

        Raises:
            OSError: The file cannot be read or written.
        """
        try:
            with self._lock, self._open() as connection:
                if self._is_read_only:
                    connection.execute("BEGIN")  # so that all of it is read from one state of the file
                yield connection
        except sqlite3.Error as error:
            raise OSError(None, f"SQLite: {error}", str(self.path)) from None

    def close(self) -> None:
        """Close the file; it opens by itself when it is used again."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _open(self) -> sqlite3.Connection:
        if self._connection is None and self._is_read_only:
            self._connection = open_to_read(self.path)
        elif self._connection is None:
            make_server_folder(self.path.parent)
            make_private(self.path)
            connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, check_same_thread=False)
            # No WAL: the home may be a network file system, where its shared memory does not work.
            connection.execute("PRAGMA journal_mode=TRUNCATE")
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.execute("PRAGMA secure_delete=ON")  # what is forgotten is not left in the file's free pages
            migrate(connection)
            self._connection = connection
        return self._connection


def open_to_read(path: Path) -> sqlite3.Connection:
    """Open another process's file; nothing of it is changed.

    Raises:
        sqlite3.Error: It is not there, or has another form than this version knows.
    """
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=BUSY_SECONDS, check_same_thread=False)
    form = connection.execute("PRAGMA user_version").fetchone()[0]
    if form != len(MIGRATIONS):
        connection.close()
        raise sqlite3.DatabaseError("the file was written by another version of mlcost-ext; start JupyterLab with this one once")
    return connection


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the file to today's form, a step a transaction.

    Raises:
        sqlite3.DatabaseError: It was written by a later version of this program.
    """
    done = connection.execute("PRAGMA user_version").fetchone()[0]
    if done > len(MIGRATIONS):
        raise sqlite3.DatabaseError("the file was written by a later version of mlcost-ext")
    for number, step in enumerate(MIGRATIONS[done:], start=done + 1):
        connection.executescript(f"BEGIN; {step}; PRAGMA user_version={number}; COMMIT;")


def make_private(path: Path) -> None:
    """Make the file, for this user alone, where it is not there yet.

    Raises:
        OSError: It cannot be made, or is a symbolic link.
    """
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
    os.close(os.open(path, flags, PRIVATE_FILE))
    with contextlib.suppress(OSError):
        path.chmod(PRIVATE_FILE)
