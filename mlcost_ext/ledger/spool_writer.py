"""Append what this process did to a spool file of its own; the server takes it from there.

Loaded at the start of every kernel, so it imports nothing that the kernel does not have already.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MAX_LINE_BYTES = 32 * 1024
"""The longest line, its newline included; readers refuse longer ones."""

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700
NEW_FILE = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)


def timestamp() -> str:
    """Give the present time in UTC as ISO-8601 with microseconds and a ``Z``."""
    seconds, nanoseconds = divmod(time.time_ns(), 1_000_000_000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{nanoseconds // 1000:06d}Z"


def mlcost_home() -> Path:
    """Give the folder that holds spool, ledger and overview: ``MLCOST_HOME``, else Jupyter's data folder."""
    home = os.environ.get("MLCOST_HOME")
    if home:
        return Path(home).expanduser().absolute()
    from jupyter_core.paths import jupyter_data_dir

    return Path(jupyter_data_dir()) / "mlcost"


def host_name() -> str:
    """Give this machine's name, reduced to what is safe in a file name."""
    name = os.uname().nodename if hasattr(os, "uname") else os.environ.get("COMPUTERNAME", "")
    return re.sub(r"[^A-Za-z0-9.]", "_", name)[:64] or "localhost"


def boot_id() -> str:
    """Give 32 hexadecimal digits that change with each boot; zeros where the system does not tell."""
    try:
        digits = BOOT_ID.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return "0" * 32
    return re.sub(r"[^0-9a-f]", "", digits)[:32] or "0" * 32


class OpenFile:
    """A file this process made, and how to tell that its descriptor still leads there."""

    __slots__ = ("_identity", "descriptor", "path", "pid")

    def __init__(self, descriptor: int, path: Path) -> None:
        self.pid, self.descriptor, self.path = os.getpid(), descriptor, path
        self._identity = identity_of(descriptor)

    def is_there(self) -> bool:
        """Tell whether the descriptor is still this file's: code that closes all of them hands its number to another file."""
        return self._identity is not None and identity_of(self.descriptor) == self._identity

    def close(self) -> None:
        """Close the file, and none that has its number now."""
        if self.is_there():
            os.close(self.descriptor)


def identity_of(descriptor: int) -> tuple[int, int] | None:
    """Give device and inode of an open file; None: it is closed."""
    try:
        found = os.fstat(descriptor)
    except OSError:
        return None
    return found.st_dev, found.st_ino


class SpoolWriter:
    """Append events to one file per process, each line in one write.

    Threads may share a writer. A forked child writes to a file of its own, which begins with a header line
    of its own, so the process id in name and header is always that of the process that wrote.
    """

    def __init__(self, home: Path, header: Callable[[], Mapping[str, object]]) -> None:
        """Prepare a writer; no file is touched yet.

        Args:
            home: The folder above ``spool/``.
            header: Gives what the first line tells besides time, host, boot and process.
        """
        self.folder = home / "spool"
        self._header = header
        self._file: OpenFile | None = None
        self._is_line_open = False
        self._locks: dict[int, threading.Lock] = {}

    @property
    def path(self) -> Path | None:
        """The file this process writes to; `None` before the first line."""
        return self._file.path if self._file and self._file.pid == os.getpid() else None

    def open(self) -> None:
        """Make the file and write its header line, unless that is done already.

        Raises:
            OSError: The folder or file cannot be made or written.
        """
        with self._lock():
            self._descriptor()

    def write(self, type_: str, **fields: object) -> None:
        """Append one event, stamped with the present time.

        Raises:
            OSError: The disk is full, the folder read-only, or the like. The next call tries again.
            ValueError: The line would be longer than `MAX_LINE_BYTES`, or is no JSON.
        """
        line = encode_line(type_, fields)
        with self._lock():
            self._append(self._descriptor(), line)

    def close(self) -> None:
        """Close the file; a later write begins a new one."""
        with self._lock():
            if self._file is not None:
                self._file.close()
                self._file = None

    def _lock(self) -> threading.Lock:
        # One per process: a lock that another thread held at the moment of the fork stays locked in the child.
        return self._locks.setdefault(os.getpid(), threading.Lock())

    def _descriptor(self) -> int:
        file = self._file
        if file is not None:
            if file.pid == os.getpid() and file.is_there() and os.fstat(file.descriptor).st_nlink:
                return file.descriptor
            self._file = None  # inherited by a fork, or somebody closed it or cleared the folder
            file.close()
        self._file = self._begin()
        return self._file.descriptor

    def _begin(self) -> OpenFile:
        make_private_folder(self.folder)
        host, boot, pid = host_name(), boot_id(), os.getpid()
        header = encode_line("kernel", {"host": host, "boot_id": boot, "pid": pid, **self._header()})
        path = self.folder / f"{host}-{boot}-{pid}-{os.urandom(8).hex()}.jsonl"
        descriptor = os.open(path, NEW_FILE, PRIVATE_FILE)
        self._is_line_open = False
        try:
            path.chmod(PRIVATE_FILE)  # whatever the umask took away
            self._append(descriptor, header)
        except BaseException:
            os.close(descriptor)
            with contextlib.suppress(OSError):
                path.unlink()
            raise
        return OpenFile(descriptor, path)

    def _append(self, descriptor: int, line: bytes) -> None:
        if self._is_line_open:
            line = b"\n" + line  # ends what a full disk cut short, so that only that line is lost
        written = os.write(descriptor, line)
        if written < len(line):
            self._is_line_open = True
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.folder))
        self._is_line_open = False


def encode_line(type_: str, fields: Mapping[str, object]) -> bytes:
    """Give one line of the spool as bytes.

    Raises:
        ValueError: It would be longer than `MAX_LINE_BYTES`, or is no JSON.
    """
    event = {"v": 1, "type": type_, "at": timestamp(), **fields}
    text = json.dumps(event, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    line = text.encode("utf-8", "replace") + b"\n"
    if len(line) > MAX_LINE_BYTES:
        raise ValueError(f"a spool line of {len(line)} bytes is longer than {MAX_LINE_BYTES}")
    return line


def make_private_folder(folder: Path) -> None:
    """Make `folder` and the one above it for this user alone, whatever the umask; tighten it where it was wider."""
    folder.parent.parent.mkdir(parents=True, exist_ok=True)
    for path, is_ours in ((folder.parent, False), (folder, True)):
        try:
            path.mkdir(PRIVATE_FOLDER)
        except FileExistsError:
            if not is_ours or path.stat().st_mode & 0o777 == PRIVATE_FOLDER:
                continue
        with contextlib.suppress(PermissionError):
            path.chmod(PRIVATE_FOLDER)
