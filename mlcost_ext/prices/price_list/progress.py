"""How far the reading of one region has come, kept so that an interrupted refresh goes on where it was."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from mlcost_ext.core.times import time_from_text, time_to_text

from .collect import Collector
from .offer import date_in
from .sealed import read_sealed, write_sealed

FOLDER = ".partial"
USABLE_FOR = timedelta(hours=1)
FORMAT = 2


@dataclass
class Progress:
    """What has been read of one service in one region."""

    service: str
    started_at: datetime
    collector: Collector
    next_token: str | None = None
    """Of the page to read next; None: the first one."""
    pages: int = 0
    published_on: str | None = None

    def write(self, folder: Path) -> None:
        """Keep it; a disk that is full costs only the possibility to go on later."""
        document = {
            "format": FORMAT,
            "region_id": self.collector.region_id,
            "service": self.service,
            "started_at": time_to_text(self.started_at),
            "next_token": self.next_token,
            "pages": self.pages,
            "published_on": self.published_on,
            "collected": self.collector.to_document(),
        }
        with contextlib.suppress(OSError):
            write_sealed(_path(folder, self.collector.region_id, self.service), document)


def begin_or_go_on(folder: Path, region_id: str, service: str, now: datetime) -> Progress:
    """Give what was kept of this service less than an hour ago, else a beginning."""
    with contextlib.suppress(OSError, ValueError, TypeError, KeyError, AttributeError, ArithmeticError):
        found = _read(folder, region_id, service)
        if found.service == service and timedelta() <= now - found.started_at < USABLE_FOR:
            return found
    return Progress(service, now, Collector(region_id))


def forget(folder: Path, region_id: str, service: str) -> None:
    """Remove what was kept of a service in a region."""
    with contextlib.suppress(OSError):
        _path(folder, region_id, service).unlink()


def _read(folder: Path, region_id: str, service: str) -> Progress:
    document = read_sealed(_path(folder, region_id, service))
    started_at = time_from_text(document["started_at"]) if document else None
    if document is None or started_at is None or document["format"] != FORMAT or document["region_id"] != region_id:
        raise ValueError
    next_token = document["next_token"]
    if not isinstance(next_token, str):
        raise TypeError
    return Progress(
        service=document["service"],
        started_at=started_at,
        collector=Collector.from_document(region_id, document["collected"]),
        next_token=next_token,
        pages=int(document["pages"]),
        published_on=date_in(document["published_on"]),
    )


def _path(folder: Path, region_id: str, service: str) -> Path:
    return folder / FOLDER / f"{region_id}.{service}.json"
