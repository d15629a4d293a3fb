"""Who may use the ledger's file right now, where the file system's own locks fail."""

from __future__ import annotations

import errno
import os
import random
import time
import weakref
from pathlib import Path
from types import TracebackType

from .held_folder import HeldFolder, has_ended, locks_work
from .spool_writer import PRIVATE_FOLDER

BUSY_SECONDS = 5.0
MOST_SECONDS = 60.0
"""How long the writer lets others have the file in one go: they may hang, or be where nobody can ask for them."""


class FileLock:
    """Held around each transaction, reading or writing, where locks fail; else it does nothing.

    The file's one writer tries the locks and, where they fail, makes the folder ``<file>.locks``; readers go by that folder, so
    nobody goes by one kind of lock while another one goes by the other. It is never removed.
    """

    def __init__(self, path: Path, *, is_writer: bool) -> None:
        self._path, self._is_writer, self.is_used = path, is_writer, False
        self._folder = HeldFolder(path.with_name(f"{path.name}.locks"))
        weakref.finalize(self, self._folder.close)  # many who read never close
        self._seen, self._seen_at = "", 0.0
        """Whom the writer waits for, and since when."""

    def find_out(self, *, is_open: bool) -> bool:
        """Tell whether it is needed; a file that is open stays as it is for its writer.

        Raises:
            OSError: It cannot be told.
        """
        if self._is_writer and is_open:
            return self.is_used
        self.is_used = self._folder.is_there()
        if self._is_writer and not self.is_used and not locks_work(self._path.parent):
            self._folder.folder.mkdir(PRIVATE_FOLDER, exist_ok=True)
            self.is_used = True
        if self._is_writer and self.is_used:
            self._folder.sweep()
        return self.is_used

    def __enter__(self) -> None:
        """Wait for it.

        Raises:
            OSError: Somebody has it for too long, or the folder cannot be written.
        """
        if not self.is_used:
            return
        until = time.monotonic() + BUSY_SECONDS
        try:
            while not self._take():
                if time.monotonic() > until:
                    raise busy("another process reads or writes it", self._path)
                time.sleep(random.uniform(0.001, 0.02))  # noqa: S311
        except BaseException:
            self._folder.close()  # it may have been taken, and the answer lost
            raise

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Give it back.

        Raises:
            OSError: A reader has lost it meanwhile, so what was read may be of two states of the file.
        """
        is_kept = self._folder.release() if self.is_used else self._is_writer or not self._folder.is_there()
        if not is_kept and not self._is_writer and error is None:
            raise busy("it may have been written while it was read", self._path)

    def close(self) -> None:
        """Leave nothing behind but the sign that it is needed."""
        self._folder.close()

    def _take(self) -> bool:
        if self._folder.take():
            return True
        holder = self._folder.holder()
        return holder is not None and self._is_gone(holder) and self._folder.take_from(holder)

    def _is_gone(self, holder: str) -> bool:
        if has_ended(holder):
            return True
        now = time.monotonic()
        if holder != self._seen:
            self._seen, self._seen_at = holder, now
        return self._is_writer and now - self._seen_at > MOST_SECONDS


def busy(why: str, path: Path) -> OSError:
    """Give the error of a file that others have."""
    return OSError(errno.EBUSY, f"{os.strerror(errno.EBUSY)}: {why}", str(path))
