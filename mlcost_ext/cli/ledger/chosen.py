"""Which server's ledger a command is about, and how it is opened."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timezone
from pathlib import Path

from mlcost_ext.cli.overview_file import overview_files
from mlcost_ext.cli.text import clean
from mlcost_ext.core.errors import UsageError
from mlcost_ext.ledger.charge_store import ChargeStore
from mlcost_ext.ledger.database import Database
from mlcost_ext.ledger.focus.frozen import FrozenDatabase
from mlcost_ext.ledger.home import mlcost_home
from mlcost_ext.ledger.server_id import locked

SERVER_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MOST_NAMED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenLedger:
    """One server's ledger."""

    home: Path
    server_id: str

    @property
    def folder(self) -> Path:
        return self.home / "servers" / self.server_id

    @property
    def path(self) -> Path:
        return self.folder / "ledger.sqlite"


def chosen_ledger(option: str | None) -> ChosenLedger:
    """Give the ledger of the server that is named, else of the one whose figures are the freshest.

    Raises:
        UsageError: There is no such server, or it keeps no ledger.
    """
    home = mlcost_home()
    if option is not None and not SERVER_ID.fullmatch(option):
        raise UsageError(f"{clean(option, 80)!r} is no server's id.", known(home))
    files = overview_files(home, datetime.now(timezone.utc)) if option is None else []
    if option is None and not files:
        message = "No Jupyter server with mlcost-ext has written any figures here."
        raise UsageError(message, f"Start 'jupyter lab' where mlcost-ext is installed. {known(home)}", code="no_server")
    ledger = ChosenLedger(home=home, server_id=files[0].server_id if option is None else option)
    if ledger.path.is_symlink() or not ledger.path.is_file():
        raise UsageError(f"Server {ledger.server_id} keeps no ledger here.", known(home), code="no_ledger")
    return ledger


def known(home: Path) -> str:
    """Say which servers keep a ledger."""
    names = sorted(path.parent.name for path in home.glob("servers/*/ledger.sqlite"))
    if not names:
        return "No server keeps a ledger here; one begins when AWS first tells a Jupyter server what runs."
    return f"--server takes {', '.join(clean(name, 64) for name in names[:MOST_NAMED])}."


@contextlib.contextmanager
def to_read(ledger: ChosenLedger) -> Iterator[ChargeStore]:
    """Open a ledger as it is now; nothing in it is changed, and its server goes on writing.

    Raises:
        UsageError: It cannot be read.
    """
    try:
        with contextlib.closing(FrozenDatabase(ledger.path)) as database:
            yield ChargeStore(database)
    except OSError as error:
        raise unusable(ledger, error, "read") from None


@contextlib.contextmanager
def to_write(ledger: ChosenLedger) -> Iterator[ChargeStore]:
    """Open a ledger as its one writer, which its server is for as long as it lives.

    Raises:
        UsageError: Its server lives, or it cannot be written.
    """
    if os.name == "nt":
        hint = "Where files cannot be locked, end the server and remove its ledger.sqlite."
        raise UsageError("Nobody can tell here whether the server still lives.", hint, code="no_lock")
    try:
        lock = locked(ledger.folder)
        if lock is None:
            hint = "End JupyterLab there ('jupyter lab stop'), then say it again."
            raise UsageError(f"Server {ledger.server_id} runs and writes its ledger itself.", hint, code="server_runs")
        database = Database(ledger.path)
        with lock, contextlib.closing(database):
            yield ChargeStore(database)
    except OSError as error:
        raise unusable(ledger, error, "written") from None


def unusable(ledger: ChosenLedger, error: OSError, done: str) -> UsageError:
    reason = error.strerror or type(error).__name__
    hint = "'mlcost ledger verify' says whether it is damaged." if done == "written" else "See who may read it, and who made it."
    return UsageError(f"{ledger.path} cannot be {done} ({reason}).", hint, code="ledger_unusable")


def day_of(text: str) -> date:
    """Read a day such as 2026-11-30.

    Raises:
        UsageError: It is none.
    """
    try:
        if DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise UsageError(f"{clean(text, 40)!r} is no day.", "Write it as 2026-11-30; days are UTC's.")
