"""A process that takes the spool in as the server does, but without pauses, until it is killed."""

from __future__ import annotations

import logging
import os
import sys
import time
from pathlib import Path

from mlcost_ext.ledger.database import Database
from mlcost_ext.ledger.launch_store import LaunchStore
from mlcost_ext.ledger.spool_reader import SpoolReader
from mlcost_ext.server.spool_intake import SpoolIntake

LOG = logging.getLogger("taker")
PAUSE_SECONDS = 0.005


def ledger(home: Path, server_id: str) -> Database:
    return Database(home / "servers" / server_id / "ledger.sqlite")


def intake(home: Path, server_id: str) -> SpoolIntake:
    return SpoolIntake(SpoolReader(home, server_id), LaunchStore(ledger(home, server_id)), LOG)


class Shown:
    """What the live picture was told in this life: each intent and each outcome once, also what the ledger had kept."""

    def __init__(self, complaints: Path) -> None:
        self._complaints = complaints
        self._seen: set[tuple[str, str]] = set()

    def take(self, events: list[dict[str, str]]) -> None:
        for event in events:
            key = event["type"], event["id"]
            if key in self._seen:
                with self._complaints.open("a") as file:
                    file.write(f"shown twice in process {os.getpid()}: {key}\n")
            self._seen.add(key)


def main(home: str, server_id: str, complaints: str) -> None:
    """Read and write for ever."""
    taking, shown = intake(Path(home), server_id), Shown(Path(complaints))
    is_begun = False
    while True:
        news = taking.read()
        shown.take(news.kept)
        shown.take(news.events)
        if not is_begun:
            print("begun", flush=True)
            is_begun = True
        taking.write()
        time.sleep(PAUSE_SECONDS)


if __name__ == "__main__":
    logging.basicConfig(filename=sys.argv[3], level=logging.WARNING)
    main(*sys.argv[1:])
