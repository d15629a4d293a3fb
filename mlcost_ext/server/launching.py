"""Bring what kernels wrote of their launches into the book of launches, and to whoever follows them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from logging import Logger
from typing import Any

from mlcost_ext.usecases.launches import Launch, awaited_job
from mlcost_ext.usecases.watch import key_of

from .intake import Intake, now_utc
from .spool_intake import SpoolIntake

FRESH_LAUNCH_SECONDS = 60.0
"""A launch that the spool tells later than this is history: AWS's own list says what became of it."""
MAX_LOOKS = 50
"""At the spool in one tick, where there is more than one look takes."""
EVENTS_AT_ONCE = 50
"""Of the spool's, between two turns of the event loop."""


class Launching:
    """Takes the spool's news in. All methods are for the event loop's thread; the disk is waited for in another."""

    def __init__(self, spool: SpoolIntake, intake: Intake, launched: Callable[[Launch], None], log: Logger) -> None:
        """Take what it reads and tells.

        Args:
            spool: Reads what kernels wrote.
            intake: Holds the book of launches, and what they have made.
            launched: Told of each launch that AWS has taken a moment ago.
            log: Is told of each that could not be shown.
        """
        self._spool, self._intake, self._launched, self._log = spool, intake, launched, log
        self.on_any: Callable[[], None] = lambda: None
        """Called whenever there is news of a launch, of whatever age."""
        self.on_new: Sequence[Callable[[Launch], None]] = ()
        """Each told of every launch that this server is the first to read of."""

    async def work(self, now: datetime) -> None:
        """Take what kernels wrote into the book and into the ledger."""
        for _ in range(MAX_LOOKS):
            news = await asyncio.to_thread(self._spool.read)
            await self._take_events(news.kept, now, is_new=False)
            await self._take_events(news.events, now, is_new=True)
            self._intake.launches.guarded_kernels = news.guarded_kernels
            await asyncio.to_thread(self._spool.write)
            if not news.has_more:
                break

    async def _take_events(self, events: list[dict[str, Any]], now: datetime, *, is_new: bool) -> None:
        for number, event in enumerate(events, start=1):
            try:
                self._take_event(event, now, is_new=is_new)
            except Exception:  # noqa: BLE001  (the other launches are to be shown all the same)
                self._log.exception("mlcost-ext could not show a launch")
            if number % EVENTS_AT_ONCE == 0:
                await asyncio.sleep(0)

    def _take_event(self, event: dict[str, Any], now: datetime, *, is_new: bool) -> None:
        launch = self._intake.launches.take(event)
        if launch is None:
            return
        self._intake.take_launch(launch)
        self.on_any()
        if is_new:
            for take in self.on_new:
                take(launch)
        job = awaited_job(launch)
        written_at = launch.answered_at or launch.at  # by this machine's clock, as kernels have only that
        if job is None or (now_utc() - written_at).total_seconds() > FRESH_LAUNCH_SECONDS:
            return
        if self._intake.book.get(key_of(job)) is None:
            self._intake.await_description(job, now)
        if is_new:
            self._launched(launch)
