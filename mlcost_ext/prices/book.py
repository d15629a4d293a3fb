"""Everything that can say a price here: contracted rates, AWS's list, what is shipped; and what is wrong with their files."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timezone
from pathlib import Path

from mlcost_ext.core.job import Problem
from mlcost_ext.core.price import PriceKey, UnitPrice

from .listed import ListedPrices
from .price_list import PriceList
from .rates import ContractedPrices, Exchange, Rates
from .rates_file import RatesFile
from .snapshot import Snapshot

FOLDER, RATES = "prices", "rates.yaml"
"""Below MLCOST_HOME."""
A_WHILE_SECONDS = 3600.0
"""After which every file is looked at again; the clock of a book goes on by as much with each look, and not between them."""


def today_utc() -> date:
    """Give the day it is."""
    return datetime.now(timezone.utc).date()


class PriceBook:
    """The one price source of a process; see `core.ports.PriceCatalog`.

    It may be asked from several threads: what two of them read at once is the same.
    """

    def __init__(self, home: Path, *, today: Callable[[], date] = today_utc) -> None:
        """Take MLCOST_HOME, and what tells the day (UTC).

        Files are looked at with `look_again` alone: a look-up never waits for a disk that is slow, once its region was read.
        """
        self._now, self._today = 0.0, today
        self.snapshot = Snapshot()
        self.price_list = PriceList(home / FOLDER, lambda: self._now)
        self.rates_file = RatesFile(home / RATES, lambda: self._now)
        self.listed = ListedPrices(self.price_list, self.snapshot)
        self._contracted = ContractedPrices(self.listed, self.rates_file, today)
        self._regions: set[str] = set()
        self._day = today()
        self._seen = self._look()

    def look_again(self, regions: Iterable[str] = ()) -> bool:
        """Look at the files, of these regions and of all that were asked for; tell whether prices may have changed since.

        Blocks for some milliseconds, or for as long as the disk takes.
        """
        self._now += A_WHILE_SECONDS
        self._regions.update(regions)
        for region_id in sorted(self._regions):
            self.snapshot.lists(region_id)
        before, self._seen = self._seen, self._look()
        return any(before[part] is not found for part, found in self._seen.items() if part in before)

    def _look(self) -> dict[str, object]:
        """Give what prices hang on; each is another object once it has changed."""
        day = self._today()
        found: dict[str, object] = {region_id: self.price_list.region(region_id) for region_id in sorted(self._regions)}
        self._day = day if day != self._day else self._day
        return {**found, "rates": self.rates(), "day": self._day}

    def unit_price(self, key: PriceKey) -> UnitPrice | None:
        """Give the price of exactly `key`, as contracted where a rate matches; None: no source has one."""
        self._regions.add(key.region_id)
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
        """Say what is wrong with the files of rates and of AWS's list of a region."""
        listed = self.price_list.problem(region_id) if region_id else None
        return [*([rates_invalid(self.rates_file)] if self.rates_file.faults else []), *([listed] if listed else [])]


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
