"""When a server was last alive, as its folder tells whoever cannot ask for its process."""

from __future__ import annotations

import contextlib
from pathlib import Path

LEASE_SECONDS = 300
"""A server that has given no sign of life for longer is gone."""


def last_sign(folder: Path) -> float:
    """Give when a server last gave a sign of life, in seconds since 1970; 0: it has no folder.

    That is its overview.json, or where that is not seen, the folder, which changes with each new one.

    Raises:
        OSError: It cannot be told now.
    """
    for path in (folder / "overview.json", folder):
        with contextlib.suppress(FileNotFoundError):
            return path.stat().st_mtime
    return 0.0
