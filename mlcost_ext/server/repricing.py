"""Price everything anew once a price file, a contracted rate or the currency of totals has changed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from mlcost_ext.usecases.meter import meter
from mlcost_ext.usecases.standing import meter_standing

from .intake import SLICE, Intake

LOOK_SECONDS = 30.0
"""How often the files are looked at."""


class Repricing:
    """Keep what is shown in step with the prices; all methods are for the event loop's thread."""

    def __init__(self, intake: Intake, look: Callable[[], bool]) -> None:
        """Take what holds the things, and what looks at the files in a thread and tells whether prices have changed."""
        self._intake, self._look = intake, look
        self._looked_at = float("-inf")

    async def work(self) -> None:
        """Look at the files now and then."""
        if time.monotonic() - self._looked_at < LOOK_SECONDS:
            return
        self._looked_at = time.monotonic()
        if await asyncio.to_thread(self._look):
            await self.price_anew()

    async def price_anew(self) -> None:
        """Meter everything again, giving way to the loop after every few."""
        intake, done = self._intake, 0
        for book in (intake.books.ours, intake.books.others):
            for held in list(book.all()):
                if book.get((held.job.kind, held.job.region_id, held.job.name)) is held:  # else AWS has told of it meanwhile
                    book.put(meter(held.job, intake.prices, held.notebook), intake.aws_time())
                done += 1
                if done % SLICE == 0:
                    await asyncio.sleep(0)
        for key in [*intake.standing.keys()]:
            thing = intake.standing.get(key)
            if thing is not None:
                again = meter_standing(thing.standing, intake.prices, is_mine=thing.is_mine, notebook=thing.notebook)
                intake.standing.put(again)
        intake.revision += 1
