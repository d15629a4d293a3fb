"""Parts of a thing that are known apart: a job and what is kept after it; instances and volumes of what stands."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from mlcost_ext.core.component import STORAGE
from mlcost_ext.core.profile import EntryPart, LedgerLine, UsePart

from .charge_rows import micros

KEPT_AFTER = ("WarmPool", f"{STORAGE}WarmPool")
"""Components of what is kept after a job's end."""


def is_of(component: str, part: EntryPart | None) -> bool:
    """Tell whether a component's charges are of a part of a job; None: of all of it."""
    return part is None or (component in KEPT_AFTER) == (part == "warm-pool")


def use_part(line: LedgerLine) -> UsePart:
    """Give what of a thing that stands a line is of."""
    return "volumes" if line.price.component.startswith(STORAGE) else "instances"


def together(lines: Sequence[LedgerLine]) -> LedgerLine:
    """Add up lines of one price and attribution, as of two variants; where they began apart it is when the last one did."""
    times = [line.profile.since for line in lines]
    known = [time for time in times if time is not None]
    since = max(known) if len(known) == len(times) else None
    first = lines[0]
    return replace(
        first, quantity=sum((x.quantity for x in lines[1:]), first.quantity), profile=replace(first.profile, since=since)
    )


def open_of(connection: sqlite3.Connection, resource: int, part: EntryPart | None) -> dict[int, int]:
    """Give the places of what is open of a part of a job, with the numbers of their prices."""
    return {line: price for line, price, component in connection.execute(OPEN_OF, (resource,)) if is_of(component, part)}


def stop(connection: sqlite3.Connection, resource: int, places: Iterable[int], now: datetime) -> None:
    """Let open lines count no further than to `now`."""
    rows = [(micros(now), resource, place, micros(now)) for place in places]
    connection.executemany(STOP, rows)


def drop(connection: sqlite3.Connection, resource: int, places: Iterable[int]) -> None:
    """Take open lines out."""
    connection.executemany("DELETE FROM open_line WHERE resource = ? AND line = ?", [(resource, place) for place in places])


OPEN_OF = """
    SELECT line, price, price.component FROM open_line JOIN price ON price.id = open_line.price WHERE resource = ?
"""
STOP = """
    UPDATE open_line SET ends = MAX(?, since)
    WHERE resource = ? AND line = ? AND since IS NOT NULL AND (ends IS NULL OR ends > ?)
"""
