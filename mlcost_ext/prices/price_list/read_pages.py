"""Read all pages of one service's products in one region, going on where an interrupted reading has ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from mlcost_ext.core.errors import MlcostError

from .api import BAD_TOKEN, PASSING, PricingApi
from .collect import Collector
from .errors import ENDLESS, PriceListError
from .product import damage, read_entry
from .progress import Progress, begin_or_go_on, forget

MOST_PAGES = 3000
"""Of 100 products; SageMaker's and EC2's together have some hundred."""
MOST_TOKEN = 16 * 1024
PAGES_PER_WRITE = 10
PAUSES_SECONDS = (1.0, 4.0, 15.0)
"""Before a page is asked for again."""


class PageReader:
    """All that the reading of pages needs besides the region and the service."""

    def __init__(
        self,
        api: PricingApi,
        folder: Path,
        clock: Callable[[], datetime],
        sleep: Callable[[float], None],
        most_pages: int = MOST_PAGES,
    ) -> None:
        self._api = api
        self._folder = folder
        self._clock = clock
        self._sleep = sleep
        self._most_pages = most_pages

    def read(self, region_id: str, service: str) -> Progress:
        """Read to the last page.

        Raises:
            MlcostError: AWS refused, or its pages do not end; what was read so far is kept for the next attempt.
        """
        progress = begin_or_go_on(self._folder, region_id, service, self._clock())
        forgiven = (BAD_TOKEN,) if progress.next_token is None else (BAD_TOKEN, ENDLESS)
        try:
            return self._read_on(progress)
        except MlcostError as error:
            if error.code not in forgiven:
                raise
        forget(self._folder, region_id, service)
        return self._read_on(Progress(service, self._clock(), Collector(region_id)))

    def _read_on(self, progress: Progress) -> Progress:
        region_id, seen = progress.collector.region_id, {progress.next_token}
        today = self._clock().date().isoformat()
        while True:
            entries, token = self._page(progress)
            for entry in entries:
                read = read_entry(entry, today)
                if (what := damage(read.found)) is not None:
                    forget(self._folder, region_id, progress.service)
                    raise damaged(progress.service, region_id, what)
                progress.collector.add(read.found)
                progress.published_on = max(filter(None, (progress.published_on, read.published_on)), default=None)
            progress.pages += 1
            if token is None:
                return progress
            if token in seen or len(token) > MOST_TOKEN or progress.pages >= self._most_pages:
                forget(self._folder, region_id, progress.service)
                raise endless(progress.service, region_id, progress.pages)
            seen.add(token)
            progress.next_token = token
            if progress.pages % PAGES_PER_WRITE == 0:
                progress.write(self._folder)

    def _page(self, progress: Progress) -> tuple[list[str], str | None]:
        region_id = progress.collector.region_id
        for pause_seconds in (*PAUSES_SECONDS, None):
            try:
                return self._api.pages(progress.service, region_id, progress.next_token)
            except MlcostError as error:
                if error.code not in PASSING or pause_seconds is None:
                    if progress.pages and error.code != BAD_TOKEN:
                        progress.write(self._folder)
                    raise
            self._sleep(pause_seconds)
        raise AssertionError  # the last round returns or raises


def damaged(service: str, region_id: str, what: str) -> PriceListError:
    """Say that what came is not what AWS sends."""
    return PriceListError(
        f"AWS's price list of {service} in {region_id} came damaged: it has an entry {what}.",
        "The old prices are kept; try again later.",
    )


def endless(service: str, region_id: str, pages: int) -> PriceListError:
    """Say that the pages do not end."""
    return PriceListError(
        f"AWS's price list of {service} in {region_id} did not end after {pages} pages.",
        "The old prices are kept; try again later.",
        code=ENDLESS,
    )
