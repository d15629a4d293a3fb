"""The server's SQLite file: one writer, its own server; others of the same host only read it."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .file_lock import BUSY_SECONDS, FileLock
from .migrations import MIGRATIONS
from .private_file import make_server_folder
from .spool_writer import PRIVATE_FILE


class Database:
    """The file. Every method blocks and may be called from any thread; one transaction runs at a time."""

    def __init__(self, path: Path, *, is_read_only: bool = False, oldest: int = len(MIGRATIONS)) -> None:
        self.path, self._is_read_only = path, is_read_only
        self._oldest = oldest
        """The oldest version of the file that whoever only reads it can make do with."""
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._file_lock = FileLock(path, is_writer=not is_read_only)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Do everything inside or nothing of it; the file is made and brought to today's form where need be.

        Raises:
            OSError: The file cannot be read or written.
        """
        try:
            with self._lock, self._held(), self._opened() as connection:
                if self._is_read_only:
                    connection.execute("BEGIN")  # so that all of it is read from one state of the file
                yield connection
        except sqlite3.Error as error:
            raise OSError(None, f"SQLite: {error}", str(self.path)) from None

    def close(self) -> None:
        """Close the file; it opens by itself when it is used again."""
        with self._lock:
            self._drop()
            self._file_lock.close()

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(sqlite3.Error):
                connection.close()

    @contextmanager
    def _held(self) -> Iterator[None]:
        """Keep others from the file, where the file system does not do so for SQLite."""
        if not self._is_read_only and self._connection is None:
            make_server_folder(self.path.parent)
        was = self._file_lock.is_used
        if self._file_lock.find_out(is_open=self._connection is not None) != was:
            self._drop()
        with self._file_lock:
            yield

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """Do all or nothing of what is inside, and close the file where that fails: a network may have lost it for good."""
        try:
            with self._open() as connection:
                yield connection
        except sqlite3.OperationalError:
            self._drop()
            raise

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            is_locked = self._file_lock.is_used
            if self._is_read_only:
                self._connection = open_to_read(self.path, is_locked=is_locked, oldest=self._oldest)
            else:
                self._connection = open_to_write(self.path, is_locked=is_locked)
        return self._connection


def open_to_write(path: Path, *, is_locked: bool = False) -> sqlite3.Connection:
    """Open the file as its one writer; it is made and brought to today's form where need be.

    Raises:
        OSError: It cannot be made, or is a symbolic link.
        sqlite3.Error: It cannot be written, or was written by a later version.
    """
    make_private(path)
    if is_locked:
        connection = connect(path, "rw", is_locked=True)
    else:
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, check_same_thread=False)
    try:
        # No WAL: the home may be a network file system, where its shared memory does not work.
        connection.execute("PRAGMA journal_mode=TRUNCATE")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA secure_delete=ON")  # what is forgotten is not left in the file's free pages
        migrate(connection)
    except BaseException:
        connection.close()  # now, and not once somebody else may have the file
        raise
    return connection


def connect(path: Path, mode: str, *, is_locked: bool) -> sqlite3.Connection:
    """Open a file; where a `FileLock` is held around it SQLite takes no locks of its own, which would fail.

    Raises:
        sqlite3.Error: It is not there.
    """
    vfs = "&vfs=unix-none" if is_locked else ""
    uri = f"{path.absolute().as_uri()}?mode={mode}{vfs}"
    return sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, check_same_thread=False)


def open_to_read(path: Path, *, is_locked: bool = False, oldest: int = len(MIGRATIONS)) -> sqlite3.Connection:
    """Open another process's file; nothing of it is changed.

    Raises:
        sqlite3.Error: It is not there, or has another form than this version knows or one before `oldest`.
    """
    connection = connect(path, "ro", is_locked=is_locked)
    try:
        if not oldest <= version_of(connection) <= len(MIGRATIONS):
            raise sqlite3.DatabaseError(
                "the file was written by another version of mlcost-ext; start JupyterLab with this one once"
            )
    except BaseException:
        connection.close()
        raise
    return connection


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the file to today's form, a step a transaction; who else does so meanwhile is waited for, and no step is done twice.

    Raises:
        sqlite3.DatabaseError: It was written by a later version of this program.
        sqlite3.OperationalError: Somebody else holds it for too long.
    """
    while (done := version_of(connection)) < len(MIGRATIONS):
        connection.execute("BEGIN IMMEDIATE")
        with connection:  # ends the transaction either way
            if version_of(connection) == done:
                for statement in statements_of(MIGRATIONS[done]):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version={done + 1}")
    if done > len(MIGRATIONS):
        raise sqlite3.DatabaseError("the file was written by a later version of mlcost-ext")


def version_of(connection: sqlite3.Connection) -> int:
    """Give how many steps were done."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def statements_of(step: str) -> Iterator[str]:
    """Cut a step into its statements."""
    statement = ""
    for part in step.split(";"):
        statement += f"{part};"
        if sqlite3.complete_statement(statement):
            if statement.strip(" \n;"):
                yield statement
            statement = ""


def make_private(path: Path) -> None:
    """Make the file, for this user alone, where it is not there yet.

    Raises:
        OSError: It cannot be made, or is a symbolic link.
    """
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
    os.close(os.open(path, flags, PRIVATE_FILE))
    with contextlib.suppress(OSError):
        path.chmod(PRIVATE_FILE)
