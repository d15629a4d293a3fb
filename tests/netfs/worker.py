"""Processes that are killed: ``python -m tests.netfs.worker WHAT HOME``; each says what it has done, a line a step."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path
from subprocess import PIPE, Popen

from mlcost_ext.ledger.charge_store import ChargeStore
from mlcost_ext.ledger.database import Database
from mlcost_ext.ledger.server_id import claim_server_id
from mlcost_ext.ledger.spool_writer import SpoolWriter
from tests.fakes import ROOT
from tests.ledger.spool_files import OURS
from tests.ledger.test_charge_store import START, entry, line

JOBS, HOURS = 4, 400


def ledger(home: Path, *, is_read_only: bool = False) -> Database:
    return Database(home / "servers" / OURS / "ledger.sqlite", is_read_only=is_read_only)


def say(what: object) -> None:
    print(what, flush=True)


def pairs(home: Path) -> None:
    """Add pairs whose sum is zero, each in a transaction that writes into the file before its end."""
    database = ledger(home)
    for number in count(1):
        with database.transaction() as connection:
            connection.execute("PRAGMA cache_size=2")
            connection.execute("CREATE TABLE IF NOT EXISTS pair (amount INTEGER, filler TEXT)")
            for amount in (number, -number):
                connection.executemany("INSERT INTO pair VALUES (?, ?)", [(amount, "x" * 900)] * 10)
        say(number)


def hang(home: Path) -> None:
    """Stop in the middle of writing."""
    database = ledger(home)
    with database.transaction() as connection:
        connection.execute("PRAGMA cache_size=2")
        connection.execute("UPDATE pair SET amount = 7")
        say("hangs")
        time.sleep(60)


def read(home: Path) -> None:
    """Stop in the middle of reading."""
    with ledger(home, is_read_only=True).transaction() as connection:
        connection.execute("SELECT SUM(amount) FROM pair").fetchone()
        say("hangs")
        time.sleep(60)


def bring(store: ChargeStore, hours: int) -> None:
    """Bring some jobs to what they have cost after some hours."""
    now = START + timedelta(hours=hours)
    store.bring([entry(line(settled=60 * number), name=f"job-{number}") for number in range(JOBS)], now)


def charges(home: Path) -> None:
    """Tell the ledger hour by hour what runs, as a server does that was started anew."""
    store = ChargeStore(ledger(home))
    store.begin()
    seen = store.as_of()
    first = 1 if seen is None else int((seen - START) / timedelta(hours=1))
    for hours in range(max(first, 1), HOURS):
        bring(store, hours)
        say(hours)


def server(home: Path) -> None:
    """Have an id until killed."""
    mine = claim_server_id(home, "place")
    say(mine.value)
    time.sleep(60)


def kernel(home: Path) -> None:
    """Write launches."""
    writer = SpoolWriter(home, lambda: {"server_id": OURS, "kernel_id": "k", "notebook": "n.ipynb", "user": None})
    for number in range(200):
        told = {"id": str(number), "kind": "training", "region_id": "us-east-1", "name": f"job-{number}"}
        writer.write("intent", **told, request={"filler": "x" * (number * 37 % 3000)}, tags={})
        writer.write("outcome", id=str(number), result="accepted", resource_id=f"arn:{number}", error_code=None)
        time.sleep(0.01)
    say("done")


@contextmanager
def working(what: str, home: Path) -> Iterator[Popen[str]]:
    """Have one of them at work, and kill it."""
    process = Popen([sys.executable, "-m", "tests.netfs.worker", what, str(home)], cwd=ROOT, stdout=PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def next_line(process: Popen[str]) -> str:
    """Give what it says next."""
    assert process.stdout is not None
    said = process.stdout.readline()
    assert said, "the process has ended by itself"
    return said.strip()


if __name__ == "__main__":
    {each.__name__: each for each in (pairs, hang, read, charges, server, kernel)}[sys.argv[1]](Path(sys.argv[2]))
