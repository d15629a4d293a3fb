"""Plain files near a notebook: looked for in its folder and those above, and read without waiting for anything."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_FOLDERS = 64
NO_WAITING = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)


def folders_above(folder: str) -> Iterator[str]:
    """Give a folder and those above it, no more than 64."""
    for _ in range(MAX_FOLDERS):
        yield folder
        above = os.path.dirname(folder)  # noqa: PTH120 - paths here are texts: pathlib would cost a launch more than the reading
        if above == folder:
            return
        folder = above


def read(path: str, most: int) -> bytes:
    """Give the beginning of a plain file, without ever waiting for a pipe; empty where there is none."""
    try:
        descriptor = os.open(path, NO_WAITING)
    except (OSError, ValueError):
        return b""
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return b""
        parts = []
        while most > 0 and (part := os.read(descriptor, most)):
            parts.append(part)
            most -= len(part)
        return b"".join(parts)
    except OSError:
        return b""
    finally:
        os.close(descriptor)
