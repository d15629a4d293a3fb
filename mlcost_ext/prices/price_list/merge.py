"""Several files given at once are one list for each region and service: pages, or files that each have a part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from .collect import Collector
from .errors import PriceListError
from .offer_file import FileReading, Place

Named = tuple[str, FileReading]
"""A file's name, and what it has."""


@dataclass
class Merged:
    """All that was given of one service in one region."""

    collector: Collector
    names: list[str] = field(default_factory=list)
    published_on: str | None = None
    """ISO date; of several the latest."""
    skipped: Counter[str] = field(default_factory=Counter)
    pages_with_more: list[str] = field(default_factory=list)
    """Names of answers of GetProducts that others must follow."""
    has_end: bool = False
    """One of the files is a last page, or whole."""

    def add(self, name: str, reading: FileReading, place: Place) -> None:
        """Take what a file has of it."""
        if (found := reading.lists.get(place)) is not None:
            self.collector.take(found)
        self.names.append(name)
        self.published_on = max(filter(None, (self.published_on, reading.published_on)), default=None)
        self.skipped += reading.skipped
        self.has_end = self.has_end or not reading.has_more
        if reading.has_more:
            self.pages_with_more.append(name)


def merge(readings: Iterable[Named]) -> dict[Place, Merged]:
    """Put together what files have of each region and service that one of them has a product of.

    A page without any product does not say whose last one it is, so it is nobody's.
    """
    found: dict[Place, Merged] = {}
    for name, reading in readings:
        for place in sorted(reading.places):
            found.setdefault(place, Merged(Collector(place[0]))).add(name, reading, place)
    return {place: merged for place, merged in found.items() if merged.collector.reasons() or merged.collector.counts()}


def of_no_use(readings: Iterable[Named], merged: dict[Place, Merged]) -> list[str]:
    """Name the files that have no price, and are not a page of a list that has one."""
    return [name for name, reading in readings if not reading.lists and not (reading.is_page and reading.places & merged.keys())]


def one_of_several(names: list[str]) -> PriceListError:
    """Say that pages are missing."""
    return PriceListError(
        f"{', '.join(names[:3])} cannot be taken: it is one page of several, and not all of them are among the files.",
        "The old prices are kept; name the files of all pages at once.",
    )
