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
from .json_stream import broken
from .offer import Offer
from .offer_csv import OfferCsv
from .offer_json import OfferJson

GZIP = b"\x1f\x8b"


@dataclass
class FileReading:
    """What one file holds."""

    published_on: str | None = None
    """ISO date; None: the file does not say."""
    regions: dict[str, Collector] = field(default_factory=dict)
    skipped: Counter[str] = field(default_factory=Counter)
    """Of all regions together: what is skipped may not even say where it belongs."""


def read_offer_file(path: Path, today: str) -> FileReading:
    """Read all prices of a file.

    Args:
        path: JSON or CSV as AWS offers it, plain or packed with gzip; or answers of GetProducts as JSON.
        today: ISO date; prices that begin later are not taken.

    Raises:
        PriceListError: It cannot be read, ends early, is something else, or has no price that can be used.
    """
    reading = FileReading()
    try:
        with open_text(path) as file:
            offers = OfferJson(file, today) if first_character(file) == "{" else OfferCsv(file, today)
            for found in offers:
                if isinstance(found, Offer):
                    reading.regions.setdefault(found.region_id, Collector(found.region_id)).add(found)
                else:
                    reading.skipped[found.reason] += 1
    except EOFError:
        raise broken("ends early") from None
    except UnicodeDecodeError:
        raise broken("is no text") from None
    except (OSError, zlib.error) as error:
        raise broken(f"cannot be read ({type(error).__name__})") from None
    if not reading.regions:
        raise broken("holds no price that can be used")
    reading.published_on = offers.published_on
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
