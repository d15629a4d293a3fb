"""One file of a layer: whether it is there, whether it has changed, what is in it."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from hashlib import sha256

from mlcost_ext.policy.yaml_nodes import Fault

from .layer_paths import LayerPath

MAX_BYTES = 1_000_000
OPEN = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
SETTLED_NS = 2_000_000_000
"""A file written less than this before it was read may change again without its time or size telling."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileState:
    """What tells that a file has changed, without reading it."""

    size: int | None
    """None: it is not there, or cannot be looked at."""
    mtime_ns: int
    trouble: str | None = None
    """Why it cannot be looked at, in a few words."""

    @property
    def is_absent(self) -> bool:
        """Whether there is no such file."""
        return self.size is None and self.trouble is None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileContent:
    """A file as it was read."""

    state: FileState
    data: bytes
    digest: str
    """SHA-256 of its content, empty where it could not be read."""
    fault: Fault | None = None
    """Why there is no content."""


ABSENT = FileState(size=None, mtime_ns=0)


def look_at(file: LayerPath) -> FileState:
    """Tell whether a file is there, and its size and time; a link to nothing is there, and broken."""
    try:
        found = file.path.stat()
    except (FileNotFoundError, NotADirectoryError):
        if file.path.is_symlink():
            return _troubled("it is a link that leads nowhere")
        return _troubled("it is not there") if file.is_named else ABSENT
    except (OSError, ValueError) as error:
        return _troubled(_reason(error))
    return FileState(size=found.st_size, mtime_ns=found.st_mtime_ns)


def read(file: LayerPath) -> FileContent:
    """Read a file; what cannot be read is a fault."""
    state = look_at(file)
    if state.is_absent:
        return FileContent(state=state, data=b"", digest="")
    if state.trouble is None:
        try:
            return _content(file)
        except OSError as error:
            state = _troubled(_reason(error))
    return _faulty(state, f"The file cannot be read: {state.trouble}.", "Make it a plain file that you may read.")


def _content(file: LayerPath) -> FileContent:
    """Read a file.

    Raises:
        OSError: It cannot be read, or is no file; a pipe is not waited for.
    """
    descriptor = os.open(file.path, OPEN)
    with os.fdopen(descriptor, "rb") as stream:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise OSError("it is no file")
        data = stream.read(MAX_BYTES + 1)
    state = FileState(size=found.st_size, mtime_ns=found.st_mtime_ns)
    if len(data) > MAX_BYTES:
        return _faulty(state, "The file is larger than 1 MB.", "Take out what is not needed.")
    return FileContent(state=state, data=data, digest=sha256(data).hexdigest())


def is_settled(state: FileState, read_at_ns: int) -> bool:
    """Tell whether a change of a file after it was read would show in its time or size."""
    return state.size is None or state.mtime_ns + SETTLED_NS < read_at_ns


def _troubled(reason: str) -> FileState:
    return FileState(size=None, mtime_ns=0, trouble=reason)


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)[:120]


def _faulty(state: FileState, message: str, hint: str) -> FileContent:
    return FileContent(state=state, data=b"", digest="", fault=Fault(line=None, column=None, message=message, hint=hint))
