"""The figures that Jupyter servers leave behind for those who may not ask them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from mlcost_ext.core.errors import UsageError
from mlcost_ext.core.times import time_from_text

STALE_AFTER = timedelta(minutes=2)
"""A server that lives writes its file at least each minute."""
MAX_CLOCK_OFFSET_SECONDS = 100 * 366 * 86400.0
"""A clock that was never set stands decades off; what is further off is no clock's offset."""
MAX_FILE_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewFile:
    """One server's overview as it lies on the disk."""

    server_id: str
    as_of: datetime
    """By AWS's clock, where the server knows it."""
    is_stale: bool
    """The server has ended, or hangs: nobody renews the figures."""
    document: dict[str, Any]

    def section(self, name: str) -> dict[str, Any]:
        """Give a part that is an object; empty where it is missing or something else."""
        part = self.document.get(name)
        return part if isinstance(part, dict) else {}

    def rows(self, name: str) -> list[dict[str, Any]]:
        """Give a part that is a list of objects; what is no object is left out."""
        part = self.document.get(name)
        return [row for row in part if isinstance(row, dict)] if isinstance(part, list) else []


def overview_files(home: Path, now: datetime) -> list[OverviewFile]:
    """Read what every server has written, the freshest first; what is broken is left out.

    Args:
        home: MLCOST_HOME.
        now: This machine's time, aware.

    Raises:
        UsageError: `home` lies where this user may not look.
    """
    try:
        return sorted(_read_all(home, now), key=lambda file: file.as_of, reverse=True)
    except OSError as error:
        hint = "Set MLCOST_HOME to a folder of yours."
        raise UsageError(f"{home} cannot be read ({error.strerror}).", hint, code="home_unreadable") from None


def _read_all(home: Path, now: datetime) -> Iterator[OverviewFile]:
    for path in home.glob("servers/*/overview.json"):
        try:
            with path.open("rb") as file:
                document = json.loads(file.read(MAX_FILE_BYTES))
        except (OSError, ValueError, RecursionError):
            continue
        as_of = time_from_text(document.get("as_of")) if isinstance(document, dict) else None
        if as_of is not None:
            age = now + clock_offset(document) - as_of
            yield OverviewFile(server_id=path.parent.name, as_of=as_of, is_stale=age > STALE_AFTER, document=document)


def clock_offset(document: dict[str, Any]) -> timedelta:
    """Give how far AWS's clock, by which a document tells its times, is ahead of this machine's; none where it is not told."""
    # The rule of kernel/cost.py, written again since neither room may import the other; a test compares them.
    seconds = document.get("clock_offset_seconds")
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not abs(seconds) <= MAX_CLOCK_OFFSET_SECONDS:
        return timedelta()
    return timedelta(seconds=seconds)
