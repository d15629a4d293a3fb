"""Read the ledger of the Jupyter server behind this kernel, which is what ``mlcost.ledger()`` does."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from mlcost_ext.core.errors import MlcostError, NotFoundError, UsageError
from mlcost_ext.core.times import UTC, time_from_text
from mlcost_ext.ledger.charge_store import ChargeStore, open_ledger
from mlcost_ext.ledger.charge_view import charges, check_period, month_of, read_day, read_groups
from mlcost_ext.ledger.focus.frozen import FrozenDatabase
from mlcost_ext.ledger.home import mlcost_home

from .charges_report import ChargeReport
from .cost import NO_SERVER, SERVER_ID, clock_offset, overview_document

Day = date | str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Whose ledger is read."""

    server_id: str
    clock_offset: timedelta
    """How far AWS's clock, by which days are told, is ahead of this machine's."""


def read_charges(start: Day, end: Day, group_by: str | Iterable[str]) -> ChargeReport:
    """Read what was charged from the day `start` to the one before `end`, all of it from one state of the ledger.

    Raises:
        MlcostError: There is no ledger, it cannot be read, or a day or a name is none; it says so, and what to do.
    """
    try:
        home = mlcost_home()
        server = server_behind(home)
        first, after = month_of(datetime.now(UTC) + server.clock_offset)
        days = day_of(start, "start") or first, day_of(end, "end") or after
        check_period(*days)
        names = read_groups(group_by if isinstance(group_by, str) else ",".join(group_by))
        return read_from(home, server.server_id, days, names)
    except MlcostError as error:
        raise type(error)(f"{error.message} {error.hint}", error.hint, code=error.code) from None


def read_from(home: Path, server_id: str, days: tuple[date, date], group_by: tuple[str, ...]) -> ChargeReport:
    """Read one server's ledger: sums where something is grouped, else each charge too, from a copy so that nobody waits.

    Raises:
        MlcostError: It is not there or cannot be read.
    """
    path = home / "servers" / server_id / "ledger.sqlite"
    if path.is_symlink() or not path.is_file():
        hint = "It begins when AWS first tells a Jupyter server what runs; try again in a minute, or type `mlcost doctor`."
        raise NotFoundError(f"Server {server_id} keeps no ledger yet.", hint, code="no_ledger")
    frozen = None if group_by else FrozenDatabase(path)
    store = ChargeStore(frozen) if frozen else open_ledger(home, server_id)
    try:
        document = charges(store, *days, group_by)
        return ChargeReport(document=document, records=None if group_by else tuple(store.records(*days)))
    except OSError as error:
        reason = str(error.strerror or type(error).__name__)[:120]
        hint = "`mlcost ledger verify` says what is wrong with it."
        raise UsageError(f"The ledger cannot be read ({reason}).", hint, code="ledger_unreadable") from None
    finally:
        if frozen:
            frozen.close()


def server_behind(home: Path) -> Server:
    """Give the server that has started this kernel; outside of one, that whose figures are the freshest.

    Raises:
        NotFoundError: There is none.
    """
    named = os.environ.get("MLCOST_SERVER_ID")
    if named:
        if not SERVER_ID.fullmatch(named):
            raise NotFoundError(NO_SERVER.message, NO_SERVER.hint, code=NO_SERVER.code)
        return Server(server_id=named, clock_offset=clock_offset(told_by(home / "servers" / named / "overview.json")))
    found = []
    for path in home.glob("servers/*/overview.json"):
        told = told_by(path)
        as_of = time_from_text(told.get("as_of"))
        if as_of is not None:
            found.append((as_of, Server(server_id=path.parent.name, clock_offset=clock_offset(told))))
    if not found:
        raise NotFoundError(NO_SERVER.message, NO_SERVER.hint, code=NO_SERVER.code)
    return max(found, key=lambda each: each[0])[1]  # the choice of cli/overview_file.py; a test compares them


def told_by(file: Path) -> dict[str, object]:
    """Give an overview; nothing where there is none that can be read."""
    with contextlib.suppress(OSError, ValueError, RecursionError):
        document = overview_document(file)
        if isinstance(document, dict):
            return document
    return {}


def day_of(day: Day, name: str) -> date | None:
    """Read a day that is given as one, as a time, or as text.

    Raises:
        UsageError: It is none.
    """
    if isinstance(day, datetime):
        return (day.astimezone(UTC) if day.tzinfo else day).date()
    if day is None or isinstance(day, date):
        return day
    return read_day(str(day), name)
