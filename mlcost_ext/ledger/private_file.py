"""Files of the server's folder, for this user alone; symbolic links are not followed."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import BinaryIO

from .spool_writer import PRIVATE_FILE, make_private_folder

NO_LINK = getattr(os, "O_NOFOLLOW", 0)


def make_server_folder(folder: Path) -> None:
    """Make ``<home>/servers/<server id>`` and what lies above it.

    Raises:
        OSError: It cannot be made.
    """
    make_private_folder(folder.parent)
    make_private_folder(folder)


def write_atomically(path: Path, body: bytes) -> None:
    """Replace a file in one step, readable by its owner only; where the disk is full it stays as it was.

    Raises:
        OSError: The disk is full, the folder read-only, or the like.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.unlink(missing_ok=True)  # of a process of that id that was killed
        with new_file(beside) as file:
            file.write(body)
        beside.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        raise


def new_file(path: Path) -> BinaryIO:
    """Begin a file that is not there yet.

    Raises:
        OSError: It is there already, be it as a link, or cannot be made.
    """
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | NO_LINK, PRIVATE_FILE), "wb")


def lock_file(path: Path) -> BinaryIO:
    """Open a file to lock, made where it is not there yet.

    Raises:
        OSError: It is a symbolic link, or cannot be made.
    """
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | NO_LINK, PRIVATE_FILE), "rb+")
