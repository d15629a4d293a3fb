"""Everything that can say a price here: contracted rates, AWS's list, what is shipped; and what is wrong with their files."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

from mlcost_ext.core.job import Problem
from mlcost_ext.core.ports import PriceSource
from mlcost_ext.core.price import PriceKey, UnitPrice

from .listed import ListedPrices
from .price_list import PriceList
from .rates import ContractedPrices, Exchange, Rates
from .rates_file import RatesFile
from .snapshot import Snapshot

FOLDER, RATES = "prices", "rates.yaml"
"""Below MLCOST_HOME."""
MOST_DAYS = 40
"""Days whose rates are kept at hand; a month is read back."""
OLD_AFTER = timedelta(days=30)


def today_utc() -> date:
    """Give the day it is."""
    return datetime.now(timezone.utc).date()


class PriceBook:
    """The one price source of a process; see `core.ports.PriceCatalog`.

    It may be asked from several threads: what two of them read at once is the same.
    """

    def __init__(self, home: Path, *, today: Callable[[], date] = today_utc) -> None:
        """Take MLCOST_HOME, and what tells the day (UTC).

        Files are looked at with `look_again` alone: a look-up never waits for a slow disk, once its region was read.
        """
        self._today = today
        self.snapshot = Snapshot()
        self.price_list = PriceList(home / FOLDER)
        self.rates_file = RatesFile(home / RATES, lambda: 0.0)
        self.listed = ListedPrices(self.price_list, self.snapshot)
        self._contracted = ContractedPrices(self.listed, self.rates_file, today)
        self._by_day: dict[date, ContractedPrices] = {}
        self._day = today()
        self.rates_file.look()

    def look_again(self, regions: Iterable[str] = ()) -> bool:
        """Look at the files again, and read these regions ahead; tell whether that changes prices that were given.

        Blocks for some milliseconds, or for as long as the disk takes; look-ups go on meanwhile by what is known.
        """
        before = self._state()
        for region_id in regions:
            self.snapshot.lists(region_id)
            self.price_list.load(region_id)
        self.price_list.look_again()
        self.rates_file.look()
        after, day = self._state(), self._today()
        is_other_day, self._day = day != self._day, day
        return is_other_day or any(after.get(part) is not found for part, found in before.items())

    def _state(self) -> dict[str, object]:
        """Give what prices hang on; each is another object once it has changed."""
        kept = {region_id: self.price_list.region(region_id) for region_id in self.price_list.kept_regions()}
        return {**kept, "rates": self.rates()}

    def on(self, day: date) -> PriceSource:
        """Give the prices by the rates that are in force on a day, UTC; list prices are those of now."""
        if not self.rates().rates:
            return self.listed
        if day not in self._by_day:
            self._by_day = {**dict(list(self._by_day.items())[1 - MOST_DAYS :]), day: self._of_day(day)}
        return self._by_day[day]

    def _of_day(self, day: date) -> ContractedPrices:
        return ContractedPrices(self.listed, self.rates_file, lambda: day)

    def unit_price(self, key: PriceKey) -> UnitPrice | None:
        """Give the price of exactly `key`, as contracted where a rate matches; None: no source has one."""
        return self._contracted.unit_price(key)

    def regions(self) -> list[str]:
        """Give the regions that have any price, sorted."""
        return self.listed.regions()

    def components(self, region_id: str) -> list[str]:
        """Give the components that have a list price there."""
        return self.listed.components(region_id)

    def instance_types(self, region_id: str, component: str) -> list[str]:
        """Give the types that have a list price of `component` there, sorted."""
        return self.listed.instance_types(region_id, component)

    def exchange(self, from_currency: str, to_currency: str) -> Exchange | None:
        """Give the user's rate from one currency to another; None: there is none."""
        return self.rates_file.rates().exchange(from_currency, to_currency)

    def rates(self) -> Rates:
        """Give the user's rates as they are in force."""
        return self.rates_file.rates()

    def problems(self, region_id: str | None) -> list[Problem]:
        """Say what is wrong with the files of rates and of AWS's list of a region, or that the list is old."""
        listed = self.price_list.problem(region_id) or self._old(region_id) if region_id else None
        return [*([rates_invalid(self.rates_file)] if self.rates_file.faults else []), *([listed] if listed else [])]

    def _old(self, region_id: str) -> Problem | None:
        found = self.price_list.region(region_id)
        read = min((date.fromisoformat(facts.read_at[:10]) for facts in found.services.values()), default=None) if found else None
        return list_old(region_id, read) if read is not None and self._today() - read > OLD_AFTER else None


def list_old(region_id: str, read: date) -> Problem:
    """Say that AWS's list has not been read for long."""
    return Problem(
        code="price_list_old",
        message=f"AWS's price list of {region_id} was last read on {read.isoformat()}; prices may have changed since.",
        hint="'mlcost prices refresh' reads it, or says what is in the way.",
        subject=region_id,
    )


def rates_invalid(file: RatesFile) -> Problem:
    """Say what is wrong with the file of rates."""
    faults = file.faults
    more = f" and {len(faults) - 1} more faults" if len(faults) > 1 else ""
    in_force = "the rates it had before stay in force" if file.rates().rates else "no contracted rate is in force"
    return Problem(
        code="rates_invalid",
        message=f"{RATES} cannot be used: {faults[0]}{more}; {in_force}.",
        hint="Mend it; 'mlcost prices status' names every fault.",
        subject=RATES,
    )
