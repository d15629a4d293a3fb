"""Price everything anew once a price file, a contracted rate or the currency of totals has changed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable

from mlcost_ext.core.charge import Charge
from mlcost_ext.usecases.meter import MeteredJob, meter
from mlcost_ext.usecases.standing import meter_standing
from mlcost_ext.usecases.watch import JobBook, key_of

from .intake import SLICE, Intake, do_nothing

LOOK_SECONDS = 30.0
"""How often the files are looked at."""

Look = Callable[[Iterable[str]], bool]


class Repricing:
    """Keep what is shown in step with the prices; all methods are for the event loop's thread."""

    def __init__(self, intake: Intake, look: Look, on_change: Callable[[], Awaitable[None]]) -> None:
        """Take what holds the things, what looks at the files of some regions in a thread, and what is told of a change.

        Args:
            intake: Holds the things and their prices.
            look: Blocks; tells whether prices may have changed.
            on_change: Called after everything was priced anew.
        """
        self._intake, self._look, self._on_change = intake, look, on_change
        self._looked_at = float("-inf")

    async def work(self, region_ids: Iterable[str], currency: str) -> None:
        """Look at the files now and then, and see that figures are in the currency they are to be in."""
        is_other = currency != self._intake.billing_currency
        if not is_other and time.monotonic() - self._looked_at < LOOK_SECONDS:
            return
        self._looked_at = time.monotonic()
        has_changed = await asyncio.to_thread(self._look, list(region_ids))
        if is_other or has_changed:
            self._intake.billing_currency = currency
            await self.price_anew()
            await self._on_change()

    async def price_anew(self) -> None:
        """Meter everything again, giving way to the loop after every few."""
        await self._jobs_anew(self._intake.books.ours, self._intake.on_job)
        await self._jobs_anew(self._intake.books.others, do_nothing)
        await self._standing_anew()
        self._intake.revision += 1

    async def _jobs_anew(self, book: JobBook, on_job: Callable[[MeteredJob], None]) -> None:
        intake = self._intake
        for done, held in enumerate(list(book.all()), start=1):
            key = key_of(held.job)
            if book.get(key) is held:  # else AWS has told of it meanwhile
                book.put(meter(held.job, intake.prices_of(held.job), held.notebook), intake.aws_time())
                again = book.get(key)
                if again is not None and costs_otherwise(held, again):
                    on_job(again)
            if done % SLICE == 0:
                await asyncio.sleep(0)

    async def _standing_anew(self) -> None:
        intake = self._intake
        for done, key in enumerate(intake.standing.keys(), start=1):
            thing = intake.standing.get(key)
            if thing is not None:
                again = meter_standing(thing.standing, intake.prices, is_mine=thing.is_mine, notebook=thing.notebook)
                intake.standing.put(again)
            if done % SLICE == 0:
                await asyncio.sleep(0)


def costs_otherwise(before: MeteredJob, after: MeteredJob) -> bool:
    """Tell whether new prices have changed what a job costs; a price that nobody tells any more makes nothing unknown."""
    pairs = list(zip(charges_of(before), charges_of(after), strict=True))
    is_lost = any(old.price is not None and new.price is None for old, new in pairs)
    return not is_lost and any(rates_of(old) != rates_of(new) for old, new in pairs)


def charges_of(metered: MeteredJob) -> tuple[Charge, ...]:
    return *metered.compute, *(metered.storage or ()), *(metered.warm_pool or ())


def rates_of(charge: Charge) -> tuple[object, ...]:
    price = charge.price
    return () if price is None else (price.unit_price, price.list_unit_price, price.billing_currency)
