"""Changes of the next launch that users ask for in the panel: kept in a file that kernels read, until one has made them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from mlcost_ext.core.decision import DecidedLaunch
from mlcost_ext.core.errors import NotFoundError
from mlcost_ext.core.finding_documents import FindingRow
from mlcost_ext.ledger.wanted_fixes import LAPSES_AFTER, WantedFix, WantedFixes

CLOCKS = timedelta(seconds=5)
"""By so much a kernel's time of a launch may be before the server's of the wish."""


class Wanted:
    """What is asked for now. All methods are for the event loop's thread."""

    def __init__(self, folder: Path) -> None:
        """Take ``<home>/servers/<server id>``."""
        self._file = WantedFixes(folder)
        self._wanted: dict[str, WantedFix] | None = None

    async def load(self) -> None:
        """Read what an earlier server of this id has left; once."""
        if self._wanted is None:
            self._wanted = {each.id: each for each in await asyncio.to_thread(self._file.read)}

    async def want(self, row: FindingRow, now: datetime, *, is_wanted: bool) -> None:
        """Ask for a finding's change at the next launch of its notebook, or no longer.

        Raises:
            NotFoundError: It has no such change.
            OSError: The file cannot be written.
        """
        if row.fix != "next_launch" or row.resource is None:
            raise NotFoundError("No launch can be changed for this finding.", "Its hint says what to do instead.")
        wish = WantedFix(id=row.id, rule=row.rule, kind=row.resource.kind, notebook=row.notebook, asked_at=now)
        others = {id_: each for id_, each in (self._wanted or {}).items() if id_ != row.id}
        await self._write({**others, row.id: wish} if is_wanted else others)

    async def settle(self, launches: Iterable[DecidedLaunch], now: datetime) -> None:
        """Take out what a launch has brought since it was asked for, and what has lapsed.

        Raises:
            OSError: The file cannot be written.
        """
        wanted = self._wanted or {}
        if not wanted:
            return
        made = {(each.kind, each.notebook, rule): each.at for each in reversed(list(launches)) for rule in each.fixed}
        open_ = {id_: each for id_, each in wanted.items() if is_open(each, made.get((each.kind, each.notebook, each.rule)), now)}
        if len(open_) < len(wanted):
            await self._write(open_)

    def marked(self, rows: Iterable[FindingRow]) -> list[FindingRow]:
        """Give findings with what is asked for noted."""
        wanted = self._wanted or {}
        return [replace(row, is_fix_wanted=True) if row.id in wanted else row for row in rows]

    async def _write(self, wanted: dict[str, WantedFix]) -> None:
        await asyncio.to_thread(self._file.write, wanted.values())
        self._wanted = wanted


def is_open(wish: WantedFix, made_at: datetime | None, now: datetime) -> bool:
    """Tell whether a change is still to be made."""
    return (made_at is None or made_at < wish.asked_at - CLOCKS) and now - wish.asked_at < LAPSES_AFTER
