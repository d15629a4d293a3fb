"""Read AWS's offer files, in JSON or CSV, packed with gzip or not."""

from __future__ import annotations

import gzip
import io
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, TextIO, cast

from .collect import Collector
from .errors import PriceListError
from .json_stream import broken
from .offer import EC2, REGION, SAGEMAKER, Offer
from .offer_csv import OfferCsv
from .offer_json import OfferJson
from .region_list import service_code

GZIP = b"\x1f\x8b"
Place = tuple[str, str]
"""Region and service."""


@dataclass
class FileReading:
    """What one file holds."""

    published_on: str | None = None
    """ISO date; None: the file does not say."""
    lists: dict[Place, Collector] = field(default_factory=dict)
    skipped: Counter[str] = field(default_factory=Counter)
    """Of all regions together: what is skipped may not even say where it belongs."""
    is_page: bool = False
    """It is an answer of GetProducts, which may be one of several."""
    has_more: bool = False
    """AWS had more to say than this answer."""
    places: set[Place] = field(default_factory=set)
    """Whose products it has, used or not."""

    @property
    def regions(self) -> dict[str, Collector]:
        """Give the prices of all services by region."""
        found: dict[str, Collector] = {}
        for (region_id, _), collector in self.lists.items():
            found.setdefault(region_id, Collector(region_id)).take(collector)
        return found

    def add(self, offer: Offer) -> None:
        """Take an offer."""
        place = (offer.region_id, service_code(offer.component))
        self.lists.setdefault(place, Collector(offer.region_id)).add(offer)


def read_offer_file(path: Path, today: str) -> FileReading:
    """Read all prices of a file that is a whole list.

    Args:
        path: As of `read_file`.
        today: ISO date; prices that begin later are not taken.

    Raises:
        PriceListError: As `read_file` does; or it is one page of several, or has no price that can be used.
    """
    reading = read_file(path, today)
    if reading.has_more:
        raise broken("is one page of several")
    if not reading.lists:
        raise nothing_of_use()
    return reading


def nothing_of_use() -> PriceListError:
    """Say that a file has no price."""
    return broken("holds no price that can be used")


def read_file(path: Path, today: str) -> FileReading:
    """Read what a file has.

    Args:
        path: JSON or CSV as AWS offers it, plain or packed with gzip; or answers of GetProducts as JSON.
        today: ISO date; prices that begin later are not taken.

    Raises:
        PriceListError: It cannot be read, ends early, is damaged, or is something else.
    """
    reading = FileReading()
    try:
        with open_text(path) as file:
            offers = OfferJson(file, today) if first_character(file) == "{" else OfferCsv(file, today)
            for found in offers:
                if isinstance(found, Offer):
                    reading.add(found)
                else:
                    reading.skipped[found.reason] += 1
    except EOFError:
        raise broken("ends early") from None
    except UnicodeDecodeError:
        raise broken("is no text") from None
    except (OSError, zlib.error) as error:
        raise broken(f"cannot be read ({type(error).__name__})") from None
    reading.published_on, reading.places = offers.published_on, set(reading.lists)
    if isinstance(offers, OfferJson):
        reading.is_page, reading.has_more = offers.is_page, offers.is_page and offers.has_more
        reading.places |= {place for place in offers.places if REGION.fullmatch(place[0]) and place[1] in (SAGEMAKER, EC2)}
    return reading


def first_character(file: TextIO) -> str:
    """Give the first character that is no blank, and go back to the beginning."""
    head = file.read(4096).lstrip("\ufeff \t\r\n")
    file.seek(0)
    return head[:1]


@contextmanager
def open_text(path: Path) -> Iterator[TextIO]:
    """Open a file as text, unpacked where it is packed."""
    with path.open("rb") as raw:
        is_packed = raw.read(2) == GZIP
        raw.seek(0)
        opened = cast("BinaryIO", gzip.GzipFile(fileobj=raw)) if is_packed else raw
        with io.TextIOWrapper(opened, encoding="utf-8-sig", newline="") as text:
            yield text
