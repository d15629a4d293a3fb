"""Files for this user alone that hold JSON and say whether they are whole; they are replaced in one step or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

PRIVATE_FOLDER = 0o700
MOST_BYTES = 64 * 1024 * 1024
"""Of a file; a region's list of 30,000 prices has two."""
_HEAD = b'{"sha256":"'
_HEAD_END = b'",'
_HEX = 64


def seal(document: dict[str, Any]) -> bytes:
    """Write a document as JSON that begins with the SHA-256 of all that follows it."""
    body = json.dumps(document, separators=(",", ":"), ensure_ascii=True).encode()[1:]
    return _HEAD + hashlib.sha256(body).hexdigest().encode() + _HEAD_END + body


def unseal(raw: bytes) -> dict[str, Any] | None:
    """Read what `seal` wrote; None: it is anything else, or a part of it."""
    start = len(_HEAD) + _HEX + len(_HEAD_END)
    body = memoryview(raw)[start:]
    digest = hashlib.sha256(body).hexdigest().encode()
    if raw[:start] != _HEAD + digest + _HEAD_END:
        return None
    try:
        document = json.loads("{" + str(body, "ascii"))
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def read_sealed(path: Path) -> dict[str, Any] | None:
    """Read a sealed file; None: it is no such file, or damaged, or too large.

    Raises:
        FileNotFoundError: There is none.
        OSError: It cannot be read.
    """
    with path.open("rb") as file:
        return unseal(file.read()) if os.fstat(file.fileno()).st_size <= MOST_BYTES else None


def write_sealed(path: Path, document: dict[str, Any]) -> None:
    """Replace a file in one step; a machine that fails half-way leaves the old one.

    Raises:
        OSError: The disk is full, the folder read-only, or the like; the old file is still there.
    """
    make_private_folder(path.parent)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".new", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(seal(document))
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
    _sync_folder(path.parent)


def make_private_folder(folder: Path) -> None:
    """Make `folder` and the one above it for this user alone, whatever the umask; tighten it where it was wider.

    Raises:
        OSError: It cannot be made.
    """
    folder.parent.parent.mkdir(parents=True, exist_ok=True)
    for path, is_ours in ((folder.parent, False), (folder, True)):
        try:
            path.mkdir(PRIVATE_FOLDER)
        except FileExistsError:
            if not path.is_dir():
                raise
            if not is_ours or path.stat().st_mode & 0o777 == PRIVATE_FOLDER:
                continue
        with contextlib.suppress(PermissionError):
            path.chmod(PRIVATE_FOLDER)


def remove_left_over(folder: Path) -> None:
    """Remove the new files of processes that were killed; only for whoever holds the lock."""
    with contextlib.suppress(OSError):
        for path in folder.glob(".*.new"):
            path.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Make the new name last through a power failure, where the system lets one."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
