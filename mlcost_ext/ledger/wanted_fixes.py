"""Changes that a user has asked for in the panel, for a notebook's next launch: its server writes them, kernels read them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from mlcost_ext.core.times import time_from_text, time_to_text

from .private_file import NO_LINK, write_atomically

NAME = "wanted-fixes.json"
"""In the server's folder."""
MOST = 50
MAX_BYTES = 64 * 1024
MAX_TEXT = 512
LAPSES_AFTER = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedFix:
    """One change, to be made once."""

    id: str
    """Of the finding."""
    rule: str
    kind: str
    """Of what is launched."""
    notebook: str | None
    """None: of kernels that have none."""
    asked_at: datetime

    def is_for(self, kind: str, notebook: str | None, now: datetime) -> bool:
        """Tell whether it is meant for a launch of a kind from a notebook, and has not lapsed."""
        return (self.kind, self.notebook) == (kind, notebook) and now - self.asked_at < LAPSES_AFTER


class WantedFixes:
    """Follow the file; a kernel looks at each launch, which costs no more than a glance at the file while nothing changes."""

    def __init__(self, folder: Path) -> None:
        """Take ``<home>/servers/<server id>``."""
        self._path = folder / NAME
        self._seen: tuple[int, int, int] | None = None
        self._found: tuple[WantedFix, ...] = ()

    def read(self) -> tuple[WantedFix, ...]:
        """Give what is asked for; nothing where the file is missing or cannot be read."""
        try:
            state = self._path.lstat()
        except (OSError, ValueError):
            self._seen, self._found = None, ()
            return ()
        seen = (state.st_mtime_ns, state.st_size, state.st_ino)
        if seen != self._seen:
            self._seen, self._found = seen, read_file(self._path)
        return self._found

    def write(self, wanted: Iterable[WantedFix]) -> None:
        """Replace the list, the latest so many of it.

        Raises:
            OSError: The file cannot be written.
        """
        kept = sorted(wanted, key=lambda each: each.asked_at)[-MOST:]
        told = [{**asdict(each), "asked_at": time_to_text(each.asked_at)} for each in kept]
        write_atomically(self._path, json.dumps({"version": 1, "wanted": told}).encode())


def read_file(path: Path) -> tuple[WantedFix, ...]:
    """Read a file that anybody could have written who may write the home: what does not fit is left out."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | NO_LINK | getattr(os, "O_NONBLOCK", 0)), "rb") as file:
            told = json.loads(file.read(MAX_BYTES + 1))
        rows = told["wanted"] if told.get("version") == 1 else []
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return ()
    found = (wanted_of(row) for row in rows[:MOST] if isinstance(row, dict)) if isinstance(rows, list) else ()
    return tuple(each for each in found if each is not None)


def wanted_of(row: Mapping[str, Any]) -> WantedFix | None:
    """Read one entry; None: it is none."""
    at, notebook = time_from_text(row.get("asked_at")), row.get("notebook")
    texts = [row.get(name) for name in ("id", "rule", "kind")]
    if at is None or not all(map(is_text, texts)) or not (notebook is None or is_text(notebook)):
        return None
    return WantedFix(id=str(texts[0]), rule=str(texts[1]), kind=str(texts[2]), notebook=notebook, asked_at=at)


def is_text(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= MAX_TEXT
